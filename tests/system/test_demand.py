"""start = on-demand and idle_stop: started by the first connection, stopped when nothing comes, and nobody is turned away.

    BRIDLE_ROUNDS=10      rounds of requests around the moment at which it is stopped (3)
"""
import os
import pwd
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import processes
from client import Traffic, connect, get
from sections import bridle, web
from waiting import stays, until

ROUNDS = int(os.environ.get("BRIDLE_ROUNDS", "3"))


def lazy(name="web", **keys):
    return web(name, **{"start": "on-demand", **keys})


def nobody(site, name="web"):
    """Nothing of the service runs."""
    return site.state(name) == "listening" and not [pid for pid in processes.descendants(site.pid)
                                                    if processes.environment(pid).get("BRIDLE_SERVICE") == name]


@pytest.mark.parametrize("where", ["unix", "TCP", "IPv6"])
def test_the_first_connection_starts_it_and_is_answered(bridled, free_ports, where):
    port, = free_ports(1)
    bind, address = {"unix": (None, None), "TCP": (f"127.0.0.1:{port}", ("127.0.0.1", port)),
                     "IPv6": (f"[::1]:{port}", ("::1", port))}[where]
    site = bridled(lazy(**({"bind": bind} if bind else {})))
    assert nobody(site) and site.service()["reason"] == "the first connection starts it"
    assert site.bridle("ready", "web").returncode == 0 and "listening" in site.ctl("status")
    assert get(address or site.address()).status == 200
    assert site.wait_state("running")["generation"] == 1
    assert site.events.wait("web", "starting")["reason"] == "a connection came"


def test_all_who_come_while_it_boots_are_answered(bridled):
    site = bridled(lazy(environment="SLOW=2"))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: get(site.address(), f"/{number}"), range(20)))
    assert [answer.status for answer in answers] == [200] * 20 and site.service()["generation"] == 1


@pytest.mark.parametrize("where", ["unix", "TCP"])
def test_it_is_stopped_when_nothing_comes_and_started_again(bridled, free_ports, where):
    port, = free_ports(1)
    address = ("127.0.0.1", port) if where == "TCP" else None
    site = bridled(lazy(idle_stop="1s", **({"bind": f"127.0.0.1:{port}"} if address else {})))
    for generation in 1, 2, 3:
        assert get(address or site.address()).status == 200
        until(lambda: nobody(site), "it to be stopped")
        seen = site.service()
        assert seen["reason"] == "nothing came for idle_stop; the next connection starts it"
        assert seen["restarts"] == 0
        until(lambda: len(site.events.of("web", "running")) == generation, "as many starts as requests")
    assert "Handling signal: term" in site.log(), "a graceful stop"


def test_what_comes_too_fast_to_be_seen_keeps_it(bridled):
    """Requests that are over long before anybody looks: one in every half second, idle_stop of two."""
    site = bridled(lazy(idle_stop="2s"))
    get(site.address())
    master = site.wait_state("running")["master"]
    ends = time.monotonic() + 6
    while time.monotonic() < ends:
        assert get(site.address()).status == 200
        stays(lambda: True, "", 0.5)
    assert processes.alive(master) and site.service()["generation"] == 1
    until(lambda: nobody(site), "it to be stopped when they end")


@pytest.mark.parametrize("where", ["unix", "TCP"])
def test_an_open_connection_keeps_it(bridled, free_ports, where):
    port, = free_ports(1)
    site = bridled(lazy(idle_stop="1s", worker_class="gthread", threads=2,
                        bind=f"unix:{{root}}/web.sock 127.0.0.1:{port}"))
    with connect(("127.0.0.1", port) if where == "TCP" else site.address(), 30) as one:
        one.sendall(b"GET /hello HTTP/1.1\r\nHost: test\r\n")
        site.wait_state("running")
        stays(lambda: site.state() == "running", "somebody is connected", 3)
        one.sendall(b"Connection: close\r\n\r\n")
        assert b"200 OK" in one.recv(65536)
    until(lambda: nobody(site), "it to be stopped")


def test_a_probe_of_ours_does_not_keep_it(bridled):
    site = bridled(lazy(idle_stop="2s", probe="/hello", probe_interval="300ms", socket_mode="0666"))
    get(site.address())
    site.wait_state("running")
    until(lambda: nobody(site), "it to be stopped", 15)


def test_boot_failures_back_off_and_the_connection_waits(bridled, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "late.py").write_text("from hello import app\nopen('%s/there').close()\n" % tmp_path)
    site = bridled(lazy(app="late:app", pythonpath=f"{tmp_path},{{apps}}"))
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(get, site.address())
        until(lambda: len(site.events.of("web", "waiting")) >= 2, "two failures")
        assert not answer.done()
        (tmp_path / "there").touch()
        assert answer.result().status == 200


def test_what_people_may_ask_for(bridled):
    site = bridled(lazy())
    assert "web" in site.ctl("start", "web") and site.state() == "running"
    site.ctl("stop", "web")
    with pytest.raises(OSError):
        connect(site.address(), 5)
    site.ctl("start", "web")
    assert get(site.address()).status == 200
    site.ctl("restart", "web")
    assert site.service()["generation"] == 3


def test_a_changed_configuration(bridled, free_ports):
    """Other addresses are listened on without a start; and once it need not wait, it does not."""
    old, new = free_ports(2)
    site = bridled(lazy(bind=f"127.0.0.1:{old}"))
    site.write(lazy(bind=f"127.0.0.1:{new}"))
    site.ctl("reload")
    assert nobody(site)
    with pytest.raises(ConnectionRefusedError):
        connect(("127.0.0.1", old), 5)
    assert get(("127.0.0.1", new)).status == 200
    site.write(lazy(bind=f"127.0.0.1:{new}", idle_stop="1s"))
    site.ctl("reload")
    until(lambda: nobody(site), "it to be stopped")
    site.write(web(bind=f"127.0.0.1:{new}"))
    site.ctl("reload")
    site.wait_state("running")
    site.write(web("other"), lazy("third"))
    site.ctl("reload")
    until(lambda: "web: forgotten" in site.said(), "it to be forgotten")
    site.write(web("other"))
    site.ctl("reload")
    until(lambda: "third: forgotten" in site.said(), "one that listened to be forgotten")


@pytest.mark.parametrize("name", ["sync", "gthread", "gevent"])
def test_nobody_is_turned_away_when_it_is_stopped(bridled, free_ports, figures, name):
    """Requests at random moments around the one at which it is stopped: just before, while it is being ended, and after."""
    port, = free_ports(1)
    keys = {"worker_class": name, **({"threads": 2} if name == "gthread" else {})}
    site = bridled(lazy(idle_stop="500ms", bind=f"unix:{{root}}/web.sock 127.0.0.1:{port}", **keys))
    addresses = [site.address(), ("127.0.0.1", port)]
    dice, answered = random.Random(7), 0

    def ask(address, after):
        time.sleep(after)
        return get(address).status

    with ThreadPoolExecutor(4) as pool:
        for number in range(ROUNDS * 6):
            rests = len(site.events.of("web", "listening"))
            if number % 2:  # who is being ended takes 0.2 s
                until(lambda: len(site.events.of("web", "listening")) > rests or site.state() == "listening", "a rest",
                      every=0.002)
                moments = [(address, dice.random() * 0.25) for address in addresses * 2]
            else:
                moments = [(address, 0.4 + dice.random() * 0.7) for address in addresses]
            statuses = list(pool.map(lambda one: ask(*one), moments))
            answered += len(statuses)
            assert statuses == [200] * len(moments)
    starts = len(site.events.of("web", "starting"))
    figures(f"{name}: {answered} requests around {starts} starts on demand, all answered")
    assert starts > ROUNDS * 3 and site.service()["restarts"] == 0


def test_ten_sites_on_a_machine_for_three(bridled, figures):
    names = [f"site{i}" for i in range(10)]
    site = bridled(*[lazy(name, idle_stop="2s") for name in names])
    assert all(nobody(site, name) for name in names)
    running = lambda: sum(site.state(name) != "listening" for name in names)  # noqa: E731
    most = 0
    for name in names * 2:
        until(lambda: running() < 3, "room for one more")
        assert get(site.address(name)).status == 200
        most = max(most, running())
    until(lambda: all(nobody(site, name) for name in names), "all to rest")
    with Traffic(site.address("site3")) as traffic:
        until(lambda: traffic.good > 50, "traffic")
        assert all(nobody(site, name) for name in names if name != "site3")
    assert traffic.failed == {}
    figures(f"ten sites on demand, each visited twice: at most {most} ran at once")
    assert 1 <= most <= 3


def test_a_watcher_that_is_killed_forgets_nothing(bridled):
    site = bridled(lazy(idle_stop="1s"))
    get(site.address())
    os.kill(site.call("Info")["watcher"], 9)
    until(lambda: nobody(site), "it to be stopped", 15)
    assert get(site.address()).status == 200


@pytest.mark.parametrize("how", ["as process 1", "as a plain user"])
def test_wherever_bridled_runs(daemons, as_root, how):
    wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] if how == "as process 1" else []
    if wrapper and subprocess.run([*wrapper, "true"], capture_output=True).returncode != 0:
        pytest.skip("PID namespaces are not allowed here")
    site = daemons(wrapper=wrapper, user=None if wrapper else pwd.getpwnam("nobody").pw_uid)
    site.write(lazy(idle_stop="1s"))
    site.start()
    for generation in 1, 2:
        assert get(site.address()).status == 200
        until(lambda: nobody(site), "it to be stopped")
        assert site.call("List", name="web", brief=True)["services"][0]["restarts"] == 0
        until(lambda: len(site.events.of("web", "listening", "running")) == generation, "as many stops as requests")
    inner = processes.children(site.pid)[0] if wrapper else site.pid
    os.kill(inner, signal.SIGTERM)
    assert site.wait() == 0
    site.assert_nothing_left()


def test_start_at_once_may_rest_too(bridled):
    site = bridled(web(idle_stop="1s"), bridle(log_level="debug"))
    until(lambda: nobody(site), "it to be stopped")
    assert get(site.address()).status == 200
