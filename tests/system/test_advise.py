"""`bridle advise`: what it is made of is measured right, and too little of it is no advice. What is advised from how much is tried
without a clock, in tests/unit/test_advise.c."""
import json
import os

import pytest

from client import get
from sections import program, web
from waiting import until


def advise(site, name="web"):
    return site.call("Advise", name=name)


def test_too_little_is_no_advice(bridled, edge):
    site = bridled(web(workers=2), venv=edge["path"])
    site.wait_workers(2)
    answer = until(lambda: (a := advise(site))["measures"]["worker"] and a, "a look at the workers")
    assert answer["advice"] == [] and len(answer["missing"]) == 2
    assert "it takes 10m" in answer["missing"][0] and "told nothing" in answer["missing"][1]
    get(str(site.root / "web.sock"), "/")
    until(lambda: "answered 1 request" in advise(site)["missing"][1], "the request to be counted")
    done = site.bridle("advise", "web")
    assert done.returncode == 7 and done.stdout == ""
    assert "too little was seen of web" in done.stderr and "it takes 1000" in done.stderr
    done = site.bridle("advise", "web", "--json")
    assert done.returncode == 7 and json.loads(done.stdout)["advice"] == []


def test_what_it_is_made_of(bridled, edge):
    site = bridled(web(workers=2), venv=edge["path"])
    site.wait_workers(2)
    for _ in range(9):
        get(str(site.root / "web.sock"), "/")
    get(str(site.root / "web.sock"), "/sleep?s=0.4")
    until(lambda: advise(site)["measures"]["requests"] == 10, "the requests to be counted")
    measures = until(lambda: (m := advise(site)["measures"])["worker"] and m, "a look at the workers")
    assert 400 <= measures["longest_ms"] < 10000 and 40 <= measures["mean_ms"] < measures["longest_ms"]
    assert 1 << 20 < measures["worker"] < 1 << 30 and 1 << 20 < measures["rss"] < 1 << 30
    assert measures["growth"] is None and measures["timeouts"] == 0
    assert 1 <= measures["cpus"] <= os.cpu_count()
    total = next(int(line.split()[1]) * 1024 for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    assert 1 << 20 < measures["memory"] <= total * 1.1  # pages of files may count for both
    until(lambda: advise(site)["measures"]["watched"] > 0, "another look, by itself")


@pytest.mark.parametrize("then", ["killed", "changed"])
def test_workers_that_did_not_answer_count(bridled, edge, then):
    """As long as they tell of the timeout that is set, and belong to what was measured: incidents are remembered for longer."""
    site = bridled(web(workers=2, timeout=2), venv=edge["path"])
    site.wait_workers(2)
    until(lambda: advise(site)["measures"]["since"] is not None, "the first look")
    try:
        get(str(site.root / "web.sock"), "/sleep?s=60")
    except (OSError, EOFError):
        pass  # its worker was ended
    until(lambda: advise(site)["measures"]["timeouts"] == 1, "the worker that was ended to be counted")
    until(lambda: site.call("Why", name="web", last=9)["incidents"][-1]["over"], "all that belongs to it to be told")
    if then == "killed":
        site.process.kill()
        site.wait()
        site.start()
    else:
        site.write(web(workers=2, timeout=120))
        site.ctl("reload")
    until(lambda: (m := advise(site)["measures"])["since"] is not None and m["timeouts"] == 0, "it to count no more")
    assert "runtime.timeout" in site.ctl("why", "web", "--last", "9"), "it is remembered all the same"


def test_programs_are_not_advised_on(bridled):
    site = bridled(program("nap", "/bin/sleep 3600"))
    assert site.refused("Advise", name="nap").name == "Refused"
    assert site.refused("Advise", name="nip").name == "NoSuchService"
    assert site.refused("Advise").name == "InvalidParameter"
    assert site.bridle("advise", "nap").returncode == 7
    assert site.bridle("advise").returncode == 2


def test_one_that_does_not_run(bridled):
    site = bridled(web(autostart="no"))
    assert advise(site)["advice"] == [] and len(advise(site)["missing"]) >= 3
