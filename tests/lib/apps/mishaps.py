"""An application whose paths say what goes wrong: /sleep-2 sleeps, /kill-9 sends its worker a signal, /exit-7 ends it. What goes wrong
while it is loaded stands in front of this text in a copy of it (tests/lib/scenes.py)."""
import ctypes
import os
import resource
import socket
import sys
import threading
import time
import urllib.request

hoard = []



def trouble(path):
    word, _, number = path.strip("/").partition("-")
    number = float(number or 0)
    if word == "sleep":
        time.sleep(number)
    if word == "spin":
        while True:
            pass
    if word == "lock":
        ctypes.PyDLL(None).sleep(30)
    if word == "kill":
        os.kill(os.getpid(), int(number))
    if word == "master":
        os.kill(os.getppid(), int(number))
    if word == "exit":
        os._exit(int(number))
    if word == "sysexit":
        sys.exit(int(number))
    if word == "segv":
        ctypes.string_at(0)
    if word == "abort":
        os.abort()
    if word == "divide":
        return 1 // 0
    if word == "large":
        hoard.append(bytearray(1 << 60))
    if word == "limited":
        resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
        while True:
            hoard.append("x" * (1 << 22))
    if word == "refused":
        socket.create_connection(("127.0.0.1", 1))
    if word == "unknown":
        socket.getaddrinfo("database.invalid", 5432)
    if word == "url":
        urllib.request.urlopen("http://127.0.0.1:1/")
    if word == "full":
        with open("/dev/full", "w") as full:
            full.write("x" * 9)
    if word == "files":
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        while True:
            hoard.append(open("/dev/null"))
    if word == "threads":
        threading.stack_size(1 << 60)
        threading.Thread(target=time.sleep, args=(0,)).start()


def app(environ, start_response):
    trouble(environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"ok\n"]
