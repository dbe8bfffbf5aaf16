"""Units and sections of other people, imported, started, and compared with what systemd or supervisord gave by their manuals.

The machine that each was written for is stubbed (tests/lib/elsewhere.py): its users, its directories, an application that says
hello. Everything else is real: `bridle import` reads the file as it is, bridled starts what it printed, and /proc tells what
the master has. What it should have is read out of the source a second time, here, in Python: systemd.exec(5),
systemd.service(5) and systemd.socket(5) in few words, nothing of Bridle's.
"""
import collections
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys

import pytest

import processes
from client import get
from conftest import MATRIX
from daemon import sanitizer_settings
from test_import import CORPUS, bridle_import, needs_corpus
from sections import bridle
from waiting import until

LIB = pathlib.Path(__file__).resolve().parent.parent / "lib"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
HELLO = "def application(environ, start):\n    start('200 OK', [('Content-Length', '6')])\n    return [b'hello\\n']\n" \
    "app = application\ndef create_app():\n    return application\n"
ASGI = "async def application(scope, receive, send):\n    if scope['type'] == 'lifespan':\n" \
    "        while True:\n            message = await receive()\n" \
    "            await send({'type': message['type'] + '.complete'})\n" \
    "            if message['type'] == 'lifespan.shutdown':\n                return\n" \
    "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n" \
    "    await send({'type': 'http.response.body', 'body': b'hello\\n'})\n"
EMPTY = ["/home", "/opt", "/srv", "/run", "/var/www", "/var/log", "/var/lib", "/path", "/webDev", "/app"]

# ---- the ten, and two more ----

Case = collections.namedtuple("Case", "sources users files venv app name adds kind", defaults=({}, "unit"))
ACTIVATED = {"VIRTUAL_ENV": "/home/hildenae/bin/checkdmarc-flask/venv",
             "PATH": "/home/hildenae/bin/checkdmarc-flask/venv/bin:" + PATH}
CASES = {
    "a socket unit beside it": Case(
        ["units/002-Arfs6-AccessibilityHub.service", "units/007-benoitc-gunicorn.socket"], ["ubuntu"], {},
        "/home/ubuntu/AccessibilityHub/env",
        "/home/ubuntu/AccessibilityHub/src/accessibilityHub/accessibilityHub/wsgi.py", "shop"),
    "an option twice, a file of variables": Case(
        ["units/010-CuangWilliamOOP-DMS.service"], ["dms"],
        {"/etc/dms.env": "# of DMS\nDEBUG=0\nSECRET='a b # c'\nLONG=one \\\ntwo\n; off\nQUOTED=\"x\\\"y\" \nEMPTY=\n"},
        "/srv/dms/app/.venv", "/srv/dms/app/backend/backend/wsgi.py", "shop"),
    "a sandbox, and PATH of its own": Case(
        ["units/013-hassan19775113-backend.service"], ["praxiapp"],
        {"/opt/praxiapp/backend/.env": "DATABASE_URL=postgres://u:p@h/d?x=1\nDJANGO_SETTINGS_MODULE=praxi_backend.of_file\n",
         "/var/log/praxiapp/": None, "/opt/praxiapp/backend/staticfiles/": None, "/opt/praxiapp/backend/media/": None},
        "/opt/praxiapp/venv", "/opt/praxiapp/backend/praxi_backend/wsgi.py", "shop"),
    "a shell that activates and executes": Case(
        ["units/018-Kagee-checkdmarc-flask.service"], ["hildenae"],
        {"/home/hildenae/bin/checkdmarc-flask/systemd/gunicorn.env": "RESOLVER=127.0.0.1\n"},
        "/home/hildenae/bin/checkdmarc-flask/venv", "/home/hildenae/bin/checkdmarc-flask/checkdmarc-flask.py", "shop",
        ACTIVATED),
    "capabilities, system calls and a limit": Case(
        ["units/023-ooni-backend.service"], ["ooniapi"],
        {"/etc/ooni/api.gunicorn.py": "bind = '127.0.0.1:8472'\npythonpath = '/opt/ooni'\n", "/var/lib/ooniapi/": None},
        "/usr/bin/gunicorn3", "/opt/ooni/ooniapi/wsgi.py", "shop"),
    "an asynchronous worker": Case(
        ["units/045-zhao27j-nanoCMDB.service"], ["nanoadmin"], {},
        "/webDev/.venv", "/webDev/nanoCMDB/nanocmdb/asgi.py", "shop"),
    "uv run": Case(
        ["units/058-unknown-46233358437.service"], ["vantracker"], {"/etc/vantracker.env": "VAN=blue\n"},
        "/opt/vantracker/vantracker/.venv", "/opt/vantracker/vantracker/vantracker/webhook.py", "shop",
        {"VIRTUAL_ENV": "/opt/vantracker/vantracker/.venv",
         "PATH": "/opt/vantracker/vantracker/.venv/bin:/opt/vantracker/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"}),
    "an instance of a template": Case(
        ["units/060-unknown-60264220523.service"], ["shop"], {"/home/shop/etc/production.env": "SITE=shop\n"},
        "/home/shop/venv", "/home/shop/sites/shop/shopsite/wsgi.py", "site@shop"),
    "a daemon": Case(
        ["units/061-unknown-66853375107.service"], [], {}, "/path/to/venv",
        "/path/to/dashboard-app/backend/dashboard_project/wsgi.py", "shop"),
    "secrets in the unit, Gunicorn's own configuration": Case(
        ["units/022-nworbnhoj-qwikgame.service"], ["django"], {"/etc/gunicorn.d/gunicorn.py": "timeout = 77\n"},
        "/usr/bin/gunicorn3", "/home/django/qwikgame/qwikgame/wsgi.py", "shop"),
    "supervisord: environment of several lines": Case(
        ["supervisord/002-arcosesd2-Adel-Resort.conf"], ["adel"], {}, "/home/adel/adel-beach-resort/backend/venv",
        "/home/adel/adel-beach-resort/backend/hotel/wsgi.py", "gunicorn", {}, "supervisord"),
    "supervisord: as root, by a shell": Case(
        ["supervisord/009-tle06-eaubbies.conf"], [], {}, "/usr/bin/gunicorn", "/app/wsgi.py", "eaubbies", {},
        "supervisord"),
}


# ---- what systemd gives, by its documentation ----

def read_unit(text):
    """(section, directive) -> values in order; an empty one takes those before it away (systemd.syntax(7))."""
    found, section = collections.defaultdict(list), ""
    for line in re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^\s*[#;].*\n", "", text)).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line[1:-1]
        elif "=" in line:
            name, value = (part.strip() for part in line.split("=", 1))
            found[section, name] = [] if value == "" else [*found[section, name], value]
    return found


def read_environment_file(text):
    """systemd.exec(5), EnvironmentFile=: what the files of this test need of it."""
    found = {}
    for line in re.sub(r"\\\n", "", text).splitlines():
        if line and line[0] not in "#;" and "=" in line:
            name, value = line.split("=", 1)
            found[name] = "".join(shlex.split(value)) if value[:1] in "'\"" else value.strip()
    return found


class Expected:
    """What the main process of a unit has."""

    def __init__(self, case, texts):
        self.case = case
        instance = case.name.partition("@")[2]
        self.unit = read_unit(re.sub("%i", instance, "\n".join(texts)))
        self.user = self.last("User", "root")
        self.listeners = self.unit["Socket", "ListenStream"]
        # a shell, env, uv run: they all execute what follows, in the end
        words = shlex.split(self.last("ExecStart"))
        words = shlex.split(words[2].replace(";", " ; ")) if words[1:2] == ["-c"] else words
        self.arguments = words[max(at for at, word in enumerate(words) if re.search(r"gunicorn3?$", word)) + 1:]

    def last(self, name, default=None):
        values = self.unit["Service", name]
        return values[-1] if values else default

    def is_on(self, name):
        return self.last(name, "no") in ("yes", "true", "1", "on")

    def environment(self):
        found = {"PATH": PATH, "LANG": "C.UTF-8"}
        if self.last("RuntimeDirectory"):
            found["RUNTIME_DIRECTORY"] = "/run/" + self.last("RuntimeDirectory")
        for value in self.unit["Service", "Environment"]:
            found |= dict(word.split("=", 1) for word in shlex.split(value))
        for path in self.unit["Service", "EnvironmentFile"]:
            found |= read_environment_file(self.case.files[path.removeprefix("-")])
        return found | self.case.adds

    def with_user(self, people):
        """systemd.exec(5), "Environment Variables in Spawned Processes"; a shell that is none is not named."""
        if not self.gives_user():
            return {}
        row = people[self.user]
        found = {"USER": self.user, "LOGNAME": self.user, "HOME": row[5], "SHELL": row[6]}
        return {name: value for name, value in found.items() if not value.endswith("nologin")}

    def gives_user(self):
        return self.last("User") is not None

    def group(self):
        return self.last("Group", self.user)

    def directory(self):
        return os.path.normpath(self.last("WorkingDirectory", "/"))

    def open_files(self):
        return self.last("LimitNOFILE")

    def umask(self):
        return self.last("UMask", "0022")

    def capabilities(self):
        """Names of the bounding set, or None; PrivateDevices= and Protect…= take more away, of which none is named here."""
        return self.last("CapabilityBoundingSet") and self.last("CapabilityBoundingSet").split()

    def sockets(self):
        """Addresses, and for unix sockets the mode: SocketMode= is 0666; Gunicorn's own has every bit (umask 0)."""
        given = self.listeners or [word for flag, word in zip(self.arguments, self.arguments[1:]) if flag in ("--bind", "-b")]
        given = given or [re.sub("^unix:", "", word.split("=")[1]) for word in self.arguments if word.startswith("--bind=")]
        both = [f"0.0.0.0:{word[5:]}" for word in self.listeners if word.startswith("[::]:")]
        return sorted([word.removeprefix("unix:") for word in given] + both)


class ExpectedOfSupervisord(Expected):
    """supervisord's manual, "Subprocess Environment": its own environment, and what `environment` adds."""

    def __init__(self, case, texts):
        self.case, self.listeners = case, []
        joined = re.sub(r"\n\s+", " ", texts[0])
        self.keys = {name.strip(): value.strip() for name, value in
                     (line.split("=", 1) for line in joined.splitlines() if "=" in line)}
        self.unit = collections.defaultdict(list)
        self.user = self.keys.get("user", "root")
        words = shlex.split(self.keys["command"])
        words = shlex.split(words[2]) if words[1:2] == ["-c"] else words
        self.arguments = words[1:]

    def environment(self):
        found = {"PATH": PATH, "LANG": "C.UTF-8"}
        listed = self.keys.get("environment", "").replace("%(ENV_PATH)s", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        found |= dict(word.strip(",").split("=", 1) for word in shlex.split(listed))
        return found

    def gives_user(self):
        """Here Bridle does more: supervisord leaves root's HOME and USER to a service of somebody else."""
        return self.user != "root"

    def directory(self):
        return self.keys.get("directory", "/")


# ---- what the master has ----

def status_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def environment_of(pid):
    """Without what is Bridle's, the socket handover's, and the sanitizers'. PWD is where it stands (seen by itself); without
    PYTHONUNBUFFERED old masters die of a full pipe."""
    ours = re.compile(r"BRIDLE_|LISTEN_|TMPDIR$|ASAN_|UBSAN_|PWD$|PYTHONUNBUFFERED$")
    return {name: value for name, value in processes.environment(pid).items() if not ours.match(name)}


def arguments_of(pid):
    words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
    return words[next(at for at, word in enumerate(words) if re.search(r"gunicorn3?$", word)) + 1:]


def settings_of(venv, arguments):
    """What Gunicorn itself understands by ARGUMENTS; where they are not given, its defaults."""
    script = "import json, sys; from gunicorn.config import Config\n" \
        "c = Config(); given = vars(c.parser().parse_args(json.loads(sys.argv[1])))\n" \
        "print(json.dumps({n: given[n] if given.get(n) not in (None, []) else s.default for n, s in c.settings.items()" \
        " if s.cli} | {'app': given['args']}, default=str))"
    done = subprocess.run([f"{venv}/bin/python", "-c", script, json.dumps(arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name: value if isinstance(value, (dict, list)) else str(value) for name, value in json.loads(done.stdout).items()}


def listeners_of(pid):
    """Addresses on which PID has a listening socket."""
    inodes = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(entry)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for line in pathlib.Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]:
        words = line.split()
        if words[6] in inodes and words[3] == "00010000" and len(words) > 7:
            found.append(words[7])
    for table, form in (("tcp", lambda raw: ".".join(str(int(raw[at:at + 2], 16)) for at in (6, 4, 2, 0))),
                        ("tcp6", lambda raw: "[::]" if set(raw) == {"0"} else raw)):
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in inodes and words[3] == "0A":
                address, port = words[1].split(":")
                found.append(f"{form(address)}:{int(port, 16)}")
    return sorted(found)


CAPABILITIES = {"CAP_SETGID": 6, "CAP_SETUID": 7}
# not of the arguments: where it listens is looked at by itself; it stays in the foreground, with a known pid; its figures
# come to Bridle, which sends them on to where the source has them go
NOT_COMPARED = {"bind", "pidfile", "daemon", "control_socket_disable", "statsd_host", "statsd_prefix"}


# ---- the comparison ----

class Comparison:
    def __init__(self):
        self.rows, self.wrong = [], []

    def look(self, what, expected, real):
        self.rows.append(what)
        if expected != real:
            self.wrong.append(f"{what}: expected {expected!r}, has {real!r}")


def compare(expected, pid, venv, root):
    seen, status = Comparison(), status_of(pid)
    people = {line.split(":")[0]: line.split(":") for line in (root / "etc/passwd").read_text().splitlines()}
    groups = [line.split(":") for line in (root / "etc/group").read_text().splitlines()]
    uid = int(people[expected.user][2])
    gid = next(int(row[2]) for row in groups if row[0] == expected.group()) if expected.last("Group") else \
        int(people[expected.user][3])
    more = expected.last("SupplementaryGroups", "").split()
    member_of = {int(row[2]) for row in groups if expected.user in row[3].split(",") or row[0] in more}
    seen.look("uid", [uid] * 4, [int(word) for word in status["Uid"].split()])
    seen.look("gid", [gid] * 4, [int(word) for word in status["Gid"].split()])
    seen.look("groups", member_of | {gid}, {int(word) for word in status["Groups"].split()} | {gid})
    seen.look("umask", expected.umask(), status["Umask"].strip())
    own = status_of(os.getpid())
    seen.look("nice", int(expected.last("Nice", os.getpriority(os.PRIO_PROCESS, 0))), os.getpriority(os.PRIO_PROCESS, pid))
    seen.look("oom score", expected.last("OOMScoreAdjust", pathlib.Path("/proc/self/oom_score_adj").read_text().strip()),
              pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text().strip())
    seen.look("processors", expected.last("CPUAffinity", own["Cpus_allowed_list"].strip()), status["Cpus_allowed_list"].strip())
    seen.look("scheduling", os.sched_getscheduler(0), os.sched_getscheduler(pid))
    seen.look("standard input", "/dev/null", os.readlink(f"/proc/{pid}/fd/0"))
    seen.look("directory", expected.directory(), os.readlink(f"/proc/{pid}/cwd"))
    wanted, real = expected.with_user(people) | expected.environment(), environment_of(pid)
    for name in sorted(wanted.keys() | real.keys()):
        seen.look(f"variable {name}", wanted.get(name), real.get(name))
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    inherited = pathlib.Path(f"/proc/{os.getpid()}/limits").read_text()
    for line, own in zip(limits.splitlines()[1:], inherited.splitlines()[1:]):
        name, ours = line[:26].strip(), line[26:].split()[:2]
        given = expected.open_files() if name == "Max open files" else None
        seen.look(name, [given] * 2 if given else own[26:].split()[:2], ours)
    seen.look("no_new_privs", "1" if expected.is_on("NoNewPrivileges") else "0", status["NoNewPrivs"].strip())
    seen.look("seccomp", bool(expected.last("SystemCallFilter")), status["Seccomp"].strip() == "2")
    if expected.capabilities():
        mask = sum(1 << CAPABILITIES[name] for name in expected.capabilities())
        seen.look("bounding set", mask, int(status["CapBnd"], 16))
    wanted, real = settings_of(venv, expected.arguments), settings_of(venv, arguments_of(pid))
    if wanted["proc_name"] == "None":
        wanted["proc_name"] = expected.case.name  # in ps, a Gunicorn is called by its service
    for name in wanted.keys() - NOT_COMPARED:
        seen.look(f"--{name}", wanted[name], real[name])
    addresses = expected.sockets() or ["127.0.0.1:8472" if "ooniapi" in expected.user else "127.0.0.1:8000"]
    # bound in a directory that was open, and renamed: the kernel still has that name
    names = {os.path.basename(path): path for path in addresses if path[0] == "/"}
    seen.look("listeners", sorted(addresses), sorted(names.get(os.path.basename(one), one) if one[0] == "/" else one
                                                     for one in listeners_of(pid)))
    for path in names.values():
        found = (root / path[1:]).stat()
        # anybody may connect to it: 0666 of systemd.socket(5), 0777 of Gunicorn; execution means nothing there
        seen.look(f"mode of {path}", 0o666, found.st_mode & 0o666)
        # of systemd's it would be root; here the service's, so that one line (socket_mode) is enough to close it
        seen.look(f"owner of {path}", (uid, gid), (found.st_uid, found.st_gid))
        seen.look(f"answer of {path}", 200, get(str(root / path[1:])).status)
    return seen


# ---- running one ----

def as_may_be(path):
    """The text of PATH. A limit that this machine refuses to root (a container may) is the highest that it has."""
    highest = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return re.sub("LimitNOFILE=(\\d+)", lambda found: f"LimitNOFILE={min(int(found[1]), highest)}", path.read_text())


def spec_of(case, venv, environment):
    users = {name: 7600 + at for at, name in enumerate(case.users)}
    owner = case.users[0] if case.users else "root"
    files = {case.app: [ASGI if "asgi" in case.app else HELLO, "0644", owner]}
    for path, text in case.files.items():
        files[path] = [text, "0755" if text is None else "0644", owner]
    links = {case.venv: venv if not case.venv.startswith("/usr/bin") else f"{venv}/bin/gunicorn"}
    return {"users": users, "groups": {"b-extra": case.users}, "empty": EMPTY, "links": links, "files": files,
            "environment": environment}


@pytest.fixture
def moved(daemons, tmp_path, as_root):
    """moved(case): what `bridle import` printed of it, started by bridled on a machine of its own."""
    def start(case, venv):
        sources = []
        for source in case.sources:
            name = case.name + pathlib.Path(source).suffix if case.kind == "unit" else pathlib.Path(source).name
            sources.append(tmp_path / name)
            sources[-1].write_text(as_may_be(pathlib.Path(CORPUS or "/") / source))
        done = bridle_import(*sources)
        assert done.returncode == 0, done.stderr
        spec = tmp_path / "spec.json"
        site = daemons(wrapper=[sys.executable, str(LIB / "elsewhere.py"), str(spec)], venv="")
        environment = {"PATH": PATH, "LANG": "C.UTF-8"}
        spec.write_text(json.dumps(spec_of(case, venv, environment | sanitizer_settings(site.root))))
        # not below a root of its own: what a unit has below /run is to be there
        site.place = ["-c", str(site.config)]
        site.write(bridle(run_dir="{root}/run", log_dir="{root}/log"), done.stdout)
        return site.start()
    return start


@needs_corpus
@pytest.mark.parametrize("what", CASES)
def test_moved_here_it_has_what_it_had(moved, figures, what):
    case = CASES[what]
    # the oldest has uvicorn's own worker; neither it nor the other overwrites its environment (setproctitle)
    entry = MATRIX[0] if "asgi" in case.app else [one for one in MATRIX if not one["titled"]][-1]
    if not entry["path"] or ("asgi" in case.app and "uvicorn" not in entry["classes"]):
        pytest.skip("needs Gunicorns of its own, and uvicorn")
    site = moved(case, entry["path"])
    service = until(lambda: next(filter(lambda one: one["state"] == "running", site.call("List")["services"]), None),
                    f"{what} to run")
    master = service["master"]
    kind = Expected if case.kind == "unit" else ExpectedOfSupervisord
    seen = compare(kind(case, [as_may_be(CORPUS / source) for source in case.sources]), master, entry["path"],
                   pathlib.Path(f"/proc/{site.pid}/root"))
    figures(f"moved, {what}: {len(seen.rows)} compared, {len(seen.wrong)} differ")
    assert not seen.wrong, "\n".join(seen.wrong)
