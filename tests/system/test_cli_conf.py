"""`bridle check`, `bridle config`, and `bridle logs` where no daemon answers: what the command knows from files alone."""
import json
import os
import subprocess

import pytest

from daemon import open_to_all
from waiting import PATIENCE

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("BRIDLE_")}
GOOD = """\
[bridle]
log_level = debug
[program:clock]
command = /bin/sleep 60
user = nobody
[program:web]
command = /bin/sleep 60
user = nobody
restart_delay = 3s
"""


def bridle(*words, env=()):
    return subprocess.run([str(open_to_all()[0] / "bridle"), *map(str, words)], text=True, capture_output=True,
                          env={**CLEAN, **dict(env)}, timeout=30 * PATIENCE)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "bridle.ini").write_text(GOOD)
    return tmp_path


def test_a_good_configuration(root):
    ini = root / "bridle.ini"
    for words in (["check", ini], ["check", "-c", ini], ["check", "--root", root]):
        done = bridle(*words)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{ini}: 2 services, nothing to complain about\n"
    assert bridle("check", env={"BRIDLE_ROOT": str(root)}).returncode == 0


def test_every_error_with_its_place(root):
    ini = root / "bridle.ini"
    ini.write_text(GOOD.replace("3s", "soon").replace("debug", "loud").replace("command = /bin/sleep 60\n", "", 1))
    done = bridle("check", ini)
    assert done.returncode == 1
    *complaints, verdict = done.stdout.splitlines()
    assert [complaint.split(" ")[:2] for complaint in complaints if "error" in complaint] == \
        [[f"{ini}:{line}:", "error:"] for line in (2, 3, 8)] and verdict == "3 errors, 0 warnings"


def test_an_error_of_one_service_hides_no_other(root):
    """What is legal and cannot work is told of the services that were read whole; of the others, nothing that follows from it."""
    ini = root / "bridle.ini"
    ini.write_text("[bridle]\nlog_level = loud\ncontrol_group = nosuchgroup\n"
                   "[program:e]\ncommand = /bin/sleep 60\nuser = nobody\nnonsense = 1\n"
                   "[program:half]\ncommand = /bin/sleep 60\nusr = nobody\nenvironment = A=1 # c\ndirectory = /no/such\n"
                   "[program:f]\ncommand = /bin/sleep 60\ndirectory = /no/such\nuser = nosuchuser\nafter = e half\n"
                   "[gunicorn:g]\napp = a:b\nuser = nobody\nvirtualenv = /no/venv\nbind = unix:/no/dir/g.sock :9005\n"
                   "[gunicorn:broken]\napp = a:b\ntime_out = 3\nbind = :9005\n")
    done = bridle("check", ini)
    *complaints, verdict = done.stdout.splitlines()
    assert done.returncode == 1 and verdict.startswith("10 errors, "), done.stdout
    errors = [line for line in complaints if "error:" in line]
    assert [int(line.split(":")[1]) for line in errors] == [2, 7, 10, 11, 15, 16, 21, 22, 25, 26], done.stdout
    for words in ("'/no/such' is not there", "'nosuchuser'", "'/no/venv' is not there", "'/no/dir'", "'time_out'", "':9005' is taken by g"):
        assert len([line for line in errors if words in line]) == 1, (words, done.stdout)
    assert bridle("config", "-c", ini).returncode == 1


def test_complaints_in_the_order_of_lines(root):
    ini = root / "bridle.ini"
    ini.write_text(GOOD.replace("user = nobody", "user = nosuchuser").replace("/bin/sleep 60\nuser", "/no/such\nuser"))
    lines = [int(line.split(":")[1]) for line in bridle("check", ini).stdout.splitlines()[:-1]]
    assert len(lines) >= 4 and lines == sorted(lines)


def test_no_file_at_all(tmp_path):
    done = bridle("check", "--root", tmp_path)
    assert done.returncode == 1 and f"{tmp_path}/bridle.ini" in done.stdout and "--config FILE" in done.stderr
    done = bridle("check", tmp_path / "x.ini")
    assert done.returncode == 1 and "--config FILE" not in done.stderr


def test_config_reads_back(root, tmp_path):
    printed = bridle("config", "--root", root)
    assert printed.returncode == 0 and f"{root}/bridle.ini:9" in printed.stdout and "[program:clock]" in printed.stdout
    again = tmp_path / "again.ini"
    again.write_text(printed.stdout)
    assert bridle("check", again).returncode == 0
    assert "log_keep" not in printed.stdout and "log_keep" in bridle("config", "--all", "--root", root).stdout


def test_config_of_one(root):
    done = bridle("config", "web", "--root", root)
    assert "restart_delay" in done.stdout and "[program:clock]" not in done.stdout
    assert json.loads(bridle("config", "web", "--json", "--root", root).stdout)["web"]["restart_delay"] == \
        {"value": "3s", "file": f"{root}/bridle.ini", "line": 9}
    done = bridle("config", "wbe", "--root", root)
    assert done.returncode == 3 and "did you mean 'web'?" in done.stderr


def test_config_with_errors_shows_none(root):
    (root / "bridle.ini").write_text("[bridle]\nnonsense = 1\n")
    done = bridle("config", "--root", root)
    assert done.returncode == 1 and done.stdout == "" and "bridle.ini:2: error:" in done.stderr


@pytest.mark.parametrize("setting, place", [("", "log"), ("log_dir = {root}/elsewhere\n", "elsewhere")])
def test_logs_without_a_daemon(root, setting, place):
    (root / "bridle.ini").write_text(GOOD.replace("[bridle]\n", "[bridle]\n" + setting.format(root=root)))
    (root / place / "web").mkdir(parents=True)
    (root / place / "web" / "current").write_text("one\ntwo\n")
    for words in (["-n1", "web"], ["-1", "web"], ["web", "-1"]):
        assert bridle("logs", *words, "--root", root).stdout == "two\n"
    for words in (["web", "api"], ["-1"], ["web", "-1x"], ["web", "-"]):
        assert bridle("logs", *words, "--root", root).returncode == 2, words
    assert bridle("logs", "wbe", "--root", root).returncode == 3
    (root / "bridle.ini").write_text(GOOD + "log = stdout\n")
    assert "keeps no log files" in bridle("logs", "web", "--root", root).stderr


def test_logs_without_a_daemon_and_without_a_configuration(tmp_path):
    done = bridle("logs", "web", "--root", tmp_path)
    assert done.returncode == 5 and "cannot reach bridled" in done.stderr


def test_logs_of_the_configuration_that_is_named(root, tmp_path):
    """Whatever bridled would say: it may run with another."""
    (root / "log" / "web").mkdir(parents=True)
    (root / "log" / "web" / "current").write_text("one\n")
    done = bridle("logs", "web", "--root", root, "-c", tmp_path / "none.ini")
    assert done.returncode == 1 and f"{tmp_path}/none.ini" in done.stderr and "No such file" in done.stderr and done.stdout == ""
    broken = tmp_path / "broken.ini"
    broken.write_text(GOOD + "nonsense = 1\n")
    done = bridle("logs", "web", "--root", root, "-c", broken)
    assert done.returncode == 1 and f"{broken}:10: " in done.stderr and f"bridle check {broken}" in done.stderr
    done = bridle("logs", "wbe", "--root", root, "-c", root / "bridle.ini")
    assert done.returncode == 3 and "bridled" not in done.stderr
    assert bridle("logs", "web", "--root", root, "-c", root / "bridle.ini").stdout == "one\n"


@pytest.mark.parametrize("words, said", [(["stray"], "one word too many: 'stray'"), (["--ready-fd", "x"], "a descriptor: 'x'"),
                                         (["--strange"], "--strange"), (["--watch"], "leave it out"),
                                         (["--watch", "65534", "65534"], "leave it out")])
def test_bridled_says_what_it_does_not_understand(words, said):
    done = subprocess.run([str(open_to_all()[0] / "bridled"), *words], text=True, capture_output=True, timeout=30 * PATIENCE)
    assert done.returncode == 2 and said in done.stderr and "usage: bridled" in done.stderr
