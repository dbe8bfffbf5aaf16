"""bridled as process 1 of a machine: Debian's cloud kernel, control groups of version 2, a real Gunicorn. One boot for all
cases (inside.py has them), and one for each other way in which a machine ends."""
import contextlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import image  # noqa: E402
import inside  # noqa: E402
from daemon import BUILD, load_matrix  # noqa: E402
from machine import Boot  # noqa: E402
from sections import program, web  # noqa: E402

PYTHON = "{venv}/bin/python3"
# A hydra's heads: each has left session and parent, carries no marker, and does not hear SIGTERM.
HYDRA = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execve("/bin/sh", ["sh", "-c", "trap '' TERM; while :; do sleep 60; done"], {})
        os._exit(0)
while True:
    time.sleep(60)
"""


def gunicorn(name, **keys):
    return web(name, **{"app": "bounds:app", "bind": f"unix:/run/{name}.sock", "timeout": "120", "start_timeout": "120s",
                        "graceful_timeout": "20s", "stop_timeout": "30s", **keys})


def settings(environment):
    text = "\n".join([
        gunicorn("bound", memory_max="120M", memory_high="110M", memory_swap_max="0", tasks_max="20", cpu_quota="150%",
                 cpu_weight="50", io_weight="25"),
        gunicorn("leaky", memory_max="100M", memory_swap_max="0", workers=2),
        gunicorn("strict", memory_max="80M", memory_swap_max="0", oom_policy="restart", autostart="no", graceful_timeout="3s"),
        gunicorn("squeezed", memory_high="80M", memory_max="300M", memory_swap_max="0", autostart="no"),
        gunicorn("free"),
        gunicorn("limited", user="1868", group="1868", limit_nice="+5", limit_rtprio="1", autostart="no"),
        program("hydra", f"{PYTHON} -S /root/hydra.py", tasks_max="40", autostart="no", stop_timeout="3s"),
        program("cases", f"{PYTHON} {inside.__file__}", restart="never"),
    ])
    return text.replace("{venv}", str(environment)).replace("{apps}", str(image.TESTS / "lib/apps"))


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    """boot(words) -> Boot"""
    newest = load_matrix()[-1]
    if not newest["path"]:
        pytest.skip("no environment with a Gunicorn of its own")
    where = tmp_path_factory.mktemp("machine")
    files = {"/etc/bridle/bridle.ini": settings(newest["path"]), "/root/hydra.py": HYDRA,
             "/etc/bridle/again.ini": program("again", "/bin/sh -c 'kill -INT 1; sleep 60'"),
             "/etc/bridle/broken.ini": "[gunicorn:web]\nno_such_key = 1\n"}
    try:
        kernel = image.kernel()
        image.build(where / "archive", BUILD, pathlib.Path(newest["path"]), files)
    except image.Unavailable as reason:
        pytest.skip(f"no machine can be made here: {reason}")

    def boot(words="", **options):
        try:
            return Boot(tmp_path_factory.mktemp("boot"), kernel, where / "archive", words, **options)
        except image.Unavailable as reason:
            pytest.skip(str(reason))
    yield boot
    with contextlib.suppress(OSError):
        (where / "archive").unlink()


@pytest.fixture(scope="session")
def life(machine):
    """The one boot of all cases."""
    return machine(timeout=240)


@pytest.mark.parametrize("name", [one.__name__ for one in inside.CASES])
def test_inside(life, name):
    assert name in life.results, f"it did not come to that\n{life.picture()}"
    assert not life.results[name]["failure"], f"{life.results[name]['failure']}\n{life.picture()}"


def test_sigterm_switches_the_machine_off(life):
    assert "end" in life.results and life.status == 0, life.picture()
    assert "reboot: Power down" in life.console and "panic" not in life.console, life.picture()
    assert "stopped" in life.console


def test_sigint_starts_it_anew(machine):
    """What Ctrl-Alt-Del is."""
    boot = machine("-- --config /etc/bridle/again.ini")
    assert boot.status == 0 and "reboot: Restarting system" in boot.console, boot.picture()
    assert "panic" not in boot.console


def test_what_cannot_start_says_why_and_does_not_panic(machine):
    boot = machine("-- --config /etc/bridle/broken.ini")
    assert boot.status == 0 and "no_such_key" in boot.console and "reboot: Power down" in boot.console, boot.picture()
    assert "panic" not in boot.console
