"""Load that keeps its connections: Traffic (client.py) with HTTP keep-alive, and wrk where it is installed.

A server may close a kept connection at any time, and a client that has sent a request meanwhile sees it closed, or
reset, before any byte of an answer. RFC 9112 9.3.1 lets it ask again on another connection, once, when the request is
idempotent; browsers and nginx do so. That is what is done here, and counted by itself (`asked_again`): it is the
keep-alive protocol, not a lost request. Whatever goes wrong on the second connection, which is fresh, is lost.
"""
import collections
import re
import shutil
import subprocess
import threading

from client import Answer, Traffic, connect
from waiting import PATIENCE


class Kept:
    """One connection, asked again and again."""

    def __init__(self, address, timeout=30):
        self.socket, self.answers, self.received, self.last = connect(address, timeout * PATIENCE), 0, b"", False

    def close(self):
        self.socket.close()

    def ask(self, path):
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        head, _, self.received = self.read(lambda seen: b"\r\n\r\n" in seen).partition(b"\r\n\r\n")
        length = int(re.search(rb"(?im)^content-length: *(\d+)", head).group(1))
        self.last = re.search(rb"(?im)^connection: *close", head) is not None
        body = self.read(lambda seen: len(seen) >= length)
        self.received, self.answers = body[length:], self.answers + 1
        return Answer(int(head.split()[1]), body[:length].decode(errors="replace"))

    def read(self, enough):
        while not enough(self.received):
            chunk = self.socket.recv(65536)
            if not chunk:
                raise EOFError(f"closed in the middle of an answer: {self.received[:100]!r}" if self.received
                               else "closed without any answer")
            self.received += chunk
        return self.received


class KeptTraffic(Traffic):
    """Traffic on connections that are kept for as long as the server keeps them."""

    def __init__(self, *arguments, **keys):
        super().__init__(*arguments, **keys)
        self.asked_again = collections.Counter()
        self.answered_on = collections.Counter()  # "kept" or "fresh" connection
        self.local = threading.local()

    def run(self):
        super().run()
        if getattr(self.local, "kept", None):
            self.local.kept.close()

    def get(self, path):
        kept = getattr(self.local, "kept", None)
        self.local.kept = None
        if kept is not None:
            try:
                return self.once(kept, path, "kept")
            except (EOFError, ConnectionError) as error:
                if kept.received:
                    raise
                with self.lock:
                    self.asked_again[type(error).__name__] += 1
        return self.once(Kept(self.address), path, "fresh")

    def once(self, kept, path, how):
        try:
            answer = kept.ask(path)
        except BaseException:
            kept.close()
            raise
        with self.lock:
            self.answered_on[how] += 1
        if kept.last:
            kept.close()
        else:
            self.local.kept = kept
        return answer


class Wrk:
    """wrk against a TCP port, when it is installed: many requests, of which it counts what failed (it cannot look at
    answers). `lost` after the end: its own words for each kind, with the number; empty when nothing was."""

    def __init__(self, port, seconds, keep):
        self.lost, self.requests = {}, 0
        self.command = ["wrk", "-t1", "-c4", f"-d{seconds}s", "--timeout", f"{30 * PATIENCE:.0f}s"]
        self.command += [] if keep else ["-H", "Connection: close"]
        self.command.append(f"http://127.0.0.1:{port}/hello")

    @staticmethod
    def installed():
        return shutil.which("wrk") is not None

    @property
    def runs(self):
        return self.process.poll() is None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate()
        self.requests = int(re.search(r"(\d+) requests in", said).group(1))
        self.lost = {kind: int(count) for kind, count in re.findall(r"(connect|read|write|timeout) (\d+)", said)
                     if int(count)}
        if bad := re.search(r"Non-2xx or 3xx responses: (\d+)", said):
            self.lost["status"] = int(bad.group(1))
