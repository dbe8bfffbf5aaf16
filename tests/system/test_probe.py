"""A service is asked over its own socket before it counts as ready, and while it runs."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from client import get
from sections import web
from waiting import stays, until

# Answers /health with the status in the file STATUS, and what it was asked with goes to standard error.
SICK = """import os, sys
from hello import respond
def app(environ, start_response):
    path = environ["PATH_INFO"]
    status = open(os.environ["STATUS"]).read().strip() if path == "/health" else "200"
    if path == "/health":
        print("probed", environ["HTTP_HOST"], environ["QUERY_STRING"], file=sys.stderr, flush=True)
    if status == "hang":
        import time; time.sleep(600)
    body = respond(path, environ["QUERY_STRING"])
    start_response(status + " x", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture
def sick(daemons, tmp_path, free_ports):
    """sick(status, **settings): a daemon with a service that answers its probe so."""
    tmp_path.chmod(0o755)
    (tmp_path / "sick.py").write_text(SICK)

    def make(status, **keys):
        site = daemons()
        site.status, site.port = tmp_path / "status", free_ports(1)[0]
        site.status.write_text(status)
        site.write(web(app="sick:app", pythonpath=f"{tmp_path},{site.apps}", environment=f"STATUS={site.status}",
                       **{"probe": "/health?deep=1", "probe_host": "shop.example", "bind": f"0.0.0.0:{site.port}",
                          "autostart": "no", "start_timeout": "3s", "stop_timeout": "2s", "graceful_timeout": "1s", **keys}))
        return site.start()
    return make


@pytest.mark.parametrize("bind", ["TCP", "IPv6", "unix"])
def test_ready_when_the_probe_is_answered(sick, bind, free_ports):
    where = {"TCP": {}, "IPv6": {"bind": f"[::]:{free_ports(1)[0]}"},
             "unix": {"bind": "unix:{root}/web.sock", "socket_mode": "0666"}}[bind]
    site = sick("503", start_timeout="30s", **where)
    site.begin()
    until(lambda: "probed shop.example deep=1" in site.log(), "the probe")
    stays(lambda: site.state() == "starting", "not ready while the probe fails", 0.5)
    site.status.write_text("204")
    site.wait_state("running")
    count = site.log().count("probed")
    stays(lambda: site.log().count("probed") == count, "no probe while it runs", 1)


def test_a_failing_probe_fails_the_start_and_is_named(sick):
    site = sick("503", start_limit=1)
    done = site.bridle("start", "web")
    assert done.returncode == 1 and "status 503" in done.stderr, done


def test_tcp_is_enough_when_asked_for(sick):
    site = sick("503", probe="tcp")
    site.ctl("start", "web")
    assert "probed" not in site.log()


@pytest.mark.parametrize("status, wanted, ready", [("401", 401, True), ("200", 204, False), ("302", 0, True)])
def test_the_status_that_is_wanted(sick, status, wanted, ready):
    site = sick(status, probe_status=wanted, start_limit=1)
    assert (site.bridle("start", "web").returncode == 0) == ready


def test_an_answer_that_does_not_come(sick):
    site = sick("hang", probe_timeout="300ms", start_limit=1)
    done = site.bridle("start", "web")
    assert done.returncode == 1 and "probe_timeout" in done.stderr, done


def test_a_replacement_whose_probe_fails_leaves_the_old_one(sick):
    site = sick("200", workers=2)
    site.ctl("start", "web")
    master = site.master()
    site.status.write_text("500")
    done = site.bridle("restart", "web")
    assert done.returncode == 1 and "status 500" in done.stderr, done
    assert (site.state(), site.master()) == ("running", master)


@pytest.mark.parametrize("bind", [{}, {"bind": "unix:{root}/web.sock", "socket_mode": "0666"}], ids=["TCP", "unix"])
def test_the_new_generation_is_asked_itself(sick, tmp_path, bind):
    """Beside an old one that answers as wanted on the same listener."""
    site = sick("200", workers=2, start_timeout="4s", **bind)
    site.ctl("start", "web")
    master = site.master()
    (tmp_path / "bad").write_text("500")
    text = site.config.read_text()
    assert f"STATUS={site.status}" in text
    site.config.write_text(text.replace(f"STATUS={site.status}", f"STATUS={tmp_path / 'bad'}"))
    site.ctl("reload")
    until(lambda: "replacing -> running" in site.said(), "the replacement to fail")
    assert (site.state(), site.master()) == ("running", master)
    (tmp_path / "bad").write_text("200")
    site.ctl("restart", "web")
    assert site.service()["generation"] == 3


@pytest.mark.parametrize("action", ["none", "replace", "restart"])
def test_unhealthy_while_running(sick, action):
    site = sick("200", probe_interval="100ms", probe_failures=3, probe_window=4, on_unhealthy=action, workers=2)
    site.ctl("start", "web")
    master = site.master()
    until(lambda: site.log().count("probed") > 5, "probes while it runs")
    assert "unhealthy" not in site.said()
    site.status.write_text("500")
    until(lambda: "web: unhealthy: 3 of the last 4 probes failed" in site.said(), "the verdict")
    until(lambda: "runtime.unhealthy" in site.ctl("why", "web"), "the incident")
    if action == "none":
        stays(lambda: site.master() == master and site.state() == "running", "nothing is done", 0.5)
        return
    site.status.write_text("200")
    until(lambda: site.master() not in (None, master), "a new generation")
    site.wait_state("running")
    moves = [event["to"] for event in site.events.of("web")]
    assert ("replacing" if action == "replace" else "restarting") in moves, moves
    assert f"Bridle {action}{'d' if action == 'replace' else 'ed'} it: on_unhealthy" in site.ctl("why", "web", "--last", "9")
    # what did not help is not done again and again
    master = site.master()
    site.status.write_text("500")
    until(lambda: site.said().count("web: unhealthy") == 3, "two more verdicts")
    stays(lambda: site.master() == master and site.state() == "running", "nothing is done", 0.5)


def test_no_probe_while_connections_wait(sick):
    """One more request would make overload worse; and who is overloaded is not unwell."""
    site = sick("200", probe_interval="100ms", probe_timeout="200ms", on_unhealthy="restart")
    site.ctl("start", "web")
    master, address = site.master(), ("127.0.0.1", site.port)
    until(lambda: "probed" in site.log(), "probes while it runs")
    with ThreadPoolExecutor() as pool:
        slow = [pool.submit(get, address, "/sleep?s=0.5") for _ in range(6)]
        until(lambda: site.log().count("sleeping") == 1, "the first of them to be answered")
        before = site.log().count("probed")
        until(lambda: site.log().count("sleeping") == 6, "the last of them to begin")
        assert site.log().count("probed") <= before + 1
        assert all(one.result().status == 200 for one in slow)
    assert site.master() == master and "unhealthy" not in site.said()
    until(lambda: site.log().count("probed") > before + 3, "probes again")
