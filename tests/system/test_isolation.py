"""Where bridled may run: as PID 1, under an OCI runtime, as a plain user; and whom its services run as."""
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess

import pytest

import processes
from client import Traffic, get
from daemon import sanitizer_settings
from sections import bridle, deaf, program, web
from waiting import until

# Orphans: each is forked by a child that exits at once, so that PID 1 gets it, and ends soon after.
ORPHANS = """
import os, sys, time
count = int(sys.argv[1])
for number in range(count):
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.wait()
print("orphaned", count, flush=True)
time.sleep(3600)
"""


@pytest.fixture
def namespace(as_root):
    """The command that makes what follows PID 1 of a PID namespace."""
    wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode != 0:
        pytest.skip("PID namespaces are not allowed here")
    return wrapper


def inner(site):
    """bridled itself, below unshare."""
    return until(lambda: processes.children(site.pid), "bridled in its namespace")[0]


def test_where_there_is_no_user_but_root(daemons, as_root):
    """A user namespace that maps its owner alone, as rootless containers without subuids: no nobody for the watcher, and no
    setgroups(2)."""
    wrapper = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode != 0:
        pytest.skip("user namespaces are not allowed here")
    site = daemons(wrapper=wrapper)
    site.write(web())
    assert site.start(wait=False).wait() == 1
    assert "none of this user namespace: set user, or watch_user" in site.said()
    site.write(bridle(watch_user="root"), web())
    site.start().wait_workers(1)
    assert get(site.address()).status == 200


def test_as_pid_1_with_orphans(daemons, namespace, tmp_path):
    tmp_path.chmod(0o755)
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    site = daemons(wrapper=namespace)
    site.write(web(workers=2), program("orphans", f"/usr/bin/python3 -S {script} 10000"))
    site.start()
    assert site.call("Info")["pid"] == 1
    site.wait_workers(2)
    until(lambda: "orphaned 10000" in site.log("orphans"), "10,000 orphans", 120)
    until(lambda: not processes.zombies_below(inner(site)), "all to be reaped", 10)
    with Traffic(site.address()) as traffic:
        site.ctl("restart", "web")
    traffic.assert_nothing_lost()
    os.kill(inner(site), signal.SIGTERM)
    assert site.wait() == 0
    site.assert_nothing_left()


def test_pid_1_stops_strangers_too(daemons, namespace):
    """What nobody started from a service is still ended, because PID 1's end is the end of all."""
    site = daemons(wrapper=namespace)
    site.write(deaf(stop_timeout="500ms"))
    site.start()
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    os.kill(inner(site), signal.SIGTERM)
    assert site.wait() == 3
    site.assert_nothing_left()


def test_a_container_that_was_killed(daemons, namespace):
    """And is begun again, with the same run_dir: who has the pids of those who were there before is none of them, and nothing went
    wrong with a service."""
    site = daemons(wrapper=namespace)
    site.write(web())
    site.start().wait_workers(1)
    os.kill(inner(site), signal.SIGKILL)
    site.process.wait()
    site.start().wait_workers(1)
    assert "from before the last boot of this machine or container" in site.said() and "known again" not in site.said()
    assert site.service()["restarts"] == 0 and site.call("Why", name="web", last=5)["incidents"] == []
    os.kill(inner(site), signal.SIGTERM)
    assert site.wait() == 0


# crun may have to leave cgroups alone (hybrid hierarchies), and runc takes no such option.
RUNTIMES = [["crun"], ["crun", "--cgroup-manager=disabled"], ["runc"]]
EYES = ["CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"]
CAPABILITIES = ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID", "CAP_FOWNER", "CAP_DAC_OVERRIDE"]


def oci_bundle(site, where, capabilities, groups=None, memory=None):
    """A container whose root is this machine's, read-only, but for the directory of the test; its control groups are mounted
    GROUPS (ro or rw), and it may have MEMORY bytes."""
    (where / "rootfs").mkdir(parents=True)
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc"},
              {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
              {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "mode=1777"]},
              {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=1777"]}]
    if groups:
        mounts.append({"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", groups]})
    places = {"/usr", "/etc", "/lib", "/lib64", "/bin", "/sbin", str(site.built), str(site.apps), site.venv}
    for place in sorted(place for place in places if place and os.path.exists(place)):
        mounts.append({"destination": place, "source": os.path.realpath(place), "options": ["rbind", "ro"]})
    mounts.append({"destination": str(site.root), "source": str(site.root), "options": ["rbind", "rw"]})
    environment = [f"{name}={value}" for name, value in sanitizer_settings(site.root).items()]
    process = {"terminal": False, "cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/usr/bin:/bin", *environment],
               "args": [str(site.built / "bridled"), "--root", str(site.root)],
               "capabilities": {kind: capabilities for kind in ("bounding", "effective", "permitted")}}
    namespaces = [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")]
    settings = {"ociVersion": "1.0.2", "root": {"path": "rootfs", "readonly": False}, "mounts": mounts,
                "process": process, "linux": {"namespaces": namespaces}}
    if memory:
        settings["linux"]["resources"] = {"memory": {"limit": memory, "swap": memory}}
    (where / "config.json").write_text(json.dumps(settings))


@pytest.mark.parametrize("sees", [True, False], ids=["seeing", "bare"])
def test_under_an_oci_runtime(daemons, as_root, tmp_path, sees):
    """As PID 1 of a container. Without EYES, as most containers are, root's heartbeats cannot be seen: that is said."""
    site = daemons()
    bundle = tmp_path / "bundle"
    oci_bundle(site, bundle, [*CAPABILITIES, *EYES] if sees else CAPABILITIES)
    site.write(web(workers=2), program("nap", "/bin/sleep 3600"))
    runtime, identity = start_container(site, bundle, tmp_path)
    if runtime is None:
        pytest.skip(f"no OCI runtime can run a container here: {site.said()[-300:]}")
    try:
        assert site.call("Info")["pid"] == 1
        site.wait_state("running")
        if sees:
            site.wait_workers(2)
        else:
            assert "heartbeats of its workers cannot be seen" in site.said()
        assert get(site.address()).status == 200
        site.ctl("restart", "web")
        assert site.state() == "running" and get(site.address()).status == 200
        subprocess.run([*runtime, "kill", identity, "TERM"], check=True)
        assert site.wait() == 0, site.said()
    finally:
        subprocess.run([*runtime, "delete", "--force", identity], capture_output=True)


# crun wants a hierarchy of one kind; runc takes whatever the machine has.
@pytest.mark.parametrize("policy", ["continue", "restart"])
def test_a_leak_in_a_container(daemons, as_root, tmp_path, policy):
    """The kernel's log cannot be read there, and the groups have the host's names: the count of the service's own group says
    that a worker was killed for want of memory."""
    site = daemons()
    bundle = tmp_path / "bundle"
    oci_bundle(site, bundle, [*CAPABILITIES, *EYES], groups="rw")
    site.write(web(app="bounds:app", workers=2, memory_max="150M", memory_swap_max="0", oom_policy=policy))
    runtime, identity = start_container(site, bundle, tmp_path, [["runc"], ["crun"]])
    if runtime is None:
        pytest.skip(f"no OCI runtime gives a container control groups here: {site.said()[-300:]}")
    try:
        workers = site.wait_workers(2)
        if "the kernel does not keep it to memory_max" in site.said():
            pytest.skip("no memory controller here")
        with pytest.raises((EOFError, OSError)):
            get(site.address(), "/take?mb=400")
        if policy == "restart":
            until(lambda: site.service()["generation"] == 2 and site.state() == "running", "a replacement")
        else:
            until(lambda: len(set(workers) & set(site.wait_workers(2))) == 1, "the killed one to be succeeded")
            assert site.service()["generation"] == 1
        assert get(site.address()).status == 200
        until(lambda: "runtime.oom-kill" in [one["class"] for one in site.call("Why", name="web", last=5)["incidents"]],
              "the incident")
        subprocess.run([*runtime, "kill", identity, "TERM"], check=True)
        assert site.wait() == 0, site.said()
    finally:
        subprocess.run([*runtime, "delete", "--force", identity], capture_output=True)


def test_a_container_that_is_too_small(daemons, as_root, tmp_path):
    """As they are by default: no group can be made, and no process event or line of the kernel's log comes in. The count of the
    container's own group says that a worker was killed for want of memory, and that one was not."""
    site = daemons()
    bundle = tmp_path / "bundle"
    oci_bundle(site, bundle, CAPABILITIES, groups="ro", memory=700 << 20)
    site.write(web(app="bounds:app", workers=2))
    runtime, identity = start_container(site, bundle, tmp_path, [["runc"], ["crun"]])
    if runtime is None:
        pytest.skip(f"no OCI runtime bounds a container here: {site.said()[-300:]}")
    try:
        site.wait_state("running")
        if "process events" not in site.said() or "kernel's log cannot be read" not in site.said():
            pytest.skip("this container is told more than others are")
        with pytest.raises((EOFError, OSError)):
            get(site.address(), "/take?mb=1000")
        until(lambda: "runtime.oom-kill" in classes(site), "the incident to be over")
        subprocess.run([*runtime, "exec", identity, "/bin/kill", "-KILL", worker_named_last(site)], check=True)
        until(lambda: "runtime.killed-9-sent" in classes(site), "the other incident")
        assert classes(site).count("runtime.oom-kill") == 1
        subprocess.run([*runtime, "kill", identity, "TERM"], check=True)
        assert site.wait() == 0, site.said()
    finally:
        subprocess.run([*runtime, "delete", "--force", identity], capture_output=True)


def classes(site):
    """Of the incidents that are over: another death would belong to one that is not."""
    return [one["class"] for one in site.call("Why", name="web", last=5)["incidents"] if one["over"]]


def worker_named_last(site):
    """Its pid in the container, by the log."""
    return re.findall(r"Booting worker with pid: (\d+)", site.log("web"))[-1]


def start_container(site, bundle, where, runtimes=RUNTIMES):
    """Try what is installed, until bridled runs in a container: (the runtime's command, the container's name)."""
    for number, runtime in enumerate(runtimes):
        if shutil.which(runtime[0]):
            runtime = [*runtime, "--root", str(where / f"state{number}")]
            identity = f"bridle-test-{os.getpid()}-{number}"
            with open(site.stderr, "ab") as stderr:
                site.process = subprocess.Popen([*runtime, "run", "--bundle", str(bundle), identity], stderr=stderr,
                                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            if wait_container(site):
                return runtime, identity
    return None, None


def wait_container(site):
    def settled():
        if site.process.poll() is not None:
            return "ended"
        try:
            return site.call("Info") and "up"
        except OSError:
            return None
    return until(settled, "the container to be up or to fail", 30) == "up"


# ---- users

NOBODY = pwd.getpwnam("nobody").pw_uid


def test_as_a_plain_user(daemons, as_root):
    """Everything works in a directory of one's own, without any privilege."""
    site = daemons(user=NOBODY)
    site.write(web(workers=2), program("nap", "/bin/sleep 3600"))
    os.chown(site.config, NOBODY, NOBODY)
    site.start()
    site.wait_workers(2)
    answer = json.loads(get(site.address(), "/who").body.split(" ", 1)[1].rsplit(" ", 1)[0])
    assert answer["uid"] == NOBODY
    with Traffic(site.address()) as traffic:
        assert site.bridle("restart", "web", user=NOBODY).returncode == 0
    traffic.assert_nothing_lost()
    workers = site.service()["workers"]
    assert all(worker["rss"] and worker["heartbeat"] is not None for worker in workers)
    master = site.master()
    os.kill(master, signal.SIGKILL)
    until(lambda: site.master() not in (None, master), "a successor")
    site.wait_workers(2)
    assert site.bridle("stop", "web", user=NOBODY).returncode == 0


def said_by(site, name="web"):
    return json.loads(get(site.address(name), "/who").body.split(" ", 1)[1].rsplit(" ", 1)[0])


def test_a_service_gets_the_identity_that_was_configured(daemons, as_root, edge):
    """User, group, all its groups, directory, umask, environment; no descriptor and no variable too many."""
    someone = pwd.getpwnam("daemon")
    site = daemons(venv=edge["path"])
    extra = site.root / "extra.env"
    extra.write_text("# a comment\nFROM_FILE=two words\nBOTH=file\n")
    site.write(web(user="daemon", umask="0027", environment='PLAIN=one "SPACED=a b" BOTH=key', socket_mode="0666",
                   environment_file=f"{extra} -{site.root}/not-there"))
    site.start().wait_state("running")
    seen = said_by(site)
    assert (seen["uid"], seen["gid"]) == (someone.pw_uid, someone.pw_gid)
    groups = {one.gr_gid for one in grp.getgrall() if "daemon" in one.gr_mem} | {someone.pw_gid}
    assert set(seen["groups"]) == groups
    assert seen["cwd"] == str(site.apps) and seen["umask"] == 0o027
    env = seen["env"]
    assert (env["PLAIN"], env["SPACED"], env["FROM_FILE"]) == ("one", "a b", "two words")
    assert env["PYTHONUNBUFFERED"] == "1" and env["BRIDLE_SERVICE"] == "web"
    assert not [name for name in env if name.startswith(("NOTIFY_", "GUNICORN_", "WATCHDOG_"))]
    master = site.master()
    assert os.stat(f"/proc/{master}").st_uid == someone.pw_uid
    assert os.getsid(master) == master


def test_group_alone_and_numbers(daemons, as_root):
    site = daemons()
    site.write(web(user=str(NOBODY), group="daemon", socket_mode="0666"))
    site.start().wait_state("running")
    seen = said_by(site)
    assert (seen["uid"], seen["gid"]) == (NOBODY, grp.getgrnam("daemon").gr_gid)


def test_signals_and_descriptors_as_gunicorn_needs_them(bridled):
    """Unblocked, at their defaults; standard input null; listeners from 3 on, nothing else of ours."""
    site = bridled(web())
    master = site.wait_state("running")["master"]
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{master}/status").read_text().splitlines()
                  if ":\t" in line)
    assert int(status["SigBlk"], 16) == 0
    ignored = int(status["SigIgn"], 16)  # Python itself ignores SIGPIPE and SIGXFSZ
    assert ignored & ~(1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)) == 0
    links = {int(fd.name): os.readlink(fd) for fd in pathlib.Path(f"/proc/{master}/fd").iterdir()}
    assert links[0] == "/dev/null" and str(site.run_dir) in links[1] and links[2] == links[1]
    assert not [link for link in links.values() if "memfd" in link or link.endswith("control")]


def test_the_watcher_has_no_power(daemons, as_root):
    site = daemons()
    site.write(web())
    site.start().wait_state("running")
    watcher = site.call("Info")["watcher"]
    text = pathlib.Path(f"/proc/{watcher}/status").read_text()
    assert os.stat(f"/proc/{watcher}").st_uid != 0 or "Uid:\t0" not in text
    fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    assert fields["NoNewPrivs"] == "1" and fields["Seccomp"] == "2"
    allowed = 1 << 19 | 1 << 2  # SYS_PTRACE, DAC_READ_SEARCH; NET_ADMIN and SYSLOG were needed to begin with
    assert int(fields["CapEff"], 16) & ~allowed == 0


@pytest.mark.parametrize("value, said", [("0", False), ("1", True), ("2", False)])
def test_a_kernel_that_lets_children_be_traced(daemons, as_root, tmp_path, value, said):
    """fs.suid_dumpable, of which another file stands in the place: the kernel's own is everybody's."""
    (tmp_path / "value").write_text(value + "\n")
    wrapper = ["unshare", "--mount", "sh", "-c", f'mount --bind {tmp_path}/value /proc/sys/fs/suid_dumpable && exec "$@"', "sh"]
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode != 0:
        pytest.skip("mounts are not allowed here")
    site = daemons(wrapper=wrapper)
    site.write(program("nap", "/bin/sleep 3600"))
    site.start()
    assert ("fs.suid_dumpable is 1" in site.said()) == said
