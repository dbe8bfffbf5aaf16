#!/usr/bin/env python3
"""A bridled that only talks: the control socket's protocol with services made up, for the tests of the command.

    fake_bridled.py SOCKET [COUNT]     for looking at the command by hand: a few services, or COUNT of them
"""
import contextlib
import json
import os
import socket
import sys
import threading
import time


def worker(pid, generation=3, **other):
    return {"pid": pid, "generation": generation, "age": 3720.4, "booted": True, "heartbeat": 0.31, "cpu": 12.4,
            "rss": 64 << 20, "pss": 41 << 20, "threads": 1, "fds": 14, "state": "S", **other}


def service(name, state="running", wanted=4, booted=None, reason="", **other):
    """One as List tells it. BOOTED: as many as are wanted where it runs."""
    runs = state in ("running", "reloading", "replacing", "starting")
    booted = booted if booted is not None else wanted if runs else 0
    return {"name": name, "kind": "gunicorn", "state": state, "reason": reason or f"it is {state}", "since": 187200.5,
            "due": None, "generation": 3, "master": 4711 if runs else None, "uptime": 187205.2 if runs else None,
            "restarts": 0, "workers_wanted": wanted, "workers_booted": booted, "memory": (180 << 20) if runs else None,
            "queue": 0 if runs else None, "workers": [worker(4712 + i) for i in range(booted)],
            "listeners": [{"address": f"unix:/run/{name}.sock", "queue": 0, "backlog": 2048}],
            "last_end": None, "log": f"/var/log/bridle/{name}/current", **other}


class Refusal(Exception):
    """An error to answer with: its short name, and its parameters."""

    def __init__(self, error, **parameters):
        super().__init__(error)
        self.error, self.parameters = error, parameters


class FakeBridled:
    """SERVICES: a list as List answers. ANSWERS: what other methods answer: parameters, an exception of Refusal, or a
    function of the call's parameters that returns or raises one. Every call is kept in `calls`."""

    def __init__(self, path, services=(), answers=None):
        self.path, self.services, self.answers = str(path), list(services), dict(answers or {})
        self.calls, self.lock = [], threading.Lock()
        self.busy, self.most = 0, 0  # calls being answered now, and at most
        self.connections = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.bind()
        self.socket.listen(64)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def bind(self):
        """By a name in the directory: the whole path may be longer than an address can be."""
        directory, name = os.path.split(self.path)
        here = os.open(".", os.O_RDONLY)
        os.chdir(directory)
        try:
            self.socket.bind(name)
        finally:
            os.fchdir(here)
            os.close(here)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Only once nobody is in accept(2): the number of the descriptor may be that of the next fake's socket.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()
        os.unlink(self.path)

    def of(self, method):
        return [parameters for name, parameters in self.calls if name == method]

    # ---- the server ----

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def hang_up(self):
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def serve(self, connection):
        received = b""
        with connection:
            while True:
                while b"\0" not in received:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    received += chunk
                frame, _, received = received.partition(b"\0")
                call = json.loads(frame)
                try:
                    for reply in self.reply(call):
                        connection.sendall(json.dumps(reply).encode() + b"\0")
                except OSError:
                    return

    def reply(self, call):
        """The replies to a call; all of them are known before the first is sent, so `busy` is never too high."""
        name = call["method"].rpartition(".")[2]
        with self.lock:
            self.calls.append((name, call.get("parameters", {})))
            self.busy += 1
            self.most = max(self.most, self.busy)
        try:
            answer = self.answer(name, call.get("parameters", {}))
            answers = answer if isinstance(answer, list) else [answer]
            return [{"parameters": one, "continues": True} for one in answers[:-1]] + [{"parameters": answers[-1]}]
        except Refusal as refusal:
            return [{"error": f"org.bridle.{refusal.error}", "parameters": refusal.parameters}]
        finally:
            with self.lock:
                self.busy -= 1

    def answer(self, name, parameters):
        if name in self.answers:
            answer = self.answers[name]
            answer = answer(parameters) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer
        if name == "List":
            return {"services": self.list(parameters)}
        if name == "Info":
            return {"version": "9.8.7", "pid": os.getpid(), "watcher": os.getpid(), "uptime": 93784.2, "run_dir": "/run",
                    "log_dir": "/log", "services": len(self.services), "watcher_restarts": 0}
        raise Refusal("Refused", reason=f"the fake does not know {name}")

    def list(self, parameters):
        wanted = parameters.get("name")
        found = [one for one in self.services if wanted in (None, one["name"])]
        if wanted is not None and not found:
            raise Refusal("NoSuchService", name=wanted, nearest=self.services[0]["name"] if self.services else None)
        return [{**one, "workers": None, "listeners": None} for one in found] if parameters.get("brief") else found


def a_few():
    web = service("web", workers=[worker(4712), worker(4713, heartbeat=11.2, cpu=99.9, rss=(1 << 30) + (300 << 20)),
                                  worker(4714), worker(4715, generation=4, booted=False, heartbeat=None, cpu=None,
                                                       pss=None, age=1.2)], booted=3,
                  listeners=[{"address": "unix:/run/web/web.sock", "queue": 3, "backlog": 2048},
                             {"address": "0.0.0.0:8000", "queue": None, "backlog": 511}], queue=3, restarts=2,
                  last_end="pid 4009 was killed by signal 9 (KILL) after 3h12m")
    return [web, service("api", "replacing", 8, reason="generation 4 boots beside 3"),
            service("billing-internal.v2", "waiting", 2, due=11.3, restarts=12,
                    reason="exited with status 3 before it was ready: ModuleNotFoundError: No module named 'billing'"),
            service("mail", "failed", 1, restarts=30,
                    reason="30 failures within 1h; last: exited with status 1 before it was ready"),
            service("clock", kind="program", wanted=None, booted=0, workers_booted=None, listeners=[], queue=None),
            service("old", "stopped", 2, reason="stop was asked for")]


if __name__ == "__main__":
    made = a_few() if len(sys.argv) < 3 else [
        service(f"service{i:03}", reason="proven ready: 4 workers have heart-beaten") for i in range(int(sys.argv[2]))]
    with FakeBridled(sys.argv[1], made):
        while True:
            time.sleep(3600)
