"""An application that does what goes wrong in practice. HOW says what happens at import, the path what happens in a request:
/ answers, /slow?s=2 sleeps, /spin?s=2 works, /lock?s=2 lets nobody else in the process run, /wait?port=80 waits for somebody, /thread works in a thread, /segv crashes, /kill?signal=9 kills the worker, /exit?code=5 ends the worker, /raise raises, /leak?mb=50 keeps memory, /open?n=9 keeps files open, /say?words=x says x, /caught?what=syntax prints what it caught;
/hungry, /refused, /full and /threads want memory, a connection, a disk and a thread that are not there, /health fails when the file SICK is.
"""
import ctypes
import os
import signal
import socket
import sys
import threading
import time
import traceback
import urllib.parse

HOW = os.environ.get("HOW", "")
hoard = []

if HOW == "missing":
    import a_module_that_is_not_there  # noqa: F401
if HOW == "circular":
    import circle_a  # noqa: F401
if HOW == "syntax":
    import broken_syntax  # noqa: F401
if HOW == "broken":
    from os import a_name_that_is_not_there  # noqa: F401
if HOW == "hungry":
    bytearray(sys.maxsize >> 1)
if HOW == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if HOW == "variable":
    os.environ["DATABASE_URL_FOR_THE_TEST"]
if HOW == "words":
    sys.exit("no licence for this machine")
if HOW.startswith("exit"):
    sys.exit(int(HOW[4:]))
if os.path.exists(os.environ.get("STALL", "/nowhere")):
    time.sleep(600)
time.sleep(float(os.environ.get("IMPORT", "0")))
if HOW == "deaf":
    for number in (signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
if HOW in ("slow", "deaf"):
    time.sleep(30)
if HOW == "segv":
    ctypes.string_at(0)
if HOW == "raise":
    raise RuntimeError("the application does not want to")
if HOW == "busy":
    socket.create_connection(("127.0.0.1", 1))


CAUGHT = {"variable": 'os.environ["A_VARIABLE_THAT_IS_NOT_SET"]', "syntax": "1+", "missing": 'exec("import a_module_that_is_not_there")',
          "broken": 'exec("from os import a_name_that_is_not_there")', "other": "1 / 0",
          "refused": 'socket.create_connection(("127.0.0.1", 1))'}


def respond(path, query):
    if path in ("/slow", "/lock"):
        os.write(2, path[1:].encode() + b" begins\n")
    if path == "/slow":
        time.sleep(float(query["s"]))
    if path == "/spin":
        until = time.monotonic() + float(query["s"])
        while time.monotonic() < until:
            pass
    if path == "/lock":  # as an extension does that keeps the interpreter's lock
        left = int(query["s"])
        while left > 0:  # a signal ends sleep(3)
            left = ctypes.PyDLL(None).sleep(left)
    if path == "/thread":
        threading.Thread(target=respond, args=("/spin", {"s": "600"}), daemon=True).start()
    if path == "/hungry":
        bytearray(sys.maxsize >> 1)
    if path == "/refused":
        socket.create_connection(("127.0.0.1", 1))
    if path == "/full":
        with open("/dev/full", "w") as full:
            full.write("x")
    if path == "/threads":  # no address space has room for such a stack
        threading.stack_size(1 << 60)
        threading.Thread(target=time.sleep, args=(0,)).start()
    if path == "/health" and os.path.exists(os.environ["SICK"]):
        raise RuntimeError("unwell")
    if path == "/wait":
        with socket.create_connection(("127.0.0.1", int(query["port"]))) as silent:
            silent.recv(1)
    if path == "/segv":
        ctypes.string_at(0)
    if path == "/kill":
        os.kill(os.getpid(), int(query["signal"]))
    if path == "/exit":
        os._exit(int(query["code"]))
    if path == "/raise":
        raise RuntimeError("a request that fails")
    if path == "/open":
        hoard.extend(open("/dev/null") for _ in range(int(query["n"])))
    if path == "/say":
        os.write(2, query["words"].encode() + b"\n")
    if path == "/caught":
        try:
            eval(CAUGHT[query["what"]])
        except Exception:
            traceback.print_exc()
    if path == "/leak":
        hoard.append(bytearray(os.urandom(1 << 20)) * int(query["mb"]))
    return f"{path} {os.getpid()}\n"


def app(environ, start_response):
    body = respond(environ["PATH_INFO"], dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


not_callable = "text"
