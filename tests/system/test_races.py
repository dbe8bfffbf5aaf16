"""While root makes, opens and removes for a service, its user exchanges what lies on the way: a directory or a file of its own for
a link to what is root's, thousands of times a second. Whatever comes of the starts and stops, nothing outside is made, opened for
it, given away or removed."""
import os
import pathlib
import pwd
import shutil
import subprocess
import sys

import pytest

from client import get
from sections import bridle, program, web
from waiting import until

USER = 47001  # nobody else's: not the watcher's, nor that of another test
ROUNDS = 12

# As that user: exchange ONE for the link OTHER to VICTIM, again and again (renameat2(2): there is no moment without one of both).
# Where root has taken either away, it is put back.
HOSTILE = """
import ctypes, os, signal, sys
one, other, victim, kind = sys.argv[1:]
libc = ctypes.CDLL(None)
count = 0

def put(path, make):
    try:
        make(path)
    except OSError:
        pass

def own(path):
    if kind == "directory":
        os.makedirs(path + "/deep")
    else:
        with open(path, "x") as file:
            file.write("OWN=1\\n")

def end(*_):
    print(count, flush=True)
    os._exit(0)

signal.signal(signal.SIGTERM, end)
print("begun", flush=True)
while True:
    if libc.renameat2(-100, one.encode(), -100, other.encode(), 2) == 0:
        count += 1
    else:
        put(one, own)
        put(other, lambda path: os.symlink(victim, path))
"""


def everything(place):
    """What is to be known of a directory and all that is in it: whose it is, how open, what it holds, and when any of that was
    last changed, were it but for a moment."""
    known = {}
    for path in [place, *sorted(place.rglob("*"))]:
        found = path.lstat()
        known[path] = (found.st_ino, found.st_uid, found.st_gid, found.st_mode, found.st_nlink, found.st_ctime_ns,
                       path.read_bytes() if path.is_file() else None)
    return known


@pytest.fixture
def victim(tmp_path_factory):
    """What is root's, with what bridled could look for, give away or remove in it."""
    place = tmp_path_factory.mktemp("victim")
    (place / "deep").mkdir(mode=0o700)
    for name in ("key", "deep/file", "variables"):
        (place / name).write_text("SECRET=s3cret\n")
        (place / name).chmod(0o600)
    place.chmod(0o700)
    return place


@pytest.fixture
def hostile():
    """hostile(ONE, VICTIM): exchanges it from now on, by a neighbour of its own; ended with the test. Returns how to end it."""
    running = []

    def start(one, victim, kind="directory"):
        words = [sys.executable, "-c", HOSTILE, str(one), f"{one}.other", str(victim), kind]
        process = subprocess.Popen(words, user=USER, group=USER, extra_groups=[], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def count(process):
    process.terminate()
    return int(process.stdout.read())


def own(*paths):
    for path in paths:
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, USER, USER)


def keys(**more):
    return {"user": str(USER), "group": str(USER), "start_limit": "0", "restart_delay": "10ms", "restart_delay_max": "20ms",
            "autostart": "no", **more}


def go_round(site, name):
    """Started and stopped, however that ends."""
    for _ in range(ROUNDS):
        site.bridle("start", name)
        site.bridle("stop", name)


# As that user: put links, hard links and a FIFO at each of PATHS, and take away what is there. What was tried, and what came of it.
TRICKS = """
import ctypes, os, signal, sys
victim, *paths = sys.argv[1:]
libc = ctypes.CDLL(None)
tried = done = 0

def attempt(trick, *words):
    global tried, done
    tried += 1
    try:
        trick(*words)
        done += 1
    except OSError:
        pass

def exchange(one, other):
    if libc.renameat2(-100, one.encode(), -100, other.encode(), 2) != 0:
        raise OSError

def end(*_):
    print(tried, done, flush=True)
    os._exit(0)

signal.signal(signal.SIGTERM, end)
print("begun", flush=True)
while True:
    for path in paths:
        attempt(os.symlink, victim, path + ".other")
        attempt(exchange, path, path + ".other")
        attempt(os.unlink, path)
        attempt(os.symlink, victim, path)
        attempt(os.unlink, path)
        attempt(os.link, victim, path)
        attempt(os.mkfifo, path)
        attempt(os.rename, path, path + ".other")
        attempt(os.unlink, path + ".other")
"""


WORDS = ["history", "why", "logs"]


@pytest.mark.parametrize("who", ["a stranger", "the watcher's user"])
def test_what_bridled_keeps_for_itself(bridled, as_root, victim, who):
    """A stranger cannot have a hand in any of it. Logs are the watcher's, who is no root: whoever has his user can, and neither has
    anything written or read elsewhere nor holds anybody up."""
    mine = who != "a stranger"
    uid = pwd.getpwnam("games").pw_uid if mine else USER
    site = bridled(*([bridle(watch_user="games")] if mine else []), web(), program("job", "/bin/sleep 1000", **keys()))
    site.wait_workers(1)
    lose_a_worker(site)
    paths = [site.log_dir / name for name in ("incidents.jsonl", "history.jsonl", "web/current")]
    if not mine:
        paths += [site.run_dir / name for name in ("control", "state", "state.new", "lock", "web/log")]
    until(lambda: all(path.exists() for path in paths if path.name != "state.new"), "all of them to be there")
    before, watcher = everything(victim), site.call("Info")["watcher"]
    command = [sys.executable, "-c", TRICKS, str(victim / "key"), *map(str, paths)]
    with subprocess.Popen(command, user=uid, group=uid, extra_groups=[], stdout=subprocess.PIPE, text=True) as attacker:
        try:
            assert attacker.stdout.readline() == "begun\n"
            go_round(site, "job")
            lose_a_worker(site)
            said = "".join(site.bridle(word, "web").stdout for word in WORDS)
            attacker.terminate()
            tried, done = map(int, attacker.stdout.read().split())
        finally:
            attacker.kill()
    assert tried > 100 and (done > 100 if mine else done == 0)
    for path in paths[:2] if mine else []:  # and what stays there
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o666)
    said += "".join(site.bridle(word, "web").stdout for word in WORDS)
    assert everything(victim) == before and "s3cret" not in said
    assert site.state("web") == "running" and get(site.address()).status == 200
    assert site.call("Info")["watcher"] == watcher


def lose_a_worker(site):
    """An incident."""
    pid = site.workers()[0]
    os.kill(pid, 9)
    until(lambda: site.workers() not in ([], [pid]), "another worker")


@pytest.mark.parametrize("kind", ["runtime", "state", "cache", "logs"])
def test_directories(bridled, as_root, victim, hostile, kind):
    """shop/way is the service's to exchange; shop/way/deep is made, given away and (below /run) removed with all that is in it."""
    site = bridled(program("job", "/bin/sleep 1000", **keys(**{f"{kind}_directory": "shop shop/way/deep"})),
                   program("fine", "/bin/sleep 1000"))
    own(site.root / kind / "shop", site.root / kind / "shop/way")
    before = everything(victim)
    attacker = hostile(site.root / kind / "shop/way", victim)
    go_round(site, "job")
    assert count(attacker) > 100
    assert everything(victim) == before
    assert site.state("fine") == "running"


def test_the_directory_of_its_socket(bridled, as_root, victim, hostile):
    """No socket is put where that leads, not even for a moment."""
    site = bridled(web(bind="unix:{root}/own/way/web.sock", **keys()))
    own(site.root / "own", site.root / "own/way")
    before = everything(victim)
    attacker = hostile(site.root / "own/way", victim)
    go_round(site, "web")
    assert count(attacker) > 100
    assert everything(victim) == before
    shutil.rmtree(site.root / "own")  # with the sockets that were behind the link when they should have been removed


@pytest.mark.parametrize("key, value", [("bind_paths", "/usr:{root}/own/way/new"), ("temporary_file_system", "{root}/own/way/new")])
def test_a_place_to_be_made(bridled, as_root, victim, hostile, key, value):
    """What a sandbox lays something over, and root would make where it is missing."""
    site = bridled(program("job", "/bin/sleep 1000", **keys(**{key: value})), program("fine", "/bin/sleep 1000"))
    own(site.root / "own", site.root / "own/way")
    before = everything(victim)
    attacker = hostile(site.root / "own/way", victim)
    go_round(site, "job")
    assert count(attacker) > 100
    assert everything(victim) == before and site.state("fine") == "running"


@pytest.mark.parametrize("setting, file", [("load_credential", "key"), ("environment_file", "variables")])
def test_what_root_reads_for_it(bridled, as_root, victim, hostile, setting, file):
    """A file of its own, and in the next moment a link to one that it may not read: the service never sees what that says."""
    place = "{root}/own/" + file
    value = f"key:{place}" if setting == "load_credential" else f"-{place}"
    site = bridled(program("job", "/bin/sh -c 'env; cat $CREDENTIALS_DIRECTORY/key; echo seen; exec sleep 1000'", **keys(**{setting: value})),
                   program("fine", "/bin/sleep 1000"))
    own(site.root / "own")
    mine = site.root / "own" / file
    mine.write_text("OWN=1\n")
    os.chown(mine, USER, USER)
    before = everything(victim)
    attacker = hostile(mine, victim / file, "file")
    for _ in range(ROUNDS):
        site.bridle("reload")  # reads variables anew
        site.bridle("start", "job")
        site.bridle("stop", "job")
    assert count(attacker) > 100
    pathlib.Path(f"{mine}.other").unlink(missing_ok=True)
    mine.unlink(missing_ok=True)
    mine.write_text("OWN=1\n")
    os.chown(mine, USER, USER)
    site.bridle("reload")
    site.ctl("start", "job")
    until(lambda: site.log("job").rstrip().endswith("seen"), "it to say what it was given")
    assert "OWN=1" in site.log("job") and "s3cret" not in site.log("job") and "s3cret" not in site.said()
    assert everything(victim) == before and site.state("fine") == "running"


@pytest.mark.parametrize("kind", ["fifo", "device", "socket", "hard link"])
@pytest.mark.parametrize("setting", ["load_credential", "environment_file", "state_directory", "bind"])
def test_what_is_no_file(bridled, as_root, victim, setting, kind):
    """Something else in its place neither holds bridled up nor is opened, followed or changed."""
    site = bridled(program("fine", "/bin/sleep 1000"))
    own(site.root / "own")
    if setting == "state_directory":
        own(site.root / "state", site.root / "state/shop")
        os.chown(site.root / "state", 0, 0)
    place = site.root / {"state_directory": "state/shop/way", "bind": "own/web.sock"}.get(setting, "own/key")
    if kind == "fifo":
        os.mkfifo(place, 0o600)
    elif kind == "device":
        subprocess.run(["mknod", "-m", "600", place, "c", "1", "5"], check=True)  # /dev/zero has no end
    elif kind == "socket":
        os.mknod(place, 0o140600)
    else:
        os.link(victim / "key", place)
    if kind != "hard link":
        os.chown(place, USER, USER)
    before, there = everything(victim), place.lstat()
    values = {"load_credential": f"key:{place}", "environment_file": str(place), "state_directory": "shop shop/way",
              "bind": f"unix:{place}"}
    more = {**keys(start_limit="1"), setting: values[setting]}
    sections = web(**more) if setting == "bind" else program("web", "/bin/sleep 1000", **more)
    site.write(sections, program("fine", "/bin/sleep 1000"))
    site.bridle("reload")
    started = site.bridle("start", "web")
    if setting == "bind" and kind == "socket":
        assert started.returncode == 0  # nobody listens: a socket file of its own that was left is replaced
    else:
        assert started.returncode != 0
        assert (place.lstat().st_ino, place.lstat().st_mode, place.lstat().st_uid) == (there.st_ino, there.st_mode, there.st_uid)
    assert everything(victim) == before
    assert site.state("fine") == "running"
    site.bridle("stop", "web")
    place.unlink(missing_ok=True)
