"""What may lie at the path of a socket, and what is then done with it."""
import pathlib
import socket
import subprocess
import sys

import pytest

from client import get
from sections import program, web
from waiting import until

# A stranger who listens at a path until he is ended.
STRANGER = "import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); " \
           "print('up', flush=True); time.sleep(600)"


@pytest.fixture
def stranger():
    running = []

    def listen(path):
        one = subprocess.Popen([sys.executable, "-c", STRANGER, str(path)], stdout=subprocess.PIPE)
        running.append(one)
        assert one.stdout.readline() == b"up\n"
        return one
    yield listen
    for one in running:
        one.kill()
        one.wait()


def refusal(site):
    """What bridled says when it will not start the service; the rest of it goes on."""
    done = site.bridle("start", "web")
    assert done.returncode != 0
    site.wait_state("running", name="other")
    assert site.state() in ("waiting", "failed", "stopped")
    return done.stdout + done.stderr + site.said()


def prepared(daemons, prepare):
    site = daemons()
    path = pathlib.Path(site.address())
    prepare(path)
    site.write(web(autostart="no", start_limit=1), web("other"))
    return site.start(), path


def test_a_stale_socket_is_removed(daemons, stranger):
    def leave_one(path):
        one = stranger(path)
        one.kill()
        one.wait()
    site, path = prepared(daemons, leave_one)
    assert path.is_socket()
    site.ctl("start", "web")
    assert get(site.address()).status == 200


def test_a_socket_that_somebody_serves_is_refused(daemons, stranger):
    strangers = []
    site, path = prepared(daemons, lambda path: strangers.append(stranger(path)))
    inode = path.stat().st_ino
    words = refusal(site)
    assert str(strangers[0].pid) in words, words
    assert path.stat().st_ino == inode and strangers[0].poll() is None
    site.foreign.append(path)


def test_a_symlink_is_refused(daemons):
    target = []

    def link(path):
        target.append(path.with_name("target"))
        path.symlink_to(target[0])
    site, path = prepared(daemons, link)
    words = refusal(site)
    assert str(path) in words
    assert path.is_symlink() and not target[0].exists()


def test_a_dangling_and_a_live_link_are_both_left_alone(daemons, stranger):
    def link(path):
        stranger(path.with_name("real.sock"))
        path.symlink_to(path.with_name("real.sock"))
    site, path = prepared(daemons, link)
    refusal(site)
    assert path.is_symlink() and path.resolve().is_socket()
    site.foreign.append(path.resolve())


def test_a_regular_file_is_refused(daemons):
    site, path = prepared(daemons, lambda path: path.write_text("precious"))
    words = refusal(site)
    assert str(path) in words and path.read_text() == "precious"


def test_a_busy_port_is_named(daemons, free_ports):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        site = daemons()
        site.write(web(autostart="no", start_limit=1, bind=f"127.0.0.1:{port}"), web("other"))
        site.start()
        words = refusal(site)
        assert str(port) in words


def test_mode_and_owner(bridled):
    site = bridled(web(socket_mode="0600"), web("open", socket_mode="0666"))
    site.wait_state("running")
    site.wait_state("running", "open")
    assert [pathlib.Path(site.address(name)).stat().st_mode & 0o777 for name in ("web", "open")] == [0o600, 0o666]


def test_a_changed_mode_is_applied(bridled):
    site = bridled(web(socket_mode="0600"))
    master = site.wait_state("running")["master"]
    site.write(web(socket_mode="0666"))
    site.ctl("reload")
    until(lambda: site.master() not in (None, master), "the new generation")
    assert pathlib.Path(site.address()).stat().st_mode & 0o777 == 0o666


@pytest.mark.parametrize("how", [["restart"], ["restart", "--cold"]], ids=["replace", "cold"])
def test_a_path_that_was_removed_comes_back_with_a_restart(bridled, how):
    """Somebody removes the socket file: Gunicorn by itself would fail at its stop."""
    site = bridled(web())
    site.wait_state("running")
    pathlib.Path(site.address()).unlink()
    site.ctl(*how, "web")
    assert get(site.address()).status == 200


def test_a_name_of_two_families_is_ipv4(daemons, as_root, free_ports, tmp_path):
    """As Gunicorn takes it, whichever the resolver names first."""
    hosts = tmp_path / "hosts"
    hosts.write_text("::1 both\n127.0.0.1 both\n")
    wrapper = ["unshare", "--mount", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh"]
    if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("mounts are not allowed here")
    port, ready = free_ports(2)
    site = daemons(wrapper=wrapper)
    site.write(web(bind=f"both:{port}"), program("nap", f"{sys.executable} -m http.server --bind 127.0.0.1 {ready}",
                                                 ready_probe=f"both:{ready}"))
    site.start().wait_state("running")
    assert get(("127.0.0.1", port)).status == 200
    site.wait_state("running", "nap")
