"""`bridle why --log`: what fools it, and what does not; what it answers with when there is more than one thing to say."""
import json
import subprocess

import pytest

from daemon import open_to_all

START = """[2026-11-20 15:25:40 +0000] [7] [INFO] Starting gunicorn 26.1.0
[2026-11-20 15:25:40 +0000] [7] [INFO] Listening at: http://127.0.0.1:8000 (7)
[2026-11-20 15:25:40 +0000] [9] [INFO] Booting worker with pid: 9
"""
TIMEOUT = """[2026-11-20 15:27:40 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:9)
[2026-11-20 15:27:41 +0000] [7] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?
[2026-11-20 15:27:41 +0000] [10] [INFO] Booting worker with pid: 10
"""
STOP = """[2026-11-20 15:26:40 +0000] [7] [INFO] Handling signal: term
[2026-11-20 15:26:40 +0000] [9] [INFO] Worker exiting (pid: 9)
[2026-11-20 15:26:41 +0000] [7] [INFO] Shutting down: Master
"""
RELOAD = "[2026-11-20 15:26:00 +0000] [7] [INFO] Handling signal: hup\n"


def why(log):
    out = subprocess.run([open_to_all()[0] / "bridle", "why", "--log", "-", "--json"], input=log, text=True,
                         capture_output=True, timeout=20, check=True)
    return [json.loads(line)["class"] for line in out.stdout.splitlines()]


@pytest.mark.parametrize("line", [
    # an application that quotes
    "WORKER TIMEOUT (pid:9)",
    "`WORKER TIMEOUT (pid:9)`",
    "[2026-11-20 15:25:50 +0000] [9] [ERROR] the log said: WORKER TIMEOUT (pid:9)",
    "[2026-11-20 15:25:50 +0000] [9] [CRITICAL] WORKER TIMEOUT (pid:9)",
    "[2026-11-20 15:25:50 +0000] [9] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?",
    "2026-11-20 15:25:50,123 INFO alerts Worker (pid:9) was sent SIGKILL! Perhaps out of memory?",
    '{"level": "info", "message": "ticket 12: WORKER TIMEOUT (pid:9) in shop"}',
    # a figure that nobody took: the request was served
    "[2026-11-20 15:25:50 +0000] [9] [WARNING] Error sending message to statsd\nTraceback (most recent call last):\n"
    '  File "/v/gunicorn/instrument/statsd.py", line 141, in _sock_send\n    self.sock.send(msg)\n'
    "ConnectionRefusedError: [Errno 111] Connection refused",
    # paths and agents that somebody asked with
    '10.0.0.1 - - [20/Nov/2026:15:25:50 +0000] "GET /?q=WORKER TIMEOUT (pid:9) HTTP/1.1" 200 5 "-" "x"',
    '10.0.0.1 - - [20/Nov/2026:15:25:50 +0000] "GET /Out of memory: Killed process 9 (gunicorn) HTTP/1.1" 404 5 "-" "x"',
    '10.0.0.1 - - [20/Nov/2026:15:25:50 +0000] "GET / HTTP/1.1" 200 5 "-" "MemoryError: no"',
    # an exception that was caught, and the request that went on
    'Traceback (most recent call last):\n  File "/srv/shop.py", line 4, in price\n    return cache[key]\n'
    'KeyError: \'a\'\n10.0.0.1 - - [20/Nov/2026:15:25:51 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"',
])
def test_nothing_happened(line):
    assert why(f"{START}{line}\n") == ["healthy.start"]


def test_what_went_wrong_comes_before_what_was_asked_for():
    assert why(START + RELOAD) == ["recycle.reload-hup"]
    assert why(START + STOP) == ["shutdown.requested"]
    assert why(START + RELOAD + TIMEOUT.replace("15:27", "16:27")) == ["runtime.timeout"]
    assert why(START + STOP + START.replace("15:25", "15:58") + TIMEOUT.replace("15:27", "16:59")) == ["runtime.timeout"]


def test_a_restart_that_fails_is_the_failure():
    failed = "[2026-11-20 15:26:42 +0000] [8] [INFO] Starting gunicorn 26.1.0\nError: class uri 'gevent' invalid or not found: \n"
    assert why(START + STOP + failed) == ["boot.worker-class"]


def test_a_failure_that_begins_above_the_log_is_what_its_next_run_says():
    cut = "[2026-11-20 15:25:40 +0000] [6] [ERROR] Can't connect to ('localhost', 8000)\n"
    again = """[2026-11-20 15:25:42 +0000] [7] [INFO] Starting gunicorn 20.0.4
[2026-11-20 15:25:42 +0000] [7] [ERROR] Connection in use: ('localhost', 8000)
[2026-11-20 15:25:42 +0000] [7] [ERROR] Retrying in 1 second.
"""
    assert why(cut) == ["boot.bind-unexplained"]
    assert why(cut + again) == ["boot.bind-in-use"]
    gave_up = "[2026-11-20 15:20:40 +0000] [5] [ERROR] Shutting down: Master\n" \
              "[2026-11-20 15:20:40 +0000] [5] [ERROR] Reason: Worker failed to boot.\n"
    assert why(gave_up) == ["boot.unexplained"]
    assert why(gave_up + START + "Failed to find attribute 'app' in 'web'.\n"
               "[2026-11-20 15:25:41 +0000] [7] [ERROR] Worker (pid:9) exited with code 4\n") == ["boot.app-attribute"]
    # what the first run died of may be another trouble
    assert why(cut + START + TIMEOUT) == ["boot.bind-unexplained", "runtime.timeout"]


def test_a_failure_is_not_what_nothing_breaks_by():
    """Whatever the next run says that serves."""
    failed = "[2026-11-20 15:20:40 +0000] [5] [ERROR] Worker (pid:6) exited with code 3\n" \
             "[2026-11-20 15:20:40 +0000] [5] [INFO] Shutting down: Master\n"
    quiet = START.replace("[9]", "[7] [ERROR] Control server error: [Errno 13] Permission denied: '/c'\n"
                                 "[2026-11-20 15:25:40 +0000] [9]")
    assert why(quiet) == ["noise.control-socket"]
    assert why(failed + quiet) == ["boot.unexplained"]


def test_failures_of_two_services_in_one_log_are_two():
    """What was seen from its start is not what begins above the log: its reason does not stand with the other."""
    one = START + "[2026-11-20 15:25:41 +0000] [7] [ERROR] Worker (pid:9) exited with code 3\n" \
                  "[2026-11-20 15:25:41 +0000] [7] [ERROR] Shutting down: Master\n"
    other = START.replace("15:25", "15:26") + """[2026-11-20 15:26:40 +0000] [9] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/v/gunicorn/arbiter.py", line 600, in spawn_worker
    worker.init_process()
  File "/srv/web.py", line 1, in <module>
    import foo
ModuleNotFoundError: No module named 'foo'
"""
    assert why("".join(f"api-1  | {line}\n" for line in one.splitlines()) +
               "".join(f"web-1  | {line}\n" for line in other.splitlines())) == ["boot.unexplained", "boot.import-missing"]


def test_many_deeds_are_all_told():
    names = ["hup", "ttin", "usr1"]
    log = START + "".join(f"[2026-11-{21 + i // 24} {i % 24:02}:26:00 +0000] [7] [INFO] Handling signal: {names[i % 3]}\n"
                          for i in range(40))
    assert len(why(log)) == 40


@pytest.mark.parametrize("form", [
    json.dumps,
    lambda entries: json.dumps(entries, indent=2),
    lambda entries: "\n".join(json.dumps(e, indent=2) for e in entries),
    lambda entries: json.dumps([e["message"] for e in entries], indent=2),
], ids=["one line", "an array", "objects", "strings"])
def test_a_log_that_is_one_json_value(form):
    """More of it than one line could hold, or one read brings."""
    entries = [{"message": line, "severity": "error"} for line in (START + "quiet\n" * 3000 + TIMEOUT).splitlines()]
    assert why(form(entries)) == ["runtime.timeout"]


def test_a_stack_of_the_master_that_is_cut_off():
    """Above its last line, which would have said why; a master halts so only when workers fail to boot."""
    assert why(START + """Traceback (most recent call last):
  File "/v/bin/gunicorn", line 8, in <module>
    sys.exit(run())
  File "/v/lib/python3.12/site-packages/gunicorn/arbiter.py", line 229, in run
    self.halt(reason=inst.reason, exit_status=inst.exit_status)
  File "/v/lib/python3.12/site-packages/gunicorn/arbiter.py", line 342, in halt
    self.stop()
""") == ["boot.unexplained"]
