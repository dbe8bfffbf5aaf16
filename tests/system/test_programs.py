"""[program:NAME]: any other command, with the same supervision and logs."""
import os
import resource
import signal
import time

import pytest

import processes
from sections import deaf, program
from waiting import PATIENCE, stays, until


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
    assert site.moves("once").count("starting") <= 1


def test_an_exit_at_once_waits(bridled):
    site = bridled(program("short", "/bin/false", start_limit=3))
    site.wait_state("failed", "short")
    assert 2 <= site.moves("short").count("starting") + 1 <= 5


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


def test_daemonizing_programs_leave_nothing(bridled):
    """The double fork: the master ends with status 0, its grandchild would live on under somebody else. Forty of them, for
    one that is just executing something when bridled looks shows neither session nor marker."""
    names = [f"fork{number}" for number in range(40)]
    site = bridled(*(program(name, "/bin/sh -c '(setsid sleep 3600 &) ; exit 0'", restart="on-failure", autostart="no")
                     for name in names))
    for name in names:
        site.begin(name)
    for name in names:
        site.wait_state("stopped", name)
    until(lambda: processes.children(site.pid) == [site.call("Info")["watcher"]], "nobody to be left")


MANY = """
import os, signal, sys
for _ in range(int(sys.argv[1])):
    if os.fork() == 0:
        signal.pause()
print("forked", flush=True)
signal.pause()
"""


def test_many_orphans_hold_nobody_up(bridled, tmp_path):
    """The master of a thousand dies: they are ended in one go, and other services do not wait for that."""
    tmp_path.chmod(0o755)
    (tmp_path / "many.py").write_text(MANY)
    site = bridled(program("many", f"/usr/bin/python3 -S {tmp_path}/many.py 1000", restart="never"),
                   program("nap", "/bin/sleep 3600"))
    until(lambda: "forked" in site.log("many"), "a thousand children")
    began = time.monotonic()
    os.kill(site.master("many"), signal.SIGKILL)
    site.ctl("restart", "nap")
    until(lambda: len(processes.descendants(site.pid)) <= 2, "all thousand to end")
    assert time.monotonic() - began < 5 * PATIENCE


def test_nobody_is_called_gone_for_want_of_descriptors(bridled):
    """A stop while bridled can open nothing: it goes on when it can, and has not said "stopped" before."""
    site = bridled(program("tree", "/bin/sh -c 'setsid sleep 3601 & echo ready; wait'"))
    until(lambda: "ready" in site.log("tree"), "it to fork")
    sleeper = until(lambda: [pid for pid in processes.descendants(site.master("tree")) if "3601" in processes.command(pid)],
                    "its descendant")[0]
    plenty = resource.prlimit(site.pid, resource.RLIMIT_NOFILE)
    free = min(set(range(1000)) - {int(name) for name in os.listdir(f"/proc/{site.pid}/fd")})
    resource.prlimit(site.pid, resource.RLIMIT_NOFILE, (free, plenty[1]))
    site.call("Stop", name="tree", no_wait=True)
    until(lambda: not site.master("tree"), "the master to end")
    stays(lambda: site.state("tree") == "stopping" or not processes.alive(sleeper), "it is not said to be gone", 1)
    assert processes.alive(sleeper)
    resource.prlimit(site.pid, resource.RLIMIT_NOFILE, plenty)
    site.wait_state("stopped", "tree")
    assert not processes.alive(sleeper)


def test_stops_and_goes_are_told_once(bridled):
    """A service can do this to itself, as fast as it likes."""
    site = bridled(program("nap", "/bin/sleep 3600"), program("other", "/bin/sleep 3600"))
    master = site.wait_state("running", "nap")["master"]
    for _ in range(20):
        os.kill(master, signal.SIGSTOP)
        until(lambda: processes.look(master)[0] == "T", "it to be stopped")
        site.call("Signal", name="other", signal="CONT")  # the supervisor has had a round of its loop
        os.kill(master, signal.SIGCONT)
    assert site.said().count("was stopped by SIGSTOP") == 1
