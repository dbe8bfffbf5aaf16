"""The labelled corpus of incidents beside the repository (its README.md says what the labels mean), judged by
`bridle why --log FILE --json`. As a program: prints the table, and what went wrong of the files asked for.

    python3 tests/lib/corpus.py BRIDLE [all|odd|even] [-v]
"""

import collections
import csv
import json
import pathlib
import re
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus" / "incidents"
CONFIDENT = 0.8  # below it an answer says "likely"

Judged = collections.namedtuple("Judged", "file want_phase want_class also phase name confidence incidents")


def places():
    """Where the corpus may be: beside the repository, or beside the directory of worktrees."""
    here = pathlib.Path(__file__).resolve()
    return [p / "shared" / "corpus" / "incidents" for p in here.parents]


def find():
    return next((p for p in places() if (p / "LABELS.tsv").exists()), None)


def judge(bridle, log, data=None):
    out = subprocess.run([bridle, "why", "--log", str(log), "--json"], input=data, capture_output=True, check=True, timeout=60)
    return [json.loads(line) for line in out.stdout.splitlines()]


def behind(prefix):
    return lambda line: prefix + line


def shipped(line):
    return json.dumps({"log": line + "\n", "stream": "stderr", "time": "2026-11-20T10:11:12.123456789Z"})


def recorded(line):
    return json.dumps({"message": line, "attributes": {"level": "error"}, "severity": "error"})


def in_cloud(line):
    return json.dumps({"insertId": "1k2x", "textPayload": line, "severity": "ERROR", "timestamp": "2026-11-20T10:11:12.1Z"})


def listed(line):
    return "    " + json.dumps(line) + ","


# What a log means does not depend on how it came here.
FORMS = {
    "compose": behind("web-1  | "),
    "compose, coloured": behind("\x1b[36mweb_1  | \x1b[0m"),
    "journald": behind("Nov 20 10:11:12 app01 gunicorn[812]: "),
    "Kubernetes": behind("2026-11-20T10:11:12.123456789Z stderr F "),
    "stern": behind("web-6d4cf56db6-x7k2p web "),
    "Heroku": behind("2026-11-20T10:11:12.123456+00:00 app[web.1]: "),
    "CloudWatch": behind("2026-11-20T10:11:12.123000+00:00 web/app/0123456789abcdef0123456789abcdef "),
    "Windows": lambda line: line + "\r",
    "colours": lambda line: f"\x1b[31m{line}\x1b[0m",
    "tilt": behind("      web \u2502 "),
    "pm2": behind("0|shop  | 2026-11-20T10:11:12: "),
    "Beanstalk": behind("Nov 20 10:11:12 ip-10-0-0-1 web[812]: "),
    "a unit": behind("Nov 20 10:11:12 app01 gunicorn@shop[812]: "),
    "Azure": behind("2026-11-20T10:11:12.123456789Z "),
    "GitHub": behind("build\tRun the tests\t2026-11-20T10:11:12.1234567Z "),
    "grep": behind("shop.log:12:"),
    "grep of one": behind("12:"),
    "cat -n": behind("    12\t"),
    "docker's JSON": shipped,
    "Railway": recorded,
    "Google": in_cloud,
    "a list": listed,
    "rsyslog's escapes": behind("#033[36mweb_1  |#033[0m "),
    "a page's blanks": lambda line: line.replace("  ", "\u00a0\u00a0"),
    "doubled": lambda line: line + "\n" + line,
    "doubled by compose": lambda line: f"web-1  | {line}\nweb-1  | {line}",
    "another container's between": lambda line: f"web-1  | {line}\ndb-1  | LOG:  checkpoint complete",
    "quoted": behind("> "),
    "indented": behind("    "),
    "without indentation": str.lstrip,
}
# Formats of Python's logging: what stands in front of the message in place of Gunicorn's own header.
HEADER = re.compile(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: [+-]\d{4})?\] \[(\d+)\] \[([A-Z]+)\] ")
FORMATS = {
    "loguru": "{0}.123 | {2:8} | gunicorn.glogging:info:264 - ",
    "Django's": "{2} {0},123 glogging {1} 140123456789 ",
    "logging's": "{0},123 - gunicorn.error - {2} - ",
    "bars": "{0},123 | {2} | gunicorn.error | ",
    "brackets": "[{0},123] [gunicorn.error] [{2}] ",
    "structlog's": "{0} [{2:9}] ",
}
JSON = shipped, recorded, in_cloud, listed


def in_form(name, data):
    """DATA, a log, as it looks in the form NAME."""
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    return "".join(FORMS[name](line) + "\n" for line in lines).encode("utf-8", "surrogateescape")


def strayed(bridle, directory):
    """Files that mean something else in another form. Three of the forms for each: all of all take minutes. Quotes of JSON behind
    a prefix are not escaped once more: no shipper does that to lines of another one."""
    names, found = list(FORMS), []
    for n, log in enumerate(sorted(directory.glob("*.log"))):
        data = log.read_bytes()
        bare = judge(bridle, "-", data)[:1]
        for name in (names[(3 * n + k) % len(names)] for k in range(3)):
            if FORMS[name] in JSON and (b' {"' in data or b'","' in data):
                continue
            other = judge(bridle, "-", in_form(name, data))[:1]
            if [(i["phase"], i["class"]) for i in other] != [(i["phase"], i["class"]) for i in bare]:
                found.append(f"{log.name}, {name}: {bare} became {other}")
    return found


def in_format(name, data):
    """DATA with the headers of the format NAME; None where it has none of Gunicorn's, or something unknown before them."""
    text = data.decode("utf-8", "surrogateescape")
    if not re.search(HEADER.pattern, text, re.M) or re.search(r"(?m)^.+" + HEADER.pattern, text):
        return None
    return HEADER.sub(lambda m: FORMATS[name].format(*m.groups()), text).encode("utf-8", "surrogateescape")


def records(text):
    """TEXT as records: a header, and the lines up to the next one."""
    found = []
    for line in text.splitlines(keepends=True):
        if HEADER.match(line) or not found:
            found.append("")
        found[-1] += line
    return found


def turned_round(data):
    """DATA with the newest record first; None where no line has Gunicorn's own header at its beginning."""
    found = records(data.decode("utf-8", "surrogateescape"))
    return "".join(reversed(found)).encode("utf-8", "surrogateescape") if len(found) > 2 else None


def others(data):
    """What means the same as DATA, by name."""
    found = {name: in_format(name, data) for name in FORMATS}
    found["newest first"] = turned_round(data)
    return {name: other for name, other in found.items() if other is not None}


def misread(bridle, directory):
    """Of all logs in all FORMATS, and turned round: how many there were, and those that mean something else there."""
    tried, found = 0, []
    for log in sorted(directory.glob("*.log")):
        data = log.read_bytes()
        bare = [(i["phase"], i["class"]) for i in judge(bridle, "-", data)[:1]]
        for name, other in others(data).items():
            said = judge(bridle, "-", other)[:1]
            tried += 1
            if [(i["phase"], i["class"]) for i in said] != bare:
                found.append(f"{log.name}, {name}: {bare} became {said[0]['phase']}/{said[0]['class']} {said[0]['confidence']}")
    return tried, found


def judge_all(bridle, directory, which="all"):
    rows = []
    with open(directory / "LABELS.tsv", encoding="utf-8") as labels:
        for row in csv.DictReader(labels, delimiter="\t", quoting=csv.QUOTE_NONE):
            number = int(row["file"].split(".")[0])
            if which != "all" and which != ("odd" if number % 2 else "even"):
                continue
            found = judge(bridle, directory / row["file"])
            first = found[0] if found else {"phase": "none", "class": "none", "confidence": 0}
            rows.append(Judged(row["file"], row["phase"], row["class"], row["also"], first["phase"], first["class"],
                               first["confidence"], len(found)))
    return rows


def scores(rows):
    n = len(rows)
    return {
        "class": sum(r.name == r.want_class for r in rows) / n,
        "phase": sum(r.phase == r.want_phase for r in rows) / n,
        "confident wrong": sum(r.name != r.want_class and r.name != "unknown" and r.confidence >= CONFIDENT
                               for r in rows) / n,
    }


def confusion(rows):
    """Class by class: how many, how many right, and what was said instead."""
    lines = []
    for name in sorted({r.want_class for r in rows}):
        mine = [r for r in rows if r.want_class == name]
        wrong = collections.Counter(r.name for r in mine if r.name != name)
        said = "  ".join(f"{k} x{v}" for k, v in sorted(wrong.items()))
        lines.append(f"{name:32} {sum(r.name == name for r in mine):3} of {len(mine):3}  {said}")
    return "\n".join(lines)


def main():
    bridle, which = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "all"
    rows = judge_all(bridle, find(), which)
    if "-v" in sys.argv:
        for r in rows:
            if r.name != r.want_class or r.phase != r.want_phase or r.incidents != 1:
                print(f"{r.file} want {r.want_phase}/{r.want_class} got {r.phase}/{r.name} {r.confidence} "
                      f"({r.incidents} incidents)")
    else:
        print(confusion(rows))
    print(which, len(rows), {k: round(v, 4) for k, v in scores(rows).items()})


if __name__ == "__main__":
    main()
