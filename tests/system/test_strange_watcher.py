"""A watcher that was taken over, that talks nonsense, that hangs: the supervisor takes it for a stranger (wire/link.h)."""
import contextlib
import ctypes
import fcntl
import itertools
import mmap
import os
import random
import signal
import socket
import struct
import subprocess
import threading
import time

import pytest

import processes
from descriptors import take, unread
from sections import program, web
from waiting import PATIENCE, stays, until

MAGIC = 0x4c42
PING, PONG, READY, REQUEST, JUDGED, POLICY, HOW, ENDED, STACK = 5, 6, 7, 9, 11, 12, 13, 14, 15
BOOT_LOOP, FLAPPING, HANG, OOM, UNHEALTHY = range(5)
START, STOP, RESTART, COLD, RELOAD, SIGNAL, SCALE, MORE, LESS, RECYCLE, REREAD, _, COUNT, REST, _, _, TAKE = range(1, 18)
FAILURE, KERNEL_STACK = 21, 22
NOBODY = 0xffffffff


def record(kind, deed=0, service=0, incarnation=0, generation=0, pid=0, arg=0, id=0):
    return struct.pack("=HBBIIIIBBBBiiqII208x", MAGIC, kind, deed, id, service, incarnation, generation, 0, 0, 0, 0,
                       pid, 0, arg, 0, 0)


@pytest.fixture
def link():
    """link(pid): the end of the link that watcher PID has, as a socket of ours."""
    made = []

    def steal(pid):
        made.append(socket.socket(fileno=take(pid, 3)))
        return made[-1]
    yield steal
    for one in made:
        one.close()


def resident(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def watcher_of(site):
    try:
        return site.call("Info")["watcher"]
    except (OSError, ValueError):
        return None


def any_record(dice, slots):
    deed = dice.choice([START, STOP, RESTART, COLD, RELOAD, SIGNAL, SCALE, MORE, LESS, RECYCLE, REREAD,
                        COUNT, REST])
    if dice.random() < 0.2:
        return dice.choice([record(PONG, id=dice.randrange(9)), record(READY, service=0, generation=dice.randrange(9))])
    arg = {SIGNAL: dice.choice([signal.SIGHUP, signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT]),
           SCALE: dice.randrange(1, 1025), REST: dice.randrange(1 << 32)}.get(deed, 0)
    service = NOBODY if deed == REREAD else dice.choice(slots)
    return record(REQUEST, deed, service, dice.randrange(4), dice.randrange(9), dice.randrange(2, 1 << 22) if
                  deed == RECYCLE else 0, arg, dice.randrange(3))


def flood(end, seconds):
    dice, slots, stop = random.Random(7), [0, 1, 5, 200, 1 << 31], time.monotonic() + seconds
    while time.monotonic() < stop:
        try:
            end.send(any_record(dice, slots))
        except BlockingIOError:
            time.sleep(0.001)
        except OSError:
            return


def test_a_flood_of_requests(bridled, link):
    """At full speed, and all of them sound: who is not asked about comes back as fast as ever, and nothing grows."""
    site = bridled(program("toy", "/bin/sleep 3600"), program("ball", "/bin/sleep 3600"),
                   program("nap", "/bin/sleep 3600", restart_delay="10ms", restart_delay_max="10ms", restart_reset="100ms"))
    master = site.wait_state("running", "nap")["master"]
    before = resident(site.pid)
    noise = threading.Thread(target=flood, args=(link(site.call("Info")["watcher"]), 4))
    noise.start()
    times = []
    while noise.is_alive():
        began = time.monotonic()
        os.kill(master, signal.SIGKILL)
        successors = until(lambda: [pid for pid in processes.children(site.pid) if pid != master and
                                    processes.environment(pid).get("BRIDLE_SERVICE") == "nap"], "nap to be back")
        times.append(time.monotonic() - began)
        master = successors[-1]
        time.sleep(0.25)  # not waiting: longer than restart_reset, so that a death is forgiven
    noise.join()
    assert "nonsense" not in site.said()
    assert sorted(times)[len(times) // 2] < 1 * PATIENCE  # one of them may meet a moment without a processor
    until(lambda: watcher_of(site), "the watcher to be heard again")
    assert resident(site.pid) < before + (16 << 20)  # of these 8 MiB are the address sanitizer's quarantine
    site.process.terminate()
    assert site.wait() in (0, 3)  # a service that was just sent SIGSTOP can only be killed
    site.assert_nothing_left()


def test_nonsense(bridled, link):
    site = bridled(program("nap", "/bin/sleep 3600"))
    master = site.wait_state("running", "nap")["master"]
    watcher = site.call("Info")["watcher"]
    link(watcher).send(b"nonsense" * 32)
    until(lambda: watcher_of(site) not in (None, watcher), "another watcher")
    assert "nonsense" in site.said() and site.master("nap") == master


def question(end):
    """The id of the PING that waits at END of the link, among other records."""
    size = len(record(PING))
    try:
        packet = end.recv(256 * size)
    except BlockingIOError:
        return None
    records = [packet[at:at + size] for at in range(0, len(packet), size)]
    return next((struct.unpack_from("=HBBI", one)[3] for one in records if one[2] == PING), None)


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    until(lambda: processes.look(pid)[0] == "T", f"{pid} to stand still")


def test_an_answer_from_before_it_was_frozen(bridled, link):
    """That comes together with the news of the stop: it is no sign of life."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    master = site.wait_state("running", "nap")["master"]
    watcher = site.call("Info")["watcher"]
    end = link(watcher)
    stop(watcher)
    asked = until(lambda: question(end), "a question on account of the stop")
    stop(site.pid)
    end.send(record(PONG, id=asked))
    os.kill(watcher, signal.SIGCONT)
    stop(watcher)
    os.kill(site.pid, signal.SIGCONT)
    until(lambda: not os.path.exists(f"/proc/{watcher}"), "the frozen watcher to be ended", 30)
    until(lambda: watcher_of(site), "another one")
    assert site.master("nap") == master


@pytest.mark.parametrize("claim", [
    record(JUDGED, arg=UNHEALTHY + 1), record(JUDGED, arg=-1), record(JUDGED, arg=1 << 62), record(JUDGED, arg=HANG, pid=1),
    record(JUDGED, arg=HANG, pid=-7), record(JUDGED, arg=OOM, pid=77), record(JUDGED, deed=STOP, arg=OOM),
    record(JUDGED, arg=OOM, id=3), record(POLICY, deed=STOP, arg=OOM), record(ENDED, pid=1), record(ENDED, pid=77, arg=1 << 32), record(HOW, pid=77)])
def test_absurd_claims(bridled, link, claim):
    site = bridled(program("nap", "/bin/sleep 3600"))
    master = site.wait_state("running", "nap")["master"]
    watcher = site.call("Info")["watcher"]
    link(watcher).send(claim)
    until(lambda: watcher_of(site) not in (None, watcher), "another watcher")
    assert "nonsense" in site.said() and site.master("nap") == master


def claims(slots, pids):
    """All that can be claimed of SLOTS, whatever generation and incarnation they have: each worker that hangs may be any of PIDS."""
    troubles = [(BOOT_LOOP, 0), (FLAPPING, 0), (HANG, 0), (OOM, 0), *((HANG, pid) for pid in pids)]
    for slot, incarnation, generation, (trouble, pid) in itertools.product(slots, range(5), range(5), troubles):
        yield record(JUDGED, 0, slot, incarnation, generation, pid, trouble)


def send_all(end, records):
    for one in records:
        def sent(one=one):
            try:
                return end.send(one)
            except BlockingIOError:
                return None
        until(sent, "the supervisor to read")


def test_claims_of_trouble(bridled, link, edge):
    """Nothing is done that is not set, nothing of it twice, and to nobody but a service's own workers."""
    site = bridled(web("plain", workers=2), web("set", workers=2, on_flapping="replace", on_hang="recycle", on_oom="replace"),
                   venv=edge["path"])
    plain = site.wait_workers(2, "plain")
    site.wait_workers(2, "set")
    end = link(site.call("Info")["watcher"])
    with subprocess.Popen(["/bin/sleep", "3600"]) as stranger:
        others = [stranger.pid, site.pid, site.call("Info")["watcher"], site.master("set"), site.master("plain"), *plain]
        send_all(end, claims(range(3), others))
        until(lambda: "set: it is being replaced (on_" in site.said(), "the first claim that is sound to count")
        until(lambda: site.service("set")["generation"] == 2 and site.state("set") == "running", "the next generation")
        send_all(end, claims(range(3), others))
        site.ctl("scale", "plain", "3")  # comes the same way, after all of them
        assert site.said().count("it is being replaced") == 1 and "recycled" not in site.said()
        assert "being stopped" not in site.said() and "nonsense" not in site.said()
        assert site.service("plain")["generation"] == 1 and set(plain) <= set(site.workers("plain"))
        assert site.service("set")["generation"] == 2
        assert stranger.poll() is None
        stranger.kill()


def handed_over(end):
    """The pids of all stacks that lie in END, none of which stays open."""
    found = []
    with contextlib.suppress(BlockingIOError):
        while True:
            packet, fds, _, _ = socket.recv_fds(end, 64 * 256, 2, socket.MSG_DONTWAIT)
            for fd in fds:
                os.close(fd)
            found += [struct.unpack_from("i", packet, 24)[0]] if packet[2:3] == bytes([STACK]) and len(fds) == 1 else []
    return found


def test_stacks_of_others(bridled, link, edge):
    """What it may not open itself is opened for it of a service's own workers alone, and not of whomever it names."""
    site = bridled(web(workers=1), program("nap", "/bin/sleep 3600"), venv=edge["path"])
    worker = site.wait_workers(1)[0]
    nap = site.wait_state("running", "nap")["master"]
    watcher, master = site.call("Info")["watcher"], site.master()
    end = link(watcher)
    stop(watcher)
    handed = []
    # its own worker last: what is asked for before that is answered before
    for pid in (2, os.getpid(), site.pid, watcher, master, nap, worker):
        send_all(end, [record(REQUEST, KERNEL_STACK, slot, incarnation, pid=pid) for slot in range(3) for incarnation in range(5)])
    until(lambda: handed.extend(handed_over(end)) or worker in handed, "a stack")
    assert set(handed) == {worker}
    os.kill(watcher, signal.SIGCONT)


def test_it_hangs_and_has_hung_up(bridled, link):
    site = bridled(program("nap", "/bin/sleep 3600"))
    watcher = site.call("Info")["watcher"]
    end = link(watcher)
    stop(watcher)
    until(lambda: unread(end), "the supervisor to ask for a sign of life")
    end.shutdown(socket.SHUT_RDWR)
    until(lambda: watcher_of(site) not in (None, watcher), "another watcher", 20)
    second = watcher_of(site)
    stays(lambda: watcher_of(site) == second, "the second one is left in peace", 6)


def test_a_supervisor_that_was_stopped_blames_nobody(bridled, link):
    """The answer came while it could not look: it looks before it loses patience."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    watcher = site.call("Info")["watcher"]
    end = link(watcher)
    stop(watcher)
    until(lambda: unread(end), "the supervisor to ask for a sign of life")
    stop(site.pid)
    os.kill(watcher, signal.SIGCONT)
    time.sleep(5.5)  # not waiting: longer than its patience, which is not a matter of the machine's speed
    site.process.send_signal(signal.SIGCONT)
    stays(lambda: watcher_of(site) == watcher, "the watcher is left alone", 1)


def test_a_watcher_that_was_stopped_for_a_moment(bridled):
    site = bridled(program("nap", "/bin/sleep 3600"))
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGSTOP)
    time.sleep(0.5)  # not waiting: how long it stays stopped, far less than the 5 s that are borne
    os.kill(watcher, signal.SIGCONT)
    stays(lambda: watcher_of(site) == watcher, "the watcher is left alone", 6)


def test_the_page_is_only_to_be_read(bridled):
    """The supervisor relies on what stands there."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    number = [int(name) for name in os.listdir(f"/proc/{site.pid}/fd")
              if "bridle-page" in os.readlink(f"/proc/{site.pid}/fd/{name}")][0]
    page = take(site.pid, number)  # the very file that the watcher is given
    assert os.pread(page, 8, 0) == b"1BRDLPG1"
    with pytest.raises(PermissionError):
        os.pwrite(page, bytes(8), 0)
    with pytest.raises(PermissionError):
        mmap.mmap(page, 4096)
    again = os.open(f"/proc/self/fd/{page}", os.O_RDWR)
    with pytest.raises(PermissionError):
        mmap.mmap(again, 4096)
    os.close(again)
    os.close(page)


def sockets(pid):
    """Inodes of the sockets that PID has open."""
    found = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return found


def test_listeners_are_taken_in_the_name_of_root(bridled, link, free_ports, as_root):
    """Which it can claim: but only such as listen where the service would, and for that service."""
    port, other = free_ports(2)
    site = bridled(web(bind=f"127.0.0.1:{port}", autostart="no"))
    with socket.create_server(("127.0.0.1", other)) as strange, socket.create_server(("127.0.0.1", port)) as same:
        at = {one: f"socket:[{os.fstat(one.fileno()).st_ino}]" for one in (same, strange)}
        send_all(link(site.call("Info")["watcher"]), (record(REQUEST, TAKE, 0, incarnation, arg=os.getpid(), id=77)
                                                      for incarnation in range(5)))
        until(lambda: at[same] in sockets(site.pid), "its listener to be taken")
        site.ctl("start", "web")  # comes the same way, after all of them
        assert at[strange] not in sockets(site.pid) and at[strange] not in sockets(site.master())
        assert at[same] in sockets(site.master())


BRIEFING = b"BRIDLE_CLASS=boot.crash-signal\0BRIDLE_PHASE=boot\0BRIDLE_INCIDENT={}\0"


def in_memory(content, sealed=True):
    fd = os.memfd_create("incident", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, content)
    if sealed:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    return fd


@pytest.mark.parametrize("what, told", [("briefing", "boot.crash-signal"), ("pipe", "none"), ("not sealed", "none"),
                                        ("preload", "none")])
def test_what_on_failure_is_told(bridled, link, what, told):
    """By whoever has the watcher's end: it is neither waited for nor believed to be what it should be."""
    site = bridled(web(restart="never", on_failure="/bin/sh -c 'echo ${BRIDLE_CLASS-none} ${LD_PRELOAD-none}'"))
    master = site.wait_state("running")["master"]
    watcher = site.call("Info")["watcher"]
    end = link(watcher)
    stop(watcher)
    os.kill(master, signal.SIGKILL)
    until(lambda: "running -> failed" in site.said(), "it to be given up")
    pair = os.pipe()
    fd = {"briefing": lambda: in_memory(BRIEFING), "pipe": lambda: os.dup(pair[0]), "not sealed": lambda: in_memory(BRIEFING, False),
          "preload": lambda: in_memory(BRIEFING.replace(b"BRIDLE_CLASS=boot.crash-signal", b"LD_PRELOAD=nothing.so"))}[what]()
    for incarnation in range(5):
        socket.send_fds(end, [record(REQUEST, FAILURE, 0, incarnation, generation=1)], [fd])
    for one in (fd, *pair):
        os.close(one)
    os.kill(watcher, signal.SIGCONT)
    until(lambda: f"{told} none" in site.log("web"), "the command to be run")


@pytest.mark.parametrize("size", [256, 0], ids=["a packet", "an empty one"])
def test_more_descriptors_than_can_be_meant(bridled, link, size):
    """Nothing of what is handed over is left open: it would add up, until nobody can be started any more."""
    site = bridled(program("nap", "/bin/sleep 3600"))
    master = site.wait_state("running", "nap")["master"]
    fd = in_memory(b"")
    for _ in range(3):  # whoever does so is not asked anything any more
        watcher = until(lambda: watcher_of(site), "a watcher")
        end = link(watcher)
        stop(watcher)
        for _ in range(20):
            with contextlib.suppress(ConnectionError):
                socket.send_fds(end, [record(PONG, id=99)[:size]], [fd, fd, fd])
        end.close()
        with contextlib.suppress(ProcessLookupError):  # it may have been killed by now
            os.kill(watcher, signal.SIGCONT)
        until(lambda: watcher_of(site) not in (None, watcher), "another watcher")
    os.close(fd)
    kept = [os.readlink(f"/proc/{site.pid}/fd/{n}") for n in os.listdir(f"/proc/{site.pid}/fd")]
    assert sum("incident" in one for one in kept) == 0 and site.master("nap") == master


def serve_silence(device):
    """A file system with one file, which answers everything but the question that close(2) asks (FUSE_FLUSH)."""
    init, opened, attributes, flush = 26, 14, 3, 25
    while True:
        asked = os.read(device, 1 << 17)
        opcode, unique = struct.unpack_from("=IQ", asked, 4)
        if opcode == flush:
            continue
        body = {init: struct.pack("=IIIIHHIII32x", 7, 31, 0, 0, 0, 0, 4096, 1, 0), opened: struct.pack("=QII", 1, 0, 0),
                attributes: struct.pack("=QII6Q10I", 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o100666, 1, 0, 0, 0, 4096, 0)}.get(opcode)
        answer = struct.pack("=IiQ", 16 + len(body or b""), 0 if body else -38, unique) + (body or b"")
        with contextlib.suppress(OSError):  # some questions want none
            os.write(device, answer)


def test_it_hangs_and_has_nothing_to_hear(bridled, as_root):
    """Nobody would ask it for a sign of life: it asks itself."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("needs FUSE")
    site = bridled(program("nap", "/bin/sleep 3600"))
    master, watcher = site.wait_state("running", "nap")["master"], site.call("Info")["watcher"]
    history = site.root / "log" / "history.jsonl"
    until(history.exists, "a history")
    libc = ctypes.CDLL(None)
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)  # whom nobody serves: who asks there waits until it is closed
    if libc.mount(b"silence", bytes(history), b"fuse", 0, f"fd={device},rootmode=100000,user_id=0,group_id=0,allow_other".encode()) != 0:
        os.close(device)
        pytest.skip("cannot mount FUSE here")
    asking = threading.Thread(target=lambda: site.bridle("history", "nap"))
    try:
        asking.start()
        until(lambda: "killed by SIGALRM" in site.said(), "it to be ended", 45)
        assert processes.look(watcher) is None
    finally:
        os.close(device)
        libc.umount2(bytes(history), 2)
        asking.join()
    until(lambda: watcher_of(site) not in (None, watcher), "another watcher", 20)
    assert site.master("nap") == master


def hand_over_silence(watcher, place):
    """In a process that may be held up: send such a file in the name of WATCHER, and wait for our end."""
    libc = ctypes.CDLL(None, use_errno=True)
    place.write_text("")
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    if libc.unshare(0x20000) != 0 or libc.mount(None, b"/", None, 0x44000, None) != 0 or libc.mount(
            b"silence", bytes(place), b"fuse", 0, f"fd={device},rootmode=100000,user_id=0,group_id=0,allow_other".encode()) != 0:
        return 77
    if (server := os.fork()) == 0:
        os.close(1)
        serve_silence(device)
    os.close(device)
    os.write(1, b"%d\n" % server)
    silent = os.open(place, os.O_RDWR | os.O_CLOEXEC)
    socket.send_fds(socket.socket(fileno=take(watcher, 3)), [record(PONG, id=99)], [silent])
    os.write(1, b"sent\n")
    time.sleep(600)


def test_a_file_that_cannot_be_closed(bridled, tmp_path, as_root):
    """Its file system is somebody's own, and says nothing when it is asked to let go: the supervisor must not ask."""
    if not os.path.exists("/dev/fuse"):
        pytest.skip("needs FUSE")
    site = bridled(program("nap", "/bin/sleep 3600", restart_delay="10ms"))
    master, watcher = site.wait_state("running", "nap")["master"], site.call("Info")["watcher"]
    pair = os.pipe()
    if (sender := os.fork()) == 0:
        os.dup2(pair[1], 1)
        try:
            os._exit(hand_over_silence(watcher, tmp_path / "silence"))
        except BaseException as why:  # pylint: disable=broad-exception-caught
            os.write(2, repr(why).encode())
            os._exit(1)
    os.close(pair[1])
    with open(pair[0]) as said:  # "" when it has ended
        words = [said.readline().strip(), said.readline().strip()]
    if words[1] != "sent":
        pytest.skip("cannot mount FUSE here") if os.waitstatus_to_exitcode(os.waitpid(sender, 0)[1]) == 77 else pytest.fail(str(words))
    try:
        os.kill(master, signal.SIGKILL)
        until(lambda: processes.look(master) is None, "its master to be reaped", 10)
        until(lambda: watcher_of(site) not in (None, watcher), "another watcher, and an answer from it", 10)
        assert site.wait_state("running", "nap")["master"] != master
    finally:
        os.kill(int(words[0]), signal.SIGKILL)  # with its server the file system is gone, and whoever waits for it goes on
        os.kill(sender, signal.SIGKILL)
        os.waitpid(sender, 0)
