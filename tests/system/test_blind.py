"""Heartbeats that the watcher may not see: what is assumed is not told as proven."""
import pytest

from client import get
from sections import web
from waiting import until

NO_SIGHT = ["setpriv", "--inh-caps=-sys_ptrace,-dac_read_search", "--bounding-set=-sys_ptrace,-dac_read_search"]
ASSUMED = "assumed ready: its heartbeats cannot be seen"


@pytest.fixture
def blind(as_root, daemons):
    site = daemons(wrapper=NO_SIGHT)
    site.write(web(autostart="no"))
    return site.start()


def test_nothing_is_proven(blind):
    started = blind.ctl("start", "web")
    assert "1 of 1 workers assumed ready: their heartbeats cannot be seen" in started
    seen = blind.service()
    assert seen["state"] == "running" and seen["reason"] == ASSUMED and seen["workers_booted"] is None
    assert [worker["booted"] for worker in seen["workers"]] == [None]
    assert ASSUMED in blind.ctl("status") and ASSUMED in blind.ctl("status", "web")
    assert blind.events.wait("web", "running")["reason"] == ASSUMED
    until(lambda: f"starting -> running: {ASSUMED}" in blind.said(), "the log to say so")
    assert "proven" not in blind.said() and get(blind.address()).status == 200


def test_nor_is_a_replacement(blind):
    blind.ctl("start", "web")
    assert "assumed ready" in blind.ctl("restart", "web")
    seen = blind.service()
    assert seen["generation"] == 2 and seen["reason"] == "the next generation is " + ASSUMED
    assert "proven" not in blind.said()


def test_who_was_assumed_ready_is_no_witness(blind):
    """Of having loaded the application: it fails to when it is taken for ready already."""
    (blind.root / "late.py").write_text("import os, time\nwhile not os.path.exists('go'): time.sleep(0.05)\nimport nothing_like_this\n")
    blind.write(web(app="late:app", directory=blind.root, autostart="no", restart_delay="1m", restart_delay_max="1m"))
    blind.ctl("reload")
    assert "assumed ready" in blind.ctl("start", "web")
    (blind.root / "go").touch()
    until(lambda: "boot.import-missing" in blind.ctl("why", "web"), "the incident")
    assert "it had loaded the application" not in blind.ctl("why", "web")


def test_who_sees_says_proven(as_root, bridled):
    """For contrast."""
    site = bridled(web())
    assert site.wait_state("running")["reason"] == "proven ready" and "assumed" not in site.said() + site.ctl("status")
