"""A changed setting that needs a new generation costs no request, whatever it is."""
import json
import os

import pytest

import processes
from client import Traffic, get
from conftest import MATRIX
from load import KeptTraffic
from sections import web
from waiting import until


def who(site):
    return json.loads(get(site.address(), "/who").body.partition(" ")[2].rpartition(" ")[0])


def version(site):
    return [line.split()[-1] for line in site.log().splitlines() if "Starting gunicorn" in line][-1]


# what is set anew ({other}: another Gunicorn, with an environment and an interpreter of its own), and how it shows
WAYS = {
    "virtualenv": ({"virtualenv": "{other}"}, lambda site: version(site) == MATRIX[0]["version"]),
    "interpreter": ({"virtualenv": None, "command": "{other}/bin/python -m gunicorn"},
                    lambda site: version(site) == MATRIX[0]["version"]),
    "environment": ({"environment": "WORD=new"}, lambda site: who(site)["env"].get("WORD") == "new"),
    "user": ({"user": "nobody", "socket_owner": "root", "socket_mode": "0666"}, lambda site: who(site)["uid"] != 0),
    "worker_class": ({"worker_class": "gthread", "threads": 2}, lambda site: "Using worker: gthread" in site.log()),
    "workers": ({"workers": 3}, lambda site: len(site.wait_workers(3)) == 3),
    "umask": ({"umask": "0077"}, lambda site: who(site)["umask"] == 0o77),
    "args": ({"args": "--keep-alive 9"}, lambda site: "--keep-alive" in processes.command(site.master())
             or "gunicorn: master" in processes.command(site.master())),
}


@pytest.mark.parametrize("what", WAYS)
def test_under_load(daemons, figures, what):
    if what == "user" and os.geteuid() != 0:
        pytest.skip("needs root")
    if what in ("virtualenv", "interpreter") and len(MATRIX) < 2:
        pytest.skip("needs a second Gunicorn")
    keys, shows = WAYS[what]
    keys = {name: value.replace("{other}", MATRIX[0]["path"]) if isinstance(value, str) else value
            for name, value in keys.items()}
    site = daemons()
    site.write(web(workers=2))
    site.start().wait_workers(2)
    old = site.master()
    with Traffic(site.address()) as once, KeptTraffic(site.address()) as kept:
        until(lambda: once.good > 5 and kept.good > 5, "load to flow")
        site.write(web(**{"workers": 2, **keys}))
        site.ctl("reload")
        until(lambda: not processes.alive(old), "the old generation to go")
        seen = once.good, kept.good
        until(lambda: once.good > seen[0] + 5 and kept.good > seen[1] + 5, "load to flow on")
        assert shows(site), site.log()
    figures(f"changed {what}: {once.good + kept.good} answered, lost: {({**once.failed, **kept.failed}) or 'none'}")
    assert (once.failed, kept.failed) == ({}, {})
    assert (site.service()["generation"], site.service()["restarts"]) == (2, 0)


def test_addresses(daemons, free_ports):
    """New ones are open before, those that went are closed after; who stays is never refused."""
    first, second = free_ports(2)
    site = daemons()
    site.write(web(workers=2, bind=f"unix:{{root}}/web.sock 127.0.0.1:{first}"))
    site.start().wait_workers(2)
    old = site.master()
    with Traffic(site.address()) as stays, Traffic(("127.0.0.1", first)) as goes:
        until(lambda: stays.good > 5 and goes.good > 5, "load to flow")
        site.write(web(workers=2, bind=f"unix:{{root}}/web.sock 127.0.0.1:{second}"))
        site.ctl("reload")
        until(lambda: site.service()["generation"] == 2, "the new generation")
        with Traffic(("127.0.0.1", second)) as comes:
            until(lambda: comes.good > 5, "load on the new address")
            until(lambda: not processes.alive(old), "the old generation to go")
            seen = stays.good, comes.good
            until(lambda: stays.good > seen[0] + 5 and comes.good > seen[1] + 5, "load to flow on")
        assert comes.failed == {}
    # who was in the queue of an address that goes is reset with it (tcp(7)): there is nobody any more who would answer
    assert stays.failed == {} and "refused" in goes.failed and set(goes.failed) <= {"refused", "reset"}, goes.failed
