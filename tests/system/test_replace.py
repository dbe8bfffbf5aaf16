"""A service is replaced, again and again, under load that looks at every answer.

    BRIDLE_REPLACES=50      how often (10)
"""
import contextlib
import os

import pytest

import processes
from client import Traffic
from conftest import MATRIX
from load import KeptTraffic, Wrk
from sections import web
from waiting import until

REPLACES = int(os.environ.get("BRIDLE_REPLACES", "10"))
CLASSES = ["sync", "gthread", "gevent"]


def settings(port, name="sync", **keys):
    keys = {"workers": 2, "worker_class": name, "bind": f"unix:{{root}}/web.sock 127.0.0.1:{port}", **keys}
    return web(**keys, **({"threads": 2} if name == "gthread" else {}))


class Load:
    """All four kinds at once: over a unix socket and over TCP, with connections kept and not."""

    def __init__(self, site, port):
        ways = {"unix": site.address(), "TCP": ("127.0.0.1", port)}
        self.kinds = {f"{way}, {kind.__name__}": kind(address) for way, address in ways.items()
                      for kind in (Traffic, KeptTraffic)}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            for traffic in self.kinds.values():
                stack.enter_context(traffic)
            self.stack = stack.pop_all()
        self.flow()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def flow(self):
        """Each of them gets answers."""
        before = {name: traffic.good for name, traffic in self.kinds.items()}
        until(lambda: all(traffic.good > before[name] + 5 for name, traffic in self.kinds.items()),
              f"load to flow: {self.lost}")

    @property
    def lost(self):
        return {name: traffic.failed for name, traffic in self.kinds.items() if traffic.failed}

    @property
    def figures(self):
        """For people: what was answered, lost, and asked again."""
        good = sum(traffic.good for traffic in self.kinds.values())
        lost = {}
        for failed in self.lost.values():
            for kind, (count, _) in failed.items():
                lost[kind] = lost.get(kind, 0) + count
        again = sum((traffic.asked_again.total() for traffic in self.kinds.values() if isinstance(traffic, KeptTraffic)))
        slowest = max(traffic.slowest for traffic in self.kinds.values())
        return f"{good} answered, lost: {lost or 'none'}, asked again on a fresh connection: {again}, " \
               f"slowest {slowest:.2f} s"


@pytest.mark.parametrize("name", CLASSES)
def test_nothing_is_lost_in_many_replacements(bridled, free_ports, figures, name):
    port, = free_ports(1)
    site = bridled(settings(port, name))
    site.wait_workers(2)
    with Load(site, port) as load:
        for _ in range(REPLACES):
            old = site.master()
            site.ctl("restart", "web")
            load.flow()
            until(lambda: not processes.alive(old), "the old generation to go")
        load.flow()
    figures(f"{name}, {REPLACES} replacements: {load.figures}")
    assert load.lost == {}
    assert site.service()["generation"] == REPLACES + 1 and site.service()["restarts"] == 0


def test_every_gunicorn(daemons, gunicorn, free_ports, figures):
    """gthread is where versions differ. 21 to 24 drop connections that they accepted and had not read from; up to 25, an
    idle kept connection is closed at TERM although a request may be on its way; from 26 on it is answered, with
    Connection: close (workers/gthread.py)."""
    port, = free_ports(1)
    site = daemons(venv=gunicorn["path"])
    site.write(settings(port, "gthread"))
    site.start().wait_workers(2)
    with Load(site, port) as load:
        for _ in range(2):
            old = site.master()
            site.ctl("restart", "web")
            until(lambda: not processes.alive(old), "the old generation to go")
            load.flow()
    figures(f"gthread of {gunicorn['version']}, 2 replacements: {load.figures}")
    for traffic in load.kinds.values():
        traffic.assert_nothing_lost(gunicorn["version"], "gthread")


@pytest.mark.skipif(not Wrk.installed(), reason="wrk is not installed")
@pytest.mark.parametrize("name, keep", [*((name, False) for name in CLASSES), ("gthread", True)])
def test_wrk_sees_nothing(bridled, free_ports, figures, name, keep):
    """As much as the machine can do, each request on a connection of its own; and on kept ones, which sync has none of. wrk does
    not ask again, so Gunicorn has to answer what is on its way on a kept one (test_every_gunicorn)."""
    if keep and int(MATRIX[-1]["version"].split(".")[0]) < 26:
        pytest.skip("this Gunicorn closes kept connections on which a request may be on its way")
    port, = free_ports(1)
    site = bridled(settings(port, name, backlog=2048))
    site.wait_workers(2)
    times = 0
    with Wrk(port, 3 if keep else 5, keep) as wrk:
        while wrk.runs:
            site.ctl("restart", "web")
            times += 1
    figures(f"{name}, {times} replacements under wrk, connections {'kept' if keep else 'not kept'}: "
            f"{wrk.requests} answered, lost: {wrk.lost or 'none'}")
    assert wrk.lost == {} and wrk.requests > 100


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("how", ["HUP", "stop and start"])
def test_for_contrast(bridled, free_ports, figures, how, name):
    """What the same load loses when a service is renewed in the other ways."""
    port, = free_ports(1)
    site = bridled(settings(port, name))
    site.wait_workers(2)
    with Load(site, port) as load:
        for _ in range(3):
            if how == "HUP":
                workers = set(site.workers())
                site.ctl("signal", "web", "HUP")
                until(lambda: not workers & set(site.wait_workers(2)), "new workers")
            else:
                site.ctl("stop", "web")
                site.ctl("start", "web")
            load.flow()
    figures(f"{name}, 3 times {how}: {load.figures}")
    if how == "stop and start":
        assert any("refused" in failed for failed in load.lost.values()), "load that notices nothing"
