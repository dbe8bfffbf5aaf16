"""Names in bind and statsd_host that a name server is asked for: nobody but their own service waits for it."""
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from client import Traffic, get
from nameserver import NameServer
from sections import program, web
from waiting import until

NAME = "site.bridle.test"


@pytest.fixture
def server(as_root):
    made = []

    def start(**how):
        made.append(NameServer({NAME: "127.0.0.1"}, **how))
        return made[-1]
    yield start
    for one in made:
        one.close()


@pytest.fixture
def asking(daemons, tmp_path):
    """A bridled that asks SERVER alone."""
    def make(server):
        wrapper = ["unshare", "--mount", "sh", "-c",
                   f'mount --bind {server.settings(tmp_path)} /etc/resolv.conf && exec "$@"', "sh"]
        if shutil.which("unshare") is None or subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode != 0:
            pytest.skip("mounts are not allowed here")
        return daemons(wrapper=wrapper)
    return make


def test_a_name_is_looked_up_at_the_start(server, asking, free_ports):
    port, = free_ports(1)
    site = asking(server())
    site.write(web(bind=f"{NAME}:{port}"))
    site.start().wait_state("running")
    assert get(("127.0.0.1", port)).status == 200


def test_nobody_else_waits_for_a_silent_one(server, asking, free_ports):
    """Others start, are shown, stopped and replaced; and so is the one that waits."""
    port, = free_ports(1)
    one = server(silent=True)
    site = asking(one)
    site.write(web(bind=f"{NAME}:{port}", start_timeout=600, stop_timeout=600), web("other"))
    site.start()
    until(lambda: one.asked, "the question")
    site.wait_state("running", "other")
    site.ctl("restart", "other")
    site.ctl("stop", "other")
    assert site.state() == "starting"
    site.ctl("stop", "web")
    assert site.state() == "stopped"
    asked = len(one.asked)
    site.ctl("start", "--no-wait", "web")
    until(lambda: len(one.asked) > asked, "the next question")
    one.silent = False
    site.wait_state("running")
    assert get(("127.0.0.1", port)).status == 200


def test_who_has_no_address_says_so(server, asking, free_ports):
    port, = free_ports(1)
    site = asking(server())
    site.write(web(bind=f"nobody.bridle.test:{port}", autostart="no", start_limit=1))
    done = site.start().bridle("start", "web")
    assert done.returncode != 0
    assert "cannot look up 'nobody.bridle.test': Name or service not known" in done.stdout + done.stderr


def test_a_killed_master_is_back_without_asking(server, asking, free_ports):
    """It listens still: what the name stands for by now is of no interest."""
    port, = free_ports(1)
    one = server()
    site = asking(one)
    site.write(web(bind=f"{NAME}:{port}"))
    master = site.start().wait_state("running")["master"]
    one.silent = True
    asked = len(one.asked)
    os.kill(master, signal.SIGKILL)
    until(lambda: site.master() not in (None, master), "the next one")
    site.wait_state("running")
    assert len(one.asked) == asked


def test_a_reload_does_not_wait(server, asking, free_ports):
    """A new address by name: the old generation serves while it is looked up."""
    port, later = free_ports(2)
    one = server()
    site = asking(one)
    site.write(web(bind=f"127.0.0.1:{port}", start_timeout=600), web("other"))
    site.start().wait_state("running")
    site.wait_state("running", "other")
    one.silent = True
    with Traffic(("127.0.0.1", port)) as traffic:
        site.write(web(bind=f"{NAME}:{later}", start_timeout=600), web("other", workers=2))
        site.ctl("reload", "--no-wait")
        until(lambda: NAME in one.asked, "the question")
        site.ctl("restart", "other")
        before = traffic.good
        until(lambda: traffic.good > before + 20, "answers meanwhile")
    traffic.assert_nothing_lost()
    one.silent = False
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "the new generation")
    assert get(("127.0.0.1", later)).status == 200


def test_statsd_host_is_asked_for_once(server, asking):
    """Whose figures are on their way to it, through re-exec and reload; a silent server is none of a restart's business."""
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.bind(("127.0.0.1", 0))
    heard.settimeout(30)
    one = server()
    site = asking(one)
    site.write(web(statsd_host=f"{NAME}:{heard.getsockname()[1]}"))
    site.start().wait_state("running")
    assert get(site.address()).status == 200
    assert heard.recv(512)
    asked = len(one.asked)
    one.silent = True
    site.ctl("reexec")
    site.write(web(statsd_host=f"{NAME}:{heard.getsockname()[1]}", timeout=40))
    site.ctl("reload")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "the new generation")
    heard.setblocking(False)
    try:
        while heard.recv(512):
            pass
    except BlockingIOError:
        pass
    heard.settimeout(30)
    assert get(site.address()).status == 200
    assert heard.recv(512)
    assert len(one.asked) == asked


def test_a_silent_one_costs_start_timeout(server, asking, free_ports):
    port, = free_ports(1)
    site = asking(server(silent=True))
    site.write(web(bind=f"{NAME}:{port}", autostart="no", start_limit=1, start_timeout="500ms"))
    done = site.start().bridle("start", "web")
    assert done.returncode != 0
    # the page may be newer than the move that it tells the reason of
    assert re.search(f"bind: (no name server has answered yet what|cannot look up) '{NAME}'", done.stderr), done.stderr
    site.wait_state("failed")
    assert f"cannot look up '{NAME}': no answer came" in site.bridle("why", "web").stdout


def test_on_demand_it_is_started_once_first(server, asking, free_ports):
    """What nobody has looked up cannot be listened at; once it was, who comes starts it."""
    port, = free_ports(1)
    site = asking(server())
    site.write(web(bind=f"{NAME}:{port}", start="on-demand", idle_stop="1s"))
    site.start().wait_state("running")
    site.wait_state("listening")
    assert get(("127.0.0.1", port)).status == 200


@pytest.mark.parametrize("how", ["reexec", "kill"])
def test_our_own_end_in_the_middle(server, asking, free_ports, how):
    """Who asks is known again; what he found is not, so that it is asked once more."""
    port, = free_ports(1)
    one = server(silent=True)
    site = asking(one)
    site.write(web(bind=f"{NAME}:{port}", start_timeout=600))
    site.start()
    until(lambda: one.asked, "the question")
    if how == "reexec":
        site.ctl("reexec")
    else:
        site.process.kill()
        site.wait()
        site.start()
    one.silent = False
    site.wait_state("running", timeout=60)
    assert get(("127.0.0.1", port)).status == 200


def test_a_socket_that_came_with_us(server, asking, free_ports):
    """Whoever opened it looked the name up: its port says whose it is (systemd's sockets)."""
    port, = free_ports(1)
    one = server(silent=True)
    with socket.create_server(("127.0.0.1", port)) as given:
        site = asking(one)
        site.wrapper += ["bash", "-c", f'exec 3<&{given.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "bash"]
        site.pass_fds = [given.fileno()]
        site.write(web(bind=f"{NAME}:{port}"))
        site.start().wait_state("running")
        assert get(("127.0.0.1", port)).status == 200
    assert one.asked == []
