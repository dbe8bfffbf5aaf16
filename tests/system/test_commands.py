"""The command: what it prints, and its exit codes, which scripts rely on."""
import json
import signal
import subprocess
import threading

import pytest

import processes
from client import Traffic, get
from sections import bridle, program, web
from waiting import stays, until

FAILED, USAGE, NO_SERVICE, NOT_READY, NO_DAEMON, REFUSED = 1, 2, 3, 4, 5, 7


@pytest.fixture
def site(bridled):
    made = bridled(web(), program("nap", "/bin/sleep 3600"))
    made.wait_state("running")
    made.wait_state("running", "nap")
    return made


def test_status(site):
    table = site.ctl("status")
    assert "web" in table and "nap" in table and "running" in table and "\033" not in table
    one = json.loads(site.ctl("status", "--json"))
    services = one["services"] if isinstance(one, dict) else one
    assert {service["name"]: service["state"] for service in services} == {"web": "running", "nap": "running"}
    assert "web" in site.ctl("status", "web")
    site.ctl("stop", "nap")
    assert site.bridle("status", "nap").returncode == NOT_READY


def test_memory_is_the_same_whoever_looked_before(bridled, as_root):
    """What is shared is counted once, before a closer look and after it."""
    site = bridled(web(workers=2, preload_app="yes", memory_max_worker="100G"))  # a limit has it looked at each second
    site.wait_workers(2)
    master = site.master()

    def is_told_right():
        told, real = site.service(brief=True)["memory"], sum(map(processes.weight, [master, *processes.children(master)]))
        return told is not None and abs(told - real) < real / 20

    until(is_told_right, "its memory to be weighed")
    site.ctl("status", "web")
    assert is_told_right()
    stays(is_told_right, "what is told, after a look that nobody asked for", 1.5)


def test_every_deed_says_what_happened(site):
    for words in (["stop", "web"], ["start", "web"], ["restart", "web"], ["reload", "web"], ["scale", "web", "2"]):
        said = site.ctl(*words)
        assert "web" in said and said.strip().count("\n") == 0, said
    assert site.service()["workers_wanted"] == 2 and site.service()["generation"] >= 4
    assert get(site.address()).status == 200


def test_no_wait(site):
    site.ctl("stop", "--no-wait", "web")
    site.wait_state("stopped")
    site.ctl("start", "--no-wait", "web")
    site.wait_state("running")


def test_twice_is_no_mistake(site):
    site.ctl("start", "web")
    site.ctl("stop", "nap")
    site.ctl("stop", "nap")


# Ends 2 s after it is told to.
SLOW_END = """/bin/sh -c 'trap "sleep 2; exit" TERM; while :; do sleep 0.1; done'"""


def test_the_second_to_ask_waits_as_the_first(bridled):
    """For what was begun before: `bridle stop web && migrate` must not go on while any of it lives."""
    site = bridled(web(environment="SLOW=2", autostart="no"), program("slow", SLOW_END))
    site.ctl("start", "--no-wait", "web")
    assert "web is starting already" in site.ctl("start", "--no-wait", "web")
    said = [site.ctl("start", "web"), site.state("web")]
    assert "web is running: generation 1" in said[0] and said[1] == "running", said
    assert "web is running already" in site.ctl("start", "web")
    master = site.wait_state("running", "slow")["master"]
    site.ctl("stop", "--no-wait", "slow")
    assert "slow is stopping already" in site.ctl("stop", "--no-wait", "slow") and processes.alive(master)
    assert "slow is stopped, " in site.ctl("stop", "slow") and not processes.alive(master)
    assert "slow is stopped already" in site.ctl("stop", "slow")


def test_the_second_to_ask_fails_as_the_first(bridled):
    site = bridled(web(app="nope:app", environment="SLOW=0", autostart="no"), program("slow", SLOW_END))
    both = [subprocess.Popen(site.command("start", "web"), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for one in both:
        said = one.communicate()[1]
        assert one.returncode == FAILED and "No module named 'nope'" in said, said
    site.wait_state("running", "slow")
    site.ctl("stop", "--no-wait", "slow")
    waiting = subprocess.Popen(site.command("stop", "slow"), stderr=subprocess.PIPE, text=True)
    until(lambda: processes.look(waiting.pid)[0] == "S", "it to have asked, and to wait")
    site.ctl("start", "slow")
    said = waiting.communicate()[1]
    assert waiting.returncode == FAILED and "start was asked for" in said, said


def test_stop_waits_for_one_that_is_no_more_in_the_configuration(bridled):
    site = bridled(program("nap", "/bin/sleep 3600"), program("slow", SLOW_END))
    master = site.wait_state("running", "slow")["master"]
    site.write(program("nap", "/bin/sleep 3600"))
    site.ctl("reload")
    assert "stopped" in site.ctl("stop", "slow") and not processes.alive(master)


def test_exit_codes(site):
    assert site.bridle("status", "nop").returncode == NO_SERVICE
    assert site.bridle("stop", "nop").returncode == NO_SERVICE
    assert "nap" in site.bridle("stop", "nop").stderr, "the nearest name is not offered"
    assert site.bridle("stop").returncode == USAGE
    assert site.bridle("fly").returncode == USAGE
    assert site.bridle("--fly").returncode == USAGE
    assert site.bridle("scale", "nap", "2").returncode == REFUSED
    assert site.bridle("signal", "web", "NOSUCH").returncode in (USAGE, REFUSED)
    assert site.bridle("version").returncode == 0


def test_without_a_daemon(daemons):
    away = daemons()
    done = away.bridle("status")
    assert done.returncode == NO_DAEMON and "bridled" in done.stderr


def test_ready(site):
    assert site.bridle("ready").returncode == 0
    assert site.bridle("ready", "web").returncode == 0
    site.ctl("stop", "web")
    assert site.bridle("ready", "web").returncode == NOT_READY
    site.begin()
    assert site.bridle("ready", "--wait", "30s", "web").returncode == 0


def test_ready_in_vain(bridled):
    site = bridled(web(environment="SLOW=600", stop_timeout="1s", graceful_timeout="1s"))
    assert site.bridle("ready", "--wait", "1s").returncode == NOT_READY
    site.stop(status=3)


def test_signal(site):
    before = set(site.wait_workers(1))
    site.ctl("signal", "web", "HUP")
    until(lambda: site.workers() and not before & set(site.workers()), "a new worker")
    master = site.master("nap")
    site.ctl("signal", "nap", "SIGKILL")
    until(lambda: not processes.alive(master), "its end")
    site.wait_state("running", "nap")


def test_watch(site):
    watching = subprocess.Popen(site.command("watch", "--json"), stdout=subprocess.PIPE, text=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(iter(watching.stdout.readline, "")))
    reader.start()
    try:
        for _ in range(50):
            site.ctl("restart", "nap")
            if lines:
                break
        until(lambda: any(json.loads(line).get("to") == "running" for line in list(lines)), "a move to be told")
        event = json.loads(lines[0])
        assert event["service"] == "nap" and event["reason"]
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait()
        reader.join()


def test_logs(site):
    get(site.address(), "/log?tag=mark&n=20")
    until(lambda: "mark 19 " in site.log(), "the lines")
    last = site.ctl("logs", "-n", "5", "web").splitlines()
    assert last == [line for line in site.log().splitlines()][-5:]
    assert site.bridle("logs", "nop").returncode == NO_SERVICE


def test_check(daemons):
    """Without a daemon: every mistake with its line, and none where there is none."""
    site = daemons()
    site.write(web())
    done = site.bridle("check", site.config)
    assert done.returncode == 0, done
    site.write(web(workerz=3, timeout="soon", daemon="yes"))
    done = site.bridle("check", site.config)
    said = done.stdout + done.stderr
    assert done.returncode == FAILED
    for word in ("workerz", "did you mean", "soon", "daemon"):
        assert word in said, said
    site.write(web(), web("two", bind="unix:{root}/web.sock"))
    said = site.bridle("check", site.config)
    assert said.returncode == FAILED and "web.sock" in said.stdout + said.stderr
    site.write(web(directory="/nowhere"))
    said = site.bridle("check", site.config)
    assert said.returncode == FAILED and "/nowhere" in said.stdout + said.stderr


def test_config_prints_back_what_reads_the_same(site, daemons):
    said = site.ctl("config", "--config", site.config)
    assert "bridle.ini:" in said and "graceful_timeout" in said
    again = daemons()
    again.config.write_text(said)
    assert again.bridle("check", again.config).returncode == 0
    web_only = site.ctl("config", "--config", site.config, "web")
    assert "[gunicorn:web]" in web_only and "nap" not in web_only


def test_one_replacement_under_traffic(site):
    with Traffic(site.address()) as traffic:
        site.ctl("restart", "web")
        site.ctl("reload", "web")
    traffic.assert_nothing_lost()


def test_debug_and_log_level(bridled):
    quiet = bridled(bridle(log_level="error"), program("nap", "/bin/sleep 3600"))
    quiet.wait_state("running", "nap")
    assert "running" not in quiet.said()


def test_versions(site):
    version = subprocess.run([str(site.built / "bridled"), "--version"], capture_output=True, text=True)
    assert version.returncode == 0 and version.stdout.startswith("bridled ")
    assert version.stdout.split()[-1] == site.call("Info")["version"].split()[-1]
    assert subprocess.run([str(site.built / "bridled"), "--nonsense"], capture_output=True).returncode == USAGE
