"""An application that says what it may, and tries to do more. Every answer is JSON."""
import ctypes
import json
import mmap
import os
import pathlib
import resource
import signal
import time
import urllib.parse

from attempts import call

hoard = []


def read(path):
    try:
        return pathlib.Path(path).read_text().strip()
    except OSError as error:
        return f"{error.errno}"


def report(_):
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    ioprio = ctypes.CDLL(None, use_errno=True).syscall(252 if os.uname().machine == "x86_64" else 31, 1, 0)
    return {"uid": os.getuid(), "gid": os.getgid(), "groups": sorted(os.getgroups()), "pid": os.getpid(),
            "limits": {name[7:].lower(): resource.getrlimit(getattr(resource, name)) for name in names},
            "nice": os.nice(0), "affinity": sorted(os.sched_getaffinity(0)), "policy": os.sched_getscheduler(0),
            "priority": os.sched_getparam(0).sched_priority, "ioprio": ioprio, "oom": read("/proc/self/oom_score_adj"),
            "cgroup": read("/proc/self/cgroup"), "env": dict(os.environ), "cwd": os.getcwd()}


def trying(deed):
    """DEED(), and the name of the error that stopped it; "" when nothing did."""
    try:
        deed()
    except (OSError, MemoryError) as error:
        return os.strerror(error.errno) if isinstance(error, OSError) else "MemoryError"
    return ""


def open_many(query):
    opened = []

    def deed():
        for _ in range(int(query["n"])):
            opened.append(os.open("/dev/null", os.O_RDONLY))
    error = trying(deed)
    for fd in opened:
        os.close(fd)
    return {"opened": len(opened), "error": error}


def write(query):
    with open(query["file"], "wb", buffering=0) as file:
        return {"error": trying(lambda: [file.write(bytes(4096)) for _ in range(int(query["n"]) // 4096)]),
                "size": os.fstat(file.fileno()).st_size}


def take(query):
    """Memory, touched, so that it counts."""
    def deed():
        for _ in range(int(query["mb"])):
            hoard.append(b"x" * (1 << 20))
    return {"error": trying(deed), "held": len(hoard)}


def fork_many(query):
    made = []

    def deed():
        for _ in range(int(query["n"])):
            pid = os.fork()
            if pid == 0:
                os.execv("/bin/sleep", ["sleep", "60"])
            made.append(pid)
    error = trying(deed)
    for pid in made:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    return {"forked": len(made), "error": error}


def spin(seconds):
    """Processor time, until that is used or somebody stops it; for others' sake no more than 20 s."""
    while time.process_time() < min(seconds, 20):
        pass


def spin_first_of_all(seconds):
    """Before whoever has no real-time priority."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    spin(seconds)


def lock(size):
    memory = ctypes.c_char.from_buffer(mmap.mmap(-1, size))
    call("mlock", ctypes.byref(memory), ctypes.c_size_t(size))


def open_queue(size):
    """For ten messages of that size (mq_open(3))."""
    name = f"/b-{os.getpid()}".encode()
    call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, (ctypes.c_long * 8)(0, 10, size))
    call("mq_unlink", name)


def raise_itself(nice):
    """After it has lowered itself (setpriority(2))."""
    os.setpriority(os.PRIO_PROCESS, 0, 15)
    os.setpriority(os.PRIO_PROCESS, 0, nice)


def send_itself(count):
    """Signals of real time, which queue up where nobody takes them (sigqueue(3))."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
    for _ in range(count):
        call("sigqueue", os.getpid(), signal.SIGRTMIN, None)


DEEDS = {
    "core": lambda _: os.abort(),
    "cpu": spin,
    "data": lambda size: mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
    "memlock": lock,
    "msgqueue": open_queue,
    "nice": raise_itself,
    "rtprio": lambda priority: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority)),
    "rttime": spin_first_of_all,
    "sigpending": send_itself,
    "stack": lambda count: os.execv("/bin/true", ["true", *["x" * 100000] * count]),  # arguments are on it (execve(2))
}


def attempt(query):
    """DEED, as much as N of it, in a child, whom it may cost: the error that stopped it, or the signal, and whether that
    left a core."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.chdir(query.get("where", "/"))
            os.write(writer, trying(lambda: DEEDS[query["deed"]](int(query["n"]))).encode())
        finally:
            os._exit(0)
    os.close(writer)
    status = os.waitpid(pid, 0)[1]
    with open(reader) as said:
        error = said.read()
    return {"error": signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else error, "core": os.WCOREDUMP(status)}


def touch(query):
    """Make a file where the service is told that it may."""
    path = pathlib.Path(query["file"])
    error = trying(lambda: path.write_text(query.get("text", "here")))
    return {"error": error, "mode": oct(path.stat().st_mode & 0o7777) if not error else ""}


def look(query):
    found = os.lstat(query["file"])
    return {"mode": oct(found.st_mode), "uid": found.st_uid, "gid": found.st_gid, "text": read(query["file"])}


PAGES = {"/report": report, "/open": open_many, "/write": write, "/take": take, "/fork": fork_many, "/touch": touch,
         "/look": look, "/attempt": attempt}


def app(environ, start_response):
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    page = PAGES.get(environ["PATH_INFO"])
    try:
        body = json.dumps(page(query) if page else "hello").encode()
        status = "200 OK"
    except OSError as error:
        status, body = "500 Refused", json.dumps({"error": os.strerror(error.errno)}).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
