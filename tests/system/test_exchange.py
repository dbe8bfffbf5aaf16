"""Where two generations do not fit beside each other: workers one at a time, or down first."""
import os
import shutil
import subprocess

import pytest

import processes
from client import Traffic
from sections import web
from waiting import stays, until

WORKERS = 4


class Census:
    """How many workers of both generations live and are up, at every look, from a thread of its own."""

    def __init__(self, site):
        self.site, self.most, self.fewest, self.grown = site, 0, WORKERS, 0

    def look(self):
        seen = self.site.service()
        if seen["state"] != "replacing":
            return seen["state"] == "running"
        workers = [len([one for one in seen["workers"] if one["generation"] == number])
                   for number in {one["generation"] for one in seen["workers"]}]
        self.most = max(self.most, sum(workers))
        if len(workers) == 2:
            self.grown = max(self.grown, min(workers))
        self.fewest = min(self.fewest, sum(one["booted"] for one in seen["workers"]))
        return False


def replace(site, *words):
    """A restart that is watched; what the command said."""
    census = Census(site)
    with subprocess.Popen(site.command("restart", "web", *words), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as command:
        until(lambda: site.state() == "replacing" or command.poll() is not None, "the replacement to begin")
        until(census.look, "the replacement to end", 120)
        said = command.communicate()[0]
    return command.returncode, said, census


def settings(**keys):
    return web(**{"workers": WORKERS, "min_ready": "100ms", **keys})


def test_hup_does_not_undo_it(bridled):
    """The new master was started with one worker, and would go back to that: it is replaced instead."""
    site = bridled(settings(replace="one-by-one", reload_by="hup"))
    site.wait_workers(WORKERS)
    status, said, _ = replace(site)
    assert status == 0, said
    workers = site.wait_workers(WORKERS)
    done = site.bridle("signal", "web", "HUP")
    assert done.returncode != 0 and "HUP would leave one worker" in done.stderr, done
    assert site.workers() == workers
    assert "HUP would leave it that one" in site.ctl("reload", "web")
    assert site.service()["generation"] == 3
    site.wait_workers(WORKERS)


@pytest.mark.parametrize("name", ["sync", "gthread"])
def test_one_by_one(bridled, figures, name):
    site = bridled(settings(replace="one-by-one", worker_class=name))
    site.wait_workers(WORKERS)
    with Traffic(site.address()) as traffic:
        old = site.master()
        status, said, census = replace(site)
        site.wait_workers(WORKERS)
        until(lambda: not processes.alive(old), "the old generation to go")
    figures(f"{name}, one by one: at most {census.most} workers, at least {census.fewest} up, of {WORKERS}; "
            f"{traffic.good} answered, lost: {traffic.failed or 'none'}")
    assert status == 0, said
    assert traffic.failed == {}
    assert census.most <= WORKERS + 1 and census.fewest >= WORKERS - 1, vars(census)
    assert census.grown < WORKERS, "two fully grown generations"
    assert site.service()["generation"] == 2


def test_one_worker_fails_half_way(daemons):
    """What can be loaded no more when the exchange has begun takes the new master with it (gunicorn-facts 2.3), and would take
    the old one with it if that forked one more worker. So it stays at what it has left, until there is something better."""
    site = daemons()
    switch = site.root / "broken"
    site.write(settings(replace="one-by-one", app="broken:app", environment=f"BROKEN_FILE={switch}"))
    site.start().wait_workers(WORKERS)
    old = site.master()
    with Traffic(site.address()) as traffic:
        with subprocess.Popen(site.command("restart", "web"), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as command:
            until(lambda: len({one["generation"] for one in site.service()["workers"] if one["booted"]}) == 2,
                  "the first worker of the new generation")
            switch.write_text("import")
            said = command.communicate()[0]
        left = len(site.workers())
        stays(lambda: site.master() == old and len(site.workers()) == left, "the old generation, as it is", 4)
        assert command.returncode == 1 and "no_such_module" in said and "fewer workers than wanted" in said, said
        assert 0 < left < WORKERS and f"then 'bridle restart web'" in site.said()
        switch.unlink()
        site.ctl("restart", "web")
        site.wait_workers(WORKERS)
    assert traffic.failed == {}


def test_stop_first(bridled):
    site = bridled(settings(replace="stop-first"))
    site.wait_workers(WORKERS)
    with Traffic(site.address()) as traffic:
        until(lambda: traffic.good > 5, "load to flow")
        site.ctl("restart", "web")
        seen = traffic.good
        until(lambda: traffic.good > seen + 5, "load to flow on")
    assert traffic.failed == {}
    until(lambda: [event["to"] for event in site.events.of("web")][-3:] == ["restarting", "starting", "running"],
          "a stop and a start")


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root, for a /proc/meminfo of its own")
def test_no_room_for_two(daemons, tmp_path):
    """The default, where the size of the service does not fit into what the kernel says is free."""
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 2048 kB\nMemAvailable: 1024 kB\n")
    wrapper = ["unshare", "--mount", "sh", "-c", f'mount --bind {meminfo} /proc/meminfo && exec "$@"', "sh"]
    site = daemons(wrapper=wrapper)
    site.write(settings(), settings(name="one", workers=1))
    site.start().wait_workers(WORKERS)
    site.wait_workers(1, "one")
    until(lambda: site.service()["memory"], "the size to be known")
    until(lambda: "one worker at a time" in site.ctl("restart", "web"), "a size that was told")
    assert "worker at a time: a second generation does not fit" in site.said()
    until(lambda: any("one worker at a time" in event["reason"] for event in site.events.of("web", "replacing")),
          "the move to say how")
    until(lambda: "one worker cannot be exchanged singly" in site.ctl("restart", "one"), "a size that was told")


def test_no_room_within_the_bound_of_the_service(daemons):
    """memory_max is around all generations of a service: one and a half of them fit, two do not."""
    site = daemons()
    (site.root / "ballast.py").write_text("import os\nfrom hello import app\nballast = bytearray(os.urandom(1 << 20)) * 40\n")
    keys = {"app": "ballast:app", "pythonpath": site.root}
    site.write(settings(**keys))
    site.start().wait_workers(WORKERS)
    size = until(lambda: (site.service()["memory"] or 0) > WORKERS * 40 << 20 and site.service()["memory"], "its size")
    site.write(settings(**keys, memory_max=size * 3 // 2))
    site.ctl("reload")
    until(lambda: site.service()["generation"] == 2, "the replacement that the setting needs", 60)
    site.wait_workers(WORKERS)
    until(lambda: "one worker at a time" in site.ctl("restart", "web"), "a size that was told", 60)
    assert site.service()["restarts"] == 0
