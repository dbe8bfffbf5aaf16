"""Nobody of a service lives, and bridled is killed: its queues remain, and whoever waits in one is answered in the end."""
import itertools
import os
import pathlib
import pwd
import re
import signal
import socket
import threading

import pytest

import processes
from chaos import listening
from client import Traffic, connect, parse
from control import Connection
from sections import program, web
from test_blind import NO_SIGHT
from test_survival import Reaper, info, wait_reborn
from waiting import PATIENCE, until

KILLS = 3
APP = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['PATH_INFO']} {__import__('os').getpid()}".encode()]
"""


class Waiting:
    """A request that nobody may be there to answer."""

    def __init__(self, address, path):
        self.path, self.socket = path, connect(address, 60 * PATIENCE)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".encode())

    def assert_answered(self):
        with self.socket:
            answer = parse(b"".join(iter(lambda: self.socket.recv(65536), b"")))
        assert answer.status == 200 and answer.body.startswith(self.path + " "), answer


class Crowd:
    """Clients who come without end, in turn to each of ADDRESSES, and wait."""

    def __init__(self, *addresses):
        self.addresses, self.waiting, self.error = itertools.cycle(addresses), [], None
        self.ending, self.thread = threading.Event(), threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            while not self.ending.wait(0.02):
                self.waiting.append(Waiting(next(self.addresses), f"/{len(self.waiting)}"))
        except OSError as error:
            self.error = error

    def grow(self, by=4):
        wanted = len(self.waiting) + by
        until(lambda: self.error or len(self.waiting) >= wanted, "more who wait")
        assert self.error is None, f"number {len(self.waiting)}: {self.error!r}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(60 * PATIENCE)


BEFORE = {  # what happens before bridled is killed for the first time: the watcher is another one then
    "nothing": None,
    "as a plain user": None,
    "re-exec": lambda site: site.ctl("reexec"),
    "crash": lambda site: (os.kill(site.pid, signal.SIGSEGV), wait_reborn(site, "crashes", 1)),
    "a dead watcher": lambda site: os.kill(info(site)["watcher"], signal.SIGKILL),
}


def first(site, before):
    watcher = info(site)["watcher"]
    if BEFORE[before]:
        BEFORE[before](site)
        until(lambda: info(site)["watcher"] not in (0, watcher), "another watcher")


def holds_little(pid):
    """One descriptor, or none: it has ended then, for bridled was killed before it had given it anything to guard."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd")) <= 1
    except FileNotFoundError:
        return True


def refuses(site):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(site.control)) != 0


def kill(site, old):
    """Kill bridled, whose watcher joins OLD, and has let go of all but what it guards when this returns."""
    watcher = info(site)["watcher"]
    old.add(watcher)
    site.process.kill()
    site.process.wait()
    until(lambda: holds_little(watcher) and refuses(site), "the watcher to have nothing else, and nobody to answer commands")


@pytest.mark.parametrize("before", BEFORE)
def test_queues_outlive_a_killed_bridled(bridled, free_ports, figures, before):
    ports = free_ports(2)
    asleep, broken = ("{root}/asleep.sock", ("127.0.0.1", ports[0])), ("{root}/broken.sock", ("127.0.0.1", ports[1]))
    user = pwd.getpwnam("nobody").pw_uid if before == "as a plain user" and os.geteuid() == 0 else None
    site = bridled(web("asleep", start="on-demand", bind=f"unix:{asleep[0]} 127.0.0.1:{ports[0]}"),
                   web("broken", app="late:app", directory="{root}", bind=f"unix:{broken[0]} 127.0.0.1:{ports[1]}",
                       restart_delay="1h", restart_delay_max="2h"), user=user)
    site.wait_state("listening", "asleep")
    site.wait_state("waiting", "broken")
    first(site, before)
    sockets, old = listening(site.pid), set()
    with Reaper(old):
        with Crowd(site.address("broken"), broken[1]) as crowd:
            for n in range(KILLS):
                crowd.grow()
                kill(site, old)
                crowd.grow()
                if n < KILLS - 1:
                    site.start()
            with Traffic(site.address("asleep")) as unix, Traffic(asleep[1]) as tcp:
                site.start()
                until(lambda: unix.good > 5 and tcp.good > 5, "answers")
            crowd.grow()
            assert len(sockets & listening(site.pid)) == len(sockets) - 1 == 4, "the same, but for the control socket"
            assert site.state("broken") == "waiting"
        assert unix.failed == tcp.failed == {}
        (site.root / "late.py").write_text(APP)
        site.ctl("start", "broken")
        for one in crowd.waiting:
            one.assert_answered()
        for watcher in old:
            processes.wait_gone(watcher)
        site.stop()
    assert site.said().count("it is killed") < KILLS, "watchers that stayed, though what they guarded was taken"
    figures(f"{KILLS} times kill -9 while nobody of a service lives, {before}: {len(crowd.waiting)} waited, "
            f"{unix.good + tcp.good} came to one on demand, 0 lost")


def test_a_queue_that_cannot_be_fetched(bridled, as_root):
    """Without CAP_SYS_PTRACE nothing can be copied out of the watcher, which has another user: who waits is cut off, but
    the next bridled is there at once, and listens."""
    site = bridled(web("asleep", start="on-demand"), web("broken", app="no_such_module:app", restart_delay="1h", restart_delay_max="2h"),
                   wrapper=NO_SIGHT)
    site.wait_state("listening", "asleep")
    site.wait_state("waiting", "broken")
    old = set()
    with Reaper(old):
        for _ in range(KILLS):
            with socket.socket(socket.AF_UNIX) as waiting:
                waiting.connect(site.address("broken"))
                kill(site, old)
                site.start()
                with pytest.raises(ConnectionResetError):
                    waiting.recv(1)
            assert site.state("broken") == "waiting" and site.state("asleep") == "listening"
        with Traffic(site.address("asleep")) as traffic:
            until(lambda: traffic.good, "an answer")
    assert traffic.failed == {}
    assert site.said().count("it is killed") < KILLS, "it waited for watchers that guarded what nobody could have"


def connected(site):
    try:
        return Connection(site.control)
    except OSError:
        return None


def test_a_queue_outlives_who_has_just_answered(bridled):
    """Once bridled says that a service listens, its queue outlives it, be it killed in the same moment."""
    site = bridled(*(web(f"asleep{n}", start="on-demand") for n in range(30)))
    for _ in range(KILLS):
        site.stop()
        site.start(wait=False)
        with until(lambda: connected(site), "the control socket") as connection:
            watcher = connection.call("Info")["watcher"]
            site.process.send_signal(signal.SIGSTOP)
            assert {one["state"] for one in connection.call("List", brief=True)["services"]} == {"listening"}
        sockets = listening(site.pid)
        with Reaper(watcher):
            site.process.kill()
            site.process.wait()
            site.start()
        assert len(sockets & listening(site.pid)) == len(sockets) - 1 == 30, "the same, but for the control socket"


def kept(pid):
    """How many descriptors lie in the queues of sockets of PID: scm_fds of proc_pid_fdinfo(5), since Linux 5.8."""
    found = [re.search(r"^scm_fds:\s*(\d+)", path.read_text(), re.M) for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()]
    return sum(int(one.group(1)) for one in found if one)


def test_as_many_queues_as_may_travel(bridled, as_root):
    """A user may have no more descriptors on the way than one process may have open (ETOOMANYREFS, unix(7)): of so many listeners not
    all can be kept twice, but once they are, whatever moves."""
    binds = [" ".join(f"unix:{{root}}/{n}-{k}.sock" for k in range(16)) for n in range(20)]
    site = bridled(*(web(f"asleep{n}", start="on-demand", bind=bind) for n, bind in enumerate(binds)),
                   program("nap", "/bin/sleep 3600"), user=pwd.getpwnam("nobody").pw_uid, wrapper=["prlimit", "--nofile=500:500"])
    site.wait_state("running", "nap")
    for _ in range(3):
        for deed, state in ("stop", "stopped"), ("start", "running"):
            site.ctl(deed, "nap")
            site.wait_state(state, "nap")
            until(lambda: kept(site.pid) == 320, "all to be kept", 5)


def test_an_address_is_free_at_once(bridled, free_ports):
    """A service that waited at an address is gone, and another waits there, all in one reload: what was kept for a kill -9 is in
    nobody's way."""
    port, = free_ports(1)
    keys = {"start": "on-demand", "bind": f"127.0.0.1:{port}"}
    site = bridled(web("a", **keys))
    site.wait_state("listening", "a")
    site.write(web("b", **keys))
    site.ctl("reload")
    site.wait_state("listening", "b")
    assert "cannot listen" not in site.said() and "in use" not in site.said(), site.said()
    with Traffic(("127.0.0.1", port)) as traffic:
        until(lambda: traffic.good, "an answer")
    assert traffic.failed == {}
