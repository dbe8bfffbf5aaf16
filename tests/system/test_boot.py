"""Applications that cannot be loaded: named, backed off from, given up, never a hot loop."""
import pytest

import processes
from client import get
from sections import web
from waiting import until

# BROKEN of apps/broken.py, and what the service's log must show
WAYS = {"import": "no_such_module", "variable": "A_VARIABLE_THAT_NOBODY_SET", "exit": "", "exit-3": "", "segv": "",
        "syntax": "SyntaxError", "missing": "app"}

QUICK = {"restart_delay": "100ms", "restart_delay_max": "400ms", "start_limit": 4, "start_timeout": "15s",
         "autostart": "no"}


def failures(site, name="web"):
    """Waits that followed each other, in seconds: from each move to waiting until the next start."""
    waits = site.events.of(name, "waiting")
    starts = site.events.of(name, "starting", before="waiting")
    assert starts
    return [start["time"] - wait["time"] for wait, start in zip(waits, starts)]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("how", [way for way in WAYS if way not in ("exit", "segv")])
def test_boot_failures_back_off_and_give_up(bridled, edge, how, workers):
    """Exit codes differ (3, 4, 1: with more workers than one); what happens must not."""
    site = bridled(web(app="broken:app", workers=workers, environment=f"BROKEN={how}", **QUICK), venv=edge["path"])
    site.begin().events.wait("web", "failed", timeout=60)
    moves = site.moves()
    assert "running" not in moves
    assert moves == ["starting", "waiting"] * 3 + ["starting", "failed"]
    assert all(wait >= 0.09 for wait in failures(site)), f"a hot loop: {failures(site)}"
    assert WAYS[how] in site.log()
    service = site.service()
    assert service["master"] is None and service["last_end"] and service["due"] is None
    assert processes.children(site.pid) == [site.call("Info")["watcher"]]


def test_a_status_after_which_nobody_tries_again(bridled):
    """What systemd users have against a broken release: RestartPreventExitStatus=."""
    site = bridled(web(app="broken:app", environment="BROKEN=import", restart_prevent_exit_status="1 3 4", **QUICK))
    site.begin().events.wait("web", "failed", timeout=60)
    assert site.moves() == ["starting", "failed"]


@pytest.mark.parametrize("how", ["exit", "segv"])
def test_workers_that_die_at_import_are_a_boot_failure(bridled, how):
    """The master stays, READY, and forks 16 a second (Gunicorn has no back-off): start_timeout ends that."""
    keys = {**QUICK, "start_timeout": "2s", "start_limit": 2}
    site = bridled(web(app="broken:app", environment=f"BROKEN={how}", **keys))
    site.begin().events.wait("web", "failed", timeout=60)
    moves = site.moves()
    assert "running" not in moves and moves.count("retrying") == 2, moves


def test_a_slow_import_passes_start_timeout(bridled, edge):
    """Gunicorn 22 and later would never end a hung import."""
    keys = {**QUICK, "start_timeout": "1500ms", "start_limit": 2}
    site = bridled(web(app="broken:app", environment="BROKEN=slow", stop_timeout="1s", graceful_timeout="1s", **keys),
                   venv=edge["path"])
    site.begin().events.wait("web", "failed", timeout=60)
    starts, ends = site.events.of("web", "starting"), site.events.of("web", "retrying")
    assert len(starts) == len(ends) == 2
    assert all(1.4 <= end["time"] - start["time"] < 10 for start, end in zip(starts, ends))


def test_waits_double_up_to_the_limit(bridled):
    keys = {"restart_delay": "100ms", "restart_delay_max": "800ms", "start_limit": 0}
    site = bridled(web(app="broken:app", environment="BROKEN=import", **keys))
    site.events.wait("web", "waiting", count=7, timeout=60)
    waits = failures(site)
    assert all(0.09 <= wait for wait in waits), waits
    assert waits[4] >= 2 * waits[0] * 0.7, f"waits do not grow: {waits}"
    site.ctl("stop", "web")
    assert site.state() == "stopped"


def test_a_person_starts_what_was_given_up(bridled, daemons):
    site = daemons()
    switch = site.root / "broken"
    switch.write_text("import")
    site.write(web(app="broken:app", environment=f"BROKEN_FILE={switch}", **{**QUICK, "start_limit": 1}))
    site.start().begin().wait_state("failed")
    done = site.bridle("start", "web")
    assert done.returncode == 1 and "web" in done.stderr, done
    site.wait_state("failed")
    assert site.bridle("ready").returncode == 4
    switch.unlink()
    site.ctl("start", "web")
    assert get(site.address()).status == 200
    assert site.bridle("ready").returncode == 0


def test_a_module_or_command_that_is_not_there(bridled):
    site = bridled(web(app="nowhere:app", **{**QUICK, "start_limit": 1}), web("other"))
    site.begin().wait_state("failed", timeout=60)
    assert "nowhere" in site.log()
    site.wait_state("running", name="other")


def test_stop_while_waiting(bridled):
    site = bridled(web(app="broken:app", environment="BROKEN=import", restart_delay="60s", restart_delay_max="60s"))
    site.wait_state("waiting")
    assert site.service()["due"] > 20
    site.ctl("stop", "web")
    assert site.state() == "stopped"


def test_start_at_once_while_waiting(bridled, daemons):
    site = daemons()
    switch = site.root / "broken"
    switch.write_text("import")
    site.write(web(app="broken:app", environment=f"BROKEN_FILE={switch}", restart_delay="60s", restart_delay_max="60s"))
    site.start().wait_state("waiting")
    switch.unlink()
    site.ctl("start", "web")
    assert site.state() == "running"


@pytest.mark.parametrize("how", ["import", "slow"])
def test_a_replacement_that_cannot_boot_leaves_the_old_one(bridled, daemons, how):
    """The command fails and says why; the old generation serves on."""
    site = daemons()
    switch = site.root / "broken"
    site.write(web(app="broken:app", environment=f"BROKEN_FILE={switch}", start_timeout="3s", stop_timeout="1s"))
    site.start().wait_state("running")
    before = site.service()
    switch.write_text(how)
    done = site.bridle("restart", "web")
    assert done.returncode == 1 and done.stderr, done
    after = site.service()
    assert (after["state"], after["master"], after["generation"]) == ("running", before["master"], before["generation"])
    assert get(site.address()).status == 200
    assert "WHY" in site.ctl("status") and "the old one serves on" in site.ctl("status")
    until(lambda: len(processes.children(site.pid)) == 2, "what was to replace it to end")
