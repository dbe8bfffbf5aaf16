"""What is deployed is broken: the old generation must not lose a request, and the command must say what is wrong."""
import socket

import pytest

import processes
from client import Traffic, get
from load import KeptTraffic
from sections import web
from waiting import until

# BROKEN of apps/broken.py, and what the command must name
WAYS = {"import": "no_such_module", "syntax": "SyntaxError", "missing": "app", "exit-3": "exit", "slow": "not ready in time",
        "beat": "not ready in time"}


def deploy(site):
    """Replace under load. What the command said, having failed; nothing may have been lost."""
    before = site.service()
    with Traffic(site.address()) as once, KeptTraffic(site.address()) as kept:
        until(lambda: once.good > 5 and kept.good > 5, "load to flow")
        done = site.bridle("restart", "web")
        until(lambda: len(processes.children(site.pid)) == 2, "what was to replace it to end")
        seen = once.good, kept.good
        until(lambda: once.good > seen[0] + 5 and kept.good > seen[1] + 5, "load to flow on")
    assert (once.failed, kept.failed) == ({}, {})
    assert done.returncode == 1, done
    after = site.service()
    assert (after["state"], after["master"], after["generation"]) == ("running", before["master"], before["generation"])
    return done.stderr


@pytest.mark.parametrize("how", WAYS)
def test_a_broken_application(daemons, how):
    site = daemons()
    switch = site.root / "broken"
    site.write(web(app="broken:app", environment=f"BROKEN_FILE={switch}", worker_class="gthread", threads=2, workers=2,
                   start_timeout="4s", stop_timeout="2s", graceful_timeout="1s"))
    site.start().wait_workers(2)
    switch.write_text(how)
    words = deploy(site)
    assert WAYS[how] in words and "bridle why web, bridle logs web" in words, words
    switch.unlink()
    site.ctl("restart", "web")
    assert site.service()["state"] == "running"


def test_a_port_that_cannot_be_bound(daemons):
    site = daemons()
    site.write(web(workers=2))
    site.start().wait_workers(2)
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        site.write(web(workers=2, bind=f"unix:{{root}}/web.sock 127.0.0.1:{port}"))
        site.bridle("reload")
        site.wait_state("running")
        words = deploy(site)
        assert str(port) in words, words
    site.ctl("restart", "web")
    assert len(site.service()["listeners"]) == 2


def test_the_cause_is_of_this_deployment(daemons):
    """What an earlier one wrote is not the cause, and what it writes itself is found behind whatever the old generation writes."""
    site = daemons()
    switch = site.root / "broken"
    site.write(web(app="broken:app", environment=f"BROKEN_FILE={switch}", worker_class="gthread", threads=2, workers=2,
                   start_timeout="4s", stop_timeout="2s", graceful_timeout="1s"))
    site.start().wait_workers(2)
    get(site.address(), "/stream?tag=chatter&rate=500")
    switch.write_text("import")
    assert "no_such_module" in deploy(site)
    switch.write_text("slow")
    words = deploy(site)
    assert "not ready in time" in words and "no_such_module" not in words, words


# settings that no Gunicorn starts with, and what the command must name
SETTINGS = {"option": ({"args": "--no-such-option"}, "no-such-option"), "class": ({"worker_class": "nonsense"}, "nonsense"),
            "module": ({"app": "nowhere:app"}, "nowhere"), "factory": ({"app": "hello:nothing()"}, "nothing"),
            "preload": ({"app": "broken:app", "environment": "BROKEN=variable", "preload_app": "yes"},
                        "A_VARIABLE_THAT_NOBODY_SET"),
            "config": ({"config": "{root}/broken.conf.py"}, "SyntaxError")}


@pytest.mark.parametrize("what", SETTINGS)
def test_settings_that_no_gunicorn_starts_with(daemons, what):
    keys, named = SETTINGS[what]
    site = daemons()
    (site.root / "broken.conf.py").write_text("this is no python\n")
    site.write(web(workers=2))
    site.start().wait_workers(2)
    site.write(web(**{"workers": 2, "start_timeout": "20s", **keys}))
    site.bridle("reload")
    site.wait_state("running")
    words = deploy(site)
    assert named in words and "bridle logs web" in words, words
