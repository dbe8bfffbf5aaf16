"""The application of the system tests. Every answer is the path that was asked for, what it says, and the pid.

    SLOW=1.5        the import takes that long
    LOADED=FILE     a line with the time is added to FILE when the import is done
"""
import json
import os
import sys
import threading
import time
import urllib.parse

time.sleep(float(os.environ.get("SLOW", "0")))
if "LOADED" in os.environ:
    with open(os.environ["LOADED"], "a") as loaded:
        loaded.write(f"{time.time()}\n")

hoard = []


def umask():
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


def who(_):
    return json.dumps({"uid": os.getuid(), "gid": os.getgid(), "groups": sorted(os.getgroups()), "cwd": os.getcwd(),
                       "umask": umask(), "env": dict(os.environ), "fds": sorted(map(int, os.listdir("/proc/self/fd"))),
                       "session": os.getsid(0)})


def sleep(query):
    os.write(2, b"sleeping\n")
    time.sleep(float(query["s"]))
    return "slept"


def leak(query):
    hoard.append(bytearray(os.urandom(1 << 20)) * int(query["mb"]))
    return "leaked"


def fork(query):
    """A grandchild that outlives the request, in a session of its own when asked."""
    pid = os.fork()
    if pid == 0:
        if "session" in query:
            os.setsid()
        os.execv("/bin/sleep", ["sleep", query["s"]])
    return str(pid)


def log(query):
    """Numbered lines on standard error: TAG NUMBER FILLING end. Says how many found the pipe full."""
    lost, filling = 0, "x" * int(query.get("size", "10"))
    for number in range(int(query["n"])):
        try:
            os.write(2, f"{query['tag']} {number} {filling} end\n".encode())
        except BlockingIOError:
            lost += 1
    return f"{lost} lost"


def stream(query):
    """Lines from a thread until the process ends, so many a second."""
    def run():
        for number in range(10**9):
            os.write(2, f"{query['tag']} {number} {'x' * 60} end\n".encode())
            time.sleep(1 / float(query["rate"]))
    threading.Thread(target=run, daemon=True).start()
    return "streaming"


def leave(query):
    if "raw" in query:
        os._exit(int(query["raw"]))
    sys.exit(int(query["code"]))


PAGES = {"/who": who, "/sleep": sleep, "/leak": leak, "/fork": fork, "/log": log, "/stream": stream, "/leave": leave}


def respond(path, query_string):
    page = PAGES.get(path)
    said = page(dict(urllib.parse.parse_qsl(query_string, keep_blank_values=True))) if page else "hello"
    return f"{path} {said} {os.getpid()}\n".encode()


def app(environ, start_response):
    body = respond(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = respond(scope["path"], scope["query_string"].decode())
    await send({"type": "http.response.start", "status": 200,
                "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
