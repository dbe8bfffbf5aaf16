"""What a service may not do: each key of the sandbox is tried by a real Gunicorn application that does what the key forbids,
without the key, when it must succeed, and with it, when it must not; ordinary work must go on."""
import contextlib
import ctypes
import json
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse

import pytest

import processes
from client import get
from daemon import APPS, open_to_all
from sections import program, web
from waiting import until

TAG = f".b-shared-{os.getpid()}"
KEY = 0x62000000 + os.getpid()


@pytest.fixture
def place():
    """A directory of ours that no private /tmp hides."""
    where = pathlib.Path(tempfile.mkdtemp(prefix="b-", dir="/srv" if os.geteuid() == 0 else os.getcwd()))
    where.chmod(0o755)
    yield where
    shutil.rmtree(where, ignore_errors=True)


def ask(site, attempt, name="web", **arguments):
    """What came of an attempt: "ok", a value, or the name of an errno."""
    said = get(site.address(name), f"/{attempt}?{urllib.parse.urlencode(arguments)}").body
    return json.loads(said[3:]) if said.startswith("ok ") else said


@pytest.fixture
def sandboxed(daemons, place):
    """sandboxed(keys, ...): a bridled with a service for each, "web0" and so on, and a directory `data` that it may
    write to."""
    def start(*services, root=None, **options):
        site = daemons(root=root or place / "site", **options)
        shutil.copytree(APPS, site.root / "code", ignore=shutil.ignore_patterns("__pycache__"))
        data = site.root / "data"
        data.mkdir()
        data.chmod(0o1777)
        (data / "shown").write_text("seen\n")
        strange = site.root / "strange"
        strange.write_text("")
        if os.geteuid() == 0:
            os.chown(strange, 4321, 4321)
        site.write(*(web(f"web{number}", app="attempts:app",
                         **{"directory": str(site.root / "code"), "user": "daemon" if site.user is None else None,
                            "environment": "PYTHONDONTWRITEBYTECODE=1", **keys})
                     for number, keys in enumerate(services)))
        site.start()
        for number, keys in enumerate(services):
            if keys.get("autostart") != "no":
                site.wait_workers(1, f"web{number}")
        return site
    return start


# keys, who runs it, attempt, its arguments, without the keys, with them. None: not tried without, for nothing
# is there, or a container may forbid it anyway, or (host name, clock) it is the machine's.
ROOT = {"user": "root"}
ATTEMPTS = {
    "capability_bounding_set": ({"capability_bounding_set": "~cap_chown", **ROOT}, "chown", {"path": "{data}"}, "ok", "EPERM"),
    "secure_bits": ({"secure_bits": "noroot noroot-locked", **ROOT}, "chown", {"path": "{data}"}, "ok", "EPERM"),
    "no_new_privileges": ({"no_new_privileges": "yes"}, "status", {"field": "NoNewPrivs"}, "0", "1"),
    "private_tmp": ({"private_tmp": "yes"}, "read", {"path": f"/tmp/{TAG}"}, 5, "ENOENT"),
    "private_var_tmp": ({"private_tmp": "yes"}, "read", {"path": f"/var/tmp/{TAG}"}, 5, "ENOENT"),
    "protect_system_yes": ({"protect_system": "yes", **ROOT}, "write", {"path": "/usr/share"}, "ok", "EROFS"),
    "protect_system_full": ({"protect_system": "full", **ROOT}, "write", {"path": "/etc"}, "ok", "EROFS"),
    "protect_system_strict": ({"protect_system": "strict", **ROOT}, "write", {"path": "/var/lib"}, "ok", "EROFS"),
    "protect_home_yes": ({"protect_home": "yes", **ROOT}, "read", {"path": f"/root/{TAG}"}, 5, "ENOENT"),
    "protect_home_read_only": ({"protect_home": "read-only", **ROOT}, "write", {"path": "/root"}, "ok", "EROFS"),
    "protect_home_tmpfs": ({"protect_home": "tmpfs", **ROOT}, "read", {"path": f"/root/{TAG}"}, 5, "ENOENT"),
    "read_write_paths": ({"protect_system": "strict", "private_tmp": "yes", "read_write_paths": "{data}"}, "write",
                         {"path": "{data}"}, "ok", "ok"),
    "read_write_paths_beside": ({"protect_system": "strict", "private_tmp": "yes", "read_write_paths": "{data}", **ROOT}, "write",
                                {"path": "{data}/.."}, "ok", "EROFS"),
    "read_only_paths": ({"read_only_paths": "{data}"}, "write", {"path": "{data}"}, "ok", "EROFS"),
    "inaccessible_directory": ({"inaccessible_paths": "{data} -/nowhere"}, "read", {"path": "{data}"}, ["shown"], "EACCES"),
    "inaccessible_file": ({"inaccessible_paths": "{data}/shown", **ROOT}, "read", {"path": "{data}/shown"}, 5, "EACCES"),
    "bind_paths": ({"bind_paths": "{data}:/mnt"}, "read", {"path": "/mnt"}, list, ["shown"]),
    "bind_paths_open": ({"bind_paths": "/usr/share {data}:/var/lib:norbind -/nowhere:/etc", "protect_system": "strict",
                         "private_tmp": "yes", **ROOT}, "write", {"path": "/var/lib"}, "ok", "ok"),
    "bind_paths_alone": ({"bind_paths": "/:/mnt:norbind"}, "read", {"path": "/mnt/proc"}, "ENOENT", []),
    "bind_read_only_paths": ({"bind_read_only_paths": "{data}:/mnt", **ROOT}, "write", {"path": "/mnt"}, "ok", "EROFS"),
    "bind_read_only_file": ({"bind_read_only_paths": "{data}/shown:/tmp/made/shown", "private_tmp": "yes", **ROOT}, "write",
                            {"path": "/tmp/made/shown"}, None, "EROFS"),
    "temporary_file_system": ({"temporary_file_system": "/root", **ROOT}, "read", {"path": f"/root/{TAG}"}, 5, "ENOENT"),
    "temporary_file_system_ro": ({"temporary_file_system": "/var/lib:ro", **ROOT}, "write", {"path": "/var/lib"}, "ok", "EROFS"),
    "temporary_file_system_mode": ({"temporary_file_system": "/mnt:mode=1777,size=1M"}, "write", {"path": "/mnt"}, "EACCES", "ok"),
    "temporary_file_system_sight": ({"temporary_file_system": "{data}:ro", "bind_read_only_paths": "/usr/share:{data}/lib/x",
                                     "read_only_paths": "-{data}/shown"}, "read", {"path": "{data}"}, ["shown"], ["lib"]),
    "temporary_file_system_bound": ({"temporary_file_system": "/var/lib:ro", "bind_paths": "{data}:/var/lib/a/b", **ROOT}, "write",
                                    {"path": "/var/lib/a/b"}, None, "ok"),
    "private_devices": ({"private_devices": "yes", **ROOT}, "opened", {"path": "/dev/kmsg"}, "ok", "ENOENT"),
    "private_devices_new": ({"private_devices": "yes", **ROOT}, "write", {"path": "/dev"}, "ok", "EROFS"),
    "private_devices_mknod": ({"private_devices": "yes", **ROOT}, "make_node", {"path": "{data}"}, "ok", "EPERM"),
    "private_devices_ports": ({"private_devices": "yes", **ROOT}, "port_io", {}, None, "EPERM"),
    "protect_kernel_tunables": ({"protect_kernel_tunables": "yes", **ROOT}, "write", {"path": "/proc/sys/vm/swappiness"}, "ok",
                                "EROFS"),
    "protect_kernel_modules": ({"protect_kernel_modules": "yes", **ROOT}, "load_module", {}, None, "EPERM"),
    "protect_kernel_logs": ({"protect_kernel_logs": "yes", **ROOT}, "kernel_log", {}, "ok", "EPERM"),
    "protect_kernel_logs_file": ({"protect_kernel_logs": "yes", **ROOT}, "opened", {"path": "/dev/kmsg"}, "ok", "EACCES"),
    "protect_control_groups": ({"protect_control_groups": "yes", **ROOT}, "write", {"path": "/sys/fs/cgroup"}, "ok", "EROFS"),
    "protect_proc": ({"protect_proc": "invisible"}, "sees", {"pid": "1"}, True, False),
    "protect_proc_noaccess": ({"protect_proc": "noaccess"}, "read", {"path": "/proc/1"}, list, "EPERM"),
    "proc_subset": ({"proc_subset": "pid"}, "read", {"path": "/proc/meminfo"}, 100, "ENOENT"),
    "private_network": ({"private_network": "yes"}, "interfaces", {}, list, ["lo"]),
    "private_ipc": ({"private_ipc": "yes"}, "shared_memory", {"key": str(KEY)}, True, False),
    "private_users": ({"private_users": "yes"}, "owner", {"path": "{data}/../strange"}, 4321, 65534),
    "private_users_own": ({"private_users": "yes", "supplementary_groups": "games"}, "owner", {"path": "/etc/passwd"}, 0, 0),
    "private_users_root": ({"private_users": "yes", **ROOT}, "chown", {"path": "{data}/../strange"}, "ok", "EINVAL"),
    "private_users_node": ({"private_users": "yes", **ROOT}, "make_node", {"path": "{data}"}, "ok", "EPERM"),
    "protect_hostname": ({"protect_hostname": "yes", **ROOT}, "host_name", {}, None, "EPERM"),
    "protect_clock": ({"protect_clock": "yes", **ROOT}, "set_clock", {}, None, "EPERM"),
    "restrict_address_families": ({"restrict_address_families": "AF_UNIX AF_INET"}, "open_socket", {"family": "AF_INET6"}, "ok",
                                  "EAFNOSUPPORT"),
    "restrict_address_families_not": ({"restrict_address_families": "~AF_NETLINK"}, "open_socket",
                                      {"family": "AF_NETLINK", "kind": "SOCK_RAW"}, "ok", "EAFNOSUPPORT"),
    "system_call_filter": ({"system_call_filter": "@system-service", "system_call_error_number": "EPERM"}, "personality",
                           {"persona": str(0x0008)}, "ok", "ok"),
    "system_call_filter_beyond": ({"system_call_filter": "@system-service", "system_call_error_number": "EBUSY", **ROOT}, "kernel_log",
                                  {}, "ok", "EBUSY"),
    "system_call_filter_group": ({"system_call_filter": "~@debug", "system_call_error_number": "EBUSY"}, "trace", {}, None,
                                 "EBUSY"),
    "system_call_filter_own": ({"system_call_filter": "~ptrace:EIO"}, "trace", {}, None, "EIO"),
    "lock_personality": ({"lock_personality": "yes"}, "personality", {"persona": str(0x0040000)}, "ok", "EPERM"),
    "memory_deny_write_execute": ({"memory_deny_write_execute": "yes"}, "write_execute", {}, "ok", "EPERM"),
    "memory_deny_write_execute_implied": ({"memory_deny_write_execute": "yes"}, "implied_execute", {}, "rwx", "EPERM"),
    "restrict_realtime": ({"restrict_realtime": "yes", **ROOT}, "realtime", {}, "ok", "EPERM"),
    "restrict_suid_sgid": ({"restrict_suid_sgid": "yes"}, "set_user_id", {"path": "{data}"}, "0o4755", "EPERM"),
    "restrict_namespaces": ({"restrict_namespaces": "yes", **ROOT}, "unshare", {"kind": "uts"}, "ok", "EPERM"),
    "restrict_namespaces_some": ({"restrict_namespaces": "~net", **ROOT}, "unshare", {"kind": "net"}, "ok", "EPERM"),
}


@pytest.fixture(scope="module")
def shared():
    """What others must not see: files at places that a sandbox hides."""
    files = [pathlib.Path(path) for path in (f"/tmp/{TAG}", f"/var/tmp/{TAG}", f"/root/{TAG}")]
    for file in files:
        file.write_text("seen\n")
        file.chmod(0o644)
    segment = ctypes.CDLL(None).shmget(KEY, 4096, 0o1644)
    yield
    ctypes.CDLL(None).shmctl(segment, 0, None)
    for file in files:
        file.unlink()


def free(keys):
    """The same service without its sandbox."""
    return {name: value for name, value in keys.items() if name == "user"}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_forbidden(sandboxed, as_root, shared, place, name):
    keys, attempt, arguments, without, within = ATTEMPTS[name]
    data = str(place / "site" / "data")
    keys, arguments = ({key: value.replace("{data}", data) for key, value in one.items()} for one in (keys, arguments))
    site = sandboxed(free(keys), keys)
    seen = ask(site, attempt, "web1", **arguments)
    assert ask(site, "work", "web1") == "worked"
    if within is not None:
        assert seen == within
    if without is not None:
        seen = ask(site, attempt, "web0", **arguments)
        assert isinstance(seen, without) if isinstance(without, type) else seen == without


def test_system_call_architectures(sandboxed, as_root):
    if os.uname().machine != "x86_64":
        pytest.skip("its attempt is in machine code of x86")
    site = sandboxed({}, {"system_call_architectures": "native"})
    if ask(site, "call_of_32_bits", "web0") != 0:
        pytest.skip("this kernel takes no calls of 32 bits from anybody")
    assert ask(site, "call_of_32_bits", "web1") == "SIGSYS"
    assert ask(site, "work", "web1") == "worked"


# The keys that take something from a service, or give it something of its own: a test tries each, with a real Gunicorn, and does
# ordinary work beside it. The table of README.md says which, and as whom.
GROUPS = ["identity and environment", "directories of a service", "how a service is scheduled",
          "limits of each process of a service", "what a service as a whole may take", "capabilities and sandbox"]


def test_every_key_is_tried():
    here = pathlib.Path(__file__).parent
    group, keys = "", {}
    for line in (here / "../../src/conf/keys.def").read_text().splitlines():
        if found := re.match(r'GROUP\("(.*)"\)', line):
            group = found[1]
        elif found := re.match(r"KEY\(\w+, *(\w+)", line):
            keys.setdefault(group, set()).add(found[1])
    rows = re.findall(r"^\| `([a-z_`, ]+)` \| (.*) \| (.*) \|$", (here / "README.md").read_text(), re.MULTILINE)
    told = [key for row in rows for key in re.findall(r"\w+", row[0])]
    assert set(GROUPS) <= keys.keys()
    assert sorted(told) == sorted(key for group in GROUPS for key in keys[group])
    for _, root, plain in rows:
        for file, test in re.findall(r"`(test_\w+\.py) (\w+)`", f"{root} {plain}"):
            assert f"\ndef {test}(" in (here / file).read_text(), f"{file} has no {test}"
        assert "`test_" in root


def owner(path):
    """None: it was removed just now."""
    with contextlib.suppress(FileNotFoundError):
        return path.lstat().st_uid
    return None


def ipc_of(uid):
    """How many objects the user has of each kind."""
    counts = []
    for kind, column in (("shm", 7), ("sem", 4), ("msg", 7)):
        lines = pathlib.Path("/proc/sysvipc", kind).read_text().splitlines()[1:]
        counts.append(sum(line.split()[column] == str(uid) for line in lines))
    return [*counts, sum(owner(path) == uid for path in pathlib.Path("/dev/shm").iterdir())]


def test_remove_ipc(sandboxed, as_root):
    """It goes when the last service of its user is stopped, not before; what others have stays."""
    uid, other = 46001, 46002
    one = {"user": str(uid), "group": str(uid), "remove_ipc": "yes"}
    site = sandboxed(one, one, {"user": str(other), "group": str(other)})
    try:
        for number, name in enumerate(("web0", "web1", "web2")):
            assert ask(site, "leave_ipc", name, key=str(KEY + 1 + number)) == "ok"
        assert ipc_of(uid) == [2, 2, 2, 2] and ipc_of(other) == [1, 1, 1, 1]
        site.ctl("restart", "web0")
        site.ctl("stop", "web0")
        site.ctl("stop", "web2")
        assert ask(site, "work", "web1") == "worked" and ipc_of(uid) == [2, 2, 2, 2]
        site.ctl("stop", "web1")
        until(lambda: ipc_of(uid) == [0, 0, 0, 0], "nothing to be left")
        assert ipc_of(other) == [1, 1, 1, 1]
    finally:
        for user in (uid, other):
            subprocess.run([open_to_all()[0] / "bridled", "--remove-ipc"], user=user, group=user)
    assert ipc_of(other) == [0, 0, 0, 0]


# With a session keyring, as login and systemd give one, in which there is a key.
IN_SESSION = [sys.executable, "-c", f"""
import os, sys
sys.path.insert(0, {str(APPS)!r})
import attempts
try:
    attempts.join_session({{}})
    attempts.keep_key({{"called": "{TAG}"}})
except OSError:
    pass
os.execv(sys.argv[1], sys.argv[1:])
"""]


def test_keys_of_a_service_are_its_own(sandboxed, as_root):
    """In its session keyring it finds no key of bridled's; and neither another service of its user nor its own next generation
    finds what it keeps there."""
    site = sandboxed({}, {}, wrapper=IN_SESSION)
    kept = ask(site, "keep_key", "web0", called="b-own")
    if kept in ("ENOSYS", "EPERM"):
        pytest.skip("this kernel, or a filter of system calls around us, has no keys")
    assert ask(site, "find_key", "web0", called=TAG) == "ENOKEY"
    assert ask(site, "find_key", "web0", called="b-own") == kept
    assert ask(site, "find_key", "web1", called="b-own") == "ENOKEY"
    assert ask(site, "work", "web0") == "worked"
    site.ctl("restart", "web0")
    assert ask(site, "find_key", "web0", called="b-own") == "ENOKEY"


def test_private_mounts(sandboxed, as_root):
    """What it mounts it has for itself; without the key everybody sees it."""
    site = sandboxed({"user": "root"}, {"user": "root", "private_mounts": "yes"})
    places = [site.root / "data" / name for name in ("web0", "web1")]
    try:
        for place in places:
            place.mkdir()
            assert ask(site, "mount", place.name, path=str(place)) == ["mounted"]
        assert [os.listdir(place) for place in places] == [["mounted"], []]
        assert ask(site, "read", "web1", path=str(places[1])) == ["mounted"]
        assert ask(site, "work", "web1") == "worked"
    finally:
        subprocess.run(["umount", str(places[0])], capture_output=True)


def test_all_at_once_with_private_users(sandboxed, as_root):
    """Limits and mounts are made while there is the right to, capabilities are its own user namespace's, and it serves."""
    site = sandboxed({"profile": "web", "private_users": "yes", "ambient_capabilities": "cap_chown", "nice": "-3", "limit_nofile": "2000:2000",
                      "capability_bounding_set": "cap_chown", "supplementary_groups": "games"})
    assert ask(site, "work", "web0") == "worked"
    assert ask(site, "owner", "web0", path=str(site.root / "strange")) == 65534
    assert ask(site, "status", "web0", field="CapEff") == f"{1:016x}"
    assert ask(site, "status", "web0", field="Uid").split()[0] == str(pwd.getpwnam("daemon").pw_uid)
    site.ctl("restart", "web0")
    assert ask(site, "work", "web0") == "worked"


def test_profile_web(sandboxed, as_root, shared):
    """One line, and a Gunicorn serves as before; an explicit key wins."""
    site = sandboxed({"profile": "web"}, {"profile": "web", "private_tmp": "no"})
    for name in ("web0", "web1"):
        assert ask(site, "work", name) == "worked"
        assert ask(site, "write", name, path=str(site.root / "data")) == "ok"
        assert ask(site, "status", name, field="Seccomp") == "2"
        assert ask(site, "status", name, field="CapBnd") == "0" * 16
        assert ask(site, "unshare", name, kind="user") == "EPERM"
        assert ask(site, "opened", name, path="/dev/kmsg") in ("ENOENT", "EACCES")
    assert ask(site, "read", "web0", path=f"/tmp/{TAG}") == "ENOENT"
    assert ask(site, "read", "web1", path=f"/tmp/{TAG}") == 5
    site.ctl("restart", "web0")
    assert ask(site, "work", "web0") == "worked"


def test_run_dir_below_tmp(sandboxed, as_root):
    """A private /tmp hides the directory in which bridled is, but not the service's own part of it."""
    root = tempfile.mkdtemp(prefix="b-", dir="/tmp")
    keys = {"private_tmp": "yes", "protect_system": "strict", "pythonpath": "/srv/code-of-tests"}
    code = pathlib.Path(keys["pythonpath"])
    shutil.copytree(APPS, code, dirs_exist_ok=True)
    try:
        site = sandboxed({"directory": "/", **keys}, root=root)
        assert ask(site, "work", "web0") == "worked"
        assert ask(site, "read", "web0", path=root) == ["run"]
        site.stop()
    finally:
        shutil.rmtree(code)


def test_ambient_capabilities(sandboxed, as_root):
    site = sandboxed({"ambient_capabilities": "cap_chown"}, {})
    assert ask(site, "chown", "web0", path=str(site.root / "data")) == "ok"
    assert ask(site, "chown", "web1", path=str(site.root / "data")) == "EPERM"
    assert ask(site, "status", "web0", field="CapEff") == f"{1:016x}"


# With a capability that whoever is executed as root inherits, as some container runtimes give all of them.
INHERITING = [sys.executable, "-c", """
import ctypes, os, sys
header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
assert ctypes.CDLL(None).capget(header, sets) == 0
sets[2], sets[5] = 1, 0  # whatever the test run inherited
assert ctypes.CDLL(None).capset(header, sets) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""]


def test_what_was_inherited_is_bounded(sandboxed, as_root):
    """execve(2) gives a root what it inherited, whatever the bounding set is."""
    site = sandboxed({"user": "root"}, {"user": "root", "capability_bounding_set": "~cap_chown"}, wrapper=INHERITING)
    assert ask(site, "status", "web0", field="CapInh") == f"{1:016x}"
    assert ask(site, "chown", "web1", path=str(site.root / "data")) == "EPERM"
    assert ask(site, "status", "web1", field="CapInh") == f"{0:016x}"
    assert ask(site, "work", "web1") == "worked"


def test_the_command_killed_by_its_filter_is_named(sandboxed, as_root):
    """Without an errno a forbidden call ends the worker; the master starts another."""
    site = sandboxed({"system_call_filter": "~@debug"})
    before = site.workers("web0")
    with pytest.raises((EOFError, OSError)):
        ask(site, "trace", "web0")
    until(lambda: site.workers("web0") not in ([], before), "another worker")
    assert ask(site, "work", "web0") == "worked"


def test_a_link_of_others_is_not_followed(sandboxed, as_root, place):
    """What a service may put in the place of a directory that is opened to it at its next start."""
    (place / "site" / "theirs").mkdir(parents=True)
    theirs = place / "site" / "theirs"
    os.chown(theirs, 1, 1)
    (theirs / "data").symlink_to("/var/lib")
    os.chown(theirs / "data", 1, 1, follow_symlinks=False)
    site = sandboxed({}, {"autostart": "no", "protect_system": "strict", "private_tmp": "yes",
                          "read_write_paths": str(theirs / "data")})
    done = site.bridle("start", "web1")
    assert done.returncode != 0
    assert f"'{theirs}/data'" in site.said() and "symbolic links" in site.said()


@pytest.mark.parametrize("key", ["bind_paths", "bind_read_only_paths"])
@pytest.mark.parametrize("end", ["source", "destination"])
def test_nothing_is_bound_by_a_link_of_others(sandboxed, as_root, place, key, end):
    """Neither what root lays there, nor where it does, is for the service to choose: a link, or a directory on the way to it."""
    theirs = place / "site" / "theirs"
    (theirs / "real").mkdir(parents=True)
    (theirs / "link").symlink_to("/etc")
    for path in (theirs, theirs / "real", theirs / "link"):
        os.chown(path, 1, 1, follow_symlinks=False)
    words = [f"{theirs}/link:/mnt", f"{theirs}/link/ssl:/mnt"] if end == "source" else [f"/usr:{theirs}/link", f"/usr:{theirs}/link/ssl"]
    site = sandboxed({}, *({"autostart": "no", key: word} for word in words), {key: f"{theirs}/real:/mnt"})
    for number, word in enumerate(words):
        assert site.bridle("start", f"web{number + 1}").returncode != 0
        refused = word.split(":")[end == "destination"]
        until(lambda: f"'{refused}': Too many levels of symbolic links" in site.said(), f"{refused} to be refused")
    assert ask(site, "read", "web3", path="/mnt") == []


@pytest.mark.parametrize("key, attempt, seen", [("inaccessible_paths", "read", "EACCES"), ("read_only_paths", "write", "EROFS")])
def test_what_was_away_when_it_was_loaded(sandboxed, as_root, place, key, attempt, seen):
    """A - passes over what is not there at a start, not for ever: else a service hides it for the time of a reload."""
    site = sandboxed({}, {key: f"-{place}/site/data/later"}, {key: "-/nowhere/at/all", "private_tmp": "yes", "protect_home": "tmpfs"})
    later = site.root / "data" / "later"
    later.mkdir()
    later.chmod(0o777)
    site.ctl("restart", "web1")
    assert ask(site, attempt, "web0", path=str(later)) in ([], "ok")
    assert ask(site, attempt, "web1", path=str(later)) == seen
    for name in ("web1", "web2"):
        assert ask(site, "work", name) == "worked"


def test_places_to_bind_to_are_made(sandboxed, as_root, place):
    """As systemd makes them, below what is read-only as well; and below what is bound, for a directory of its own."""
    source = place / "source"
    source.mkdir()
    site = sandboxed({"bind_paths": f"/usr/share:{place}/new/way {place}/site/data/shown:{place}/new/file -/nowhere:{place}/not",
                      "temporary_file_system": f"{place}/empty:mode=1777", "protect_system": "strict", "private_tmp": "yes"},
                     {"bind_paths": f"{source}:{place}/site/cache/web", "cache_directory": "web/own", "protect_system": "strict",
                      "private_tmp": "yes"})
    assert "zoneinfo" in ask(site, "read", "web0", path=f"{place}/new/way") and os.listdir(place / "new" / "way") == []
    assert ask(site, "read", "web0", path=f"{place}/new/file") == 5 and (place / "new" / "file").read_text() == ""
    assert ask(site, "write", "web0", path=f"{place}/empty") == "ok" and not (place / "not").exists()
    assert ask(site, "write", "web1", path=f"{place}/site/cache/web/own") == "ok" and os.listdir(source) == ["own"]
    shutil.rmtree(place / "new")
    site.ctl("restart", "web0")
    assert "zoneinfo" in ask(site, "read", "web0", path=f"{place}/new/way")
    for name in ("web0", "web1"):
        assert ask(site, "work", name) == "worked"


@pytest.mark.parametrize("trick", ["theirs", "open", "on_the_way"])
def test_no_place_is_made_where_a_service_could_lead(sandboxed, as_root, place, trick):
    """It moved something of root's to where a place to bind to is to be made."""
    theirs = place / "theirs"
    theirs.mkdir()
    os.chown(theirs, *((0, 0) if trick == "open" else (1, 1)))
    theirs.chmod(0o777 if trick == "open" else 0o755)
    if trick == "on_the_way":
        (theirs / "moved").mkdir()
    way = theirs / "moved" / "made" if trick == "on_the_way" else theirs / "made"
    site = sandboxed({}, *({"autostart": "no", **keys} for keys in ({"bind_paths": f"/usr:{way}"}, {"temporary_file_system": str(way)})))
    for name in ("web1", "web2"):
        assert site.bridle("start", name).returncode != 0
        until(lambda: f"cannot make a place at '{way}': Operation not permitted" in site.said(), f"{name} to be refused")
    assert not way.exists()
    assert ask(site, "work", "web0") == "worked"


def test_no_file_system_is_laid_over_a_link_of_others(sandboxed, as_root, place):
    theirs = place / "site" / "theirs"
    theirs.mkdir(parents=True)
    (theirs / "link").symlink_to("/etc")
    for path in (theirs, theirs / "link"):
        os.chown(path, 1, 1, follow_symlinks=False)
    site = sandboxed({}, {"autostart": "no", "temporary_file_system": f"{theirs}/link"},
                     {"temporary_file_system": f"{theirs}:mode=0711", "bind_read_only_paths": f"/usr/share:{theirs}/link"})
    assert site.bridle("start", "web1").returncode != 0
    until(lambda: f"'{theirs}/link' empty: Too many levels of symbolic links" in site.said(), "it to be refused")
    assert ask(site, "read", "web2", path=str(theirs)) == "EACCES"
    assert ask(site, "write", "web2", path=f"{theirs}/link") in ("EACCES", "EROFS")
    assert ask(site, "read", "web2", path=f"{theirs}/link/no-such-thing") == "ENOENT"


# As a plain user: by a user namespace where that may be made.
PLAIN = {
    "private_tmp": ({"private_tmp": "yes"}, "read", {"path": f"/tmp/{TAG}"}, "ENOENT"),
    "read_only_paths": ({"read_only_paths": "{data}"}, "write", {"path": "{data}"}, "EROFS"),
    "inaccessible_paths": ({"inaccessible_paths": "{data}"}, "read", {"path": "{data}"}, "EACCES"),
    "protect_system": ({"protect_system": "strict", "private_tmp": "yes"}, "write", {"path": "{data}"}, "EROFS"),
    "bind_paths": ({"bind_paths": "{data}:/mnt"}, "read", {"path": "/mnt"}, ["shown"]),
    "temporary_file_system": ({"temporary_file_system": "{data}"}, "read", {"path": "{data}"}, []),
    "bind_read_only_paths": ({"bind_read_only_paths": "{data}"}, "write", {"path": "{data}"}, "EROFS"),
    "private_devices": ({"private_devices": "yes"}, "opened", {"path": "/dev/kmsg"}, "ENOENT"),
    "private_network": ({"private_network": "yes"}, "interfaces", {}, ["lo"]),
    "private_users": ({"private_users": "yes"}, "owner", {"path": "/etc/passwd"}, 65534),
    "private_ipc": ({"private_ipc": "yes"}, "shared_memory", {"key": str(KEY)}, False),
    "restrict_address_families": ({"restrict_address_families": "AF_UNIX AF_INET"}, "open_socket", {"family": "AF_INET6"},
                                  "EAFNOSUPPORT"),
    "no_new_privileges": ({"no_new_privileges": "yes"}, "status", {"field": "NoNewPrivs"}, "1"),
    "system_call_filter": ({"system_call_filter": "~personality:EIO"}, "personality", {"persona": str(0x0040000)}, "EIO"),
    "lock_personality": ({"lock_personality": "yes"}, "personality", {"persona": str(0x0040000)}, "EPERM"),
    "memory_deny_write_execute": ({"memory_deny_write_execute": "yes"}, "write_execute", {}, "EPERM"),
    "restrict_suid_sgid": ({"restrict_suid_sgid": "yes"}, "set_user_id", {"path": "{data}"}, "EPERM"),
    "restrict_namespaces": ({"restrict_namespaces": "yes"}, "unshare", {"kind": "user"}, "EPERM"),
}
NOBODY = 65534


@pytest.mark.parametrize("name", PLAIN)
def test_as_a_plain_user(sandboxed, as_root, shared, place, name):
    if subprocess.run(["unshare", "-Ur", "true"], user=NOBODY, capture_output=True).returncode != 0:
        pytest.skip("user namespaces are not allowed here")
    keys, attempt, arguments, within = PLAIN[name]
    os.chown(place, NOBODY, NOBODY)
    data = str(place / "site" / "data")
    keys, arguments = ({key: value.replace("{data}", data) for key, value in one.items()} for one in (keys, arguments))
    site = sandboxed({}, keys, user=NOBODY)
    assert ask(site, attempt, "web0", **arguments) != within
    assert ask(site, attempt, "web1", **arguments) == within
    assert ask(site, "work", "web1") == "worked"


def test_what_cannot_be_given(sandboxed, as_root, place):
    """/proc cannot be mounted anew by a plain user: refused, or said."""
    os.chown(place, NOBODY, NOBODY)
    site = sandboxed({}, {"autostart": "no", "protect_proc": "invisible"}, user=NOBODY)
    done = site.bridle("start", "web1")
    assert done.returncode != 0
    assert "protect_proc cannot be given" in site.said()
    site.write(site.config.read_text() + "sandbox = best-effort\n")
    site.ctl("reload")
    site.wait_state("running", "web1")
    assert "runs without what cannot be given here: protect_proc" in site.said()
    assert "protect_proc" in site.ctl("status", "web1")


def test_security_is_explained(sandboxed, as_root):
    """bridle check --security: the more a service is kept to, the lower its score; what is taken away is not listed."""
    site = sandboxed({}, {"profile": "web"}, {"user": "root"},
                     {"autostart": "no", "temporary_file_system": "/tmp:mode=1777 /var/tmp /home /root /run/user"})
    said = [site.ctl("check", "--security", f"web{number}") for number in range(4)]
    scores = [float(words.splitlines()[-1].split(": ")[1].split()[0]) for words in said]
    assert scores[1] < scores[0] < scores[2]
    assert "private_tmp = yes" in said[0] and "private_tmp = yes" not in said[1]
    assert "it runs as root" in said[2] and "it runs as root" not in said[0]
    for words in ("it shares /tmp", "it may write to home directories", "it may read home directories"):
        assert words in said[0] and words not in said[3]
    refused = site.bridle("check", "--security", "wed0")
    assert refused.returncode != 0 and "did you mean 'web0'?" in refused.stderr


# What filters system calls also keeps a service from gaining privileges and from calls of other architectures.
FILTERS = {"system_call_filter": "~@debug", "system_call_architectures": "native", "restrict_address_families": "AF_UNIX",
           "restrict_namespaces": "yes", "lock_personality": "yes", "memory_deny_write_execute": "yes", "restrict_realtime": "yes",
           "restrict_suid_sgid": "yes", "protect_kernel_modules": "yes", "protect_kernel_logs": "yes", "protect_clock": "yes",
           "protect_hostname": "yes", "private_devices": "yes", "protect_kernel_tunables": "yes"}
NONE = {"umask": "0027", "private_tmp": "yes", "protect_system": "full", "private_ipc": "yes",
        "restrict_namespaces": "cgroup ipc net mnt pid user uts"}


def test_what_security_says_is_true(bridled, as_root):
    """Key by key: it says that privileges may be gained, and other ways into the kernel be taken, where the kernel says so, too."""
    keys = [*FILTERS.items(), *NONE.items(), ("no_new_privileges", "yes")]
    site = bridled(*(program(f"job{number}", "/bin/sleep 1000", user="daemon", group="daemon", **{key: value})
                     for number, (key, value) in enumerate(keys)))
    for number, (key, value) in enumerate(keys):
        site.wait_state("running", f"job{number}")
        status = pathlib.Path(f"/proc/{site.master(f'job{number}')}/status").read_text()
        said = site.ctl("check", "--security", f"job{number}")
        assert ("may gain privileges" in said) == ("\nNoNewPrivs:\t0\n" in status), (key, value)
        assert ("of other architectures" in said) == ("\nSeccomp:\t0\n" in status), (key, value)


# A user namespace whose maker may make no other below it: what is left to a plain user is Landlock. We are nobody there, as
# all are who are not in its map, and so is bridled: it lets us ask.
NO_NAMESPACES = ["unshare", "-Ur", "sh", "-c", "echo 1 >/proc/sys/user/max_user_namespaces && "
                 """exec unshare -U --map-user=65534 --map-group=65534 "$@" """, "sh"]
RULES = {
    "protect_system": ({"protect_system": "strict"}, "write", {"path": "{data}"}, "EACCES"),
    "protect_system_but": ({"protect_system": "strict", "read_write_paths": "{data}"}, "write", {"path": "{data}"}, "ok"),
    "protect_home": ({"protect_home": "yes"}, "read", {"path": "/home"}, "EACCES"),
    "read_only_paths": ({"read_only_paths": "{data}"}, "write", {"path": "{data}"}, "EACCES"),
    "inaccessible_paths": ({"inaccessible_paths": "{data}"}, "read", {"path": "{data}"}, "EACCES"),
    "bind_paths": ({"protect_system": "strict", "bind_paths": "{data}"}, "write", {"path": "{data}"}, "ok"),
    "bind_read_only_paths": ({"bind_read_only_paths": "{data}"}, "write", {"path": "{data}"}, "EACCES"),
}
MOUNTS = {"private_tmp": "yes", "temporary_file_system": "/var", "bind_paths": "/usr:/srv", "bind_read_only_paths": "/usr:/srv"}


@pytest.mark.parametrize("name", RULES)
def test_by_landlock(sandboxed, as_root, place, name):
    if subprocess.run([*NO_NAMESPACES, "true"], user=NOBODY, capture_output=True).returncode != 0:
        pytest.skip("user namespaces are not allowed here")
    keys, attempt, arguments, within = RULES[name]
    os.chown(place, NOBODY, NOBODY)
    data = str(place / "site" / "data")
    keys, arguments = ({key: value.replace("{data}", data) for key, value in one.items()} for one in (keys, arguments))
    site = sandboxed({}, keys, *({"autostart": "no", key: value} for key, value in MOUNTS.items()), user=NOBODY,
                     wrapper=NO_NAMESPACES)
    assert ask(site, attempt, "web1", **arguments) == within
    assert ask(site, "work", "web1") == "worked"
    assert ask(site, attempt, "web0", **arguments) in ("ok", ["shown"], os.listdir("/home"))
    for number, key in enumerate(MOUNTS):
        assert site.bridle("start", f"web{number + 2}").returncode != 0
        assert f"{key} cannot be given" in site.said()
