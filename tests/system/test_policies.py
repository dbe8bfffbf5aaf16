"""Troubles that no single death tells, and what the configuration says is to be done about an incident."""
import concurrent.futures
import contextlib
import os
import re
import signal
import socket
import time

import pytest

from client import get
from sections import bridle, web
from troubles import (CLASSES, IN_A_CONTAINER, IN_AN_OLD_CONTAINER, WITH_GEVENT, ask_in_vain, classes_of, named,
                      needs_process_events, note, settings, troubled, up, why)
from waiting import until


@pytest.fixture
def site(daemons, edge):
    """site(**keys): a bridled with one service, which has been told to start."""
    def begin(worker_class="sync", **keys):
        return troubled(daemons, edge, worker_class, **keys)
    return begin


def of_class(daemon, name, service="web"):
    return [one for one in why(daemon, 50, service) if one["class"] == name]


def end_one(daemon, sort=signal.SIGKILL):
    """The oldest worker is killed when two are there, and seen to be gone: who asks at once may still be told of it."""
    victim = daemon.wait_workers(2)[0]
    os.kill(victim, sort)
    until(lambda: victim not in daemon.workers(), "the worker to be gone")


def kill_until(daemon, seen, what, sort=signal.SIGKILL):
    """One worker after the other is killed, each when all are there, until SEEN."""
    def step():
        if seen():
            return True
        end_one(daemon, sort)
        return None
    until(step, what, 120)


@pytest.mark.parametrize("worker_class", WITH_GEVENT)
def test_workers_that_die_again_and_again(site, edge, figures, worker_class):
    """Whatever each of them dies of; the master lives. It is told of once, beside the incidents of the single deaths."""
    made = site(worker_class)
    up(made)
    master = made.master()
    kill_until(made, lambda: of_class(made, "runtime.flapping"), "flapping to be found")
    assert made.master() == master
    incident = of_class(made, "runtime.flapping")[0]
    assert incident["alarm"] and incident["phase"] == "runtime" and incident["confidence"] >= 0.8
    # one may have left well: whom Gunicorn had forked too many of while their number was brought back to what is wanted
    assert {signal.SIGKILL} <= {death["signal"] for death in incident["deaths"]} <= {signal.SIGKILL, None}
    for kind in ("memory", "io", "cpu"):
        share = incident["deaths"][0][f"{kind}_pressure"]
        assert 0 <= share <= 100 if os.path.exists(f"/proc/pressure/{kind}") else share is None
    note(figures, edge, worker_class, incident)
    for _ in range(3):
        end_one(made)
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


def said(daemon, words):
    return until(lambda: words in daemon.said() and words, f"bridled to say: {words}", 30)


def test_flapping_is_replaced_once(site, edge):
    """A new generation beside the old one; what goes on after it has to wait, or the cure would be the next trouble."""
    made = site(on_flapping="replace")
    up(made)
    first = made.service()["generation"]
    kill_until(made, lambda: made.service()["generation"] > first, "it to be replaced")
    said(made, "web: it is being replaced (on_flapping)")
    until(lambda: any("its settings want for what happened" in event["reason"] for event in made.events.of("web")),
          "why to be among the events")
    incident = until(lambda: [one for one in of_class(made, "runtime.flapping") if one["did"]], "what was done to be told")[0]
    assert incident["did"] == "Bridle replaced it: on_flapping"
    assert incident["time"] == pytest.approx(incident["last"], abs=1) and incident["confidence"] == 0.95
    assert "Bridle replaced it: on_flapping" in made.ctl("why", "web", "--last", "50")
    second = made.service()["generation"]
    for _ in range(3):
        end_one(made)
    made.wait_workers(2)
    assert made.service()["generation"] == second


def test_flapping_is_stopped(site, edge):
    made = site(on_flapping="stop")
    up(made)

    def step():
        if made.state() == "stopped":
            return True
        for pid in made.workers()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return None
    until(step, "it to be stopped", 120)
    assert made.service()["reason"] == "stopped, as on_flapping says"
    assert until(lambda: [one for one in of_class(made, "runtime.flapping") if one["did"]],
                 "what was done to be told")[0]["did"] == "Bridle stopped it: on_flapping"
    until(lambda: [one for one in of_class(made, "runtime.killed-9-sent") if one["over"]], "the last death to be told")
    assert "Bridle stopped it: on_flapping" in made.ctl("why", "web")  # which comes before the single deaths
    made.ctl("start", "web")  # a person's word counts
    assert made.state() == "running"


def test_a_boot_loop_is_stopped(site, edge):
    """Workers crash while they load, one after the other; their master knows no better than to start others."""
    made = site(environment="HOW=segv", on_boot_loop="stop", start_timeout="60s", start_limit=0, timeout=60)
    made.wait_state("stopped", timeout=60)
    said(made, "web: it is being stopped (on_boot_loop)")
    assert made.service()["reason"] == "stopped, as on_boot_loop says"
    assert of_class(made, "boot.crash-signal")
    assert "Bridle stopped it: on_boot_loop" in [one["did"] for one in why(made, 50)]


HOLDS_UP = {"sync": "/slow?s=9", "gthread": "/lock?s=9", "gevent": "/lock?s=9"}  # what keeps a worker from beating


def test_a_worker_that_hangs_is_asked_to_go(daemons, edge, figures):
    """Its request is slow, and gets its answer: 60 % of timeout have passed, but not all of it."""
    names = classes_of(edge)
    made = daemons(venv=edge["path"])
    made.write(*[web(name, **settings(name, timeout=13, on_hang="recycle", graceful_timeout="20s")) for name in names])
    made.start()
    before = {name: up(made, service=name) for name in names}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda name: get(made.address(name), HOLDS_UP[name], timeout=30), names))
    for name, answer in zip(names, answers):
        assert answer.pid in before[name]
        said(made, f"{name}: worker {answer.pid} is recycled")
        incident = until(lambda: of_class(made, "recycle.hang", name), "the incident")[0]
        assert not incident["alarm"] and incident["did"] == f"Bridle asked worker {answer.pid} to go: on_hang"
        until(lambda: answer.pid not in made.wait_workers(2, name), "another one in its place")
        assert [one["class"] for one in why(made, 50, name) if one["alarm"]] == []
        note(figures, edge, name, incident)


@pytest.mark.parametrize("wrapper", [[], IN_A_CONTAINER, IN_AN_OLD_CONTAINER], ids=["machine", "container", "old container"])
def test_a_hang_is_replaced(daemons, edge, wrapper):
    """In a network of its own, as in a container, the kernel gives no process events: pidfds tell of a worker's end, and where
    the kernel is old, the master's line."""
    if wrapper and os.geteuid() != 0:
        pytest.skip("a network of its own needs root")
    made = daemons(venv=edge["path"], wrapper=wrapper)
    made.write(web(**settings("sync", timeout=3, on_hang="replace")))
    made.start()
    up(made)
    first = made.service()["generation"]
    with contextlib.suppress(OSError, EOFError):
        get(made.address(), "/slow?s=60", timeout=30)
    until(lambda: made.service()["generation"] > first, "it to be replaced", 30)
    said(made, "web: it is being replaced (on_hang)")
    incident = until(lambda: [one for one in of_class(made, "runtime.timeout") if one["did"]], "what was done to be told")[0]
    assert incident["did"] == "Bridle replaced it: on_hang"


def test_all_that_hang_are_not_replaced_at_once(daemons):
    """Whatever they wait for, another generation of each would wait for it, too."""
    made = daemons()
    made.write(*[web(name, **settings("sync", workers=1, timeout=2, on_hang="replace")) for name in ("one", "two", "three")])
    made.start()
    names = ("one", "two", "three")
    for name in names:
        made.wait_workers(1, name, timeout=60)
    with contextlib.ExitStack() as asked:
        for name in names:
            one = asked.enter_context(socket.socket(socket.AF_UNIX))
            one.connect(made.address(name))
            one.sendall(b"GET /slow?s=60 HTTP/1.1\r\nHost: test\r\n\r\n")
        for name in names:
            until(lambda name=name: [one for one in why(made, 9, name) if one["class"] == "runtime.timeout" and one["over"]],
                  f"{name} to have hung", 60)
    assert sorted(made.service(name)["generation"] for name in names) == [1, 1, 2]


def test_killed_for_memory_is_replaced(site, edge, as_root):
    made = site(memory_max="200M", memory_swap_max="0", workers=1, timeout=30, on_oom="replace")
    up(made, 1)
    if "memory_max" in made.said() and "cannot" in made.said():
        pytest.skip("no control group for memory here")
    first = made.service()["generation"]
    with contextlib.suppress(OSError, EOFError):
        get(made.address(), "/leak?mb=400", timeout=30)
    until(lambda: made.service()["generation"] > first, "it to be replaced", 30)
    said(made, "web: it is being replaced (on_oom)")


def test_one_worker_that_is_used(site, edge, figures):
    """No alarm; once a start."""
    made = site(workers=1)
    up(made, 1)
    assert of_class(made, "advice.single-worker") == []
    for _ in range(120):
        get(made.address(), "/")
    incident = until(lambda: of_class(made, "advice.single-worker"), "the advice", 40)[0]
    assert not incident["alarm"] and incident["times"] == 1
    note(figures, edge, "sync", incident)
    assert "bridle why" not in made.said()  # nobody is warned


def test_more_workers_than_fit(site, edge, figures):
    """As many as the range allows, each as large as the one that is: nobody has so much memory."""
    made = site(workers="2..1024", timeout=60)
    up(made)
    get(made.address(), "/leak?mb=150", timeout=60)
    incident = until(lambda: of_class(made, "advice.memory"), "the advice", 40)[0]
    assert not incident["alarm"]
    note(figures, edge, "sync", incident)


@pytest.mark.parametrize("worker_class", CLASSES)
def test_descriptors_that_run_out(site, edge, figures, worker_class):
    """Told while there are some left."""
    made = site(worker_class, limit_nofile=128, timeout=60)
    up(made)
    hoarder = get(made.address(), "/open?n=108", timeout=60).pid
    incident = until(lambda: of_class(made, "runtime.fd-scarce"), "the incident", 60)[0]
    assert incident["alarm"] and incident["times"] == 1
    assert f"Worker {hoarder} has " in incident["action"] and "of 128: limit_nofile = 256 " in incident["action"]
    note(figures, edge, worker_class, incident)


def structured(message):
    """The name of what it is about, and its structured data."""
    head, _, rest = message.decode().partition("[incident@32473 ")
    return head.split()[5], dict(re.findall(r'(\w+)="((?:[^"\\\]]|\\.)*)"', rest))


def test_syslog(daemons, edge, tmp_path):
    """Whoever takes the messages may go, and come again: what was lost meanwhile is counted."""
    tmp_path.chmod(0o777)

    def taker():
        one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.bind(str(tmp_path / "log"))
        (tmp_path / "log").chmod(0o666)
        one.settimeout(40)
        return one

    made = daemons(venv=edge["path"])
    made.write(bridle(syslog_to=tmp_path / "log"), web(**settings("sync")))
    with taker() as first:
        made.start()
        os.kill(up(made)[0], signal.SIGKILL)
        message = first.recv(2000)
    assert message.startswith(b"<28>1 20")
    name, data = structured(message)
    assert name == "runtime.killed-9-sent"
    assert data["service"] == "web" and data["class"] == name and data["alarm"] == "yes" and data["number"] == "1"
    assert "a worker" in message.decode().partition("\ufeff")[2]
    (tmp_path / "log").unlink()
    ask_in_vain(made, "/segv")
    said(made, "incidents are not told to syslog")
    until(lambda: [one for one in of_class(made, "runtime.crash-signal") if one["over"]], "that story to be over")
    made.wait_workers(2)
    needs_process_events(made, edge)
    with taker() as second:
        ask_in_vain(made, "/exit?code=5")
        assert structured(second.recv(2000))[0] == "runtime.worker-exit"
    said(made, "takes incidents again: 1 were not told")


def test_syslog_over_udp(daemons, edge):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        taker.settimeout(40)
        made = daemons(venv=edge["path"])
        made.write(bridle(syslog_to=f"127.0.0.1:{taker.getsockname()[1]}"), web(**settings("sync")))
        made.start()
        os.kill(up(made)[0], signal.SIGKILL)
        assert structured(taker.recv(2000))[0] == "runtime.killed-9-sent"
