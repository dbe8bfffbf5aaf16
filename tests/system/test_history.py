"""`bridle history`: what happened to a service is kept, whoever dies; and how it has fared is remembered."""
import json
import os
import signal

import pytest

import processes
from client import get
from sections import program, web
from test_survival import info
from waiting import until

KINDS = {"moved", "asked", "scaled", "incident", "began"}


def history(site, name="web", **parameters):
    return site.call("History", name=name, **parameters)


def told(site, name="web"):
    """Kind and what of each, in order; of bridled itself nothing."""
    return [(one["kind"], one["what"]) for one in history(site, name, last=1000)["happenings"] if one["service"]]


def in_order(wanted, seen):
    rest = iter(seen)
    return all(one in rest for one in wanted)


def keeps(site, *wanted, name="web"):
    """Until WANTED are in its history, in this order, whatever is between them."""
    return until(lambda: in_order(wanted, seen := told(site, name)) and seen, f"{wanted} in the history; it has {told(site, name)}")


def requests_of(site, scale=0):
    """Of all points that are known."""
    trends = history(site)["trends"]
    return sum(point["requests"] or 0 for point in trends[scale]["points"]) if trends else 0


def test_what_happened_and_who_asked(bridled, edge):
    site = bridled(web(), venv=edge["path"])
    site.wait_workers(1)
    site.ctl("scale", "web", "2")
    site.ctl("restart", "web")
    site.ctl("signal", "web", "TTIN")
    site.ctl("stop", "web")
    site.ctl("start", "web")
    seen = keeps(site, ("moved", "running"), ("asked", "scale 2"), ("asked", "restart"), ("moved", "replacing"), ("moved", "running"),
                 ("asked", "signal TTIN"), ("asked", "stop"), ("moved", "stopping"), ("moved", "stopped"), ("asked", "start"),
                 ("moved", "starting"), ("moved", "running"))
    assert len(seen) < 25, "nothing is told twice"
    happenings = history(site, last=1000)["happenings"]
    assert all(one["uid"] == os.geteuid() for one in happenings if one["kind"] == "asked")
    assert all(one["uid"] is None for one in happenings if one["kind"] != "asked")
    assert [one["time"] for one in happenings] == sorted(one["time"] for one in happenings)
    last = [one for one in happenings if one["kind"] == "moved"][-1]
    assert last["generation"] == 3 and last["pid"] == site.master()
    assert not any(one["alarm"] for one in happenings)
    shown = site.ctl("history", "web")
    assert "bridle restart" in shown and f"uid {os.geteuid()}" in shown and "stopped as asked" in shown
    assert len(history(site, last=2)["happenings"]) == 2
    assert history(site, since=0)["happenings"] == []


def test_what_was_refused_did_not_happen(bridled):
    site = bridled(web(autostart="no"))
    assert site.bridle("restart", "web").returncode == 0  # it starts
    site.wait_workers(1)
    assert site.bridle("signal", "web", "SEGV").returncode != 0
    assert site.bridle("start", "web").returncode == 0  # it runs already
    assert [what for kind, what in told(site) if kind == "asked"] == ["restart"]


def test_how_a_master_ended(bridled, edge):
    site = bridled(web(workers=2), venv=edge["path"])
    site.wait_workers(2)
    master = site.master()
    os.kill(master, signal.SIGKILL)
    until(lambda: site.master() not in (None, master), "another master")
    keeps(site, ("moved", "running"), ("moved", "starting"), ("incident", "master.killed"))
    death = next(one for one in history(site)["happenings"] if one["what"] == "starting" and one["alarm"])
    assert f"master {master} was killed by SIGKILL" in death["words"] and (death["pid"], death["generation"]) == (master, 1)


@pytest.mark.parametrize("how", ["watcher", "killed", "reexec", "stopped"])
def test_it_outlives_everybody(bridled, how):
    site = bridled(web())
    site.wait_workers(1)
    site.ctl("restart", "web")
    before = keeps(site, ("moved", "running"), ("asked", "restart"), ("moved", "running"))
    watcher = site.call("Info")["watcher"]
    if how == "watcher":
        os.kill(watcher, signal.SIGKILL)
    elif how == "stopped":
        site.stop()
        site.start()
    else:
        site.come_back(how)
    until(lambda: (seen := info(site)) and seen["watcher"] != watcher, "another watcher")
    after = until(lambda: in_order(before, seen := told(site)) and seen, "what was there before")
    if how == "watcher":
        moves = [one for one in after if one[0] != "incident"]
        assert moves == [one for one in before if one[0] != "incident"], "what is known already is not told again"
    began = [one["what"] for one in history(site, last=1000)["happenings"] if one["kind"] == "began"]
    assert began == ["bridled", "watcher" if how == "watcher" else "bridled"]


def test_moves_that_no_watcher_saw(bridled):
    """The page has the last of them."""
    site = bridled(web(), web("other"))
    site.wait_workers(1)
    site.wait_workers(1, "other")
    keeps(site, ("moved", "running"))
    watcher, master = site.call("Info")["watcher"], site.master()
    os.kill(watcher, signal.SIGSTOP)
    os.kill(master, signal.SIGKILL)
    until(lambda: not processes.alive(master), "the master's end")
    os.kill(watcher, signal.SIGKILL)
    until(lambda: (seen := info(site)) and seen["watcher"] != watcher, "another watcher")
    until(lambda: site.state() == "running" and site.master() != master, "another master")
    keeps(site, ("moved", "running"), ("moved", "running"))
    assert ("moved", "running") in told(site, "other")


def test_incidents_are_among_it(bridled, edge):
    site = bridled(web(workers=2, timeout=3, app="trouble:app"), venv=edge["path"])
    site.wait_workers(2)
    os.kill(site.workers()[0], signal.SIGSEGV)
    keeps(site, ("moved", "running"), ("incident", "runtime.crash-signal"))
    found = next(one for one in history(site)["happenings"] if one["kind"] == "incident")
    assert found["alarm"] and found["words"] and found["uid"] is None


def test_how_it_has_fared(bridled, edge):
    site = bridled(web(workers=2), program("nap", "/bin/sleep 3600"), venv=edge["path"])
    site.wait_workers(2)
    for number in range(12):
        get(str(site.root / "web.sock"), f"/{number}")
    until(lambda: requests_of(site) == 12, "the requests in the points of 10 s")
    assert requests_of(site, 1) == requests_of(site, 2) == 12
    trends = history(site)["trends"]
    assert [(trend["step"], len(trend["points"])) for trend in trends] == [(10, 60), (120, 60), (1800, 48)]
    known = [point for point in trends[0]["points"] if point["workers"] is not None]
    assert known and all(point["workers"] in (0, 1, 2) for point in known)  # the fewest: one may still have been booting
    assert any(point["memory"] and point["memory"] > 1 << 20 for point in known)
    assert any(point["queue"] is not None for point in known)
    assert trends[0]["points"][0] == {"workers": None, "memory": None, "queue": None, "requests": None}
    shown = site.ctl("history", "web", "--since", "5m")
    assert "\nworkers   " in shown and "\nmemory    " in shown and "10s a column" in shown
    assert "30m a column" in site.ctl("history", "web", "--since", "3h")
    keeps(site, ("moved", "running"), name="nap")
    assert history(site, "nap")["trends"] == []


def test_a_journal_of_others_is_passed_over(bridled):
    """Another version, half a line, a long one, none of JSON; and what is printed does nothing to a terminal."""
    site = bridled(web())
    site.wait_workers(1)
    before = keeps(site, ("moved", "running"))
    good = {"version": 1, "time": 1795737236.5, "service": "web", "kind": "incident", "what": "evil\u001b[31m", "words": "\u009bx\r\nthere",
            "alarm": True}
    lines = [json.dumps(one, separators=(",", ":")) for one in (
        {**good, "version": 2}, {**good, "kind": "dream"}, {**good, "service": "other"}, {**good, "time": "now"}, [good],
        {**good, "words": "x" * 9000}, good)]
    with open(site.log_dir / "history.jsonl", "ab") as journal:
        journal.write(b'{"version":1,"service":"web\n\xff\xfe\0\n' + "\n".join(lines).encode() + b'\n{"version":1,"service":"web"')
    after = told(site)
    assert sorted(after) == sorted([*before, ("incident", "evil\u001b[31m")])
    shown = site.ctl("history", "web")
    assert "evil\\x1b[31m" in shown and "\u001b" not in shown and "\u009b" not in shown and "\r" not in shown
    os.unlink(site.log_dir / "history.jsonl")
    os.symlink("/etc/passwd", site.log_dir / "history.jsonl")
    assert told(site) == []
    os.unlink(site.log_dir / "history.jsonl")


def test_what_came_together_stays_in_its_order(bridled):
    """Of one millisecond: as it was written, also where the answer does not reach back to the first."""
    site = bridled(web(autostart="no"))
    with open(site.log_dir / "history.jsonl", "a") as journal:
        for number in range(8):
            journal.write(json.dumps({"version": 1, "time": 5.0, "service": "web", "kind": "moved", "what": f"move {number}",
                                      "words": ""}, separators=(",", ":")) + "\n")
    assert [one["what"] for one in history(site, last=5)["happenings"]] == [f"move {number}" for number in range(3, 8)]


def test_the_journal_is_bounded(bridled):
    site = bridled(web())
    site.wait_workers(1)
    keeps(site, ("moved", "running"))
    line = json.dumps({"version": 1, "time": 5.0, "service": "gone", "kind": "moved", "what": "running", "words": "x" * 200},
                      separators=(",", ":")) + "\n"
    with open(site.log_dir / "history.jsonl", "a") as journal:
        journal.write(line * (((1 << 20) + 4096) // len(line) + 1))
    site.ctl("restart", "web")
    keeps(site, ("moved", "running"), ("asked", "restart"), ("moved", "replacing"), ("moved", "running"))
    assert (site.log_dir / "history.jsonl.1").stat().st_size < (1 << 20) + 12000
    assert (site.log_dir / "history.jsonl").stat().st_size < 1 << 20


def test_what_is_asked_is_checked(bridled):
    site = bridled(web(autostart="no"))
    for parameters in ({"last": 0}, {"last": 1001}, {"last": "x"}, {"last": 1.5}, {"since": -1}, {"since": "1h"}, {"since": 1e300}):
        assert site.refused("History", name="web", **parameters).name == "InvalidParameter", parameters
    assert site.refused("History", name="wab").name == "NoSuchService"
    assert site.refused("History").name == "InvalidParameter"
    for words in (["history"], ["history", "web", "--last", "0"], ["history", "web", "--since", "soon"], ["history", "web", "x"]):
        assert site.bridle(*words).returncode == 2, words
    assert site.bridle("history", "wab").returncode == 3


def test_events_name_the_master_that_lives(bridled):
    site = bridled(web())
    site.wait_workers(1)
    site.ctl("restart", "web")
    ready = until(lambda: site.events.of("web", "running", "replacing"), "the event of its second generation")[0]
    assert (ready["pid"], ready["generation"]) == (site.master(), 2)
