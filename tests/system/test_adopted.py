"""How a master ends that was started by a bridled which was killed: no child of this one, so that others tell."""
import os
import resource
import signal

import pytest

import processes
from sections import program, web
from test_strange_watcher import ENDED, link, record, send_all  # noqa: F401
from test_survival import Reaper, kill_and_start
from troubles import REFUSE, needs_process_events
from waiting import stays, until

UNTIL_TOLD = "/bin/sh -c 'until [ -e {root}/NAME ]; do sleep 0.05; done; exit $(cat {root}/NAME)'"


def job(name, **keys):
    """A program that exits with the status that end() gives it."""
    return program(name, UNTIL_TOLD.replace("NAME", name), **keys)


def end(site, name, status):
    (site.root / "status").write_text(str(status))
    (site.root / "status").rename(site.root / name)


@pytest.mark.parametrize("without, known", [("pidfd-status", True), ("pidfd-status,process-events", False)],
                         ids=["events", "nothing"])
def test_by_process_events(daemons, as_root, without, known):
    """Before Linux 6.15 no pidfd tells how it ended; where process events do not, either, that is said."""
    site = daemons(wrapper=[*REFUSE, without])
    site.write(web(workers=2))
    site.start().wait_workers(2)
    master, everybody = site.master(), processes.descendants(site.pid)
    with Reaper(*everybody):
        kill_and_start(site)
        site.wait_workers(2)
        assert site.master() == master
        if known:
            needs_process_events(site)
        os.kill(master, signal.SIGKILL)
        until(lambda: site.service()["generation"] == 2 and site.state() == "running", "a successor")
        last = site.service()["last_end"]
    assert f"master {master} " in last and ("was killed by SIGKILL" if known else "how cannot be known") in last, last


def test_what_follows_depends_on_how(daemons, as_root):
    """With restart = on-failure, one that is done stays so, and one that failed is started again, whoever started them."""
    site = daemons(wrapper=[*REFUSE, "pidfd-status"])
    site.write(job("good", restart="on-failure"), job("bad", restart="on-failure"))
    site.start()
    before = {name: site.wait_state("running", name)["master"] for name in ("good", "bad")}
    with Reaper(*processes.descendants(site.pid)):
        kill_and_start(site)
        until(lambda: {name: site.master(name) for name in before} == before, "both to be known again")
        needs_process_events(site)
        end(site, "good", 0)
        end(site, "bad", 3)
        site.wait_state("stopped", "good")
        until(lambda: site.service("bad")["restarts"] > 0, "it to be started again")
    assert "exited with status 0" in site.service("good")["reason"] and site.service("good")["restarts"] == 0
    assert "exited with status 3" in site.service("bad")["last_end"]


def test_a_watcher_that_was_not_asked_is_not_heard(bridled, link, as_root):  # noqa: F811
    """It could have those followed by others who live."""
    site = bridled(job("old"), program("new", "/bin/sleep 3600"))
    until(lambda: site.state("old") == site.state("new") == "running", "both to run")
    with Reaper(*processes.descendants(site.pid)):
        kill_and_start(site)
        before = {name: site.wait_state("running", name)["master"] for name in ("old", "new")}
        send_all(link(site.call("Info")["watcher"]), [
            record(ENDED, 0, slot, incarnation, 1, pid, start)
            for slot in (0, 1, 2) for incarnation in range(6) for pid in before.values()
            for start in {processes.look(one)[2] for one in before.values()}])
        site.ctl("restart", "new")  # comes the same way, after all of them
        assert site.master("old") == before["old"] and processes.alive(before["old"])
        assert site.service("old")["last_end"] is None and "nonsense" not in site.said()


def test_nobody_is_gone_because_we_cannot_look(bridled, as_root):
    """A master ends while no bridled is there, and the next one can open nothing for a while: a worker that hears no TERM is its
    generation's still, and killed."""
    site = bridled(web(workers=2, graceful_timeout="3s", stop_timeout="4s"))
    master, deaf = site.master(), site.wait_workers(2)[0]
    with Reaper(*processes.descendants(site.pid)):
        os.kill(deaf, signal.SIGSTOP)
        site.process.kill()
        site.process.wait()
        os.kill(master, signal.SIGKILL)
        site.start()
        until(lambda: site.master() not in (0, None, master), "a successor")
        plenty = resource.prlimit(site.pid, resource.RLIMIT_NOFILE)
        free = min(set(range(1000)) - {int(name) for name in os.listdir(f"/proc/{site.pid}/fd")})
        resource.prlimit(site.pid, resource.RLIMIT_NOFILE, (free, plenty[1]))
        stays(lambda: site.call("Info")["pid"] == site.pid, "it goes on", 0.5)  # and has looked for who is left ten times
        resource.prlimit(site.pid, resource.RLIMIT_NOFILE, plenty)
        until(lambda: not processes.alive(deaf), "who is left of it to be killed")
        site.wait_state("running")
        os.kill(site.pid, signal.SIGTERM)
        assert site.wait() in (0, 3)  # that somebody of it was killed may be known by then, or not
