"""What is tried within the machine, by a service of the bridled that is its process 1. Each case is a line on the second
serial port, a JSON object. The last thing that happens is SIGTERM to process 1."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

LIBRARY = pathlib.Path(__file__).resolve().parent.parent / "lib"
sys.path.insert(0, str(LIBRARY))

import cases  # noqa: E402
import processes  # noqa: E402
from client import connect, get  # noqa: E402
from control import Connection  # noqa: E402
from waiting import until  # noqa: E402

GROUPS = pathlib.Path("/sys/fs/cgroup/bridle-run-bridle")
CONFIG = pathlib.Path("/etc/bridle/bridle.ini")
PATIENT = 90  # seconds: the processor is made of software, and others use the one below it
CASES = cases.Cases()
case = CASES.case


# ---- bridled, and what it shows

def call(method, **parameters):
    with Connection("/run/bridle/control") as connection:
        return connection.call(method, **parameters)


def service(name):
    return call("List", name=name)["services"][0]


def workers(name, count):
    """The pids of COUNT workers of NAME, once all of them have booted."""
    def booted():
        seen = service(name)
        up = seen["state"] == "running" and [one["booted"] for one in seen["workers"]] == [True] * count
        return up and {one["pid"] for one in seen["workers"]}
    return until(booted, f"{count} workers of {name}", PATIENT)


def bridle(*words):
    done = subprocess.run(["/usr/bin/bridle", *words], text=True, stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, f"bridle {words}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def ask(name, path="/report"):
    return json.loads(get(f"/run/{name}.sock", path, PATIENT).body)


def take(name, megabytes):
    """Have a worker of NAME take more than it may."""
    with contextlib.suppress(EOFError, OSError):
        raise AssertionError(f"not killed: {ask(name, f'/take?mb={megabytes}')}")


def says(group, file):
    return (GROUPS / group / file).read_text().strip()


def group_of(pid):
    return pathlib.Path(f"/proc/{pid}/cgroup").read_text().strip()


def events(group):
    return dict((name, int(n)) for name, n in (line.split() for line in says(group, "memory.events").splitlines()))


# ---- what the groups say

@case
def bounds_are_in_their_files():
    workers("bound", 1)
    assert says("bound.service", "memory.max") == str(120 << 20)
    assert says("bound.service", "memory.high") == str(110 << 20)
    assert says("bound.service", "memory.swap.max") == "0"
    assert says("bound.service", "pids.max") == "20"
    assert says("bound.service", "cpu.max") == "150000 100000"
    assert says("bound.service", "cpu.weight") == "50"
    assert says("bound.service", "io.weight").splitlines()[0] == "default 25"


@case
def generations_are_below_the_service():
    """Process 1 of a machine is in the root group, the one that may have processes and groups below."""
    for pid in {service("bound")["master"], *workers("bound", 1)}:
        assert group_of(pid) == "0::/bridle-run-bridle/bound.service/bound.1"
    for pid in {service("free")["master"], *workers("free", 1)}:
        assert group_of(pid) == "0::/bridle-run-bridle/free.1"
    assert group_of(1) == "0::/"


@case
def tasks_are_bounded():
    forked = ask("bound", "/fork?n=40")
    assert forked["error"] == "Resource temporarily unavailable" and 0 < forked["forked"] < 20
    assert "max" in says("bound.service", "pids.events")


@case
def as_much_as_its_limits_allow():
    """Here bridled may raise both (CAP_SYS_RESOURCE), which few containers have it do: so much is done, and no more."""
    bridle("start", "limited")
    workers("limited", 1)
    assert {ask("limited")["limits"][name][1] for name in ("nice", "rtprio")} == {15, 1}
    for deed, within, beyond, refused in (("nice", 5, 4, "Permission denied"), ("rtprio", 1, 2, "Operation not permitted")):
        assert ask("limited", f"/attempt?deed={deed}&n={within}")["error"] == "", deed
        assert ask("limited", f"/attempt?deed={deed}&n={beyond}")["error"] == refused, deed
    bridle("stop", "limited")


@case
def replaced_within_its_bounds():
    before = workers("bound", 1)
    bridle("restart", "bound")
    after = workers("bound", 1)
    assert not before & after
    for pid in after:
        assert group_of(pid) == "0::/bridle-run-bridle/bound.service/bound.2"
    until(lambda: not (GROUPS / "bound.service/bound.1").exists(), "the old group to go", PATIENT)


# ---- memory

@case
def a_leak_costs_one_worker():
    """The kernel ends the worker; its master, its brother and its service live on, and the incident says why."""
    before, master = workers("leaky", 2), service("leaky")["master"]
    assert ask("leaky", "/take?mb=5")["error"] == ""
    take("leaky", 300)
    until(lambda: len(before & workers("leaky", 2)) == 1, "one of the workers to be replaced", PATIENT)
    seen = service("leaky")
    assert (seen["master"], seen["generation"], seen["state"]) == (master, 1, "running")
    assert ask("leaky", "/take?mb=5")["error"] == ""
    assert events("leaky.service")["oom_kill"] == 1


@case
def why_says_out_of_memory():
    killed = until(lambda: [one for one in call("Why", name="leaky")["incidents"] if one["class"] == "runtime.oom-kill"],
                   "the incident", PATIENT)[0]
    assert killed["phase"] == "runtime" and killed["confidence"] >= 0.8 and killed["died"] == 1, killed
    assert any("memory" in fact for fact in killed["facts"]), killed
    told = bridle("why", "leaky")
    assert "runtime.oom-kill" in told and "memory" in told, told


@case
def memory_pressure_is_told():
    """Over memory_high the kernel has a worker wait for memory (cgroup-v2.rst); who asks why it died is told so."""
    bridle("start", "squeezed")
    worker = workers("squeezed", 1).pop()
    client = connect("/run/squeezed.sock", PATIENT)  # whose answer is not waited for: it may take hours
    client.sendall(b"GET /take?mb=150 HTTP/1.1\r\nHost: test\r\n\r\n")
    until(lambda: waited_for_memory("squeezed.service") > 50, "it to be slowed", PATIENT)
    os.kill(worker, signal.SIGKILL)
    client.close()
    death = until(lambda: call("Why", name="squeezed")["incidents"], "the incident", PATIENT)[0]["deaths"][0]
    assert death["pid"] == worker and death["memory_pressure"] > 20, death
    assert "memory pressure was" in bridle("why", "squeezed")
    bridle("stop", "squeezed")


def waited_for_memory(group):
    """Per cent of the last ten seconds."""
    return float(re.search(r"some avg10=([0-9.]+)", says(group, "memory.pressure")).group(1))


def policy(word):
    text = CONFIG.read_text()
    CONFIG.write_text(text.replace("oom_policy = restart", f"oom_policy = {word}"))


@case
def oom_policy_restart():
    bridle("start", "strict")
    workers("strict", 1)
    first = service("strict")["generation"]
    take("strict", 300)
    until(lambda: service("strict")["generation"] > first, "another generation", PATIENT)
    workers("strict", 1)


@case
def oom_policy_stop():
    policy("stop")
    bridle("reload")
    workers("strict", 1)
    take("strict", 300)
    until(lambda: service("strict")["state"] == "stopped", "it to be stopped", PATIENT)
    until(lambda: not (GROUPS / "strict.service").exists(), "its group to go", PATIENT)


# ---- nobody is left, nobody is lost

@case
def nobody_escapes_a_stop():
    """Deaf, in a session of their own, without the marker, with a parent that has gone."""
    bridle("start", "hydra")
    until(lambda: len(list_group("hydra.service/hydra.1")) >= 6, "its heads", PATIENT)
    heads = list_group("hydra.service/hydra.1")
    subprocess.run(["/usr/bin/bridle", "stop", "hydra"], capture_output=True)
    assert not [pid for pid in heads if processes.alive(pid)]
    assert not (GROUPS / "hydra.service").exists()


def list_group(group):
    with contextlib.suppress(OSError):
        return [int(pid) for pid in says(group, "cgroup.procs").split()]
    return []


@case
def orphans_are_reaped():
    """Whoever loses his parent is given to process 1."""
    for _ in range(100):
        if os.fork() == 0:
            if os.fork() == 0:
                os._exit(0)
            os._exit(0)
        os.wait()
    until(lambda: not [pid for pid in processes.children(1) if (processes.look(pid) or "?")[0] == "Z"],
          "the dead to be buried", PATIENT)


@case
def nobody_hangs_because_the_clock_was_set():
    """By an hour, forth and back: a beat is as old as it was, or on_hang would be done to workers that are well."""
    before, told = workers("free", 1), incidents("free")
    for hours in 1, -1:
        seen = heartbeat("free")
        time.clock_settime(time.CLOCK_REALTIME, time.time() + hours * 3600)
        until(lambda: heartbeat("free") != seen, "it to be looked at again", PATIENT)
        assert heartbeat("free") < 1800
    assert workers("free", 1) == before and incidents("free") == told


def incidents(name):
    return [one["class"] for one in call("Why", name=name, last=9)["incidents"]]


def heartbeat(name):
    return service(name)["workers"][0]["heartbeat"]


@case
def process_1_survives_a_crash():
    masters = {name: service(name)["master"] for name in ("bound", "leaky", "free")}
    watcher, killed = call("Info")["watcher"], died_of_memory("leaky")
    os.kill(1, signal.SIGSEGV)
    until(lambda: watcher_now() not in (None, watcher), "bridled to be there again", PATIENT)
    assert call("Info")["crashes"] == 1
    for name, count in (("bound", 1), ("leaky", 2), ("free", 1)):
        workers(name, count)
        assert service(name)["master"] == masters[name]
        assert ask(name)["pid"]
    take("leaky", 300)  # and it goes on seeing what it saw before
    workers("leaky", 2)
    assert events("leaky.service")["oom_kill"] == 2
    until(lambda: died_of_memory("leaky") == killed + 1, "the incident", PATIENT)


def died_of_memory(name):
    return sum(one["died"] for one in call("Why", name=name, last=9)["incidents"] if one["class"] == "runtime.oom-kill")


def watcher_now():
    """Its pid; None while nobody answers, or who was there a moment ago goes while it is asked."""
    try:
        return call("Info")["watcher"]
    except (OSError, EOFError, KeyError):
        return None


# ---- a bridled that is not process 1, in a group of its own (a container, a delegated unit)

@case
def a_guest_moves_into_a_leaf():
    """No process may be in a group that gives controllers on: bridled moves itself, and those that it has already."""
    own, root = pathlib.Path("/sys/fs/cgroup/guest"), pathlib.Path("/tmp/guest")
    own.mkdir()
    root.mkdir()
    settings = "[program:early]\ncommand = /bin/sh -c 'sleep 3600 & wait'\n"
    (root / "bridle.ini").write_text(settings)
    guest = subprocess.Popen(["/bin/sh", "-c", f"echo 0 >{own}/cgroup.procs && exec bridled --root {root}"])
    until(lambda: guest_says(root, "early") == "running" and len((own / "cgroup.procs").read_text().split()) >= 4,
          "the guest to run", PATIENT)
    (root / "bridle.ini").write_text(settings + "[program:late]\ncommand = /bin/sleep 3600\nmemory_max = 40M\n")
    bridle("--root", str(root), "reload")
    until(lambda: guest_says(root, "late") == "running", "the bounded one to run", PATIENT)
    group = next(own.glob("bridle-*"))
    assert (group / "late.service/memory.max").read_text().strip() == str(40 << 20)
    assert group_of(guest.pid) == f"0::/guest/{group.name}/bridled"
    assert (own / "cgroup.procs").read_text() == ""
    guest.send_signal(signal.SIGTERM)
    assert guest.wait() == 0
    until(lambda: not group.exists(), "its groups to go", PATIENT)
    own.rmdir()


def guest_says(root, name):
    try:
        with Connection(root / "run/control") as connection:
            return connection.call("List", name=name)["services"][0]["state"]
    except (OSError, IndexError):
        return None


# ---- all of them

def main():
    with open("/dev/ttyS1", "w", buffering=1) as out:
        until(watcher_now, "bridled to answer", PATIENT)
        CASES.run(out)
    os.kill(1, signal.SIGTERM)
    signal.pause()


if __name__ == "__main__":
    main()
