"""What stands while nobody dies: a queue, a worker that is missing, one that spins."""
import contextlib
import functools
import os
import pathlib
import signal
import socket
import threading
import time

import pytest

from client import get
from sections import web
from troubles import ask_in_vain, classes_of, named, note, settings, troubled, up, why
from waiting import PATIENCE, until


@pytest.fixture
def site(daemons, edge):
    """site(worker_class, **keys): a bridled with that one service, which has been told to start."""
    return functools.partial(troubled, daemons, edge)


def seen(daemon, name):
    return [one for one in why(daemon, 9) if one["class"] == name]


def test_a_queue_that_stands(site, edge, figures):
    """Both workers wait for somebody, and more and more connections wait for them. It is told of once."""
    made = site("sync", timeout=300)
    up(made)
    with contextlib.ExitStack() as open_ones:
        for _ in range(8):
            one = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            one.connect(made.address())
            one.sendall(b"GET /slow?s=600 HTTP/1.1\r\nHost: test\r\n\r\n")
        incident = named(made, "runtime.queue-standing", 60)
        assert incident["alarm"] and incident["phase"] == "runtime"
        assert "6 wait for 2" in incident["action"]
    note(figures, edge, "sync", incident)
    for pid in made.workers():
        os.kill(pid, signal.SIGKILL)  # or they sleep on
    named(made, "runtime.killed-9-sent")  # an incident of its own, not in the place of the other
    assert [one["times"] for one in seen(made, "runtime.queue-standing")] == [1]


def test_how_long_a_queue_lasts(site, edge):
    """Twelve ask at once, again and again, and two are answered every half second: who comes last has some ten before him."""
    made = site("sync", timeout=300)
    up(made)
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            ask_in_vain(made, "/slow?s=0.5")
    asking = [threading.Thread(target=ask) for _ in range(12)]
    for one in asking:
        one.start()
    try:
        until(lambda: 1 < (made.service()["queue_wait"] or 0) < 6, "about two and a half seconds", 60)
    finally:
        stop.set()
        for one in asking:
            one.join()
    until(lambda: made.service()["queue_wait"] == 0, "nobody to wait", 20)


def ask_and_wait(address, stack, count):
    """COUNT requests that take long, whether or not there is room for them."""
    for _ in range(count):
        one = stack.enter_context(socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET))
        one.setblocking(False)
        with contextlib.suppress(OSError):
            one.connect(address)
        with contextlib.suppress(OSError):
            one.send(b"GET /slow?s=600 HTTP/1.1\r\nHost: test\r\n\r\n")


def test_a_queue_that_is_full(site, edge, free_ports, figures):
    """Who finds no room is counted, and the setting that makes room is named; that the queue stands is told of as well."""
    port, = free_ports(1)
    made = site("sync", bind=f"127.0.0.1:{port}", backlog=1, timeout=300)
    up(made)
    with contextlib.ExitStack() as open_ones:
        def full():
            ask_and_wait(("127.0.0.1", port), open_ones, 6)
            return seen(made, "runtime.queue-overflow")
        incident = until(full, "connections to be turned away", 60)[0]
        assert incident["alarm"] and incident["phase"] == "runtime"
        strain = incident["strain"]
        assert strain["room"] == 1 and strain["dropped"] > 0 and strain["open_most"] is None
        assert f"{strain['dropped']} times one found no room in a queue for 1. backlog = 2 holds" in incident["action"]
        assert f"in a queue for 1, {strain['dropped']} times one found no room" in " ".join(made.ctl("why", "web", "--last", "9").split())
        for kind in ("memory", "io", "cpu"):
            share = strain[f"{kind}_pressure"]
            assert 0 <= share <= 100 if os.path.exists(f"/proc/pressure/{kind}") else share is None
        standing = until(lambda: seen(made, "runtime.queue-standing"), "it to stand", 60)[0]
        assert standing["strain"]["queue"] >= 2 and standing["strain"]["dropped"] > 0
        assert standing["strain"]["steal"] is None or 0 <= standing["strain"]["steal"] <= 100
        assert "found no room in a queue for 1" in standing["action"]
    note(figures, edge, "sync", incident)
    for pid in made.workers():
        os.kill(pid, signal.SIGKILL)  # or they sleep on


@pytest.mark.parametrize("worker_class", ["gthread", "gevent"])
def test_workers_that_hold_all_they_may(site, edge, free_ports, figures, worker_class):
    """Such a worker accepts no more than worker_connections: those that come then wait, however idle it is, and when the queue is
    full find no room. gthread as most have it: by threads alone."""
    keys = {"worker_class": "sync", "threads": 2} if worker_class == "gthread" else {"worker_class": worker_class}
    port, = free_ports(1)
    made = site(**keys, workers=1, worker_connections=3, bind=f"127.0.0.1:{port}", backlog=1)
    up(made, 1)
    with contextlib.ExitStack() as open_ones:
        def full():
            ask_and_wait(("127.0.0.1", port), open_ones, 9)
            return seen(made, "runtime.queue-overflow")
        full_one = until(full, "connections to be turned away", 60)[0]
        incident = until(lambda: seen(made, "runtime.queue-standing"), "it to stand", 60)[0]
    assert full_one["alarm"] and full_one["strain"]["room"] == 1 and full_one["strain"]["dropped"] > 0
    assert incident["strain"]["open_most"] == 3 and incident["strain"]["open"] >= 3
    assert "worker_connections = 6 lets them hold twice as many" in incident["action"]
    for one in full_one, incident:
        note(figures, edge, worker_class, one)


@contextlib.contextmanager
def stopped(pids):
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_workers_that_do_not_come_or_do_not_go(daemons, edge, figures, tmp_path):
    """One of two dies, and the one in its place never gets through its import. One of three was told to go, and cannot: its master
    is stopped, and has not passed that on."""
    classes = classes_of(edge)
    made = daemons(venv=edge["path"])
    made.write(*[web(f"few-{one}", **settings(one, environment=f"STALL={tmp_path}/stall", timeout=300)) for one in classes],
               *[web(f"many-{one}", **settings(one, workers=3)) for one in classes])
    made.start()
    victims = [up(made, 2, f"few-{one}")[0] for one in classes]
    for one in classes:
        up(made, 3, f"many-{one}")
    (tmp_path / "stall").touch()
    for pid in victims:
        os.kill(pid, signal.SIGTERM)
    with stopped([made.master(f"many-{one}") for one in classes]):
        for one in classes:
            made.call("Scale", name=f"many-{one}", workers=2, no_wait=True)
        for one in classes:
            for name, kind in (f"few-{one}", "runtime.workers-missing"), (f"many-{one}", "runtime.workers-surplus"):
                incident = named(made, kind, 90, service=name)
                assert incident["alarm"]
                note(figures, edge, one, incident)


def test_a_worker_that_spins(site, edge, figures):
    """In a thread, so that its heartbeat goes on and Gunicorn sees nothing wrong; the other one is idle."""
    made = site("sync")
    up(made)
    spinner, began = get(made.address(), "/thread").pid, time.monotonic()
    try:
        # a slow machine has no more of a processor for it however long one waits: no PATIENCE
        incident = named(made, "runtime.worker-spins", 120 / PATIENCE)
    except AssertionError:
        ticks = sum(map(int, pathlib.Path(f"/proc/{spinner}/stat").read_text().rpartition(")")[2].split()[11:13]))
        if ticks / os.sysconf("SC_CLK_TCK") < 0.98 * (time.monotonic() - began):
            pytest.skip("no processor of this machine was free for it")
        raise
    assert incident["alarm"] and f"py-spy dump --pid {spinner}" in incident["action"]
    note(figures, edge, "sync", incident)
