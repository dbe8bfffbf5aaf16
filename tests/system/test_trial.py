"""reload_by = hup: new code is imported in a process that is thrown away before HUP is sent."""
import subprocess

import pytest

import processes
from client import Traffic
from load import KeptTraffic
from sections import web
from waiting import until

# BROKEN of apps/broken.py, and what the command must name
WAYS = {"import": "no_such_module", "syntax": "SyntaxError", "variable": "A_VARIABLE_THAT_NOBODY_SET", "missing": "app",
        "exit-3": "exited with status 3", "segv": "SIGSEGV", "slow": "start_timeout"}


@pytest.fixture
def site(daemons):
    made = daemons()
    made.switch = made.root / "broken"
    made.write(web(app="broken:app", environment=f"BROKEN_FILE={made.switch} ASAN_OPTIONS=", workers=2, reload_by="hup",
                   start_timeout="5s"))
    made.start().wait_workers(2)
    return made


@pytest.mark.parametrize("how", WAYS)
def test_code_that_cannot_be_loaded_gets_no_hup(site, how):
    master, workers = site.master(), site.workers()
    site.switch.write_text(how)
    with Traffic(site.address()) as once, KeptTraffic(site.address()) as kept:
        until(lambda: once.good > 5 and kept.good > 5, "load to flow")
        done = site.bridle("reload", "web")
    assert done.returncode == 1 and WAYS[how] in done.stderr and "no HUP was sent" in done.stderr, done
    assert (once.failed, kept.failed) == ({}, {})
    assert (site.state(), site.master(), site.workers()) == ("running", master, workers)
    assert "Handling signal: hup" not in site.log()
    site.switch.unlink()
    site.ctl("reload", "web")
    assert site.master() == master and not set(workers) & set(site.wait_workers(2))


def test_it_runs_as_the_service_does(daemons, as_root):
    """Its user, its directory, its environment, and no listener."""
    site = daemons()
    said = site.root / "said"
    said.touch()
    said.chmod(0o666)
    (site.root / "seen.py").write_text(
        "import os\nfrom hello import app\n"
        f"print(os.getpid(), os.getuid(), os.getcwd(), os.environ['WORD'], len(os.listdir('/proc/self/fd')) - 1,\n"
        f"      file=open({str(said)!r}, 'a'))\n")
    site.write(web(app="seen:app", pythonpath=str(site.root), user="nobody", environment="WORD=yes", reload_by="hup"))
    site.start().wait_state("running")
    said.write_text("")
    site.ctl("reload", "web")
    pid, uid, directory, word, _ = said.read_text().splitlines()[0].split()
    assert int(pid) not in site.workers() and int(uid) != 0
    assert (directory, word) == (str(site.apps), "yes")


def test_the_supervisor_does_not_wait_for_it(site):
    """While one is stuck, everything else is done; stopping the service ends it."""
    site.switch.write_text("slow")
    with subprocess.Popen(site.command("reload", "web")) as command:
        trial = until(lambda: [pid for pid in processes.children(site.pid) if "--check-config" in processes.command(pid)],
                      "the trial")
        site.ctl("scale", "web", 1)
        assert processes.alive(trial[0])
        site.ctl("stop", "web")
        processes.wait_gone(*trial)
        assert command.wait() == 1


def test_usr2_is_refused(site):
    """On a held listener the second master would only fail (gunicorn-facts 5.2)."""
    master = site.master()
    done = site.bridle("signal", "web", "USR2")
    assert done.returncode != 0 and "bridle restart web" in done.stderr, done
    assert site.master() == master and "usr2" not in site.log()
