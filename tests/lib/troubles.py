"""A service that gets into trouble (apps/trouble.py), and what Bridle says of it."""
import contextlib
import pathlib
import sys

import pytest

from client import get
from sections import web
from waiting import until


CLASSES = ["sync", "gthread"]
IN_A_CONTAINER = ["unshare", "--net"]  # for the kernel gives no process events there
REFUSE = [sys.executable, str(pathlib.Path(__file__).with_name("refuse.py"))]
IN_AN_OLD_CONTAINER = [*IN_A_CONTAINER, *REFUSE, "pidfds"]  # which tell nothing before Linux 6.15
WITH_GEVENT = [*CLASSES, "gevent"]  # where it is not clear that a hub changes nothing


def settings(worker_class, **keys):
    keys = {"app": "trouble:app", "worker_class": worker_class, "workers": 2, "ready_workers": 1, "timeout": 3,
            "start_limit": 3, **keys}
    if worker_class == "gthread":
        keys["threads"] = 4
    return keys


def troubled(daemons, edge, worker_class, **keys):
    """A bridled with that one service, which has been told to start."""
    made = daemons(venv=edge["path"])
    made.write(web(**settings(worker_class, **keys)))
    return made.start()


def classes_of(edge):
    """Those that this Gunicorn has: for tests that try them side by side in one bridled, because each takes long."""
    return [one for one in WITH_GEVENT if one in edge["classes"]]


def ends_are_seen(daemon, gunicorn=None):
    """Where the kernel tells nobody how workers end, as in most containers before Linux 6.15, what no line tells is not known to
    anybody. With GUNICORN: it is, by one that logs exit statuses, from 21 on."""
    return "how workers end is not seen" not in daemon.said() or (gunicorn is not None and int(gunicorn["version"].split(".")[0]) >= 21)


def needs_process_events(daemon, gunicorn=None):
    if not ends_are_seen(daemon, gunicorn):
        pytest.skip("NOT TESTED: no process events here, nor pidfds that tell (the watcher says so), and no line of this Gunicorn tells of such an end")


def note(figures, edge, worker_class, incident):
    """A line of the table in doc/INCIDENTS.md."""
    figures(f"incident: {incident['class']:<32} {incident['phase']:<16} {edge['version']:<8} {worker_class:<8} "
            f"{incident['confidence']:.2f}")


def why(daemon, last=None, name="web"):
    return daemon.call("Why", name=name, last=last)["incidents"]


def named(daemon, name, timeout=20, confidence=0, service="web"):
    """Until the latest incident is of class NAME, and that is as sure: the first death of a story may prove less than the next."""
    def look():
        found = why(daemon, name=service)
        return found[0] if found and found[0]["class"] == name and found[0]["confidence"] >= confidence else None
    try:
        return until(look, name, timeout)
    except AssertionError as error:
        seen = [(one["class"], one["facts"]) for one in why(daemon, 9, service)]
        raise AssertionError(f"{error}; there was {seen}") from None


def up(daemon, count=2, service="web"):
    return sorted(daemon.wait_workers(count, service, timeout=60))


def ask_in_vain(daemon, path, name="web"):
    with contextlib.suppress(OSError, EOFError):
        get(daemon.address(name), path, timeout=10)


def recycled(daemon, name):
    """The latest incident of class NAME, whatever came after it."""
    return until(lambda: [one for one in why(daemon, 9) if one["class"] == name], name, 30)[0]
