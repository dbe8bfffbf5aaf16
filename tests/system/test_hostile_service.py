"""A service that attacks with what it shares with the supervisor: only itself is harmed."""
import json
import signal

import pytest

from client import get
from sections import program, web
from waiting import stays, until

USER = 47021  # nobody else's
OWN = {"user": str(USER), "group": str(USER)}


def ask(site, attempt, **query):
    said = get(site.address(), f"/{attempt}?" + "&".join(f"{name}={value}" for name, value in query.items())).body
    return json.loads(said[3:]) if said.startswith("ok ") else said


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM], ids=["KILL", "TERM"])
def test_a_signal_by_its_listener(bridled, as_root, signum):
    """Whom an open file tells of what comes (F_SETOWN) gets the signal that anybody chose who has it too, in the name of who named
    him: of root, if that was us."""
    site = bridled(web(app="attempts:app", idle_stop="3s", **OWN), program("fine", "/bin/sleep 1000"))
    site.wait_workers(1)
    assert ask(site, "choose_signal", signal=int(signum)) == "ok"
    stays(lambda: ask(site, "work") == "worked" and site.process.poll() is None, "both live", 2)
    until(lambda: site.state() == "listening", "it to rest: connections were counted")
    assert site.process.poll() is None and "stopping" not in site.said() and site.state("fine") == "running"
