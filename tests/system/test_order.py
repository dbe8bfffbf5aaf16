"""Who among the services comes before whom: starts, stops, failures, and what is no order at all."""
import os
import signal
import time

import pytest

from client import get
from control import Connection, VarlinkError
from daemon import sanitizer_settings
from sections import program, web
from waiting import until


def nap(name, **keys):
    return program(name, "/bin/sleep 3600", **keys)


def in_log(site, *words):
    """Whether WORDS come in this order among what bridled said."""
    said, at = site.said(), 0
    for word in words:
        at = said.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


def test_a_gunicorn_waits_for_what_it_requires(bridled):
    """And what it requires is started though nobody asked for it."""
    site = bridled(web(requires="db migrate", autostart="yes"),
                   nap("db", autostart="no", exec_start_pre="/bin/sleep 0.5"),
                   program("migrate", "/bin/sh -c 'sleep 0.5; echo migrated'", type="oneshot", after="db", autostart="no"))
    site.wait_state("running")
    assert get(site.address()).status == 200
    until(lambda: in_log(site, "web: stopped -> queued", "db: starting -> running", "migrate: queued -> starting",
                         "migrate: starting -> stopping", "web: queued -> starting", "web: starting -> running"),
          "all in order")
    assert "migrated" in site.log("migrate")


def test_stops_go_the_other_way(bridled):
    site = bridled(nap("a"), nap("b", after="a", exec_stop_post="/bin/sleep 0.3"), nap("c", after="b"))
    site.wait_state("running", "c")
    site.stop()
    assert in_log(site, "c: stopping -> stopped", "b: running -> stopping", "b: stopping -> stopped", "a: running -> stopping")


def test_a_stop_takes_dependents_with_it(bridled):
    site = bridled(nap("db"), nap("app", requires="db", exec_stop_post="/bin/sleep 0.3"), nap("other", wants="db", after="db"))
    for name in ("app", "other"):
        site.wait_state("running", name)
    site.ctl("stop", "db")
    assert [site.state(name) for name in ("db", "app", "other")] == ["stopped", "stopped", "running"]
    assert in_log(site, "app: stopping -> stopped", "db: running -> stopping")
    site.ctl("start", "app")
    assert [site.state(name) for name in ("db", "app")] == ["running", "running"]


def test_a_required_one_that_fails_is_named(bridled):
    site = bridled(program("db", "/bin/sh -c 'exit 3'", start_limit=2, restart_delay="50ms", ready_fd=3, autostart="no"),
                   nap("app", requires="db", autostart="no"), nap("late", after="db", autostart="no"))
    done = site.bridle("start", "app")
    assert done.returncode == 1 and "db, which it requires" in done.stderr, done
    assert [site.state(name) for name in ("db", "app")] == ["failed", "failed"]
    site.ctl("start", "late")


def test_side_by_side_as_far_as_the_order_allows(bridled):
    """Five that take half a second each, and one after them all: not three seconds."""
    names = [f"s{number}" for number in range(5)]
    site = bridled(*(nap(name, exec_start_pre="/bin/sleep 0.5", autostart="no") for name in names),
                   nap("last", requires=" ".join(names), autostart="no"))
    site.ctl("start", "last")
    starts = {event["service"]: event["time"] for event in site.events.seen if event["to"] == "starting"}
    assert max(starts[name] for name in names) - min(starts[name] for name in names) < 0.5
    ready = [event["time"] for event in site.events.seen if event["service"] in names and event["to"] == "running"]
    assert starts["last"] >= max(ready)


def test_a_queued_one_can_be_stopped(bridled):
    site = bridled(nap("db", exec_start_pre="/bin/sleep 3600"), nap("app", requires="db"))
    site.wait_state("queued", "app")
    assert site.bridle("ready", "app").returncode != 0
    site.ctl("stop", "app")
    assert [site.state(name) for name in ("app", "db")] == ["stopped", "starting"]


@pytest.mark.parametrize("asked", ["db", "app"])
def test_a_stop_that_is_taken_back_is_answered(bridled, asked):
    """Before its turn has come, so that nothing moves: who asked for it is told, and so is who wants it up."""
    site = bridled(nap("db"), nap("app", requires="db", exec_stop_post="/bin/sleep 2"))
    master = site.wait_state("running", "db")["master"]
    site.wait_state("running", "app")
    with Connection(site.control) as one:
        one.send("Stop", name="db")
        site.wait_state("stopping", "app")
        assert f"{asked} is running" in site.ctl("start", asked)
        with pytest.raises(VarlinkError) as failed:
            one.receive()
    assert "db is running: start was asked for" in failed.value.parameters["reason"]
    assert site.wait_state("running", "db")["master"] == master


def test_a_second_term_waits_for_nobody(bridled):
    site = bridled(nap("a"), program("b", "/bin/sh -c 'trap \"\" TERM; echo deaf; while :; do sleep 1; done'", after="a",
                                     stop_timeout="60s"))
    until(lambda: "deaf" in site.log("b"), "it to be deaf")
    began = time.monotonic()
    os.kill(site.pid, signal.SIGTERM)
    until(lambda: "b: running -> stopping" in site.said(), "the stop to begin")
    assert "a: running -> stopping" not in site.said()
    site.stop(status=3)  # something had to be killed
    assert time.monotonic() - began < 50


def test_circles_and_strangers_are_errors_with_their_line(daemons):
    site = daemons()
    site.write(nap("a", after="b"), nap("b", requires="c"), nap("c", after="a"), nap("d", wants="bb"))
    done = site.bridle("check", str(site.config))
    assert done.returncode != 0
    assert "a circle" in done.stderr + done.stdout and "a -> b -> c -> a" in done.stderr + done.stdout
    assert "there is no service 'bb': did you mean 'b'?" in done.stderr + done.stdout
    assert f"{site.config}:" in done.stderr + done.stdout


def test_a_reload_brings_in_another_order(bridled):
    site = bridled(nap("a"), nap("b"))
    site.wait_state("running", "b")
    site.write(nap("a"), nap("b", requires="a"), nap("c", requires="b"))
    site.ctl("reload")
    site.wait_state("running", "c")
    site.ctl("stop", "a")
    assert [site.state(name) for name in "abc"] == ["stopped"] * 3


def test_a_queued_one_that_is_gone_from_the_settings_is_not_started(daemons):
    """Its turn would have come with the reload, which knows nothing of whom it waited for."""
    site = daemons()
    db = nap("db", exec_start_pre="/bin/sleep 3600")
    site.write(db, program("app", "/bin/sh -c 'touch {root}/ran; exec sleep 3600'", requires="db"))
    site.start().wait_state("queued", "app")
    site.write(db)
    site.ctl("reload")
    until(lambda: [service["name"] for service in site.call("List")["services"]] == ["db"], "app to go")
    assert not (site.root / "ran").exists() and "app: forgotten" in site.said()


def test_a_queued_one_is_started_after_a_reexec(daemons):
    site = daemons()
    site.write(nap("db", exec_start_pre="/bin/sh -c 'until test -e {root}/go; do sleep 0.05; done'"), nap("app", requires="db"))
    site.start().wait_state("queued", "app")
    site.ctl("reexec")
    until(lambda: site.answers() and site.state("app") == "queued", "bridled to be back")
    (site.root / "go").touch()
    site.wait_state("running", "app")


@pytest.mark.parametrize("how", ["reexec", "SIGSEGV"])
def test_a_stop_that_waits_is_not_forgotten(daemons, how):
    """Asked for by hand, and others go first: whoever bridled is by then stops it."""
    site = daemons()
    site.environment = {"ASAN_OPTIONS": sanitizer_settings(site.root)["ASAN_OPTIONS"] + ":handle_segv=0"}
    site.write(nap("db"), nap("app", requires="db"),
               nap("top", requires="app", stop_timeout="60s",
                   exec_stop_post="/bin/sh -c 'until test -e {root}/go; do sleep 0.05; done'"))
    site.start().wait_state("running", "top")
    site.ctl("stop", "db", "--no-wait")
    site.wait_state("stopping", "top")
    assert (site.state("app"), site.state("db")) == ("running", "running")
    if how == "reexec":
        site.ctl("reexec")
    else:
        os.kill(site.pid, signal.SIGSEGV)
    until(lambda: (seen := site.answers()) and seen["reexecs"] + seen["crashes"] == 1, "bridled to be back")
    assert [site.state(name) for name in ("top", "app", "db")] == ["stopping", "running", "running"]
    (site.root / "go").touch()
    site.wait_state("stopped", "db")
    assert [site.state(name) for name in ("top", "app")] == ["stopped", "stopped"]


@pytest.fixture
def lazy(bridled):
    """One on demand that requires another, which ran, and is down."""
    site = bridled(web(start="on-demand", requires="db"),
                   nap("db", restart="never", start_limit=1, exec_start_pre="/bin/sh -c 'sleep 0.5; test ! -e {root}/broken'"))
    site.wait_state("listening")
    os.kill(site.wait_state("running", "db")["master"], signal.SIGKILL)
    site.wait_state("failed", "db")
    return site


def test_a_connection_starts_what_is_required_first(lazy):
    """start = on-demand is no way around the order: who connects waits in the queue of the kernel."""
    assert get(lazy.address()).status == 200
    until(lambda: in_log(lazy, "web: listening -> queued", "db: starting -> running", "web: queued -> starting",
                         "web: starting -> running"), "all in order")


def test_a_start_by_hand_waits_as_well(lazy):
    lazy.ctl("start", "web")
    assert in_log(lazy, "web: listening -> queued", "db: starting -> running", "web: queued -> starting")


def test_a_connection_is_not_kept_when_what_is_required_fails(lazy):
    (lazy.root / "broken").touch()
    with pytest.raises((OSError, EOFError)):
        get(lazy.address())
    assert "db, which it requires, is not up" in lazy.wait_state("failed")["reason"]
    assert "web: listening -> queued" in lazy.said() and "web: queued -> starting" not in lazy.said()
