"""The control socket: who may, what a stranger's client can, and that no client can do harm."""
import json
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import time

from control import Connection
from daemon import TESTS
from descriptors import take, underway
from sections import bridle, program, web
from waiting import until

NAP = program("nap", "/bin/sleep 3600")

# Run as another user: what the daemon answers to List and to Stop.
ASK = """
import sys
sys.path.insert(0, sys.argv[2])
from control import Connection, VarlinkError
for method in ("List", "Stop"):
    try:
        with Connection(sys.argv[1]) as one:
            one.call(method, **({"name": "nap"} if method == "Stop" else {}))
        print(method, "done")
    except VarlinkError as error:
        print(method, error.name)
    except OSError as error:
        print(method, type(error).__name__)
"""


def ask_as_nobody(site):
    nobody = pwd.getpwnam("nobody")
    library = site.built / "lib"
    library.mkdir(exist_ok=True)
    for name in ("control.py", "waiting.py"):  # the tests' own place may be closed to others
        shutil.copy(TESTS / "lib" / name, library / name)
    done = subprocess.run(["/usr/bin/python3", "-c", ASK, str(site.control), str(library)], user=nobody.pw_uid,
                          group=nobody.pw_gid, extra_groups=[], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


def test_other_users_may_not_even_look(bridled, as_root):
    site = bridled(NAP)
    site.wait_state("running", "nap")
    answers = ask_as_nobody(site)
    assert answers["List"] in ("PermissionError", "NotAllowed") and answers["Stop"] in ("PermissionError", "NotAllowed")
    assert site.state("nap") == "running"


def test_other_users_may_look_where_that_is_said(bridled, as_root):
    site = bridled(bridle(control_read="all"), NAP)
    site.wait_state("running", "nap")
    assert ask_as_nobody(site) == {"List": "done", "Stop": "NotAllowed"}
    assert site.state("nap") == "running"
    assert site.bridle("status", user=pwd.getpwnam("nobody").pw_uid).returncode == 0
    assert site.bridle("stop", "nap", user=pwd.getpwnam("nobody").pw_uid).returncode == 6


def test_members_of_the_control_group_may(bridled, as_root):
    site = bridled(bridle(control_group="nogroup"), NAP)
    site.wait_state("running", "nap")
    assert ask_as_nobody(site) == {"List": "done", "Stop": "done"}
    assert site.state("nap") == "stopped"


def test_errors_are_those_of_the_interface(bridled):
    site = bridled(NAP)
    site.wait_state("running", "nap")
    error = site.refused("Stop", name="nop")
    assert error.name == "NoSuchService" and error.parameters["nearest"] == "nap"
    assert site.refused("Scale", name="nap", workers=2).name == "Refused"
    assert site.refused("Scale", name="nap", workers=-1, by=True).name == "Refused"
    for workers in (0, -1, 1.5, "2", None, 1 << 40):
        assert site.refused("Scale", name="nap", workers=workers).name == "InvalidParameter", workers
    assert site.refused("Signal", name="nap", signal="SOMETHING").name in ("Refused", "InvalidParameter")
    assert site.refused("Nonsense").name == "MethodNotFound"
    assert site.refused("Stop").name == "InvalidParameter"
    assert site.refused("Stop", name=7).name == "InvalidParameter"
    assert site.state("nap") == "running"


GARBAGE = [b"\0", b"\0" * 1000, b"{}\0", b"[]\0", b"null\0", b"{\"method\": 1}\0", b"{\"method\": \"\"}\0",
           b"{\"method\": \"org.bridle.List\", \"parameters\": []}\0", b"GET / HTTP/1.1\r\n\r\n\0", b"\xff\xfe\0",
           b"[" * 100_000 + b"\0", b"{\"a\":" * 50_000 + b"\0",
           b"{\"method\": \"org.bridle.List\"" + b" " * 300_000 + b"}\0", b"x" * 2_000_000]


def test_garbage_harms_nobody(bridled):
    site = bridled(NAP)
    watcher = site.call("Info")["watcher"]
    for bytes_ in GARBAGE:
        with Connection(site.control, timeout=10) as one:
            try:
                one.socket.sendall(bytes_)
                one.socket.shutdown(socket.SHUT_WR)
                while one.socket.recv(65536):
                    pass
            except OSError:
                pass  # it may hang up on us in the middle
        assert site.call("Info")["watcher"] == watcher, f"the watcher fell over {bytes_[:40]!r}"


def request(method, **other):
    return json.dumps({"method": f"org.bridle.{method}", **other}).encode() + b"\0"


def took(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_many_calls_at_once_keep_nobody_waiting(bridled):
    """As many as a connection's buffer takes, and for each the journal is read: others come in between."""
    site = bridled(NAP)
    site.wait_state("running", "nap")
    watcher = site.call("Info")["watcher"]
    journal = site.log_dir / "history.jsonl"
    journal.write_text(journal.read_text() * 1500)
    single = took(lambda: site.call("History", name="nap"))
    with Connection(site.control) as one:
        # a long one first: the buffer that it needs takes hundreds of short ones
        one.socket.sendall(request("Info", oneway=True, parameters={"padding": "x" * 60000}) +
                           request("History", oneway=True, parameters={"name": "nap"}) * 500 + request("Info"))
        longest = 0
        while not select.select([one.socket], [], [], 0)[0]:
            longest = max(longest, took(lambda: site.call("Info")))
    assert longest < 30 * single
    assert site.call("Info")["watcher"] == watcher


def test_what_another_asked_for_before_is_no_answer(bridled):
    """A stop and a start that the supervisor finds together: the start is not told of the stop's moves as if it had failed."""
    site = bridled(NAP)
    master = site.wait_state("running", "nap")["master"]
    with Connection(site.control) as one, Connection(site.control) as other:
        end = take(site.call("Info")["watcher"], 3)  # of the link
        os.kill(site.pid, signal.SIGSTOP)
        for connection, deed in ((one, "Stop"), (other, "Start")):
            before = underway(end)
            connection.send(deed, name="nap")
            until(lambda: underway(end) > before, f"{deed} to be passed on")  # noqa: B023 (called in this round)
        os.close(end)
        os.kill(site.pid, signal.SIGCONT)
        other.receive()
    assert site.wait_state("running", "nap")["master"] != master


# Run as another user: 200 connections that say nothing, until standard input ends.
HOLD = """
import socket, sys
held = []
for _ in range(200):
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(5)
    try:
        one.connect(sys.argv[1])
        held.append(one)
    except OSError:
        pass
print("held", flush=True)
sys.stdin.read()
"""


def test_a_stranger_with_200_connections_keeps_nobody_out(bridled, as_root):
    site = bridled(bridle(control_read="all"), NAP)
    watcher = site.call("Info")["watcher"]
    nobody = pwd.getpwnam("nobody").pw_uid
    holder = subprocess.Popen(["/usr/bin/python3", "-c", HOLD, str(site.control)], user=nobody, group=nobody,
                              extra_groups=[], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
    try:
        assert holder.stdout.readline() == b"held\n"
        assert site.call("Info")["watcher"] == watcher
        site.ctl("restart", "nap")
    finally:
        holder.communicate()
    assert site.call("Info")["watcher"] == watcher


def test_slow_readers_harm_nobody(bridled):
    """Clients that ask without end and never read are hung up on before they cost much."""
    site = bridled(web(), NAP)
    site.wait_state("running")
    watcher = site.call("Info")["watcher"]
    held = [Connection(site.control) for _ in range(30)]
    for one in held:
        one.socket.setblocking(False)
        try:
            for _ in range(3000):
                one.send("List")
        except OSError:
            pass  # its buffer is full, or it was hung up on
    until(lambda: can_ask(site), "an answer beside slow readers")
    with open(f"/proc/{watcher}/status") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    assert memory < 300_000, f"{memory} KiB in the watcher"
    for one in held:
        one.close()
    assert site.call("Info")["watcher"] == watcher


def can_ask(site):
    try:
        with Connection(site.control, timeout=5) as one:
            return one.call("Info")
    except (OSError, ValueError):
        return False


def test_several_requests_on_one_connection(bridled):
    site = bridled(NAP)
    site.wait_state("running", "nap")
    with Connection(site.control) as one:
        for _ in range(50):
            one.send("List", name="nap")
        for _ in range(50):
            assert one.receive()["services"][0]["name"] == "nap"


def test_a_client_that_goes_away_while_it_waits(bridled):
    site = bridled(web(environment="SLOW=2", autostart="no"))
    with Connection(site.control) as one:
        one.send("Start", name="web")
        site.events.wait("web", "starting")
    site.wait_state("running")


def test_watch_goes_to_everybody(bridled):
    site = bridled(NAP)
    site.wait_state("running", "nap")
    with Connection(site.control) as one, Connection(site.control) as two:
        for each in (one, two):
            each.send("Watch", more=True, name="nap")
        until(lambda: site.call("Info"), "the daemon")
        site.ctl("stop", "nap")
        for each in (one, two):
            seen = []
            while "stopped" not in seen:
                seen.append(each.receive()["event"]["to"])
            assert seen[-2:] == ["stopping", "stopped"]
