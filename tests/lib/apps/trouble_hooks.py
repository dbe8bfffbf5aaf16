"""A configuration file of Gunicorn with hooks that are in the way: HOOK says which."""
import os

HOOK = os.environ.get("HOOK", "")


def pre_fork(server, worker):
    if HOOK == "raise":
        raise RuntimeError("a hook that fails")


def nworkers_changed(server, new, old):
    if HOOK == "leave" and old:
        os._exit(0)
