"""Names in bind and statsd_host that a name server is asked for: nobody but their own service waits for it."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys

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
        mounts = " && ".join(f"mount --bind {ours} {theirs}" for ours, theirs in server.settings(tmp_path).items())
        wrapper = ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh"]
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
    # what will be answered is nobody else's to write
    answers, = [fd for fd in pathlib.Path(f"/proc/{site.pid}/fd").iterdir() if "memfd:bridle-names" in os.readlink(fd)]
    assert answers.stat().st_mode & 0o777 == 0o600
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
    master = site.start().wait_state("running")["master"]
    assert get(site.address()).status == 200
    assert heard.recv(512)
    asked = len(one.asked)
    one.silent = True
    site.ctl("reexec")
    site.write(web(statsd_host=f"{NAME}:{heard.getsockname()[1]}", timeout=40))
    site.ctl("reload")
    until(lambda: site.service()["generation"] == 2 and site.state() == "running", "the new generation")
    until(lambda: not os.path.exists(f"/proc/{master}"), "the old one to be gone")  # and all that it has sent
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


def runs(site):
    return site.answers() and site.state() == "running"


@pytest.mark.parametrize("how", ["reexec", "kill"])
@pytest.mark.parametrize("key", ["bind", "statsd_host"])
def test_our_own_end_in_the_middle(server, asking, free_ports, key, how):
    """Who asks is known again; what he found is not, and is asked once more. Who then comes in his place is a child of ours."""
    port, = free_ports(1)
    one = server(silent=True)
    site = asking(one)
    site.write(web(start_timeout=600, start_limit=1, **{key: f"{NAME}:{port}"}))
    site.start()
    until(lambda: one.asked, "the question")
    site.come_back(how)
    one.silent = False
    until(lambda: runs(site), "it to run", 60)
    assert "cannot look up" not in site.said()
    site.ctl("stop", "web")
    assert "cannot signal" not in site.said() and "killing" not in site.said()


def test_other_settings_in_the_middle(server, asking, free_ports):
    """That mean no new start: whoever asks goes on asking."""
    port, = free_ports(1)
    one = server(silent=True)
    site = asking(one)
    site.write(web(bind=f"{NAME}:{port}", start_timeout=600, start_limit=1, stop_timeout=20))
    site.start()
    until(lambda: one.asked, "the question")
    site.write(web(bind=f"{NAME}:{port}", start_timeout=600, start_limit=1, stop_timeout=30))
    site.ctl("reload")
    one.silent = False
    site.wait_state("running", timeout=60)


def test_two_that_ask_one_after_the_other(server, asking, free_ports):
    """The end of the first says nothing of what the second one finds."""
    port, later = free_ports(2)
    one = server(silent=True)
    site = asking(one)
    site.write(web(bind=f"127.0.0.1:{port}", start_timeout="1s"))
    site.start().wait_state("running")
    site.write(web(bind=f"{NAME}:{later}", start_timeout="1s"))
    site.ctl("reload")
    until(lambda: one.asked, "the question")
    site.write(web(bind=f"{NAME}:{later}", start_timeout=600, workers=2))
    site.ctl("reload")
    ended = until(lambda: site.events.of("web", before="replacing"), "the first to take too long")[0]
    assert f"not ready in time: bind: no name server has answered yet what '{NAME}' stands for;" in ended["reason"], ended
    one.silent = False
    until(lambda: site.service()["generation"] == 3 and site.state() == "running", "the one after it", 60)
    assert get(("127.0.0.1", later)).status == 200


def test_statsd_host_fails_no_start(server, asking):
    site = asking(server(silent=True))
    site.write(web(statsd_host=f"{NAME}:9125"))
    site.start()
    site.wait_state("running")
    assert f"cannot look up statsd_host '{NAME}'" in site.said()


def test_stopped_before_statsd_host_is_known(server, asking):
    """What was not answered because nobody asked any more is asked at the next start."""
    one = server(silent=True)
    site = asking(one)
    site.write(web(statsd_host=f"{NAME}:9125", start_timeout=600))
    site.start()
    until(lambda: one.asked, "the question")
    site.ctl("stop", "web")
    one.silent, asked = False, len(one.asked)
    site.ctl("start", "web")
    assert len(one.asked) > asked and "cannot look up" not in site.said()


def test_another_statsd_host_after_a_reexec(server, asking):
    """What is remembered is of the name that was asked for."""
    one = server()
    one.names["other.bridle.test"] = "127.0.0.1"
    site = asking(one)
    site.write(web(statsd_host=f"{NAME}:9125"))
    site.start().wait_state("running")
    site.write(web(statsd_host="other.bridle.test:9125"))
    site.ctl("reexec")
    site.ctl("restart", "web")
    assert "other.bridle.test" in one.asked


def test_sockets_go_to_whoever_names_their_address(server, asking, free_ports):
    """Before somebody whose name, not looked up yet, may stand for it."""
    port, = free_ports(1)
    one = server()
    one.names["other.bridle.test"] = "127.0.0.2"
    with socket.create_server(("127.0.0.1", port)) as given:
        site = handed(asking(one), given)
        site.write(web("a", bind=f"other.bridle.test:{port}"), web("b", bind=f"127.0.0.1:{port}"))
        site.start().wait_state("running", "a")
        site.wait_state("running", "b")


TWO = """
import socket, sys, time
listeners = [socket.create_server((f"127.0.0.{host}", int(sys.argv[1]))) for host in (1, 2)]
print("listens", flush=True)
time.sleep(3600)
"""


def test_a_takeover_by_address_and_name(server, asking, free_ports):
    """The name, which comes first and is not looked up yet, leaves to the address what is the address's."""
    port, = free_ports(1)
    one = server(silent=True)
    site = asking(one)
    site.write(web(bind=f"{NAME}:{port} 127.0.0.1:{port}", autostart="no"))
    site.start()
    with subprocess.Popen([sys.executable, "-c", TWO, str(port)], stdout=subprocess.PIPE) as old:
        try:
            assert old.stdout.readline() == b"listens\n"
            site.ctl("takeover", "web", str(old.pid))
        finally:
            old.kill()
    assert get(("127.0.0.1", port)).status == get(("127.0.0.2", port)).status == 200


def handed(site, given):
    """SITE, with a socket that is given to it as systemd would."""
    site.wrapper += ["bash", "-c", f'exec 3<&{given.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "bash"]
    site.pass_fds = [given.fileno()]
    return site


def test_a_socket_that_came_with_us(server, asking, free_ports):
    """Whoever opened it looked the name up: its port says whose it is (systemd's sockets)."""
    port, = free_ports(1)
    one = server(silent=True)
    with socket.create_server(("127.0.0.1", port)) as given:
        site = handed(asking(one), given)
        site.write(web(bind=f"{NAME}:{port}"))
        site.start().wait_state("running")
        assert get(("127.0.0.1", port)).status == 200
    assert one.asked == []
