"""Ordinary life is no incident, and costs the watcher nothing."""
import contextlib
import functools
import itertools
import os
import pathlib
import signal
import socket
import threading

import pytest

from client import Traffic, get
from sections import web
from troubles import CLASSES, named, settings, troubled, up, why
from waiting import stays, until


@pytest.fixture
def site(daemons, edge):
    """site(worker_class, **keys): a bridled with that one service, which has been told to start."""
    return functools.partial(troubled, daemons, edge)


def commanded(*words):
    return lambda site: site.ctl(*words)


def rotate(site):
    """As logrotate does: the file is moved away, and Gunicorn opens another one."""
    log = site.root / "access.log"
    log.rename(log.with_suffix(".1"))
    site.ctl("signal", "web", "USR1")
    until(log.exists, "the log to be opened anew")


def lose_the_watcher(site):
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGKILL)
    until(lambda: (seen := site.answers()) and seen["watcher"] not in (None, watcher), "another watcher")


def execute_anew(site):
    before = site.call("Info")["reexecs"]
    site.ctl("reexec")
    until(lambda: (seen := site.answers()) and seen["reexecs"] == before + 1, "bridled to be back")


def reconfigured(**keys):
    def change(site):
        site.write(web(**settings(site.worker_class, **{**PLAIN, **keys})))
        site.ctl("reload")
    return change


PLAIN = {"max_requests": 60, "max_requests_jitter": 40, "workers": 3, "timeout": 10, "probe": "/hello", "probe_interval": "1s",
         "accesslog": "{root}/access.log", "socket_mode": "0666"}
ORDINARY = (commanded("restart", "web"), commanded("scale", "web", "5"), commanded("reload", "web"), rotate,
            commanded("scale", "web", "2"), commanded("signal", "web", "HUP"), lose_the_watcher, rotate,
            commanded("scale", "web", "+1"), execute_anew, reconfigured(probe_interval="2s"),
            reconfigured(environment="RELEASE=2"), commanded("restart", "--cold", "web"), reconfigured())
# What the rude say before they go: a slow request, TLS, a protocol of the future, half a head, half a body, nothing.
SAID = (b"GET /slow?s=0.2 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n",
        b"GET /hello HTTP/1.1\r\nHost: te", b"POST /hello HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf", b"")


@pytest.mark.parametrize("worker_class", CLASSES)
def test_ordinary_life_is_no_incident(site, edge, figures, worker_class):
    """Deploys, scalings, recycling with jitter, logs that are rotated, a changed configuration, bridled and its watcher anew,
    slow requests that succeed, health checks, clients that go away, some with half a request, scanners.

    BRIDLE_ORDINARY rounds of it; in one there is about as much of all that as in an hour of a busy site."""
    rounds = int(os.environ.get("BRIDLE_ORDINARY", "1"))
    made = site(worker_class, **PLAIN)
    made.worker_class = worker_class
    up(made, 3)
    stop = threading.Event()
    asked = itertools.count()

    def visit():
        while not stop.wait(0.02):
            with contextlib.suppress(OSError, EOFError):
                get(made.address(), "/hello", timeout=5)
                next(asked)

    said = itertools.cycle(SAID)

    def rude():
        while not stop.wait(0.05):
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
                one.connect(made.address())
                one.sendall(next(said))
                stop.wait(0.05)  # so that it is read, and more is waited for

    visitors = [threading.Thread(target=one) for one in (visit, visit, rude)]
    for one in visitors:
        one.start()
    try:
        for deed in rounds * ORDINARY:
            deed(made)
            until(lambda: made.state() == "running", "it to run")
            get(made.address(), "/slow?s=0.5")
    finally:
        stop.set()
        for one in visitors:
            one.join()
    made.ctl("stop", "web")
    seen = why(made, 100)
    assert [(one["class"], one["facts"]) for one in seen if one["alarm"]] == []
    assert seen, "recycles are named"
    figures(f"ordinary life {edge['version']} {worker_class}: {next(asked)} requests, {rounds * len(ORDINARY)} deeds, "
            f"{sorted({one['class'] for one in seen})}, no alarm")


# What is nothing to a service, and what is done to it on purpose, with what that is called.
UNNOTICED = (lose_the_watcher, execute_anew, reconfigured(probe_interval="2s"), rotate)
DELIBERATE = (
    (commanded("signal", "web", "HUP"), "recycle.reload-hup"), (commanded("scale", "web", "+1"), "recycle.ttou"),
    (reconfigured(environment="RELEASE=2"), "shutdown.requested"),
)


def test_what_is_done_on_purpose_is_called_so(site, edge):
    """Each for itself: what follows within seconds of something else is told of with it."""
    made = site("sync", **PLAIN)
    made.worker_class = "sync"
    up(made, 3)
    for deed in UNNOTICED:
        deed(made)
    stays(lambda: why(made) == [], "nothing to tell of", 4)
    for deed, name in DELIBERATE:
        deed(made)
        until(lambda: (seen := why(made)) and seen[0]["class"] == name and seen[0]["over"], f"{name} to be over", 60)
    assert [(one["class"], one["alarm"]) for one in why(made, 100)] == [(name, False) for _, name in reversed(DELIBERATE)]


def test_recycling_that_no_line_tells_of(daemons, edge):
    """max_requests in a gunicorn.conf.py, and a logger that is silent: all that is known is that workers end well. No alarm."""
    made = daemons(venv=edge["path"])
    (made.root / "gunicorn.conf.py").write_text("max_requests = 3\nloglevel = 'error'\n")
    made.write(web(**settings("sync", config="{root}/gunicorn.conf.py", timeout=30)))
    made.start()
    first = set(up(made))

    def gone():
        with contextlib.suppress(OSError, EOFError):
            get(made.address(), "/hello")
        return not first & set(made.workers())
    until(gone, "both to be recycled", 60)
    up(made)
    assert "Booting worker" not in made.log() and [one["class"] for one in why(made, 9) if one["alarm"]] == []


def wakeups(pid):
    """Times that PID slept and was woken (proc_pid_status(5): voluntary_ctxt_switches)."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("voluntary_ctxt_switches:")[2].split()[0])


def test_strange_processes_wake_nobody(site, edge, figures):
    """A busy machine forks and ends processes all the time: the kernel keeps those from us."""
    made = site("sync", timeout=30)
    up(made)
    until(lambda: made.service()["state"] == "running" and made.service()["since"] > 4, "it to become quiet", 15)
    watcher = made.call("Info")["watcher"]
    before = wakeups(watcher), wakeups(made.pid)
    for _ in range(300):
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    after = wakeups(watcher), wakeups(made.pid)
    figures(f"300 processes of others: watcher woke {after[0] - before[0]} times, supervisor {after[1] - before[1]}")
    assert after[0] - before[0] <= 20 and after[1] - before[1] <= 1


def test_what_is_busy_is_well(site, edge):
    """More is asked than is answered at once, for longer than a queue may stand, but it is answered: no alarm. Slow imports of
    workers that are exchanged meanwhile are none either."""
    made = site("sync", environment="IMPORT=1", max_requests=40, max_requests_jitter=20, workers=3)
    up(made, 3)
    began = made.service()["figures"]
    assert began is None
    with Traffic(made.address(), threads=3, pause=0, path="/spin?s=0.02&n="):
        until(lambda: (made.service()["figures"] or {"since": 0})["since"] > 35, "35 s of traffic", 120)
    assert [one["class"] for one in why(made, 100) if one["alarm"]] == []


# What trouble.py catches, and the line in which its traceback ends.
CAUGHT = {"variable": "KeyError: 'A_VARIABLE_THAT_IS_NOT_SET'", "syntax": "SyntaxError: ",
          "missing": "ModuleNotFoundError: ", "broken": "ImportError: cannot import name ", "other": "ZeroDivisionError: "}


@pytest.mark.parametrize("worker_class", CLASSES)
def test_what_was_caught_and_printed_is_no_incident(site, edge, worker_class):
    """Again when the story of the first is over. A boot that fails of the same is one."""
    made = site(worker_class, timeout=30)
    made.worker_class = worker_class
    up(made)
    until(lambda: made.state() == "running", "it to run")
    for _ in range(2):
        for what, said in CAUGHT.items():
            before = made.log().count(said)
            assert get(made.address(), f"/caught?what={what}").status == 200
            until(lambda said=said, before=before: made.log().count(said) > before, said)
        stays(lambda: why(made, 100) == [], "nothing to tell of", 5)
    made.write(web(**settings(worker_class, environment="HOW=variable")))
    made.bridle("reload")
    assert named(made, "boot.env-missing", 60, 0.9)["alarm"]
