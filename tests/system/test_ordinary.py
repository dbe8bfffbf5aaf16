"""Ordinary life is no incident, and costs the watcher nothing."""
import contextlib
import functools
import itertools
import os
import pathlib
import socket
import threading

import pytest

from client import Traffic, get
from troubles import troubled, up, why
from waiting import until

CLASSES = ["sync", "gthread"]


@pytest.fixture
def site(daemons, edge):
    """site(worker_class, **keys): a bridled with that one service, which has been told to start."""
    return functools.partial(troubled, daemons, edge)


ORDINARY = (["restart", "web"], ["scale", "web", "5"], ["reload", "web"], ["scale", "web", "2"], ["signal", "web", "HUP"],
            ["scale", "web", "+1"], ["restart", "--cold", "web"])


@pytest.mark.parametrize("worker_class", CLASSES)
def test_ordinary_life_is_no_incident(site, edge, figures, worker_class):
    """Deploys, scalings, recycling with jitter, slow requests that succeed, health checks, clients that go away, scanners.

    BRIDLE_ORDINARY rounds of it; in one there is about as much of all that as in an hour of a busy site."""
    rounds = int(os.environ.get("BRIDLE_ORDINARY", "1"))
    made = site(worker_class, max_requests=100, max_requests_jitter=50, workers=3, probe="/hello", probe_interval="1s")
    up(made, 3)
    stop = threading.Event()
    asked = itertools.count()

    def visit():
        while not stop.wait(0.02):
            with contextlib.suppress(OSError, EOFError):
                get(made.address(), "/hello", timeout=5)
                next(asked)

    said = itertools.cycle([b"GET /slow?s=0.2 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                            b"GET / HTTP/9.9\r\n\r\n", b""])

    def rude():
        while not stop.wait(0.05):
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
                one.connect(made.address())
                one.sendall(next(said))

    visitors = [threading.Thread(target=one) for one in (visit, visit, rude)]
    for one in visitors:
        one.start()
    try:
        for command in rounds * ORDINARY:
            made.ctl(*command)
            until(lambda: made.state() == "running", "it to run")
            get(made.address(), "/slow?s=1")
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
