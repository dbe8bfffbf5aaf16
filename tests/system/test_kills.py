"""Masters and workers that are killed, by every signal that matters and in every state."""
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import processes
from client import Traffic, get
from sections import program, web
from test_bounds import groups_of
from waiting import until

SIGNALS = [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM]
NAMES = [one.name for one in SIGNALS]


def pids_of(service):
    return [worker["pid"] for worker in service["workers"]]


def assert_well(site, name="web"):
    """Up, serving, with the number of workers that it should have, and no zombie below bridled."""
    site.wait_state("running", name)
    until(lambda: get(site.address(name)).status == 200, "an answer")
    service = site.service(name)
    site.wait_workers(service["workers_wanted"], name)
    until(lambda: not processes.zombies_below(site.pid), "zombies to be reaped", 5)


@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_a_killed_master_while_running(bridled, edge, signum):
    site = bridled(web(workers=2), venv=edge["path"])
    site.wait_workers(2)
    old = site.service()
    os.kill(old["master"], signum)
    until(lambda: site.master() not in (None, old["master"]), "a successor")
    assert_well(site)
    assert site.service()["restarts"] == 1
    assert site.service()["last_end"]
    if signum != signal.SIGTERM:
        assert signum.name in site.service()["last_end"]
    processes.wait_gone(*pids_of(old))


@pytest.mark.parametrize("name", ["sync", "gthread", "uvicorn"])
def test_a_killed_master_under_traffic_loses_nothing(bridled, edge, name):
    """On a held listener the successor starts at once beside the orphans, which finish what they have."""
    if name not in edge["classes"]:
        pytest.skip(f"{name} does not work with Gunicorn {edge['version']} here")
    app = "hello:asgi" if name == "uvicorn" else "hello:app"
    site = bridled(web(workers=2, worker_class=edge["classes"][name], app=app), venv=edge["path"])
    site.wait_workers(2)
    old = site.service()
    with Traffic(site.address()) as traffic:
        until(lambda: traffic.good > 20, "traffic to flow")
        killed = time.time()
        os.kill(old["master"], signal.SIGKILL)
        starting = site.events.wait("web", "starting")
        site.events.wait("web", "running")
        processes.wait_gone(*pids_of(old))
        before = traffic.good
        until(lambda: traffic.good > before + 20, "traffic to flow afterwards")
    traffic.assert_nothing_lost(edge["version"], name)
    assert starting["time"] - killed < 1, "the successor was not started at once"


@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_killed_workers_while_running(bridled, edge, signum):
    site = bridled(web(workers=2), venv=edge["path"])
    master = site.wait_state("running")["master"]
    for worker in site.wait_workers(2):
        os.kill(worker, signum)
        processes.wait_gone(worker)
    assert_well(site)
    assert site.master() == master, "a worker's death cost the master"


@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_a_killed_master_while_starting(bridled, signum):
    site = bridled(web(environment="SLOW=2", autostart="no")).begin()
    until(lambda: processes.children(site.master()), "a worker that imports")
    os.kill(site.master(), signum)
    assert_well(site)
    moves = site.moves()
    assert moves == ["starting", "waiting", "starting", "running"], "an end before ready is a boot failure, and waits"


@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_a_killed_worker_while_starting(bridled, signum):
    site = bridled(web(environment="SLOW=1", autostart="no")).begin()
    worker = until(lambda: processes.children(site.master()), "a worker that imports")[0]
    os.kill(worker, signum)
    assert_well(site)


@pytest.mark.parametrize("whose", ["old", "new"])
@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_a_killed_master_while_replacing(bridled, whose, signum):
    """The new one: the old serves on. The old one: the new one takes over; nothing is refused in either case."""
    site = bridled(web(workers=2, environment="SLOW=1"))
    old = site.wait_state("running")
    site.wait_workers(2)
    with Traffic(site.address()) as traffic:
        site.call("Restart", name="web", no_wait=True)
        site.wait_state("replacing")
        new = until(lambda: [pid for pid in masters(site) if pid != old["master"]], "the new master")[0]
        until(lambda: processes.children(new), "its workers")
        os.kill(old["master"] if whose == "old" else new, signum)
        processes.wait_gone(old["master"] if whose == "old" else new)
        assert_well(site)
    traffic.assert_nothing_lost()
    until(lambda: len(masters(site)) == 1, "one master to be left")
    assert (site.master() == old["master"]) == (whose == "new")


def masters(site):
    watcher = site.call("Info")["watcher"]
    return [pid for pid in processes.children(site.pid) if pid != watcher and "unicorn" in processes.command(pid)
            and processes.children(pid)]


@pytest.mark.parametrize("what", ["master", "worker"])
@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_killed_while_stopping(bridled, what, signum):
    """Whatever is killed on the way down, it ends stopped, with nobody left, and does not come back."""
    site = bridled(web(graceful_timeout="20s", stop_timeout="25s"))
    master = site.wait_state("running")["master"]
    worker = site.wait_workers(1)[0]
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(get, site.address(), "/sleep?s=4")
        until(lambda: "sleeping" in site.log(), "the request to begin")
        site.call("Stop", name="web", no_wait=True)
        site.wait_state("stopping")
        os.kill(master if what == "master" else worker, signum)
        slow.exception()
    site.wait_state("stopped")
    assert not processes.alive(master) and not processes.alive(worker)
    assert site.moves()[-1] == "stopped"


def test_a_master_killed_again_and_again_is_no_hot_loop(bridled):
    """At once the first times, then with waits."""
    site = bridled(web(restart_delay="300ms", autostart="no")).begin()
    for count in range(1, 9):
        site.events.wait("web", "running", count=count)
        os.kill(site.master(), signal.SIGKILL)
    site.events.wait("web", "running", count=9)
    assert_well(site)
    waits = site.events.of("web", "waiting")
    assert 0 < len(waits) < 8, [event["to"] for event in site.events.of("web")]


@pytest.mark.parametrize("signum", SIGNALS, ids=NAMES)
def test_orphans_killed_while_waiting(bridled, signum):
    """Between two starts there is no master: what is left of the last one may end in any way, and the next start comes."""
    site = bridled(web(restart_delay="2s", restart_delay_max="2s", restart_reset="1h", autostart="no",
                       worker_class="gthread")).begin()
    for count in (1, 2):
        site.events.wait("web", "running", count=count)
        workers = site.workers()
        os.kill(site.master(), signal.SIGKILL)
    site.wait_state("waiting")
    for worker in workers:
        if processes.alive(worker):
            os.kill(worker, signum)
    processes.wait_gone(*workers)
    site.events.wait("web", "running", count=3)
    assert_well(site)


def test_a_stopped_process_group_is_no_escape(bridled):
    """Grandchildren of requests, in the master's session or in one of their own, end with the service."""
    site = bridled(web())
    site.wait_state("running")
    pids = [int(get(site.address(), f"/fork?s=1000{how}").body.split()[1]) for how in ("", "&session=1")]
    assert all(processes.alive(pid) for pid in pids)
    site.ctl("stop", "web")
    assert not any(processes.alive(pid) for pid in pids)


def test_a_frozen_service_is_made_to_stop(bridled):
    """SIGSTOP to master and workers: TERM and QUIT cannot be acted on; KILL is."""
    site = bridled(web(workers=2, graceful_timeout="1s", stop_timeout="2s"))
    master = site.wait_state("running")["master"]
    for pid in [*site.wait_workers(2), master]:
        os.kill(pid, signal.SIGSTOP)
    site.ctl("stop", "web")
    assert not processes.alive(master)


HIDER = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve("/bin/sleep", ["sleep", "3799"], {**os.environ, "BRIDLE_SERVICE": "other"})
    os._exit(0)
os.wait()
time.sleep(3600)
"""


def test_who_hides_under_another_services_marker(bridled, tmp_path):
    """In a session of its own, its parent gone: where there is no control group to tell, it lives as long as whom it names, and
    not a moment longer."""
    (tmp_path / "hider.py").write_text(HIDER)
    site = bridled(program("web", f"{sys.executable} {tmp_path}/hider.py"), program("other", "/bin/sleep 3600"))

    def hidden():
        return [pid for pid in processes.marked(site.run_dir) if processes.command(pid) == "sleep 3799"]
    pid, = until(hidden, "it to hide")
    site.ctl("stop", "web")
    assert site.state("other") == "running"
    site.ctl("stop", "other")
    processes.wait_gone(pid)
    site.stop()
    site.assert_nothing_left()


def test_who_left_his_group_is_killed_as_well(bridled, as_root):
    """Root can: then KILL goes by session and marker, too."""
    site = bridled(web(graceful_timeout="1s", stop_timeout="2s"))
    master, worker = site.master(), site.wait_workers(1)[0]
    group, ours = groups_of(worker).get(""), groups_of(os.getpid()).get("")
    if group in (None, ours):
        pytest.skip("no control group of v2 can be had here")
    (ours / "cgroup.procs").write_text(str(worker))
    os.kill(worker, signal.SIGSTOP)
    os.kill(master, signal.SIGKILL)
    until(lambda: not processes.alive(worker), "it to be killed")
    site.wait_state("running")
