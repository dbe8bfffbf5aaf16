"""Directories and secrets that are made for a service: whose they are, what it is told, what is left, and tricks with links."""
import errno
import json
import os
import pathlib
import stat
import subprocess
import urllib.parse

import pytest

from client import get
from sections import bridle, program, web
from waiting import until

NOBODY = 65534
KINDS = ["runtime", "state", "cache", "logs", "configuration"]


def bounds(**keys):
    return web(app="bounds:app", **{"socket_mode": "0666", **keys})


def ask(site, path="/report", name="web", **query):
    answer = get(site.address(name), f"{path}?{urllib.parse.urlencode(query)}" if query else path)
    return json.loads(answer.body)


def looks(path):
    found = os.lstat(path)
    return oct(found.st_mode & 0o7777), found.st_uid, stat.S_ISDIR(found.st_mode)


@pytest.mark.parametrize("user", [None, NOBODY], ids=["root", "plain user"])
def test_they_are_there_and_its_own(bridled, as_root, user):
    """Started by root for nobody, and by nobody itself."""
    keys = {f"{kind}_directory": "shop shop/deep" for kind in KINDS} | {"state_directory_mode": "0700"}
    site = bridled(bounds(**keys, **({"user": str(NOBODY), "group": str(NOBODY)} if user is None else {})), user=user)
    site.wait_workers(1)
    environment = ask(site)["env"]
    for kind in KINDS:
        paths = [site.root / kind / "shop", site.root / kind / "shop" / "deep"]
        assert environment[f"{kind.upper()}_DIRECTORY"] == ":".join(map(str, paths))
        for path in paths:
            assert looks(path) == ("0o700" if kind == "state" else "0o755", NOBODY, True), path
        assert ask(site, "/touch", file=paths[1] / "file")["error"] == ""
    # over a replacement everything stays; when it is stopped, what was below /run goes and the rest stays
    site.ctl("restart", "web")
    site.wait_workers(1)
    assert (site.root / "runtime/shop/deep/file").exists()
    site.ctl("stop", "web")
    assert not (site.root / "runtime/shop").exists()
    assert all((site.root / kind / "shop/deep/file").exists() for kind in KINDS[1:])


MODES = {"runtime_directory_mode": "0711", "state_directory_mode": "0700", "cache_directory_mode": "0750",
         "logs_directory_mode": "0710", "configuration_directory_mode": "0751"}


def test_their_modes(bridled, as_root):
    """Its own to write to, and others have what the mode leaves them: these have no look at what is in them. One that is there
    keeps its mode."""
    names = {"runtime_directory": "shop", "state_directory": "shop", "cache_directory": "shop", "logs_directory": "shop",
             "configuration_directory": "shop"}
    site = bridled(bounds(user=str(NOBODY), group=str(NOBODY), **names, **MODES))
    site.wait_workers(1)
    for kind in KINDS:
        place = site.root / kind / "shop"
        assert looks(place) == (oct(int(MODES[f"{kind}_directory_mode"], 8)), NOBODY, True), kind
        assert ask(site, "/touch", file=place / "file")["error"] == ""
        assert subprocess.run(["ls", place], user=1, group=1, extra_groups=[], capture_output=True).returncode != 0
    site.write(bounds(user=str(NOBODY), group=str(NOBODY), **names, **dict.fromkeys(MODES, "0755")))
    site.ctl("reload")
    site.wait_workers(1)
    assert looks(site.root / "state/shop")[0] == "0o700" and ask(site, "/touch", file=site.root / "state/shop/more")["error"] == ""


def test_preserved(bridled):
    site = bridled(bounds(runtime_directory="kept", runtime_directory_preserve="yes"))
    site.wait_workers(1)
    site.ctl("stop", "web")
    assert (site.root / "runtime/kept").is_dir()


@pytest.mark.parametrize("start", ["at-once", "on-demand"])
def test_its_listener_may_be_there(bridled, as_root, start):
    """As in units beyond number: RuntimeDirectory=shop, and --bind unix:/run/shop/socket."""
    site = bridled(bounds(runtime_directory="shop/deep", bind="unix:{root}/runtime/shop/deep/socket", user=str(NOBODY),
                          group=str(NOBODY), start=start))
    path = site.root / "runtime/shop/deep/socket"
    site.wait_state("running" if start == "at-once" else "listening")
    assert get(str(path)).status == 200
    site.ctl("restart", "web")
    assert get(str(path)).status == 200
    site.ctl("stop", "web")
    assert not path.exists() and not path.parent.exists()


def test_a_runtime_directory_of_two(bridled, as_root):
    """It stays while another service that is up has its files there, or its socket; the last one takes it away."""
    both = {"user": str(NOBODY), "group": str(NOBODY)}
    site = bridled(bounds(runtime_directory="shop", bind="unix:{root}/runtime/shop/socket", **both),
                   program("job", "/bin/sh -c 'touch $RUNTIME_DIRECTORY/file; sleep 1000'", runtime_directory="shop/job", **both),
                   program("last", "/bin/sleep 1000", runtime_directory="shop", **both))
    site.wait_workers(1)
    until(lambda: (site.root / "runtime/shop/job/file").exists(), "its file")
    site.ctl("stop", "last")
    assert get(str(site.root / "runtime/shop/socket")).status == 200
    site.ctl("stop", "web")
    assert (site.root / "runtime/shop/job/file").exists()
    site.ctl("stop", "job")
    assert not (site.root / "runtime/shop/job").exists()
    site.ctl("start", "last")
    site.ctl("stop", "last")
    assert not (site.root / "runtime/shop").exists()


def test_a_program_has_them_too(bridled):
    site = bridled(program("job", "/bin/sh -c 'echo $STATE_DIRECTORY; touch $RUNTIME_DIRECTORY/x; sleep 1000'",
                           state_directory="job", runtime_directory="job"))
    until(lambda: str(site.root / "state/job") in site.log("job"), "it to say where its state is")
    until(lambda: (site.root / "runtime/job/x").exists(), "its file")
    site.ctl("stop", "job")
    assert not (site.root / "runtime/job").exists()


@pytest.mark.parametrize("trick", ["link", "link on the way", "foreign", "open to all", "root's own, renamed"])
def test_tricks(daemons, as_root, trick):
    """What a service's user may have put there before is refused, and what it points to stays as it was."""
    site = daemons()
    victim = site.root / "victim"
    victim.mkdir(mode=0o700)
    (victim / "deep").mkdir(mode=0o700)
    base = site.root / "state"
    base.mkdir(mode=0o755)
    if trick == "link":
        (base / "shop").symlink_to(victim)
        os.lchown(base / "shop", NOBODY, NOBODY)
    elif trick == "link on the way":
        # shop is the service's, so what is in it can be anything
        (base / "shop").mkdir()
        os.chown(base / "shop", NOBODY, NOBODY)
        (base / "shop/way").symlink_to(victim)
        os.lchown(base / "shop/way", NOBODY, NOBODY)
    elif trick == "foreign":
        (base / "shop").mkdir()
        os.chown(base / "shop", 1, 1)
    elif trick == "root's own, renamed":
        # a backup that root keeps there, say: its name is for whoever owns the directory around it to change
        (base / "shop").mkdir()
        os.chown(base / "shop", NOBODY, NOBODY)
        victim.rename(base / "shop/backup")
        victim = base / "shop/deep"
        subprocess.run(["mv", base / "shop/backup", victim], user=NOBODY, group=NOBODY, extra_groups=[], check=True)
    else:
        (base / "shop").mkdir()
        (base / "shop").chmod(0o777)
        (base / "shop/theirs").touch()  # an empty one is taken for a volume that was made for whoever comes (rundir.c)
    asked = {"link on the way": "shop/way/deep", "root's own, renamed": "shop shop/deep"}.get(trick, "shop")
    site.write(bounds(user=str(NOBODY), group=str(NOBODY), start_limit="1", state_directory=asked), program("fine", "/bin/sleep 99"))
    site.start()
    site.wait_state("failed")
    assert "web: state_directory: " in site.said()
    assert looks(victim) == ("0o700", 0, True) and looks(victim / "deep") == ("0o700", 0, True)
    assert site.state("fine") == "running"


def test_removal_follows_no_link(bridled, as_root):
    """A service leaves links to what is not its own in its runtime directory, which goes without them being followed."""
    site = bridled(bounds(user=str(NOBODY), group=str(NOBODY), runtime_directory="shop"))
    victim = site.root / "victim"
    victim.mkdir()
    (victim / "precious").write_text("here")
    site.wait_workers(1)
    place = site.root / "runtime/shop"
    (place / "link").symlink_to(victim)
    os.lchown(place / "link", NOBODY, NOBODY)
    site.ctl("stop", "web")
    assert not place.exists() and (victim / "precious").read_text() == "here"


def test_names_that_lead_out(daemons):
    site = daemons()
    for name in ("../x", "/x", "a/../../x", ".", "a//b", "a:b"):
        site.write(bounds(state_directory=name))
        checked = site.bridle("check", site.config)
        assert checked.returncode != 0 and "is not a relative path" in checked.stdout + checked.stderr, name


@pytest.mark.parametrize("name", ["run", "run/other"])
def test_not_where_bridled_has_its_own(daemons, name):
    """Neither what holds run_dir nor what is in it, such as the directory with the credentials of another service."""
    site = daemons()
    (site.root / "run").symlink_to("runtime/run")  # where the test looks for the control socket
    site.write(bridle(run_dir="{root}/runtime/run"), program("fine", "/bin/sleep 99"),
               program("job", "/bin/sleep 98", runtime_directory=name))
    site.start()
    site.wait_state("waiting", "job")
    assert "is where bridled has its own" in site.said()


# ---- secrets

def secret(site, text="s3cret\n", mode=0o600):
    path = site.root / "the.key"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_credential(daemons, as_root):
    """The service can read it, though not the source; nobody else can; it is not shown, and gone when it is stopped."""
    site = daemons()
    source = secret(site)
    site.write(bounds(user=str(NOBODY), group=str(NOBODY), load_credential=f"key:{source} other:{source}"))
    site.start()
    site.wait_workers(1)
    where = pathlib.Path(ask(site)["env"]["CREDENTIALS_DIRECTORY"])
    assert where == site.run_dir / "web/credentials"
    seen = ask(site, "/look", file=where / "key")
    assert (seen["text"], seen["uid"], seen["mode"]) == ("s3cret", NOBODY, oct(stat.S_IFREG | 0o400))
    assert ask(site, "/look", file=source)["text"] != "s3cret"
    assert looks(where) == ("0o710", 0, True)
    # the service cannot put another there, nor change it
    assert ask(site, "/touch", file=where / "new")["error"] in ("Permission denied", "Read-only file system")
    for shown in (site.ctl("config"), site.ctl("status", "web"), site.said(), site.log(), *map(str, [ask(site)["env"]])):
        assert "s3cret" not in shown
    source.write_text("changed\n")
    site.ctl("restart", "web")
    site.wait_workers(1)
    assert ask(site, "/look", file=where / "key")["text"] == "changed"
    site.ctl("stop", "web")
    assert not where.exists()


def mount_of(pid, path):
    """Type and options of what PID sees mounted at PATH; None where nothing is."""
    for line in pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if before.split()[4] == str(path):
            return after.split()[0], set(before.split()[5].split(","))
    return None


def test_a_credential_is_seen_by_its_service_alone(bridled, as_root):
    """In memory that is not swapped, in a mount namespace: nobody else finds it, on no disk and under no path; each generation has
    its own. What starts with it sees it, too."""
    site = daemons_with_secret(bridled, exec_start_pre="/bin/sh -c 'cat $CREDENTIALS_DIRECTORY/key'")
    site.wait_workers(1)
    where, master = site.run_dir / "web/credentials", site.master()
    kind, options = mount_of(master, where)
    assert kind in ("tmpfs", "ramfs") and {"ro", "nosuid", "nodev", "noexec"} <= options
    assert mount_of(site.pid, where) is None and mount_of("self", where) is None
    assert "s3cret" in site.log("web")
    inside = ask(site, "/look", file=where)
    assert (inside["mode"], inside["uid"]) == (oct(stat.S_IFDIR | 0o700), NOBODY)
    assert ask(site, "/look", file=where / "key")["text"] == "s3cret"
    assert list(where.iterdir()) == []
    seen = f"/proc/{master}/root{where}/key"
    assert subprocess.run(["cat", seen], user=1, group=1, extra_groups=[], capture_output=True).returncode != 0
    held = pathlib.Path(f"/proc/{site.pid}/fd")
    assert not [link for link in map(os.readlink, held.iterdir()) if "credentials" in link]
    (site.root / "the.key").write_text("changed\n")
    site.ctl("restart", "web")
    assert ask(site, "/look", file=where / "key")["text"] == "changed"
    site.ctl("stop", "web")
    assert not where.exists()


def daemons_with_secret(bridled, **keys):
    site = bridled(program("fine", "/bin/sleep 1000"))
    site.write(bounds(user=str(NOBODY), group=str(NOBODY), load_credential=f"key:{secret(site)}", **keys))
    site.ctl("reload")
    return site


def test_where_credentials_cannot_be_hidden(bridled, as_root):
    """A plain user makes no such file system: they are files, its own, which is said."""
    site = bridled(bounds(set_credential="key:s3cret"), user=NOBODY)
    site.wait_workers(1)
    where = site.run_dir / "web/credentials"
    assert mount_of(site.master(), where) is None
    assert ask(site, "/look", file=where / "key")["text"] == "s3cret" and looks(where / "key")[0] == "0o400"
    assert "web: its credentials are files below run_dir" in site.said()


def test_a_credential_of_the_configuration(bridled, as_root):
    """Its value is in a file of the service's and nowhere else; for one of load_credential's, it stands in while that is missing."""
    site = bridled(bounds(user=str(NOBODY), group=str(NOBODY), set_credential="'key:s3 cret' late:st4ndin",
                          load_credential="late:{root}/late"))
    site.wait_workers(1)
    where = pathlib.Path(ask(site)["env"]["CREDENTIALS_DIRECTORY"])
    seen = ask(site, "/look", file=where / "key")
    assert (seen["text"], seen["uid"], seen["mode"]) == ("s3 cret", NOBODY, oct(stat.S_IFREG | 0o400))
    assert ask(site, "/look", file=where / "late")["text"] == "st4ndin"
    assert ask(site, "/touch", file=where / "key")["error"] in ("Permission denied", "Read-only file system")
    for shown in (site.ctl("config"), site.ctl("config", "--json"), site.ctl("status", "web"), site.said(), site.log(),
                  str(ask(site)["env"])):
        assert "s3 cret" not in shown and "st4ndin" not in shown
    late = site.root / "late"
    late.write_text("true one\n")
    late.chmod(0o600)
    site.ctl("restart", "web")
    site.wait_workers(1)
    assert ask(site, "/look", file=where / "late")["text"] == "true one"
    site.ctl("stop", "web")
    assert not where.exists()


@pytest.mark.parametrize("trick", ["link", "hard link", "fifo", "missing", "too large"])
def test_a_credential_that_is_refused(daemons, as_root, trick):
    """A path in a directory of the service's user must not make root read for it."""
    site = daemons()
    own = site.root / "own"
    own.mkdir()
    os.chown(own, NOBODY, NOBODY)
    source, place = secret(site), own / "key"
    if trick == "link":
        place.symlink_to(source)
        os.lchown(place, NOBODY, NOBODY)
    elif trick == "hard link":
        os.link(source, place)
    elif trick == "fifo":
        os.mkfifo(place)
    elif trick == "too large":
        place.write_bytes(bytes((1 << 20) + 1))
        os.chown(place, NOBODY, NOBODY)
    site.write(bounds(user=str(NOBODY), group=str(NOBODY), start_limit="1", load_credential=f"key:{place}"))
    site.start()
    site.wait_state("failed")
    assert "web: load_credential: key: " in site.said()
    assert not (site.run_dir / "web/credentials/key").exists()


def test_its_own_file_it_may_have(bridled, as_root, tmp_path):
    tmp_path.chmod(0o755)
    site = bridled(program("job", "/bin/sh -c 'cat $CREDENTIALS_DIRECTORY/key; sleep 1000'", user=str(NOBODY), group=str(NOBODY),
                           load_credential="key:{root}/own/key", autostart="no"))
    own = site.root / "own"
    own.mkdir()
    (own / "key").write_text("mine\n")
    os.chown(own, NOBODY, NOBODY)
    os.chown(own / "key", NOBODY, NOBODY)
    site.ctl("start", "job")
    until(lambda: "mine" in site.log("job"), "it to read its secret")


# ---- environment

def test_variables_of_a_file(bridled, as_root):
    """Read by root for the service: a file that it cannot read by itself. Another user's is refused."""
    both = {"user": str(NOBODY), "group": str(NOBODY)}
    site = bridled(bounds(environment_file="-{root}/variables", environment="ONE=1", autostart="no", **both))
    file = site.root / "variables"
    file.write_text("ONE=one\nTWO='t w o'\n")
    file.chmod(0o600)
    site.ctl("reload")
    site.ctl("start", "web")
    site.wait_workers(1)
    seen = ask(site)["env"]
    assert (seen["ONE"], seen["TWO"]) == ("one", "t w o")
    assert ask(site, "/look", file=file)["text"] == str(errno.EACCES)
    file.write_text("ONE=another's\n")
    os.chown(file, 1, 1)
    assert site.bridle("reload").returncode != 0
    assert get(site.address()).status == 200


def test_umask(bridled):
    site = bridled(bounds(umask="0027", runtime_directory="web"), web("usual", app="bounds:app", runtime_directory="usual"))
    site.wait_workers(1)
    site.wait_workers(1, "usual")
    for name, mode in (("web", "0o640"), ("usual", "0o644")):
        assert ask(site, "/touch", name, file=site.root / "runtime" / name / "file")["mode"] == mode


@pytest.mark.parametrize("keys, there, missing", [
    ({}, {"ONE", "TWO", "PATH"}, set()),
    ({"clear_environment": "yes"}, {"PATH", "THREE"}, {"ONE", "TWO"}),
    ({"pass_environment": "TWO NOT_SET"}, {"TWO", "PATH", "THREE"}, {"ONE", "NOT_SET"}),
    ({"unset_environment": "ONE THREE NOT_SET"}, {"TWO", "PATH"}, {"ONE", "THREE"}),
])
def test_what_it_gets_of_ours(bridled, keys, there, missing):
    site = bridled(bounds(environment="THREE=3", **keys), environment={"ONE": "1", "TWO": "2"})
    site.wait_workers(1)
    seen = set(ask(site)["env"])
    assert there <= seen and not missing & seen
    assert "BRIDLE_SERVICE" in seen


def test_what_systemd_tells_its_unit_is_for_bridled(bridled):
    """Not for services, nor for commands that run as root: theirs are their own, named or not."""
    told = ("CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY",
            "CONFIGURATION_DIRECTORY", "MAINPID", "INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDNAMES")
    site = bridled(bounds(runtime_directory="web", pass_environment="PATH CREDENTIALS_DIRECTORY STATE_DIRECTORY"),
                   web("usual", app="bounds:app", exec_start_pre="+/bin/sh -c 'env >$BRIDLE_RUN_DIR/seen'"),
                   environment={name: "/of/bridled" for name in told})
    for name, own in (("web", {"RUNTIME_DIRECTORY"}), ("usual", set())):
        site.wait_workers(1, name)
        seen = ask(site, name=name)["env"]
        assert set(told) & set(seen) == own and "/of/bridled" not in seen.values()
    assert "/of/bridled" not in (site.run_dir / "seen").read_text()
