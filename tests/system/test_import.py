"""`bridle import`: units, supervisord sections and command lines of other people, each directive accounted for.

The corpus is not part of the project: BRIDLE_CORPUS says where it is (../shared/corpus of the tree by default). What a
file says is counted here a second time, in Python, and must be what the report says.
"""
import collections
import configparser
import csv
import json
import os
import pathlib
import re
import subprocess

import pytest

from daemon import open_to_all
from waiting import PATIENCE

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
PLACES = [os.environ.get("BRIDLE_CORPUS"), TOP.parent / "shared" / "corpus", TOP.parent.parent / "shared" / "corpus"]
CORPUS = next((pathlib.Path(place) for place in PLACES if place and pathlib.Path(place).is_dir()), None)
FATES = ("kept", "implied", "meaningless", "lost")
# what conf_check may say because this is not the machine that the file is of
OF_MACHINE = re.compile(r"is not there|there is no |cannot be executed|cannot enter|cannot be found|no application|not installed|"
                        r"is no directory|cannot read|may not|in use|older than")

needs_corpus = pytest.mark.skipif(CORPUS is None, reason="NO CORPUS: set BRIDLE_CORPUS to the directory of units, supervisord "
                                                         "and commands.tsv; nothing of it was tested")


def bridle_import(*words, env=()):
    return subprocess.run([str(open_to_all()[0] / "bridle"), "import", *map(str, words)], capture_output=True,
                          encoding="utf-8", errors="replace", env={**os.environ, **dict(env)}, timeout=30 * PATIENCE)


def files(*patterns):
    return sorted(path for pattern in patterns for path in CORPUS.glob(pattern)) if CORPUS else []


# ---- a second opinion on what there is to account for ----

def directives_of_unit(text):
    """(line, name) of each; systemd.syntax(7) in few words. Lines of templates count by what they begin with."""
    found, joined, begun = [], "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\s*[#;]", line):
            continue
        begun = begun or number
        joined += line
        if line.endswith("\\"):
            joined = joined[:-1] + " "
            continue
        words, joined, at, begun = joined.strip(), "", begun, 0
        bare = re.sub(r"{%.*?%}", "", words).strip()
        if not words or re.fullmatch(r"\[.*\]", words):
            continue
        if words.startswith("{") and (not bare or bare.startswith("{")):
            found.append((at, words))
        elif "=" in bare:
            found.append((at, bare.split("=")[0].strip()))
        else:
            found.append((at, bare))
    return found


def directives_of_supervisord(text):
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    parser.read_string(text)
    return [name for section in parser.sections() for name in parser[section]]


# ---- what every import must be ----

def check_report(report):
    for entry in report:
        assert set(entry) >= {"file", "line", "section", "directive", "value", "fate", "key", "reason"}
        assert entry["fate"] in FATES, entry
        if entry["fate"] == "kept":
            assert entry["key"] or "parts" in entry or entry["directive"] == "", entry
        else:
            assert entry["reason"], entry


def check_keys(report, ini):
    """A key that the report names is one that the configuration has."""
    written = set(re.findall(r"^#?([a-z_]+) = ", ini, re.MULTILINE))
    for entry in report:
        if entry["fate"] == "kept":
            assert set(entry["key"].split()) <= written, entry


def check_verdict(done):
    complaints = [line for line in done.stderr.splitlines() if "error:" in line]
    assert not [line for line in complaints if not OF_MACHINE.search(line)], done.stderr
    assert "differs" not in done.stderr and "printed back" not in done.stderr.replace("verified: ", "")
    assert done.returncode == (1 if complaints else 0), done.stderr


def check(*words):
    """The counts of fates of one import; None for a broken source, whose errors name lines."""
    reported = bridle_import("--report", "json", *words)
    report = json.loads(reported.stdout)
    check_report(report)
    if reported.returncode:
        assert re.search(r":\d+: error: ", reported.stderr), reported.stderr
        return report, None
    printed = bridle_import(*words)
    assert printed.returncode == 0 and printed.stdout.startswith("# From "), printed.stderr
    check_keys(report, printed.stdout)
    check_verdict(bridle_import("--verify", *words))
    return report, collections.Counter(entry["fate"] for entry in report)


class Table:
    """What becomes of each source of KIND, and of all of them together, among the figures at the end of the run."""

    def __init__(self, figures, kind):
        self.say, self.kind, self.lines, self.all = figures, kind, 0, collections.Counter()
        self.line("source", "all", FATES)

    def line(self, name, count, cells):
        # the number keeps them together, and in this order
        self.say(f"import, {self.kind} {self.lines:2} {name[:44]:44} {count:>5} " + " ".join(f"{cell:>11}" for cell in cells))
        self.lines += 1

    def row(self, name, report, fates):
        self.all += fates or {}
        self.line(name, len(report), ["broken: refused with its lines"] if fates is None else [fates[fate] for fate in FATES])

    def total(self):
        assert self.lines > 1, f"the corpus has no {self.kind}"
        self.line(f"all {self.lines - 1}", self.all.total(), [self.all[fate] for fate in FATES])


# ---- the corpus ----

# The one that systemd refuses as well: a quote that a missing backslash leaves open.
BROKEN = {"034-sostrowsk-ansible-role-gunicorn-django.service"}


@needs_corpus
def test_every_unit(figures):
    broken, table = set(), Table(figures, "unit")
    for path in files("units/*.service", "units/*.socket", "units/*.conf"):
        report, fates = check(path)
        expected = directives_of_unit(path.read_text())
        assert [(entry["line"], entry["directive"]) for entry in report if not entry["directive"].startswith("{")] == \
            [(line, name) for line, name in expected if not name.startswith("{")], path
        assert len(report) == len(expected), path
        broken |= {path.name} if fates is None else set()
        table.row(path.name, report, fates)
    table.total()
    assert broken <= BROKEN


@needs_corpus
def test_every_socket_with_its_service():
    for path in files("units/*.socket"):
        service = next(iter(files("units/001*.service")))
        report, fates = check(service, path)
        assert fates and {entry["file"] for entry in report} == {str(service), str(path)}


@needs_corpus
def test_every_section_of_supervisord(figures):
    table = Table(figures, "supervisord")
    for path in files("supervisord/*.conf"):
        report, fates = check(path)
        assert fates, path
        assert sorted(entry["directive"] for entry in report) == sorted(directives_of_supervisord(path.read_text())), path
        table.row(path.name, report, fates)
    table.total()


@needs_corpus
def test_every_command(figures):
    table = Table(figures, "command")
    with open(CORPUS / "commands.tsv", encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            report, fates = check("--command", row["command"])
            assert fates and len(report) == 1 and report[0]["value"] == row["command"]
            table.row(row["command"], report, fates)
    table.total()


# ---- the command itself ----

SERVICE = """\
[Unit]
After=network.target
[Service]
User=nobody
WorkingDirectory=/tmp
ExecStart=/bin/sh -c 'exec gunicorn --bind unix:%t/%p-%i.sock "%i:app"'
PrivateTmp=yes
"""


@pytest.fixture
def installed(tmp_path):
    """Two directories of units, as systemd looks for them."""
    for name, text in {"etc/web@.service": SERVICE, "usr/web@.service": "[Service]\nExecStart=gunicorn hidden\n",
                       "usr/web@.service.d/20-b.conf": "[Service]\nUMask=0007\nUser=hidden\n",
                       "etc/web@.service.d/30-c.conf": "[Service]\nGroup=nogroup\n",
                       "usr/web@eu.service.d/30-c.conf": "[Service]\nGroup=hidden\n",
                       "etc/my-shop.service": "[Service]\nExecStart=gunicorn my:app\nSockets=front.socket gone.socket\n",
                       "usr/front.socket": "[Socket]\nListenStream=/run/front.sock\n",
                       "usr/my-.service.d/a.conf": "[Service]\nUMask=0077\n",
                       "etc/web@eu.service.d/10-a.conf": "[Service]\nUser=root\n",
                       "etc/web@eu.service.d/20-b.conf": "[Service]\nUMask=0077\n",
                       "usr/web@.socket": "[Socket]\nListenStream=/run/%i.sock\n"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {"SYSTEMD_UNIT_PATH": f"{tmp_path}/etc:{tmp_path}/usr"}


def test_an_installed_unit_with_all_that_belongs_to_it(installed):
    done = bridle_import("--systemd", "web@eu", env=installed)
    assert done.returncode == 0, done.stderr
    settings = re.findall(r"^([a-z_]+) = (.*)$", done.stdout, re.MULTILINE)
    assert "[gunicorn:web@eu]\n" in done.stdout
    assert settings == [("app", "eu:app"), ("directory", "/tmp"), ("bind", "unix:/run/eu.sock"),
                        ("socket_mode", "0666"), ("user", "root"),
                        ("group", "nogroup"), ("umask", "0077"), ("start", "on-demand"), ("private_tmp", "yes")]
    shop = bridle_import("--systemd", "my-shop", env=installed).stdout
    assert "umask = 0077\n" in shop and "bind = unix:/run/front.sock\n" in shop and "gone.socket was not given" in shop
    missing = bridle_import("--systemd", "nosuch", env=installed)
    assert missing.returncode == 1 and "there is no unit nosuch.service" in missing.stderr


def test_drop_ins_of_an_escaped_name(tmp_path):
    """systemd-escape(1) writes what a name may not hold with a backslash."""
    (tmp_path / "my\\x2dshop.service").write_text("[Service]\nUser=root\nWorkingDirectory=/tmp\nExecStart=gunicorn shop:app\n")
    (tmp_path / "my\\x2dshop.service.d").mkdir()
    (tmp_path / "my\\x2dshop.service.d" / "umask.conf").write_text("[Service]\nUMask=0077\n")
    done = bridle_import("--systemd", "my\\x2dshop", env={"SYSTEMD_UNIT_PATH": str(tmp_path)})
    assert done.returncode == 0 and "umask = 0077\n" in done.stdout, done.stdout + done.stderr


def test_one_file_a_service_and_none_overwritten(tmp_path):
    (tmp_path / "Procfile").write_text("web: gunicorn app\nclock: python clock.py\n")
    done = bridle_import("--output", tmp_path / "out", tmp_path / "Procfile")
    assert done.returncode == 0 and done.stdout.split() == [f"{tmp_path}/out/web.ini", f"{tmp_path}/out/clock.ini"]
    (tmp_path / "bridle.ini").write_text("[bridle]\ninclude = out/*.ini\n")
    read = subprocess.run([str(open_to_all()[0] / "bridle"), "config", "-c", tmp_path / "bridle.ini"], capture_output=True,
                          text=True)
    assert read.returncode == 0 and "[gunicorn:web]" in read.stdout and "[program:clock]" in read.stdout
    assert (tmp_path / "out" / "web.ini").stat().st_mode & 0o007 == 0
    again = bridle_import("--output", tmp_path / "out", tmp_path / "Procfile")
    assert again.returncode == 1 and "File exists" in again.stderr and "give it another" in again.stderr


def test_a_file_accounts_for_its_own_service(tmp_path):
    """Of many that are imported together, each has its own sources, counts and losses, and what is about none alone."""
    for name in ("shop", "blog"):
        (tmp_path / f"{name}.service").write_text(f"[Service]\nWorkingDirectory=/srv/{name}\nFrobnicate={name}\n"
                                                  f"ExecStart=/usr/bin/gunicorn {name}:app\n")
    (tmp_path / "shop.socket").write_text("[Socket]\nListenStream=/run/shop.sock\nMark=7\n")
    (tmp_path / "blog.service.d").mkdir()
    (tmp_path / "blog.service.d" / "x.conf").write_text("[Service]\n{% if x %}\nUMask=0027\n")
    (tmp_path / "supervisord.conf").write_text("[inet_http_server]\nport=9001\n[program:a]\ncommand=sleep 1\nserverurl=AUTO\n"
                                               "[program:b]\ncommand=sleep 2\npriority=3\n")
    (tmp_path / "Procfile").write_text("web: gunicorn app\nclock: python clock.py\nrelease: ./migrate\n")
    files = [tmp_path / name for name in ("shop.service", "shop.socket", "blog.service", "blog.service.d/x.conf",
                                          "supervisord.conf", "Procfile")]
    lost = [entry for entry in json.loads(bridle_import("--report", "json", *files).stdout) if entry["fate"] == "lost"]
    done = bridle_import("--output", tmp_path / "out", *files)
    assert done.returncode == 0 and done.stderr.startswith(f"{len(lost)} directives are not carried over: "), done.stderr
    written = {path.stem: path.read_text() for path in (tmp_path / "out").iterdir()}
    common = {"supervisord.conf", "Procfile"}  # [inet_http_server], release
    sources = {"a": common, "b": common, "web": common, "clock": common, "shop": {"shop.service", "shop.socket"} | common,
               "blog": {"blog.service", "x.conf"} | common}
    assert written.keys() == sources.keys()
    for name, text in written.items():
        head = text[:text.index("\n[")]
        assert {file.name for file in files if f"/{file.name} (" in head.replace("\n# ", " ")} == sources[name], head
    assert "Frobnicate = shop" in written["shop"] and "Mark = 7" in written["shop"] and "blog" not in written["shop"]
    assert "Frobnicate = blog" in written["blog"] and "{% if x %}" in written["blog"] and "shop" not in written["blog"]
    assert "port = 9001" in written["a"] and "port = 9001" in written["b"] and "priority" not in written["a"]
    assert "release = ./migrate" in written["web"] and "clock" not in written["web"]
    assert "\n# 7 directives: " in written["shop"], written["shop"]  # of two files, with what is common to all


def test_a_broken_source_is_no_configuration(tmp_path):
    unit = tmp_path / "web.service"
    unit.write_text("[Service]\nUser=www\nExecStart=gunicorn 'app\n")
    done = bridle_import(unit)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{unit}:3: error: ExecStart: a quote (') is not closed" in done.stderr
    report = json.loads(bridle_import("--report", "json", unit).stdout)
    assert [(entry["directive"], entry["fate"]) for entry in report] == [("User", "kept"), ("ExecStart", "lost")]


def test_what_is_not_a_source(tmp_path):
    (tmp_path / "notes").write_text("nothing of the kind\n")
    assert bridle_import(tmp_path / "notes").returncode == 1
    assert bridle_import(tmp_path / "nosuch").returncode == 1
    assert bridle_import().returncode == 2
    assert bridle_import("--report", "xml", tmp_path / "notes").returncode == 2


def test_a_source_cannot_write_settings(tmp_path):
    """Nothing in a value or a comment becomes a line of its own."""
    unit = tmp_path / "web.service"
    unit.write_text('[Unit]\nDescription=x\\nuser = root\n[Service]\nUser=www\nEnvironment="A=b\\nuser = root" C=d\n'
                    "ExecStart=gunicorn 'a\\nuser = root'\nSyslogIdentifier=x\\r\\n[program:y]\n")
    done = bridle_import(unit)
    assert "user = root" not in done.stdout.splitlines() and "[program:y]" not in done.stdout.splitlines()
