"""What is done to a Gunicorn that runs by itself (outside.py) until something has gone wrong: functions of the run.

What sleeps here is the scene and waits for nothing: how long after its start somebody does something, as a person would, and
how far apart signals are, of which the kernel keeps one of a kind (signal(7)).
"""
import contextlib
import fcntl
import os
import signal
import socket
import threading
import time

from waiting import until

TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40
NO_REQUESTS = [TLS_HELLO, b"GET\r\n\r\n", b"HELLO ALL\r\n\r\n", b"\x00" * 30 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
               b"GET / HTTP/1.1\r\nbad header\r\n\r\n"]
SMALL = 4096  # bytes that a pipe holds


def ends(run):
    until(run.over, "the master to end")


def loops(times):
    return lambda run: run.boots(times)


def quiet(run, seconds=1.2):
    """Until it has written nothing for a while: what follows a signal is not always the same lines."""
    seen, since = -1, time.monotonic()

    def still():
        nonlocal seen, since
        size = len(run.log())
        if size != seen:
            seen, since = size, time.monotonic()
        return time.monotonic() - since > seconds
    until(still, "nothing more", 30, 0.05)


def serves(*paths, then=None):
    def act(run):
        run.up()
        for path in paths:
            run.ask(path)
        if then:
            then(run)
        quiet(run)
    return act


def kills(number, count=1, path=None, wait=0.3):
    """COUNT workers are killed from outside, with a request in each, where PATH says so."""
    def act(run):
        run.up()
        time.sleep(wait)
        held = [run.send(path) for _ in range(count)] if path else []
        run.takes(len(held))
        boots = run.log().count("Booting worker")
        for pid in run.workers()[:count]:
            os.kill(pid, number)
        run.boots(boots + count)  # those in their place
        quiet(run, 1.5)
        for one in held:
            one.close()
    return act


def kills_booting(number, times=1):
    def act(run):
        for n in range(times):
            run.boots(n + 1)
            time.sleep(0.4)
            for pid in run.workers()[:1]:
                os.kill(pid, number)
        quiet(run, 1.5)
    return act


def signals(*numbers, path=None, count=1, seconds=1.2, before=None):
    def act(run):
        run.up()
        time.sleep(0.3)
        held = [run.send(path) for _ in range(count)] if path else []
        run.takes(len(held))
        if before:
            before(run)
        for number in numbers:
            run.signal(number)
            time.sleep(0.4)
        quiet(run, seconds)
        for one in held:
            one.close()
    return act


def write(name, text):
    return lambda run: (run.directory / name).write_text(text)


def upgrade(end_old, text=None):
    def act(run):
        run.up()
        time.sleep(0.3)
        if text is not None:
            (run.directory / "app.py").write_text(text)
        run.signal(signal.SIGUSR2)
        time.sleep(2)
        if end_old:
            run.signal(signal.SIGTERM)
        quiet(run, 2)
    return act


def noise(run):
    run.up()
    for data in NO_REQUESTS:
        with run.send("", data) as one, contextlib.suppress(OSError):
            one.settimeout(3)
            one.recv(99)
    quiet(run)


def asks(path, words, times=1):
    """Requests that nobody waits for, until the log has WORDS so often."""
    def act(run):
        run.up()
        held = [run.send(path) for _ in range(times)]
        run.says(words, times)
        quiet(run)
        for one in held:
            one.close()
    return act


def later(*paths, wait=2.5):
    """A request when the start is over, of a worker among others: who dies within two seconds may not have loaded anything yet."""
    def act(run):
        run.up(2)
        for path in paths:
            time.sleep(wait)
            run.ask(path)
        quiet(run, 1.5)
    return act


def settles(run):
    """One that may end, or go on trying."""
    time.sleep(2)
    quiet(run)


def master_dies(run):
    run.up()
    time.sleep(0.3)
    run.signal(signal.SIGKILL)
    quiet(run, 2.5)


def touched(run):
    run.up()
    time.sleep(1.2)
    (run.directory / "app.py").write_text((run.directory / "app.py").read_text() + "# touched\n")
    quiet(run, 2.5)


def unread(run):
    """Nobody reads its stderr while workers die, for a time; then what is in the pipe is read."""
    kept = []
    fcntl.fcntl(run.master.stderr, fcntl.F_SETPIPE_SZ, SMALL)
    time.sleep(1.5)
    for _ in range(25):
        for pid in run.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    reader = threading.Thread(target=lambda: kept.append(run.master.stderr.read()), daemon=True)
    reader.start()
    time.sleep(2)
    run.kill()
    reader.join(20)
    run.log_file.write_bytes(kept[0])


def in_use(run):
    with socket.create_server(("127.0.0.1", run.port)):
        run.start()
        ends(run)
