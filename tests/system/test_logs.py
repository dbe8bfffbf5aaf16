"""What a service writes is written down: each line once and whole, whatever is killed or full."""
import contextlib
import fcntl
import json
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

import processes
from chaos import judge_log
from client import get
from sections import program, web
from waiting import stays, until

NOTE = 144  # sizeof (struct spool_note)
NUMBERED = re.compile(r"^(\w+) (\d+) (x*) end$", re.M)


LINES = 3000
NOBODY = 65534


def numbers(text, tag):
    return [int(number) for found, number, _ in NUMBERED.findall(text) if found == tag]


@pytest.fixture
def spewer(tmp_path):
    """spewer(COUNT, PAUSE, TAG, SIZE): a command that writes numbered lines, each with one write(2), then stays."""
    tmp_path.chmod(0o755)
    script = tmp_path / "spew.py"
    script.write_text(
        "import os, sys, time\n"
        "count, pause, tag, size = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], int(sys.argv[4])\n"
        "for number in range(count):\n"
        "    os.write(1, f'{tag} {number} {\"x\" * size} end\\n'.encode())\n"
        "    if pause:\n"
        "        time.sleep(pause)\n"
        "time.sleep(3600)\n")
    return lambda count, pause=0, tag="line", size=60: f"/usr/bin/python3 -S {script} {count} {pause} {tag} {size}"


def test_standard_output_and_error_are_kept(bridled):
    site = bridled(web(accesslog="-"))
    site.wait_state("running")
    get(site.address(), "/log?tag=mark&n=3")
    until(lambda: numbers(site.log(), "mark") == [0, 1, 2], "three lines")
    until(lambda: "GET /log" in site.log(), "the access log")
    assert "Listening at" in site.log()
    assert site.ctl("logs", "web", "-n", "200").count("mark ") >= 3


def has_lines_in_hand(watcher):
    """What the note that counts says in its spool (src/watcher/spool.h). It is stopped."""
    with open(f"/proc/{watcher}/fd/6", "rb") as spool:
        spool.seek(4)
        current, = struct.unpack("I", spool.read(4))
        spool.seek(8 + current * NOTE)
        service, length, offset = struct.unpack("48sII", spool.read(56))
        spool.seek(4096)
        return service[0] and offset < length and any(spool.read(64))


def stop_with_lines_in_hand(watcher):
    def stopped():
        os.kill(watcher, signal.SIGSTOP)
        until(lambda: processes.look(watcher)[0] == "T", "it to stop", every=0.0001)
        if has_lines_in_hand(watcher):
            return True
        os.kill(watcher, signal.SIGCONT)
        return False
    until(stopped, "lines in hand", 60, every=0.0001)


def test_both_killed_with_lines_in_hand(daemons, in_memory, spewer):
    """bridled and its watcher in the same moment: what was read from the pipe and not yet written is in run_dir."""
    site = daemons()
    in_memory(site.run_dir)
    site.write(program("spew", spewer(10**9, 0.0005), log_format="time"))
    site.start()
    for _ in range(6):
        wait_longer(site, "spew", 1)
        watcher = until(lambda: site_info(site), "a watcher")["watcher"]
        stop_with_lines_in_hand(watcher)
        site.process.kill()
        os.kill(watcher, signal.SIGKILL)
        site.process.wait()
        site.start()
    wait_longer(site, "spew", 1)
    site.stop()
    lines = [line[25:] for line in site.log("spew").splitlines()]
    assert [int(NUMBERED.fullmatch(line).group(2)) for line in lines] == list(range(len(lines)))
    assert site.said().count("in hand when the watcher before us ended") == 6


def test_watcher_killed_while_lines_flow(bridled, spewer):
    """Each line once and whole, in order, over five deaths of the watcher (it comes back later each time)."""
    site = bridled(program("spew", spewer(LINES, 0.003)))
    for _ in range(5):
        watcher = until(lambda: site_info(site), "a watcher")["watcher"]
        wait_longer(site, "spew", 1)
        os.kill(watcher, signal.SIGKILL)
        processes.wait_gone(watcher)
    until(lambda: numbers(site.log("spew"), "line")[-1:] == [LINES - 1], "the last line", 60)
    assert numbers(site.log("spew"), "line") == list(range(LINES))
    text = site.log("spew")
    assert text.count("\n") == LINES and len(NUMBERED.findall(text)) == LINES, "a line was cut"
    assert site.call("Info")["watcher_restarts"] >= 5
    assert site.service("spew")["restarts"] == 0


def test_fifty_services_and_a_killed_watcher(bridled, spewer):
    """Each of them says something now and then: each line once, over the death of the watcher."""
    site = bridled(*[program(f"s{i}", spewer(40, 0.02, f"s{i}")) for i in range(50)])
    until(lambda: numbers(site.log("s0"), "s0"), "the first line", 60)
    watcher = until(lambda: site_info(site), "a watcher")["watcher"]
    os.kill(watcher, signal.SIGKILL)
    until(lambda: all(numbers(site.log(f"s{i}"), f"s{i}")[-1:] == [39] for i in range(50)), "all lines", 60)
    assert [i for i in range(50) if numbers(site.log(f"s{i}"), f"s{i}") != list(range(40))] == []
    assert site.call("Info")["watcher_restarts"] >= 1


def test_without_inotify(bridled):
    """None can be had (max_inotify_instances of a user namespace of its own): the pipes are polled."""
    own = ["unshare", "--map-current-user", "--keep-caps", "sh", "-c",
           'echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"', "sh"]
    user = NOBODY if os.geteuid() == 0 else None
    if subprocess.run([*own, "true"], user=user, capture_output=True).returncode != 0:
        pytest.skip("a plain user cannot have a user namespace here")

    def lines(tag, count, pause):
        return program(tag, f"/bin/sh -c 'for n in `seq {count}`; do echo {tag} $n x end; {pause} done; exec sleep 3600'")

    site = bridled(lines("slow", 100, "sleep 0.01;"), lines("fast", 20_000, ""), user=user, wrapper=own)
    until(lambda: numbers(site.log("slow"), "slow")[-1:] == [100], "the last line of one", 60)
    until(lambda: "fast 20000 " in last_bytes(site, "fast"), "the last line of the other", 60)
    assert numbers(site.log("slow"), "slow") == list(range(1, 101))
    assert numbers(site.log("fast"), "fast") == list(range(1, 20_001))


def last_bytes(site, name):
    """The end of its current file; nothing in the moment between two files."""
    try:
        return (site.log_dir / name / "current").read_bytes()[-500:].decode(errors="replace")
    except FileNotFoundError:
        return ""


def written(site, name):
    """Bytes in the log of NAME."""
    return sum(path.stat().st_size for path in (site.log_dir / name).glob("*"))


def wait_longer(site, name, bytes_more):
    """Until the log of NAME has grown."""
    size = written(site, name)
    until(lambda: written(site, name) >= size + bytes_more, "lines to flow", 60)


def site_info(site):
    try:
        return site.call("Info")
    except (OSError, ValueError):
        return None


def test_a_frozen_watcher_is_replaced(bridled):
    """It stops answering on the link: another takes over, and no service notices."""
    site = bridled(web())
    master = site.wait_state("running")["master"]
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGSTOP)
    until(lambda: not os.path.exists(f"/proc/{watcher}"), "the frozen watcher to be ended", 30)
    until(lambda: site_info(site), "a new one")
    assert site.call("Info")["watcher"] != watcher and site.master() == master
    assert get(site.address()).status == 200


def test_a_flood(bridled, spewer):
    """200,000 lines as fast as they can be written by a program, which waits when the pipe is full: all are there."""
    site = bridled(program("spew", spewer(200_000), log_max_size="4M", log_keep=100))
    until(lambda: "line 199999 " in last_bytes(site, "spew"), "the last line", 120)
    text = site.log("spew")
    assert numbers(text, "line") == list(range(200_000))


def test_a_flood_never_makes_gunicorn_wait(bridled):
    """With the watcher stopped the pipe fills; requests are answered all the same, and lines are lost whole."""
    site = bridled(web())
    site.wait_state("running")
    watcher = site.call("Info")["watcher"]
    os.kill(watcher, signal.SIGSTOP)
    answers = [get(site.address(), "/log?tag=flood&n=20000&size=100", timeout=20).body for _ in range(2)]
    assert all(int(answer.split()[1]) > 0 for answer in answers[1:]), f"the pipe was never full: {answers}"
    os.kill(watcher, signal.SIGCONT)
    until(lambda: numbers(site.log(), "flood"), "lines to be written again")
    until(lambda: get(site.address(), "/log?tag=after&n=1") and numbers(site.log(), "after"), "lines to flow again")
    flood = [line for line in site.log().splitlines() if line.startswith("flood ") or line.endswith("x end")]
    assert flood and all(NUMBERED.match(line) for line in flood), "a line was cut"


def test_rotation_by_size_and_count(bridled, spewer):
    site = bridled(program("spew", spewer(3000, 0.0005), log_max_size="16K", log_keep=3))
    until(lambda: "line 2999 " in site.log("spew"), "the last line", 60)
    where = site.log_dir / "spew"
    rotated = sorted(where.glob("@*"))
    assert len(rotated) == 3, sorted(where.iterdir())
    assert all(path.stat().st_size <= 17 * 1024 for path in [*rotated, where / "current"])
    kept = numbers(site.log("spew"), "line")
    assert kept == list(range(kept[0], 3000)), "a hole between rotated files"


def test_rotation_by_age(bridled, spewer):
    site = bridled(program("spew", spewer(200, 0.03), log_max_age="1s", log_keep=20))
    until(lambda: "line 199 " in site.log("spew"), "the last line", 60)
    assert len(list((site.log_dir / "spew").glob("@*"))) >= 2
    assert numbers(site.log("spew"), "line") == list(range(200))


def test_formats(bridled, spewer):
    site = bridled(program("stamped", spewer(50), log_format="time"), program("object", spewer(50), log_format="json"))
    until(lambda: "line 49 " in site.log("stamped") and "line 49 " in site.log("object"), "the last lines")
    stamped = site.log("stamped").splitlines()
    assert len(stamped) == 50 and all(re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.?\d*\S* .*line \d+", line)
                                      for line in stamped), stamped[:3]
    objects = [json.loads(line) for line in site.log("object").splitlines()]
    assert len(objects) == 50 and all(any(str(value).startswith("line ") for value in one.values()) for one in objects)


def test_standard_output_with_a_prefix(bridled, spewer):
    """For containers: every service's lines on bridled's own standard output, with its name in front."""
    site = bridled(program("one", spewer(100, tag="a"), log="stdout"), program("two", spewer(100, tag="b"), log="both"))
    out = site.root / "stdout"
    until(lambda: "a 99 " in out.read_text() and "b 99 " in out.read_text(), "the last lines")
    lines = out.read_text().splitlines()
    assert sum(bool(re.match(r"one +\| a \d+ x+ end$", line)) for line in lines) == 100, lines[:3]
    assert sum(bool(re.match(r"two +\| b \d+ x+ end$", line)) for line in lines) == 100
    assert "b 99 " in site.log("two") and not site.log("one")


def test_as_much_at_once_as_a_pipe_holds(bridled, spewer):
    """Standard output gets all of it, as long as somebody takes it."""
    site = bridled(program("talk", spewer(12000, tag="t"), log="stdout", autostart="no"))
    watcher = site.call("Info")["watcher"]
    site.begin("talk")
    site.wait_state("running", "talk")
    talker = site.master("talk")
    os.kill(watcher, signal.SIGSTOP)  # whose silence is borne for 5 s
    until(lambda: processes.written(talker) and processes.look(talker)[0] == "S", "it to have written all, or as much as fits")
    os.kill(watcher, signal.SIGCONT)
    out = site.root / "stdout"
    until(lambda: "t 11999 " in out.read_text(), "the last line")
    seen = re.findall(r"^talk +\| t (\d+) x+ end$", out.read_text(), re.M)
    assert [int(number) for number in seen] == list(range(12000))


def test_a_terminal_that_nobody_reads(daemons, spewer):
    """As of an ssh that stalled, or behind Ctrl-S: the watcher waits for nobody, and what is written later is seen."""
    ours, theirs = os.openpty()
    there = "import os, sys; os.dup2(int(sys.argv[1]), 1); os.execv(sys.argv[2], sys.argv[2:])"
    site = daemons(wrapper=[sys.executable, "-c", there, str(theirs)])
    site.pass_fds = [theirs]
    site.write(program("talk", spewer(20000, tag="t"), log="stdout"))
    site.start()
    watcher = site.call("Info")["watcher"]
    stays(lambda: site.call("Info")["watcher"] == watcher, "the watcher goes on", 7)  # its silence is borne for 5 s
    seen = b""
    while b"lines are missing here" not in seen:
        seen += os.read(ours, 65536)
    assert b"talk | t" in seen
    os.close(ours)
    os.close(theirs)


def test_no_log_at_all(bridled, spewer):
    site = bridled(program("quiet", spewer(100), log="none"))
    site.wait_state("running", "quiet")
    assert not site.log("quiet")


@pytest.fixture
def small_disk(as_root, tmp_path):
    """A file system of 256 KiB."""
    where = tmp_path / "disk"
    where.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=755", "tmpfs", where]).returncode != 0:
        pytest.skip("cannot mount a tmpfs here")
    yield where
    subprocess.run(["umount", "-l", where], check=True)


def test_a_full_disk_under_the_log(daemons, small_disk, spewer):
    """The service goes on; when there is room again, lines are whole."""
    site = daemons()
    filler = small_disk / "filler"
    site.write(f"[bridle]\nlog_dir = {small_disk}/log\n", web("site"),
               program("spew", spewer(10**6, 0.002), log_max_size="1M", log_keep=2))
    site.log_dir = small_disk / "log"
    filler.write_bytes(b"x" * 150_000)
    site.start()
    pid = site.wait_state("running", "spew")["master"]
    until(lambda: os.statvfs(small_disk).f_bavail == 0, "the disk to fill", 60)
    site.wait_state("running", "site")
    for _ in range(5):
        assert get(site.address("site")).status == 200
    filler.unlink()
    wait_longer(site, "spew", 20_000)
    assert site.service("spew")["restarts"] == 0 and site.master("spew") == pid
    lines = [line for line in site.log("spew").splitlines()[:-1] if "end" not in line or not NUMBERED.match(line)]
    assert len([line for line in lines if line.startswith("line")]) <= 1, lines[:5]
    found = numbers(site.log("spew"), "line")
    assert found == sorted(set(found)), "a line twice, or out of order"


def test_standard_output_while_the_disk_is_full(daemons, small_disk, spewer):
    """What the file does not take is lost there alone: whoever reads along sees every line."""
    site, out = daemons(), None
    site.write(f"[bridle]\nlog_dir = {small_disk}/log\n",
               program("spew", spewer(2000, 0.001, size=3500), log="both", log_max_size="64K", log_keep=1))
    site.log_dir, out = small_disk / "log", site.root / "stdout"
    (small_disk / "filler").write_bytes(b"x" * 200_000)
    site.start()
    until(lambda: out.stat().st_size > 4_000_000, "lines to be seen that the file does not take", 60)
    (small_disk / "filler").unlink()
    until(lambda: "line 1999 " in out.read_text()[-4000:], "the last line", 60)
    seen = re.findall(r"^spew +\| line (\d+) x+ end$", out.read_text(), re.M)
    assert [int(number) for number in seen] == list(range(2000))
    assert len(numbers(site.log("spew"), "line")) < 1000


def test_no_room_for_the_next_file(daemons, in_memory, tmp_path, spewer):
    """One that became too old is finished, and the next cannot be made: why is said, and nothing is lost."""
    disk, site = tmp_path / "disk", daemons()
    tmp_path.chmod(0o755)
    in_memory(disk)
    site.write(f"[bridle]\nlog_dir = {disk}/log\n", program("spew", spewer(600, 0.02), log_max_age="1s", log_keep=20))
    site.log_dir = disk / "log"
    site.start()
    until(lambda: "line 5 " in site.log("spew"), "the first lines")

    def files_at_most(free):
        used = os.statvfs(disk)
        subprocess.run(["mount", "-o", f"remount,nr_inodes={used.f_files - used.f_ffree + free}", disk], check=True)
    files_at_most(0)
    until(lambda: "spew: log: " in site.said(), "the next file to be missed", 60)
    said = site.said()
    files_at_most(1000)
    until(lambda: "line 599 " in site.log("spew"), "the last line", 60)
    assert "No space left" in said and "Bad file descriptor" not in said
    assert numbers(site.log("spew"), "line") == list(range(600))


FLOOD = """
import os, signal, sys, time
on = [True]
signal.signal(signal.SIGTERM, lambda *_: on.clear())
number = 0
while on:
    os.write(1, f"line {number} {'x' * 3500} end\\n".encode())
    number += 1
    time.sleep(0.001)
open(sys.argv[1], "w").write(str(number))
"""


def wait_emptied(site, name):
    """Until the pipe of a service whose log takes no writes was emptied: its lines are dropped and counted."""
    most = [0]

    def emptied():
        fd = os.open(site.run_dir / name / "log", os.O_RDONLY | os.O_NONBLOCK)
        waiting, = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"1234"))
        os.close(fd)
        most[0] = max(most[0], waiting)
        return waiting < most[0] / 2
    until(emptied, f"the pipe to be emptied; at most {most} bytes were in it", 60)


def test_killed_while_the_disk_is_full(daemons, in_memory, tmp_path):
    """The watcher, bridled, and both: what is kept of the lines, and the count of the others, is there for who comes next."""
    tmp_path.chmod(0o755)
    script, last, site, disk = tmp_path / "flood.py", tmp_path / "last", daemons(), tmp_path / "disk"
    script.write_text(FLOOD)
    in_memory(site.run_dir)
    in_memory(disk, "size=8m,mode=755")
    site.write(f"[bridle]\nlog_dir = {disk}/log\n",
               program("spew", f"/usr/bin/python3 -S {script} {last}", log_max_size="64M"))
    site.log_dir = disk / "log"
    site.start()
    wait_longer(site, "spew", 10_000)
    with contextlib.suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
    wait_emptied(site, "spew")
    for whom in ("watcher", "bridled", "both", "crash", "both"):
        watcher = until(lambda: site_info(site), "a watcher")["watcher"]
        if whom == "crash":
            os.kill(site.pid, signal.SIGSEGV)
        if whom in ("bridled", "both"):
            site.process.kill()
        if whom in ("watcher", "both"):
            os.kill(watcher, signal.SIGKILL)
        if whom in ("bridled", "both"):
            site.process.wait()
            site.start()
        wait_emptied(site, "spew")
    site.ctl("stop", "spew")
    count = int(until(lambda: last.exists() and last.read_text(), "the last number"))
    (disk / "filler").unlink()
    until(lambda: judge_log(site.log("spew"))[0][-1:] == [count - 1], "the last line")
    found, said, odd = judge_log(site.log("spew"))
    assert odd == [] and found == sorted(set(found)), (odd[:3], len(found))
    assert said > 0 and count - len(found) == said, f"{count} lines, {len(found)} in the log, {said} said to be lost"


def test_follow_what_somebody_empties(bridled):
    """Who follows goes on with what is written afterwards, as the log does."""
    site = bridled(program("talk", "/bin/sh -c 'seq 100000; while :; do date +late-%N; sleep 0.1; done'"))
    until(lambda: "late-" in site.log("talk"), "the flood to be over")
    following = subprocess.Popen(site.command("logs", "-f", "-n", "1", "talk"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert following.stdout.readline().startswith(b"late-")
        os.truncate(site.log_dir / "talk" / "current", 0)
        last = until(lambda: site.log("talk").splitlines()[-1:], "a line in the log that was emptied")[0]
        os.set_blocking(following.stdout.fileno(), False)
        seen = []
        until(lambda: seen.append(following.stdout.read() or b"") or b"".join(seen).count(b"late-") > 20, f"lines behind {last}")
    finally:
        following.kill()
        following.communicate()


def test_follow(bridled, spewer):
    site = bridled(program("spew", spewer(300, 0.01)))
    until(lambda: "line 5 " in site.log("spew"), "lines to flow")
    following = subprocess.Popen(site.command("logs", "-f", "-n", "1", "spew"), stdout=subprocess.PIPE, text=True)
    try:
        got = []
        deadline = time.monotonic() + 60
        while not got or "line 299 " not in got[-1]:
            assert time.monotonic() < deadline
            got.append(following.stdout.readline())
        seen = numbers("".join(got), "line")
        assert seen == list(range(seen[0], 300))
    finally:
        following.terminate()
        following.wait()
