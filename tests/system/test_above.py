"""bridled under somebody who wants to know: NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS, --ready-fd."""
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading

import pytest

import processes
from client import connect, get
from daemon import TESTS, open_to_all
from sections import program, web
from waiting import stays, until


class Above:
    """Whoever started us: reads datagrams until the end."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name)
        self.said = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                self.said.append(self.socket.recv(65536).decode())
            except OSError:
                return

    def heard(self, words):
        return [said for said in self.said if words in said.split("\n")]

    @property
    def status(self):
        lines = [line for said in self.said for line in said.split("\n") if line.startswith("STATUS=")]
        return lines[-1].removeprefix("STATUS=") if lines else None


@pytest.fixture(params=["path", "abstract"])
def above(request, tmp_path):
    one = Above(str(tmp_path / "notify") if request.param == "path" else f"\0bridle-{os.getpid()}-{id(request)}")
    yield one
    one.socket.close()


@pytest.fixture
def told(daemons, above):
    """told(section, ..., **environment): a bridled that tells ABOVE, which is in `above` of it."""
    def start(*sections, **environment):
        site = daemons(environment={"NOTIFY_SOCKET": above.socket.getsockname().replace("\0", "@")
                                    if isinstance(above.socket.getsockname(), str)
                                    else "@" + above.socket.getsockname()[1:].decode(), **environment})
        site.above = above
        site.write(*sections)
        return site.start()
    return start


def test_ready_when_all_are(told):
    """The slow one is waited for, the one that waits for a connection is not, nor is one that should not start."""
    site = told(web(environment="SLOW=1.5"), web("lazy", start="on-demand"), web("off", autostart="no"))
    until(lambda: site.above.status == "1 of 2 services up; not up yet: web", "the status")
    assert not site.above.heard("READY=1") and site.state() == "starting"
    until(lambda: site.above.heard("READY=1"), "READY=1")
    assert site.state() == "running" and site.above.status == "2 of 2 services up"
    site.ctl("stop", "web")
    until(lambda: site.above.status == "1 of 1 service up", "the status")
    assert len(site.above.heard("READY=1")) == 1


def test_ready_when_those_whose_turn_comes_later_are(told):
    """Held back by the order among services is not up, neither before its turn nor while it starts."""
    def gate(name, **keys):
        return program(name, "/bin/sleep 3600", exec_start_pre=f"/bin/sh -c 'until test -e {{root}}/{name}.go; do sleep 0.05; done'", **keys)
    site = told(gate("first"), gate("second", after="first"))
    until(lambda: site.above.status == "0 of 2 services up; not up yet: first second", "the status")
    assert site.state("second") == "queued"
    (site.root / "first.go").touch()
    until(lambda: site.above.status == "1 of 2 services up; not up yet: second", "the status")
    assert site.state("second") == "starting" and not site.above.heard("READY=1")
    (site.root / "second.go").touch()
    until(lambda: site.above.heard("READY=1"), "READY=1")
    assert site.above.status == "2 of 2 services up"


def test_ready_when_the_rest_was_given_up(told):
    site = told(web(), web("broken", app="nothing:app", start_limit=1))
    until(lambda: site.above.heard("READY=1"), "READY=1")
    assert site.above.status == "1 of 2 services up; gave up: broken"


def test_it_tells_of_reading_anew_and_of_stopping(told):
    site = told(web())
    until(lambda: site.above.heard("READY=1"), "READY=1")
    site.write(web(), web("more"))
    site.process.send_signal(signal.SIGHUP)
    until(lambda: len(site.above.heard("READY=1")) == 2, "READY=1 once more")
    said, = site.above.heard("RELOADING=1")
    assert any(line.startswith("MONOTONIC_USEC=") and int(line[15:]) > 0 for line in said.split("\n"))
    assert site.above.said.index(said) < site.above.said.index(site.above.heard("READY=1")[1])
    site.config.write_text("nonsense")
    site.process.send_signal(signal.SIGHUP)
    until(lambda: len(site.above.heard("READY=1")) == 3, "READY=1 after a bad one")
    assert not site.above.heard("STOPPING=1")
    site.stop()
    assert len(site.above.heard("STOPPING=1")) == 1


def test_the_watchdog_is_fed(told):
    site = told(web(), WATCHDOG_USEC="400000")
    until(lambda: len(site.above.heard("WATCHDOG=1")) > 5, "WATCHDOG=1")
    os.kill(site.pid, signal.SIGSTOP)
    try:
        count = len(site.above.heard("WATCHDOG=1"))
        stays(lambda: len(site.above.heard("WATCHDOG=1")) <= count + 1, "a stopped bridled is silent", 1)
    finally:
        os.kill(site.pid, signal.SIGCONT)


def test_nobody_is_told_what_is_not_asked_for(told):
    site = told(web(), WATCHDOG_USEC="100000", WATCHDOG_PID="1")
    until(lambda: site.above.heard("READY=1"), "READY=1")
    stays(lambda: not site.above.heard("WATCHDOG=1"), "the watchdog is another's", 0.5)


def test_services_know_nothing_of_it(told):
    site = told(web(), program("p", "sleep 1000"), WATCHDOG_USEC="10000000", LISTEN_FDNAMES="x")
    site.wait_state("running")
    for pid in processes.descendants(site.pid):
        assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDNAMES"} & set(processes.environment(pid)), pid


def test_who_does_not_read_holds_nobody(daemons, tmp_path):
    """Its queue is full before we begin."""
    deaf = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    deaf.bind(str(tmp_path / "deaf"))
    filling = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    filling.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            filling.sendto(b"x", str(tmp_path / "deaf"))
    site = daemons(environment={"NOTIFY_SOCKET": str(tmp_path / "deaf"), "WATCHDOG_USEC": "200000"})
    site.write(web())
    site.start().wait_state("running")
    assert get(site.address()).status == 200
    deaf.setblocking(False)

    def ready():
        try:
            return "READY=1" in deaf.recv(65536).decode().split("\n")
        except BlockingIOError:
            return False
    until(ready, "READY=1, once there is room")
    deaf.close()


HAND = """import os, sys
os.environ["LISTEN_PID"] = str(os.getpid())
for i, fd in enumerate(map(int, os.environ["HAND"].split())):
    os.dup2(fd, 3 + i)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def handed(daemons, tmp_path):
    """handed(sockets, section, ...): a bridled to which SOCKETS are handed as systemd would."""
    def start(sockets, *sections):
        high = [fcntl.fcntl(one, fcntl.F_DUPFD, 100) for one in sockets]  # above where they are to go
        (tmp_path / "hand.py").write_text(HAND)
        site = daemons(wrapper=[sys.executable, str(tmp_path / "hand.py")],
                       environment={"LISTEN_FDS": str(len(high)), "LISTEN_FDNAMES": "one:two:three",
                                    "HAND": " ".join(map(str, high))})
        site.pass_fds = high
        site.write(*sections)
        return site.start()
    return start


def test_sockets_that_were_opened_for_us(handed, tmp_path, free_ports):
    path, port = tmp_path / "given.sock", free_ports(1)[0]
    tmp_path.chmod(0o755)
    one = socket.socket(socket.AF_UNIX)
    one.bind(str(path))
    path.chmod(0o600)
    one.listen(50)
    two, stray = socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", 0))
    before = path.stat()
    site = handed([one, two, stray], web(bind=f"unix:{path} 127.0.0.1:{port}", socket_mode="0666"))
    site.wait_state("running")
    assert get(str(path)).status == 200 and get(("127.0.0.1", port)).status == 200
    assert "descriptor 5 (three) that we were handed is not used: no service has its address" in site.said()
    site.ctl("restart", "web")
    site.ctl("stop", "web")
    waiting = connect(str(path), 30)
    waiting.sendall(b"GET /x HTTP/1.0\r\n\r\n")
    site.ctl("start", "web")
    assert b"200 OK" in waiting.recv(65536)
    site.foreign.append(path)
    site.stop()
    after = path.stat()
    assert (after.st_ino, after.st_mode, after.st_uid) == (before.st_ino, before.st_mode, before.st_uid)


def test_a_newline_when_ready(daemons):
    read, write = os.pipe()
    os.set_inheritable(write, True)
    site = daemons()
    site.options, site.pass_fds = ["--ready-fd", str(write)], [write]
    site.write(web(environment="SLOW=1"))
    site.start()
    os.close(write)
    assert os.read(read, 10) == b"\n" and site.state() == "running"
    assert os.read(read, 10) == b"", "and then it is closed"
    os.close(read)


def test_a_ready_fd_that_is_not_there(daemons):
    site = daemons()
    site.options = ["--ready-fd", "77"]
    site.write(web())
    site.start().wait_state("running")
    assert "--ready-fd 77: nothing is open there" in site.said()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_unit_is_understood(tmp_path):
    built, _ = open_to_all()
    template = (TESTS.parent / "contrib" / "init" / "bridle.service.in").read_text()
    unit = tmp_path / "bridle.service"
    # pages that are not installed are complained of, too
    unit.write_text("".join(line for line in template.replace("@bindir@", str(built)).replace("@sbindir@", str(built))
                            .splitlines(True) if not line.startswith("Documentation=")))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "bridle" in line]
    assert done.returncode == 0 and not complaints, done.stderr
    assert "Type=notify\n" in unit.read_text() and "WatchdogSec=" in unit.read_text()
