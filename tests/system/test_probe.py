"""A service is asked over its own socket before it counts as ready, and while it runs."""
import contextlib
import os
import signal
import subprocess

import pytest

import processes
from client import Traffic, connect, get
from sections import program, web
from test_blind import NO_SIGHT
from test_survival import Reaper, kill_and_start, wait_reborn
from waiting import stays, until

# Answers /health with the status in the file STATUS, and what it was asked with goes to standard error.
SICK = """import os, sys
from hello import respond
def app(environ, start_response):
    path = environ["PATH_INFO"]
    status = open(os.environ["STATUS"]).read().strip() if path == "/health" else "200"
    if path == "/health":
        print("probed", environ["HTTP_HOST"], environ["QUERY_STRING"], status, file=sys.stderr, flush=True)
    if status == "hang":
        import time; time.sleep(600)
    body = respond(path, environ["QUERY_STRING"])
    start_response(status + " x", [("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture
def sick(daemons, tmp_path, free_ports):
    """sick(status, **settings): a daemon, below WRAPPER, with a service that answers its probe so."""
    tmp_path.chmod(0o755)
    (tmp_path / "sick.py").write_text(SICK)

    def make(status, wrapper=(), **keys):
        site = daemons(wrapper=wrapper)
        site.status, site.port = tmp_path / "status", free_ports(1)[0]
        site.status.write_text(status)
        site.write(web(app="sick:app", pythonpath=f"{tmp_path},{site.apps}", environment=f"STATUS={site.status}",
                       **{"probe": "/health?deep=1", "probe_host": "shop.example", "bind": f"0.0.0.0:{site.port}",
                          "autostart": "no", "start_timeout": "8s", "stop_timeout": "2s", "graceful_timeout": "1s", **keys}))
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
    site = sick("503", probe="tcp", start_timeout="60s")
    site.ctl("start", "web")
    assert "probed" not in site.log()


@pytest.mark.parametrize("status, wanted, ready", [("401", 401, True), ("200", 204, False), ("302", 0, True)])
def test_the_status_that_is_wanted(sick, status, wanted, ready):
    site = sick(status, probe_status=wanted, start_limit=1, start_timeout="60s" if ready else "8s")
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


UNIX = {"bind": "unix:{root}/web.sock", "socket_mode": "0666"}


def begin_another(site, status):
    """Its code is new: what that answers is in a file of its own, which is returned."""
    made = site.status.with_name("another")
    made.write_text(status)
    site.config.write_text(site.config.read_text().replace(f"STATUS={site.status}", f"STATUS={made}"))
    site.ctl("reload")
    return made


def await_refusals(site, count):
    """So many more of what answers with status 500; whoever may have been asked in its place answers with 200."""
    before = site.log().count("probed shop.example deep=1 500")
    until(lambda: site.log().count("probed shop.example deep=1 500") >= before + count, "probes of the new generation")
    assert site.state() == "replacing" and site.service()["generation"] == 1


@pytest.mark.parametrize("bind", [{}, UNIX], ids=["TCP", "unix"])
@pytest.mark.parametrize("name", ["sync", "gthread", "gevent"])
def test_the_new_generation_is_asked_itself(sick, name, bind):
    """However eager the workers of the old one are, which answer as wanted on the same listener."""
    site = sick("200", workers=2, worker_class=name, start_timeout="60s", **bind)
    site.ctl("start", "web")
    old = site.master()
    address = site.address() if bind else ("127.0.0.1", site.port)
    with Traffic(address) as traffic:
        another = begin_another(site, "500")
        await_refusals(site, 8)
        another.write_text("200")
        until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to take over")
        until(lambda: not processes.alive(old), "the old one to go")
    assert traffic.failed == {} and traffic.good > 0
    assert not list(site.run_dir.glob("door*"))
    assert get(address).status == 200


def test_one_that_goes_on_failing_is_ended(sick):
    site = sick("200", workers=2, **UNIX)
    site.ctl("start", "web")
    master = site.master()
    another = begin_another(site, "500")
    until(lambda: "replacing -> running" in site.said(), "the replacement to fail")
    assert (site.state(), site.master()) == ("running", master)
    assert not list(site.run_dir.glob("door*"))
    another.write_text("200")
    site.ctl("restart", "web")
    assert site.service()["generation"] == 3


@pytest.mark.parametrize("bind", [{}, UNIX], ids=["TCP", "unix"])
def test_it_is_asked_by_whoever_comes_after_us(sick, bind):
    """bridled becomes another, crashes and is killed while the new generation is being asked."""
    site = sick("200", workers=2, start_timeout="60s", **bind)
    site.ctl("start", "web")
    old = site.master()
    another = begin_another(site, "500")
    await_refusals(site, 2)
    # services are numbered in the order of the file: what is asked is no more at the number that it had
    site.config.write_text(site.config.read_text().replace("[gunicorn:web]", program("first", "/bin/sleep 3600") + "[gunicorn:web]"))
    site.ctl("reexec")
    await_refusals(site, 2)
    os.kill(site.pid, signal.SIGSEGV)
    wait_reborn(site, "crashes", 1)
    await_refusals(site, 2)
    with Reaper(*processes.descendants(site.pid)):
        kill_and_start(site)
        await_refusals(site, 2)
        another.write_text("200")
        until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to take over")
        until(lambda: not processes.alive(old), "the old one to go")
    assert not list(site.run_dir.glob("door*"))


WITHOUT_IPV6 = ["unshare", "--net", "sh", "-c",
                'ip link set lo up && echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 && exec "$@"', "sh"]


def test_everywhere_is_asked_where_ipv6_is_switched_off(as_root, sick):
    """One socket listens for both then, and ::1 is nobody's."""
    if subprocess.run([*WITHOUT_IPV6, "true"], capture_output=True).returncode != 0:
        pytest.skip("no network namespace can be had, or none with IPv6")
    site = sick("200", wrapper=WITHOUT_IPV6, bind=":8000", start_timeout="60s")
    site.ctl("start", "web")
    another = begin_another(site, "500")
    await_refusals(site, 2)
    another.write_text("200")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to take over")


def test_it_is_asked_by_who_may_look_at_nobody(as_root, sick):
    """Heartbeats are not seen then: it is taken for ready after a time, and answers as it should or not all the same."""
    site = sick("200", wrapper=NO_SIGHT, start_timeout="60s")
    assert "assumed ready" in site.ctl("start", "web")
    another = begin_another(site, "500")
    await_refusals(site, 3)
    another.write_text("200")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to take over")


def test_nothing_is_given_up_for_one_that_fails(sick):
    """Where workers are exchanged one by one, the old generation has all of its own until the new one has answered."""
    site = sick("200", workers=3, replace="one-by-one", min_ready="100ms", start_timeout="60s", **UNIX)
    site.ctl("start", "web")
    site.wait_workers(3)
    another = begin_another(site, "500")
    await_refusals(site, 5)
    assert [one["generation"] for one in site.service()["workers"]].count(1) == 3
    another.write_text("200")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "it to take over")
    site.wait_workers(3)


@pytest.mark.parametrize("action", ["none", "replace", "restart"])
def test_unhealthy_while_running(sick, action):
    site = sick("200", probe_interval="100ms", probe_failures=3, probe_window=4, on_unhealthy=action, workers=2,
                start_timeout="60s")
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
    site = sick("200", probe_interval="100ms", probe_timeout="200ms", on_unhealthy="restart", start_timeout="60s")
    site.ctl("start", "web")
    master, address = site.master(), ("127.0.0.1", site.port)
    until(lambda: "probed" in site.log(), "probes while it runs")
    with contextlib.ExitStack() as stack:
        # the first is answered when all others have long been in the queue
        slow = [stack.enter_context(connect(address, 60)) for _ in range(5)]
        for one, seconds in zip(slow, (3, 0.5, 0.5, 0.5, 0.5)):
            one.sendall(f"GET /sleep?s={seconds} HTTP/1.0\r\n\r\n".encode())
        before = site.log().count("probed")
        until(lambda: site.log().count("sleeping") == 5, "the last of them to begin")
        assert site.log().count("probed") <= before + 1
        for one in slow:
            assert b" 200 " in one.recv(100)
    assert site.master() == master and "unhealthy" not in site.said()
    until(lambda: site.log().count("probed") > before + 3, "probes again")
