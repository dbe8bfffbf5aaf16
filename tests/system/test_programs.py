"""[program:NAME]: any other command, with the same supervision and logs."""
import os
import signal

import pytest

import processes
from sections import deaf, program
from waiting import stays, until


def test_a_program_lives_and_comes_back(bridled):
    site = bridled(program("nap", "/bin/sleep 3600"))
    service = site.wait_state("running", "nap")
    assert service["kind"] == "program" and service["workers"] == []
    os.kill(service["master"], signal.SIGKILL)
    until(lambda: site.service("nap")["restarts"] == 1, "a restart")
    assert "SIGKILL" in site.wait_state("running", "nap")["last_end"]


@pytest.mark.parametrize("policy, status, comes_back", [
    ("always", 0, True), ("always", 1, True), ("on-failure", 0, False), ("on-failure", 1, True),
    ("never", 0, False), ("never", 1, False)])
def test_restart_policies(bridled, policy, status, comes_back):
    site = bridled(program("once", f"/bin/sh -c 'sleep 0.3; exit {status}'", restart=policy))
    if comes_back:
        site.events.wait("once", "running", count=2)
        return
    until(lambda: site.state("once") in ("stopped", "failed"), "it to stay down")
    stays(lambda: not site.service("once")["master"], "it stays down", 1)
    assert len(site.events.of("once", "starting")) <= 1


def test_an_exit_at_once_waits(bridled):
    site = bridled(program("short", "/bin/false", start_limit=3))
    site.wait_state("failed", "short")
    assert 2 <= len(site.events.of("short", "starting")) + 1 <= 5


def test_a_command_that_is_not_there(bridled):
    site = bridled(program("nap", "/bin/sleep 3600"))
    site.write(program("nap", "/bin/sleep 3600"), program("gone", "/nowhere/program"))
    done = site.bridle("reload")
    assert done.returncode != 0 and "/nowhere/program" in done.stdout + done.stderr
    assert site.state("nap") == "running"


def test_it_ignores_term(bridled):
    site = bridled(deaf(stop_timeout="1s"))
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    master = site.master("deaf")
    site.ctl("stop", "deaf")
    assert not processes.alive(master)


def test_descendants_in_sessions_of_their_own_end_too(bridled):
    site = bridled(program("tree", "/bin/sh -c 'setsid sleep 3601 & setsid sh -c \"sleep 3602 & sleep 3603\" & "
                                   "echo ready; wait'"))
    until(lambda: "ready" in site.log("tree"), "it to fork")
    below = until(lambda: len(found := processes.descendants(site.master("tree"))) >= 4 and found, "its descendants")
    site.ctl("stop", "tree")
    assert not any(processes.alive(pid) for pid in below)


def test_a_daemonizing_program_leaves_nothing(bridled):
    """The double fork: the master ends with status 0, its grandchild would live on under somebody else."""
    site = bridled(program("fork", "/bin/sh -c '(setsid sleep 3600 &) ; exit 0'", restart="on-failure"))
    site.wait_state("stopped", "fork")
    until(lambda: not [pid for pid in processes.marked(site.run_dir) if "sleep" in processes.command(pid)],
          "the grandchild to be ended")
