"""[program:NAME]: any other command, with the same supervision and logs."""
import os
import pathlib
import resource
import signal
import socket
import tempfile
import time

import pytest

import processes
from sections import deaf, program
from waiting import PATIENCE, stays, until


def starts(site, name):
    """How often NAME began to start, as bridled says: it may have ended before anybody listens to events."""
    return site.said().count(f"{name}: starting -> running")


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
    until(lambda: "once: starting -> running" in site.said(), "it to have run")
    until(lambda: site.state("once") in ("stopped", "failed"), "it to stay down")
    stays(lambda: not site.service("once")["master"], "it stays down", 1)
    assert starts(site, "once") == 1


@pytest.mark.parametrize("policy, key, status, comes_back", [
    ("always", "restart_prevent_exit_status", 7, False), ("on-failure", "restart_prevent_exit_status", 8, True),
    ("never", "restart_force_exit_status", 7, True), ("on-failure", "success_exit_status", 7, False)])
def test_statuses_that_mean_something_else(bridled, policy, key, status, comes_back):
    site = bridled(program("once", f"/bin/sh -c 'sleep 0.3; exit {status}'", restart=policy, **{key: "75 7"}))
    if comes_back:
        site.events.wait("once", "running", count=2)
        return
    until(lambda: "once: starting -> running" in site.said(), "it to have run")
    site.wait_state("stopped" if key == "success_exit_status" else "failed", "once")
    assert starts(site, "once") == 1


def test_an_exit_at_once_waits(bridled):
    site = bridled(program("short", "/bin/false", start_limit=3))
    site.wait_state("failed", "short")
    assert 2 <= site.moves("short").count("starting") + 1 <= 5
    assert site.ctl("why", "short").startswith("short  failed for ")


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


STREAM = """
import os, signal, time
if os.fork() == 0:
    for _ in range(300):
        if os.fork() == 0:
            signal.pause()
    os._exit(0)
os.wait()
for _ in range(1000):
    if os.fork() == 0:
        for _ in range(5):
            if os.fork() == 0:
                os._exit(0)
        os._exit(0)
    os.wait()
    print("more", flush=True)
time.sleep(3600)
"""


def test_orphans_keep_no_signal_away(bridled, tmp_path):
    """They are gathered before they are reaped, longer where many live on, and no signal is taken meanwhile: then it is. Masters
    are seen to end, and no zombie stays."""
    tmp_path.chmod(0o755)
    (tmp_path / "stream.py").write_text(STREAM)
    site = bridled(program("stream", f"/usr/bin/python3 -S {tmp_path}/stream.py"), program("nap", "/bin/sleep 3600"))
    until(lambda: site.log("stream").count("more") > 100, "hundreds of orphans")
    master = site.master("nap")
    os.kill(master, signal.SIGKILL)
    until(lambda: site.master("nap") not in (0, None, master), "the other service to be back")
    until(lambda: not processes.zombies_below(site.pid), "no zombies")
    os.kill(site.pid, signal.SIGTERM)
    assert site.wait() == 0


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


# ---- being ready ----

NOTIFIER = """
import os, signal, socket, sys, time
def say(words):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.sendto(words.encode(), os.environ["NOTIFY_SOCKET"])
print("up", os.environ.get("WATCHDOG_USEC"), flush=True)
go = sys.argv[1]
if "child" in sys.argv and os.fork() == 0:
    say("READY=1")
    signal.pause()
while not os.path.exists(go):
    time.sleep(0.02)
if "silent" not in sys.argv:
    say("STATUS=well\\nREADY=1")
while True:
    time.sleep(0.1)
    if not os.path.exists(go + ".mute"):
        say("WATCHDOG=1")
"""


@pytest.fixture
def notifier():
    with tempfile.TemporaryDirectory(prefix="b-", dir="/tmp") as where:
        path = pathlib.Path(where)
        path.chmod(0o755)
        (path / "notifier.py").write_text(NOTIFIER)

        def make(name="herald", words="", **keys):
            return program(name, f"/usr/bin/python3 -S {path}/notifier.py {path}/go {words}", type="notify", **keys)
        make.go = path / "go"
        make.mute = path / "go.mute"
        yield make


def test_it_is_ready_when_it_says_so(bridled, notifier):
    site = bridled(notifier())
    until(lambda: "up None" in site.log("herald"), "it to run")
    stays(lambda: site.state("herald") == "starting", "it is not ready", 0.5)
    notifier.go.touch()
    site.wait_state("running", "herald")
    assert "proven ready" in site.said() and site.service("herald")["says"] == "well"
    assert "well" in site.ctl("status", "herald")


def test_only_its_main_process_may_say_so(bridled, notifier):
    site = bridled(notifier(words="silent child"), notifier("open", words="silent child", notify_access="all"))
    site.wait_state("running", "open")
    stays(lambda: site.state("herald") == "starting", "a child's word does not count", 0.5)


def test_a_stranger_may_not_say_so(as_root, bridled, notifier):
    """The socket belongs to the service's user; root may write to it, and is no process of the service."""
    site = bridled(notifier(words="silent", user="nobody"))
    until(lambda: "up" in site.log("herald"), "it to run")
    path = site.run_dir / "herald" / "notify"
    assert path.stat().st_mode & 0o777 == 0o600 and path.owner() == "nobody"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"READY=1", str(path))
    stays(lambda: site.state("herald") == "starting", "a stranger's word does not count", 0.5)


def test_it_says_so_while_the_watcher_is_dead(bridled, notifier):
    """What is said waits in the socket, which the supervisor holds."""
    site = bridled(notifier())
    until(lambda: "up" in site.log("herald"), "it to run")
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGSTOP)
    notifier.go.touch()
    os.kill(watcher, signal.SIGKILL)
    until(lambda: site.answers() and site.state("herald") == "running", "it to be ready")


def test_a_watchdog_that_is_not_fed(bridled, notifier):
    notifier.go.touch()
    site = bridled(notifier(watchdog="1s"))
    master = site.wait_state("running", "herald")["master"]
    assert "up 1000000" in site.log("herald")
    stays(lambda: site.master("herald") == master, "it lives as long as it says so", 1.5)
    notifier.mute.touch()
    until(lambda: "SIGABRT" in site.said(), "it to be ended")
    until(lambda: site.service("herald")["restarts"] == 1, "it to be started again")


def test_it_never_says_so(bridled, notifier):
    site = bridled(notifier(words="silent", start_timeout="500ms", start_limit=1))
    site.wait_state("failed", "herald")
    assert "start_timeout" in str(site.service("herald")) or "retrying" in site.said()


def test_a_newline_on_a_descriptor(daemons):
    site = daemons()
    site.write(program("six", "/bin/sh -c 'until test -e {root}/go; do sleep 0.05; done; echo >&5; exec 5>&-; sleep 3600'",
                       ready_fd=5))
    site.start()
    until(lambda: site.master("six"), "it to run")
    stays(lambda: site.state("six") == "starting", "it is not ready", 0.5)
    (site.root / "go").touch()
    site.wait_state("running", "six")


def test_an_address_that_answers(bridled, free_ports):
    port, = free_ports(1)
    site = bridled(program("server", f"/bin/sh -c 'sleep 0.7; exec python3 -m http.server --bind 127.0.0.1 {port}'",
                           ready_probe=f"tcp:127.0.0.1:{port}", autostart="no"))
    site.ctl("start", "server")
    socket.create_connection(("127.0.0.1", port)).close()


def test_a_command_that_succeeds(daemons):
    site = daemons()
    site.write(program("slow", "/bin/sh -c 'sleep 0.7; touch {root}/there; sleep 3600'", ready_command="/usr/bin/test -e {root}/there",
                       autostart="no"))
    site.start().ctl("start", "slow")
    assert (site.root / "there").exists() and site.state("slow") == "running"


@pytest.mark.parametrize("status, remains, state", [(0, "no", "stopped"), (0, "yes", "done"), (3, "no", "failed")])
def test_oneshots(bridled, status, remains, state):
    site = bridled(program("once", f"/bin/sh -c 'echo ran; exit {status}'", type="oneshot", remain_after_exit=remains, autostart="no",
                           exec_start_post="/bin/echo and after"))
    done = site.bridle("start", "once")
    assert (done.returncode == 0) == (status == 0), done
    site.wait_state(state, "once")
    until(lambda: site.log("once").count("ran") == 1, "it to have run")
    if status == 0:
        until(lambda: "and after" in site.log("once"), "what follows it")
    else:
        assert "and after" not in site.log("once")
    if state == "done":
        site.ctl("stop", "once")
        assert site.state("once") == "stopped"


def test_signals_of_its_own(bridled):
    script = "trap 'echo reloaded' USR1; trap 'echo bye; exit 75' INT; trap '' TERM; echo set; while :; do sleep 0.05; done"
    site = bridled(program("own", f'/bin/sh -c "{script}"', kill_signal="INT", reload_signal="SIGUSR1", restart="on-failure",
                           success_exit_status="75"))
    until(lambda: "set" in site.log("own"), "its traps to be set")
    site.ctl("reload", "own")
    until(lambda: "reloaded" in site.log("own"), "it to have reloaded")
    site.ctl("stop", "own")
    until(lambda: "bye" in site.log("own"), "its last line")
    assert "killing" not in site.said()
