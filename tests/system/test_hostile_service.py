"""A service that attacks with what it shares with the supervisor: only itself is harmed."""
import json
import os
import signal

import pytest

import processes
from client import connect, get
from sections import program, web
from waiting import stays, until

USER = 47021  # nobody else's
OWN = {"user": str(USER), "group": str(USER)}


def ask(site, attempt, name="web", **query):
    said = get(site.address(name), f"/{attempt}?" + "&".join(f"{key}={value}" for key, value in query.items())).body
    return json.loads(said[3:]) if said.startswith("ok ") else said


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM], ids=["KILL", "TERM"])
def test_a_signal_by_its_listener(bridled, as_root, signum):
    """Whom an open file tells of what comes (F_SETOWN) gets the signal that anybody chose who has it too, in the name of who named
    him: of root, if that was us."""
    site = bridled(web(app="attempts:app", idle_stop="3s", **OWN), program("fine", "/bin/sleep 1000"))
    site.wait_workers(1)
    assert ask(site, "choose_signal", signal=int(signum)) == "ok"
    stays(lambda: ask(site, "work") == "worked" and site.process.poll() is None, "both live", 2)
    until(lambda: site.state() == "listening", "it to rest: connections were counted")
    assert site.process.poll() is None and "stopping" not in site.said() and site.state("fine") == "running"


@pytest.mark.parametrize("where", ["unix", "TCP"])
def test_it_shuts_its_listener_down(bridled, as_root, free_ports, where):
    """Which we hold, too, and cannot undo: its next generation gets another one."""
    port, = free_ports(1)
    address = ("127.0.0.1", port) if where == "TCP" else None
    bind = f"127.0.0.1:{port}" if address else "unix:{root}/web.sock"
    site = bridled(web(app="attempts:app", bind=bind, **OWN), program("fine", "/bin/sleep 1000"))
    site.wait_workers(1)
    assert get(address or site.address(), "/shut").body == "ok"
    with pytest.raises(OSError):
        connect(address or site.address(), 5).close()
    site.ctl("restart", "web")
    assert get(address or site.address(), "/work").body == "ok \"worked\""
    assert "was shut down" in site.said() and site.state("fine") == "running"


def test_it_fills_the_run_directory(daemons, as_root, in_memory):
    """By its TMPDIR, which is there. What runs goes on; what cannot be started is told why, and is when the other is stopped."""
    site = daemons()
    in_memory(site.run_dir, "size=4m,nr_inodes=100,mode=755")
    site.write(web(app="attempts:app", **OWN), web("other", app="attempts:app", user="daemon"), program("fine", "/bin/sleep 1000"))
    site.start()
    site.wait_workers(1)
    site.wait_workers(1, "other")
    assert ask(site, "fill") == "ENOSPC"
    assert site.bridle("restart", "other").returncode != 0
    assert "No space left on device" in site.said() and site.state("other") == "running"
    site.ctl("restart", "fine")
    assert "usr" in ask(site, "read", "other", path="/")
    site.ctl("stop", "web")
    site.ctl("restart", "other")
    assert ask(site, "work", "other") == "worked"


def test_it_fills_the_run_directory_and_bridled_is_killed(daemons, as_root, in_memory):
    """The next one has no room for its control socket: it adopts all the same, and answers when there is room again."""
    site = daemons()
    in_memory(site.run_dir, "size=4m,nr_inodes=100,mode=755")
    site.write(web(app="attempts:app", **OWN), program("fine", "/bin/sleep 1000"))
    site.start()
    site.wait_workers(1)
    master, fine = site.master(), site.master("fine")
    assert ask(site, "fill") == "ENOSPC"
    site.process.kill()
    site.wait()
    site.start(wait=False)
    until(lambda: "nobody is answered until there is room" in site.said(), "it to be there")
    os.kill(fine, signal.SIGKILL)
    until(lambda: [pid for pid in processes.children(site.pid) if processes.environment(pid).get("BRIDLE_SERVICE") == "fine"],
          "it to look after its services")
    assert "usr" in ask(site, "read", path="/") and not site.answers()
    for file in (site.run_dir / "web").rglob("[0-9]*"):
        if file.is_file():
            file.unlink()
    until(site.answers, "it to answer")
    assert site.master() == master and site.state() == "running"


def test_no_way_out_of_its_groups(bridled, as_root):
    """A control group takes whom somebody writes into it: of all that it sees, a service may write into none, nor raise a limit."""
    site = bridled(web(app="attempts:app", tasks_max=100, **OWN), web("root", app="attempts:app", user="root", tasks_max=100))
    site.wait_workers(1)
    site.wait_workers(1, "root")
    if not ask(site, "groups_to_enter", "root"):
        pytest.skip("there are no control groups that even root may write to")
    assert ask(site, "groups_to_enter") == []
