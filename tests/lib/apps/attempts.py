"""An application that tries what a sandbox forbids, each attempt by its name on request: /NAME?argument=... answers
"ok", with what was seen behind it, or the name of the errno that it failed with."""
import ctypes
import errno
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import stat
import subprocess
import threading
import time
import urllib.parse

libc = ctypes.CDLL(None, use_errno=True)
F_SETSIG = 10
SESSION_KEYRING = -3
ADD_KEY = {"x86_64": 248, "aarch64": 217, "riscv64": 217}  # request_key(2) has the number behind it
CLONE_FLAGS = {"user": 0x10000000, "net": 0x40000000, "mnt": 0x20000, "uts": 0x4000000, "ipc": 0x8000000}


def call(name, *arguments):
    """A function of libc by name; -1 raises its errno."""
    if getattr(libc, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def key_call(number, *arguments):
    """A system call for keys, that libc has no functions for."""
    if os.uname().machine not in ADD_KEY:
        raise OSError(errno.ENOSYS, "the numbers of this machine's system calls are not known here")
    serial = libc.syscall(ADD_KEY[os.uname().machine] + number, *arguments)
    if serial == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return serial


def write(q):
    path = os.path.join(q["path"], f"attempt.{os.getpid()}") if os.path.isdir(q["path"]) else q["path"]
    with open(path, "a"):
        pass
    if os.path.isdir(q["path"]):
        os.unlink(path)


def read(q):
    if os.path.isdir(q["path"]):
        return sorted(os.listdir(q["path"]))
    with open(q["path"], "rb") as file:
        return len(file.read(100))


def fill(q):
    """The file system that its TMPDIR is in: no inode is left, then no page."""
    where, made = os.environ["TMPDIR"], 0
    try:
        while True:
            os.close(os.open(f"{where}/{made}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    file = os.open(f"{where}/0", os.O_WRONLY)
    try:
        while os.write(file, b"x" * 4096):
            pass
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        os.close(file)


def groups_to_enter(_):
    """Files by which it could enter a control group, make one, or change what one is allowed; nothing is written."""
    known = {"cgroup.procs", "tasks", "pids.max", "memory.max", "memory.limit_in_bytes", "cpu.max", "cpu.cfs_quota_us", "cgroup.subtree_control"}
    return [place for place, _, files in os.walk("/sys/fs/cgroup") for name in (".", *known.intersection(files))
            if os.access(os.path.join(place, name), os.W_OK)][:3]


def opened(q):
    os.close(os.open(q["path"], os.O_RDONLY | os.O_NONBLOCK))


def status(q):
    with open("/proc/self/status") as lines:
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)[q["field"]].strip()


def sees(q):
    """Whether process PID is there in /proc."""
    return os.path.exists(f"/proc/{q['pid']}")


def interfaces(_):
    return sorted(name for _, name in socket.if_nameindex())


def connect(q):
    socket.create_connection((q["host"], int(q["port"])), timeout=2).close()


def open_socket(q):
    socket.socket(getattr(socket, q["family"]), getattr(socket, q.get("kind", "SOCK_STREAM"))).close()


def serve_loopback(_):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=2):
        pass


def unshare(q):
    """In a child: it would change this process."""
    pid = os.fork()
    if pid == 0:
        try:
            call("unshare", CLONE_FLAGS[q["kind"]])
        except OSError as error:
            os._exit(error.errno)
        os._exit(0)
    number = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if number:
        raise OSError(number, os.strerror(number))


def call_of_32_bits(_):
    """getpid(2) by the other way into an x86 kernel, in a child: the pid, or the signal that ended it."""
    code = bytes.fromhex("53 b8 14 00 00 00 cd 80 5b c3")  # push %rbx; mov $20, %eax; int $0x80; pop %rbx; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    entry = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    pid = os.fork()
    if pid == 0:
        os._exit(0 if entry() == os.getpid() else 1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return signal.Signals(-code).name if code < 0 else code


def personality(q):
    call("personality", int(q["persona"]))


def write_execute(_):
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def implied_execute(_):
    """Memory that is asked for to be read and written only; what it may be used for in fact."""
    before = libc.personality(0xffffffff)
    call("personality", before | 0x0400000)  # READ_IMPLIES_EXEC
    try:
        memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        with open("/proc/self/maps") as maps:
            return next(line.split()[1][:3] for line in maps if at < int(line.split("-")[1].split()[0], 16))
    finally:
        libc.personality(before)


def realtime(_):
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def set_user_id(q):
    path = os.path.join(q["path"], f"suid.{os.getpid()}")
    with open(path, "w"):
        pass
    try:
        os.chmod(path, 0o4755)
        return oct(stat.S_IMODE(os.stat(path).st_mode))
    finally:
        os.unlink(path)


def host_name(_):
    socket.sethostname("attempted")


def set_clock(_):
    time.clock_settime(time.CLOCK_REALTIME, time.time())


def load_module(_):
    call("delete_module", b"no_such_module", 0)


def kernel_log(_):
    call("klogctl", 10, None, 0)  # its size


def port_io(_):
    call("iopl", 3)


def make_node(q):
    path = os.path.join(q["path"], f"node.{os.getpid()}")
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    os.unlink(path)


def run(q):
    done = subprocess.run(q["command"].split(), capture_output=True, text=True)
    return [done.returncode, done.stdout.strip()]


def trace(_):
    call("ptrace", 0, 0, 0, 0)


def owner(q):
    return os.stat(q["path"]).st_uid


def mount(q):
    """A file system in memory, in which a file stays."""
    call("mount", b"none", q["path"].encode(), b"tmpfs", 0, b"size=64k")
    with open(os.path.join(q["path"], "mounted"), "w"):
        pass
    return sorted(os.listdir(q["path"]))


def join_session(_):
    """A session keyring of its own, as login gives one."""
    key_call(2, 1, None)


def keep_key(q):
    """A key in the session keyring (keyrings(7))."""
    return key_call(0, b"user", q["called"].encode(), b"kept", 4, SESSION_KEYRING)


def find_key(q):
    """What keep_key() left, if it is in a keyring of this process: its number."""
    return key_call(1, b"user", q["called"].encode(), None, 0)


def leave_ipc(q):
    """A segment, semaphores and a queue of System V, and shared memory of POSIX, all with KEY."""
    key, create = int(q["key"]), 0o1600
    call("shmget", key, 4096, create)
    call("semget", key, 1, create)
    call("msgget", key, create)
    with open(f"/dev/shm/b-{key}", "w"):
        pass


def chown(q):
    os.chown(q["path"], 4321, -1)


def shared_memory(q):
    """Whether the segment of System V IPC with KEY is seen."""
    return libc.shmget(int(q["key"]), 0, 0) >= 0


def listeners():
    """Each socket of this process that listens: Bridle holds the same open files."""
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                with socket.socket(fileno=os.dup(fd)) as one:
                    if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        yield one
        except OSError:
            pass  # what listed them


def choose_signal(q):
    """From now on: SIGNAL is what the owner of each listener is to be told of a connection by (fcntl(2)). He is asked for no leave."""
    def again():
        while True:
            for one in listeners():
                fcntl.fcntl(one, F_SETSIG, int(q["signal"]))
                fcntl.fcntl(one, fcntl.F_SETFL, fcntl.fcntl(one, fcntl.F_GETFL) | os.O_ASYNC)
            time.sleep(0.001)
    threading.Thread(target=again, daemon=True).start()


def shut(_):
    """Nobody else can be served by them, either."""
    for one in listeners():
        one.shutdown(socket.SHUT_RDWR)


def work(_):
    """What every web application does: a temporary file, a thread, a subprocess, a name looked up, random bytes."""
    import tempfile
    with tempfile.NamedTemporaryFile() as file:
        file.write(os.urandom(1000))
        file.flush()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    resource.getrusage(resource.RUSAGE_SELF)
    socket.getaddrinfo("localhost", 80)
    return subprocess.run(["/bin/echo", "worked"], capture_output=True, text=True, check=True).stdout.strip()


def app(environ, start_response):
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    attempt = globals().get(environ["PATH_INFO"].lstrip("/"))
    try:
        seen = attempt(query) if attempt else os.getpid()
        said = "ok" if seen is None else "ok " + json.dumps(seen)
    except OSError as error:
        said = errno.errorcode.get(error.errno, str(error.errno))
    body = said.encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
