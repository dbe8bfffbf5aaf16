"""Faults, by the table: what is done to a running bridled, and what that may cost.

A fault is one row: its name, what it does, whether it may cut requests (it kills a worker in the middle of one), and what it
needs of the machine or of bridled. Each is done, then everything has to be well again; what the load lost meanwhile is put
down to it. Two at once share it, and may cut requests when one of them may.
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


class Chaos:
    """SITE runs Gunicorns NAMES on a unix socket and the TCP port of PORTS each, and the program `spew`; DISK is the small
    file system below its logs."""

    def __init__(self, site, ports, disk, seed):
        self.site, self.ports, self.disk, self.random = site, ports, disk, random.Random(seed)
        self.wanted = {name: 2 for name in ports}
        self.count, self.lost, self.settings = collections.Counter(), collections.defaultdict(collections.Counter), 0
        self.said = []

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

    def command(self, *words):
        done = self.site.bridle(*words)
        self.said.append(f"bridle {' '.join(words)}: {done.returncode} {done.stderr.strip()}")

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
        self.command("scale", name, str(self.wanted[name]))

    def reload(self):
        """A changed setting that needs a new generation of one service, and one that is taken over at once."""
        self.settings += 1
        self.site.write(*self.site.sections(self.settings))
        self.command("reload")

    def fill_disk(self):
        filler = self.disk / "filler"
        with contextlib.suppress(OSError):
            with open(filler, "wb", buffering=0) as out:
                while True:
                    out.write(b"x" * 4096)
        time.sleep(self.random.uniform(0.5, 10))  # not waiting: how long it is full; pipe and spool hold some seconds
        filler.unlink()

    @contextlib.contextmanager
    def no_forks(self):
        """Nobody of the site can fork."""
        group = PIDS / f"bridle-chaos-{os.getpid()}"
        group.mkdir(exist_ok=True)
        everybody = [self.site.pid, *processes.descendants(self.site.pid)]
        self.enter(group, everybody)
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
    def no_descriptors(self):
        """bridled has none left."""
        pid = self.site.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")), hard))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))

    def meanwhile(self, trouble, *, master=False):
        """While TROUBLE lasts, the watcher or a master is killed and a replacement asked for."""
        name, victim = self.service(), self.master() if master else self.watcher()
        with trouble():
            self.signal(victim, signal.SIGKILL)
            time.sleep(self.random.uniform(0.2, 1))  # not waiting: how long it lasts
        if master:
            self.command("start", name)

    def can_limit_forks(self):
        return os.geteuid() == 0 and (PIDS / "cgroup.procs").exists()

    def survives(self):
        """bridled takes itself up again: a supervisor that knows `bridle reexec` does."""
        return "reexec" in self.site.bridle("help").stdout

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
        what = " + ".join(sorted(fault.name for fault in chosen))
        before = self.snapshot()
        for fault in chosen:
            fault.do(self)
        self.settled()
        self.count[what] += 1
        self.put_down(what, before)
        cuts = any(fault.cuts for fault in chosen)
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
        possible = [fault for fault in FAULTS if fault.needs(self)]
        while time.monotonic() < end:
            self.round(possible)

    def figures(self):
        good = sum(traffic.good for traffic in self.traffics.values())
        lines = [f"chaos: {good} answered, {sum(self.count.values())} faults; not tried here: "
                 f"{', '.join(fault.name for fault in FAULTS if not fault.needs(self)) or 'none'}"]
        return lines + [f"chaos: {count:3} x {what}: lost {dict(self.lost[what]) or 'none'}"
                        for what, count in sorted(self.count.items())]


def kill(whom, *signals, pause=0.0):
    return lambda chaos: chaos.signal(getattr(chaos, whom)(), *signals, pause=pause)


FAULTS = [
    Fault("watcher KILL", kill("watcher", signal.SIGKILL)),
    Fault("watcher SEGV", kill("watcher", signal.SIGSEGV)),
    Fault("watcher STOP", kill("watcher", signal.SIGSTOP)),
    Fault("watcher STOP CONT", kill("watcher", signal.SIGSTOP, signal.SIGCONT, pause=0.5)),
    Fault("master KILL", kill("master", signal.SIGKILL)),
    Fault("master SEGV", kill("master", signal.SIGSEGV)),
    Fault("master STOP CONT", kill("master", signal.SIGSTOP, signal.SIGCONT, pause=0.5)),
    Fault("master STOP, replace", Chaos.stop_master, cuts=True),
    Fault("worker KILL", kill("worker", signal.SIGKILL), cuts=True),
    Fault("worker SEGV", kill("worker", signal.SIGSEGV), cuts=True),
    Fault("worker STOP", kill("worker", signal.SIGSTOP), cuts=True),  # until Gunicorn's timeout ends it
    Fault("worker STOP CONT", kill("worker", signal.SIGSTOP, signal.SIGCONT, pause=0.5)),
    Fault("replace", Chaos.restart),
    Fault("scale", Chaos.scale),
    Fault("reload", Chaos.reload),
    Fault("disk full", Chaos.fill_disk),
    Fault("no forks, watcher KILL", lambda chaos: chaos.meanwhile(chaos.no_forks), needs=Chaos.can_limit_forks),
    Fault("no forks, master KILL", lambda chaos: chaos.meanwhile(chaos.no_forks, master=True),
          needs=Chaos.can_limit_forks),
    Fault("no descriptors, watcher KILL", lambda chaos: chaos.meanwhile(chaos.no_descriptors)),
    Fault("no descriptors, master KILL", lambda chaos: chaos.meanwhile(chaos.no_descriptors, master=True)),
    Fault("supervisor SEGV", lambda chaos: chaos.signal(chaos.site.pid, signal.SIGSEGV), needs=Chaos.survives),
]


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
