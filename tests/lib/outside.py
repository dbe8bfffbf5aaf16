"""A Gunicorn that nobody supervises: started in a directory of its own, brought into trouble (scenes.py), ended by pid. What it
wrote to stderr is all that is known of it, as with logs that people send. As a program: plays scenes with the Gunicorns of some
environments, and prints what `bridle why` says that the table does not.

    python3 tests/lib/outside.py BRIDLE VENV... [--only WORD] [--classes sync,gthread] [--logs DIRECTORY] [--again]
"""
import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile

import corpus
import processes
from client import get
from scenes import SCENES
from waiting import until

APP = pathlib.Path(__file__).with_name("apps") / "mishaps.py"
CUT = 30  # lines: what people send is seldom longer, and its end


class Outside:
    """One Gunicorn in DIRECTORY, which must be there and empty. Its output is appended to DIRECTORY/log. APP stands in front of the
    application's text, FILES beside it; LIMITS is a command in front of it; PIPE: its stderr is one, which nobody reads."""

    def __init__(self, venv, directory, worker_class="sync", options=(), environment=None, app="", files=None, program="app:app",
                 workers=2, limits=(), user=None, pipe=False):
        self.directory, self.log_file = pathlib.Path(directory), pathlib.Path(directory) / "log"
        with socket.create_server(("127.0.0.1", 0)) as held:
            self.port = held.getsockname()[1]
        self.directory.chmod(0o777)  # a service may run as somebody else
        for name, text in {"app.py": app + APP.read_text(), **(files or {})}.items():
            (self.directory / name).write_text(text)
        bind = [] if "--bind" in options else ["--bind", f"127.0.0.1:{self.port}"]
        of_class = ["--worker-class", worker_class] if worker_class else []
        self.command = [*limits, f"{venv}/bin/python", f"{venv}/bin/gunicorn", *bind, "--workers", str(workers), *of_class, *options,
                        *([program] if program else [])]
        self.environment = {"PATH": f"{venv}/bin:/usr/bin:/bin", "HOME": str(self.directory), "LANG": "C.UTF-8", **(environment or {})}
        self.user, self.pipe, self.master = user, pipe, None

    def start(self):
        who = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with open(self.log_file, "ab") as log:
            self.master = subprocess.Popen(self.command, cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if self.pipe else log,
                                           start_new_session=True, **who)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def over(self):
        return self.master.poll() is not None

    def says(self, words, times=1):
        until(lambda: self.log().count(words) >= times or self.over(), f"{words} x{times}")

    def boots(self, count):
        self.says("Booting worker with pid", count)

    def workers(self):
        return sorted(processes.children(self.master.pid))

    def session(self):
        """Everybody of it who lives: its workers keep the session when their master is gone, and a second master has it, too."""
        mine = []
        for pid in processes.everyone():
            with contextlib.suppress(OSError):
                if os.getsid(pid) == self.master.pid and processes.alive(pid):
                    mine.append(pid)
        return mine

    def answers(self):
        with contextlib.suppress(OSError, EOFError):
            return get(("127.0.0.1", self.port), "/", 5).status == 200
        return False

    def up(self, count=1):
        """Until COUNT workers boot and one serves."""
        self.boots(count)
        until(lambda: self.over() or self.answers(), "an answer")

    def ask(self, path):
        with contextlib.suppress(OSError, EOFError, IndexError):
            get(("127.0.0.1", self.port), path, 10)

    def send(self, path, data=None):
        """A request whose answer nobody waits for; the connection is the caller's."""
        one = socket.create_connection(("127.0.0.1", self.port), 5)
        one.sendall(data or f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".encode())
        return one

    def takes(self, count):
        """Until COUNT connections were accepted and are open: before that they have no inode in proc_net_tcp(5)."""
        port = f":{self.port:04X}"

        def taken():
            lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
            return sum(one[1].endswith(port) and one[3] == "01" and one[9] != "0" for one in lines) >= count
        until(lambda: self.over() or taken(), "the requests to be taken", 10)

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.master.pid, number)

    def kill(self):
        """SIGKILL to each of them, the master first, so that it puts nobody in another's place, until nobody is left."""
        self.signal(signal.SIGKILL)

        def gone():
            processes.end_all(self.session())
            return not self.session()
        until(gone, "an end to all of it")

    def end(self):
        if self.master is None:
            return
        self.kill()
        self.master.wait()
        if self.master.stderr:
            self.master.stderr.close()


def version_of(words):
    return tuple(int(word) for word in words.split("."))


def possible(name, version, worker_class):
    """Does this Gunicorn do so, and may we?"""
    one = SCENES[name]
    return one.when(version_of(version), worker_class) and (os.geteuid() == 0 or "user" not in one.keys)


def play(venv, worker_class, name):
    """The log of one scene."""
    one = SCENES[name]
    keys = {"worker_class": worker_class, **one.keys}
    late = keys.pop("late", False)  # it is started by the act
    threads = ("--threads", "4") if keys["worker_class"] == "gthread" else ()
    with tempfile.TemporaryDirectory(prefix="bridle-outside-", ignore_cleanup_errors=True) as directory:
        run = Outside(venv, directory, options=(*one.options, *threads), **keys)
        try:
            if not late:
                run.start()
            one.act(run)
            return run.log()
        finally:
            run.end()


def wanted(name, version, worker_class):
    want = SCENES[name].want
    want = want(version_of(version), worker_class) if callable(want) else want
    return want.split("|"), SCENES[name].phase.split("|")


def judged(bridle, text):
    """The first incident of a log."""
    found = corpus.judge(bridle, "-", text.encode())
    return found[0] if found else {"class": "none", "phase": "none", "confidence": 0}


def mistaken(bridle, text, name, version, worker_class):
    """What is said of TEXT that is not so; None when all is right."""
    classes, phases = wanted(name, version, worker_class)
    said = judged(bridle, text)
    if said["class"] in classes and said["phase"] in phases:
        return None
    return f"{said['class']} ({said['phase']}, {said['confidence']}) instead of {classes} ({phases})"


def mistaken_end(bridle, text, name, version, worker_class):
    """The same of its last lines, of which what they prove is less: a person has to look at what this prints."""
    wrong = mistaken(bridle, "".join(text.splitlines(True)[-CUT:]), name, version, worker_class)
    return wrong and f"at its end: {wrong}"


def program(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("bridle")
    parser.add_argument("venv", nargs="+")
    parser.add_argument("--only", default="")
    parser.add_argument("--classes", default="sync")
    parser.add_argument("--logs", default=os.path.join(tempfile.gettempdir(), "bridle-outside-logs"), type=pathlib.Path)
    parser.add_argument("--again", action="store_true", help="judge the logs that are there, and play nothing")
    return parser.parse_args(words)


def one_job(options, venv, version, worker_class, name):
    keep = options.logs / f"{version}-{worker_class}" / f"{name}.log"
    if not options.again:
        keep.parent.mkdir(parents=True, exist_ok=True)
        keep.write_text(play(venv, worker_class, name))
    if not keep.exists():
        return None
    what = options.bridle, keep.read_text(), name, version, worker_class
    return mistaken(*what) or mistaken_end(*what)


def main(words=None):
    options = program(words)
    processes.adopt_orphans()
    jobs = []
    for venv in options.venv:
        version = re.search(r"\d+\.\d+\.\d+", subprocess.check_output([f"{venv}/bin/gunicorn", "--version"], text=True)).group(0)
        jobs += [(venv, version, worker_class, name) for worker_class in options.classes.split(",") for name in SCENES
                 if options.only in name and possible(name, version, worker_class)]
    with concurrent.futures.ThreadPoolExecutor(4 * os.cpu_count()) as pool:
        for job, future in [(job, pool.submit(one_job, options, *job)) for job in jobs]:
            error = future.exception() or future.result()
            if error:
                print(*job[1:], error, flush=True)
    print(len(jobs), "scenes")


if __name__ == "__main__":
    main()
