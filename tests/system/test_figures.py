"""What Gunicorns tell of themselves: heard, counted, sent on, and never in anybody's way."""
import os
import pathlib
import signal
import socket
import time

import pytest

import processes
from client import get
from sections import web
from test_survival import info
from waiting import until


def address_of(site):
    return str(site.root / "web.sock")


def told_of(site, name="web"):
    return site.call("List", name=name)["services"][0]["figures"]


def port_of(site):
    """Where figures go. A Gunicorn has written its title over its command line, so bridled is asked."""
    sockets = {os.readlink(f"/proc/{site.pid}/fd/{n}") for n in os.listdir(f"/proc/{site.pid}/fd")}
    rows = [line.split() for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]]
    return next(int(row[1].rpartition(":")[2], 16) for row in rows if f"socket:[{row[9]}]" in sockets)


def listener():
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.bind(("127.0.0.1", 0))
    heard.settimeout(30)
    return heard


def test_requests_are_counted(bridled, gunicorn):
    """Each version of the matrix."""
    site = bridled(web(workers=2), venv=gunicorn["path"])
    site.wait_workers(2)
    assert told_of(site) is None  # nobody has asked it for anything
    for number in range(15):
        get(address_of(site), f"/{number}")
    get(address_of(site), "/sleep?s=0.5")
    told = until(lambda: (f := told_of(site)) and f["requests"] >= 16 and f, "the requests to be counted")
    assert told["requests"] == 16 and told["status"] == [0, 16, 0, 0, 0] and told["recent"] == told["status"]
    assert told["p50_ms"] < 500 <= told["p95_ms"] and 500 / 16 <= told["mean_ms"] < 500
    assert told["rate"] > 0 and told["workers"] in (1, 2)
    shown = site.ctl("status", "web")
    assert "requests  " in shown and "half within" in shown


def test_they_outlive_the_watcher(bridled, edge):
    """Nobody is refused while there is none, and the next one finds what came, and counts on from what was."""
    site = bridled(web(), venv=edge["path"])
    site.wait_workers(1)
    for _ in range(3):
        get(address_of(site), "/")
    until(lambda: (f := told_of(site)) and f["requests"] == 3, "three requests")
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGSTOP)  # nobody reads
    for _ in range(5):
        assert get(address_of(site), "/")
    os.kill(watcher, signal.SIGKILL)
    until(lambda: (seen := info(site)) and seen["watcher"] != watcher, "another watcher")
    told = until(lambda: (f := told_of(site)) and f["requests"] == 8 and f, "what came meanwhile to be counted")
    assert told["status"] == [0, 8, 0, 0, 0]
    assert site.call("Advise", name="web")["measures"]["requests"] == 8
    assert "statsd" not in site.log("web")


def test_they_go_with_their_service(bridled, edge):
    """Another one by its name begins at nothing."""
    site = bridled(web(), web("other"), venv=edge["path"])
    site.wait_workers(1)
    get(address_of(site), "/")
    until(lambda: (f := told_of(site)) and f["requests"] == 1, "the request to be counted")
    site.write(web("other"))
    site.ctl("reload")
    until(lambda: [one["name"] for one in site.call("List")["services"]] == ["other"], "it to be gone")
    site.write(web(), web("other"))
    site.ctl("reload")
    site.wait_workers(1)
    assert told_of(site) is None
    get(address_of(site), "/")
    until(lambda: (f := told_of(site)) and f["requests"] == 1, "the request to be counted")


@pytest.mark.parametrize("how", ["reexec", "killed"])
def test_they_outlive_bridled(bridled, how):
    site = bridled(web())
    site.wait_workers(1)
    master = site.master()
    get(address_of(site), "/")
    until(lambda: (f := told_of(site)) and f["requests"] == 1, "the first request to be counted")
    began = time.monotonic()
    site.come_back(how)
    until(lambda: site.master() == master, "the Gunicorn to be known again")
    get(address_of(site), "/")
    before = how == "reexec"  # what was counted is kept by bridled, in memory
    until(lambda: (f := told_of(site)) and f["requests"] == before + 1, "the request to be counted")
    least = time.monotonic() - began  # its answer is of some moment between these two
    since = told_of(site)["since"]
    assert since >= least if before else since <= time.monotonic() - began, "it says since when it counts"
    assert f"in all {before + 1} since " in site.ctl("status", "web")
    if how == "reexec":  # while a killed one is away, nobody is there: Gunicorn may say so
        assert "statsd" not in site.log("web")


@pytest.mark.parametrize("prefix", ["", "shop.eu"])
def test_they_go_on_to_where_the_user_wants_them(bridled, edge, prefix):
    """Exactly as Gunicorn would have sent them itself."""
    with listener() as heard:
        site = bridled(web(statsd_host=f"127.0.0.1:{heard.getsockname()[1]}", statsd_prefix=prefix or None,
                           dogstatsd_tags="env:test"), venv=edge["path"])
        site.wait_workers(1)
        get(address_of(site), "/")
        wanted = {f"{prefix and prefix + '.'}gunicorn.{key}" for key in
                  ("workers:1|g|#env:test", "requests:1|c|@1.0|#env:test", "request.status.200:1|c|@1.0|#env:test")}
        while wanted:
            wanted.discard(heard.recv(2000).decode())
        until(lambda: (f := told_of(site)) and f["requests"] == 1, "the request to be counted as well")


def test_whoever_decided_otherwise_is_left_alone(bridled, edge, tmp_path):
    with listener() as heard:
        (tmp_path / "settings.py").write_text("statsd_host = None\n")
        site = bridled(web("off", statsd="no"), web("file", config=tmp_path / "settings.py"),
                       web("args", args=f"--statsd-host=127.0.0.1:{heard.getsockname()[1]} --statsd-prefix=mine"),
                       venv=edge["path"])
        for name in ("off", "file", "args"):
            site.wait_workers(1, name)
            get(str(site.root / f"{name}.sock"), "/")
            assert told_of(site, name) is None, name
        assert heard.recv(2000).startswith(b"mine.gunicorn.")


def test_strangers_are_counted_for_nothing(bridled, edge):
    site = bridled(web(), venv=edge["path"])
    site.wait_workers(1)
    get(address_of(site), "/")
    until(lambda: (f := told_of(site)) and f["requests"] == 1, "the request to be counted")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for words in (b"", b"x", b"other/.gunicorn.requests:5|c", b"web/.gunicorn.requests:-5|c", b"/" * 60000,
                      b"web/.gunicorn.requests:5|c\nweb/.gunicorn.requests:5|c", b"web/.gunicorn.requests:9" + b"9" * 30 + b"|c",
                      b"\0" * 1401, b"web/" + b"x" * 5000):
            stranger.sendto(words, ("127.0.0.1", port_of(site)))
        stranger.sendto(b"web/.gunicorn.requests:4|c", ("127.0.0.1", port_of(site)))
    until(lambda: told_of(site)["requests"] == 5, "the last of them, which claims to be ours")
    assert told_of(site)["status"] == [0, 1, 0, 0, 0]


def test_a_busy_service_does_not_wake_the_watcher_for_each_request(bridled, edge):
    site = bridled(web(), venv=edge["path"])
    site.wait_workers(1)
    watcher = site.call("Info")["watcher"]
    before = processes.wakeups(watcher)
    for _ in range(400):
        get(address_of(site), "/")
    woken = processes.wakeups(watcher) - before
    until(lambda: (f := told_of(site)) and f["requests"] == 400, "all of them to be counted")
    assert woken < 200, "1200 datagrams are heard by the clock"
