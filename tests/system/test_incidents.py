"""What goes wrong is made to go wrong, with a real Gunicorn, and `bridle why` names it."""
import contextlib
import functools
import json
import os
import pathlib
import re
import signal
import socket
import threading
import time
import urllib.parse

import pytest

import processes
from client import get
from sections import web
from troubles import (CLASSES, IN_AN_OLD_CONTAINER, REFUSE, WITH_GEVENT, ask_in_vain, named, needs_process_events, note, recycled,
                      settings, troubled, up, why)
from waiting import until


@pytest.fixture
def site(daemons, edge):
    """site(worker_class, **keys): a bridled with that one service, which has been told to start."""
    return functools.partial(troubled, daemons, edge)


BOOT = {
    "missing": ("boot.import-missing", "a_module_that_is_not_there"),
    "circular": ("boot.import-circular", "circle"),
    "syntax": ("boot.syntax-error", "broken_syntax.py"),
    "variable": ("boot.env-missing", "DATABASE_URL_FOR_THE_TEST"),
    "exit1": ("boot.app-sysexit", ""),
    "exit0": ("boot.app-sysexit", ""),
    "segv": ("boot.crash-signal", "crash while they load"),
    "raise": ("boot.app-exception", "the application does not want to"),
    "busy": ("boot.dependency-down", "refused"),
    "slow": ("boot.start-timeout", "start_timeout"),
}


@pytest.mark.parametrize("worker_class", CLASSES)
@pytest.mark.parametrize("how", BOOT)
def test_what_fails_to_boot(site, edge, figures, how, worker_class):
    name, word = BOOT[how]
    # timeout: on a machine that stands still for a moment Gunicorn ends who has not begun yet, and that is another story
    made = site(worker_class, environment=f"HOW={how}", start_timeout="2s" if how == "slow" else "5s", timeout=60)
    if how == "exit1":
        needs_process_events(made, edge)
    if how == "exit0" and "how workers end is not seen" in made.said():
        name = "boot.start-timeout"  # no line tells of it, and in a container nobody else does
    incident = named(made, name, confidence=0.8)
    assert incident["phase"] == "boot" and incident["alarm"]
    assert word in made.ctl("why", "web")
    note(figures, edge, worker_class, incident)


def test_last_words(daemons, gunicorn, figures):
    """sys.exit("words"): Gunicorn tells a status at most, and the words stand in the log alone, where anybody may write. They are
    shown as what they are."""
    made = troubled(daemons, gunicorn, "sync", environment="HOW=words", timeout=60, start_timeout="60s")
    needs_process_events(made, gunicorn)
    incident = until(lambda: [one for one in why(made, 9) if one["class"] == "boot.app-sysexit" and one["last_words"]], "words", 60)[0]
    assert incident["last_words"] == "no licence for this machine" and incident["phase"] == "boot"
    assert "last in its log before that, whoever wrote it: no licence for this machine" in made.ctl("why", "web", "--last", "9")
    note(figures, gunicorn, "sync", incident)


@pytest.mark.parametrize("worker_class", CLASSES)
@pytest.mark.parametrize("app", ["trouble:nothing", "trouble:not_callable"])
def test_no_application(site, edge, figures, app, worker_class):
    made = site(worker_class, app=app)
    note(figures, edge, worker_class, named(made, "boot.app-attribute"))


def test_a_port_that_somebody_has(daemons, edge, figures):
    """Bridle holds no listener here: Gunicorn binds for itself."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        made = daemons(venv=edge["path"])
        made.write(web(**settings("sync", bind=None, args=f"--bind 127.0.0.1:{taken.getsockname()[1]}")))
        made.start()
        incident = named(made, "boot.bind-in-use")
    note(figures, edge, "sync", incident)


RUNTIME = {
    # whose timeout covers what (gunicorn-facts 6.1): sync all of a request, a hub what does not let go of it, and gthread what
    # keeps the interpreter's lock
    "/slow?s=9": ("runtime.timeout", ["sync"]),
    "/lock?s=9": ("runtime.timeout", ["gthread"]),
    "/spin?s=9": ("runtime.timeout", ["gevent"]),
    "/segv": ("runtime.crash-signal", WITH_GEVENT),
    "/exit?code=5": ("runtime.worker-exit", WITH_GEVENT),
    "/exit?code=3": ("runtime.worker-exit", CLASSES),
    "/raise": ("runtime.unhandled-exception", WITH_GEVENT),
}


@pytest.mark.parametrize("path,worker_class", [(path, one) for path, (_, classes) in RUNTIME.items() for one in classes])
def test_what_goes_wrong_in_a_request(site, edge, figures, path, worker_class):
    name = RUNTIME[path][0]
    made = site(worker_class)
    up(made)
    if path.startswith("/exit"):
        needs_process_events(made, edge)
    ask_in_vain(made, path)
    incident = named(made, name, confidence=0.8)
    assert incident["phase"] == "runtime" and incident["alarm"]
    if name in ("runtime.crash-signal", "runtime.worker-exit"):
        death = incident["deaths"][0]
        assert death["booted"] is True
        assert death["signal"] == (signal.SIGSEGV if path == "/segv" else None)
    note(figures, edge, worker_class, incident)


@pytest.mark.parametrize("worker_class", WITH_GEVENT)
def test_a_worker_killed_by_hand(site, edge, figures, worker_class):
    made = site(worker_class)
    victim = up(made)[0]
    os.kill(victim, signal.SIGKILL)
    incident = named(made, "runtime.killed-9-sent")
    assert incident["deaths"][0]["pid"] == victim and incident["deaths"][0]["signal"] == signal.SIGKILL
    assert incident["deaths"][0]["oom"] is False
    note(figures, edge, worker_class, incident)


def test_what_is_known_of_the_dead(site, edge):
    """Where it waited when it was looked at last, and what it had answered: that of one alone, for the figures name no worker."""
    made = site("sync", workers=1, memory_max_worker="1G", timeout=60)  # a limit has it looked at once a second
    for count in (3, 5):
        victim = up(made, 1)[0]
        needs_process_events(made)
        for number in range(count):
            get(made.address(), f"/{number}")
        until(lambda: made.service()["figures"]["requests"] >= count, "its figures to be there")
        time.sleep(2)
        with open(f"/proc/{victim}/wchan", encoding="ascii") as wchan:
            where = wchan.read()
        os.kill(victim, signal.SIGKILL)
        death = until(lambda: [one for one in named(made, "runtime.killed-9-sent")["deaths"] if one["pid"] == victim], "its death")[0]
        assert death["requests"] == count and death["state"] == "S"
        assert death["where"] == (None if where == "0" else where)
        assert death["pressure_of"] in ("group", "machine")
        until(lambda: victim not in made.workers() and len(made.workers()) == 1, "another one")
    made.ctl("scale", "web", "2")
    victim = sorted(made.wait_workers(2))[0]
    get(made.address(), "/")
    time.sleep(2)
    os.kill(victim, signal.SIGKILL)
    death = until(lambda: [one for one in why(made)[0]["deaths"] if one["pid"] == victim], "its death")[0]
    assert death["requests"] is None


@pytest.mark.parametrize("worker_class", CLASSES)
def test_a_master_killed_by_hand(site, edge, figures, worker_class):
    made = site(worker_class)
    up(made)
    os.kill(made.master(), signal.SIGKILL)
    incident = named(made, "master.killed")
    assert "started another master" in incident["did"]
    note(figures, edge, worker_class, incident)
    made.wait_workers(2)


def test_a_master_killed_soon_after_a_deployment(site, edge):
    """The old one's orderly end is in the same story, and explains nothing."""
    made = site("sync")
    up(made)
    made.ctl("restart", "web")
    os.kill(made.master(), signal.SIGKILL)
    incident = named(made, "master.killed", confidence=0.9)
    assert incident["alarm"] and "started another master" in incident["did"]
    assert incident["asked"] is None and incident["action"].startswith("Look for who did")


def test_a_master_killed_through_us_soon_after_a_deployment(site, edge):
    """By who asked for that signal, and not by who deployed; what the old one said when it ended is no evidence."""
    made = site("sync")
    old = up(made)
    made.ctl("restart", "web")
    until(lambda: "Shutting down: Master" in made.log(), "the old one's last line")
    made.ctl("signal", "web", "KILL")
    incident = named(made, "master.killed", confidence=0.9)
    assert incident["asked"] == f"bridle signal, by uid {os.getuid()}" and incident["action"].startswith("That was asked for.")
    assert not any(f"(pid: {pid})" in one["text"] for one in incident["lines"] for pid in old), incident["lines"]
    up(made)


def test_a_master_killed_soon_after_one_killed_through_us(site, edge):
    """The signal that was asked for went to the one before."""
    made = site("sync")
    up(made)
    made.ctl("signal", "web", "KILL")
    assert named(made, "master.killed")["asked"] == f"bridle signal, by uid {os.getuid()}"
    until(lambda: [one for one in why(made, 9) if one["class"] == "master.killed" and one["over"]], "that story to be over")
    up(made)
    os.kill(made.master(), signal.SIGKILL)
    again = until(lambda: [one for one in why(made, 9) if one["class"] == "master.killed" and one["times"] == 2], "the same again")[0]
    assert again["asked"] is None and again["action"].startswith("Look for who did")


def test_a_master_killed_through_us_during_a_deployment(site, edge):
    """The old one still answers a request: that is one story, and the later deed explains how the new one ended."""
    made = site("sync", graceful_timeout="30s", timeout=60)
    up(made)
    request = threading.Thread(target=ask_in_vain, args=(made, "/slow?s=30"))
    request.start()
    until(lambda: "slow begins" in made.log(), "the request to be in a worker")
    made.ctl("restart", "web")
    until(lambda: "Handling signal: term" in made.log(), "the old one to be told")
    made.ctl("signal", "web", "KILL")
    incident = named(made, "master.killed", confidence=0.9)
    assert incident["asked"] == f"bridle signal, by uid {os.getuid()}", why(made, 9)
    request.join()


def test_a_loop_is_one_incident(site, edge, figures):
    made = site("sync", timeout=1, workers=1)
    up(made, 1)
    needs_process_events(made)
    for _ in range(3):
        ask_in_vain(made, "/slow?s=5")
    incident = until(lambda: [one for one in why(made) if one["died"] >= 3], "three deaths", 20)[0]
    assert incident["class"] == "runtime.timeout"
    assert [one["class"] for one in why(made, 9) if one["alarm"]] == ["runtime.timeout"]
    note(figures, edge, "sync", incident)


def test_a_crash_beside_a_timeout(site, edge):
    """In the same second, of another worker: each is told."""
    made = site("sync")
    victims = up(made)
    request = threading.Thread(target=ask_in_vain, args=(made, "/slow?s=9"))
    request.start()
    until(lambda: "WORKER TIMEOUT" in made.log(), "the timeout")
    silent = int(made.log().rpartition("WORKER TIMEOUT (pid:")[2].partition(")")[0])
    ask_in_vain(made, "/segv")
    request.join()
    told = until(lambda: len(found := {one["class"]: one for one in why(made, 9) if one["alarm"] and one["deaths"]}) > 1 and found, "both")
    assert set(told) == {"runtime.timeout", "runtime.crash-signal"}
    assert [one["pid"] for one in told["runtime.timeout"]["deaths"]] == [silent] and silent in victims
    assert [one["signal"] for one in told["runtime.crash-signal"]["deaths"]] == [signal.SIGSEGV]


STAMP = "[2026-11-28 01:00:00 +0000]"
RELAYED = f"""{STAMP} [1] [CRITICAL] WORKER TIMEOUT (pid:7)
  | {STAMP} [1] [CRITICAL] WORKER TIMEOUT (pid:7)
{STAMP} [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?
{STAMP} [7] [ERROR] Worker (pid:9) exited with code 5
{STAMP} [1] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/v/gunicorn/util.py", line 370, in import_app
    mod = importlib.import_module(module)
ModuleNotFoundError: No module named 'shop'
{STAMP} [7] [ERROR] Connection in use: ('0.0.0.0', 8000)
{STAMP} [7] [ERROR] Shutting down: Master
{STAMP} [7] [ERROR] Reason: Worker failed to boot.
{STAMP} [7] [INFO] Handling signal: term"""


def test_an_application_that_relays_another_gunicorn(site, edge):
    """Its container's log, say: of what only a master says nothing is told, for none of ours has that number."""
    made = site("sync")
    up(made)
    get(made.address(), f"/say?words={urllib.parse.quote(RELAYED)}")
    until(lambda: "Handling signal: term" in made.log(), "the lines")
    ask_in_vain(made, "/segv")
    named(made, "runtime.crash-signal")
    assert [one["class"] for one in why(made, 9)] == ["runtime.crash-signal"]
    assert not [fact for one in why(made, 9) for fact in one["facts"] if "timeout" in str(fact).lower()]


def test_what_it_hung_on(site, edge, figures):
    """The evidence is taken before Gunicorn ends the worker: what it waits for, and on whom."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        made = site("sync", timeout=4)
        up(made)
        ask_in_vain(made, f"/wait?port={port}")
        incident = named(made, "runtime.timeout")
    hang = incident["hang"]
    assert 2.4 <= hang["heartbeat"] < 5 and hang["cpu"] < 50 and hang["state"] == "S"
    assert hang["call"] == "recvfrom" and hang["peers"][0]["address"] == f"127.0.0.1:{port}"
    assert f"127.0.0.1:{port} had sent nothing for" in made.ctl("why", "web")
    figures(f"hang {edge['version']}: {hang['call']} in {hang['where']}, stack {hang['stack']}")


def test_what_the_kernel_does_for_it(site, edge, as_root):
    """The watcher has no CAP_SYS_ADMIN: it reads what the supervisor has opened, of this worker as of ourselves."""
    made = site("sync", timeout=4)
    victims = up(made)
    try:
        with open(f"/proc/{victims[0]}/stack", encoding="ascii") as stack:
            stack.read()
    except OSError as why_not:
        pytest.skip(f"the kernel tells nobody here: {why_not}")
    ask_in_vain(made, "/slow?s=9")
    hang = named(made, "runtime.timeout")["hang"]
    assert re.fullmatch(r"[A-Za-z_]\S*( \S+)*", hang["stack"] or "")


def test_all_wait_for_the_same(daemons):
    """What several services have at once points at what they share. The last one that is judged knows of the others."""
    names = ("one", "two", "three")
    made = daemons()
    made.write(*[web(name, **settings("sync", workers=1, timeout=3)) for name in names])
    made.start()
    for name in names:
        made.wait_workers(1, name, timeout=60)
    with socket.create_server(("127.0.0.1", 0)) as silent, contextlib.ExitStack() as asked:
        for name in names:
            one = asked.enter_context(socket.socket(socket.AF_UNIX))
            one.connect(made.address(name))
            one.sendall(b"GET /wait?port=%d HTTP/1.1\r\nHost: test\r\n\r\n" % silent.getsockname()[1])

        def seen():
            return [one for name in names for one in why(made, 9, name) if "in 2 other services" in one["action"]]
        incident = until(seen, "it to be told of together", 60)[0]
    assert incident["class"] == "runtime.timeout"
    assert "The same within a minute in 2 other services: suspect what they share" in " ".join(made.ctl("why").split())


def test_a_busy_loop_is_told_from_waiting(site, edge):
    made = site("sync", timeout=4)
    up(made)
    ask_in_vain(made, "/spin?s=9")
    hang = named(made, "runtime.timeout")["hang"]
    assert hang["cpu"] >= 50 or hang["state"] == "R"
    assert "it was busy" in made.ctl("why", "web")


def test_a_worker_that_is_stopped(site, edge):
    """By SIGSTOP: the call that it was in says nothing then."""
    made = site("sync", timeout=4)
    os.kill(up(made)[0], signal.SIGSTOP)
    assert named(made, "runtime.timeout", timeout=60)["hang"]["state"] == "T"
    assert "it was stopped" in made.ctl("why", "web")


def test_on_incident(site, edge, tmp_path):
    """The command gets the incident as JSON, as the service's user, and cannot hold anybody up."""
    tmp_path.chmod(0o777)
    made = site("sync", on_incident=f"/bin/sh -c 'cat > {tmp_path}/told.new; mv {tmp_path}/told.new {tmp_path}/told; exec sleep 600'")
    os.kill(up(made)[0], signal.SIGKILL)
    told = json.loads(until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text(), "the command to be run"))
    assert told["class"] == "runtime.killed-9-sent" and told["service"] == "web" and told["alarm"]
    until(lambda: "takes too long for an incident" in made.said(), "it to be ended", 20)


def test_on_incident_is_ended_after_a_reexec(site, edge, tmp_path):
    """Its time is not over because another bridled looks after it."""
    tmp_path.chmod(0o777)
    made = site("sync", on_incident=f"/bin/sh -c 'echo $$ > {tmp_path}/told.new; mv {tmp_path}/told.new {tmp_path}/told; exec sleep 600'")
    os.kill(up(made)[0], signal.SIGKILL)
    told = int(until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text(), "the command to be run"))
    made.ctl("reexec")
    until(lambda: f"process {told} takes too long for an incident" in made.said(), "it to be ended", 20)
    until(lambda: processes.look(told) is None, "it to be gone")


def test_hang_dump(site, edge):
    made = site("sync", timeout=4, hang_dump="/bin/sh -c 'echo worker {pid}; cat /proc/{pid}/comm'")
    victim = up(made)
    ask_in_vain(made, "/slow?s=9")
    dump = named(made, "runtime.timeout")["hang"]["dump"]
    assert dump.splitlines()[0] in [f"worker {pid}" for pid in victim]
    assert dump.splitlines()[0] in made.ctl("why", "web", "--json")


@pytest.mark.parametrize("worker_class", WITH_GEVENT)
def test_recycles_are_no_alarms(site, edge, figures, worker_class):
    made = site(worker_class, max_requests=5)
    up(made)
    for number in range(12):
        get(made.address(), f"/{number}")
    incident = recycled(made, "recycle.max-requests")
    assert incident["phase"] == "recycle" and not incident["alarm"]
    note(figures, edge, worker_class, incident)


@pytest.mark.parametrize("worker_class", CLASSES)
def test_too_large_a_worker(site, edge, figures, worker_class):
    made = site(worker_class, workers=1, memory_max_worker="60M", timeout=30)
    up(made, 1)
    needs_process_events(made)
    get(made.address(), "/leak?mb=80")
    incident = recycled(made, "recycle.memory-max-worker")
    assert not incident["alarm"] and incident["deaths"][0]["asked"] == "recycled"
    note(figures, edge, worker_class, incident)


@pytest.mark.parametrize("worker_class", CLASSES)
def test_killed_for_memory(site, edge, figures, as_root, worker_class):
    """The kernel kills the worker that is over the limit of its control group."""
    made = site(worker_class, memory_max="150M", memory_swap_max="0", workers=1, timeout=30)
    up(made, 1)
    if "memory_max" in made.said() and "cannot" in made.said():
        pytest.skip("no control group for memory here")
    ask_in_vain(made, "/leak?mb=400")
    incident = named(made, "runtime.oom-kill")
    assert incident["deaths"][0]["oom"] is True and "was one of 1" in incident["action"]
    assert incident["deaths"][0]["limit_reached"] is True and "was not reached" not in incident["action"]
    up(made, 1)  # or a stop meets one that loads
    note(figures, edge, worker_class, incident)


@pytest.fixture
def memory_group(as_root):
    """A control group, of either version, in which all together may have 400 MiB."""
    root = [one for one in map(pathlib.Path, ("/sys/fs/cgroup/memory", "/sys/fs/cgroup")) if (one / "cgroup.procs").exists()]
    if not root:
        pytest.skip("no control group for memory here")
    group = root[0] / f"bridle-test-{os.getpid()}"
    group.mkdir()
    limits = [group / name for name in ("memory.limit_in_bytes", "memory.max") if (group / name).exists()]
    if limits:
        limits[0].write_text(str(400 << 20))
        yield group
    until(lambda: not (group / "cgroup.procs").read_text(), "everybody to have left the group")
    for below in sorted((one for one in group.rglob("*") if one.is_dir()), reverse=True):
        below.rmdir()
    group.rmdir()
    if not limits:
        pytest.skip("no control group for memory here")


def test_killed_for_the_memory_of_others(memory_group, daemons, edge):
    """The limit of a group around ours is reached: the service's own memory_max is not what is too low."""
    made = daemons(venv=edge["path"], wrapper=["sh", "-c", f'echo $$ > {memory_group}/cgroup.procs; exec "$@"', "sh"])
    made.write(web(**settings("sync", memory_max="1G", workers=1, timeout=30)))
    made.start()
    up(made, 1)
    if "memory_max" in made.said() and "cannot" in made.said():
        pytest.skip("no control group for memory here")
    ask_in_vain(made, "/leak?mb=600")
    incident = named(made, "runtime.oom-kill")
    assert incident["deaths"][0]["limit_reached"] is False
    assert "Its own limit was not reached" in incident["action"]
    up(made, 1)  # or a stop meets one that loads


@pytest.mark.parametrize("worker_class", CLASSES)
def test_who_asked(site, edge, figures, worker_class):
    made = site(worker_class)
    up(made)
    made.ctl("stop", "web")
    incident = recycled(made, "shutdown.requested")
    assert incident["asked"] == f"bridle stop, by uid {os.getuid()}" and not incident["alarm"]
    note(figures, edge, worker_class, incident)


@pytest.mark.parametrize("worker_class", CLASSES)
def test_who_asked_it_besides_us(site, edge, figures, worker_class):
    """Its master stops as it is told to, and is started again: that is not a stop."""
    made = site(worker_class)
    up(made)
    os.kill(made.master(), signal.SIGTERM)
    incident = named(made, "master.stopped")
    assert incident["alarm"] and "started another" in incident["did"]
    note(figures, edge, worker_class, incident)


@pytest.mark.parametrize("worker_class, request_lasts, grace", [("sync", 7, 60), ("gthread", 60, 6)])
def test_who_asked_it_besides_us_takes_long(site, edge, worker_class, request_lasts, grace):
    """It ends when its last request does, or when Gunicorn has killed who does not end: of that order."""
    made = site(worker_class, graceful_timeout=f"{grace}s", timeout=120)
    up(made)
    request = threading.Thread(target=ask_in_vain, args=(made, f"/slow?s={request_lasts}"))
    request.start()
    until(lambda: "slow begins" in made.log(), "the request to be in a worker")
    os.kill(made.master(), signal.SIGTERM)
    incident = named(made, "master.stopped", 30)
    request.join()
    assert [one["class"] for one in why(made, 9)] == ["master.stopped"]
    assert any("Handling signal: term" in one["text"] for one in incident["lines"])


@pytest.mark.parametrize("worker_class", CLASSES)
def test_a_worker_that_ends_well_and_by_itself(site, edge, figures, worker_class):
    """os._exit(0) in a request: no line tells of it."""
    made = site(worker_class)
    up(made)
    needs_process_events(made)
    ask_in_vain(made, "/exit?code=0")
    incident = named(made, "runtime.worker-exit")
    assert incident["deaths"][0]["status"] == 0
    note(figures, edge, worker_class, incident)


def test_who_is_killed_before_it_has_loaded(site, edge):
    """It answers nothing: that it loads for too long is the trouble, and not that requests take longer than graceful_timeout."""
    made = site("sync", environment="HOW=deaf", start_timeout="2s", graceful_timeout="10s", stop_timeout="30s", timeout=60)
    until(lambda: (found := why(made)) and found[0]["class"] == "boot.start-timeout" and found[0]["times"] >= 2,
          "a second start that takes too long", 60)
    assert {one["class"] for one in why(made, 9)} == {"boot.start-timeout"}


def test_who_asked_before(site, edge):
    """What was asked for after something began does not explain it."""
    made = site("sync")
    up(made)
    made.ctl("restart", "web")
    recycled(made, "shutdown.requested")  # of the generation before
    made.ctl("scale", "web", "3")
    made.wait_workers(3)
    assert recycled(made, "shutdown.requested")["asked"] == f"bridle restart, by uid {os.getuid()}"


def test_who_asked_for_something_else(site, edge):
    """A crash soon after a deployment is none that the deployment has made."""
    made = site("sync")
    up(made)
    made.ctl("restart", "web")
    recycled(made, "shutdown.requested")
    ask_in_vain(made, "/segv")
    assert named(made, "runtime.crash-signal")["asked"] is None
    assert "asked for: bridle restart" not in made.ctl("why", "web", "--last", "1")


def test_failures_without_a_pause(site, edge):
    """Every request fails, one after the other: nobody need ask why to be told while it goes on."""
    made = site("sync", timeout=30)
    up(made)
    stop = threading.Event()

    def ask():
        while not stop.is_set():
            ask_in_vain(made, "/raise")
            stop.wait(0.2)
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        until(lambda: "runtime.unhandled-exception" in made.said(), "an alarm while it goes on", 12)
    finally:
        stop.set()
        asking.join()


def test_what_is_caught_is_an_alarm_when_it_comes_again(site, edge, tmp_path):
    """The application goes on without what it did not reach. Once, that is told, and wakes nobody."""
    tmp_path.chmod(0o777)
    made = site("sync", timeout=30, on_incident=f"/bin/sh -c 'echo told >> {tmp_path}/told'")
    up(made)
    until(lambda: made.state() == "running", "it to run")
    get(made.address(), "/caught?what=refused")
    first = until(lambda: [one for one in why(made) if one["over"]], "the first to be over")[0]
    assert first["class"] == "runtime.dependency-down" and not first["alarm"]
    assert not (tmp_path / "told").exists()
    get(made.address(), "/caught?what=refused")
    again = until(lambda: [one for one in why(made) if one["times"] == 2], "it to come again")[0]
    assert again["class"] == "runtime.dependency-down" and again["alarm"] and again["number"] == first["number"]
    until(lambda: (tmp_path / "told").exists(), "the command to be run")


@pytest.mark.parametrize("worker_class", CLASSES)
def test_requests_longer_than_the_grace(site, edge, figures, worker_class):
    made = site(worker_class, graceful_timeout="1s", timeout=60)
    up(made)
    needs_process_events(made)
    request = threading.Thread(target=ask_in_vain, args=(made, "/slow?s=30"))
    request.start()
    until(lambda: "slow begins" in made.log(), "the request to be in a worker")
    made.ctl("stop", "web")
    incident = named(made, "shutdown.forced-kill")
    request.join()
    assert incident["alarm"] and "graceful_timeout is 1s" in incident["action"]
    note(figures, edge, worker_class, incident)


def test_kept_over_a_new_watcher(site, edge):
    made = site("sync")
    os.kill(up(made)[0], signal.SIGKILL)
    before = until(lambda: [one for one in why(made) if one["over"]], "it to be over")[0]
    assert before["class"] == "runtime.killed-9-sent"
    watcher = made.call("Info")["watcher"]
    os.kill(watcher, signal.SIGKILL)
    until(lambda: made.answers() and made.call("Info")["watcher"] != watcher, "another watcher")
    after = named(made, "runtime.killed-9-sent")
    assert after["number"] == before["number"] and after["deaths"] == before["deaths"]
    lines = [json.loads(line) for line in (made.log_dir / "incidents.jsonl").read_text().splitlines()]
    assert {line["version"] for line in lines} == {1} and lines[-1]["service"] == "web"


def test_watch_tells_of_incidents(site, edge):
    made = site("sync")
    os.kill(up(made)[0], signal.SIGKILL)
    told = until(lambda: made.events.incidents, "an incident to be told")[0]
    assert told["class"] == "runtime.killed-9-sent" and told["service"] == "web"


def test_without_the_kernels_word(daemons, edge, as_root):
    """In a network of its own there are no process events, and from old kernels nothing by pidfds: the master's lines are the
    witness, with what was last seen."""
    made = daemons(venv=edge["path"], wrapper=IN_AN_OLD_CONTAINER)
    made.write(web(**settings("sync")))
    made.start()
    victim = up(made)[0]
    os.kill(victim, signal.SIGKILL)
    incident = named(made, "runtime.killed-9-sent")
    death = incident["deaths"][0]
    assert death["pid"] == victim and death["signal"] == signal.SIGKILL and death["booted"] is True
    assert "how workers end is not seen" in made.said()
    ask_in_vain(made, "/slow?s=9")
    assert named(made, "runtime.timeout")["phase"] == "runtime"


WITHOUT_EVENTS = {
    "namespace": ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
    "refused": [*REFUSE, "process-events"],
}
ENDS = {
    "killed": ("/kill?signal=9", "runtime.killed-9-sent", signal.SIGKILL, None),
    "crashed": ("/segv", "runtime.crash-signal", signal.SIGSEGV, None),
    "exited": ("/exit?code=5", "runtime.worker-exit", None, 5),
    "left": ("/exit?code=0", "runtime.worker-exit", None, 0),
}


@pytest.mark.parametrize("without", WITHOUT_EVENTS)
def test_by_pidfds(daemons, oldest, as_root, without):
    """Where there are no process events, the kernel tells by pidfds how workers end, and as much. The oldest Gunicorn has no line
    for most of it."""
    made = daemons(venv=oldest["path"], wrapper=WITHOUT_EVENTS[without])
    made.write(*[web(name, **settings("sync", workers=1, timeout=60)) for name in ENDS])
    made.start()
    for name in ENDS:
        made.wait_workers(1, name, timeout=60)
    needs_process_events(made)
    assert "how workers end is told by their pidfds" in made.said()
    for name, (path, _, _, _) in ENDS.items():
        ask_in_vain(made, path, name)
    for name, (_, kind, by, status) in ENDS.items():
        incident = until(lambda name=name: why(made, name=name), f"what {name} died of", 30)[0]
        death = incident["deaths"][0]
        assert (incident["class"], death["signal"], death["status"], death["booted"]) == (kind, by, status, True)
    made.ctl("shutdown")  # SIGTERM would end unshare
