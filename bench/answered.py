#!/usr/bin/env python3
"""The harness, with one correction: a request that was answered counts as answered.

Its gunicorn measurement sends "GET / HTTP/1.0" and expects "HTTP/1.1 200". Gunicorn answers in the version that it was
asked in (http/wsgi.py, Response.default_headers, 20.1.0 to 27.0.1), so every request counts as failed, under every
supervisor, and the column tells how many were sent until the successor was ready. Here it tells how many were refused,
reset, or not answered within two seconds. Everything else is the harness's own.
"""
import os
import socket
import sys

sys.path.insert(0, os.environ["BRIDLE_BENCH"])
import bench  # noqa: E402  (found where BRIDLE_BENCH says)


def answered(port, timeout=2.0):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as s:
            s.settimeout(timeout)
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return s.recv(64).split(b" ", 2)[1:2] == [b"200"]
    except OSError:
        return False


if __name__ == "__main__":
    bench.ask = answered
    sys.exit(bench.main())
