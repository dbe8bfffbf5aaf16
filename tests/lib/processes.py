"""What /proc tells of processes: who is whose child, who carries Bridle's marker, who is a zombie."""
import ctypes
import os
import pathlib
import signal

from waiting import until

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Whatever a test leaves behind comes to us, where it can be seen and ended (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def look(pid):
    """(state, parent, start) of PID; None when it is gone."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return fields[0], int(fields[1]), int(fields[19])


def alive(pid):
    """It is there and no zombie."""
    seen = look(pid)
    return seen is not None and seen[0] not in "ZX"


def wakeups(pid):
    """How often it has gone to sleep and was woken."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.rpartition("\nvoluntary_ctxt_switches:")[2].split()[0])


def written(pid):
    """Bytes that it has given to write(2) since it began."""
    with open(f"/proc/{pid}/io") as figures:
        return int(dict(line.split(": ") for line in figures)["wchar"])


def weight(pid):
    """Bytes of its memory, with its part of what it shares."""
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * int(rollup.partition("\nPss:")[2].split()[0])


def everyone():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parents():
    """pid -> parent, of all processes at this moment."""
    found = {pid: look(pid) for pid in everyone()}
    return {pid: seen[1] for pid, seen in found.items() if seen}


def children(pid):
    return [child for child, parent in parents().items() if parent == pid]


def descendants(pid):
    """All processes below PID, zombies included, parents first."""
    below, table = [pid], parents()
    for one in below:
        below.extend(child for child, parent in table.items() if parent == one)
    return below[1:]


def command(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def environment(pid):
    """Its environment as it was at exec (or what setproctitle left of it)."""
    try:
        words = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    return dict(word.decode(errors="replace").partition("=")[::2] for word in words if b"=" in word)


def marked(run_dir):
    """Everybody who carries the marker of the bridled that runs in RUN_DIR."""
    return [pid for pid in everyone() if environment(pid).get("BRIDLE_RUN_DIR") == str(run_dir)]


def wait_gone(*pids):
    """Until none of PIDS lives (a zombie does not)."""
    until(lambda: not any(map(alive, pids)), f"{pids} to end")


def zombies_below(pid):
    return [one for one in descendants(pid) if (look(one) or "?")[0] == "Z"]


def tree(pid, depth=0):
    """Lines of an indented picture of PID and everything below it."""
    state = look(pid)
    lines = [f"{'  ' * depth}{pid} {state[0] if state else 'gone'} {command(pid) or '-'}"]
    for child in children(pid):
        lines += tree(child, depth + 1)
    return lines


def end_all(pids):
    """SIGKILL, and reap what has become ours."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    reap(pids)


def reap(pids):
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
