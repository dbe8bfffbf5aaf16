"""drain_delay: readiness goes away first, then the delay, then TERM."""
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import processes
from client import Traffic, get
from sections import web
from waiting import until


@pytest.mark.parametrize("words", [["stop", "web"], ["restart", "--cold", "web"]], ids=["stop", "cold restart"])
def test_it_serves_on_and_is_not_ready(bridled, words):
    site = bridled(web(drain_delay="2s"))
    master = site.wait_state("running")["master"]
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        deed = pool.submit(site.ctl, *words)
        until(lambda: site.state() in ("stopping", "restarting"), "the drain to begin")
        with Traffic(site.address()) as traffic:
            until(lambda: traffic.good > 20, "requests to be answered")
            assert site.bridle("ready", "web").returncode != 0
            assert processes.alive(master) and time.monotonic() - began < 2, "this machine is too slow for the test"
        assert traffic.failed == {} and "Handling signal: term" not in site.log()
        deed.result()
    assert time.monotonic() - began >= 2 and not processes.alive(master)
    assert "Handling signal: term" in site.log()


def test_bridled_itself_drains_and_hurries(bridled):
    site = bridled(web(drain_delay="10m"))
    site.wait_state("running")
    assert site.bridle("ready").returncode == 0
    site.process.send_signal(signal.SIGTERM)
    until(lambda: site.state() == "stopping", "the drain to begin")
    assert site.bridle("ready").returncode != 0
    assert get(site.address()).status == 200
    site.stop(signal.SIGTERM)


def test_a_replacement_does_not_wait(bridled):
    site = bridled(web(drain_delay="10m"))
    master = site.wait_state("running")["master"]
    site.ctl("restart", "web")
    until(lambda: not processes.alive(master), "the old generation to go", 10)
    site.process.send_signal(signal.SIGTERM)
    until(lambda: site.state() == "stopping", "the drain to begin")


def test_who_changes_his_mind_is_started_again(bridled):
    """The listener was never closed."""
    site = bridled(web(drain_delay="1s"))
    site.wait_state("running")
    site.call("Stop", name="web", no_wait=True)
    until(lambda: site.state() == "stopping", "the drain to begin")
    with Traffic(site.address()) as traffic:
        site.ctl("start", "web")
        until(lambda: traffic.good > 5, "traffic")
    assert traffic.failed == {} and site.service()["generation"] == 2
