"""A user's own signatures: `signature` in [bridle], printed by `bridle signatures`, used by `bridle why --log` and for what runs."""
import json
import os
import signal
import subprocess
import urllib.parse

import pytest

from client import get
from daemon import open_to_all
from sections import bridle as general
from sections import web
from test_survival import info
from troubles import ask_in_vain, needs_process_events, settings, up, why as told
from waiting import until

WEB = "[gunicorn:web]\napp = a:b\n"
HEADER = "[2026-11-20 15:25:49 +0000] [7] "
LOG = f"""{HEADER}[INFO] Starting gunicorn 26.1.0
{HEADER.replace("[7]", "[9]")}[INFO] Booting worker with pid: 9
2026-11-20 15:25:49,123 ERROR shop.ledger is locked by pid 41
{HEADER}[ERROR] Worker (pid:9) exited with code 3
{HEADER}[ERROR] Reason: Worker failed to boot.
"""


@pytest.fixture
def bridle(tmp_path):
    config = tmp_path / "bridle.ini"

    def run(settings, *words, log=""):
        config.write_text(f"[bridle]\n{settings}{WEB}")
        return subprocess.run([open_to_all()[0] / "bridle", *words, "--config", config], input=log, text=True,
                              capture_output=True, timeout=20, check=False)
    return run


def why(bridle, settings, log=LOG):
    out = bridle(settings, "why", "--log", "-", "--json", log=log)
    assert out.returncode == 0, out.stderr
    return [json.loads(line) for line in out.stdout.splitlines()]


@pytest.mark.parametrize("phase", ["startup-config", "boot", "runtime", "recycle", "reload", "shutdown"])
def test_it_names_the_incident(bridle, phase):
    found = why(bridle, f'signature = shop.ledger-locked {phase} "shop.ledger is locked by pid %d"\n')
    assert [(i["class"], i["phase"]) for i in found] == [("shop.ledger-locked", phase)]
    assert "boot.unexplained" in found[0]["also"]
    assert any("ledger" in line["text"] for line in found[0]["lines"])


def test_without_it_the_line_says_nothing(bridle):
    assert [i["class"] for i in why(bridle, "")] == ["boot.unexplained"]
    assert [i["class"] for i in why(bridle, "signature = shop.other boot 'another line'\n")] == ["boot.unexplained"]


def test_several_and_the_first_line_counts(bridle):
    both = "signature = shop.locked boot 'shop.ledger is locked by %*'\nsignature = shop.code boot '%*exited with code 3'\n"
    assert [i["class"] for i in why(bridle, both)] == ["shop.locked"]


def test_it_is_printed(bridle):
    out = bridle("signature = shop.locked boot 'shop.ledger is locked by %*'\n", "signatures")
    assert out.returncode == 0 and out.stdout.splitlines()[0].split() == \
        ["shop.locked", "own", "boot", "shop.ledger", "is", "locked", "by", "%*"]


@pytest.mark.parametrize("value, words", [
    ("shop.locked boot", "got 2 words"),
    ("locked boot 'a line'", "'locked' is no name"),
    ("shop.locked sometimes 'a line'", "'sometimes' is no phase"),
    ("shop.locked boot '%*x%*'", "fits too much"),
    ("shop.locked boot 'locked for %*%d s'", "where %* ends"),
    ("shop.locked boot 'locked by %s%s now'", "where %s ends"),
    ("shop.locked boot 'with %q in it'", "% is followed by"),
    ("shop.locked boot 'ends in %'", "% is followed by"),
])
def test_what_is_wrong_is_said_with_its_line(bridle, value, words):
    for command in (["check"], ["signatures"], ["why", "--log", "-"]):
        out = bridle(f"signature = {value}\n", *command)
        assert out.returncode == 1
        assert "bridle.ini:2: " in out.stdout + out.stderr and words in out.stdout + out.stderr


def test_a_file_that_was_asked_for_must_be_there(tmp_path):
    out = subprocess.run([open_to_all()[0] / "bridle", "signatures", "--config", tmp_path / "none.ini"], text=True,
                         capture_output=True, timeout=20, check=False)
    assert out.returncode == 1 and "none.ini" in out.stderr


LOCKED = "shop.ledger-locked runtime 'shop.ledger is locked by pid %d'"


def of_class(daemon, name):
    return [one for one in told(daemon, 50) if one["class"] == name]


@pytest.fixture
def site(daemons, edge):
    """site(signatures, reads): a bridled with these, and a Gunicorn in front of an application that says things."""
    def begin(*signatures):
        made = daemons(venv=edge["path"])
        made.write(general(signature=list(signatures)), web(**settings("sync")))
        made.start()
        up(made)
        return made
    return begin


def say(made, words):
    get(made.address(), f"/say?words={urllib.parse.quote(words)}")


def test_what_runs_is_named_by_it(site):
    """The first of several that fit; a line that none fits is nothing; the same again is the same incident."""
    made = site(LOCKED, "shop.ledger runtime 'shop.ledger is %*'")
    say(made, "shop.ledger was locked by pid 41")
    say(made, "shop.ledger is locked by pid 41")
    incident = until(lambda: of_class(made, "shop.ledger-locked"), "the line to be an incident")[0]
    assert incident["phase"] == "runtime" and incident["alarm"] and incident["confidence"] >= 0.8
    assert [line["text"] for line in incident["lines"]] == ["shop.ledger is locked by pid 41"]
    assert "shop.ledger-locked" in made.ctl("why", "web")
    assert "web: shop.ledger-locked: " in made.said()
    until(lambda: of_class(made, "shop.ledger-locked")[0]["over"], "that story to be over")
    say(made, "shop.ledger is gone")
    until(lambda: of_class(made, "shop.ledger"), "the other line to be an incident of its own")
    until(lambda: of_class(made, "shop.ledger")[0]["over"], "that one to be over as well")
    say(made, "shop.ledger is locked by pid 41")
    until(lambda: of_class(made, "shop.ledger-locked")[0]["times"] == 2, "the first one to be counted on")
    assert "shop.ledger-locked" in made.ctl("history", "web")
    assert [one["class"] for one in told(made, 50)] == ["shop.ledger-locked", "shop.ledger"]


def test_it_names_what_gunicorn_says_of_it(site):
    """Said before a worker crashes, it is the cause of that."""
    made = site("shop.core-dumped runtime 'the ledger is no ledger'")
    say(made, "the ledger is no ledger")
    ask_in_vain(made, "/segv")
    incident = until(lambda: [one for one in of_class(made, "shop.core-dumped") if one["died"]], "the death to belong to it")[0]
    assert "runtime.crash-signal" in incident["also"]


def test_a_reload_changes_them_and_the_next_watcher_knows_them(site, edge):
    made = site()
    say(made, "shop.ledger is locked by pid 41")
    made.write(general(signature=LOCKED), web(**settings("sync")))
    made.ctl("reload")
    say(made, "shop.ledger is locked by pid 42")
    incident = until(lambda: of_class(made, "shop.ledger-locked"), "the line to be looked for")[0]
    assert incident["lines"][0]["text"].endswith("42") and incident["times"] == 1
    until(lambda: of_class(made, "shop.ledger-locked")[0]["over"], "that story to be over")
    watcher = made.call("Info")["watcher"]
    os.kill(watcher, signal.SIGKILL)
    until(lambda: (seen := info(made)) and seen["watcher"] != watcher, "another watcher")
    say(made, "shop.ledger is locked by pid 43")
    until(lambda: of_class(made, "shop.ledger-locked")[0]["times"] == 2, "the next watcher to know them, and the incident")
    made.write(general(), web(**settings("sync")))
    made.ctl("reload")
    say(made, "shop.ledger is locked by pid 44")
    needs_process_events(made, edge)
    ask_in_vain(made, "/exit?code=5")
    until(lambda: of_class(made, "runtime.worker-exit"), "what came after it to be named")
    assert of_class(made, "shop.ledger-locked")[0]["times"] == 2


def test_who_ends_just_after_the_watcher_began_is_seen(site, edge):
    """A worker of before: the kernel is asked for its end before the masters are known, or what its master says counts."""
    made = site()
    watcher = made.call("Info")["watcher"]
    os.kill(watcher, signal.SIGKILL)
    until(lambda: (seen := info(made)) and seen["watcher"] != watcher, "another watcher")
    needs_process_events(made, edge)
    ask_in_vain(made, "/exit?code=5")
    until(lambda: of_class(made, "runtime.worker-exit"), "the end to be named")


def test_too_many_are_complained_of(bridle):
    settings = "".join(f"signature = shop.n{n} boot 'a line with the number {n}'\n" for n in range(65))
    out = bridle(settings, "check")
    assert out.returncode == 1 and "65 are too many" in out.stdout + out.stderr
