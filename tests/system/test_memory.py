"""The memory of bridled itself is locked where that may be. Sanitizers have terabytes of address space, of which nothing is locked:
the rung `plain` of run.sh runs this on the program that people install."""
import os
import pathlib
import pwd
import re

import pytest

from sections import program
from test_survival import wait_reborn
from waiting import until

NO_ROOM = ["prlimit", "--memlock=0"]
CAP_IPC_LOCK = 1 << 14
SAID = "our memory is not locked"


@pytest.fixture
def plain(daemons):
    """plain(**options): a bridled without sanitizers, one service of which runs."""
    def start(**options):
        site = daemons(**options)
        site.options = ["--debug"]
        site.write(program("nap", "/bin/sleep 3600"))
        site.start().wait_state("running", "nap")
        if "libasan" in pathlib.Path(f"/proc/{site.pid}/maps").read_text():
            pytest.skip("with sanitizers nothing is locked: the rung `plain` runs this")
        return site
    return start


def status(pid, field, base=10):
    return int(re.search(rf"(?m)^{field}:\s+(\w+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1), base)


def locked(pid):
    """KiB."""
    return status(pid, "VmLck")


def test_what_bridled_needs_is_locked(plain, as_root):
    """Of bridled, and of the program that it goes on as; nothing of its watcher and its services."""
    site = plain()
    if not status(site.pid, "CapEff", 16) & CAP_IPC_LOCK:
        pytest.skip("there is no CAP_IPC_LOCK here")
    for reexecs in 1, 2:
        until(lambda: locked(site.pid) > 0, "memory to be locked")
        assert locked(site.call("Info")["watcher"]) == locked(site.master("nap")) == 0
        site.ctl("reexec")
        wait_reborn(site, "reexecs", reexecs)
    assert SAID not in site.said()


def test_where_nothing_may_be_locked(plain):
    """It is said once, and done without."""
    site = plain(wrapper=NO_ROOM, user=pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None)
    until(lambda: SAID in site.said(), "it to be said")
    assert locked(site.pid) == 0
    site.ctl("restart", "nap")
    assert site.said().count(SAID) == 1
