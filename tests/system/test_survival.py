"""bridled survives itself: it becomes another program, crashes, or is killed, and services do not notice.

    BRIDLE_REEXECS=1000     how often it executes itself under load (50)
    BRIDLE_CHAOS=600        seconds of chaos (10)
    BRIDLE_SEED=7           its dice (1)
"""
import collections
import json
import os
import pathlib
import pwd
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

import processes
from chaos import listening
from client import Traffic, get
from remembered import Remembered
from sections import deaf, program, web
from test_blind import NO_SIGHT
from test_isolation import inner, namespace  # noqa: F401
from test_replace import Load, settings
from waiting import until

REEXECS = int(os.environ.get("BRIDLE_REEXECS", "50"))
CRASHES = [signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT]

PID, START, LEADER, WATCHER, WATCHER_START = 32, 33, 34, 5, 6  # tags of src/wire/state.def

COUNT = """/bin/sh -c 'n=0; while :; do n=$((n+1)); echo "line $n"; sleep 0.01; done'"""


def info(site):
    """Of a bridled that is back, whoever answers meanwhile."""
    def asked():
        assert site.process.poll() is None, f"bridled ended with {site.process.returncode}"
        try:
            return site.call("Info")
        except (OSError, EOFError):
            return None
    return until(asked, "bridled to answer")


def wait_reborn(site, what, count):
    return until(lambda: (seen := info(site))[what] == count and seen, f"{what} to be {count}; bridled said:\n{site.said()[-2000:]}")


def inodes(master):
    """The listening sockets that a master holds, whichever descriptors it has moved them to; none when it is gone."""
    try:
        return listening(master)
    except FileNotFoundError:
        return set()


def descriptors(pid):
    return sorted(os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd"))


def used(pid):
    """Seconds of a processor, of the two that it was looked at for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"(?m)^Pss: +(\d+)", text).group(1))


def assert_whole(site, name, least):
    """Lines 1, 2, 3 ... of COUNT, each once."""
    seen = [int(line.split()[1]) for line in site.log(name).splitlines() if re.fullmatch(r"line \d+", line)]
    assert seen == list(range(1, len(seen) + 1)) and len(seen) >= least, \
        [pair for pair in zip(seen, range(1, len(seen) + 1)) if pair[0] != pair[1]][:5] or len(seen)
    assert all(re.fullmatch(r"line \d+", line) for line in site.log(name).splitlines())
    return len(seen)


# ---- re-exec ----

def test_nothing_is_lost_in_many_reexecs(bridled, free_ports, figures):
    """Same pid, same masters, same sockets; no request and no line lost; no descriptor and no memory more."""
    port, = free_ports(1)
    site = bridled(settings(port), program("count", COUNT))
    site.wait_workers(2)
    site.ctl("reexec")
    before = site.master(), site.pid, inodes(site.master()), descriptors(site.pid)
    assert before[2], "sockets to find again"
    first = memory(site.pid)
    with Load(site, port) as load:
        for n in range(REEXECS):
            site.ctl("reexec")
        load.flow()
    assert load.lost == {}, load.lost
    wait_reborn(site, "reexecs", REEXECS + 1)
    until(lambda: info(site)["watcher"] in processes.children(site.pid), "the watcher to be a child")
    assert (site.master(), site.pid, inodes(site.master())) == before[:3]
    until(lambda: len(descriptors(site.pid)) == len(before[3]), "descriptors to be as many as before")
    last = memory(site.pid)
    assert last <= first * 1.1 + 64, f"PSS {first} -> {last} KiB"
    assert site.service()["restarts"] == 0 and info(site)["watcher_restarts"] == 0
    site.ctl("stop", "count")
    lines = assert_whole(site, "count", 10)
    figures(f"{REEXECS} re-execs: {load.figures}; {lines} lines whole; PSS {first} -> {last} KiB")


def test_decisions_and_counters_survive_a_reexec(bridled):
    site = bridled(web(workers=2), web("off"), program("crash", "/bin/sh -c 'exit 1'", start_limit=3, restart_delay="50ms"),
                   program("later", "/bin/false", restart_delay="1h", restart_delay_max="1h"))
    site.wait_workers(2)
    site.wait_state("running", "off")
    site.ctl("stop", "off")
    site.ctl("scale", "web", "3")
    os.kill(site.master(), signal.SIGKILL)
    until(lambda: site.service()["restarts"] == 1, "a restart")
    site.wait_workers(3)
    site.wait_state("failed", "crash")
    due = site.wait_state("waiting", "later")["due"]
    master = site.master()
    site.ctl("reexec")
    assert site.master() == master
    assert site.service()["restarts"] == 1 and site.service()["workers_wanted"] == 3
    assert site.state("off") == "stopped" and site.state("crash") == "failed"
    assert 0 < site.service("later")["due"] <= due
    assert site.service("crash")["last_end"], site.service("crash")
    site.ctl("start", "off")
    site.wait_state("running", "off")


def test_a_stop_in_progress_goes_on_after_a_reexec(bridled):
    """The ladder has its deadlines still: TERM was heard and ignored, KILL comes."""
    site = bridled(deaf(stop_timeout="4s"))
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    master = site.master("deaf")
    site.call("Stop", name="deaf", no_wait=True)
    began = time.monotonic()
    site.ctl("reexec")
    assert site.state("deaf") == "stopping" and processes.alive(master)
    site.wait_state("stopped", "deaf")
    assert not processes.alive(master) and time.monotonic() - began > 3
    site.ctl("start", "deaf")
    site.ctl("stop", "deaf")


def test_both_processes_are_called_by_their_names(bridled):
    """ps and top would say "exe" of whom was executed as /proc/self/exe."""
    site = bridled(program("steady", "/bin/sleep 1000"))
    site.ctl("ready", "--wait", "30s")

    def names():
        seen = info(site)
        return [pathlib.Path(f"/proc/{pid}/comm").read_text().strip() for pid in (site.process.pid, seen["watcher"])]
    until(lambda: names() == ["bridled", "bridled-watcher"], "the names")
    os.kill(site.process.pid, signal.SIGSEGV)
    wait_reborn(site, "crashes", 1)
    until(lambda: names() == ["bridled", "bridled-watcher"], "the names, after a crash")


@pytest.mark.parametrize("how", ["reexec", "SIGSEGV"])
def test_every_option_goes_along(daemons, how):
    """With all of them given the words of the next program are as many as there can be."""
    site = daemons()
    site.options = ["--config", str(site.config), "--debug"]
    site.write(program("nap", "/bin/sleep 3600"))
    master = site.start().wait_state("running", "nap")["master"]
    for n in 1, 2:  # what goes along once goes along again
        if how == "reexec":
            site.ctl("reexec")
            wait_reborn(site, "reexecs", n)
        else:
            os.kill(site.pid, signal.SIGSEGV)
            wait_reborn(site, "crashes", n)
    words = pathlib.Path(f"/proc/{site.pid}/cmdline").read_bytes().decode().split("\0")[1:-1]
    assert words[2:] == ["--config", str(site.config), "--root", str(site.root), "--debug"] and site.master("nap") == master


def test_a_reexec_in_the_middle_of_a_replacement(bridled):
    site = bridled(web(environment="SLOW=2"))
    site.wait_workers(1)
    old = site.master()
    with Traffic(site.address()) as traffic:
        site.call("Restart", name="web", no_wait=True)
        site.wait_state("replacing")
        site.ctl("reexec")
        assert site.state() == "replacing"
        site.wait_state("running")
        until(lambda: not processes.alive(old), "the old generation to go")
    assert traffic.failed == {} and site.service()["generation"] == 2


def test_who_dies_while_bridled_is_another_program_is_followed(bridled):
    """The master gets SIGKILL while bridled does not run: its end is told to the next program."""
    site = bridled(web())
    site.wait_workers(1)
    old = site.master()
    os.kill(site.pid, signal.SIGSTOP)
    os.kill(old, signal.SIGKILL)
    os.kill(site.pid, signal.SIGSEGV)
    os.kill(site.pid, signal.SIGCONT)
    wait_reborn(site, "crashes", 1)
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "a successor")
    assert "SIGKILL" in site.service()["last_end"] and site.service()["restarts"] == 1


def test_an_older_program_is_refused_before(daemons):
    """What lies on the disk cannot read what this one remembers, or is no program at all."""
    site = daemons()
    own = site.root / "bin"
    own.mkdir()
    built, site.built = site.built, own
    for name in ("bridled", "bridle"):
        shutil.copy2(built / name, own / name)
    site.write(web())
    site.start()
    master = site.wait_state("running")["master"]
    for text, word in (("#!/bin/sh\nexit 4\n", "older"), ("#!/bin/sh\nexit 2\n", "older"), ("#!/bin/sh\nkill -9 $$\n", "did not answer")):
        fresh = own / "new"
        fresh.write_text(text)
        fresh.chmod(0o755)
        fresh.rename(own / "bridled")
        done = site.bridle("reexec")
        assert done.returncode != 0 and word in done.stderr, done
    fresh = own / "new"
    fresh.write_text("no program\n")
    fresh.rename(own / "bridled")
    assert site.bridle("reexec").returncode != 0
    seen = site.call("Info")
    assert seen["reexecs"] == 0 and site.master() == master and seen["watcher_restarts"] == 0
    (own / "bridled").unlink()
    shutil.copy2(built / "bridled", own / "bridled")
    site.ctl("reexec")
    assert site.call("Info")["reexecs"] == 1 and site.master() == master


def test_an_exec_that_fails_changes_nothing(daemons):
    """The program says yes, and is gone when it comes to it."""
    site = daemons()
    own = site.root / "bin"
    own.mkdir()
    shutil.copy2(site.built / "bridled", own / "bridled")
    built, site.built = site.built, own
    shutil.copy2(built / "bridle", own / "bridle")
    site.write(web())
    site.start()
    master = site.wait_state("running")["master"]
    (own / "new").write_text(f"#!/bin/sh\nrm -f {own}/bridled\nexit 0\n")
    (own / "new").chmod(0o755)
    (own / "new").rename(own / "bridled")
    with Traffic(site.address()) as traffic:
        site.ctl("reexec", "--no-wait")
        until(lambda: "nothing was changed" in site.said(), "the exec to fail")
    assert traffic.failed == {} and site.master() == master
    assert site.call("Info")["reexecs"] == 0
    site.ctl("restart", "web")
    assert all("close" not in one for one in descriptors(site.master()))


def test_bad_settings_are_refused_before(bridled):
    site = bridled(web())
    master = site.wait_state("running")["master"]
    site.write("[gunicorn:web]\nworkerz = 3\n")
    done = site.bridle("reexec")
    assert done.returncode != 0 and "configuration" in done.stderr, done
    assert site.call("Info")["reexecs"] == 0 and site.master() == master
    assert "workerz" in site.said()


# ---- crash ----

@pytest.mark.parametrize("signum", CRASHES, ids=[one.name for one in CRASHES])
def test_a_crash_loses_nothing(bridled, free_ports, figures, signum):
    port, = free_ports(1)
    site = bridled(settings(port), program("count", COUNT), web("off"))
    site.wait_workers(2)
    site.wait_state("running", "off")
    site.ctl("stop", "off")
    master, sockets = site.master(), inodes(site.master())
    assert sockets, "to be found again"
    with Load(site, port) as load:
        os.kill(site.pid, signum)
        wait_reborn(site, "crashes", 1)
        load.flow()
        site.ctl("restart", "web")
        until(lambda: not processes.alive(master), "the old generation to go")
        load.flow()
    assert load.lost == {}, load.lost
    assert site.state("off") == "stopped" and inodes(site.master()) == sockets
    said = [line for line in site.said().splitlines() if "crashed" in line]
    assert len(said) == 1 and signum.name in said[0] and str(os.getpid()) in said[0], said
    site.ctl("stop", "count")
    assert_whole(site, "count", 10)
    figures(f"{signum.name}: {load.figures}")


def test_a_crash_without_a_descriptor_left(bridled):
    """The next program opens its libraries first of all: it would end there, and take nobody's place."""
    site = bridled(web())
    site.wait_workers(1)
    master, (_, hard) = site.master(), resource.prlimit(site.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(site.pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{site.pid}/fd")), hard))
    os.kill(site.pid, signal.SIGSEGV)
    wait_reborn(site, "crashes", 1)
    assert site.master() == master and get(site.address()).status == 200
    assert resource.prlimit(site.pid, resource.RLIMIT_NOFILE) == (hard, hard)


def test_a_crash_with_settings_that_cannot_be_read(bridled):
    """Services go on, and are followed when they die; a repaired file is taken up by a reload."""
    site = bridled(web())
    site.wait_workers(1)
    master = site.master()
    site.write("[gunicorn:web]\nworkerz = 3\n")
    os.kill(site.pid, signal.SIGSEGV)
    wait_reborn(site, "crashes", 1)
    assert site.master() == master and get(site.address()).status == 200
    site.write(web(workers=2))
    site.ctl("reload")
    site.ctl("restart", "web")
    site.wait_workers(2)


def test_pid_1_survives_its_crash(daemons, namespace):  # noqa: F811
    """The kernel would end the whole namespace with its PID 1."""
    site = daemons(wrapper=namespace)
    site.write(web(workers=2), program("nap", "/bin/sleep 3600"))
    site.start()
    site.wait_workers(2)
    before = site.master(), site.master("nap")
    with Traffic(site.address()) as traffic:
        for n in range(1, 4):
            os.kill(inner(site), signal.SIGSEGV)
            assert wait_reborn(site, "crashes", n)["pid"] == 1
    assert traffic.failed == {} and traffic.good > 0
    assert (site.master(), site.master("nap")) == before
    site.ctl("restart", "web")
    os.kill(inner(site), signal.SIGTERM)
    assert site.wait() == 0
    site.assert_nothing_left()


def test_a_crash_loop_ends_in_safe_mode(bridled):
    """Five within a minute: what runs is kept and reaped, nothing is decided, and bridled says so."""
    site = bridled(web(workers=2), program("nap", "/bin/sleep 3600"))
    site.wait_workers(2)
    master, nap = site.master(), site.master("nap")
    with Traffic(site.address()) as traffic:
        for n in range(1, 6):
            assert info(site)["safe"] is False
            os.kill(site.pid, signal.SIGSEGV)
            wait_reborn(site, "crashes", n)
        assert info(site)["safe"] is True
        for deed in ("restart", "stop"):
            done = site.bridle(deed, "web")
            assert done.returncode != 0 and "bridle reexec" in done.stderr, done
        os.kill(nap, signal.SIGKILL)
        until(lambda: "safe mode" in site.said() and not processes.zombies_below(site.pid), "the dead to be reaped")
        assert site.state("nap") == "running" and site.master("nap") in (0, None)
        assert "bridle reexec" in site.said()
        for words in ((), ("web",)):
            assert "decides nothing: see its log, then 'bridle reexec'" in site.ctl("status", *words)
        assert all("bridle reexec" in one["safe_mode"] for one in json.loads(site.ctl("status", "--json")))
    assert traffic.failed == {} and site.master() == master
    site.ctl("reexec")
    assert info(site)["safe"] is False and site.master() == master
    assert site.service()["safe_mode"] is None and "bridle reexec" not in site.ctl("status")
    until(lambda: site.service("nap")["restarts"] == 1 and site.state("nap") == "running", "the dead one to be followed")
    assert "SIGKILL" in site.service("nap")["last_end"]
    site.ctl("restart", "web")


def test_a_stop_ends_the_safe_mode(bridled):
    site = bridled(web())
    site.wait_workers(1)
    for n in range(1, 6):
        os.kill(site.pid, signal.SIGSEGV)
        wait_reborn(site, "crashes", n)
    assert info(site)["safe"] is True
    site.stop()


# ---- when memory runs out ----

def score(pid):
    return int(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text())


def test_bridled_is_the_last_that_the_kernel_ends(bridled, as_root):
    """Its services and its watcher are as they would be without it, over a re-exec too."""
    if subprocess.run(["/bin/sh", "-c", "echo -900 > /proc/self/oom_score_adj"], capture_output=True).returncode != 0:
        pytest.skip("there is no CAP_SYS_RESOURCE here")
    site = bridled(web(), program("own", "/bin/sleep 3600", oom_score_adjust="300"))
    site.wait_workers(1)
    for _ in range(2):
        assert score(site.pid) == -900
        assert score(site.master()) == score(info(site)["watcher"]) == score(os.getpid())
        assert score(site.master("own")) == 300
        site.ctl("reexec")
        site.ctl("restart", "web")


# ---- kill -9 ----

def kill_and_start(site):
    site.process.kill()
    site.process.wait()
    site.start()


class Reaper:
    """We are the parent of what a killed bridled leaves, as init would be: reap it."""

    def __init__(self, *pids):
        """PIDS, or one set of them, which may grow."""
        self.pids = pids[0] if len(pids) == 1 and isinstance(pids[0], set) else set(pids)
        self.ending = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def run(self):
        while not self.ending.wait(0.02):
            processes.reap(list(self.pids))


def test_a_killed_bridled_is_followed_by_one_that_adopts(bridled, free_ports, figures):
    """Same masters, same sockets, counters and decisions; no request lost, every line once and whole."""
    port, = free_ports(1)
    site = bridled(settings(port), program("count", COUNT), web("off"))
    site.wait_workers(2)
    site.wait_state("running", "off")
    site.ctl("stop", "off")
    site.ctl("scale", "web", "3")
    os.kill(site.master("count"), signal.SIGKILL)
    until(lambda: site.service("count")["restarts"] == 1 and site.master("count"), "a restart")
    mark = len(site.log("count"))
    site.wait_workers(3)
    before = site.master(), site.master("count"), inodes(site.master())
    assert before[2], "sockets to find again"
    everybody = processes.descendants(site.pid)
    with Load(site, port) as load, Reaper(*everybody):
        kill_and_start(site)
        load.flow()
        assert (site.master(), site.master("count"), inodes(site.master())) == before
        assert site.service("count")["restarts"] == 1 and site.service()["workers_wanted"] == 3
        assert site.state() == "running" and site.state("off") == "stopped"
        site.ctl("restart", "web")
        until(lambda: not processes.alive(before[0]), "the adopted generation to go")
        load.flow()
        assert inodes(site.master()) == before[2]
    assert load.lost == {}, load.lost
    site.ctl("stop", "count")
    until(lambda: not processes.alive(before[1]), "the adopted program to go")
    seen = [int(line.split()[1]) for line in site.log("count")[mark:].splitlines() if line.startswith("line ")]
    seen = seen[seen.index(1):] if 1 in seen else seen
    assert seen == list(range(seen[0], seen[0] + len(seen))), seen
    figures(f"kill -9: {load.figures}; {len(seen)} lines whole")


def test_adopted_where_run_dir_is_full(daemons, in_memory, free_ports):
    """On most machines run_dir is in memory, others use that too, and it can be full: nothing more can be remembered then, but
    what was is read."""
    port, = free_ports(1)
    site = daemons()
    in_memory(site.run_dir, "size=8m,mode=755")
    site.write(settings(port))
    site.start().wait_workers(2)
    before = site.master(), inodes(site.master())
    everybody = processes.descendants(site.pid)
    with open(site.run_dir / "others", "wb", buffering=0) as others, pytest.raises(OSError, match="No space left"):
        while True:
            others.write(b"x" * 4096)
    with Load(site, port) as load, Reaper(*everybody):
        kill_and_start(site)
        load.flow()
        assert (site.master(), inodes(site.master())) == before
    assert load.lost == {}, load.lost
    site.stop()


def test_a_start_that_fails_takes_nothing_from_those_who_run(daemons, in_memory):
    """Their logs are left to be found by the next: whoever writes to a pipe without a name is heard by nobody any more."""
    site = daemons()
    in_memory(site.run_dir, "nr_inodes=64,mode=755")
    site.write(program("count", COUNT))
    site.start().wait_state("running", "count")
    everybody, pipe = processes.descendants(site.pid), site.run_dir / "count" / "log"
    fillers = [site.run_dir / f"filler{n}" for n in range(64)]
    with pytest.raises(OSError, match="No space left"):
        for filler in fillers:
            filler.touch()
    site.write(program("count", COUNT), program("more", "/bin/sleep 3600"))  # which finds no room for a directory
    before = pipe.stat().st_ino
    with Reaper(*everybody):
        site.process.kill()
        site.process.wait()
        site.start(wait=False)
        assert site.wait() == 1 and "more" in site.said()
        assert pipe.exists() and pipe.stat().st_ino == before
        for filler in fillers:
            filler.unlink(missing_ok=True)
        site.start().wait_state("running", "more")
        site.ctl("stop", "count")
        assert_whole(site, "count", 10)


def test_a_plain_user_adopts_too(bridled, free_ports, figures):
    """Without any privilege: the same pids, the same sockets, and a replacement on them."""
    port, = free_ports(1)
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    site = bridled(settings(port), program("count", COUNT), web("off"), user=user)
    site.wait_workers(2)
    site.wait_state("running", "off")
    site.ctl("stop", "off")
    before = site.master(), site.master("count"), inodes(site.master())
    assert before[2], "sockets to find again"
    old = processes.descendants(site.pid)
    with Load(site, port) as load, Reaper(*old):
        kill_and_start(site)
        assert pathlib.Path(f"/proc/{site.pid}").stat().st_uid == (user or os.geteuid())
        assert (site.master(), site.master("count"), inodes(site.master())) == before
        assert site.state() == "running" and site.state("off") == "stopped"
        load.flow()
        site.ctl("restart", "web")
        until(lambda: not processes.alive(before[0]), "the adopted generation to go")
        load.flow()
        assert inodes(site.master()) == before[2]
        site.ctl("stop", "count")
        assert not processes.alive(before[1])
    assert load.lost == {}, load.lost
    lines = assert_whole(site, "count", 10)
    figures(f"kill -9, as a plain user: {load.figures}; {lines} lines whole")


def test_a_listener_that_cannot_be_fetched_stays_with_its_master(bridled, as_root, free_ports):
    """Without CAP_SYS_PTRACE, as in most containers, nothing can be copied out of another user's process (pidfd_getfd(2)): the
    master serves on, a changed setting restarts it instead of starting another that could not listen, and from then on the
    listeners are held again."""
    port, = free_ports(1)
    keys = {"user": "nobody", "workers": 2, "bind": f"unix:{{root}}/web.sock 127.0.0.1:{port}"}
    site = bridled(web(**keys), wrapper=NO_SIGHT)
    site.wait_state("running")
    master, old = site.master(), processes.descendants(site.pid)
    assert len(listening(site.pid) & listening(master)) == 2
    with Reaper(*old):
        kill_and_start(site)
        assert site.state() == "running" and site.master() == master
        assert site.said().count("stays with its master alone") == 2 and not listening(site.pid) & listening(master)
        assert get(site.address()).status == get(("127.0.0.1", port)).status == 200
        site.write(web(**keys, environment="CHANGED=1"))
        site.ctl("reload")
        until(lambda: site.state() == "running" and site.master() != master, "it to be restarted")
        assert not processes.alive(master) and site.service()["generation"] == 2
        assert len(listening(site.pid) & listening(site.master())) == 2
        with Traffic(site.address()) as unix, Traffic(("127.0.0.1", port)) as tcp:
            site.ctl("restart", "web")
            until(lambda: unix.good and tcp.good, "answers")
        assert unix.failed == tcp.failed == {} and site.service()["generation"] == 3


def test_listener_and_heartbeats_behind_many_files_are_found(bridled, tmp_path):
    """preload_app: what the application opens when it is loaded is there before Gunicorn opens what it was given, and before a
    worker's heartbeat file."""
    tmp_path.chmod(0o755)
    (tmp_path / "many.py").write_text("files = [open('/dev/null') for _ in range(300)]\n"
                                      "def app(environ, start):\n    start('200 OK', [])\n    return [b'many']\n")
    site = bridled(web(app="many:app", directory=tmp_path, preload_app="yes", workers=3))
    site.wait_workers(3)
    site.wait_state("running")
    master, old = site.master(), processes.descendants(site.pid)
    with Reaper(*old):
        kill_and_start(site)
        assert site.state() == "running" and site.master() == master
        assert listening(site.pid) & listening(master) and "stays with" not in site.said()
        site.ctl("stop", "web")


def test_an_adopted_generation_goes_to_the_last_of_it(bridled):
    """Also one in a session of its own that its master knows nothing of."""
    site = bridled(web(workers=2), program("away", "/bin/sh -c 'setsid sleep 3600 & echo ready; wait'"))
    site.wait_workers(2)
    until(lambda: "ready" in site.log("away"), "a process in a session of its own")
    get(site.address(), "/fork?s=3600&session=1")
    old = [pid for pid in processes.descendants(site.pid) if pid != site.call("Info")["watcher"]]
    with Reaper(*old):
        kill_and_start(site)
        site.ctl("stop", "web")
        site.ctl("stop", "away")
        assert not [pid for pid in old if processes.alive(pid)]
        site.ctl("start", "web")


def test_an_adopted_generation_that_does_not_listen_is_killed(bridled):
    """Its master ends at TERM, and leaves somebody who does not: the ladder goes on although there is no child to wait for."""
    site = bridled(program("deaf", """/bin/sh -c '(trap "" TERM; echo deaf; exec sleep 3600) & wait'""", stop_timeout="2s"))
    until(lambda: "deaf" in site.log("deaf"), "it to be deaf")
    old = [pid for pid in processes.descendants(site.pid) if pid != site.call("Info")["watcher"]]
    with Reaper(*old):
        kill_and_start(site)
        master, before = site.master("deaf"), used(site.pid)
        os.kill(master, signal.SIGKILL)
        until(lambda: site.service("deaf")["generation"] == 2 and site.state("deaf") == "running", "a successor")
        assert not [pid for pid in old if processes.alive(pid)]
    assert "killing what is left of generation 1" in site.said()
    assert used(site.pid) - before < 1, "bridled does nothing but look"
    site.ctl("stop", "deaf")


def test_an_adopted_master_that_dies_is_followed(bridled):
    site = bridled(web(workers=2))
    site.wait_workers(2)
    old = processes.descendants(site.pid)
    master = site.master()
    with Reaper(*old):
        kill_and_start(site)
        assert site.master() == master
        os.kill(master, signal.SIGKILL)
        until(lambda: site.service()["generation"] == 2, "a successor")
        site.wait_workers(2)
        last = site.service()["last_end"]
    assert "SIGKILL" in last or "cannot be known" in last, last
    assert site.service()["restarts"] == 1


def test_who_died_meanwhile_is_noticed(bridled):
    site = bridled(web(workers=2), web("two"))
    site.wait_workers(2)
    site.wait_workers(1, "two")
    old, master, other = processes.descendants(site.pid), site.master(), site.master("two")
    with Reaper(*old):
        site.process.kill()
        site.process.wait()
        os.kill(master, signal.SIGKILL)
        processes.wait_gone(master)
        site.start()
        until(lambda: site.service()["generation"] == 2 and site.state() == "running", "a successor")
        site.wait_workers(2)
    assert site.master("two") == other
    # nobody's child any more, or one that was not reaped yet: then the kernel still tells
    assert re.search("cannot be known|SIGKILL", site.service()["last_end"])
    assert get(site.address()).status == 200


def test_a_state_of_another_format_is_left_alone(bridled):
    site = bridled(web())
    site.wait_workers(1)
    old = processes.descendants(site.pid)
    with Reaper(*old):
        site.process.kill()
        site.process.wait()
        state = bytearray((site.run_dir / "state").read_bytes())
        state[8] += 1  # the version
        (site.run_dir / "state").write_bytes(bytes(state))
        site.start()
        site.wait_state("running", timeout=60)
    assert "newer bridled" in site.said()


@pytest.mark.parametrize("boot", ["this", "another"])
def test_pids_of_another_boot_are_strangers(bridled, boot):
    """Somebody has the pid, and even the start, of a master and a watcher of before. In the same boot that would be them. In
    another nobody is adopted, nobody is ended, and it is said."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    master, watcher = site.wait_state("running", "nap")["master"], site.call("Info")["watcher"]
    starts = [processes.look(pid)[2] for pid in (master, watcher)]
    with Reaper(master, watcher), subprocess.Popen(["/bin/sleep", "3600"], start_new_session=True) as stranger:
        try:
            site.process.kill()
            site.process.wait()
            state = Remembered(site.run_dir / "state")
            own = processes.look(stranger.pid)[2]
            changed = [(PID, master, stranger.pid), (LEADER, master, stranger.pid), (START, starts[0], own)]
            if boot == "another":
                changed += [(WATCHER, watcher, stranger.pid), (WATCHER_START, starts[1], own)]
                state.of_another_boot()
            for change in changed:
                assert state.replace(*change), change
            processes.wait_gone(watcher)
            os.kill(master, signal.SIGKILL)
            processes.wait_gone(master)
            state.write()
            site.start()
            site.wait_state("running", "nap")
            assert ("from before the last boot" in site.said()) == (boot == "another")
            assert (site.master("nap") == stranger.pid) == (boot == "this")
            if boot == "another":
                site.ctl("stop", "nap")
                assert processes.alive(stranger.pid)
        finally:
            stranger.kill()


@pytest.mark.parametrize("end", ["crash", "kill"])
def test_a_start_of_which_nobody_knows(bridled, end):
    """It was decided, and bridled ended before it took down whom it had started, who has ended, too."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    master, watcher = site.wait_state("running", "nap")["master"], site.call("Info")["watcher"]
    with Reaper(master, watcher):
        os.kill(site.pid, signal.SIGSTOP)
        until(lambda: processes.look(site.pid)[0] == "T", "bridled to be stopped")
        state = Remembered(site.run_dir / "state")
        assert state.replace(PID, master, 0) and state.replace(LEADER, master, 0)
        os.kill(master, signal.SIGKILL)
        until(lambda: not processes.alive(master), "the master to have ended")
        state.write()
        if end == "crash":
            os.kill(site.pid, signal.SIGSEGV)
            os.kill(site.pid, signal.SIGCONT)
            wait_reborn(site, "crashes", 1)
        else:
            kill_and_start(site)
        until(lambda: site.master("nap") not in (0, None, master), "another master")
    assert "nap: running -> restarting: bridled ended while it was being started" in site.said()
    assert "could not be started" not in site.said()


def test_a_watcher_that_was_reaped_is_not_waited_for(bridled):
    """One that could not be followed by another, for want of processes, is remembered still when bridled crashes. Nothing tells its
    end again."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    site.wait_state("running", "nap")
    watcher, gone = site.call("Info")["watcher"], subprocess.Popen(["/bin/true"])
    gone.wait()
    os.kill(site.pid, signal.SIGSTOP)
    until(lambda: processes.look(site.pid)[0] == "T", "bridled to be stopped")
    state = Remembered(site.run_dir / "state")
    assert state.replace(WATCHER, watcher, gone.pid)
    state.write()
    os.kill(site.pid, signal.SIGSEGV)
    os.kill(site.pid, signal.SIGCONT)
    assert wait_reborn(site, "crashes", 1)["watcher"] not in (0, watcher, gone.pid)


def test_a_state_that_leads_elsewhere_is_not_followed(bridled, tmp_path):
    """A link, a directory, a pipe: nothing is read, nothing hangs."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    site.wait_state("running", "nap")
    old = processes.descendants(site.pid)
    with Reaper(*old):
        for make in (lambda path: path.symlink_to("/etc/passwd"), lambda path: os.mkfifo(path), lambda path: path.write_bytes(b"x" * 100)):
            site.process.kill()
            site.process.wait()
            (site.run_dir / "state").unlink()
            make(site.run_dir / "state")
            site.start()
            site.wait_state("running", "nap", timeout=60)
            old += processes.descendants(site.pid)


def test_without_a_file_it_remembers_for_itself_alone(daemons):
    """In a memfd then, which begins as open to everybody, and which the watcher can reach through /proc."""
    site = daemons()
    (site.run_dir / "state.new" / "in the way").mkdir(parents=True)
    site.write(program("nap", "/bin/sleep 3600"))
    site.start().wait_state("running", "nap")
    assert "will not be known again" in site.said()
    memory, = [fd for fd in pathlib.Path(f"/proc/{site.pid}/fd").iterdir() if "memfd:bridle-memory" in os.readlink(fd)]
    assert memory.stat().st_mode & 0o777 == 0o600


# ---- all of it ----

def test_everything_at_random(bridled, free_ports, figures):
    """Crashes, re-execs, kills of bridled, its watcher and masters, replacements and scalings, under load, by the dice of
    BRIDLE_SEED, for BRIDLE_CHAOS seconds. Requests are lost only to the masters' kills, if at all; at the end everything is as
    it should be."""
    seed, seconds = int(os.environ.get("BRIDLE_SEED", "1")), float(os.environ.get("BRIDLE_CHAOS", "10"))
    dice = random.Random(seed)
    port, = free_ports(1)
    site = bridled(settings(port), program("count", COUNT))
    site.wait_workers(2)
    site.ctl("reexec")
    sockets, born = inodes(site.master()), set(processes.descendants(site.pid))
    assert sockets, "to be found again"
    crashes, done = [], collections.Counter()

    def crash():
        if len([one for one in crashes if time.monotonic() - one < 70]) < 4:
            crashes.append(time.monotonic())
            before = info(site)["crashes"]
            os.kill(site.pid, dice.choice(CRASHES))
            until(lambda: info(site)["crashes"] in (before + 1, 0), "it to recover")

    def kill():
        born.update(processes.descendants(site.pid))
        kill_and_start(site)
        crashes.clear()

    def watcher():
        os.kill(info(site)["watcher"], signal.SIGKILL)

    def replace():
        site.bridle("restart", "web", "--no-wait")

    def deed(what):
        what()
        done[what.__name__] += 1
        born.update(processes.descendants(site.pid))

    deeds = [crash, kill, watcher, replace, replace, lambda: site.bridle("reexec", "--no-wait"),
             lambda: site.bridle("scale", "web", str(dice.randint(1, 3)), "--no-wait")]
    for name, one in zip(("reexec", "scale"), deeds[-2:]):
        one.__name__ = name
    with Load(site, port) as load, Reaper(born):
        until_then = time.monotonic() + seconds
        while time.monotonic() < until_then:
            deed(dice.choice(deeds))
        until(lambda: info(site)["safe"] is False and site.state() == "running", "web to run", 60)
        load.flow()
        site.ctl("restart", "web")
        site.ctl("scale", "web", "2")
        site.wait_workers(2)
        until(lambda: len([pid for pid in processes.marked(site.run_dir) if processes.environment(pid).get("BRIDLE_SERVICE") == "web"
                           and os.getsid(pid) == pid]) <= 1, "one master")
        load.flow()
        until(lambda: not [pid for pid in processes.zombies_below(site.pid)], "no zombie")
    assert load.lost == {}, (seed, done, load.lost)
    until(lambda: inodes(site.master()) == sockets, "the sockets of the beginning")
    site.ctl("stop", "count")
    lines = assert_whole(site, "count", 10)
    figures(f"chaos, seed {seed}, {dict(done)}: {load.figures}; {lines} lines whole")
