"""What is tried within a machine whose process 1 is systemd, by a service of it: bridled is another, with the unit of
contrib. Each case is a line on the second serial port."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

LIBRARY = pathlib.Path(__file__).resolve().parent.parent / "lib"
sys.path.insert(0, str(LIBRARY))

import cases  # noqa: E402
import processes  # noqa: E402
from client import Traffic, get  # noqa: E402
from control import Connection  # noqa: E402
from waiting import until  # noqa: E402

GROUP = pathlib.Path("/sys/fs/cgroup/system.slice/bridle.service")
UNIT = "/etc/systemd/system/bridle.service"
IMPORTED = pathlib.Path("/etc/bridle/conf.d")
PATIENT = 90  # seconds: the processor is made of software, and others use the one below it
CASES = cases.Cases()
case = CASES.case


# ---- systemd, bridled, and what they show

def run(*words, status=0):
    done = subprocess.run(words, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert status in (done.returncode, None), f"{words}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def systemctl(*words, **options):
    return run("systemctl", *words, **options)


def bridle(*words, **options):
    return run("bridle", *words, **options)


def shown(unit, *properties):
    """What systemd says of UNIT: property -> value."""
    said = systemctl("show", "--property", ",".join(properties), "--", unit)
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def show(unit, name):
    return shown(unit, name)[name]


def call(method, **parameters):
    with Connection("/run/bridle/control") as connection:
        return connection.call(method, **parameters)


def service(name):
    return call("List", name=name)["services"][0]


def is_up(name):
    with contextlib.suppress(OSError, KeyError, IndexError):
        seen = service(name)
        return seen["state"] == "running" and all(one["booted"] for one in seen["workers"]) and seen
    return None


def wait_up(name):
    return until(lambda: is_up(name), f"{name} to run", PATIENT)


def masters():
    return {one["name"]: one["master"] for one in call("List")["services"] if one["master"]}


def bridled():
    return int(show("bridle.service", "MainPID"))


def group_of(pid):
    return pathlib.Path(f"/proc/{pid}/cgroup").read_text().strip()


# ---- bridled as a unit

@case
def the_unit_is_verified():
    said = run("systemd-analyze", "verify", "--man=no", UNIT)
    assert "bridle" not in said, said


@case
def started_is_ready():
    """`systemctl start` comes back when every service is up (Type=notify), and the status says so."""
    systemctl("start", "bridle")
    assert {one["name"]: one["state"] for one in call("List")["services"]} == {"web": "running", "bound": "running"}
    seen = shown("bridle.service", "ActiveState", "SubState", "StatusText", "NRestarts", "Result")
    assert (seen["ActiveState"], seen["SubState"], seen["NRestarts"]) == ("active", "running", "0"), seen
    assert "2 of 2" in seen["StatusText"], seen


BOUNDS = {"memory.max": str(120 << 20), "memory.high": str(110 << 20), "pids.max": "20", "cpu.max": "150000 100000",
          "cpu.weight": "50"}


def bounds(below):
    return {name: (below / "bound.service" / name).read_text().strip() for name in BOUNDS}


@case
def bounds_are_in_their_files():
    """In a group that systemd delegated: bridled moves itself into a leaf, and gives the controllers on."""
    below = next(GROUP.glob("bridle-*"))
    assert bounds(below) == BOUNDS
    assert group_of(bridled()) == f"0::/system.slice/bridle.service/{below.name}/bridled"
    assert group_of(service("bound")["master"]) == f"0::/system.slice/bridle.service/{below.name}/bound.service/bound.1"


@case
def reload_reads_the_configuration():
    config = pathlib.Path("/etc/bridle/bridle.ini")
    before, old = bridled(), service("web")["generation"]
    config.write_text(config.read_text().replace("[gunicorn:web]\n", "[gunicorn:web]\nthreads = 2\n"))
    systemctl("reload", "bridle")
    until(lambda: is_up("web") and service("web")["generation"] > old, "the other generation", PATIENT)
    assert bridled() == before
    until(lambda: show("bridle.service", "ActiveState") == "active", "systemd to see the end of it", PATIENT)


@case
def a_broken_configuration_changes_nothing():
    config = pathlib.Path("/etc/bridle/bridle.ini")
    text, before = config.read_text(), masters()
    config.write_text(text + "no_such_key = 1\n")
    assert "failed" in systemctl("reload", "bridle", status=1)
    assert masters() == before and show("bridle.service", "ActiveState") == "active"
    config.write_text(text)


@case
def a_killed_bridled_is_followed_by_one_that_adopts():
    """KillMode=process: systemd leaves the services alone. Controllers that they hold keep nobody out (--let-go), and are theirs
    again at once. The next one is also given a shorter watchdog, for what follows."""
    pathlib.Path(UNIT + ".d").mkdir()
    pathlib.Path(UNIT + ".d/watchdog.conf").write_text("[Service]\nWatchdogSec=20s\n")
    systemctl("daemon-reload")
    before, old = masters(), bridled()
    with Traffic("/run/web.sock") as traffic:
        until(lambda: traffic.good > 5, "load to flow", PATIENT)
        os.kill(old, signal.SIGKILL)
        until(lambda: show("bridle.service", "NRestarts") == "1" and bridled() not in (0, old), "another bridled", PATIENT)
        until(lambda: show("bridle.service", "ActiveState") == "active", "it to be ready", PATIENT)
        seen = traffic.good
        until(lambda: traffic.good > seen + 5, "load to flow on", PATIENT)
    traffic.assert_nothing_lost()
    assert masters() == before
    assert group_of(bridled()).endswith("/bridled")
    assert bounds(next(GROUP.glob("bridle-*"))) == BOUNDS


@case
def the_watchdog_is_kept():
    def ping():
        return int(show("bridle.service", "WatchdogTimestampMonotonic"))
    first = ping()
    second = until(lambda: ping() > first and ping(), "WATCHDOG=1", PATIENT)
    until(lambda: ping() > second, "WATCHDOG=1 again", PATIENT)
    assert show("bridle.service", "NRestarts") == "1"


@case
def who_stands_still_is_replaced():
    before, old = masters(), bridled()
    pathlib.Path(UNIT + ".d/watchdog.conf").unlink()
    systemctl("daemon-reload")
    os.kill(old, signal.SIGSTOP)
    until(lambda: show("bridle.service", "NRestarts") == "2" and bridled() not in (0, old), "another bridled", PATIENT)
    until(lambda: show("bridle.service", "ActiveState") == "active", "it to be ready", PATIENT)
    assert masters() == before and get("/run/web.sock").status == 200


# ---- moving

def move(name):
    """As bridle(1) has it in its examples, with patience."""
    bridle("import", "--systemd", name, "--output", str(IMPORTED))
    file = IMPORTED / f"{name}.ini"
    file.write_text(re.sub(r"(?m)^app = ", r"autostart = no\nstart_timeout = 120s\n\g<0>", file.read_text()))
    bridle("check")
    bridle("reload")


@contextlib.contextmanager
def lossless(address):
    """With so many that somebody waits to be accepted at most moments: systemd may be the one who closes that queue."""
    with Traffic(address, threads=4) as traffic:
        until(lambda: traffic.good > 5, "load to flow", PATIENT)
        yield traffic
        seen = traffic.good
        until(lambda: traffic.good > seen + 5, "load to flow on", PATIENT)
    traffic.assert_nothing_lost()


def answers(address):
    with contextlib.suppress(OSError, EOFError):
        return get(address).status == 200
    return False


def take_over(unit, address, *others):
    """UNIT, which starts at boot and serves at ADDRESS, moves and leaves nothing behind, nor is a request lost."""
    systemctl("enable", "--now", unit, *others)
    until(lambda: answers(address), f"{unit} to serve", PATIENT)
    old = int(show(f"{unit}.service", "MainPID"))
    move(unit)
    with lossless(address):
        said = bridle("takeover", unit)
    assert f"process {old} has ended" in said and "does not start at boot" in said, said
    assert get(address).pid in {one["pid"] for one in service(unit)["workers"]}
    for one in (f"{unit}.service", *others):
        seen = shown(one, "ActiveState", "UnitFileState", "NRestarts")
        assert (seen["ActiveState"], seen["UnitFileState"]) == ("inactive", "disabled"), (one, seen)
        assert not list(pathlib.Path("/etc/systemd/system").glob(f"*.wants/{one}"))
    assert not processes.alive(old)


def edit(name, pattern, replacement):
    """Change the configuration of NAME, and have bridled read it."""
    file = IMPORTED / f"{name}.ini"
    file.write_text(re.sub(pattern, replacement, file.read_text()))
    bridle("reload")


def state_of(unit):
    return shown(f"{unit}.service", "MainPID", "ActiveState", "SubState", "UnitFileState", "NRestarts", "DropInPaths", "KillSignal")


@case
def drop_ins_are_read_in_the_order_of_systemd():
    """Of an instance of a template: its own, those of the template, those of all services, from all directories."""
    shown_files = re.findall(r"(?m)^# (/\S+)$", systemctl("cat", "site-of@eu.service"))
    report = json.loads(bridle("import", "--systemd", "site-of@eu", "--report", "json"))
    # an instance has no file of its own: it is read under its name
    read = [re.sub(r"/site-of@eu\.service$", "/site-of@.service", file) for file in dict.fromkeys(one["file"] for one in report)]
    assert read == shown_files and len(read) == 8, (read, shown_files)
    environment = show("site-of@eu.service", "Environment")
    imported = bridle("import", "--systemd", "site-of@eu")
    assert dict(re.findall(r"(?m)^environment = (\w+)=(.*)$", imported)) == dict(one.split("=") for one in environment.split())


@case
def takes_over_a_listener_of_tcp():
    take_over("tcp", ("127.0.0.1", 8001))


@case
def what_cannot_start_changes_nothing():
    systemctl("enable", "--now", "own")
    until(lambda: answers("/run/own/web.sock"), "it to serve", PATIENT)
    move("own")
    edit("own", r"app = hello:app\n", "app = no_such_module:app\nstart_limit = 2\n")
    before = state_of("own")
    with lossless("/run/own/web.sock"):
        said = bridle("takeover", "own", status=1)
    assert "no_such_module" in said, said
    assert before["UnitFileState"] == "enabled" and state_of("own") == before, (before, state_of("own"))
    (IMPORTED / "own.ini").unlink()


@case
def takes_over_a_file_that_gunicorn_made():
    """Which Gunicorn would take away at its end, and systemd the directory with it; systemd would also start it again."""
    take_over("own", "/run/own/web.sock")
    assert not list(pathlib.Path("/run/systemd/system").glob("own.service.d"))


@case
def takes_over_a_socket_unit():
    take_over("act", "/run/act.sock", "act.socket")


def give_back(unit, address, *others):
    """The gap is as long as it was said to be, and over when the command is."""
    refused = []

    def ask():
        while not ending.is_set():
            began = time.monotonic()
            try:
                get(address)
            except (ConnectionRefusedError, FileNotFoundError):
                refused.append((began, time.monotonic()))
            except (OSError, EOFError):
                pass  # cut when the listener was closed
            ending.wait(0.05)
    ending = threading.Event()
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        said = bridle("takeover", "--back", unit)
        get(address)
    finally:
        ending.set()
        asking.join(PATIENT)
    gap = float(re.search(r"nobody did for ([0-9.]+) s at most", said).group(1))
    # from after the first to before the last, so that it lies in the gap however long an attempt took; said in tenths
    assert not refused or refused[-1][0] - refused[0][1] <= gap + 0.1, (refused, said)
    for one in (f"{unit}.service", *others):
        seen = shown(one, "ActiveState", "UnitFileState")
        assert (seen["ActiveState"], seen["UnitFileState"]) == ("active", "enabled"), (one, seen)
    assert service(unit)["state"] == "stopped"


@case
def gives_a_listener_of_tcp_back():
    """The unit does not say when it is ready (Type=simple)."""
    give_back("tcp", ("127.0.0.1", 8001))


@case
def gives_a_file_in_a_runtime_directory_back():
    give_back("own", "/run/own/web.sock")


@case
def gives_a_socket_unit_back():
    give_back("act", "/run/act.sock", "act.socket")


# ---- what the master of a unit of others has, by systemd and by Bridle

PLACES = ["/", "/etc", "/usr", "/home", "/root", "/tmp", "/var/tmp", "/var/lib", "/var/lib/ooniapi", "/var/log",
          "/var/log/praxiapp", "/opt/praxiapp/backend", "/opt/praxiapp/backend/media", "/run", "/proc", "/proc/self", "/proc/sys",
          "/sys", "/sys/fs/cgroup", "/dev"]
EMPTY = {"char", "core", "hugepages", "log", "mqueue"}  # of /dev: systemd makes them where the machine has no such thing, too
FACTS = ["Uid", "Gid", "Groups", "Umask", "NoNewPrivs", "Seccomp", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]


def facts(pid):
    proc = pathlib.Path(f"/proc/{pid}")
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line)
    found = {name: status[name].strip() for name in FACTS}
    found |= {f"limit {line[:26].strip()}": line[26:].split()[:2] for line in (proc / "limits").read_text().splitlines()[1:]}
    found |= {f"variable {name}": value for name, value in processes.environment(pid).items()}
    for place in PLACES:
        with contextlib.suppress(FileNotFoundError):
            seen = os.statvfs(f"/proc/{pid}/root{place.replace('self', str(pid))}")
            found[f"place {place}"] = "read-only" if seen.f_flag & os.ST_RDONLY else "writable"
    for place in ("/home", "/root", "/dev"):
        found[f"names in {place}"] = sorted(set(os.listdir(f"/proc/{pid}/root{place}")) - EMPTY)
    return found | {"cwd": os.readlink(proc / "cwd"), "oom": (proc / "oom_score_adj").read_text().strip(),
                    "nice": (proc / "stat").read_text().rpartition(")")[2].split()[16]}


def differences(name, said):
    """Of what a unit's master has by systemd and by Bridle, but for what is SAID, and what Bridle gives each Gunicorn or does
    itself: its marker, its listeners, a directory for heartbeats; readiness, of which systemd is not told by the service."""
    systemctl("start", name)
    until(lambda: processes.children(int(show(f"{name}.service", "MainPID"))), f"a worker of {name}", PATIENT)
    of_systemd = facts(int(show(f"{name}.service", "MainPID")))
    systemctl("stop", name)
    move(name)
    bridle("start", name)
    of_bridle = facts(service(name)["master"])
    bridle("stop", name)
    assert not [what for what in of_bridle if re.match("variable (INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID)", what)], of_bridle
    known = re.compile("variable (BRIDLE_.*|LISTEN_.*|TMPDIR|PWD|PYTHONUNBUFFERED|NOTIFY_SOCKET|INVOCATION_ID|JOURNAL_STREAM"
                       "|SYSTEMD_.*)")
    return {what: (of_systemd.get(what), of_bridle.get(what)) for what in of_systemd.keys() | of_bridle.keys()
            if of_systemd.get(what) != of_bridle.get(what) and not known.fullmatch(what) and what not in said}


@case
def a_unit_with_a_sandbox_is_the_same():
    found = differences("praxi", set())
    assert not found, found


@case
def a_unit_with_capabilities_is_the_same():
    """bridle.ini(5): read_only_paths takes all below, also what is mounted there; systemd 252 leaves these two alone."""
    found = differences("ooni", {"place /run", "place /proc"})
    assert not found, found


@case
def stopping_is_graceful():
    answer = []
    asking = threading.Thread(target=lambda: answer.append(get("/run/web.sock", "/sleep?s=3", PATIENT)))
    seen = bridle("logs", "-n", "all", "web").count("sleeping")
    asking.start()
    until(lambda: bridle("logs", "-n", "all", "web").count("sleeping") > seen, "it to sleep", PATIENT)
    systemctl("stop", "bridle")
    asking.join(PATIENT)
    assert answer and answer[0].status == 200
    assert show("bridle.service", "Result") == "success"
    assert not GROUP.exists() or not [pid for pid in GROUP.rglob("cgroup.procs") if pid.read_text()]


def main():
    with open("/dev/ttyS1", "w", buffering=1) as out:
        CASES.run(out)
    systemctl("start", "--no-block", "--job-mode=replace-irreversibly", "poweroff.target")
    signal.pause()


if __name__ == "__main__":
    main()
