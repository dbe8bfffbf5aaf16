"""Everything at once, and at the end everything as it was.

    BRIDLE_CHAOS_SECONDS=60     how long (an issue's proof: 600)
    BRIDLE_CHAOS_SEED=1         which faults in which order; random: another each time. Printed, so that a run can be had again
"""
import os
import random

import pytest

import processes
from chaos import Chaos, Reaper, below, held, judge_log
from daemon import sanitizer_settings
from sections import program, web
from waiting import until

SECONDS = float(os.environ.get("BRIDLE_CHAOS_SECONDS", "60"))
SEED = os.environ.get("BRIDLE_CHAOS_SEED", "1")
SEED = random.randrange(10**6) if SEED == "random" else int(SEED)

SPEW = """
import os, signal, time
on = [True]
signal.signal(signal.SIGTERM, lambda *_: on.clear())
number = 0
while on:
    os.write(1, f"line {number} {'x' * 400} end\\n".encode())
    number += 1
    time.sleep(0.002)
open(os.environ["LAST"], "w").write(str(number))
"""


@pytest.fixture
def small_disk(in_memory, tmp_path):
    return in_memory(tmp_path / "disk", f"size={30 + SECONDS / 4:.0f}m,mode=755")


@pytest.fixture
def site(daemons, small_disk, in_memory, free_ports, tmp_path):
    tmp_path.chmod(0o755)
    script, made = tmp_path / "spew.py", daemons()
    in_memory(made.run_dir)
    script.write_text(SPEW)
    ports = dict(zip(("one", "two"), free_ports(2)))

    def sections(number):
        """The configuration, the NUMBERth time: what changes needs a new generation of `one`, and a word about `two`."""
        keys = {"workers": 2, "timeout": "8s", "min_ready": "100ms", "restart_delay": "100ms", "start_limit": 0}
        if os.geteuid() == 0:
            keys["user"] = "nobody"
        return [f"[bridle]\nlog_dir = {small_disk}/log\n",
                web("one", **keys, environment=f"NUMBER={number}", bind=f"unix:{{root}}/one.sock 127.0.0.1:{ports['one']}"),
                web("two", **keys, log_keep=5 + number % 5, worker_class="gthread", threads=2,
                    bind=f"unix:{{root}}/two.sock 127.0.0.1:{ports['two']}"),
                program("spew", f"/usr/bin/python3 -S {script}", log_max_size="4M", log_keep=100,
                        environment=f"LAST={tmp_path}/last")]
    # a signal of ours is no finding
    made.environment = {"ASAN_OPTIONS": sanitizer_settings(made.root)["ASAN_OPTIONS"] + ":handle_segv=0"}
    made.sections, made.ports, made.log_dir = sections, ports, small_disk / "log"
    made.write(*sections(0))
    made.start()
    for name in ports:
        made.wait_workers(2, name)
    made.wait_state("running", "spew")
    return made


def everybody(site):
    """Whom bridled should have below it, by what it says."""
    services = {one["name"]: one for one in site.call("List")["services"]}
    known = {one["master"] for one in services.values()} | {site.call("Info")["watcher"]}
    return known | {worker["pid"] for one in services.values() for worker in one.get("workers") or []}


def forget_the_blind(site):
    """A watcher that ends (because bridled crashed) while RLIMIT_NPROC is 0 has no thread for LeakSanitizer to look from: that
    is no finding."""
    for path in (site.root / "sanitizer").glob("*"):
        if "LeakSanitizer has encountered a fatal error" in path.read_text(errors="replace"):
            path.unlink()


def test_chaos(site, small_disk, tmp_path, figures):
    figures(f"chaos: BRIDLE_CHAOS_SEED={SEED} BRIDLE_CHAOS_SECONDS={SECONDS:g}")
    print(f"BRIDLE_CHAOS_SEED={SEED}")
    chaos = Chaos(site, site.ports, small_disk, SEED)
    assert len(chaos.listeners) == 4
    with chaos:
        chaos.live(SECONDS)
    for line in chaos.figures():
        figures(line)

    with Reaper(site):
        until(lambda: set(below(site)) == everybody(site), "one master a service, the workers wanted, and "
              f"nobody else: {processes.tree(os.getpid())}")
    assert processes.zombies_below(os.getpid()) == []
    assert held(site) == chaos.listeners, "other listeners than at the beginning"

    site.ctl("stop", "spew")
    last = int((tmp_path / "last").read_text())
    until(lambda: judge_log(site.log("spew"))[0][-1:] == [last - 1], "the last line")
    forget_the_blind(site)
    found, said, odd = judge_log(site.log("spew"))
    assert odd == [], f"lines that are not whole: {odd[:3]}"
    assert found == sorted(set(found)), "a line twice, or out of order"
    assert last - len(found) == said, f"{last} lines written, {len(found)} found, {said} said to be lost"
    figures(f"chaos: {last} lines written, {len(found)} in the log, {said} lost while the disk was full, as it says")
