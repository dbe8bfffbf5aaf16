"""`bridle why --log` on what a Gunicorn wrote that nobody supervised: classes that no other test makes happen, and kinds that were
told wrong before a real run showed them (tests/lib/scenes.py has the scenes, and many more). And on what a real nginx says."""
import concurrent.futures
import contextlib
import os
import shutil
import socket
import subprocess

import pytest

import corpus
from client import get
from daemon import open_to_all
from outside import Outside, judged, mistaken, play, possible
from troubles import classes_of, note
from waiting import until

UNTRIED = [  # by any other test
    "usr1", "noise", "noise-debug", "control-denied", "worker-term", "exit-sys-3", "exit-silent", "exit-code", "code-0", "code-7",
    "loading-9-1", "killed-request",
]
MENDED = [  # were told wrong, and do not depend on the worker class
    "killed-two", "killed-all", "crash-twice", "hup-config", "config-keyfile", "class-gunicorn.workers.ggevent.Nothing", "hook-printed",
    "bind-name", "boot-own",
]
FORMS = ["compose", "docker's JSON"]
AT_A_TIME = 8


def prove(bridle, edge, worker_class, name, text):
    """What is wrong with what is said of TEXT, and the incident."""
    wrong = mistaken(bridle, text, name, edge["version"], worker_class)
    said = judged(bridle, text)
    for form in FORMS:
        other = corpus.judge(bridle, "-", corpus.in_form(form, text.encode()))[0]
        if (other["class"], other["phase"]) != (said["class"], said["phase"]):
            wrong = wrong or f"{other['class']} ({other['phase']}) in the form of {form}"
    return f"{name}: {wrong}\n{text}" if wrong else "", said


def test_a_log_alone_names_it(edge, figures):
    bridle = open_to_all()[0] / "bridle"
    cases = [(one, name) for one in classes_of(edge) for name in UNTRIED + (MENDED if one == "sync" else [])
             if possible(name, edge["version"], one)]
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        logs = list(pool.map(lambda case: play(edge["path"], *case), cases))
    found = [prove(bridle, edge, one, name, text) for (one, name), text in zip(cases, logs)]
    assert "".join(wrong for wrong, _ in found) == ""
    for (one, _), (_, said) in zip(cases, found):
        note(figures, edge, one, said)


def test_a_master_whose_output_nobody_reads(oldest, figures):
    """It logs in its handler of SIGCHLD while it logs (until 23). That takes luck: three tries."""
    if not possible("unread", oldest["version"], "sync"):
        pytest.skip(f"Gunicorn {oldest['version']} does not log in a signal handler")
    for _ in range(3):
        text = play(oldest["path"], "sync", "unread")
        if "reentrant call" in text:
            break
    else:
        pytest.skip("NOT TESTED: in three tries the master was never interrupted while it wrote")
    wrong, said = prove(open_to_all()[0] / "bridle", oldest, "sync", "unread", text)
    assert wrong == ""
    note(figures, oldest, "sync", said)


NGINX = os.environ.get("BRIDLE_NGINX") or shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
NGINX_CONF = """daemon off; master_process on; worker_processes 1; user nobody nogroup; pid {0}/nginx.pid; error_log stderr;
events {{}}
http {{
    access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
    server {{ listen unix:{0}/nginx.sock; location / {{ proxy_pass http://{1}; }} }}
}}
"""


BUSY = "import os, time\ndef pre_request(worker, req):\n    os.write(2, b'taken\\n')\n    time.sleep(60)\n"


def reach(path):
    """A connection to PATH; None where nobody listens, or the queue is full."""
    one = socket.socket(socket.AF_UNIX)
    one.setblocking(False)
    if one.connect_ex(str(path)) == 0:
        return one
    one.close()
    return None


@pytest.fixture
def proxied(tmp_path, as_root):
    """proxied(upstream): a real nginx in front of it; ask it, and have its log."""
    if NGINX is None:
        pytest.skip("NOT TESTED: no nginx here (BRIDLE_NGINX may name one)")
    started = []
    tmp_path.chmod(0o755)
    for above in tmp_path.parents[:2]:  # pytest's own
        above.chmod(0o755)

    @contextlib.contextmanager
    def run(upstream):
        (tmp_path / "nginx.conf").write_text(NGINX_CONF.format(tmp_path, upstream))
        with open(tmp_path / "nginx.log", "wb") as log:
            started.append(subprocess.Popen([NGINX, "-c", tmp_path / "nginx.conf", "-e", "stderr"], stderr=log, stdin=subprocess.DEVNULL))
        until(lambda: reach(tmp_path / "nginx.sock"), "nginx to listen").close()
        yield (lambda: get(str(tmp_path / "nginx.sock"), "/", 10)), (tmp_path / "nginx.log").read_text
    yield run
    for one in started:
        one.terminate()
        one.wait()


def behind(edge, tmp_path, **keys):
    """A Gunicorn whose socket a proxy reaches: one worker, which takes a request and is silent."""
    (tmp_path / "gunicorn").mkdir()
    made = Outside(edge["path"], tmp_path / "gunicorn", options=("--bind", f"unix:{tmp_path}/web.sock", *keys.pop("options", ())), workers=1,
                   app="import time\n", **keys)
    made.start()
    until((tmp_path / "web.sock").exists, "its socket")
    made.says("Booting worker")
    return made


def named_by(log, kind, figures, edge):
    incident = until(lambda: [one for one in [judged(open_to_all()[0] / "bridle", log())] if one["class"] == kind], kind, 10)[0]
    assert incident["phase"] == "runtime"
    note(figures, edge, "nginx", incident)


def test_a_proxy_without_a_socket(edge, proxied, tmp_path, figures):
    with proxied(f"unix:{tmp_path}/web.sock") as (ask, log):
        assert ask().status == 502
        named_by(log, "proxy.socket-missing", figures, edge)


def test_a_proxy_whose_upstream_is_gone(edge, proxied, tmp_path, figures):
    """A master that is killed leaves its socket's path."""
    made = behind(edge, tmp_path)
    made.kill()
    made.end()
    with proxied(f"unix:{tmp_path}/web.sock") as (ask, log):
        (tmp_path / "web.sock").chmod(0o777)
        assert ask().status == 502
        named_by(log, "proxy.upstream-refused", figures, edge)


def test_a_proxy_without_the_right(edge, proxied, tmp_path, figures):
    made = behind(edge, tmp_path, options=("--umask", "0077"))
    try:
        with proxied(f"unix:{tmp_path}/web.sock") as (ask, log):
            assert ask().status == 502
            named_by(log, "proxy.socket-permission", figures, edge)
    finally:
        made.end()


def test_a_proxy_whose_worker_dies(edge, proxied, tmp_path, figures):
    made = behind(edge, tmp_path, options=("--umask", "0", "--config", "conf.py"),
                  files={"conf.py": "import os\ndef pre_request(worker, req):\n    os._exit(1)\n"})
    try:
        with proxied(f"unix:{tmp_path}/web.sock") as (ask, log):
            assert ask().status == 502
            named_by(log, "proxy.upstream-closed", figures, edge)
    finally:
        made.end()


def test_a_proxy_before_a_full_queue(edge, proxied, tmp_path, figures):
    """One worker that is busy, and a backlog of one: the kernel turns the proxy away with EAGAIN, as it does on unix sockets alone."""
    made = behind(edge, tmp_path, options=("--umask", "0", "--backlog", "1", "--config", "conf.py"), files={"conf.py": BUSY})
    held = []
    try:
        held.append(reach(tmp_path / "web.sock"))
        held[0].sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        made.says("taken")
        while (one := reach(tmp_path / "web.sock")) is not None:
            held.append(one)
        with proxied(f"unix:{tmp_path}/web.sock") as (ask, log):
            assert ask().status == 502
            named_by(log, "runtime.saturation", figures, edge)
    finally:
        for one in held:
            one.close()
        made.end()
