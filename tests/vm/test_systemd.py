"""A machine whose process 1 is systemd: bridled as the unit of contrib, and units that move to it. One boot for all cases
(inside_systemd.py has them)."""
import contextlib
import functools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import corpus  # noqa: E402
import image  # noqa: E402
import image_systemd  # noqa: E402
import inside_systemd  # noqa: E402
from daemon import BUILD, load_matrix  # noqa: E402
from machine import Boot  # noqa: E402
from sections import bridle, web  # noqa: E402

PYTHON = "{venv}/bin/python3"
# Patience is for Gunicorn, too: it ends workers that do not boot within its timeout.
COMMAND = "{venv}/bin/gunicorn --chdir {apps} --timeout 120 --graceful-timeout 60 --no-control-socket"
UNITS = {
    "cases.target": "[Unit]\nRequires=basic.target\nAfter=basic.target\nWants=cases.service multi-user.target\nAllowIsolate=yes\n",
    "cases.service": "[Unit]\nAfter=multi-user.target\n[Service]\n"
                     f"ExecStart={PYTHON} {inside_systemd.__file__}\n",
    "tcp.service": f"[Service]\nUser=shop\nGroup=shop\nExecStart={COMMAND} -w 2 -b 127.0.0.1:8001 hello:app\nRestart=always\n"
                   "[Install]\nWantedBy=multi-user.target\n",
    "own.service": "[Service]\nUser=shop\nGroup=shop\nRuntimeDirectory=own\nRestart=always\n"
                   f"ExecStart={COMMAND} \\\n    --workers 2 \\\n    --bind unix:/run/own/web.sock hello:app\n"
                   "[Install]\nWantedBy=multi-user.target\n",
    "act.service": "[Unit]\nRequires=act.socket\nAfter=network.target\n[Service]\nType=notify\nUser=shop\nGroup=shop\n"
                   f"ExecStart={COMMAND} --workers 2 hello:app\nKillMode=mixed\nRestart=on-failure\n"
                   "[Install]\nWantedBy=multi-user.target\n",
    "site-of@.service": "[Service]\nEnvironment=WHO=unit PLACE=%i\nExecStart=/bin/sleep 1\n",
    "site-of@.service.d/20-b.conf": "[Service]\nEnvironment=WHO=template LATE=template\n",
    "site-of@.service.d/30-c.conf": "[Service]\nEnvironment=LATE=c\n",
    "site-@.service.d/40-d.conf": "[Service]\nEnvironment=LATE=prefix\n",
    "site-@eu.service.d/50-e.conf": "[Service]\nEnvironment=PREFIX=instance\n",
    "site-@.service.d/50-e.conf": "[Service]\nEnvironment=PREFIX=template\n",
    "site-.service.d/60-f.conf": "[Service]\nEnvironment=PREFIX=none\n",
    "service.d/15-all.conf": "[Service]\nEnvironment=EVERY=service\n",
    "act.socket": "[Socket]\nListenStream=/run/act.sock\nSocketUser=shop\nSocketMode=0666\n[Install]\nWantedBy=sockets.target\n",
}


# Of the corpus: what each is called here, and what it needs to be there.
HELLO = "def application(environ, start):\n    start('200 OK', [('Content-Length', '6')])\n    return [b'hello\\n']\n"
DONE = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 0\n"
USERS = {"shop": 990, "praxiapp": 991, "ooniapi": 992}
OTHERS = {
    "praxi": ("013-hassan19775113-backend.service", {
        "/opt/praxiapp/backend/.env": "DATABASE_URL=postgres://u:p@h/d?x=1\n",
        "/opt/praxiapp/backend/praxi_backend/wsgi.py": HELLO, "/opt/praxiapp/backend/staticfiles/": "",
        "/opt/praxiapp/backend/media/": "", "/var/log/praxiapp/": "",
        "/etc/systemd/system/postgresql.service": DONE, "/etc/systemd/system/redis.service": DONE}),
    "ooni": ("023-ooni-backend.service", {
        "/etc/ooni/api.gunicorn.py": "bind = '127.0.0.1:8472'\npythonpath = '/opt/ooni'\n",
        "/opt/ooni/ooniapi/wsgi.py": HELLO, "/var/lib/ooniapi/": ""}),
}


def gunicorn(name, **keys):
    return web(name, **{"bind": f"unix:/run/{name}.sock", "timeout": "120", "start_timeout": "120s", "graceful_timeout": "60s",
                        "stop_timeout": "90s", **keys})


def files(environment):
    unit = (image.TESTS.parent / "contrib/init/bridle.service.in").read_text()
    made = {f"/etc/systemd/system/{name}": text for name, text in UNITS.items()}
    made |= {
        "/usr/lib/systemd/system/site-of@.service": "[Service]\nEnvironment=HIDDEN=yes\nExecStart=/bin/sleep 2\n",
        "/usr/lib/systemd/system/site-of@eu.service.d/20-b.conf": "[Service]\nEnvironment=WHO=instance\n",
        "/usr/lib/systemd/system/site-of@eu.service.d/10-a.conf": "[Service]\nEnvironment=WHO=a LATE=a EVERY=a\n",
        "/etc/systemd/system/bridle.service": unit.replace("@bindir@", "/usr/bin").replace("@sbindir@", "/usr/sbin"),
        "/etc/bridle/bridle.ini": bridle(include="conf.d/*.ini") + gunicorn("web") + gunicorn(
            "bound", memory_max="120M", memory_high="110M", tasks_max="20", cpu_quota="150%", cpu_weight="50"),
        "/etc/passwd": image.PASSWD + "".join(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/sh\n" for name, uid in USERS.items()),
        "/etc/group": image.GROUP + "".join(f"{name}:x:{uid}:\n" for name, uid in USERS.items()),
    }
    for name, (source, stubs) in OTHERS.items():
        if units():
            made[f"/etc/systemd/system/{name}.service"] = (units() / source).read_text()
            made |= {path: text for path, text in stubs.items() if path[-1] != "/"}
    for old, new in {"{venv}": str(environment), "{apps}": str(image.TESTS / "lib/apps")}.items():
        made = {name: text.replace(old, new) for name, text in made.items()}
    return made


def units():
    found = corpus.find()
    return found and found.parent / "units"


def add_systemd(environment, archive):
    image_systemd.add(archive)
    archive.link("/usr/bin/gunicorn3", str(environment / "bin/gunicorn"))
    archive.link("/opt/praxiapp/venv", str(environment))
    for path in ("/home", "/var/tmp", *(one[:-1] for _, stubs in OTHERS.values() for one in stubs if one[-1] == "/")):
        archive.directory(path, 0o1777)
    archive.link("/etc/systemd/system/default.target", "cases.target")
    archive.directory("/etc/bridle/conf.d")


@pytest.fixture(scope="session")
def life(tmp_path_factory):
    """The one boot of all cases."""
    newest = load_matrix()[-1]
    if not newest["path"]:
        pytest.skip("no environment with a Gunicorn of its own")
    where = tmp_path_factory.mktemp("systemd")
    try:
        kernel = image.kernel()
        image.build(where / "archive", BUILD, pathlib.Path(newest["path"]), files(newest["path"]),
                    functools.partial(add_systemd, pathlib.Path(newest["path"])))
        boot = Boot(where, kernel, where / "archive", timeout=400)
    except image.Unavailable as reason:
        pytest.skip(f"no machine with systemd can be made here: {reason}")
    yield boot
    with contextlib.suppress(OSError):
        (where / "archive").unlink()


@pytest.mark.parametrize("name", [one.__name__ for one in inside_systemd.CASES])
def test_inside(life, name):
    if name.startswith("a_unit_with") and not units():
        pytest.skip("the corpus of units is not beside the repository")
    assert name in life.results, f"it did not come to that\n{life.picture()}"
    assert not life.results[name]["failure"], f"{life.results[name]['failure']}\n{life.picture()}"


def test_the_machine_ends_well(life):
    assert "end" in life.results and life.status == 0, life.picture()
    assert "panic" not in life.console, life.picture()
