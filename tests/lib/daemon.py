"""A bridled under test: started in a directory of its own, steered, looked at, and seen to end cleanly."""
import atexit
import functools
import json
import os
import pathlib
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile

import processes
from control import Connection, Events, VarlinkError
from waiting import PATIENCE, until

TESTS = pathlib.Path(__file__).resolve().parent.parent
APPS = TESTS / "lib" / "apps"
# a command put before every bridled: to run all tests as on a machine that has less
BELOW = shlex.split(os.environ.get("BRIDLE_BELOW", ""))
BUILD = pathlib.Path(os.environ.get("BRIDLE_BUILD", TESTS.parent)).resolve()


@functools.cache
def open_to_all():
    """The programs at a place that every user may reach: services and daemons run as others in some tests. Copied where
    a directory above them is closed, as root's home is."""
    place = BUILD
    while place != place.parent and place.stat().st_mode & 0o005 == 0o005:
        place = place.parent
    if os.geteuid() != 0 or place == place.parent:
        return BUILD, APPS
    copy = pathlib.Path(tempfile.mkdtemp(prefix="bridle-built-"))
    copy.chmod(0o755)
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    for name in ("bridled", "bridle"):
        shutil.copy2(BUILD / name, copy / name)
    shutil.copytree(APPS, copy / "apps", ignore=shutil.ignore_patterns("__pycache__"))
    return copy, copy / "apps"


def sanitizer_settings(root):
    """Findings go to files of their own: what a test does with standard error must not hide one."""
    where = root / "sanitizer"
    where.mkdir(exist_ok=True)
    where.chmod(0o1777)
    options = os.environ.get("ASAN_OPTIONS", "detect_leaks=1:quarantine_size_mb=8")
    return {"ASAN_OPTIONS": f"log_path={where}/asan:{options}",
            "UBSAN_OPTIONS": f"log_path={where}/ubsan:print_stacktrace=1"}


class Daemon:
    """ROOT is created when it is not given. WRAPPER is a command line put before bridled's. USER is who runs it (uid).
    VENV is the Gunicorn to use, a path; "" where the distribution's in PATH is meant."""

    def __init__(self, venv="", root=None, wrapper=(), user=None, environment=None):
        self.root = pathlib.Path(root or tempfile.mkdtemp(prefix="b-", dir="/tmp"))
        self.root.mkdir(exist_ok=True)
        self.root.chmod(0o755)
        self.venv, self.wrapper, self.user, self.environment = venv, list(wrapper), user, environment or {}
        self.process, self.events = None, None
        self.options, self.pass_fds = [], []  # more words for bridled, and descriptors that it inherits
        self.place = ["--root", str(self.root)]  # how bridled is told where everything of its own is
        self.foreign = []  # sockets below ROOT that others made
        self.run_dir, self.log_dir = self.root / "run", self.root / "log"
        self.config, self.stderr = self.root / "bridle.ini", self.root / "bridled.stderr"
        self.built, self.apps = open_to_all()
        if user is not None:
            os.chown(self.root, user, user)

    # ---- settings ----

    def fill(self, text):
        lines = [line for line in text.splitlines() if self.venv or line != "virtualenv = {venv}"]
        known = {"{root}": self.root, "{venv}": self.venv, "{apps}": self.apps}
        return functools.reduce(lambda sofar, one: sofar.replace(one[0], str(one[1])), known.items(),
                                "\n".join(lines) + "\n")

    def write(self, *sections):
        """A new configuration, in place of the old one at once."""
        fresh = self.config.with_suffix(".new")
        fresh.write_text(self.fill("\n".join(sections)))
        fresh.chmod(0o644)
        fresh.rename(self.config)

    # ---- start and end ----

    def start(self, wait=True):
        command = [*BELOW, *self.wrapper, str(self.built / "bridled"), *self.place, *self.options]
        environment = {**os.environ, **sanitizer_settings(self.root), **self.environment}
        with open(self.stderr, "ab") as stderr:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=open(self.root / "stdout", "ab"),
                                            stderr=stderr, env=environment, user=self.user, group=self.user,
                                            extra_groups=None if self.user is None else [], start_new_session=True, pass_fds=self.pass_fds)
        if wait:
            until(self.answers, "the control socket to answer; bridled said:\n" + self.said(), 20)
            self.events = Events(self.control)
        return self

    @property
    def control(self):
        return self.run_dir / "control"

    @property
    def pid(self):
        return self.process.pid

    def answers(self):
        assert self.process.poll() is None, f"bridled ended with {self.process.returncode}:\n{self.said()}"
        try:
            return self.call("Info")
        except OSError:
            return None

    def said(self):
        return self.stderr.read_text(errors="replace") if self.stderr.exists() else ""

    def wait(self, timeout=60):
        """Until bridled has ended; its exit status."""
        return self.process.wait(timeout * PATIENCE)

    def stop(self, signum=signal.SIGTERM, status=0, timeout=60):
        """Ask it to stop; it must end with STATUS and leave nobody and nothing."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        ended = self.wait(timeout)
        assert ended == status, f"bridled ended with {ended}, not {status}:\n{self.said()[-3000:]}"
        self.assert_nothing_left()

    def come_back(self, how):
        """This one as another program ("reexec"), or killed, and the next one."""
        if how == "reexec":
            self.ctl("reexec")
        else:
            self.process.kill()
            self.wait()
            self.start()

    def assert_nothing_left(self):
        left = self.left()
        assert not left, "left alive: " + ", ".join(f"{pid} {processes.command(pid)}" for pid in left)
        sockets = [path for path in self.root.rglob("*") if stat.S_ISSOCK(path.lstat().st_mode)
                   and path not in self.foreign]
        assert not sockets, f"sockets left: {sockets}"

    def left(self):
        """Who of this run lives, but not below a bridled that lives: by marker, and by having been given to us."""
        below = {pid for pid in processes.descendants(os.getpid()) if str(self.root) in processes.command(pid)
                 or processes.environment(pid).get("BRIDLE_RUN_DIR") == str(self.run_dir)}
        return [pid for pid in {*below, *processes.marked(self.run_dir)} if processes.alive(pid)]

    def findings(self):
        """What the sanitizers found."""
        return "\n".join(path.read_text(errors="replace") for path in sorted((self.root / "sanitizer").glob("*")))

    def clean_up(self):
        """After a test, whatever came of it: nobody and nothing of it remains."""
        if self.events:
            self.events.close()
        if self.process and self.process.poll() is None:
            below = processes.descendants(self.pid)
            self.process.kill()
            self.process.wait()
            processes.end_all([pid for pid in below if processes.alive(pid)])
        processes.end_all(self.left())
        shutil.rmtree(self.root, ignore_errors=True)

    # ---- steering ----

    def call(self, method, **parameters):
        with Connection(self.control) as connection:
            return connection.call(method, **parameters)

    def refused(self, method, **parameters):
        """The error that the call must end with."""
        try:
            answer = self.call(method, **parameters)
        except VarlinkError as error:
            return error
        raise AssertionError(f"{method} {parameters} should have failed: {answer}")

    def command(self, *words):
        return [str(self.built / "bridle"), "--root", str(self.root), *map(str, words)]

    def bridle(self, *words, timeout=60, user=None):
        """The command, as a person would type it."""
        return subprocess.run(self.command(*words), text=True, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=timeout * PATIENCE, user=user, group=user,
                              env={**os.environ, **sanitizer_settings(self.root)})

    def ctl(self, *words, timeout=60):
        """The command, which must succeed; what it printed."""
        done = self.bridle(*words, timeout=timeout)
        assert done.returncode == 0, f"bridle {words}: status {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    # ---- looking ----

    def service(self, name="web", brief=False):
        return self.call("List", name=name, brief=brief)["services"][0]

    def begin(self, name="web"):
        """Start a service that has autostart = no, so that its first moves are among the events. Does not wait."""
        self.call("Start", name=name, no_wait=True)
        return self

    def state(self, name="web"):
        return self.service(name, brief=True)["state"]

    def moves(self, name="web"):
        """The states that NAME moved to since the tests listen, up to the one in which it is."""
        def caught_up():
            seen = self.events.of(name)
            return seen and seen[-1]["to"] == self.state(name) and [event["to"] for event in seen]
        return until(caught_up, f"the moves of {name} to be told; seen: {self.events.of(name)}")

    def master(self, name="web"):
        return self.service(name, brief=True)["master"]

    def workers(self, name="web"):
        """pids of the workers as bridled sees them, in order of age."""
        return [worker["pid"] for worker in sorted(self.service(name)["workers"], key=lambda worker: -worker["age"])]

    def wait_state(self, state, name="web", timeout=30):
        until(lambda: self.state(name) == state, f"{name} to be {state}; it is {self.state(name)}", timeout)
        return self.service(name)

    def wait_workers(self, count, name="web", timeout=30):
        """The service runs, with COUNT workers, all of them booted; their pids."""
        def booted():
            seen = self.service(name)
            return seen["state"] == "running" and [worker["booted"] for worker in seen["workers"]] == [True] * count
        until(booted, f"{count} workers of {name}", timeout)
        return self.workers(name)

    def address(self, name="web"):
        return str(self.root / f"{name}.sock")

    def log(self, name="web"):
        """Everything the service wrote that is still kept, oldest first."""
        where = self.log_dir / name
        rotated = sorted(path for path in where.glob("@*")) if where.is_dir() else []
        return b"".join(path.read_bytes() for path in [*rotated, where / "current"] if path.exists()).decode(
            errors="replace")

    def picture(self):
        """What a person needs to see when a test failed."""
        parts = [f"---- {self.config}\n{self.config.read_text() if self.config.exists() else ''}",
                 f"---- bridled said\n{self.said()[-6000:]}"]
        if self.process and self.process.poll() is None:
            parts.append("---- processes\n" + "\n".join(processes.tree(self.pid)))
        if self.events:
            moves = [f"{event['time']:.3f} {event['service']}: {event['from']} -> {event['to']}: {event['reason']}"
                     for event in self.events.seen]
            parts.append("---- events\n" + "\n".join(moves))
        for log in sorted(self.log_dir.glob("*/current")):
            parts.append(f"---- {log}\n{log.read_text(errors='replace')[-3000:]}")
        parts.append(f"---- sanitizers\n{self.findings()}")
        return "\n".join(parts)


def wait_answer(address, check, timeout=30):
    """Until CHECK(get(ADDRESS)) is true."""
    from client import get

    def asked():
        try:
            return check(get(address))
        except (OSError, EOFError):
            return False
    until(asked, f"an answer from {address}", timeout)


def load_matrix():
    """What environments.py built."""
    from environments import cache_directory
    return json.loads((cache_directory() / "matrix.json").read_text())
