"""The command `bridle` against a daemon that only talks (tests/lib/fake_bridled.py): what it asks, says and exits with."""
import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import termios
import threading
import time

import pytest

from daemon import open_to_all
from fake_bridled import FakeBridled, Refusal, a_few, service
from waiting import PATIENCE, until

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("BRIDLE_") and name != "NO_COLOR"}


@pytest.fixture
def fake(tmp_path):
    """make(services, answers, path) -> FakeBridled"""
    made = []

    def make(services=(), answers=None, path=None):
        made.append(FakeBridled(path or tmp_path / "control", services, answers))
        return made[-1]
    yield make
    for one in made:
        one.__exit__()


def bridle(*words, env=(), user=None, **options):
    return subprocess.run([str(open_to_all()[0] / "bridle"), *map(str, words)], text=True, capture_output=True,
                          env={**CLEAN, **dict(env)}, timeout=30 * PATIENCE, user=user, group=user,
                          extra_groups=None if user is None else [], **options)


def on_terminal(*words, columns=80, env=()):
    """What a terminal so wide gets to see, with its colours."""
    pid, terminal = pty.fork()
    if pid == 0:  # the width is there before anybody can ask for it
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.execve(open_to_all()[0] / "bridle", ["bridle", *map(str, words)], {**CLEAN, "TERM": "xterm", **dict(env)})
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:
        pass  # Linux says EIO when the other side is closed
    os.close(terminal)
    os.waitpid(pid, 0)
    return seen.decode().replace("\r\n", "\n")


# ---- ready ----

def test_ready_waits_for_the_daemon_too(fake, tmp_path):
    waits = subprocess.Popen([str(open_to_all()[0] / "bridle"), "ready", "--wait", "30s", "--socket", tmp_path / "control"],
                             stderr=subprocess.PIPE, text=True, env=CLEAN)
    with pytest.raises(subprocess.TimeoutExpired):
        waits.wait(0.2)
    daemon = fake(answers={"Ready": {"message": "all services are ready"}})
    assert waits.wait(20 * PATIENCE) == 0, waits.stderr.read()
    assert [method for method, _ in daemon.calls] == ["Ready"]


# ---- status ----

def test_status_is_a_table(fake):
    done = bridle("status", "--socket", fake(a_few()).path)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout == """\
NAME                 STATE      WORKERS   PID  UPTIME  RESTARTS  MEMORY  QUEUE  WHY
web                  running        3/4  4711    2d4h         2    180M      3
api                  replacing      8/8  4711    2d4h         0    180M      0  generation 4 boots beside 3
billing-internal.v2  waiting        0/2     -       -        12       -      -  exited with status 3 before it was \
ready: ModuleNotFoundError: No module named 'billing'; starts again in 12s
mail                 failed         0/1     -       -        30       -      -  30 failures within 1h; last: exited \
with status 1 before it was ready
clock                running          -  4711    2d4h         0    180M      -
old                  stopped        0/2     -       -         0       -      -  stop was asked for
"""


def test_status_asks_for_little(fake):
    daemon = fake(a_few())
    bridle("--socket", daemon.path, "status")
    assert daemon.calls == [("List", {"brief": True})]


def test_status_without_services(fake):
    assert bridle("--socket", fake().path, "status").stdout == "no services are configured\n"


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_status_fits_the_terminal(fake, columns):
    seen = on_terminal("--socket", fake(a_few()).path, "status", columns=columns, env={"NO_COLOR": "1"})
    assert "ModuleNotFoundError" in seen and "QUEUE" in seen or columns < 60
    assert "6 services: 2 running" in seen
    assert [line for line in seen.splitlines() if len(line) > columns] == []


def test_colours_are_for_terminals_only(fake):
    path = fake(a_few()).path
    assert "\033[32mrunning" in on_terminal("--socket", path, "status")
    assert "\033" not in on_terminal("--socket", path, "status", env={"NO_COLOR": "1"})
    assert "\033" not in on_terminal("--socket", path, "status", env={"TERM": "dumb"})
    assert "\033" not in bridle("--socket", path, "status", env={"TERM": "xterm"}).stdout


def test_how_long_it_runs_is_told_where_a_replacement_failed(fake):
    reason = "the next generation exited with status 1 before it was ready"
    path = fake([service("web", reason=reason, since=0.2), service("api", reason="proven ready", since=12)]).path
    assert f"web  running for 2d4h; 0s ago {reason}\n" in bridle("--socket", path, "status", "web").stdout
    assert "api  running for 12s: proven ready\n" in bridle("--socket", path, "status", "api").stdout


def test_status_of_one_shows_its_workers(fake):
    done = bridle("--socket", fake(a_few()).path, "status", "web")
    assert done.returncode == 0, done
    assert done.stdout.splitlines()[-5:] == [
        "  WORKER  GEN  BOOTED   AGE  HEARTBEAT   CPU   RSS  PSS  THREADS  FDS  STATE",
        "    4712    3  yes     1h2m       0.3s   12%   64M  41M        1   14  S",
        "    4713    3  yes     1h2m        11s  100%  1.3G  41M        1   14  S",
        "    4714    3  yes     1h2m       0.3s   12%   64M  41M        1   14  S",
        "    4715    4  no        1s          -     -   64M    -        1   14  S"]
    for words in ("3 of 4 booted", "unix:/run/web/web.sock  3 of 2048 waiting", "0.0.0.0:8000  backlog 511",
                  "killed by signal 9", "/var/log/bridle/web/current"):
        assert words in done.stdout


@pytest.mark.parametrize("names, status", [(["web"], 0), (["web", "api"], 0), (["old"], 4), (["web", "mail"], 4),
                                           (["mial"], 3), (["web", "nobody"], 3)])
def test_status_exits_as_the_services_are(fake, names, status):
    assert bridle("--socket", fake(a_few()).path, "status", *names).returncode == status


def test_status_for_programs(fake):
    services = a_few()
    daemon = fake(services)
    assert json.loads(bridle("--socket", daemon.path, "status", "web", "--json").stdout) == services[:1]
    brief = [{**one, "workers": None, "listeners": None} for one in services]
    assert json.loads(bridle("--socket", daemon.path, "status", "--json").stdout) == brief
    assert json.loads(on_terminal("--socket", daemon.path, "status", "--json")) == brief
    names = bridle("--socket", daemon.path, "status", "--names").stdout.splitlines()
    assert names == [one["name"] for one in services]


def test_strangers_words_do_not_reach_the_terminal(fake):
    rude = "\033]0;owned\a \u009b2J \t \"quoted\" gr\u00fc\u00df \U0001f40e"
    daemon = fake([service("web", "failed", reason=rude, last_end=rude)], {"Start": Refusal("Failed", reason=rude)})
    for words in (["status"], ["status", "web"], ["start", "web"]):
        done = bridle("--socket", daemon.path, *words)
        said = done.stdout + done.stderr
        assert "\033" not in said and "\u009b" not in said and "\\x1b]0;owned\\x07" in said
        assert "gr\u00fc\u00df \U0001f40e" in said and '"quoted"' in said
    assert "\u009b" not in on_terminal("--socket", daemon.path, "status", "--json")


def test_hundreds_of_services(fake):
    done = bridle("--socket", fake([service(f"s{i}") for i in range(4096)]).path, "status")
    assert len(done.stdout.splitlines()) == 4097


# ---- where the daemon is ----

def test_the_nearest_way_to_the_daemon_wins(fake, tmp_path):
    paths = {}
    for name in ("option", "variable"):
        (tmp_path / name / "run").mkdir(parents=True)
        for kind in ("socket", "run/control"):
            paths[name, kind] = fake([service(f"{name}-{kind.partition('/')[0]}")], path=tmp_path / name / kind).path
    by_socket, by_root = ["--socket", paths["option", "socket"]], ["--root", tmp_path / "option"]
    variables = {"BRIDLE_SOCKET": paths["variable", "socket"], "BRIDLE_ROOT": str(tmp_path / "variable")}

    def names(*words, env=()):
        return bridle("status", "--names", *words, env=env).stdout.strip()
    assert names(*by_socket, *by_root, env=variables) == "option-socket"
    assert names(*by_root, env=variables) == "option-run"
    assert names(env=variables) == "variable-socket"
    assert names(env={"BRIDLE_ROOT": variables["BRIDLE_ROOT"], "BRIDLE_SOCKET": ""}) == "variable-run"


def test_a_path_longer_than_an_address(fake, tmp_path):
    deep = tmp_path / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    assert bridle("--socket", fake(a_few(), path=deep / "control").path, "status").returncode == 0


def test_nobody_answers(tmp_path):
    done = bridle("--root", tmp_path, "status")
    assert done.returncode == 5 and done.stdout == ""
    assert f"'{tmp_path}/run/control'" in done.stderr and f"bridled --root {tmp_path}" in done.stderr
    assert done.stderr.count("bridle: ") == 1
    assert bridle("start", "a", "b", "c", "--root", tmp_path).stderr == done.stderr


def test_not_everybody_may(fake, tmp_path, as_root):
    daemon = fake(a_few())
    for parent in tmp_path.parents:
        if parent.stat().st_mode & 0o005 != 0o005 and parent != parent.parent:
            parent.chmod(0o755)
    tmp_path.chmod(0o755)
    os.chown(daemon.path, 0, 12)
    os.chmod(daemon.path, 0o660)
    done = bridle("--socket", daemon.path, "status", user=65534)
    assert done.returncode == 6
    assert "root and members of the group 'man' may" in done.stderr


# ---- why ----

def test_who_fails_without_an_incident_is_told_of_all_the_same(fake):
    """Nothing was said and nobody seen to die: a program, or a Gunicorn that cannot be executed."""
    def incident(name, age, phase="runtime"):
        return {"service": name, "time": time.time() - age, "last": time.time() - age, "class": f"{phase}.timeout",
                "phase": phase, "alarm": True, "confidence": 0.95, "what": "it was held", "times": 1}
    services = [service("new", "waiting", since=30.0, reason="cannot execute 'x'"), service("web", since=30.0),
                service("new2", since=30.0, reason="the next generation could not be started: x; the old one serves on"),
                service("web2", since=30.0, reason="the next generation is proven ready"),
                # a worker of the old one was held for too long just before, and the next one was
                service("new3", since=30.0, reason="the next generation could not be started: y; the old one serves on"),
                service("told2", since=30.0, reason="the next generation was not ready in time; the old one serves on"),
                service("again", "starting", since=30.0, reason="trying again after process 9 was killed by SIGTERM after 1m30s"),
                service("first", "starting", since=30.0, reason="start was asked for"),
                service("told3", "starting", since=30.0, reason="trying again after master 8 exited with status 3 after 1s"),
                service("told", "failed", since=7000.0), service("old", "failed", since=30.0, reason="ended with status 1")]
    told = [incident("told3", 99, "boot"), incident("told", 7001), incident("old", 7000), incident("new3", 34), incident("told2", 34, "boot")]
    daemon = fake(services, {"Why": lambda p: {"incidents": told if "name" not in p else []}})
    out = bridle("--socket", daemon.path, "why").stdout
    assert "new  waiting for 30s: cannot execute 'x'\n" in out and "bridle logs new" in out
    assert "again  starting for 30s: trying again after process 9" in out and "first" not in out and "told3  starting" not in out
    assert out.count("runtime.timeout") == 3 and "new3  running for 2d4h; 30s ago the next" in out and "told2  running" not in out
    assert "old  failed for 30s: ended with status 1\n" in out
    assert "told  failed" not in out and "web" not in out and "new2  running for 2d4h; 30s ago the next" in out and "nothing has gone wrong" not in out
    assert "nothing has gone wrong" in bridle("--socket", daemon.path, "why", "web").stdout
    lines = bridle("--socket", daemon.path, "why", "--json").stdout.splitlines()
    assert [json.loads(line)["service"] for line in lines] == ["told3", "told", "old", "new3", "told2"]


# ---- deeds ----

@pytest.mark.parametrize("error, status, words", [
    (Refusal("NoSuchService", name="web", nearest="wob"), 3, "there is no service 'web'\n        did you mean 'wob'?"),
    (Refusal("NoSuchService", name="web", nearest=None), 3, "bridle status"),
    (Refusal("NotAllowed", reason="user 7 may not"), 6, "user 7 may not"),
    (Refusal("Refused", reason="web is starting", hint="wait"), 7, "bridle: web is starting\n        wait\n"),
    (Refusal("Failed", reason="it broke", hint="mend it"), 1, "bridle: web: it broke\n        mend it\n"),
    (Refusal("Failed", reason="it broke", hint=None), 1, "bridle: web: it broke\n        bridle logs web shows"),
    (Refusal("NotReady", reason="not yet"), 4, "bridle: web: not yet\n        bridle status web shows"),
    (Refusal("Strange"), 1, "org.bridle.Strange"),
])
def test_errors_become_exit_statuses(fake, error, status, words):
    daemon = fake(answers={"Start": error})
    done = bridle("--socket", daemon.path, "start", "web")
    assert (done.returncode, done.stdout) == (status, "")
    assert words.replace("org.bridle.", "") in done.stderr


def test_a_hint_names_nobody_where_all_were_asked_for(fake):
    daemon = fake(answers={"Ready": Refusal("NotReady", reason="web is waiting: x; 1 more is not ready")})
    done = bridle("--socket", daemon.path, "ready")
    assert (done.returncode, done.stderr) == (4, "bridle: web is waiting: x; 1 more is not ready\n"
                                                 "        bridle status shows how it stands\n")


@pytest.mark.parametrize("words, method, parameters", [
    (["start", "web"], "Start", {"name": "web"}),
    (["stop", "web", "--no-wait"], "Stop", {"name": "web", "no_wait": True}),
    (["restart", "--cold", "web"], "Restart", {"name": "web", "cold": True}),
    (["reload", "web"], "Reload", {"name": "web"}),
    (["scale", "web", "5"], "Scale", {"name": "web", "workers": 5, "by": False, "no_wait": False}),
    (["scale", "web", "+2"], "Scale", {"name": "web", "workers": 2, "by": True, "no_wait": False}),
    (["scale", "web", "-1", "--no-wait"], "Scale", {"name": "web", "workers": -1, "by": True, "no_wait": True}),
    (["signal", "web", "USR1"], "Signal", {"name": "web", "signal": "USR1"}),
    (["ready"], "Ready", {"timeout": 0.0}),
    (["ready", "web", "--wait", "1m30s"], "Ready", {"name": "web", "timeout": 90.0}),
])
def test_what_is_asked_of_the_daemon(fake, words, method, parameters):
    daemon = fake(answers={method: {"message": "so it is"}})
    done = bridle("--socket", daemon.path, *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "so it is\n", "")
    assert daemon.calls == [(method, parameters)]


@pytest.mark.parametrize("words", [
    ["stop"], ["stop", "--all", "web"], ["stop", "web", "--cold"], ["scale", "web"], ["scale", "web", "0"],
    ["scale", "web", "many"], ["signal", "web"], ["ready", "--wait", "soon"], ["logs"], ["logs", "web", "-n", "x"],
    ["watch", "a", "b"], ["nonsense"], ["status", "--nonsense"], ["help", "nonsense"], []])
def test_misuse_does_nothing(fake, words):
    daemon = fake(a_few(), {"Stop": {"message": "stopped"}})
    done = bridle("--socket", daemon.path, *words)
    assert done.returncode == 2 and done.stdout == "" and done.stderr != ""
    assert daemon.calls == []


@pytest.mark.parametrize("words, hint", [
    ("ps", "'bridle status'"), ("list", "'bridle status'"), ("ls -l", "'bridle status'"), ("show web", "'bridle status web'"),
    ("tail web", "'bridle logs -f web'"), ("tail -5 web", "'bridle logs -f web'"), ("log web", "'bridle logs web'"),
    ("journal", "'bridle logs NAME'"), ("journal -u web", "bridle history NAME"), ("kill web", "'bridle stop web'? bridle signal"),
    ("kill -9 web", "'bridle stop web'"), ("reload-config", "bridle reload, without"), ("reread", "bridle reload, without"),
    ("update web", "bridle reload, without"), ("enable web", "web starts with bridled is a setting: autostart = yes"),
    ("disable", "autostart = no"), ("web restart", "bridle restart web"), ("stop-all", "bridle help"), ("web version", "bridle help"),
    ("help ps", "'bridle status'"), ("status -a", "bridle status"), ("why --all", "bridle why"), ("reload --all", "bridle restart --all"),
    ("logs -a", "usage: bridle logs")])
def test_what_is_typed_out_of_habit(words, hint):
    done = bridle("--socket", "/nonexistent", *words.split())
    assert done.returncode == 2 and hint in done.stderr.splitlines()[1], done.stderr


def test_no_service_is_called_all(fake):
    daemon = fake(answers={"Restart": Refusal("NoSuchService", name="all", nearest="")})
    done = bridle("--socket", daemon.path, "restart", "all")
    assert done.returncode == 3 and "--all for start, stop and restart" in done.stderr


def test_near_misses_are_recognised():
    assert "did you mean 'bridle status'?" in bridle("stauts").stderr
    for begun, meant in {"stat": "status", "sto": "stop", "hist": "history", "w": None, "": None}.items():
        hint = f"did you mean 'bridle {meant}'?" if meant else "bridle help"
        assert hint in bridle(begun).stderr, begun
    assert "did you mean --no-wait?" in bridle("stop", "web", "--nowait").stderr


def test_what_comes_next_is_said_after_what_is_wrong():
    assert "bridle help stop shows its options" in bridle("stop", "web", "--bogus").stderr
    assert "bridle help shows what there is" in bridle("--bogus", "stop", "web").stderr
    seen = on_terminal("check", "--root", "/nowhere")
    assert 0 <= seen.find("cannot open '/nowhere/bridle.ini'") < seen.find("name another file"), seen
    assert bridle("why", "--log", "/dev/null").stdout == "there is not a line in this log\n"


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_help_is_as_wide_as_its_terminal(columns):
    details = on_terminal("help", "import", columns=columns).split("\n\n")[2]
    assert "done by Bridle anyway" in " ".join(details.split()) and "\n" in details
    assert all(len(line) <= min(columns, 100) for line in details.split("\n"))


def test_several_are_stopped_at_a_time(fake):
    together = threading.Barrier(3)

    def stop(parameters):
        together.wait(20 * PATIENCE)  # breaks, and the test fails, unless all three are under way
        return {"message": f"{parameters['name']} is stopped"}
    daemon = fake(answers={"Stop": stop})
    done = bridle("--socket", daemon.path, "stop", "a", "b", "c")
    assert done.returncode == 0, done
    assert sorted(done.stdout.splitlines()) == ["a is stopped", "b is stopped", "c is stopped"]


def test_several_are_restarted_one_by_one(fake):
    daemon = fake([service(f"s{i}") for i in range(5)], {"Restart": lambda p: {"message": f"{p['name']} is new"}})
    done = bridle("--socket", daemon.path, "restart", "--all")
    assert done.stdout.splitlines() == [f"s{i} is new" for i in range(5)]
    assert [one["name"] for one in daemon.of("Restart")] == [f"s{i}" for i in range(5)] and daemon.most == 1


def test_more_than_go_at_a_time(fake):
    ten = threading.Barrier(10)  # divides 100: everybody has nine others beside him, or the test fails

    def stop(parameters):
        ten.wait(20 * PATIENCE)
        return {"message": f"{parameters['name']} is stopped"}
    daemon = fake([service(f"s{i}") for i in range(100)], {"Stop": stop})
    done = bridle("--socket", daemon.path, "stop", "--all")
    assert sorted(done.stdout.splitlines()) == sorted(f"s{i} is stopped" for i in range(100))
    assert 10 <= daemon.most <= 16


def test_one_failure_does_not_hide_the_others(fake):
    def start(parameters):
        if parameters["name"] == "b":
            raise Refusal("Failed", reason="b cannot start")
        return {"message": f"{parameters['name']} is running"}
    done = bridle("--socket", fake(answers={"Start": start}).path, "start", "a", "b", "c")
    assert done.returncode == 1 and "bridle: b cannot start\n" in done.stderr
    assert sorted(done.stdout.splitlines()) == ["a is running", "c is running"]


def test_reload_without_a_name_shows_the_differences(fake):
    daemon = fake(answers={"Reread": {"message": "1 service was changed", "changes": ["web: workers 2 -> 4", "new: x"]}})
    done = bridle("--socket", daemon.path, "reload")
    assert done.stdout == "  web: workers 2 -> 4\n  new: x\n1 service was changed\n"


def test_shutdown_waits_for_the_end(fake, tmp_path):
    # stands for bridled: its pid is told, and the fake that answers says that it is the watcher
    bridled = subprocess.Popen(["sleep", "60"])
    daemon = fake(answers={"Info": {"pid": bridled.pid, "watcher": os.getpid(), "uptime": 1.0},
                           "Shutdown": {"message": "stopping everything"}})
    command = subprocess.Popen([open_to_all()[0] / "bridle", "--socket", daemon.path, "shutdown"], text=True,
                               stdout=subprocess.PIPE, env=CLEAN)
    try:
        assert command.stdout.readline() == "stopping everything\n"
        assert command.poll() is None
        bridled.kill()
        bridled.wait()
        assert command.communicate(timeout=20 * PATIENCE)[0] == "bridled has ended\n"
    finally:
        bridled.kill()
        command.kill()
        command.wait()


def test_shutdown_where_pids_are_others(tmp_path):
    """As behind a socket that was mounted into a container: that a connection ends is not yet the end of bridled."""
    answers = {"Info": {"pid": 1, "watcher": 2, "uptime": 1.0}, "Shutdown": {"message": "stopping everything"}}
    with FakeBridled(tmp_path / "control", answers=answers) as daemon:
        command = subprocess.Popen([open_to_all()[0] / "bridle", "--socket", daemon.path, "shutdown"], text=True,
                                   stdout=subprocess.PIPE, env=CLEAN)
        assert command.stdout.readline() == "stopping everything\n"
        daemon.hang_up()
        with pytest.raises(subprocess.TimeoutExpired):
            command.wait(1)
    daemon.hang_up()
    assert command.communicate(timeout=20 * PATIENCE)[0] == "bridled has ended\n"


def test_reexec_that_became_a_start(fake):
    """It ended instead, and whoever looks after it started another: that is not the same program, and none that went on."""
    looks = iter([{"pid": 4711, "reexecs": 3, "version": "1"}])
    daemon = fake(answers={"Info": lambda _: next(looks, {"pid": 4712, "reexecs": 0, "version": "2"}),
                           "Reexec": {"message": "accepted"}})
    done = bridle("--socket", daemon.path, "reexec")
    assert done.returncode == 1 and "process 4711 has ended" in done.stderr and "process 4712" in done.stderr


def test_version_of_both(fake, tmp_path):
    own = bridle("--version").stdout
    assert re.fullmatch(r"bridle \d+\.\d+\.\d+\n", own)
    assert bridle("--socket", fake(a_few()).path, "version").stdout == \
        own + f"bridled 9.8.7: pid {os.getpid()}, up 1d2h, 6 services; watcher: pid {os.getpid()}, replaced 0 times\n"
    done = bridle("--root", tmp_path, "version")
    assert (done.returncode, done.stdout) == (5, own)


def test_a_full_disk_is_no_success(fake):
    with open("/dev/full", "w") as full:
        done = subprocess.run([open_to_all()[0] / "bridle", "--socket", fake(a_few()).path, "status"], stdout=full,
                              stderr=subprocess.PIPE, text=True, env=CLEAN, timeout=20 * PATIENCE)
    assert done.returncode == 1 and "No space left" in done.stderr


def test_a_daemon_that_talks_nonsense(fake):
    daemon = fake()
    for answer in ({"services": "none"}, {"services": [1, None, {"name": 5, "state": [], "uptime": 1e300}]}, {}):
        daemon.answers["List"] = answer
        done = bridle("--socket", daemon.path, "status")
        assert done.returncode in (0, 1) and "Sanitizer" not in done.stderr
        done = bridle("--socket", daemon.path, "status", "web")
        assert done.returncode in (0, 1, 4) and "Sanitizer" not in done.stderr


# ---- watch ----

EVENT = {"time": 1790000000.123, "service": "web", "from": "starting", "to": "running", "reason": "proven ready",
         "pid": 4711, "generation": 3}


def test_watch_prints_a_line_an_event(fake):
    daemon = fake(answers={"Watch": [{"event": EVENT}, {"event": {**EVENT, "pid": None, "to": "stopping"}}]})
    done = bridle("--socket", daemon.path, "watch", "web", env={"TZ": "UTC"})
    assert done.returncode == 0 and daemon.of("Watch") == [{"name": "web"}]
    assert done.stdout == "14:13:20.123  web  starting -> running  proven ready (pid 4711, generation 3)\n" \
                          "14:13:20.123  web  starting -> stopping  proven ready\n"


def test_watch_for_programs(fake):
    daemon = fake(answers={"Watch": [{"event": EVENT}, {"event": EVENT}]})
    done = bridle("--socket", daemon.path, "watch", "--json")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [EVENT, EVENT]


def test_watch_goes_on_with_a_new_watcher(fake, tmp_path):
    daemon = fake(answers={"Watch": ConnectionAbortedError()})
    command = subprocess.Popen([open_to_all()[0] / "bridle", "--socket", daemon.path, "watch"], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=CLEAN)
    try:
        assert "trying again" in command.stderr.readline()
        daemon.answers["Watch"] = [{"event": EVENT}]
        daemon.answers["Watch"].append({"event": EVENT})
        assert len(command.communicate(timeout=20 * PATIENCE)[0].splitlines()) == 2
    finally:
        command.kill()
        command.wait()


# ---- logs ----

@pytest.fixture
def log(tmp_path, fake):
    """A service with two finished log files; (its directory, the fake's socket)"""
    where = tmp_path / "log" / "web"
    where.mkdir(parents=True)
    (where / "@20261120T100000.000Z").write_text("one\ntwo\n")
    (where / "@20261120T110000.000Z").write_text("three\n")
    (where / "current").write_text("four\n\033[31mfive \377\n")
    return where, fake([service("web", log=str(where / "current")), service("quiet", log=None)]).path


@pytest.mark.parametrize("lines, first", [("1", "\033[31mfive"), ("2", "four"), ("3", "three"), ("5", "one"),
                                          ("99", "one"), ("all", "one")])
def test_logs_begin_where_they_are_asked_to(log, lines, first):
    done = bridle("--socket", log[1], "logs", "-n", lines, "web")
    assert done.returncode == 0 and done.stdout.startswith(first + ("" if lines == "1" else "\n"))


def test_logs_are_raw_for_programs_and_visible_for_people(log):
    raw = subprocess.run([open_to_all()[0] / "bridle", "--socket", log[1], "logs", "web"], capture_output=True, env=CLEAN)
    assert raw.stdout == b"one\ntwo\nthree\nfour\n\033[31mfive \377\n".replace(b"\377", "\377".encode())
    (log[0] / "current").write_bytes(b"\033[31mfive \377\n")
    assert on_terminal("--socket", log[1], "logs", "-n1", "web") == "\\x1b[31mfive \\xff\n"


def test_logs_follow_across_rotations(log):
    command = subprocess.Popen([open_to_all()[0] / "bridle", "--socket", log[1], "logs", "-fn1", "web"], env=CLEAN,
                               stdout=subprocess.PIPE)
    os.set_blocking(command.stdout.fileno(), False)
    seen = b""

    def shown(words):
        nonlocal seen
        seen += command.stdout.read() or b""
        return seen.endswith(words)
    try:
        until(lambda: shown(b"five \303\277\n"), "the last line")
        with open(log[0] / "current", "a") as current:
            current.write("six\n")
            current.flush()
            until(lambda: shown(b"six\n"), "a line that was added")
            # twice at once, with a last line in the old file
            (log[0] / "current").rename(log[0] / "@20261120T120000.000Z")
            current.write("seven\n")
        (log[0] / "@20261120T130000.000Z").write_text("eight\n")
        (log[0] / "current").write_text("nine\n")
        until(lambda: shown(b"six\nseven\neight\nnine\n"), "everything across two rotations")
        with open(log[0] / "current", "a") as current:
            current.write("ten\n")
        until(lambda: shown(b"nine\nten\n"), "a line in the newest file")
        assert command.poll() is None
    finally:
        command.send_signal(signal.SIGINT)
        command.wait()


def test_logs_end_with_their_reader(log):
    done = subprocess.run(f"{open_to_all()[0]}/bridle --socket {log[1]} logs -f web | head -n 1", shell=True, text=True,
                          capture_output=True, env=CLEAN, timeout=20 * PATIENCE)
    assert done.stdout == "one\n"


def test_logs_do_not_follow_links(log):
    (log[0] / "current").unlink()
    (log[0] / "current").symlink_to("/etc/passwd")
    done = bridle("--socket", log[1], "logs", "web")
    assert done.returncode == 1 and "root:" not in done.stdout


def test_logs_that_are_not_there(log):
    assert "keeps no log files" in bridle("--socket", log[1], "logs", "quiet").stderr
    for path in log[0].iterdir():
        path.unlink()
    done = bridle("--socket", log[1], "logs", "web")
    assert done.returncode == 1 and "nothing has been written yet" in done.stderr
    log[0].rmdir()
    done = bridle("--socket", log[1], "logs", "web")
    assert done.returncode == 1 and "has not written anything yet" in done.stderr


# ---- why ----

def incident(name, exception):
    return {"service": "web", "time": 1795737236.123, "class": name, "phase": "runtime", "confidence": 0.95, "alarm": True,
            "what": "a request held a worker", "action": "Give it a time limit.", "exception": exception}


def raised(kind, message):
    return {"type": kind, "message": message, "file": "/srv/shop.py", "row": 56}


@pytest.mark.parametrize("name, exception, words", [
    # Gunicorn's own signal raises it: its words say nothing, its place does
    ("runtime.timeout", raised("SystemExit", "1"), "where its master's signal found it: (/srv/shop.py:56)"),
    ("runtime.timeout", raised("OSError", "no"), "OSError: no (/srv/shop.py:56)"),
    ("boot.app-sysexit", raised("SystemExit", "1"), "SystemExit: 1 (/srv/shop.py:56)"),
])
def test_where_a_timeout_found_it(fake, name, exception, words):
    one = fake(answers={"Why": {"incidents": [incident(name, exception)]}})
    assert f"  {words}\n" in bridle("why", "--socket", one.path).stdout


def test_what_was_wanted_is_only_counted_where_all_are_asked_for(fake, tmp_path):
    wanted = {**incident("shutdown.requested", None), "service": "calm", "alarm": False}
    one = fake([service("calm")], {"Why": {"incidents": [wanted, incident("runtime.timeout", None), {**wanted, "service": "still"}]}})
    out = bridle("why", "--socket", one.path).stdout
    assert "runtime.timeout" in out and "calm" not in out and out.endswith(
        "\nleft out: 2 asked for, done on purpose, or advice; bridle why --last 1 shows them\n")
    for words in (["--last", "1"], ["calm"]):
        out = bridle("why", *words, "--socket", one.path).stdout
        assert out.count("shutdown.requested") == 2 and "left out" not in out
    one = fake(answers={"Why": {"incidents": [wanted]}}, path=tmp_path / "another")
    assert bridle("why", "--socket", one.path).stdout.startswith("nothing has gone wrong, as far as Bridle saw\n\nleft out: 1 ")
    assert json.loads(bridle("why", "--json", "--socket", one.path).stdout)["service"] == "calm"


def test_that_it_serves_since_then(fake):
    """Of what went wrong before it came to serve: not of what happened while it did, nor where the next generation is what failed."""
    def away(name, ago):
        return {**incident("boot.import-missing", None), "service": name, "alarm": True, "last": time.time() - ago}
    one = fake([service("shop", since=100.0, reason="proven ready"), service("busy", since=900.0, reason="proven ready"),
                service("old", since=100.0, reason="the next generation was not ready in time; the old one serves on"),
                service("down", "waiting", since=100.0, reason="master 7 exited with status 3")],
               {"Why": {"incidents": [away(name, 500) for name in ("shop", "busy", "old", "down")]}})
    out = bridle("why", "--socket", one.path).stdout
    assert out.count("it is running: proven ready\n") == 1 and out.count("  since ") == 1, out
    assert out.index("shop") < out.index("  since ") < out.index("busy")
    assert "  since " not in bridle("why", "--last", "9", "--socket", one.path).stdout


def test_several_incidents_for_programs_are_a_line_each(fake):
    one = fake(answers={"Why": {"incidents": [incident("runtime.timeout", None), incident("runtime.oom-kill", None)]}})
    lines = bridle("why", "web", "--last", "2", "--json", "--socket", one.path).stdout.splitlines()
    assert [json.loads(line)["class"] for line in lines] == ["runtime.timeout", "runtime.oom-kill"]


# ---- history and advise ----

def happening(kind="moved", what="running", words="proven ready", **other):
    return {"time": 1795737236.123, "service": "web", "kind": kind, "what": what, "words": words, "alarm": False, "uid": None, "pid": 4711,
            "generation": 3, "workers": 2, "memory": 90 << 20, "queue": 0, "rate": 12.5, **other}


def trend(step, points, end=1795737240.0):
    none = {"workers": None, "memory": None, "queue": None, "requests": None}
    return {"step": step, "end": end, "points": [none] * (60 - len(points)) + points}


POINTS = [{"workers": 2, "memory": n << 20, "queue": n - 80, "requests": 10 * (n - 80)} for n in range(80, 88)]


def test_history_is_a_table_and_a_chart(fake):
    one = fake(answers={"History": {"trends": [trend(10, POINTS)], "happenings": [
        happening(), happening("asked", "restart", "", uid=1000), happening("scaled", "2 -> 3", "7 connections waited"),
        happening("incident", "runtime.timeout", "a request held a worker", alarm=True, workers=None, memory=None, rate=None)]}})
    out = bridle("history", "web", "--socket", one.path).stdout
    assert "bridle restart" in out and "uid 1000" in out and "workers 2 -> 3" in out and "7 connections waited" in out
    assert "90M" in out and "12.5/s" in out and "runtime.timeout" in out
    lines = dict(line.split(maxsplit=1) for line in out.splitlines() if line.startswith(("workers ", "memory ", "queue ", "requests ")))
    assert lines["memory"].split() == ["*#######", "80M", "to", "87M"], "a small change is not blown up"
    assert lines["queue"].split() == ["_.:-=+*#", "0", "to", "7"] and lines["workers"].split() == ["########", "2"]
    assert lines["requests"].split() == ["_.:-=+*#", "0.0/s", "to", "7.0/s"]
    assert "\nevents" in out and out.rstrip().endswith("!")
    assert one.calls[-1][1] == {"name": "web"}
    bridle("history", "web", "--last", "5", "--since", "90s", "--socket", one.path)
    assert one.calls[-1][1] == {"name": "web", "last": 5, "since": 90.0}


def test_the_chart_ends_now(fake):
    """Its last column is of a time that is not over: here until tomorrow, which would be told with its date."""
    one = fake(answers={"History": {"happenings": [], "trends": [trend(10, POINTS, time.time() + 86400)]}})
    out = bridle("history", "web", "--socket", one.path).stdout
    assert re.search(r"^the .* until \d\d:\d\d:\d\d, 10s a column:$", out, re.MULTILINE), out


def test_history_for_programs_begins_with_what_is_known(fake):
    one = fake(answers={"History": {"happenings": [happening(time=1795739337.606)], "trends": [trend(10, POINTS), trend(120, [])]}})
    out = bridle("history", "web", "--json", "--socket", one.path).stdout
    seen = json.loads(out)
    assert [len(one["points"]) for one in seen["trends"]] == [len(POINTS), 0] and seen["trends"][0]["points"] == POINTS
    assert '"time":1795739337.606,' in out


@pytest.mark.parametrize("locale, lowest, highest", [("C.UTF-8", "\u2581", "\u2588"), ("C", "_", "#")])
def test_the_chart_is_of_blocks_where_there_are_some(fake, locale, lowest, highest):
    one = fake(answers={"History": {"happenings": [], "trends": [trend(10, POINTS)]}})
    out = on_terminal("history", "web", "--socket", one.path, env={"LC_ALL": locale})
    queue = next(line for line in out.splitlines() if "queue" in line)
    assert lowest in queue and highest in queue
    assert all(len(re.sub("\033\\[[0-9;]*m", "", line)) <= 80 for line in out.splitlines())


@pytest.mark.parametrize("answer", [
    {}, {"happenings": None, "trends": 7}, {"happenings": [None, 5, {}, {"time": "now", "rate": "x", "words": "\033[2J"}], "trends": [None]},
    {"happenings": [happening(time=1e300, rate=1e300, memory=-5, what="x" * 900)], "trends": [{"step": 0.0001, "end": 1e300, "points": [{}]}]},
    {"happenings": [happening(time=-1e300)], "trends": [trend(10, [{"workers": 2**62, "memory": 2**62, "queue": -7, "requests": 2**62}])]},
    {"happenings": [happening(time=5)], "trends": [{"step": 1e9, "end": -1e12, "points": [{}] * 9999}, trend(1e6, POINTS, 1e12)]},
])
def test_a_strange_history_does_no_harm(fake, answer):
    one = fake(answers={"History": answer})
    for words in (("history", "web"), ("history", "web", "--since", "1h")):
        done = bridle(*words, "--socket", one.path)
        assert done.returncode == 0 and "\033" not in done.stdout, done


ADVICE = {"missing": [], "measures": {"since": 180500.0, "watched": 180000.0, "requests": 1000000}, "advice": [
    {"key": "workers", "value": "5", "kept": False, "reason": "in the busiest minute 20.0 requests a second " + "of 100ms each " * 12},
    {"key": "timeout", "value": "30s", "kept": True, "reason": "the longest took 2.5s"},
    {"key": "memory_max_worker", "value": "160M", "kept": False, "reason": "the largest\nbind = tcp:0.0.0.0:80"}]}


def test_advice_is_ready_to_be_pasted(fake, tmp_path):
    out = bridle("advise", "web", "--socket", fake(answers={"Advise": ADVICE}).path).stdout
    lines = [line for line in out.splitlines() if line and not line.startswith("#")]
    assert lines == ["workers = 5", "memory_max_worker = 160M"], "whatever a reason says is a comment"
    assert out.startswith("# for [gunicorn:web], from what was measured in 2d2h since 20")
    assert "# as it is: timeout = 30s" in out and all(len(line) <= 80 for line in out.splitlines())
    (tmp_path / "bridle.ini").write_text("[gunicorn:web]\napp = a:b\ncommand = /bin/true\ndirectory = /\nbind = /tmp/x\n" + out)
    assert bridle("check", tmp_path / "bridle.ini").returncode == 0


@pytest.mark.parametrize("columns", [2, 30, 80])
def test_advice_on_a_terminal_of_any_width(fake, columns):
    one = {**ADVICE, "advice": [{"key": "workers", "value": "5", "kept": False, "reason": "x" + "\u00e9" * 99 + " and so on"}]}
    seen = on_terminal("advise", "web", "--socket", fake(answers={"Advise": one}).path, columns=columns, env={"NO_COLOR": "1"})
    comments = [line for line in seen.splitlines() if line.startswith("# ")]
    assert seen.count("\u00e9") == 99 and "".join(comments).endswith("and so on"), seen
    assert all(len(line) <= max(columns, 22) for line in comments)


def test_no_advice_from_too_little(fake):
    one = fake(answers={"Advise": {"missing": ["it was watched for 5s, and it takes 10m", "x\033"], "advice": [], "measures": {}}})
    done = bridle("advise", "web", "--socket", one.path)
    assert (done.returncode, done.stdout) == (7, "")
    assert "too little was seen of web: it was watched for 5s, and it takes 10m" in done.stderr and "\033" not in done.stderr
    for answer in ({}, {"advice": [None, {}, 5], "missing": None}, {"missing": [None]}):
        assert bridle("advise", "web", "--socket", fake(answers={"Advise": answer}, path=f"{one.path}-{len(str(answer))}").path).returncode in (0, 7)


def test_who_takes_no_connections_is_not_waited_for_for_ever(tmp_path):
    """A watcher that hangs while its queue is full: connect(2) would wait, too."""
    path, waiting = str(tmp_path / "control"), []
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(path)
        hung.listen(0)
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(BlockingIOError):
                while True:
                    waiting.append(stack.enter_context(socket.socket(socket.AF_UNIX)))
                    waiting[-1].setblocking(False)
                    waiting[-1].connect(path)
            done = bridle("status", "--socket", path)
    assert done.returncode != 0 and "does not take connections" in done.stderr and "try again" in done.stderr
