"""What goes wrong with a Gunicorn by itself (outside.py), and what its log then proves: a scene a line. `python3 tests/lib/outside.py`
plays all of them with any Gunicorn; test_outside.py plays those that no other test makes happen."""
import collections

from acts import (asks, ends, in_use, kills, kills_booting, later, loops, master_dies, noise, serves, settles, signals, touched,
                  unread, upgrade, write)

Scene = collections.namedtuple("Scene", "want phase act options keys when")
SCENES = {}


def scene(name, want, phase, act, *options, when=lambda v, c: True, **keys):
    """WANT: the class, or a function of version and worker class; several that would all be right stand with a | between them, of
    PHASE as well. ACT: what is done. OPTIONS: of Gunicorn; KEYS: of Outside. WHEN: which versions and classes do so."""
    SCENES[name] = Scene(want, phase, act, options, keys, when)


def since(release, then, before):
    return lambda v, c: then if v >= release else before


def of(*classes):
    return lambda v, c: c in classes


def signal_told(then, before):
    return since((20, 1), then, before)


def code_told(then, before):
    return since((21,), then, before)


def bind_told(why):
    return since((23,), f"boot.bind-{why}", "boot.bind-unexplained")


def with_control(v, c):
    return v >= (25, 2)  # before, the socket is in the working directory


PRELOADED = ("--preload",)
NOWHERE = "/nowhere/at/all"
NOBODY = {"user": 65534}
SYNC = of("sync")

# ---- the application raises while it loads: one worker, four of them, and the master
RAISES = {
    "missing": ("import-missing", "import a_module_not_there"),
    "nested": ("import-missing", "import json.nothing_there"),
    "broken": ("import-broken", "from json import nothing_there"),
    "library": ("import-broken", "import ctypes; ctypes.CDLL('libnothing.so.5')"),
    "circular": ("import-circular", "import one"),
    "syntax": ("syntax-error", "def broken(:\n    pass"),
    "indent": ("syntax-error", "def f():\nreturn 1"),
    "value": ("app-exception", "raise ValueError('no')"),
    "name": ("app-exception", "undefined_name"),
    "chained": ("app-exception", "try:\n    {}['x']\nexcept KeyError as e:\n    raise ValueError('bad settings') from e"),
    "file": ("app-exception", "open('/nowhere/settings.json')"),
    "key": ("app-exception", "{}['x']"),
    "assert": ("app-exception", "assert 1 == 2"),
    "own": ("app-exception", "class Broken(Exception): pass\nraise Broken('as it is')"),
    "environ": ("env-missing", "import os; os.environ['DATABASE_URL']"),
    "refused": ("dependency-down", "import socket; socket.create_connection(('127.0.0.1', 1))"),
    "unknown": ("dependency-down", "import socket; socket.getaddrinfo('db.invalid', 5432)"),
    "url": ("dependency-down", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1/')"),
    "huge": ("memory-error", "x = bytearray(1 << 60)"),
    "limited": ("memory-error", "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))\n"
                                "x = []\nwhile True:\n    x.append('x' * (1 << 22))"),
}
CIRCLE = {"one.py": "from two import b\na = 1\n", "two.py": "from one import a\nb = 1\n"}
for word, (kind, text) in RAISES.items():
    scene(f"boot-{word}", f"boot.{kind}", "boot", ends, app=text + "\n", files=CIRCLE, workers=1)
    scene(f"boot-{word}-4", f"boot.{kind}", "boot", ends, app=text + "\n", files=CIRCLE, workers=4)
    scene(f"boot-{word}-preload", f"boot.{kind}", "boot", ends, *PRELOADED, app=text + "\n", files=CIRCLE)
PROGRAMS = {"no-module": ("import-missing", "nowhere:app"), "no-package": ("import-missing", "shop.wsgi:app"),
            "no-attribute": ("app-attribute", "app:application"), "not-callable": ("app-attribute", "app:hoard"),
            "unparsed": ("app-attribute", "app:app("), "factory": ("app-attribute", "app:create_app()"), "number": ("app-attribute", "app:5")}
for word, (kind, program) in PROGRAMS.items():
    scene(f"boot-{word}", f"boot.{kind}", "boot", ends, program=program)
    scene(f"boot-{word}-preload", f"boot.{kind}", "boot", ends, *PRELOADED, program=program)

# ---- the application ends its worker, again and again; 3 and 4 are how Gunicorn itself ends one that does not boot
PARSER = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--db', required=True)\np.parse_args()"
EXITS = {"0": "sys.exit(0)", "1": "sys.exit(1)", "5": "sys.exit(5)", "words": "sys.exit('no licence')", "parser": PARSER}
for n in (1, 2, 4):
    for word, text in EXITS.items():
        scene(f"exit-{word}-{n}", "boot.app-sysexit", "boot", loops(12), app=f"import sys, time\ntime.sleep(0.1)\n{text}\n", workers=n)
for word, text in {"sys": "sys.exit", "os": "os._exit"}.items():
    scene(f"exit-{word}-3", "boot.unexplained", "boot", ends, app=f"import os, sys\n{text}(3)\n", workers=1)
    scene(f"exit-{word}-4", "boot.app-attribute", "boot", ends, app=f"import os, sys\n{text}(4)\n", workers=1)
SILENT = "import os, time\ntime.sleep(0.6)\nos._exit({})\n"
scene("exit-silent", "boot.vanished", "boot", loops(16), app=SILENT.format(0))
scene("exit-code", code_told("boot.app-sysexit", "boot.vanished"), "boot", loops(16), app=SILENT.format(7))

# ---- killed, crashed and silent while it loads
DIES = {"9": "os.kill(os.getpid(), 9)", "11": "os.kill(os.getpid(), 11)", "7": "os.kill(os.getpid(), 7)", "abort": "os.abort()"}
BOOT_KILLED = signal_told("boot.killed-9-unexplained", "boot.vanished")
HANGS = "import time\ntime.sleep(20)\n"
for word, text in DIES.items():
    for n in (1, 2):
        scene(f"loading-{word}-{n}", BOOT_KILLED if word == "9" else signal_told("boot.crash-signal", "boot.vanished"), "boot",
              loops(14), app=f"import os, time\ntime.sleep(0.2)\n{text}\n", workers=n)
scene("loading-killed", BOOT_KILLED, "boot", kills_booting(9, 4), app=HANGS, workers=1)
for n in (1, 2):
    scene(f"loading-timeout-{n}", "boot.timeout", "boot", loops(2 * n + 1), "--timeout", "1", app=HANGS, workers=n, when=lambda v, c: v < (22,))

# ---- settings
scene("tmp-missing", "boot.worker-tmp", "boot", settles, "--worker-tmp-dir", NOWHERE)
scene("tmp-denied", "boot.worker-tmp", "boot", settles, "--worker-tmp-dir", "/usr", **NOBODY)
for word in ("nowhere.Worker", "nothing", "eventlet", "tornado", "uvicorn.workers.Nothing", "gunicorn.workers.ggevent.Nothing"):
    scene(f"class-{word}", "boot.worker-class", "startup-config", ends, "--worker-class", word, worker_class=None)
CONFIG = {
    "option": ("--not-an-option",), "value": ("--timeout", "soon"), "negative": ("--graceful-timeout", "-5"), "umask": ("--umask", "x"),
    "user": ("--user", "nobody-at-all"), "group": ("--group", "no-such-group"), "chdir": ("--chdir", NOWHERE),
    "missing": ("--config", NOWHERE), "module": ("--config", "python:nowhere.conf"), "workers": ("--workers", "many"),
    "keyfile": ("--keyfile", NOWHERE, "--certfile", NOWHERE), "statsd": ("--statsd-host", "a:b:c"), "logging": ("--log-config", NOWHERE),
    "port": ("--bind", "127.0.0.1:99999"),
}
FILES = {"syntax": "workers = \n", "raises": "raise RuntimeError('no')\n", "setting": "workers = 'many'\n", "name": "workers = count\n",
         "hook": "def pre_fork():\n    pass\n", "imports": "import nothing_there\n"}
for word, options in CONFIG.items():
    scene(f"config-{word}", "boot.config-error", "startup-config", ends, *options)
for word, text in FILES.items():
    scene(f"config-{word}", "boot.config-error", "startup-config", ends, "--config", "conf.py", files={"conf.py": text})
scene("config-program", "boot.config-error", "startup-config", ends, program=None)
scene("log-error", "boot.log-unwritable", "startup-config", ends, "--error-logfile", f"{NOWHERE}/x")
scene("log-access", "boot.log-unwritable", "startup-config", ends, "--access-logfile", f"{NOWHERE}/x")
scene("log-denied", "boot.log-unwritable", "startup-config", ends, "--error-logfile", "/etc/x.log", **NOBODY)
scene("pid-missing", "boot.pidfile", "startup-config", ends, "--pid", f"{NOWHERE}/x")
scene("pid-running", "boot.pidfile", "startup-config", ends, "--pid", "running", files={"running": "1\n"})
scene("pid-denied", "boot.pidfile", "startup-config", ends, "--pid", "/etc/x.pid", **NOBODY)
scene("bind-used", "boot.bind-in-use", "startup-config", in_use, late=True)
scene("bind-foreign", "boot.bind-address", "startup-config", ends, "--bind", "192.0.2.1:8000")
scene("bind-directory", bind_told("address"), "startup-config", ends, "--bind", f"unix:{NOWHERE}/x.sock")
scene("bind-denied", bind_told("permission"), "startup-config", ends, "--bind", "unix:/run/x.sock", **NOBODY)
scene("bind-long", bind_told("address"), "startup-config", ends, "--bind", "unix:/tmp/" + "x" * 120)
scene("bind-name", bind_told("address"), "startup-config", ends, "--bind", "nowhere.invalid:8000")

# ---- a worker that serves
scene("timeout", "runtime.timeout", "runtime", asks("/sleep-20", "WORKER TIMEOUT"), "--timeout", "2", when=SYNC)
scene("timeout-spin", "runtime.timeout", "runtime", asks("/spin", "WORKER TIMEOUT"), "--timeout", "2", when=of("sync", "gevent"))
scene("timeout-lock", "runtime.timeout", "runtime", asks("/lock", "WORKER TIMEOUT"), "--timeout", "2")
KILLED = signal_told("runtime.killed-9-unexplained", "runtime.vanished")
scene("killed", KILLED, "runtime", kills(9, wait=2))
scene("killed-young", KILLED, "runtime", kills(9), when=lambda v, c: v >= (20, 1))
scene("killed-one", KILLED, "runtime", kills(9, wait=2), workers=1)
scene("killed-two", KILLED, "runtime", kills(9, 2, wait=1.5), workers=4)
scene("killed-all", KILLED, "runtime", kills(9, 4, wait=1.5), workers=4, when=lambda v, c: v >= (20, 1))
scene("killed-request", KILLED, "runtime", kills(9, 1, "/sleep-9", wait=2))
CRASHED = signal_told("runtime.crash-signal", "runtime.vanished")
for word in ("kill-11", "kill-7", "kill-4", "abort", "segv"):
    scene(f"crash-{word}", CRASHED, "runtime", later(f"/{word}"))
scene("crash-twice", CRASHED, "runtime", later("/segv", "/segv"), workers=4,
      when=lambda v, c: v >= (20, 1))
for code in (0, 1, 7, 255):
    scene(f"code-{code}", code_told("runtime.worker-exit", "runtime.vanished") if code else "runtime.vanished", "runtime", later(f"/exit-{code}"))
scene("code-3", "boot.unexplained", "boot", later("/exit-3"))
for word, number in {"term": 15, "quit": 3, "hup": 1}.items():
    scene(f"worker-{word}", "runtime.worker-left|runtime.vanished", "runtime", kills(number, wait=1.5))
REQUESTS = {"large": "memory-error", "limited": "memory-error", "refused": "dependency-down", "unknown": "dependency-down",
            "url": "dependency-down", "full": "disk-full", "threads": "thread-exhausted", "divide": "unhandled-exception",
            "files": "fd-exhausted", "sysexit-5": "unhandled-exception|runtime.worker-exit|runtime.worker-left"}
for word, kind in REQUESTS.items():
    scene(f"request-{word}", f"runtime.{kind}", "runtime", serves(f"/{word}"), workers=1)
scene("noise", "client.noise", "runtime", noise, when=lambda v, c: v >= (21,))  # before, at debug level alone
scene("noise-debug", "client.noise", "runtime", noise, "--log-level", "debug")
scene("control-denied", "noise.control-socket", "boot", serves("/"), environment={"HOME": "/nonexistent"}, when=with_control, **NOBODY)

# ---- the master
scene("master-killed", "master.gone-unexplained", "runtime", master_dies, "--timeout", "2")
scene("master-killed-4", "master.gone-unexplained", "runtime", master_dies, "--timeout", "2", workers=4)
scene("fork", "master.fork-failed", "boot", ends, limits=("prlimit", "--nproc=1"), **NOBODY)
scene("unread", "runtime.reentrant-logging", "runtime", unread, workers=6, pipe=True, when=lambda v, c: (20, 1) <= v < (24,) and c == "sync")
HOOKS = {
    "on_starting(server)": ("master.crash", "startup-config", ends),
    "when_ready(server)": ("master.crash", "startup-config", ends),
    "pre_fork(server, worker)": ("master.crash", "boot", ends),
    "post_fork(server, worker)": ("boot.app-exception|boot.unexplained", "boot", settles),
    "post_worker_init(worker)": ("boot.app-exception|boot.unexplained", "boot", settles),
    "child_exit(server, worker)": ("master.crash", "runtime", kills(9, wait=1.5)),
    "on_exit(server)": ("shutdown.requested|master.crash", "shutdown|runtime", signals(15)),
    "on_reload(server)": ("master.crash", "reload|runtime", signals(1)),
}
for word, (want, phase, act) in HOOKS.items():
    text = f"def {word}:\n    raise ValueError('a hook')\n"
    scene(f"hook-{word.split('(')[0]}", want, phase, act, "--config", "conf.py", files={"conf.py": text})
scene("hook-printed", "master.crash", "boot", ends, "--config", "conf.py", files={"conf.py": "def when_ready(server):\n    raise RuntimeError('a hook')\n"})

# ---- on purpose
scene("healthy", "healthy.start", "boot", serves("/"))
scene("healthy-preload", "healthy.start", "boot", serves("/"), *PRELOADED)
scene("healthy-access", "healthy.start", "boot", serves("/", "/"), "--access-logfile", "-")
scene("hup", "recycle.reload-hup", "reload", signals(1), workers=4)
BROKEN = "import nothing_there\n"
scene("hup-broken", "boot.import-missing", "reload|boot", signals(1, before=write("app.py", BROKEN), seconds=2))
scene("hup-config", "boot.config-error", "reload", signals(1, before=write("conf.py", "workers = \n"), seconds=2), "--config", "conf.py",
      files={"conf.py": ""})
scene("usr2", "recycle.usr2-upgrade", "recycle", upgrade(True))
scene("usr2-both", "recycle.usr2-upgrade", "recycle", upgrade(False))
scene("usr2-broken", "boot.import-missing", "boot|recycle", upgrade(False, BROKEN))
scene("usr1", "recycle.log-reopen", "recycle", signals(10))
scene("ttin", "recycle.ttou", "recycle", signals(21, 21, 21))
scene("ttou", "recycle.ttou", "recycle", signals(22), workers=3)
scene("winch", "recycle.winch", "recycle", signals(28))
for word, number in {"term": 15, "int": 2, "quit": 3}.items():
    for n in (1, 4):
        scene(f"{word}-{n}", "shutdown.requested", "shutdown", signals(number), workers=n)
scene("term-request", "shutdown.requested", "shutdown", signals(15, path="/sleep-1", seconds=2))
FORCED = signals(15, path="/sleep-9", count=4, seconds=2.5)
for n in (1, 2, 4):
    scene(f"forced-{n}", "shutdown.forced-kill", "shutdown", FORCED, "--graceful-timeout", "1", workers=n,
          when=of("sync", "gevent"))  # a gthread worker leaves by itself then
scene("max-requests", "recycle.max-requests", "recycle", serves(*["/"] * 4), "--max-requests", "3")
scene("max-requests-jitter", "recycle.max-requests", "recycle", serves(*["/"] * 8), "--max-requests", "3", "--max-requests-jitter", "2", workers=1)
scene("reload-code", "recycle.reload-code", "reload", touched, "--reload")
