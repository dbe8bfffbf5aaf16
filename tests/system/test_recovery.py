"""Signals to bridled itself, its exit status, and what it does about an earlier run that was killed."""
import os
import pathlib
import signal
import subprocess

import pytest

import processes
from client import get
from sections import deaf, program, web
from waiting import until

@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_a_stop_of_all_ends_with_0(bridled, signum):
    site = bridled(web(workers=2), program("nap", "/bin/sleep 3600"))
    site.wait_workers(2)
    site.stop(signum)


def test_having_to_kill_shows_in_the_exit_status(bridled):
    site = bridled(deaf(stop_timeout="500ms"))
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    site.stop(status=3)


def test_a_second_interrupt_hurries(bridled):
    site = bridled(deaf(stop_timeout="10m"))
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    site.process.send_signal(signal.SIGINT)
    site.wait_state("stopping", "deaf")
    site.process.send_signal(signal.SIGINT)
    site.stop(signal.SIGINT, status=3, timeout=30)
    said = [line for line in site.said().splitlines() if "SIGINT from process" in line]
    assert said[0].endswith(": stopping") and "hurried" in said[1], said


def test_hup_rereads(bridled):
    site = bridled(web())
    master = site.wait_state("running")["master"]
    site.write(web(), program("nap", "/bin/sleep 3600"))
    site.process.send_signal(signal.SIGHUP)
    until(lambda: len(site.call("List", brief=True)["services"]) == 2, "the new service")
    site.wait_state("running", "nap")
    assert site.master() == master


def forget(site):
    """What a killed bridled remembered is lost, as on a machine that lost power: nothing can be adopted (test_survival.py)."""
    (site.run_dir / "state").unlink()


def test_a_killed_bridled_is_followed_by_one_that_clears_up(bridled, daemons):
    """Where nothing is known of them, leftovers are found by their marker and ended; socket, log and lock serve again."""
    site = bridled(web(workers=2), program("away", "/bin/sh -c 'setsid sleep 3600 & echo ready; wait'"))
    site.wait_workers(2)
    until(lambda: "ready" in site.log("away"), "a process in a session of its own")
    old = processes.descendants(site.pid)
    site.process.kill()
    site.process.wait()
    assert any(processes.alive(pid) for pid in old)
    forget(site)
    site.start()
    site.wait_state("running", timeout=60)
    assert get(site.address()).status == 200
    until(lambda: not [pid for pid in old if processes.alive(pid)], "the leftovers to be ended", 60)
    site.stop()


@pytest.mark.parametrize("how", ["reexec", "KILL"])
def test_what_is_being_ended_is_ended_by_the_next_program_too(bridled, how):
    """One of an earlier run does not hear TERM; before it is killed, bridled becomes another program, or is killed itself. Nobody
    is started beside it, and who was to be started when it is gone, is."""
    site = bridled(deaf(stop_timeout="500ms"))
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    old = site.service("deaf")["master"]
    site.process.kill()
    site.process.wait()
    forget(site)
    site.start()
    until(lambda: f"process {old} of an earlier run" in site.said(), "it to be asked to end")
    refused = site.bridle("start", "deaf")
    assert refused.returncode != 0 and "processes of an earlier run are being ended" in refused.stderr, refused
    if how == "reexec":
        site.ctl("reexec")
        until(lambda: "executed anew" in site.said(), "another program")
    else:
        site.process.kill()
        site.process.wait()
        site.start()
    until(lambda: site.answers() and site.state("deaf") == "running", "it to be started")
    assert not processes.alive(old)
    assert site.said().count(f"process {old} of an earlier run") == 1 + (how == "KILL")
    until(lambda: site.log("deaf").count("ready") == 2, "it to be deaf as well")
    site.stop(status=3)


STRANGER, OWN = 47011, 47012  # nobody else's


@pytest.fixture
def marked():
    """marked(UID, SITE): a process of UID that says to be left of SITE's service job; it is frozen when FREEZER is given."""
    running = []

    def start(uid, site, freezer=None):
        marker = {"BRIDLE_SERVICE": "job", "BRIDLE_GENERATION": "7", "BRIDLE_RUN_DIR": str(site.run_dir)}
        running.append(subprocess.Popen(["/bin/sleep", "3700"], user=uid, group=uid, extra_groups=[], start_new_session=True,
                                        env=marker, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        if freezer:
            (freezer / "cgroup.procs").write_text(str(running[-1].pid))
            (freezer / "freezer.state").write_text("FROZEN")
        return running[-1].pid

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def freezer():
    """A control group whose processes nothing ends, KILL neither: those of v2 let themselves be killed."""
    group = pathlib.Path("/sys/fs/cgroup/freezer", f"bridle-test-{os.getpid()}")
    if not group.parent.is_dir():
        pytest.skip("no freezer of cgroup v1 here")
    group.mkdir()
    yield group
    (group / "freezer.state").write_text("THAWED")
    until(lambda: not (group / "cgroup.procs").read_text(), "it to be empty")
    group.rmdir()


def test_a_stranger_is_not_believed(bridled, as_root, marked):
    """A marker is an environment that anybody can give himself, and go on giving to others: who waited for all of them to be gone
    would not start anything."""
    site = bridled(program("job", "/bin/sleep 1000", user=str(OWN), group=str(OWN)))
    site.wait_state("running", "job")
    site.stop()
    stranger = marked(STRANGER, site)
    site.start().wait_state("running", "job")
    assert processes.alive(stranger) and "of an earlier run" not in site.said()


def test_who_cannot_be_killed_is_not_waited_for(bridled, as_root, freezer, marked):
    """One of a service's user, in a call that does not end."""
    site = bridled(program("job", "/bin/sleep 1000", user=str(OWN), group=str(OWN)))
    site.wait_state("running", "job")
    site.stop()
    frozen = marked(OWN, site, freezer)
    site.start().wait_state("running", "job", timeout=60)
    assert f"process {frozen} of an earlier run" in site.said() and "services are started beside them" in site.said()
    (freezer / "freezer.state").write_text("THAWED")
    until(lambda: not processes.alive(frozen), "what was sent to it to arrive")


def test_two_bridleds_on_one_directory(bridled, daemons):
    """The second refuses, naming the first, and touches nothing."""
    site = bridled(web())
    master = site.wait_state("running")["master"]
    second = daemons(root=site.root)
    second.stderr = site.root / "second.stderr"
    second.start(wait=False)
    assert second.wait() == 1
    assert str(site.pid) in second.said(), second.said()
    assert f"'bridle --socket {site.run_dir}/control shutdown' ends that one" in second.said() and "--root DIR" in second.said()
    assert site.master() == master and get(site.address()).status == 200
    site.stop()


def test_an_unusable_configuration_is_an_exit_with_1(daemons):
    site = daemons()
    site.write("[gunicorn:web]\nworkerz = 3\ntimeout = soon\n")
    site.start(wait=False)
    assert site.wait() == 1
    for word in ("workerz", "workers", "timeout", "bridle.ini:2", "bridle.ini:3"):
        assert word in site.said(), site.said()


def test_stop_while_services_start(bridled):
    site = bridled(web(environment="SLOW=3"), web("two", environment="SLOW=3"))
    site.wait_state("starting")
    site.stop(timeout=40)
    assert not pathlib.Path(site.address()).exists()


def test_zombies_of_others_are_reaped(bridled):
    """Orphans come to bridled (a subreaper): it reaps what it never started."""
    site = bridled(program("maker", "/bin/sh -c 'for n in 1 2 3 4 5 6 7 8 9; do (sleep 0.2 &) ; done; echo ready; "
                                    "exec sleep 3600'"))
    until(lambda: "ready" in site.log("maker"), "orphans")
    until(lambda: not [pid for pid in processes.children(site.pid) if processes.command(pid).startswith("sleep 0.2")]
          and not processes.zombies_below(site.pid), "orphans to be reaped")


def test_a_supervisor_under_a_closed_terminal(bridled):
    """Standard error and output go away (a terminal was closed): nothing happens."""
    site = bridled(web())
    site.wait_state("running")
    os.kill(site.pid, signal.SIGPIPE)
    assert site.state() == "running"


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_starts_that_fail_leave_nothing(bridled, tmp_path):
    """The directory goes away under a running service: each try fails in the child, and is cleared away."""
    there = tmp_path / "there"
    there.mkdir()
    tmp_path.chmod(0o755)
    site = bridled(web(directory=there, pythonpath="{apps}", restart_delay="20ms", restart_delay_max="20ms"))
    dead = site.wait_state("running")["master"]
    until(lambda: not site.service()["workers"] == [], "workers to be seen")
    before = descriptors(site.pid)
    there.rmdir()
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(site.events.of("web", "waiting")) >= 10, "ten tries")
    until(lambda: descriptors(site.pid) <= before, "descriptors to be as few as before")
    until(lambda: not list((site.run_dir / "web").glob("tmp.*")), "temporary directories to go")
    last = site.events.of("web", "waiting")[-1]
    assert "could not be started" in last["reason"], last
    said = site.said().splitlines()[-1]
    assert str(dead) not in said, said


def test_temporary_files_of_an_earlier_run_are_not_found(bridled):
    """Numbers of generations begin anew where nothing is known of the last, and Gunicorn 25 ends whatever pid it finds in its
    TMPDIR."""
    site = bridled(web())
    site.wait_state("running")
    where = next((site.run_dir / "web").glob("tmp.*"), None)
    if where is None:
        pytest.skip("this Gunicorn gets no TMPDIR of its own")
    (where / "of-old").write_text("4242")
    site.process.kill()
    site.process.wait()
    forget(site)
    site.start()
    site.wait_state("running", timeout=60)
    assert where.is_dir() and not (where / "of-old").exists()
