"""Troubles that no single death tells, and what the configuration says is to be done about an incident."""
import contextlib
import os
import signal
import time

import pytest

from client import get
from sections import web
from troubles import named, settings, up, why
from waiting import until


@pytest.fixture
def site(daemons, edge):
    """site(**keys): a bridled with one service, which has been told to start."""
    def begin(**keys):
        made = daemons(venv=edge["path"])
        made.write(web(**settings("sync", **keys)))
        return made.start()
    return begin


def of_class(daemon, name):
    return [one for one in why(daemon, 50) if one["class"] == name]


def kill_until(daemon, seen, what, sort=signal.SIGKILL):
    """One worker after the other is killed, each when all are there, until SEEN."""
    def step():
        if seen():
            return True
        os.kill(daemon.wait_workers(2)[0], sort)
        return None
    until(step, what, 120)


def test_workers_that_die_again_and_again(site, edge, figures):
    """Whatever each of them dies of; the master lives. It is told of once, beside the incidents of the single deaths."""
    made = site()
    up(made)
    master = made.master()
    kill_until(made, lambda: of_class(made, "runtime.flapping"), "flapping to be found")
    assert made.master() == master
    incident = of_class(made, "runtime.flapping")[0]
    assert incident["alarm"] and incident["phase"] == "runtime" and incident["confidence"] >= 0.8
    assert incident["deaths"] and {death["signal"] for death in incident["deaths"]} == {signal.SIGKILL}
    figures(f"incident: {incident['class']:<32} {incident['phase']:<16} {edge['version']:<8} sync")
    for _ in range(3):
        os.kill(made.wait_workers(2)[0], signal.SIGKILL)
    killed = until(lambda: [one for one in of_class(made, "runtime.killed-9-sent") if one["died"] >= 8], "the last deaths")
    assert len(killed) == 1
    assert [one["times"] for one in of_class(made, "runtime.flapping")] == [1]


def test_recycling_is_no_flapping(site, edge):
    """Each request ends a worker, because max_requests says so."""
    made = site(max_requests=1)
    up(made)
    began = time.monotonic()

    def left():
        with contextlib.suppress(OSError, EOFError):
            get(made.address(), "/")
        return time.monotonic() - began > 8 and made.log().count("Autorestarting worker") > 8
    until(left, "workers to be recycled", 60)
    named(made, "recycle.max-requests")
    assert [one["class"] for one in why(made, 50) if one["alarm"]] == []
