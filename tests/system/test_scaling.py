"""The number of workers: what a person or the range wants is what there is, whoever signals from outside."""
import os
import signal
import socket
import time

import pytest

from client import Traffic, connect, get
from sections import web
from waiting import until


def test_a_storm_of_signals_from_outside_is_corrected(bridled, edge):
    site = bridled(web(workers=3), venv=edge["path"])
    site.wait_workers(3)
    for signum in (signal.SIGTTIN, signal.SIGTTOU):
        for _ in range(20):
            os.kill(site.master(), signum)
            time.sleep(0.02)  # not waiting: the storm itself
        site.wait_workers(3, timeout=60)
    assert site.service()["restarts"] == 0


def test_hup_from_outside_keeps_the_number_wanted(bridled, edge):
    """Gunicorn resets the count to the configured one on HUP."""
    site = bridled(web(workers=1), venv=edge["path"])
    site.wait_workers(1)
    site.ctl("scale", "web", 3)
    old = site.wait_workers(3)
    os.kill(site.master(), signal.SIGHUP)
    until(lambda: not set(old) & set(site.workers()), "the old workers to go")
    site.wait_workers(3)


def test_the_number_survives_restart_and_death(bridled):
    site = bridled(web(workers=1))
    site.wait_workers(1)
    site.ctl("scale", "web", 3)
    site.ctl("restart", "web")
    site.wait_workers(3)
    seen = site.moves().count("running")
    os.kill(site.master(), signal.SIGKILL)
    site.events.wait("web", "running", count=seen + 1)
    site.wait_workers(3)
    site.ctl("restart", "--cold", "web")
    site.wait_workers(3)


def test_limits(bridled):
    site = bridled(web(workers=1))
    site.wait_workers(1)
    assert site.bridle("scale", "web", "-1").returncode in (0, 7)
    assert site.bridle("scale", "web", "0").returncode != 0
    assert site.bridle("scale", "web", "many").returncode == 2
    assert site.service()["workers_wanted"] == 1
    site.wait_workers(1)


def test_a_range_holds_for_a_person_as_well(bridled):
    """What is outside of it would be taken back at the next look, and whoever waits for it would wait in vain."""
    site = bridled(web(workers="2..4"))
    site.wait_workers(2)
    for number in ("5", "1", "+3"):
        done = site.bridle("scale", "web", number)
        assert done.returncode == 7 and "outside of its range: workers = 2..4" in done.stderr, done
    assert site.service()["workers_wanted"] == 2
    assert "3 workers" in site.ctl("scale", "web", "+1", "--no-wait")


def test_a_range_grows_on_a_standing_queue_and_shrinks(bridled):
    """One sync worker, held by a slow request: what waits behind it in the accept queue calls for more."""
    site = bridled(web(workers="1..3"))
    site.wait_workers(1)
    held = []
    try:
        for _ in range(12):
            one = connect(site.address(), 30)
            one.sendall(b"GET /sleep?s=8 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            held.append(one)
        until(lambda: site.service()["workers_wanted"] >= 2, "the range to grow", 60)
        until(lambda: len(site.workers()) >= 2, "more workers", 60)
        until(lambda: any(one["kind"] == "scaled" and one["what"].startswith("1 -> ") and "waited" in one["words"]
                          for one in site.call("History", name="web")["happenings"]), "that in its history")
    finally:
        for one in held:
            one.close()
    assert site.service()["workers_wanted"] <= 3


def test_memory_max_worker_recycles_one_at_a_time(bridled):
    """A worker that leaks is asked to go, and another comes; nobody notices."""
    site = bridled(web(workers=2, memory_max_worker="90M"))
    fat = set(site.wait_workers(2))
    with Traffic(site.address(), threads=1) as traffic:
        leaked = set()

        def leak_both():
            leaked.add(get(site.address(), "/leak?mb=100").pid)
            return fat <= leaked or len(leaked) >= 2
        until(leak_both, "both workers to leak")
        fewest = 2

        def both_gone():
            nonlocal fewest
            now = site.service()
            fewest = min(fewest, sum(bool(worker["booted"]) for worker in now["workers"]))
            return not leaked & {worker["pid"] for worker in now["workers"]}
        until(both_gone, "both to be recycled", 120)
    traffic.assert_nothing_lost()
    assert fewest >= 1, "both went at the same time"
    site.wait_workers(2)
    assert site.service()["restarts"] == 0


def test_auto_is_twice_the_processors_and_one(bridled):
    site = bridled(web(workers="auto"))
    site.wait_state("running")
    assert site.service()["workers_wanted"] == 2 * len(os.sched_getaffinity(0)) + 1 or \
        pytest.skip("a cgroup quota narrows what may be used")


def test_listener_queue_is_seen(bridled):
    """Connections that nobody accepts are counted: the master is stopped, so that no worker takes them. Without a range,
    too, and without anybody asking for more than what was sampled."""
    site = bridled(web(), web("other"))
    site.wait_state("running")
    for pid in [site.master(), *site.workers()]:
        os.kill(pid, signal.SIGSTOP)
    waiting = [socket.socket(socket.AF_UNIX) for _ in range(5)]
    try:
        for one in waiting:
            one.connect(site.address())
        until(lambda: site.service(brief=True)["queue"] == 5, "five in the sample")
        assert site.service("other", brief=True)["queue"] == 0
        until(lambda: site.service()["listeners"][0]["queue"] == 5, "five in the queue")
    finally:
        for one in waiting:
            one.close()
        for pid in [*site.workers(), site.master()]:
            os.kill(pid, signal.SIGCONT)
    until(lambda: site.service()["listeners"][0]["queue"] == 0, "the queue to empty")


def test_fewer_than_written_stay_fewer(bridled):
    """Whatever else is changed, and whatever becomes of bridled; until another number is written."""
    site = bridled(web(workers=2))
    site.wait_workers(2)
    site.ctl("scale", "web", 1)
    site.wait_workers(1)
    site.write(web(workers=2, environment="A=b"))
    site.ctl("reload")
    until(lambda: site.service()["generation"] == 2, "the next generation")
    site.wait_workers(1)
    site.ctl("reexec")
    site.ctl("restart", "web")
    site.wait_workers(1)
    site.write(web(workers=3, environment="A=b"))
    site.ctl("reload")
    site.wait_workers(3)
