"""What a service as a whole may take: memory, tasks, processor. By the kernel where control groups are ours to write (here
those of v1), by the watcher where not."""
import json
import os
import pathlib
import re
import urllib.parse

import pytest

from client import get
from sections import web
from waiting import until

NOBODY = 65534


def bounds(**keys):
    return web(app="bounds:app", **{"socket_mode": "0666", **keys})


def ask(site, path="/report", name="web", **query):
    answer = get(site.address(name), f"{path}?{urllib.parse.urlencode(query)}" if query else path)
    return json.loads(answer.body)


def groups_of(pid):
    """controller -> directory of PID's group, v2 under ""."""
    mounts = {}
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind in ("cgroup", "cgroup2"):
            for one in options.split(",") if kind == "cgroup" else [""]:
                mounts[one] = before.split()[4]
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for one in controllers.split(","):
            if one in mounts:
                found[one] = pathlib.Path(mounts[one] + path)
    return found


def bound(pid, controller, v1, v2):
    """What the group of PID is kept to; skips where this machine has none that we may write."""
    groups = groups_of(pid)
    for where, file in ((groups.get(controller), v1), (groups.get(""), v2), (groups.get("", pathlib.Path("/")).parent, v2)):
        if where and ".service" in str(where) and (where / file).exists():
            return (where / file).read_text().strip()
    pytest.skip(f"no {controller} controller here")


def test_what_the_groups_say(bridled, as_root):
    site = bridled(bounds(memory_max="300M", tasks_max="60", cpu_quota="150%", cpu_weight="50"), web("free"))
    site.wait_workers(1)
    site.wait_workers(1, "free")
    pid = site.workers()[0]
    assert bound(pid, "memory", "memory.limit_in_bytes", "memory.max") == str(300 << 20)
    assert bound(pid, "pids", "pids.max", "pids.max") == "60"
    assert bound(pid, "cpu", "cpu.cfs_quota_us", "cpu.max") in ("150000", "150000 100000")
    assert bound(pid, "cpu", "cpu.shares", "cpu.weight") in ("512", "50")
    # nobody else
    assert ".service" not in pathlib.Path(f"/proc/{site.workers('free')[0]}/cgroup").read_text()
    assert ".service" not in pathlib.Path(f"/proc/{site.pid}/cgroup").read_text()
    # and nothing is left when it is stopped
    where = groups_of(pid)
    site.ctl("stop", "web")
    assert not [path for path in where.values() if ".service" in str(path) and path.exists()]
    assert get(site.address("free")).status == 200


def test_what_is_not_asked_for_any_more(daemons, as_root):
    """The group stays while its service is replaced: what the new configuration does not bound is free in it again."""
    site = daemons()
    site.write(bounds(cpu_quota="150%", cpu_weight="idle", tasks_max="60"))
    old = site.start().wait_workers(1)[0]
    assert bound(old, "cpu", "cpu.cfs_quota_us", "cpu.max") in ("150000", "150000 100000")
    site.write(bounds(cpu_weight="50"))
    site.ctl("reload")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to be replaced")
    until(lambda: not os.path.exists(f"/proc/{old}"), "the old one to be gone")
    new = site.wait_workers(1)[0]
    assert bound(new, "cpu", "cpu.cfs_quota_us", "cpu.max") in ("-1", "max 100000")
    assert bound(new, "cpu", "cpu.shares", "cpu.weight") in ("512", "50")
    # of v1 it is in no such group any more, of v2 in the same one
    if (pids := groups_of(new).get("")) and (pids.parent / "pids.max").exists() and ".service" in str(pids):
        assert (pids.parent / "pids.max").read_text().strip() == "max"
    # and where nothing is asked for there is no group
    groups = {path if path.name.endswith(".service") else path.parent for path in groups_of(new).values()
              if ".service" in str(path)}
    site.write(bounds())
    site.ctl("reexec")  # who comes after us has never known that there was one
    until(lambda: "executed anew" in site.said() and site.answers(), "another program")
    assert any(path.exists() for path in groups)
    site.ctl("reload")
    until(lambda: not any(path.exists() for path in groups), "the group to be removed")


def test_a_refused_reload_leaves_them(daemons, as_root):
    """What is planned only is tried elsewhere: another service of the same configuration cannot be made, so nothing is changed."""
    site = daemons()
    site.write(bounds(tasks_max="60"))
    pid = site.start().wait_workers(1)[0]
    assert bound(pid, "pids", "pids.max", "pids.max") == "60"
    beside = {path.parent for path in groups_of(pid).values() if path.name == "web.service"}
    site.write(bounds(tasks_max="50"), web("other", user="nobody-of-that-name"))
    refused = site.bridle("reload")
    assert refused.returncode != 0 and "nobody-of-that-name" in refused.stderr + refused.stdout
    assert bound(pid, "pids", "pids.max", "pids.max") == "60"
    # nor is anything left of the trial
    assert [path.name for place in beside for path in place.iterdir() if path.is_dir() and path.name != "web.service"] == []
    site.write(bounds(tasks_max="50"))
    site.ctl("reload")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to be replaced")
    assert bound(site.wait_workers(1)[0], "pids", "pids.max", "pids.max") == "50"


def test_a_failed_replacement_leaves_them(daemons, as_root):
    """Who goes on serving goes on with the bounds that it was started with, however often another one fails."""
    site = daemons()
    site.write(bounds(tasks_max="60"))
    pid = site.start().wait_workers(1)[0]
    assert bound(pid, "pids", "pids.max", "pids.max") == "60"
    for tasks in ("50", "40"):
        site.write(bounds(tasks_max=tasks, directory="/nonexistent"))
        site.ctl("reload")
        generation = site.events.wait("web", "replacing")["generation"]
        until(lambda: site.state() == "running", "the next one to fail")
        until(lambda: bound(pid, "pids", "pids.max", "pids.max") == "60", f"its bounds, after generation {generation} had {tasks}", 10)
        assert site.workers() == [pid]
    site.write(bounds(tasks_max="40"))
    site.ctl("reload")
    until(lambda: site.state() == "running" and site.workers() not in ([], [pid]), "it to be replaced")
    assert bound(site.wait_workers(1)[0], "pids", "pids.max", "pids.max") == "40"


WEIGHTS = ["io.weight", "io.bfq.weight", "blkio.bfq.weight", "blkio.weight"]


def has_weight_of_v1():
    """Whether the kernel gives groups of v1 a weight: no file of the group that we live in says so, only one of a new one."""
    ours = groups_of("self").get("blkio")
    if ours is None:
        return False
    group = ours / f"bridle-test-{os.getpid()}"
    group.mkdir()
    try:
        return any((group / name).exists() for name in WEIGHTS)
    finally:
        group.rmdir()


def test_what_may_not_be_had_everywhere(bridled, as_root):
    """io_weight by whichever scheduler of disks there is; memory_high by v2 only, and what is not kept is said."""
    site = bridled(bounds(io_weight="50", memory_high="200M"))
    group = groups_of(site.wait_workers(1)[0])
    said = {key for key in ("io_weight", "memory_high") if f"web: the kernel does not keep it to {key}: " in site.said()}
    weights = [place / file for place in group.values() for file in WEIGHTS
               if ".service" in str(place) and (place / file).exists()]
    assert [path.read_text().split()[-1] for path in weights] == ["50"] * len(weights)
    assert ("io_weight" in said) == (not weights)
    assert weights or not has_weight_of_v1()
    highs = [place / "memory.high" for place in group.values() if ".service" in str(place) and (place / "memory.high").exists()]
    assert [path.read_text().strip() for path in highs] == [str(200 << 20)] * len(highs)
    assert ("memory_high" in said) == (not highs)
    assert ask(site, "/take", mb=20)["error"] == ""


def test_memory_max(bridled, as_root):
    """The worker that takes too much is ended, its master replaces it, and the service lives."""
    site = bridled(bounds(memory_max="150M", memory_swap_max="0", workers=2))
    workers = site.wait_workers(2)
    bound(workers[0], "memory", "memory.limit_in_bytes", "memory.max")
    assert ask(site, "/take", mb=20)["error"] == ""
    with pytest.raises((EOFError, OSError)):
        ask(site, "/take", mb=400)
    until(lambda: len(set(workers) & set(site.workers())) == 1, "one of the workers to be ended")
    site.wait_workers(2)
    assert site.service()["generation"] == 1 and site.state() == "running"
    assert ask(site, "/take", mb=20)["error"] == ""


@pytest.mark.parametrize("policy, state", [("restart", "running"), ("stop", "stopped")])
def test_oom_policy(bridled, as_root, policy, state):
    site = bridled(bounds(memory_max="100M", memory_swap_max="0", oom_policy=policy))
    bound(site.wait_workers(1)[0], "memory", "memory.limit_in_bytes", "memory.max")
    until(lambda: ask(site)["pid"], "an answer")
    with pytest.raises((EOFError, OSError)):
        ask(site, "/take", mb=300)
    until(lambda: site.state() == state and (policy == "stop" or site.service()["generation"] == 2), f"it to be {state}")
    assert "the kernel ended a process of it for want of memory" in site.said()


def test_tasks_max(bridled, as_root):
    site = bridled(bounds(tasks_max="12"))
    bound(site.wait_workers(1)[0], "pids", "pids.max", "pids.max")
    forked = ask(site, "/fork", n=50)
    assert forked["error"] == "Resource temporarily unavailable" and 0 < forked["forked"] < 12
    assert ask(site, "/fork", n=2) == {"forked": 2, "error": ""}


def test_cpu_quota(bridled, as_root):
    """It works as fast as it can, which is more than its quota: the kernel keeps it waiting, and it answers."""
    site = bridled(bounds(cpu_quota="20%", timeout=300))
    pid = site.wait_workers(1)[0]
    bound(pid, "cpu", "cpu.cfs_quota_us", "cpu.max")
    own = groups_of(pid)
    stat = next(place / "cpu.stat" for place in (own.get("cpu"), own.get(""), own.get("", pathlib.Path("/")).parent)
                if place and any((place / file).exists() for file in ("cpu.cfs_quota_us", "cpu.max")) and ".service" in str(place))

    def throttled():
        ask(site)
        return int(re.search(r"^nr_throttled (\d+)$", stat.read_text(), re.MULTILINE)[1])
    until(throttled, "the kernel to keep it waiting")
    assert ask(site, "/take", mb=20)["error"] == ""


def test_a_replacement_shares_the_bounds(bridled, as_root):
    """Both generations are in the group of the service, and it stays while one of them lives."""
    site = bridled(bounds(tasks_max="40"))
    first = groups_of(site.wait_workers(1)[0])
    bound(site.workers()[0], "pids", "pids.max", "pids.max")
    site.ctl("restart", "web")
    site.wait_workers(1)
    second = groups_of(site.workers()[0])
    assert second.get("pids") == first.get("pids")
    site.write(bounds(tasks_max="50"))
    site.ctl("reload")
    site.wait_workers(1)
    assert bound(site.workers()[0], "pids", "pids.max", "pids.max") == "50"
    site.write(bounds())
    site.ctl("reload")
    site.wait_workers(1)
    assert ".service" not in pathlib.Path(f"/proc/{site.workers()[0]}/cgroup").read_text()
    site.stop()
    assert not [path for path in first.values() if ".service" in str(path) and path.exists()]


def test_where_the_kernel_cannot_the_watcher_does(bridled, as_root):
    """A plain user has no groups to write: that is said, and the largest worker is exchanged while the others serve."""
    site = bridled(bounds(memory_max="200M", workers=2, timeout="60"), user=NOBODY)
    workers = site.wait_workers(2)
    assert "web: the kernel does not keep it to memory_max: " in site.said()
    assert ask(site, "/take", mb=250)["error"] == ""
    until(lambda: "is over memory_max with the others: it is being recycled" in site.said(), "it to be recycled", 60)
    until(lambda: len(set(workers) & set(site.workers())) == 1 and len(site.workers()) == 2, "the big one to be exchanged")
    assert site.service()["generation"] == 1
