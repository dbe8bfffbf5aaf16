"""`bridle takeover`: a Gunicorn that others started is succeeded under load, and nobody notices; and back.

systemd is not at hand here, so a systemctl of our own stands in its place, which does what systemctl(1) says to a Gunicorn that
the test started, and writes down what it was asked. The sockets, and the Gunicorns, are real. With a real systemd the same is
tried in a machine of software (tests/vm/inside_systemd.py).
"""
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

import processes
from client import Traffic, get
from conftest import MATRIX
from daemon import APPS, wait_answer
from sections import bridle, web
from test_probe import SICK
from waiting import PATIENCE, until

NOBODY = 65534
LEFT_BEHIND = "zz-bridle-takeover.conf"
SYSTEMCTL = r"""#!/bin/sh
# stands for systemctl(1): STATE has pid and triggers of the one unit that there is, and gets what was asked
echo "$*" >> @state@/asked
case $1 in
show)
	case "$*" in
	*MainPID*) cat @state@/pid ;;
	*TriggeredBy*) cat @state@/triggers ;;
	*KillSignal*) grep -q KillSignal=SIGKILL @state@/*.service.d/*.conf 2>/dev/null && echo 9 || echo 15 ;;
	esac ;;
stop)
	test -e @state@/meanwhile && . @state@/meanwhile
	case $* in *web.service*) ;; *) exit 0 ;; esac
	pid=$(cat @state@/pid)
	signal=TERM
	grep -q KillSignal=SIGKILL @state@/*.service.d/*.conf 2>/dev/null && signal=KILL
	kill -$signal "$pid" && kill -CONT "$pid"
	while kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' /proc/"$pid"/status; do sleep 0.05; done
	echo 0 > @state@/pid ;;
start) . @state@/start ;;
esac
"""
# As systemd hands listeners over: sd_listen_fds(3).
GIVE = "import os, sys\nos.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))\nos.execv(sys.argv[1], sys.argv[1:])"


class Foreign:
    """A Gunicorn that is not of Bridle."""

    def __init__(self, site, address, bind, listener=None, user=None):
        command = [f"{MATRIX[-1]['path']}/bin/gunicorn", "--chdir", str(site.apps), "--workers", "2", "--no-control-socket",
                   *([] if listener else ["--bind", bind]), "hello:app"]
        if listener:
            command = [sys.executable, "-c", GIVE, *command]
        self.address = address
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=open(site.root / "foreign", "ab"), user=user, group=user,
                                        preexec_fn=None if listener is None else lambda: os.dup2(listener.fileno(), 3),
                                        close_fds=listener is None)
        wait_answer(address, lambda answer: answer.status == 200)

    @property
    def pid(self):
        return self.process.pid

    def end(self):
        if self.process.poll() is None:
            below = processes.descendants(self.pid)
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            processes.end_all([pid for pid in below if processes.alive(pid)])


@pytest.fixture
def foreign():
    """foreign(site, address, bind, ...): started, answering, and gone after the test."""
    made = []

    def start(*words, **options):
        made.append(Foreign(*words, **options))
        return made[-1]
    yield start
    for one in made:
        one.end()


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """systemd(pid, triggers): a systemctl in PATH that knows one unit; returns where it writes what was asked."""
    def make(pid, triggers="", start=""):
        for name, text in {"pid": str(pid), "triggers": triggers, "start": start, "asked": ""}.items():
            (tmp_path / name).write_text(text + "\n")
        command = tmp_path / "systemctl"
        command.write_text(SYSTEMCTL.replace("@state@", str(tmp_path)))
        command.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setenv("SYSTEMD_UNIT_PATH", f"{tmp_path}:/usr/lib/systemd/system")
        return tmp_path / "asked"
    return make


def asked_to(asked):
    """What changes something, of what systemctl was asked."""
    return [line for line in asked.read_text().split("\n") if line and not line.startswith("show")]


def take_over(site, old, *words):
    """Under load, of which nothing may be lost."""
    with Traffic(old.address) as traffic:
        until(lambda: traffic.good > 20, "load to flow")
        done = site.bridle("takeover", *words)
        seen = traffic.good
        until(lambda: traffic.good > seen + 20, "load to flow on")
    assert done.returncode == 0, done.stdout + done.stderr
    traffic.assert_nothing_lost()
    assert old.process.wait(30) in (0, -signal.SIGTERM, -signal.SIGKILL)
    assert get(old.address).pid in site.workers()
    return done.stdout


def serves_by_itself(site, address):
    """It is a service like any other from then on: replaced without loss, and nothing is left when it is stopped."""
    with Traffic(address) as traffic:
        until(lambda: traffic.good > 10, "load to flow")
        site.ctl("restart", "web")
    traffic.assert_nothing_lost()
    site.ctl("stop", "web")
    with pytest.raises(OSError):
        get(address)


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_started_by_hand(bridled, foreign, free_ports, kind):
    site = bridled(web("other", autostart="no"))
    port = free_ports(1)[0]
    path = f"{site.root}/web.sock"
    bind, address = (f"127.0.0.1:{port}", ("127.0.0.1", port)) if kind == "tcp" else (f"unix:{path}", path)
    old = foreign(site, address, bind)
    # before it is taken over, it stands in the way, and is named
    site.write(web(bind=bind, autostart="no"))
    site.ctl("reload")
    assert f"pid {old.pid}" in site.bridle("start", "web").stderr
    said = take_over(site, old, "web", str(old.pid))
    assert f"listeners of process {old.pid}" in said
    serves_by_itself(site, address)


@pytest.mark.parametrize("kind", ["its own listener", "a unix listener of its own", "started by a timer", "socket-activated"])
def test_of_systemd(bridled, foreign, systemd, free_ports, kind, tmp_path):
    site = bridled(web("other", autostart="no"))
    port, path, listener, triggers = free_ports(1)[0], f"{site.root}/web.sock", None, ""
    bind, address = f"127.0.0.1:{port}", ("127.0.0.1", port)
    if kind != "its own listener":
        bind, address = f"unix:{path}", path
    if kind == "started by a timer":
        triggers = "web.timer"
    if kind == "socket-activated":
        listener, triggers = socket.socket(socket.AF_UNIX), "web.socket"
        listener.bind(path)
        listener.listen(128)
    old = foreign(site, address, bind, listener)
    if listener:
        listener.close()  # as systemd's is, when the socket unit is stopped
    asked = systemd(old.pid, triggers)
    site.write(web(bind=bind, autostart="no"))
    site.ctl("reload")
    take_over(site, old, "web")
    units = f"web.service{' ' + triggers if triggers else ''}"
    reload = [] if kind == "its own listener" else ["daemon-reload"]
    # a socket unit that is stopped with its service, after it, cuts off who connects in between
    first = [f"stop --job-mode=ignore-dependencies -- {triggers}"] if triggers else []
    assert asked_to(asked) == [*reload, *first, f"stop -- {units}", *reload, f"disable -- {units}"]
    assert not list(tmp_path.glob("*.d"))
    serves_by_itself(site, address)


def is_refused(address):
    try:
        get(address)
    except ConnectionRefusedError:
        return True
    except (OSError, EOFError):
        pass
    return False


def test_what_cannot_start_changes_nothing(bridled, foreign, systemd, free_ports):
    port = free_ports(1)[0]
    site = bridled(web(app="broken:app", environment="BROKEN=import", bind=f"127.0.0.1:{port}", autostart="no", start_limit=2))
    old = foreign(site, ("127.0.0.1", port), f"127.0.0.1:{port}")
    asked = systemd(old.pid)
    with Traffic(old.address) as traffic:
        until(lambda: traffic.good > 20, "load to flow")
        done = site.bridle("takeover", "web")
        seen = traffic.good
        until(lambda: traffic.good > seen + 20, "load to flow on")
    traffic.assert_nothing_lost()
    assert done.returncode != 0 and "no_such_module" in done.stderr, done.stderr
    assert asked_to(asked) == [] and site.state() == "stopped" and old.process.poll() is None
    # nor is its listener held on to: when it goes, who comes is refused
    old.end()
    until(lambda: is_refused(old.address), "nobody to listen there any more")


def test_it_is_asked_itself_before_the_other_ends(bridled, foreign, free_ports, tmp_path):
    """Both accept on one listener, and what the other one answers to a probe says nothing of ours."""
    tmp_path.chmod(0o755)
    (tmp_path / "sick.py").write_text(SICK)
    (tmp_path / "status").write_text("500")
    port = free_ports(1)[0]
    site = bridled(web("other", autostart="no"))
    site.write(web(app="sick:app", pythonpath=f"{tmp_path},{site.apps}", environment=f"STATUS={tmp_path}/status", probe="/health",
                   bind=f"127.0.0.1:{port}", autostart="no", start_limit=1, start_timeout="8s"))
    site.ctl("reload")
    old = foreign(site, ("127.0.0.1", port), f"127.0.0.1:{port}")
    done = site.bridle("takeover", "web", str(old.pid))
    assert done.returncode != 0 and "status 500" in done.stderr, done
    assert old.process.poll() is None and get(old.address).pid in processes.descendants(old.pid)
    (tmp_path / "status").write_text("200")
    take_over(site, old, "web", str(old.pid))
    assert not list(site.run_dir.glob("door*"))


def test_a_runtime_directory_of_both(bridled, foreign, free_ports):
    """Until the service has taken over, the directory and what is in it are the other's, whatever is read or fails meanwhile;
    afterwards they are its own."""
    settings = {"runtime_directory": "shop", "bind": "unix:{root}/runtime/shop/web.sock", "autostart": "no", "start_limit": 2}
    site = bridled(web("other", autostart="no"))
    directory = site.root / "runtime/shop"
    directory.mkdir(parents=True)
    old = foreign(site, str(directory / "web.sock"), f"unix:{directory}/web.sock")
    for app in ("hello:app", "no_such_module:app"):
        site.write(web(app=app, **settings))
        site.ctl("reload")
    assert "no_such_module" in site.bridle("takeover", "web", str(old.pid)).stderr
    assert get(old.address).status == 200
    site.write(web(**settings))
    site.ctl("reload")
    take_over(site, old, "web", str(old.pid))
    site.ctl("stop", "web")
    until(lambda: not directory.exists(), "the directory to be removed")


def test_strangers(bridled, foreign, free_ports, as_root):
    """Only its owner and root may have a process looked into, and only for an address of the service."""
    ports = free_ports(2)
    site = bridled(bridle(control_group=str(NOBODY)),
                   web(bind=f"127.0.0.1:{ports[0]}", autostart="no"), web("other", bind=f"127.0.0.1:{ports[1]}", autostart="no"))
    old = foreign(site, ("127.0.0.1", ports[0]), f"127.0.0.1:{ports[0]}")
    refused = site.bridle("takeover", "web", str(old.pid), user=NOBODY)
    assert refused.returncode != 0 and "not yours" in refused.stderr, refused.stderr
    elsewhere = site.bridle("takeover", "other", str(old.pid))
    assert elsewhere.returncode != 0 and "does not listen at" in elsewhere.stderr
    gone = site.bridle("takeover", "web", "2147483647")
    assert gone.returncode != 0 and "no process" in gone.stderr
    assert get(old.address).status == 200 and old.process.poll() is None
    site.ctl("takeover", "web", str(old.pid))
    assert site.state() == "running"
    again = site.bridle("takeover", "web", str(site.master()))
    assert again.returncode != 0 and "runs already" in again.stderr


def test_and_back(bridled, systemd, free_ports, tmp_path):
    port = free_ports(1)[0]
    site = bridled(web(bind=f"127.0.0.1:{port}"))
    site.wait_workers(1)
    gunicorn = f"{MATRIX[-1]['path']}/bin/gunicorn --chdir {APPS} --no-control-socket --bind 127.0.0.1:{port}"
    asked = systemd(0, start=f"{gunicorn} hello:app >/dev/null 2>&1 & echo $! > {tmp_path}/pid")
    (tmp_path / "web.service.d").mkdir()
    (tmp_path / "web.service.d" / LEFT_BEHIND).touch()
    try:
        said = site.ctl("takeover", "--back", "web")
        wait_answer(("127.0.0.1", port), lambda answer: answer.status == 200)
        assert site.state() == "stopped" and not list(tmp_path.glob("*.d"))
        assert asked_to(asked) == ["start -- web.service", "daemon-reload", "enable -- web.service"]
        assert "nobody did for" in said
    finally:
        pid = int(pathlib.Path(tmp_path / "pid").read_text())
        if pid:
            processes.end_all([*processes.descendants(pid), pid])


@pytest.mark.parametrize("when", ["while the unit runs", "when it has ended"])
def test_one_that_was_killed_is_gone_on_with(bridled, foreign, systemd, tmp_path, when):
    """Else the unit would stand still and be killed at its next stop, and the listeners would never be the service's own."""
    site = bridled(web("other", autostart="no"))
    path = f"{site.root}/web.sock"
    old = foreign(site, path, f"unix:{path}")
    asked = systemd(old.pid)
    site.write(web(bind=f"unix:{path}", autostart="no"))
    site.ctl("reload")
    (tmp_path / "meanwhile").write_text(f"kill -KILL $PPID\n{'exit 1' if when == 'while the unit runs' else ''}\n")
    assert site.bridle("takeover", "web").returncode == -signal.SIGKILL
    assert [file.name for file in tmp_path.glob("web.service.d/*")] == [LEFT_BEHIND]
    if when == "when it has ended":
        until(lambda: (tmp_path / "pid").read_text() == "0\n", "the unit to have ended")
    (tmp_path / "meanwhile").unlink()
    asked.write_text("")
    site.ctl("takeover", "web")
    assert asked_to(asked)[-1] == "disable -- web.service" and not list(tmp_path.glob("*.d"))
    assert old.process.wait(30) == -signal.SIGKILL
    serves_by_itself(site, path)
    assert "does not run" in site.bridle("takeover", "web").stderr


def test_who_hangs_up_leaves_no_half(bridled, foreign, systemd, tmp_path):
    site = bridled(web("other", autostart="no"))
    path = f"{site.root}/web.sock"
    old = foreign(site, path, f"unix:{path}")
    systemd(old.pid)
    site.write(web(bind=f"unix:{path}", autostart="no"))
    site.ctl("reload")
    (tmp_path / "meanwhile").write_text("kill -INT $PPID\nkill -HUP $PPID\n")
    take_over(site, old, "web")
    serves_by_itself(site, path)


def test_who_has_ended_meanwhile_is_succeeded_all_the_same(bridled, foreign, free_ports, tmp_path):
    site = bridled(web("other", autostart="no"))
    port = free_ports(1)[0]
    old = foreign(site, ("127.0.0.1", port), f"127.0.0.1:{port}")
    site.write(web(bind=f"127.0.0.1:{port}", autostart="no",
                   exec_start_pre=f"/bin/sh -c 'until test -e {tmp_path}/go; do sleep 0.05; done'"))
    site.ctl("reload")
    takes = subprocess.Popen(site.command("takeover", "web", str(old.pid)), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        site.wait_state("starting")
        old.end()
        (tmp_path / "go").touch()
        said = takes.communicate(timeout=60 * PATIENCE)
    finally:
        takes.kill()
    assert takes.returncode == 0 and f"process {old.pid} has ended" in said[0], said
    assert get(old.address).pid in site.workers()


def test_without_systemd(bridled, monkeypatch, tmp_path):
    site = bridled(web(autostart="no"))
    monkeypatch.setenv("PATH", str(tmp_path))
    done = site.bridle("takeover", "web")
    assert done.returncode != 0 and "cannot run systemctl" in done.stderr
    # a name of digits is a unit's as any other, and no process
    site.write(web("8000", autostart="no"))
    site.ctl("reload")
    assert "cannot run systemctl" in site.bridle("takeover", "8000").stderr
