"""Commands around a service: what runs when, as whom, and what its failure means."""
import json
import os
import resource
import re
import pathlib
import signal

import pytest

import processes
from client import Traffic, get
from sections import program, web
from waiting import stays, until


def note(site_root, word):
    """A command that appends WORD to a file of notes."""
    return f"/bin/sh -c 'echo {word} >> {site_root}/notes'"


def notes(site):
    path = site.root / "notes"
    return path.read_text().split() if path.exists() else []


def open_root(site):
    site.root.chmod(0o1777)
    return site


def test_all_of_them_in_order(daemons):
    """Around a real Gunicorn: condition, pre, the master, post once it is ready, and stop_post when nobody is left."""
    site = open_root(daemons())
    site.write(web(exec_condition=note("{root}", "condition"),
                   exec_start_pre=[note("{root}", "pre1"), note("{root}", "pre2") + " ; " + note("{root}", "pre3")],
                   exec_start_post="/bin/sh -c 'kill -0 $MAINPID && echo post >> {root}/notes'",
                   exec_stop_post="/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >> {root}/notes'"))
    site.start().wait_state("running")
    assert notes(site) == ["condition", "pre1", "pre2", "pre3", "post"]
    assert get(site.address()).status == 200
    site.ctl("stop", "web")
    assert notes(site)[5:] == ["success", "exited", "0"]


@pytest.mark.parametrize("key, words, status", [
    ("exec_start_pre", "start nap", 0), ("exec_start_pre", "ready nap --wait 60s", 4), ("exec_start_pre", "ready --wait 60s", 4),
    ("exec_start_post", "start nap", 0), ("exec_stop_post", "stop nap", 0), ("exec_stop_post", "shutdown", 0)])
def test_one_that_asks_its_own_service_does_not_wait_for_itself(daemons, key, words, status):
    """It would be waited for by what it waits for, until its time is over."""
    site = open_root(daemons())
    ask = " ".join(map(str, site.command(*words.split())))
    site.write(program("nap", "/bin/sleep 3600", **{key: f"/bin/sh -c '{ask} 2>>{site.root}/said; echo $? >>{site.root}/notes'"}),
               program("other", "/bin/sleep 3600"))
    site.start().wait_state("running", "nap")
    site.bridle("stop", "nap")
    assert until(lambda: notes(site), "it to end", 10) == [str(status)]
    assert f"is not waited for: it waits for its {key}, which runs this" in (site.root / "said").read_text()
    assert site.said().count("killing what is left") == 0


def test_what_they_print_is_in_the_log(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", exec_start_pre="/bin/echo hello from pre"))
    site.wait_state("running", "nap")
    until(lambda: "hello from pre" in site.log("nap"), "its output")


CHECK = """import os, sys
if os.path.exists("{root}/broken"):
    sys.exit("SystemCheckError: System check identified some issues:\\n\\nERRORS:\\nshop.Order: (fields.E130) no")
"""


@pytest.mark.parametrize("key", ["exec_start_pre", "exec_start_post"])
def test_one_that_fails_is_an_incident_of_its_own(daemons, key):
    """What it says stands in the log of the service, and looks as if a request had raised it."""
    site = open_root(daemons())
    site.write(web(**{key: "/usr/bin/env python3 {root}/check.py"}))
    (site.root / "check.py").write_text(CHECK.replace("{root}", str(site.root)))
    site.start().wait_state("running")
    (site.root / "broken").write_text("")
    done = site.bridle("restart", "web")
    assert done.returncode == 1 and f"{key} '/usr/bin/env' exited with status 1" in done.stderr, done
    assert "its log says: SystemCheckError: System check identified some issues:" in done.stderr

    def found():
        return [json.loads(line) for line in site.ctl("why", "--json", "--last", "9", "web").splitlines()]
    until(lambda: any(one["class"] == "boot.command-failed" for one in found()), "an incident of the command")
    failed = next(one for one in found() if one["alarm"])
    assert failed["class"] == "boot.command-failed" and failed["did"] == "the generation before it serves on", failed
    assert failed["action"].startswith(f"{key} '/usr/bin/env' exited with status 1. "), failed
    assert f"{key} '/usr/bin/env' exited with status 1" in site.ctl("why", "web")
    (site.root / "broken").unlink()
    site.ctl("restart", "web")


@pytest.mark.parametrize("status, state", [(0, "running"), (1, "stopped"), (254, "stopped"), (255, "failed")])
def test_conditions(bridled, status, state):
    site = bridled(program("nap", "/bin/sleep 3600", autostart="no", start_limit=1,
                           exec_condition=f"/bin/sh -c 'exit {status}'"))
    done = site.bridle("start", "nap")
    assert (done.returncode == 0) == (state != "failed"), done
    site.wait_state(state, "nap")
    if state == "stopped":
        assert "exec_condition" in site.said() and "starting -> failed" not in site.said()


def test_a_failing_pre_is_a_boot_failure_and_is_named(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", autostart="no", start_limit=2, exec_start_pre="/bin/sh -c 'exit 7'",
                           exec_stop_post="/bin/echo cleaned up"))
    done = site.bridle("start", "nap")
    assert done.returncode == 1 and "exec_start_pre '/bin/sh' exited with status 7" in done.stderr, done
    site.wait_state("failed", "nap")
    until(lambda: site.log("nap").count("cleaned up") == 2, "both to be cleaned up after")


def test_an_ignored_failure_is_none(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", exec_start_pre=["-/bin/false", "-/nowhere/command"]))
    site.wait_state("running", "nap")


def test_a_hanging_pre_is_ended_with_its_children(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", start_timeout="500ms", stop_timeout="500ms", start_limit=1,
                           exec_start_pre="/bin/sh -c 'trap \"\" TERM; setsid sleep 3601 & sleep 3602'"))
    site.wait_state("failed", "nap")
    until(lambda: processes.children(site.pid) == [site.call("Info")["watcher"]], "nobody to be left")


def test_what_a_pre_leaves_behind_is_gone_before_the_master(bridled, tmp_path):
    """ExecStartPre is not for starting daemons: systemd.service(5)."""
    site = bridled(program("nap", "/bin/sleep 3600", exec_start_pre="/bin/sh -c '(setsid sleep 3601 &) ; (sleep 3602 &)'"))
    site.wait_state("running", "nap")
    assert [pid for pid in processes.everyone() if processes.command(pid) in ("sleep 3601", "sleep 3602")
            and processes.look(pid)[1] == site.pid] == []


def test_stop_in_the_middle_of_a_pre(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", exec_start_pre="/bin/sleep 3601"))
    until(lambda: any("3601" in processes.command(pid) for pid in processes.descendants(site.pid)), "the command to run")
    assert site.state("nap") == "starting" and not site.master("nap")
    site.ctl("stop", "nap")
    assert site.state("nap") == "stopped"
    assert processes.children(site.pid) == [site.call("Info")["watcher"]]


def test_a_failing_post_ends_it(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", autostart="no", start_limit=1, exec_start_post="/bin/false"))
    done = site.bridle("start", "nap")
    assert done.returncode == 1 and "exec_start_post '/bin/false' exited with status 1" in done.stderr, done
    site.wait_state("failed", "nap")
    assert not processes.children(site.pid)[1:]


def test_a_failing_post_of_a_replacement_costs_nothing(daemons):
    """The old generation serves on: the new one was never taken for ready."""
    site = open_root(daemons())
    site.write(web(exec_start_post="/bin/sh -c 'test ! -e {root}/broken'"))
    site.start().wait_state("running")
    master = site.master()
    (site.root / "broken").write_text("")
    with Traffic(site.address()) as traffic:
        done = site.bridle("restart", "web")
    assert done.returncode == 1 and "exec_start_post" in done.stderr, done
    traffic.assert_nothing_lost()
    assert (site.state(), site.master()) == ("running", master)
    assert "exec_start_post" in site.ctl("why", "web")
    (site.root / "broken").unlink()
    with Traffic(site.address()) as traffic:
        site.ctl("restart", "web")
    traffic.assert_nothing_lost()
    assert site.master() != master


def test_each_generation_is_cleaned_up_after(daemons):
    site = open_root(daemons())
    site.write(web(exec_start_pre="/bin/sh -c 'echo pre${BRIDLE_GENERATION#000000000} >> {root}/notes'",
                   exec_stop_post="/bin/sh -c 'echo post${BRIDLE_GENERATION#000000000} >> {root}/notes'"))
    site.start().wait_state("running")
    site.ctl("restart", "web")
    until(lambda: notes(site) == ["pre1", "pre2", "post1"], "the old one to be cleaned up after")
    assert site.state() == "running"
    site.ctl("stop", "web")
    assert notes(site) == ["pre1", "pre2", "post1", "post2"]


def test_how_it_ended_is_told(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", restart="never",
                           exec_stop_post="/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS'"))
    os.kill(site.wait_state("running", "nap")["master"], signal.SIGKILL)
    until(lambda: "signal killed KILL" in site.log("nap"), "how it ended")


def test_a_hanging_stop_post_does_not_hold_a_stop_for_ever(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", stop_timeout="500ms", exec_stop_post="/bin/sleep 3601"))
    site.wait_state("running", "nap")
    site.ctl("stop", "nap")
    assert processes.children(site.pid) == [site.call("Info")["watcher"]]


def test_who_they_are(as_root, bridled):
    """The service's user, directory and environment; with +, ours."""
    site = bridled(program("nap", "/bin/sleep 3600", user="nobody", directory="/usr", environment="A=b",
                           exec_start_pre=["/bin/sh -c 'echo pre $(id -un) $PWD $A $BRIDLE_SERVICE'",
                                           "+/bin/sh -c 'echo plus $(id -un) $PWD'"]))
    site.wait_state("running", "nap")
    until(lambda: "plus" in site.log("nap"), "both to have spoken")
    assert "pre nobody /usr b nap" in site.log("nap") and "plus root /usr" in site.log("nap")


def test_its_limits_are_theirs(as_root, daemons):
    """With +, those that bridled was begun with, which it has raised for itself."""
    site = daemons(wrapper=["/bin/sh", "-c", 'ulimit -S -n 500; exec "$0" "$@"'])
    site.write(program("nap", "/bin/sleep 3600", limit_nofile=f"77:{resource.getrlimit(resource.RLIMIT_NOFILE)[1]}",
                           exec_start_pre=["/bin/sh -c 'echo pre $(ulimit -n)'", "+/bin/sh -c 'echo plus $(ulimit -n)'"]))
    site.start().wait_state("running", "nap")
    until(lambda: "plus" in site.log("nap"), "both to have spoken")
    assert "pre 77\nplus 500\n" in site.log("nap")


def test_with_plus_nothing_is_the_services_to_choose(as_root, bridled):
    """Its user has a file of variables, a home and a virtual environment of its own: what runs as root is led by none of them."""
    say = "/bin/sh -c 'echo $0 $(id -un) LD=$MINE HOME=$HOME A=$A B=$B PATH=$PATH'"
    site = bridled(program("fine", "/bin/sleep 1000"), environment={"HOME": "/root"})
    own = site.root / "own"
    (own / "bin").mkdir(parents=True)
    for file, words in (("own/variables", "MINE=mine\nB=mine\n"), ("roots", "B=roots\n"), ("own/bin/id", "#!/bin/sh\necho replaced\n")):
        (site.root / file).write_text(words)
    (own / "bin/id").chmod(0o755)
    for path in (own, *own.rglob("*")):
        os.chown(path, 1, 1)
    site.write(web(user="daemon", group="daemon", environment="A=file", environment_file=["{root}/roots", "{root}/own/variables"],
                   virtualenv=None, command="{venv}/bin/gunicorn", start_limit=1,
                   exec_start_pre=[f"{say} own", f"+{say} plus"]))
    text = site.config.read_text() + "virtualenv = {root}/own\n".format(root=site.root)
    site.config.write_text(text)
    site.bridle("reload")
    site.bridle("start", "web")
    said = until(lambda: "plus" in site.log("web") and site.log("web"), "both to have spoken")
    lines = {line.split()[0]: line for line in said.splitlines() if line.split()[0] in ("own", "plus")}
    assert "replaced LD=mine" in lines["own"] and "B=mine" in lines["own"] and f"PATH={own}/bin:" in lines["own"]
    assert "plus root LD= HOME=/root A=file B=roots" in lines["plus"] and str(own) not in lines["plus"]


def test_given_up_is_told(daemons):
    site = open_root(daemons())
    site.write(program("short", "/bin/sh -c 'exit 3'", start_limit=2, restart_delay="50ms",
                       on_failure="/bin/sh -c 'echo $BRIDLE_SERVICE: $BRIDLE_REASON > {root}/told'"))
    site.start().wait_state("failed", "short")
    told = until(lambda: (site.root / "told").exists() and (site.root / "told").read_text(), "the command to have run")
    assert "short: process" in told and "exited with status 3" in told


def test_given_up_for_want_of_a_directory_is_told(daemons):
    """What is missing was the command's, too: it runs all the same, in /."""
    site = open_root(daemons())
    site.write(program("short", "/bin/sleep 3600", directory="{root}/missing", start_limit=2, restart_delay="50ms",
                       on_failure="/bin/sh -c 'echo $(pwd): $BRIDLE_REASON > {root}/told.new; mv {root}/told.new {root}/told'"))
    site.start().wait_state("failed", "short")
    told = until(lambda: (site.root / "told").exists() and (site.root / "told").read_text(), "the command to have run")
    assert told.startswith("/: ") and "cannot change to directory" in told


TELL = """printf '%s\\n' "${BRIDLE_CLASS-none}" "${BRIDLE_PHASE-none}" "${BRIDLE_INCIDENT-none}" > "$1.new" && mv "$1.new" "$1\"\n"""


def telling(site, **keys):
    """SITE with a Gunicorn of which on_failure writes down what it is told."""
    open_root(site)
    (site.root / "tell").write_text(TELL)
    site.write(web(on_failure="/bin/sh {root}/tell {root}/told", **keys))
    return site.start()


def given_up(site):
    """The class, the phase and the incident that on_failure was told."""
    return until(lambda: (site.root / "told").exists() and (site.root / "told").read_text(), "the command to have run").splitlines()


def watcher_stops(site):
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGSTOP)
    until(lambda: processes.look(watcher)[0] == "T", "the watcher to be stopped")
    return watcher


def test_given_up_is_told_with_its_incident(daemons):
    site = telling(daemons(), app="missing_here:app", start_limit=2, restart_delay="50ms")
    cause, phase, incident = given_up(site)
    assert (cause, phase) == ("boot.import-missing", "boot")
    told = json.loads(incident)
    assert told["class"] == cause and told["phase"] == phase and told["service"] == "web" and told["version"] == 1
    assert "missing_here" in incident and "gave up" in told["did"]


def test_given_up_while_nobody_judges(daemons):
    """A watcher that does not answer: on_failure waits for a while, and is run without."""
    site = telling(daemons(), restart="never")
    master = site.wait_state("running")["master"]
    watcher_stops(site)
    os.kill(master, signal.SIGKILL)
    assert given_up(site) == ["none"] * 3


def test_bridled_is_stopped_while_on_failure_waits(daemons):
    site = telling(daemons(), restart="never")
    master = site.wait_state("running")["master"]
    watcher = watcher_stops(site)
    os.kill(master, signal.SIGKILL)
    until(lambda: "running -> failed" in site.said(), "it to be given up")
    site.process.send_signal(signal.SIGTERM)
    until(lambda: "stopping" in site.said(), "it to be asked to stop")
    os.kill(watcher, signal.SIGCONT)
    assert site.wait() == 0
    assert f"web: bridled is stopped: on_failure is not run any more: master {master} was killed by SIGKILL after " in site.said()
    assert not (site.root / "told").exists()


def test_bridled_crashes_while_on_failure_waits(daemons):
    site = telling(daemons(), restart="never")
    master = site.wait_state("running")["master"]
    watcher = watcher_stops(site)
    os.kill(master, signal.SIGKILL)
    until(lambda: "running -> failed" in site.said(), "it to be given up")
    os.kill(site.pid, signal.SIGSEGV)
    assert given_up(site) == ["none"] * 3
    os.kill(watcher, signal.SIGCONT)


def test_on_failure_is_known_after_a_reexec(bridled):
    site = bridled(program("short", "/bin/false", restart="never", stop_timeout="60s",
                           on_failure="/bin/sh -c 'until test -e {root}/go; do sleep 0.05; done; exit 7'"))
    site.wait_state("failed", "short")
    site.ctl("reexec")
    (site.root / "go").touch()
    until(lambda: "short: on_failure exited with status 7" in site.said(), "its end to be told")


@pytest.mark.parametrize("end", ["crash", "kill"])
def test_on_failure_that_was_due_when_bridled_ended(daemons, end):
    """Its master ended, and before bridled could do anything about it, bridled itself did."""
    site = open_root(daemons())
    site.write(program("nap", "/bin/sleep 3600", restart="never",
                       on_failure="/bin/sh -c 'echo $BRIDLE_SERVICE: $BRIDLE_REASON >> {root}/told'"))
    site.start()
    nap = site.wait_state("running", "nap")["master"]
    os.kill(site.pid, signal.SIGSTOP)
    until(lambda: processes.look(site.pid)[0] in "Tt", "bridled to be stopped")
    os.kill(nap, signal.SIGKILL)
    until(lambda: not processes.alive(nap), "the master to have ended")
    if end == "crash":
        os.kill(site.pid, signal.SIGSEGV)
        os.kill(site.pid, signal.SIGCONT)
    else:
        site.process.kill()
        site.wait()
        os.waitpid(nap, 0)
        site.start()
    until(lambda: site.answers() and site.state("nap") == "failed", "it to be given up")
    told = until(lambda: (site.root / "told").exists() and (site.root / "told").read_text(), "the command to have run")
    assert re.fullmatch(rf"nap: process {nap} .* after .*\n", told)
    assert ("killed by SIGKILL" in told) == (end == "crash"), told
    assert "could not be started" not in site.said()


def test_a_hanging_on_failure_is_ended(bridled):
    site = bridled(program("short", "/bin/false", restart="never", stop_timeout="500ms", on_failure="/bin/sleep 3601"))
    site.wait_state("failed", "short")
    until(lambda: "on_failure takes longer" in site.said(), "it to be given up on")
    assert "bridled is stopped" not in site.said()
    until(lambda: processes.children(site.pid) == [site.call("Info")["watcher"]], "nobody to be left")


def test_bridled_is_stopped_while_on_failure_runs(bridled):
    site = bridled(program("short", "/bin/false", restart="never", stop_timeout="60s", on_failure="/bin/sleep 3602"))
    site.wait_state("failed", "short")
    command = until(lambda: [pid for pid in processes.children(site.pid) if pid != site.call("Info")["watcher"]], "it to be run")[0]
    site.stop()
    assert "short: bridled is stopped: on_failure has not ended, and is killed" in site.said()
    assert not processes.alive(command)


def test_what_a_killed_bridled_left_of_a_pre_is_ended(daemons):
    site = daemons()
    site.write(program("nap", "/bin/sleep 3600", exec_start_pre="/bin/sleep 3601"))
    site.start()
    pre = until(lambda: [pid for pid in processes.descendants(site.pid) if "3601" in processes.command(pid)], "it")[0]
    watcher = site.call("Info")["watcher"]
    os.kill(site.pid, signal.SIGKILL)
    site.wait()
    processes.wait_gone(watcher)  # it answers the control socket until it has seen that its link is closed
    assert processes.alive(pre)
    site.write(program("nap", "/bin/sleep 3600"))
    site.start().wait_state("running", "nap")
    assert not processes.alive(pre)

# ---- bridled becomes another program meanwhile ----

def test_a_pre_goes_on_after_a_reexec(daemons):
    site = open_root(daemons())
    site.write(program("nap", "/bin/sleep 3600", exec_start_pre=["/bin/sh -c 'until test -e {root}/go; do sleep 0.05; done'",
                                                               note("{root}", "pre2")],
                       exec_stop_post=note("{root}", "post")))
    site.start()
    until(lambda: "go; do" in " ".join(map(processes.command, processes.children(site.pid))), "the first to run")
    site.ctl("reexec")
    until(lambda: site.answers() and site.state("nap") == "starting", "bridled to be back")
    (site.root / "go").touch()
    site.wait_state("running", "nap")
    assert notes(site) == ["pre2"]
    site.ctl("reexec")
    until(lambda: site.answers() and site.state("nap") == "running", "bridled to be back")
    site.ctl("stop", "nap")
    assert notes(site) == ["pre2", "post"]


def test_how_it_ended_is_known_after_a_reexec(daemons):
    """Its master has ended, and what cleans up has to wait for somebody whom that left behind: bridled becomes another meanwhile."""
    site = open_root(daemons())
    # ignored before it forks: what is left behind is asked to go at once, and must not
    site.write(program("nap", "/bin/sh -c \"trap '' TERM; (until test -e {root}/go; do sleep 0.05; done) & exit 3\"",
                       restart="never", stop_timeout="60s",
                       exec_stop_post="/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >> {root}/notes'"))
    site.start().wait_state("failed", "nap")
    site.ctl("reexec")
    until(lambda: site.answers() and site.state("nap") == "failed", "bridled to be back")
    assert notes(site) == []
    (site.root / "go").touch()
    until(lambda: notes(site) == ["exit-code", "exited", "3"], "it to be cleaned up after")


def test_which_command_failed_is_known_after_a_reexec(daemons):
    """Its master, which is ended for that, takes its time, and its own way to go: that is not why."""
    site = open_root(daemons())
    site.write(program("nap", "/bin/sh -c 'trap \"while ! test -e {root}/go; do sleep 0.05; done; exit 7\" TERM; while :; do sleep 0.05; done'",
                       restart="never", stop_timeout="60s", exec_start_post="/bin/false"))
    site.start()
    until(lambda: "exec_start_post" in (site.service("nap")["reason"] or ""), "the command to fail")
    site.ctl("reexec")
    (site.root / "go").touch()
    site.wait_state("failed", "nap")
    assert "exec_start_post '/bin/false' exited with status 1" in site.service("nap")["reason"]


def test_a_post_is_run_again_after_a_reexec(daemons):
    """What ran beside a master is not known again: the service is proven ready anew, and it is run once more."""
    site = open_root(daemons())
    site.write(web(exec_start_post="/bin/sh -c 'echo post >> {root}/notes; until test -e {root}/go; do sleep 0.05; done'"))
    site.start()
    until(lambda: notes(site) == ["post"], "it to run")
    site.ctl("reexec")
    until(lambda: notes(site) == ["post", "post"], "it to run again")
    (site.root / "go").touch()
    site.wait_state("running")
