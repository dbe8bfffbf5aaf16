"""Varlink to bridled's control socket, by hand: what a stranger would write from the published interface."""
import json
import socket
import struct
import threading

from waiting import PATIENCE, until


class VarlinkError(Exception):
    """An error that the daemon answered with: its short name, and its parameters."""

    def __init__(self, answer):
        self.name = answer["error"].rpartition(".")[2]
        self.parameters = answer.get("parameters", {})
        super().__init__(f"{answer['error']} {self.parameters}")


class Connection:
    def __init__(self, path, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # as bridle does: a queue that is full is waited for, where settimeout() would have EAGAIN at once (unix(7))
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(timeout * PATIENCE), 0))
            self.socket.connect(str(path))
            self.socket.settimeout(timeout * PATIENCE)
        except OSError:
            self.socket.close()
            raise
        self.bytes = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, method, more=False, **parameters):
        request = {"method": f"org.bridle.{method}", "parameters": parameters}
        if more:
            request["more"] = True
        self.socket.sendall(json.dumps(request).encode() + b"\0")

    def receive(self):
        while b"\0" not in self.bytes:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise ConnectionResetError("the control socket was closed without an answer")
            self.bytes += chunk
        frame, _, self.bytes = self.bytes.partition(b"\0")
        answer = json.loads(frame)
        if "error" in answer:
            raise VarlinkError(answer)
        return answer["parameters"]

    def call(self, method, **parameters):
        self.send(method, **parameters)
        return self.receive()


class Events:
    """Everything that Watch tells, collected by a thread from the moment this is made."""

    def __init__(self, path):
        self.seen, self.incidents = [], []
        self.connection = Connection(path, timeout=600)
        self.connection.send("Watch", more=True)
        self.thread = threading.Thread(target=self.collect, daemon=True)
        self.thread.start()

    def collect(self):
        try:
            while True:
                told = self.connection.receive()
                if "event" in told:
                    self.seen.append(told["event"])
                if "incident" in told:
                    self.incidents.append(told["incident"])
        except (OSError, ValueError, VarlinkError):
            pass  # closed by us, or the watcher ended: what was seen remains

    def of(self, service, to=None, before=None):
        """Moves of SERVICE in order, to state TO and from state BEFORE where these are given."""
        return [event for event in list(self.seen) if event["service"] == service
                and to in (None, event["to"]) and before in (None, event["from"])]

    def wait(self, service, to, count=1, timeout=30):
        until(lambda: len(self.of(service, to)) >= count, f"{count} x {service} -> {to}; seen: {self.seen}", timeout)
        return self.of(service, to)[count - 1]

    def close(self):
        try:
            self.connection.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(5)
        self.connection.close()
