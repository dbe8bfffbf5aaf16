"""The normal life of a service, with every Gunicorn and every worker class of the matrix."""
import os
import pathlib
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

import processes
from client import Traffic, get
from sections import web
from waiting import until


def keys_of(combination):
    entry, name = combination
    keys = {"worker_class": entry["classes"][name], "workers": 2, "ready_workers": 1}
    if name == "uvicorn":
        keys["app"] = "hello:asgi"
    if name == "gthread":
        keys["threads"] = 2
    return keys


def loaded_times(path):
    return [float(line) for line in path.read_text().split()] if path.exists() else []


def test_from_start_to_stop(bridled, daemons, combination):
    """Start, a request, scaling, a replacement under traffic without one failed request, and a clean stop."""
    entry = combination[0]
    site = daemons(venv=entry["path"])
    loaded = site.root / "loaded"
    site.write(web(environment=f"SLOW=0.7 LOADED={loaded}", autostart="no", **keys_of(combination)))
    site.start()
    assert site.state() == "stopped"

    site.ctl("start", "web")
    ready = site.events.wait("web", "running")
    assert loaded_times(loaded), "running was claimed before any worker had loaded the application"
    assert ready["time"] >= min(loaded_times(loaded)), "ready was claimed before it was true"
    assert ready["time"] - site.events.of("web", "starting")[0]["time"] >= 0.7
    first = site.service()
    assert first["generation"] == 1 and first["restarts"] == 0
    assert get(site.address(), "/hello/1").body.startswith("/hello/1 hello ")

    site.wait_workers(2)
    assert sorted(site.workers()) == sorted(processes.children(first["master"]))
    site.ctl("scale", "web", "+1")
    site.wait_workers(3)
    site.ctl("scale", "web", "-1")
    site.wait_workers(2)
    site.ctl("scale", "web", 5)
    assert len(site.wait_workers(5)) == 5
    site.ctl("scale", "web", 2)

    with Traffic(site.address()) as traffic:
        until(lambda: traffic.good > 5, "traffic to flow")
        site.ctl("restart", "web")
        second = site.service()
        until(lambda: not processes.alive(first["master"]), "the old generation to go")
        before = traffic.good
        until(lambda: traffic.good > before + 20, "traffic to flow after the replacement")
    traffic.assert_nothing_lost(entry["version"], combination[1])
    assert second["generation"] == 2 and second["master"] != first["master"] and second["restarts"] == 0
    assert site.moves() == ["starting", "running", "replacing", "running"]

    site.ctl("stop", "web")
    assert site.state() == "stopped"
    until(lambda: processes.children(site.pid) == [site.call("Info")["watcher"]], "nobody to be left", 2)
    assert not pathlib.Path(site.address()).exists()
    with pytest.raises(FileNotFoundError):
        get(site.address())


@pytest.mark.parametrize("how", ["replace", "hup"])
def test_reload_brings_in_new_code(bridled, edge, how, tmp_path):
    """What is served after a reload is what is written, and the number of workers is what a person wanted."""
    tmp_path.chmod(0o755)
    code = tmp_path / "fresh.py"
    text = "from hello import respond\nVERSION = 'one'\ndef app(environ, start_response):\n" \
           "    start_response('200 OK', [])\n    return [VERSION.encode()]\n"
    code.write_text(text)
    site = bridled(web(app="fresh:app", pythonpath=str(tmp_path), reload_by=how, workers=2,
                       environment="PYTHONDONTWRITEBYTECODE=1"), venv=edge["path"])
    site.wait_state("running")
    site.ctl("scale", "web", 3)
    assert get(site.address()).body == "one"
    master = site.master()
    code.write_text(text.replace("'one'", "'two'"))
    site.ctl("reload", "web")
    until(lambda: {get(site.address()).body for _ in range(6)} == {"two"}, "only new code to answer")
    site.wait_workers(3)
    assert (site.master() == master) == (how == "hup")


def test_reload_of_broken_code_leaves_the_service_up(daemons):
    """A bare HUP would end the service (Gunicorn stops its workers before the new ones have loaded)."""
    site = daemons()
    switch = site.root / "broken"
    site.write(web(app="broken:app", environment=f"BROKEN_FILE={switch}", start_timeout="20s"))
    site.start().wait_state("running")
    master = site.master()
    switch.write_text("import")
    with Traffic(site.address()) as traffic:
        done = site.bridle("reload", "web")
    assert done.returncode == 1, done
    assert "web" in done.stderr
    traffic.assert_nothing_lost()
    assert (site.state(), site.master()) == ("running", master)
    assert "no_such_module" in site.log()


def test_a_cold_restart_goes_down_first(bridled):
    site = bridled(web())
    site.wait_state("running")
    site.ctl("restart", "--cold", "web")
    assert site.moves()[-3:] == ["restarting", "starting", "running"]


def test_a_request_in_flight_is_answered_at_stop(bridled):
    site = bridled(web())
    site.wait_state("running")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(get, site.address(), "/sleep?s=2")
        until(lambda: "sleeping" in site.log(), "the request to begin")
        site.ctl("stop", "web")
        assert slow.result().body.startswith("/sleep slept")


def test_who_does_not_run_takes_no_memory(bridled):
    """What the last look weighed is not told of it any more."""
    site = bridled(web())
    site.wait_workers(1)
    until(lambda: site.service(brief=True)["memory"], "it to be weighed")
    site.ctl("stop", "web")
    assert site.service(brief=True)["memory"] is None


def test_tcp_ipv6_and_several_addresses(bridled, free_ports):
    four, six = free_ports(2)
    site = bridled(web(bind=f"127.0.0.1:{four}, [::1]:{six} unix:{{root}}/web.sock", workers=2))
    site.wait_state("running")
    for address in (("127.0.0.1", four), ("::1", six), site.address()):
        assert get(address).status == 200
    assert len(site.service()["listeners"]) == 3
    with Traffic(("127.0.0.1", four)) as one, Traffic(("::1", six)) as two:
        site.ctl("restart", "web")
    one.assert_nothing_lost()
    two.assert_nothing_lost()


def test_fifty_services_at_once(bridled):
    """All up, all serving, all stopped, nobody left."""
    names = [f"s{number:02}" for number in range(50)]
    site = bridled(*(web(name, start_timeout="10m", timeout=600) for name in names))
    site.ctl("ready", "--wait", "300s", timeout=310)
    services = site.call("List")["services"]
    assert [service["state"] for service in services] == ["running"] * 50
    for name in names:
        assert get(site.address(name)).status == 200
    site.stop()


def test_an_end_that_counts_as_success(bridled):
    site = bridled(web(restart="on-failure", success_exit_status="SIGKILL"))
    os.kill(site.wait_state("running")["master"], signal.SIGKILL)
    assert site.wait_state("stopped")["restarts"] == 0
