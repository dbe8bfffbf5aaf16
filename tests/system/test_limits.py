"""Limits, scheduling and identity: what a Gunicorn really has, seen from inside and in /proc, and what it then cannot do."""
import grp
import json
import os
import pathlib
import re
import resource
import urllib.parse

import pytest

from client import get
from sections import program, web

NOBODY = 65534
INFINITY = resource.RLIM_INFINITY


def bounds(**keys):
    return web(app="bounds:app", **{"socket_mode": "0666", **keys})


def ask(site, path="/report", name="web", **query):
    answer = get(site.address(name), f"{path}?{urllib.parse.urlencode(query)}" if query else path)
    return json.loads(answer.body)


def limits_of(pid):
    """name -> (soft, hard) as /proc/PID/limits has them."""
    rows = {}
    for line in pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]:
        name, rest = line[:26].strip(), line[26:].split()
        rows[name] = tuple(INFINITY if word == "unlimited" else int(word) for word in rest[:2])
    return rows


# key, value, what the application has
LIMITS = [("as", "8G:16G", (8 << 30, 16 << 30)), ("core", "0", (0, 0)), ("cpu", "1h:infinity", (3600, INFINITY)),
          ("data", "4G:infinity", (4 << 30, INFINITY)), ("fsize", "1M", (1 << 20, 1 << 20)), ("locks", "99", (99, 99)),
          ("memlock", "64K", (65536, 65536)), ("msgqueue", "4096", (4096, 4096)), ("nice", "0", (0, 0)),
          ("nofile", "64:128", (64, 128)), ("rss", "1G", (1 << 30, 1 << 30)), ("rtprio", "0", (0, 0)),
          ("rttime", "500ms:1s", (500000, 1000000)), ("sigpending", "77", (77, 77)), ("stack", "4M:infinity", (4 << 20, INFINITY)),
          ("nproc", "800", (800, 800))]
# those that Python's resource does not name
PROC_NAMES = {"locks": "Max file locks"}


@pytest.mark.parametrize("user", [None, NOBODY], ids=["root", "plain user"])
def test_every_limit(bridled, as_root, user):
    site = bridled(bounds(**{f"limit_{name}": value for name, value, _ in LIMITS}), user=user)
    site.wait_workers(1)
    seen, proc = ask(site)["limits"], limits_of(site.master())
    for name, _, wanted in LIMITS:
        got = tuple(seen[name]) if name in seen else proc[PROC_NAMES[name]]
        assert got == wanted, name
    assert proc["Max open files"] == (64, 128)


def test_none_of_it_is_what_bridled_was_started_with(bridled):
    """A service that asks for nothing has what we have, though bridled raises its own limit of descriptors."""
    site = bridled(bounds())
    site.wait_workers(1)
    ours = [resource.getrlimit(what) for what in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_AS)]
    seen = ask(site)["limits"]
    assert [tuple(seen[name]) for name in ("nofile", "core", "as")] == ours
    assert ask(site)["nice"] == os.nice(0)


def test_limits_hold(bridled, tmp_path):
    """It tries, fails, and serves on."""
    tmp_path.chmod(0o777)
    site = bridled(bounds(limit_nofile="64", limit_fsize="64K", limit_as="2G"))
    worker = site.wait_workers(1)
    opened = ask(site, "/open", n=200)
    assert opened["error"] == "Too many open files" and 20 < opened["opened"] < 64
    assert ask(site, "/open", n=20) == {"opened": 20, "error": ""}
    assert ask(site, "/write", file=tmp_path / "big", n=1 << 20) == {"error": "File too large", "size": 65536}
    assert ask(site, "/write", file=tmp_path / "small", n=32768) == {"error": "", "size": 32768}
    assert ask(site, "/take", mb=4096)["error"] == "MemoryError"
    assert site.workers() == worker
    assert site.service()["generation"] == 1


# key, value, what is within it, what is beyond it, what comes of that. limit_rss and limit_locks are not tried: Linux looks at
# neither (getrlimit(2): since 2.4.30, and 2.4.25). as, fsize, nofile and nproc have tests of their own, core and rttime below.
TRIED = [("cpu", "3s:infinity", 0, 20, "SIGXCPU"), ("data", "256M", 16 << 20, 512 << 20, "Cannot allocate memory"),
         ("memlock", "64K", 32 << 10, 1 << 20, "Cannot allocate memory"), ("msgqueue", "32K", 1024, 8192, "Too many open files"),
         ("sigpending", "50", 20, 60, "Resource temporarily unavailable"),
         ("stack", "4M:infinity", 4, 20, "Argument list too long")]
RAISED = [("nice", "+5", 5, 4, "Permission denied"), ("rtprio", "1", 1, 2, "Operation not permitted")]
NOT_RAISED = [("nice", "0", 15, 14, "Permission denied"), ("rtprio", "0", None, 1, "Operation not permitted")]


def may_raise():
    """Whether we have CAP_SYS_RESOURCE: of these two most have none, and nobody else may be given any."""
    return int(re.search(r"CapEff:\s*(\w+)", pathlib.Path("/proc/self/status").read_text())[1], 16) >> 24 & 1


def test_beyond_each_limit(bridled, as_root):
    """From inside: what is within it is done, what is beyond it is not, and it serves on. As somebody with no others: some
    limits are of all that a user has, and root is exempt from most. What is for root only is tried by `free`, as root."""
    tried, most = TRIED + (RAISED if may_raise() else NOT_RAISED), resource.getrlimit(resource.RLIMIT_CORE)[1]
    limits = {f"limit_{name}": value for name, value, *_ in tried}
    site = bridled(bounds(user="1868", group="1868", timeout=300, limit_core="0", **limits),
                   bounds(name="free", timeout=300, limit_rttime="300ms:infinity",
                          limit_core="infinity" if most == INFINITY else str(most)))
    site.wait_workers(1, "free")
    worker = site.wait_workers(1)
    for name, _, within, beyond, wanted in tried:
        if within is not None:
            assert ask(site, "/attempt", deed=name, n=within)["error"] == "", name
        assert ask(site, "/attempt", deed=name, n=beyond)["error"] == wanted, name
        assert ask(site, "/") == "hello"
    assert ask(site, "/attempt", "free", deed="rttime", n=0)["error"] == ""
    assert ask(site, "/attempt", "free", deed="rttime", n=5)["error"] == "SIGXCPU"
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
    where = site.root / "dumps"
    where.mkdir()
    where.chmod(0o777)
    if not pattern.startswith("|"):  # who takes dumps by a program takes those beyond the limit, too (core(5))
        assert ask(site, "/attempt", deed="core", n=0, where=where) == {"error": "SIGABRT", "core": False}
        if most == INFINITY and "/" not in pattern:
            assert ask(site, "/attempt", "free", deed="core", n=0, where=where) == {"error": "SIGABRT", "core": True}
    assert ask(site, "/") == ask(site, "/", "free") == "hello"
    assert site.workers() == worker and site.service()["generation"] == 1


def test_processes_of_a_user(bridled, as_root):
    """RLIMIT_NPROC counts those of the user, and does not hold root back (getrlimit(2)): so as somebody with no others."""
    site = bridled(bounds(user="1867", group="1867", limit_nproc="5"))
    site.wait_workers(1)
    forked = ask(site, "/fork", n=20)
    assert forked["error"] == "Resource temporarily unavailable" and 0 < forked["forked"] < 5
    assert ask(site, "/fork", n=1)["error"] == ""


def test_how_it_is_scheduled(bridled, as_root):
    site = bridled(bounds(nice="-3", cpu_affinity="0", cpu_scheduling_policy="batch", io_scheduling_class="idle",
                          oom_score_adjust="500"),
                   program("two", "/bin/sleep 1000", nice="19", io_scheduling_priority="7", cpu_affinity="0 1",
                           cpu_scheduling_policy="rr", cpu_scheduling_priority="2"))
    site.wait_workers(1)
    seen = ask(site)
    assert (seen["nice"], seen["affinity"], seen["policy"], seen["oom"]) == (-3, [0], os.SCHED_BATCH, "500")
    assert seen["ioprio"] == 3 << 13
    # the master, too, and nobody else: bridled shares its memory with what it starts until that executes
    assert pathlib.Path(f"/proc/{site.master()}/oom_score_adj").read_text() == "500\n"
    ours = pathlib.Path("/proc/self/oom_score_adj").read_text()
    assert pathlib.Path(f"/proc/{site.pid}/oom_score_adj").read_text() == ours
    other = site.master("two")
    assert pathlib.Path(f"/proc/{other}/oom_score_adj").read_text() == ours
    assert os.sched_getscheduler(other) == os.SCHED_RR and os.sched_getparam(other).sched_priority == 2
    assert os.getpriority(os.PRIO_PROCESS, other) == 19


def test_children_need_not_inherit_it(bridled, as_root):
    """Of two masters of the same priority, the workers of one have none, and cannot give it back to themselves."""
    keys = {"cpu_scheduling_policy": "rr", "cpu_scheduling_priority": "1", "user": str(NOBODY), "group": str(NOBODY)}
    site = bridled(bounds(**keys, cpu_scheduling_reset_on_fork="yes"), web("kept", app="bounds:app", socket_mode="0666", **keys))
    site.wait_workers(1)
    site.wait_workers(1, "kept")
    assert ask(site)["policy"] == os.SCHED_OTHER and ask(site, name="kept")["policy"] == os.SCHED_RR
    assert os.sched_getscheduler(site.master()) == os.SCHED_RR | os.SCHED_RESET_ON_FORK


def test_groups(bridled, as_root):
    here = [group.gr_gid for group in grp.getgrall() if group.gr_gid not in (0, 1)][:2]
    name = grp.getgrgid(here[0]).gr_name
    site = bridled(bounds(user="daemon", supplementary_groups=[name, f"{here[1]} 1866"]))
    site.wait_workers(1)
    seen = ask(site)
    assert set(here) | {1866} <= set(seen["groups"]) and 0 not in seen["groups"]
    assert (seen["uid"], seen["gid"]) == (1, 1)


def test_what_cannot_be_had_is_named(bridled, as_root):
    """A plain user cannot go above what it has: the start fails, the log and the command say with which setting."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    site = bridled(bounds(limit_nofile=str(hard + 1), start_limit="2"), program("nicer", "/bin/sleep 9", nice="-5"),
                   program("fine", "/bin/sleep 1000"), user=NOBODY)
    site.wait_state("failed")
    assert f"web: cannot set limit_nofile to {hard + 1}: Operation not permitted" in site.said()
    assert "nicer: cannot set nice to -5: Permission denied" in site.said()
    assert f"cannot set limit_nofile to {hard + 1}" in site.bridle("status", "web").stdout
    assert site.state("fine") == "running"
    checked = site.bridle("check", site.config, user=NOBODY)
    assert f"limit_nofile cannot be had here: the hard limit is {hard}" in checked.stdout + checked.stderr


def test_a_changed_limit_is_a_new_generation(bridled):
    site = bridled(bounds(limit_nofile="64"))
    site.wait_workers(1)
    site.write(bounds(limit_nofile="80"))
    site.ctl("reload")
    site.wait_workers(1)
    assert site.service()["generation"] == 2
    assert ask(site)["limits"]["nofile"] == [80, 80]
