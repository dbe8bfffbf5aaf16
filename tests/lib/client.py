"""An HTTP client that looks at every byte of every answer, and traffic that counts what went wrong."""
import collections
import itertools
import os
import socket
import threading
import time

from waiting import PATIENCE


class Answer(collections.namedtuple("Answer", "status body")):
    @property
    def pid(self):
        """Of the worker that answered: the last word of every answer of the example application."""
        return int(self.body.split()[-1])


def connect(address, timeout):
    """ADDRESS: path of a unix socket, or (host, port)."""
    family = socket.AF_UNIX if isinstance(address, str) else \
        socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.settimeout(timeout)
    try:
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


def get(address, path="/hello", timeout=30):
    """One request on a connection of its own. Raises what the socket raises; EOFError without any answer."""
    with connect(address, timeout * PATIENCE) as one:
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while chunk := one.recv(65536):
            received += chunk
    return parse(received)


def parse(received):
    head, blank, body = received.partition(b"\r\n\r\n")
    if not blank:
        raise EOFError(f"no whole answer: {received[:100]!r}")
    if b"transfer-encoding: chunked" in head.lower():
        body = unchunk(body)
    return Answer(int(head.split()[1]), body.decode(errors="replace"))


def unchunk(body):
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return whole
        whole, body = whole + body[:length], body[length + 2:]
    raise EOFError("chunked answer was cut")


class Traffic:
    """Requests without end from a few threads, each answer compared with what was asked.

        with Traffic(address) as traffic: ...
        assert traffic.failed == {}
    """

    def __init__(self, address, threads=2, pause=0.01, path="/hello"):
        self.address, self.pause, self.path = address, pause, path
        self.counts, self.first, self.pids = collections.Counter(), {}, set()
        self.slowest = 0.0
        self.numbers = itertools.count()
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(60 * PATIENCE)

    @property
    def failed(self):
        """What went wrong, how often, with the first of each kind; empty when nothing did."""
        return {kind: (count, self.first.get(kind)) for kind, count in self.counts.items() if kind != "good"}

    def assert_nothing_lost(self, version="", worker_class="sync"):
        """Nothing refused, unanswered or wrong; nothing reset or cut, but for what a worker drops by itself at TERM:
        connections that it accepted and had not read from yet. gthread of 21 to 24 does that (run() leaves its poller
        as it is: gthread.py:178@22.0.0), and uvicorn (shutdown() closes connections without a request)."""
        drops = worker_class == "uvicorn" or (worker_class == "gthread" and 21 <= int(version.split(".")[0]) <= 24)
        lost = {kind: seen for kind, seen in self.failed.items() if not drops or kind not in ("reset", "cut")}
        assert lost == {} and self.good > 0, self.failed
        assert sum(count for count, _ in self.failed.values()) <= 10, self.failed

    @property
    def good(self):
        return self.counts["good"]

    def run(self):
        while not self.ending.is_set():
            began = time.monotonic()
            kind, detail = self.ask(f"{self.path}/{os.getpid()}-{next(self.numbers)}")
            with self.lock:
                self.counts[kind] += 1
                self.first.setdefault(kind, detail)
                self.slowest = max(self.slowest, time.monotonic() - began)
            self.ending.wait(self.pause)

    def get(self, path):
        return get(self.address, path)

    def ask(self, path):
        try:
            answer = self.get(path)
        except (ConnectionRefusedError, FileNotFoundError) as error:
            return "refused", repr(error)
        except TimeoutError:
            return "unanswered", path
        except EOFError as error:
            return "cut", str(error)
        except OSError as error:
            return "reset", repr(error)
        if answer.status != 200 or not answer.body.startswith(path + " "):
            return "wrong", repr(answer)
        self.pids.add(answer.pid)
        return "good", None
