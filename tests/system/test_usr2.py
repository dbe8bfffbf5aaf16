"""USR2 by hand, or by somebody's deploy script, where Gunicorn opens its listeners itself."""
import os
import signal

import pytest

import processes
from client import Traffic, get
from sections import program, web
from troubles import why
from waiting import stays, until


def is_master(pid):
    return "gunicorn: master" in processes.command(pid) or "GUNICORN_PID" in processes.environment(pid)


def begin(made, port, *more):
    """A Gunicorn that opens its listener itself, with two workers; and MORE sections."""
    made.port = port
    made.write(web(bind=None, args=f"--bind 127.0.0.1:{port}", workers=2), *more)
    made.start().wait_workers(2)
    return made


@pytest.fixture
def site(daemons, gunicorn, free_ports):
    return begin(daemons(venv=gunicorn["path"]), *free_ports(1))


def start_second(site):
    """USR2; the pid of the second master, whose workers are up."""
    old = site.master()
    os.kill(old, signal.SIGUSR2)
    heir = until(lambda: [pid for pid in processes.children(old) if is_master(pid)], "a second master")[0]
    until(lambda: len(processes.children(heir)) == 2, "its workers")
    until(lambda: site.log().count("Booting worker") == 4, "them to boot")
    return old, heir


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["TERM", "KILL"])
def test_the_second_master_is_adopted(site, how):
    with Traffic(("127.0.0.1", site.port)) as traffic:
        until(lambda: traffic.good > 5, "load to flow")
        old, heir = start_second(site)
        left = processes.children(old)
        os.kill(old, how)
        until(lambda: site.master() == heir, "the second master to be the service's")
        site.wait_workers(2)
        processes.wait_gone(*[pid for pid in left if pid != heir])
        seen = traffic.good
        until(lambda: traffic.good > seen + 5, "load to flow on")
    assert traffic.failed == {}
    service = site.service()
    assert (service["state"], service["generation"], service["restarts"]) == ("running", 2, 0)
    assert [pid for pid in processes.children(site.pid) if is_master(pid)] == [heir]
    assert f"master {old} was followed by {heir}" in site.said()
    if how == signal.SIGTERM:  # by hand, but in order
        seen = until(lambda: [one for one in why(site, 9) if one["class"] == "recycle.usr2-upgrade"], "it to be named")[0]
        assert seen["phase"] == "recycle" and not any(one["alarm"] for one in why(site, 9))
    site.ctl("restart", "web")
    assert site.service()["generation"] == 3 and not processes.alive(heir)


# Its orphans are bridled's children from then on, before any that come later.
CROWD = """
import os, signal
if os.fork() == 0:
    for _ in range(1100):
        if os.fork() == 0:
            signal.pause()
    os._exit(0)
os.wait()
os.write(1, b"crowded\\n")
signal.pause()
"""


def test_the_second_master_is_found_in_a_crowd(daemons, edge, free_ports, tmp_path):
    """However many children bridled has: the kernel lists the one that became one last, last."""
    script = tmp_path / "crowd.py"
    script.write_text(CROWD)
    site = begin(daemons(venv=edge["path"]), *free_ports(1), program("crowd", f"/usr/bin/python3 -S {script}"))
    until(lambda: "crowded" in site.log("crowd"), "a crowd")
    assert len(processes.children(site.pid)) > 1100
    old, heir = start_second(site)
    os.kill(old, signal.SIGKILL)
    until(lambda: site.master() == heir, "the second master to be the service's")
    site.wait_workers(2)
    assert (site.service()["generation"], site.service()["restarts"]) == (2, 0)
    assert get(("127.0.0.1", site.port)).status == 200


def test_the_second_master_is_known_again(daemons, edge, free_ports):
    """By a bridled that follows one that was killed: what it shows of itself is of the generation of the first one."""
    site = begin(daemons(venv=edge["path"]), *free_ports(1))
    old, heir = start_second(site)
    os.kill(old, signal.SIGTERM)
    until(lambda: site.master() == heir, "the second master to be the service's")
    workers = site.wait_workers(2)
    with Traffic(("127.0.0.1", site.port)) as traffic:
        site.process.kill()
        site.process.wait()
        site.start()
        assert site.wait_workers(2) == workers
        seen = traffic.good
        until(lambda: traffic.good > seen + 5, "load to flow on")
    assert traffic.failed == {}
    assert (site.master(), site.service()["generation"]) == (heir, 2)


@pytest.mark.parametrize("when", ["meanwhile", "afterwards"])
def test_the_second_master_of_an_adopted_one(daemons, edge, free_ports, when):
    """bridled was killed, and the first master is no child of the next one; it ends while there is no bridled, or afterwards."""
    site = begin(daemons(venv=edge["path"]), *free_ports(1))
    old, heir = start_second(site)
    with Traffic(("127.0.0.1", site.port)) as traffic:
        site.process.kill()
        site.process.wait()
        if when == "meanwhile":
            os.kill(old, signal.SIGTERM)
            os.waitpid(old, 0)  # we are the reaper of orphans
        site.start()
        if when == "afterwards":
            site.wait_state("running")
            os.kill(old, signal.SIGTERM)
            os.waitpid(old, 0)
        until(lambda: site.master() == heir, "the second master to be the service's")
        site.wait_workers(2)
        seen = traffic.good
        until(lambda: traffic.good > seen + 5, "load to flow on")
    assert traffic.failed == {}
    assert (site.service()["generation"], site.service()["restarts"]) == (2, 0)
    site.ctl("restart", "web")
    assert site.service()["generation"] == 3 and not processes.alive(heir)


def test_the_second_master_is_sent_back(site):
    workers = site.workers()
    old, heir = start_second(site)
    stays(lambda: site.workers() == workers and site.master() == old, "the first master and its workers, as they were", 4)
    os.kill(heir, signal.SIGTERM)
    processes.wait_gone(heir)
    assert (site.master(), site.workers(), site.service()["generation"]) == (old, workers, 1)


def test_on_held_listeners_it_is_told_by_name(daemons, edge):
    """The second master looks for its listeners where the first one found them, and ends; the first one serves on."""
    site = daemons(venv=edge["path"])
    site.write(web(workers=2))
    workers = site.start().wait_workers(2)
    master = site.master()
    os.kill(master, signal.SIGUSR2)
    until(lambda: "web: master.crash" in site.said(), "it to be told")
    assert "cannot work on listeners that Bridle holds" in site.ctl("why", "web")
    assert (site.master(), site.workers(), site.service()["generation"]) == (master, workers, 1)
    assert get(site.address()).status == 200
