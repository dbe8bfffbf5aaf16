"""Faults, by the table: what is done to a running bridled, and what that may cost.

A fault is one row: its name, what it does, whether it may cut requests (it kills a worker in the middle of one), and what it
needs of the machine or of bridled. Each is done, then everything has to be well again; what the load lost meanwhile is put
down to it. Two at once share it, and may cut requests when one of them may.

The site is to run its Gunicorns as a plain user: RLIMIT_NPROC says nothing to root, whom the kernel exempts from it (copy_process()
in kernel/fork.c: INIT_USER, CAP_SYS_RESOURCE, CAP_SYS_ADMIN). Who becomes that user above the limit is stopped at execve(2)
(EAGAIN), and its masters can fork no worker.
"""
import collections
import contextlib
import dataclasses
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import threading
import time
from typing import Callable

import processes
from client import Traffic
from load import KeptTraffic
from waiting import until

PIDS = pathlib.Path("/sys/fs/cgroup/pids")
NUMBERED = re.compile(r"^line (\d+) x+ end$")
LOST = re.compile(r"^bridle: (\d+) lines? \(\d+ bytes\) were lost between ")


@dataclasses.dataclass
class Fault:
    name: str
    do: Callable
    cuts: bool = False               # may cost requests that a worker was answering
    needs: Callable = lambda chaos: True
    kind: str = ""                   # words for TOGETHER


class Chaos:
    """SITE runs Gunicorns NAMES on a unix socket and the TCP port of PORTS each, and the program `spew`; DISK is the small
    file system below its logs."""

    def __init__(self, site, ports, disk, seed):
        self.site, self.ports, self.disk, self.random = site, ports, disk, random.Random(seed)
        self.wanted = {name: 2 for name in ports}
        self.count, self.lost, self.settings = collections.Counter(), collections.defaultdict(collections.Counter), 0
        self.said, self.crashes, self.tried = [], [], set()
        self.listeners = held(site)  # these are to be there in the end

    # ---- whom ----

    def service(self):
        return self.random.choice(sorted(self.ports))

    def watcher(self):
        return until(lambda: self.patiently(lambda: self.site.call("Info"))["watcher"], "a watcher")

    def master(self):
        return self.patiently(lambda: self.site.master(self.service()))

    def worker(self):
        """One that lives; None when there is none at this moment."""
        found = self.patiently(lambda: self.site.workers(self.service()))
        return self.random.choice(found) if found else None

    def beating(self):
        """One that has beaten. From release 22 on Gunicorn never times out one that has not, so that it would be stopped for good."""
        found = self.patiently(lambda: [worker["pid"] for worker in self.site.service(self.service())["workers"] if worker["booted"]])
        return self.random.choice(found) if found else None

    def patiently(self, ask):
        """What ASK says, as soon as the control socket answers."""
        def asked():
            try:
                return (ask(),)
            except (OSError, IndexError):
                return None
        return until(asked, "the control socket to answer", 60)[0]

    # ---- what ----

    def signal(self, pid, *signals, pause=0.0):
        for signum in signals:
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signum)
            time.sleep(pause)  # not waiting: how long it stays stopped

    def crash(self):
        self.crashes.append(time.monotonic())
        self.signal(self.site.pid, signal.SIGSEGV)

    def kill(self):
        """Another bridled is started, as whoever manages services would."""
        self.site.process.kill()
        self.site.process.wait()
        self.site.start()
        self.crashes.clear()

    def kill_both(self):
        self.signal(self.watcher(), signal.SIGKILL)
        self.kill()

    def in_the_middle(self, end):
        """A replacement begins, and after a while the supervisor ends."""
        self.command("restart", self.service(), "--no-wait")
        time.sleep(self.random.uniform(0, 0.5))  # not waiting: how far it got
        end()

    def command(self, *words):
        done = self.site.bridle(*words)
        self.said.append(f"bridle {' '.join(words)}: {done.returncode} {done.stderr.strip()}")
        return done.returncode == 0

    def restart(self):
        self.command("restart", self.service())

    def stop_master(self):
        """It never continues: whoever notices replaces the service, and it is ended by force, with its workers."""
        name = self.service()
        self.signal(self.patiently(lambda: self.site.master(name)), signal.SIGSTOP)
        self.command("restart", name)

    def scale(self):
        name = self.service()
        self.wanted[name] = self.random.randint(1, 4)
        # cut off by the end of who was asked, nobody knows whether it was heard: it is asked again
        until(lambda: self.command("scale", name, str(self.wanted[name])), f"the number of workers: {self.said[-3:]}", 60)

    def reload(self):
        """A changed setting that needs a new generation of one service, and one that is taken over at once."""
        self.settings += 1
        self.site.write(*self.site.sections(self.settings))
        self.command("reload")

    def fill_disk(self, other=None):
        """OTHER happens while it is full."""
        filler = self.disk / "filler"
        with contextlib.suppress(OSError):
            with open(filler, "wb", buffering=0) as out:
                while True:
                    out.write(b"x" * 4096)
        time.sleep(self.random.uniform(0.5, 10))  # not waiting: how long it is full; pipe and spool hold some seconds
        if other:
            other(self)
        filler.unlink()
        written = self.log_position()
        until(lambda: self.log_position() != written, "the log to be written again", 60)

    def log_position(self):
        seen = (self.site.log_dir / "spew" / "current").stat()
        return seen.st_ino, seen.st_size

    @contextlib.contextmanager
    def no_forks(self):
        """bridled cannot fork. (Where workers of gthread can begin no thread, they end with what they are at.)"""
        group = PIDS / f"bridle-chaos-{os.getpid()}"
        group.mkdir(exist_ok=True)
        self.enter(group, [self.site.pid])
        (group / "pids.max").write_text("1")
        try:
            yield
        finally:
            (group / "pids.max").write_text("max")
            self.enter(PIDS, [int(pid) for pid in (group / "cgroup.procs").read_text().split()])
            with contextlib.suppress(OSError):
                group.rmdir()

    def enter(self, group, pids):
        for pid in pids:
            with contextlib.suppress(OSError):
                (group / "cgroup.procs").write_text(str(pid))

    @contextlib.contextmanager
    def no_processes(self, everywhere=False):
        """RLIMIT_NPROC of bridled (EVERYWHERE: and of all below it) says that there are enough. Who is born meanwhile inherits that."""
        before = resource.prlimit(self.site.pid, resource.RLIMIT_NPROC)[0]
        limit_processes([self.site.pid, *(below(self.site) if everywhere else [])], 0)
        try:
            yield
        finally:
            limit_processes([self.site.pid], before)
            limit_processes(below(self.site), before)

    def no_processes_anywhere(self):
        return self.no_processes(everywhere=True)

    @contextlib.contextmanager
    def no_descriptors(self):
        """bridled has none left. Not while it executes itself after a crash, where ld.so could open no library: what it has to answer
        itself, and not its watcher, is asked for first."""
        until(lambda: self.command("start", next(iter(self.wanted))), "bridled to answer", 60)
        pid = self.site.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")), hard))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))

    def meanwhile(self, trouble, whom, ask=True):
        """While TROUBLE lasts, WHOM is killed; then, if ASK, its service is asked for by hand."""
        name, victim = self.service(), getattr(self, whom)()
        with trouble():
            self.signal(victim, signal.SIGKILL)
            time.sleep(self.random.uniform(0.2, 1))  # not waiting: how long it lasts
        if ask:
            self.command("start", name)

    def can_limit_forks(self):
        return os.geteuid() == 0 and (PIDS / "cgroup.procs").exists()

    def may_crash(self):
        """Five crashes in a minute end in safe mode, where nothing is decided any more."""
        return len([one for one in self.crashes if time.monotonic() - one < 70]) < 4

    # ---- a round ----

    def snapshot(self):
        return {name: dict(traffic.counts) for name, traffic in self.traffics.items()}

    def put_down(self, what, before):
        for name, counts in self.snapshot().items():
            for kind, count in counts.items():
                if kind != "good" and count > before[name].get(kind, 0):
                    self.lost[what][kind] += count - before[name].get(kind, 0)

    def settled(self):
        def well():
            try:
                seen = {one["name"]: one for one in self.site.call("List")["services"]}
            except (OSError, KeyError):
                return False
            return all(seen[name]["state"] == "running" and [worker["booted"] for worker in seen[name]["workers"]
                       if worker["generation"] == seen[name]["generation"]] == [True] * count
                       and len(seen[name]["workers"]) == count for name, count in self.wanted.items())
        until(well, f"everything to be well again; last: {self.said[-3:]}", 60)
        self.flow()

    def flow(self):
        good = {name: traffic.good for name, traffic in self.traffics.items()}
        until(lambda: all(traffic.good > good[name] + 2 for name, traffic in self.traffics.items()), "load to flow", 60)

    def round(self, faults):
        """One fault, or two at once, until everything is well again."""
        chosen = self.random.sample(faults, 2 if self.random.random() < 0.3 else 1)
        kinds = set(" ".join(fault.kind for fault in chosen).split())
        takes_listeners = any(together <= kinds for together in TOGETHER)
        self.tried.update(fault.name for fault in chosen)
        what = " + ".join(sorted(fault.name for fault in chosen))
        before = self.snapshot()
        if len(chosen) == 2 and any(fault.kind == "disk" for fault in chosen):
            self.fill_disk(next(fault.do for fault in chosen if fault.kind != "disk"))
        else:
            for fault in chosen:
                fault.do(self)
        self.settled()
        self.count[what] += 1
        self.put_down(what, before)
        cuts = takes_listeners or any(fault.cuts for fault in chosen)
        if takes_listeners:
            self.listeners = held(self.site)
        assert cuts or not self.lost[what], f"{what} cost requests: {dict(self.lost[what])}, " \
            f"{[traffic.failed for traffic in self.traffics.values()]}"

    def __enter__(self):
        self.traffics = {}
        with contextlib.ExitStack() as stack:
            for name, port in self.ports.items():
                for way, address in (("unix", self.site.address(name)), ("TCP", ("127.0.0.1", port))):
                    for kind in (Traffic, KeptTraffic):
                        self.traffics[f"{name}, {way}, {kind.__name__}"] = stack.enter_context(
                            kind(address, threads=1, pause=0.02))
            self.stack = stack.pop_all()
        self.flow()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def live(self, seconds):
        end = time.monotonic() + seconds
        with Reaper(self.site):
            while time.monotonic() < end:
                self.round([fault for fault in FAULTS if fault.needs(self)])

    def figures(self):
        good = sum(traffic.good for traffic in self.traffics.values())
        lines = [f"chaos: {good} answered, {sum(self.count.values())} faults; not tried: "
                 f"{', '.join(fault.name for fault in FAULTS if fault.name not in self.tried) or 'none'}"]
        return lines + [f"chaos: {count:3} x {what}: lost {dict(self.lost[what]) or 'none'}"
                        for what, count in sorted(self.count.items())]


class Reaper:
    """What a killed bridled leaves becomes ours, as it would be init's: reaped when it has ended."""

    def __init__(self, site):
        self.site, self.ending = site, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def run(self):
        while not self.ending.wait(0.01):
            with contextlib.suppress(ChildProcessError, ProcessLookupError):
                if seen := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                    self.reap(seen.si_pid)

    def reap(self, pid):
        """The commands of tests are in our session, and bridled itself is waited for by who killed it."""
        if os.getsid(pid) != os.getsid(0) and pid != self.site.pid:
            os.waitpid(pid, os.WNOHANG)


def below(site):
    """Everybody of SITE but bridled: whom an earlier one started is no descendant of this one, but ours."""
    return [pid for pid in processes.descendants(os.getpid()) if pid != site.pid and of_another_session(pid)]


def limit_processes(pids, soft):
    """RLIMIT_NPROC of PIDS. Not even root may change that of others without CAP_SYS_RESOURCE: they do it themselves."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            who = pathlib.Path(f"/proc/{pid}").stat()
            if who.st_uid == os.geteuid():
                resource.prlimit(pid, resource.RLIMIT_NPROC, (soft, resource.prlimit(pid, resource.RLIMIT_NPROC)[1]))
            else:
                subprocess.run(["prlimit", f"--pid={pid}", f"--nproc={soft}:"], user=who.st_uid, group=who.st_gid,
                               extra_groups=[], stderr=subprocess.DEVNULL)


def of_another_session(pid):
    try:
        return os.getsid(pid) != os.getsid(0)
    except ProcessLookupError:
        return False


def kill(whom, *signals, pause=0.0):
    return lambda chaos: chaos.signal(getattr(chaos, whom)(), *signals, pause=pause)


def while_no(what, whom, ask=False):
    return lambda chaos: chaos.meanwhile(getattr(chaos, what), whom, ask)


# While nobody of a service lives, bridled and its watcher alone have its listeners: killed together, they take them along, with who
# waits there. So it is when a master that cannot be followed has ended. One that still serves has them, too, and the watcher has not: if it
# ends by itself, with its workers, before there is another bridled, they are gone.
TOGETHER = [{"unfollowed", "both"}, {"dying", "kill"}, {"dying", "both"}]
FAULTS = [
    Fault("watcher KILL", kill("watcher", signal.SIGKILL), kind="watcher"),
    Fault("watcher SEGV", kill("watcher", signal.SIGSEGV), kind="watcher"),
    Fault("watcher STOP", kill("watcher", signal.SIGSTOP), kind="watcher"),
    Fault("watcher STOP CONT", kill("watcher", signal.SIGSTOP, signal.SIGCONT, pause=0.5)),
    Fault("master KILL", kill("master", signal.SIGKILL), kind="master"),
    Fault("master SEGV", kill("master", signal.SIGSEGV), kind="master"),
    Fault("master STOP CONT", kill("master", signal.SIGSTOP, signal.SIGCONT, pause=0.5)),
    Fault("master STOP, replace", Chaos.stop_master, cuts=True),
    Fault("worker KILL", kill("worker", signal.SIGKILL), cuts=True),
    Fault("worker SEGV", kill("worker", signal.SIGSEGV), cuts=True),
    Fault("worker STOP", kill("beating", signal.SIGSTOP), cuts=True),  # until Gunicorn's timeout ends it
    Fault("worker STOP CONT", kill("worker", signal.SIGSTOP, signal.SIGCONT, pause=0.5)),
    Fault("replace", Chaos.restart),
    Fault("scale", Chaos.scale),
    Fault("reload", Chaos.reload),
    Fault("disk full", Chaos.fill_disk, kind="disk"),
    Fault("no forks, watcher KILL", while_no("no_forks", "watcher"), needs=Chaos.can_limit_forks, kind="watcher"),
    Fault("no forks, master KILL", while_no("no_forks", "master", ask=True), needs=Chaos.can_limit_forks,
          kind="unfollowed"),
    Fault("RLIMIT_NPROC, watcher KILL", while_no("no_processes", "watcher"), kind="watcher"),
    Fault("RLIMIT_NPROC, master KILL", while_no("no_processes", "master", ask=True), kind="unfollowed"),
    # the master cannot fork another and ends with all its workers (spawn_worker() in Gunicorn's arbiter.py)
    Fault("RLIMIT_NPROC, worker KILL", while_no("no_processes_anywhere", "worker", ask=True), cuts=True,
          kind="dying"),
    Fault("no descriptors, watcher KILL", while_no("no_descriptors", "watcher"), kind="watcher"),
    Fault("no descriptors, master KILL", while_no("no_descriptors", "master", ask=True), kind="unfollowed"),
    Fault("supervisor SEGV", Chaos.crash, needs=Chaos.may_crash, kind="crash"),
    Fault("supervisor SEGV in a replacement", lambda chaos: chaos.in_the_middle(chaos.crash), needs=Chaos.may_crash,
          kind="crash"),
    Fault("supervisor KILL", Chaos.kill, kind="kill"),
    Fault("supervisor KILL in a replacement", lambda chaos: chaos.in_the_middle(chaos.kill),
          kind="kill"),
    Fault("supervisor and watcher KILL", Chaos.kill_both, kind="both"),
    Fault("supervisor STOP CONT", lambda chaos: chaos.signal(chaos.site.pid, signal.SIGSTOP, signal.SIGCONT, pause=1)),
]


def held(site):
    """Inodes of the listening sockets that bridled holds and the masters of SITE have."""
    masters = [one["master"] for one in site.call("List", brief=True)["services"] if one["master"]]
    return listening(site.pid) & set().union(*map(listening, masters))


def listening(pid):
    """Inodes of the listening sockets that PID holds: /proc/net/{tcp,unix} of proc(5)."""
    held = set()
    for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if found := re.match(r"socket:\[(\d+)\]", os.readlink(fd)):
                held.add(int(found.group(1)))
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    found = {int(line[9]) for line in lines if line[3] == "0A"}
    lines = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]]
    found |= {int(line[6]) for line in lines if int(line[3], 16) & 0x10000}
    return held & found


def judge_log(text):
    """(numbers found, lines that Bridle says were lost, what is wrong with the others)."""
    found, said, odd = [], 0, []
    for line in text.splitlines():
        if one := NUMBERED.match(line):
            found.append(int(one.group(1)))
        elif lost := LOST.match(line):
            said += int(lost.group(1))
        else:
            odd.append(line)
    return found, said, odd
