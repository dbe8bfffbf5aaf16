"""A user's own signatures: `signature` in [bridle], printed by `bridle signatures`, used by `bridle why --log`."""
import json
import subprocess

import pytest

from daemon import open_to_all

WEB = "[gunicorn:web]\napp = a:b\n"
HEADER = "[2026-11-20 15:25:49 +0000] [7] "
LOG = f"""{HEADER}[INFO] Starting gunicorn 26.1.0
{HEADER}[INFO] Booting worker with pid: 9
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
