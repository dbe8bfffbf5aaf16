"""The rest of the catalogue: what is quickly made to go wrong, in many services of one bridled side by side, and each is named."""
import os

from client import get
from sections import web
from troubles import CLASSES, ask_in_vain, classes_of, ends_are_seen, named, note, settings, up, why
from waiting import until

NOWHERE = "/nowhere/at/all"
HOOKS = "--config {apps}/trouble_hooks.py"

# settings, class, phase, and a word of what `bridle why` says
BOOT = {
    "broken": ({"environment": "HOW=broken"}, "boot.import-broken", "boot", "a_name_that_is_not_there"),
    "hungry": ({"environment": "HOW=hungry"}, "boot.memory-error", "boot", "MemoryError"),
    "killed": ({"environment": "HOW=killed"}, "runtime.killed-9-sent", "boot", "SIGKILL"),
    "slow": ({"environment": "HOW=slow", "timeout": 1, "start_timeout": "60s"}, "boot.timeout", "boot", "WORKER TIMEOUT"),
    "tmp": ({"args": f"--worker-tmp-dir {NOWHERE}"}, "boot.worker-tmp", "boot", NOWHERE),
    "hook": ({"environment": "HOOK=raise", "args": HOOKS}, "master.crash", "startup-config", "a hook that fails"),
    "tasks": ({"tasks_max": 1}, "master.fork-failed", "boot", "fork"),
    "option": ({"args": "--not-an-option"}, "boot.config-error", "startup-config", "usage: gunicorn"),
    "log": ({"args": f"--error-logfile {NOWHERE}/x"}, "boot.log-unwritable", "startup-config", NOWHERE),
    "pid": ({"args": f"--pid {NOWHERE}/x"}, "boot.pidfile", "startup-config", NOWHERE),
    "address": ({"bind": None, "args": "--bind 192.0.2.1:8000"}, "boot.bind-address", "startup-config", "192.0.2.1"),
    "denied": ({"user": "nobody", "bind": None, "args": "--bind unix:/x.sock"}, "boot.bind-permission", "startup-config", "/x.sock"),
    "silent": ({"user": "nobody", "bind": None, "args": "--bind unix:/x.sock"}, "boot.bind-unexplained", "startup-config", "Retrying"),
    "class": ({"worker_class": "nowhere.Worker"}, "boot.worker-class", "startup-config", "nowhere"),
}


def happens(made, edge, name):
    """Does this Gunicorn, and this machine, do so?"""
    major = int(edge["version"].split(".")[0])
    return {
        "slow": major < 22,  # from then on, not before the first heartbeat (gunicorn-facts 6.1)
        "denied": os.geteuid() == 0 and major > 22,  # before, the reason is logged at debug level alone
        "silent": os.geteuid() == 0 and major <= 22,
        "tasks": os.geteuid() == 0 and "tasks_max" not in made.said(),  # no control group for it, else
        "killed": ends_are_seen(made),
    }.get(name, True)


def test_what_else_fails_to_start(daemons, edge, figures):
    made = daemons(venv=edge["path"])
    made.write(*[web(f"{name}-{one}", **{**settings(one, timeout=60, start_limit=1), **({"threads": None} if name == "class" else {}), **keys})
                 for name, (keys, *_) in BOOT.items() if "user" not in keys or os.geteuid() == 0 for one in CLASSES])
    made.start()
    for name, (_, kind, phase, word) in BOOT.items():
        for one in CLASSES if happens(made, edge, name) else []:
            incident = named(made, kind, 60, 0.8, f"{name}-{one}")
            assert incident["phase"] == phase and incident["alarm"], incident
            assert word in " ".join(made.ctl("why", f"{name}-{one}").split())
            note(figures, edge, one, incident)


REQUESTS = {
    "hungry": ("/hungry", "runtime.memory-error"),
    "refused": ("/refused", "runtime.dependency-down"),
    "full": ("/full", "runtime.disk-full"),
    "threads": ("/threads", "runtime.thread-exhausted"),
    "open": ("/open?n=99", "runtime.fd-exhausted"),
}


def test_what_else_goes_wrong_in_a_request(daemons, edge, figures):
    """The worker lives on, and others of its requests may succeed."""
    cases = [(f"{name}-{one}", one, path, kind) for name, (path, kind) in REQUESTS.items() for one in classes_of(edge)
             if (name, one) != ("threads", "gevent")]  # to which they are no threads
    made = daemons(venv=edge["path"])
    made.write(*[web(service, **settings(one, workers=1, timeout=60, limit_nofile=64)) for service, one, _, _ in cases])
    made.start()
    for service, _, path, _ in cases:
        up(made, 1, service)
        ask_in_vain(made, path, service)
    for service, one, _, kind in cases:
        incident = named(made, kind, 60, 0.8, service)
        assert incident["phase"] == "runtime" and incident["alarm"] and incident["died"] == 0
        note(figures, edge, one, incident)


def test_what_else_happens_to_one_that_serves(daemons, edge, figures, tmp_path):
    """Its master leaves without a word, its probe fails, a file of it is changed, and it gets a signal that means nothing to it."""
    classes = classes_of(edge)
    made = daemons(venv=edge["path"])
    kinds = {
        "leave": ({"environment": "HOOK=leave", "args": HOOKS}, "master.gone-unexplained"),
        "sick": ({"environment": f"SICK={tmp_path}/sick", "probe": "/health", "probe_interval": "100ms", "socket_mode": "0666"}, "runtime.unhealthy"),
        "changed": ({"app": "changed:app", "pythonpath": f"{tmp_path},{{apps}}", "args": "--reload"}, "recycle.reload-code"),
        "winch": ({}, "recycle.winch"),
    }
    tmp_path.chmod(0o755)
    (tmp_path / "changed.py").write_text("from hello import app\n")
    made.write(*[web(f"{name}-{one}", **settings(one, workers=1, timeout=60, **keys)) for name, (keys, _) in kinds.items() for one in classes])
    made.start()
    for name in kinds:
        for one in classes:
            up(made, 1, f"{name}-{one}")
    for one in classes:
        get(made.address(f"changed-{one}"), "/")
        made.ctl("signal", f"leave-{one}", "TTIN")
        made.ctl("signal", f"winch-{one}", "WINCH")
    (tmp_path / "sick").touch()
    (tmp_path / "changed.py").write_text("from hello import app  # another\n")
    for name, (_, kind) in kinds.items():
        for one in classes:
            incident = until(lambda service=f"{name}-{one}", kind=kind: [
                seen for seen in why(made, 9, service) if seen["class"] == kind and seen["confidence"] >= 0.8], f"{kind} of {one}", 60)[0]
            assert incident["alarm"] == (not kind.startswith("recycle"))
            note(figures, edge, one, incident)
