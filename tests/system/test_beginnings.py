"""How bridled may be begun: under shells and small inits, with or without what others take for granted."""
import os
import shutil
import signal
import subprocess

import pytest

import processes
from client import get
from daemon import open_to_all
from sections import web
from waiting import until

# CLOSED: no standard descriptors; what is opened first would take their numbers.
SHELLS = {
    "exec": ["/bin/sh", "-c", 'exec "$0" "$@"'],
    "setsid": ["setsid", "--wait"],
    "nohup": ["nohup"],
    "no environment": ["env", "-i", *[f"{name}={value}" for name, value in os.environ.items() if name == "ASAN_OPTIONS"]],
    "closed": ["/bin/sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-'],
    "a directory that is gone": ["/bin/sh", "-c", 'mkdir /tmp/gone.$$; cd /tmp/gone.$$; rmdir /tmp/gone.$$; exec "$0" "$@"'],
    "signals ignored": ["/bin/sh", "-c", 'trap "" TERM INT HUP CHLD PIPE USR1; exec "$0" "$@"'],
}


@pytest.mark.parametrize("wrapper", SHELLS.values(), ids=SHELLS.keys())
def test_from_a_shell(daemons, wrapper):
    site = daemons(wrapper=wrapper)
    site.write(web(workers=2))
    site.start().wait_workers(2)
    assert get(site.address()).status == 200
    master = site.master()
    os.kill(master, signal.SIGKILL)
    until(lambda: site.master() not in (None, master), "a successor")
    site.wait_state("running")
    os.kill(site.call("Info")["pid"], signal.SIGTERM)
    assert site.wait() == 0
    site.assert_nothing_left()


@pytest.mark.parametrize("how", [[], ["-s"], ["-g"]], ids=["plain", "as subreaper", "to the group"])
@pytest.mark.skipif(not shutil.which("tini"), reason="tini is not installed")
def test_below_tini(daemons, how):
    """-g sends signals to the whole process group: services have sessions of their own and see none."""
    site = daemons(wrapper=["tini", *how, "--"])
    site.write(web(workers=2))
    site.start().wait_workers(2)
    inner = site.call("Info")["pid"]
    assert inner != site.pid and processes.alive(inner)
    site.stop()


@pytest.mark.parametrize("number", [signal.SIGXFSZ, signal.SIGXCPU, signal.SIGUSR1, signal.SIGPIPE], ids=lambda number: number.name)
def test_signals_that_mean_nothing(bridled, number):
    """Whatever limits it was begun with: by default these end a process (signal(7))."""
    site = bridled(web())
    before = site.call("Info")["pid"], site.wait_state("running")["master"]
    os.kill(before[0], number)
    site.ctl("scale", "web", "2")  # comes after it
    assert (site.call("Info")["pid"], site.master()) == before and "crash" not in site.said()


def test_without_a_configuration(tmp_path):
    """Whoever has only installed it is told what to begin with, by both programs."""
    missing = tmp_path / "bridle.ini"
    for program, *words in (("bridled", "--root", tmp_path), ("bridled", "--config", missing), ("bridle", "check", "--root", tmp_path)):
        done = subprocess.run([open_to_all()[0] / program, *words], capture_output=True, text=True, timeout=60)
        said = done.stdout + done.stderr
        assert done.returncode == 1 and f"{missing}: error: cannot open" in said, said
        assert "no configuration yet" in said and "bridle import" in said and str(missing) in done.stderr, said
        assert f"bridle.ini.example {missing}, and edit it" in said or "bridle.ini(5) has examples" in said, said
    missing.write_text("[gunicorn:web]\nnonsense = 1\n")
    done = subprocess.run([open_to_all()[0] / "bridled", "--root", tmp_path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and f"{missing}:2: error: " in done.stderr and "no configuration yet" not in done.stderr
