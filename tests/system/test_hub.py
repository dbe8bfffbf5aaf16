"""What goes wrong with sync and gthread (test_incidents.py, test_policies.py) goes wrong with gevent as well, and is named the same.
Side by side, a bridled for many: a hub changes none of it, so far as is known, and each by itself would take minutes."""
import os
import signal
import threading

import pytest

from sections import web
from test_incidents import BOOT
from troubles import ask_in_vain, ends_are_seen, note, settings, up, why
from waiting import until


@pytest.fixture
def hub(daemons, edge):
    """hub(NAME=KEYS, ...): a bridled with these services, which have been told to start."""
    if "gevent" not in edge["classes"]:
        pytest.skip(f"gevent does not work with Gunicorn {edge['version']} here")

    def begin(**services):
        made = daemons(venv=edge["path"])
        made.write(*[web(name, **settings("gevent", **keys)) for name, keys in services.items()])
        return made.start()
    return begin


def found(made, service, name, confidence=0):
    """The latest incident of class NAME; others may have come after it."""
    def look():
        return [one for one in why(made, 20, service) if one["class"] == name and one["confidence"] >= confidence]
    return until(look, f"{name} of {service}", 60)[0]


def test_what_fails_to_boot(hub, edge, figures):
    services = {how: {"environment": f"HOW={how}", "start_timeout": "2s" if how == "slow" else "60s", "timeout": 60} for how in BOOT}
    made = hub(**services, nothing={"app": "trouble:nothing"}, callable={"app": "trouble:not_callable"})
    for how, (name, word) in BOOT.items():
        if how.startswith("exit") and not ends_are_seen(made, edge if how == "exit1" else None):
            continue
        incident = found(made, how, name, 0.8)
        assert incident["phase"] == "boot" and incident["alarm"]
        assert word in made.ctl("why", how, "--last", "20")
        note(figures, edge, "gevent", incident)
    for service in "nothing", "callable":
        note(figures, edge, "gevent", found(made, service, "boot.app-attribute"))


def ask(path):
    return lambda made, service: ask_in_vain(made, path, service)


def stop_at_work(made, service):
    request = threading.Thread(target=ask_in_vain, args=(made, "/lock?s=30", service))
    request.start()
    until(lambda: "lock begins" in made.log(service), "the request to be in a worker")
    made.ctl("stop", service)
    request.join()


RUNTIME = {  # what the service is set to, what is done to it, and what that is called
    "nought": ({}, ask("/exit?code=0"), "runtime.worker-exit"),
    "three": ({}, ask("/exit?code=3"), "runtime.worker-exit"),
    "killed": ({}, lambda made, service: os.kill(made.master(service), signal.SIGKILL), "master.killed"),
    "asked": ({}, lambda made, service: os.kill(made.master(service), signal.SIGTERM), "master.stopped"),
    "scarce": ({"limit_nofile": 128, "timeout": 60}, ask("/open?n=110"), "runtime.fd-scarce"),
    "large": ({"workers": 1, "memory_max_worker": "80M", "timeout": 30}, ask("/leak?mb=100"), "recycle.memory-max-worker"),
    "memory": ({"workers": 1, "memory_max": "150M", "memory_swap_max": "0", "timeout": 30}, ask("/leak?mb=400"), "runtime.oom-kill"),
    "stopped": ({}, lambda made, service: made.ctl("stop", service), "shutdown.requested"),
    "forced": ({"graceful_timeout": "1s", "timeout": 60}, stop_at_work, "shutdown.forced-kill"),
}


def may_be_seen(made, edge, service):
    if service == "memory":  # no control group for it, else
        return os.geteuid() == 0 and not ("memory_max" in made.said() and "cannot" in made.said())
    if service in ("nought", "three", "large", "forced"):  # the others are not told by how a worker ends alone
        return ends_are_seen(made, edge if service == "three" else None)
    return True


def test_what_goes_wrong_later(hub, edge, figures):
    made = hub(**{service: keys for service, (keys, _, _) in RUNTIME.items()})
    for service, (keys, deed, _) in RUNTIME.items():
        up(made, keys.get("workers", 2), service)
        deed(made, service)
    for service, (_, _, name) in RUNTIME.items():
        if may_be_seen(made, edge, service):
            note(figures, edge, "gevent", found(made, service, name))
