"""bridle reload without a service: the file is read anew, and only what changed is touched."""
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

import processes
from client import Traffic, get
from sections import deaf, program, web
from waiting import until


def test_only_changed_services_are_touched(bridled):
    site = bridled(web(), web("other", workers=1), program("nap", "/bin/sleep 3600"))
    for name in ("web", "other", "nap"):
        site.wait_state("running", name)
    before = {name: site.master(name) for name in ("web", "other", "nap")}
    site.write(web(), web("other", workers=2), program("nap", "/bin/sleep 3600"))
    with Traffic(site.address("other")) as traffic:
        said = site.ctl("reload")
        site.wait_workers(2, "other")
        until(lambda: traffic.good > 5, "traffic")
    assert "other" in said and "workers" in said and "bridle status shows how that goes" in said, said
    traffic.assert_nothing_lost()
    after = {name: site.master(name) for name in before}
    assert after["web"] == before["web"] and after["nap"] == before["nap"] and after["other"] != before["other"]


def test_a_setting_that_applies_at_once_costs_no_restart(bridled):
    site = bridled(web(log_max_size="10M"))
    master = site.wait_state("running")["master"]
    site.write(web(log_max_size="20M", start_limit=7))
    assert "is in effect" in site.ctl("reload")
    assert site.master() == master and site.state() == "running"


def test_services_come_and_go(bridled):
    site = bridled(web(), program("old", "/bin/sleep 3600"))
    master = site.wait_state("running")["master"]
    site.wait_state("running", "old")
    site.write(web(), program("new", "/bin/sleep 3600"), web("late", autostart="no"))
    site.ctl("reload")
    site.wait_state("running", "new")
    until(lambda: {service["name"] for service in site.call("List")["services"]} == {"web", "new", "late"}, "old to go")
    assert site.state("late") == "stopped" and site.master() == master
    assert get(site.address()).status == 200


def test_one_that_goes_is_not_started_again(bridled):
    site = bridled(deaf(stop_timeout="60s"), program("nap", "/bin/sleep 3600"))
    until(lambda: "ready" in site.log("deaf"), "it to be deaf")
    site.write(program("nap", "/bin/sleep 3600"))
    site.ctl("reload")
    for word in ("start", "restart"):
        done = site.bridle(word, "deaf")
        assert done.returncode == 7 and "the configuration has it no more" in done.stderr, done
    assert site.state("deaf") == "stopping"
    os.kill(site.master("deaf"), signal.SIGKILL)
    until(lambda: "deaf: forgotten" in site.said(), "it to go")


def test_all_get_other_names_at_once(daemons):
    """Those that are new are more than there is room for as long as the old ones are there: they wait for that."""
    site = daemons()
    site.write(*(program(f"old{n}", "/bin/sleep 3600", autostart="no") for n in range(70)))
    site.start()
    news = [f"new{n}" for n in range(70)]
    site.write(*(program(name, "/bin/sleep 3600", autostart="no") for name in news), program("last", "/bin/sleep 3600", after="new69"))
    assert "last: there is room for it when another one has gone" in site.ctl("reload")
    until(lambda: "last" in {service["name"] for service in site.call("List")["services"]}, "room for it")
    site.wait_state("running", "last")
    assert {service["name"] for service in site.call("List")["services"]} == {*news, "last"}


def test_all_have_other_names_after_a_reexec(daemons):
    """There is a slot for those of before, too, so that they are ended as they should be."""
    site = daemons()
    site.write(*(program(f"old{n}", "/bin/sleep 3600", autostart="no") for n in range(70)), program("last", "/bin/sleep 3600"))
    master = site.start().wait_state("running", "last")["master"]
    site.write(*(program(f"new{n}", "/bin/sleep 3600", autostart="no") for n in range(110)))
    site.ctl("reexec")
    until(lambda: "last: forgotten" in site.said(), "the old ones to go")
    assert not processes.alive(master) and "no room" not in site.said()


def test_an_error_changes_nothing(bridled):
    site = bridled(web(), program("nap", "/bin/sleep 3600"))
    before = {name: site.wait_state("running", name)["master"] for name in ("web", "nap")}
    site.write(web(workers="plenty"), program("another", "/bin/sleep 3600"))
    done = site.bridle("reload")
    assert done.returncode == 1, done
    assert "workers" in done.stdout + done.stderr and "bridle.ini:" in done.stdout + done.stderr
    site.write(web(workers="plenty", after="web"), program("another", "/bin/sleep 3600", nonsense="1", after="nosuch"))
    said = [line for line in site.bridle("reload").stderr.splitlines() if "bridle.ini:" in line]
    places = [line.split(": ")[0].rpartition(":") for line in said]
    assert len(said) == 4 and all(line.split(": ")[1] == "error" for line in said), said
    assert [int(place[2]) for place in places] == sorted(int(place[2]) for place in places), said
    assert {service["name"] for service in site.call("List")["services"]} == {"web", "nap"}
    assert {name: site.master(name) for name in before} == before


def test_nothing_changed(bridled):
    site = bridled(web())
    master = site.wait_state("running")["master"]
    site.ctl("reload")
    assert site.master() == master and len(site.events.of("web")) <= 2


def test_a_changed_address(bridled):
    """The new one answers, the old one is gone."""
    site = bridled(web())
    site.wait_state("running")
    site.write(web(bind="unix:{root}/moved.sock"))
    site.ctl("reload")
    until(lambda: (site.root / "moved.sock").is_socket(), "the new socket")
    site.wait_state("running")
    assert get(str(site.root / "moved.sock")).status == 200
    until(lambda: not (site.root / "web.sock").exists(), "the old socket to go")


@pytest.mark.parametrize("meanwhile", ["nothing", "reexec"])
def test_changed_while_it_is_replaced(bridled, meanwhile):
    """The next generation was started with the old settings: it is followed by one with the new ones."""
    site = bridled(web())
    site.wait_state("running")
    site.write(web(environment="SLOW=2"))
    site.ctl("reload")
    site.wait_state("replacing")
    site.write(web(bind="unix:{root}/other.sock"))
    site.ctl("reload")
    assert site.state() == "replacing"
    if meanwhile == "reexec":
        site.ctl("reexec")
    until(lambda: site.answers() and site.service()["generation"] == 3, "one with the new settings")
    assert get(site.address("other")).status == 200
    site.wait_state("running")


def become_another(site, how):
    """Another program, with the configuration as it is now."""
    if how == "KILL":
        site.process.kill()
        site.process.wait()
        site.start()
        return
    if how == "reexec":
        site.ctl("reexec")
    else:
        os.kill(site.pid, signal.SIGSEGV)
    until(lambda: "executed anew" in site.said() or "has recovered" in site.said(), "another program")
    until(lambda: answers(site), "it to answer")


def answers(site):
    try:
        return site.answers()
    except EOFError:  # the one before
        return None


@pytest.mark.parametrize("how", ["reexec", "SEGV", "KILL"])
def test_changed_before_another_program(bridled, how):
    """Services go on with the settings that they were started with, and that is said; a reload makes up for it, and touches
    nobody else."""
    site = bridled(web(), web("other"), program("nap", "/bin/sleep 3600"))
    before = {name: site.wait_state("running", name)["master"] for name in ("web", "other", "nap")}
    site.write(web(bind="unix:{root}/moved.sock"), web("other", log_max_size="20M"), program("nap", "/bin/sleep 3601"))
    become_another(site, how)
    until(lambda: all(site.service(name)["outdated"] for name in ("web", "nap")), "it to be said")
    assert {name: site.master(name) for name in before} == before and site.service("other")["outdated"] is None
    assert all(site.said().count(f"{name}: it runs with other settings") == (name != "other") for name in before), site.said()
    assert "bridle reload" in site.ctl("status") and "bridle reload" in site.ctl("status", "nap")
    said = site.ctl("reload")
    assert "web: runs with settings of before" in said and "nap: runs with" in said and "other" not in said, said
    until(lambda: site.state() == "running" and site.master() not in (before["web"], None), "web to be replaced")
    until(lambda: site.state("nap") == "running" and processes.command(site.master("nap")) == "/bin/sleep 3601", "nap to be restarted")
    assert get(site.address("moved")).status == 200 and site.master("other") == before["other"]
    until(lambda: not any(site.service(name)["outdated"] for name in before), "it to be true no more")
    assert "nothing has changed" in site.ctl("reload") and "bridle reload" not in site.ctl("status")


def test_changed_and_changed_back_before_another_program(bridled):
    """What runs is what would be started: there is nothing to be said, nor to be done."""
    site = bridled(web(environment="A=1", workers=2))
    master = site.wait_state("running")["master"]
    site.write(web(environment="A=2"))
    site.write(web(workers=2, environment="A=1", restart_delay="300ms"))
    become_another(site, "reexec")
    assert site.service()["outdated"] is None and "other settings" not in site.said()
    assert "nothing has changed" in site.ctl("reload") and site.master() == master


def test_a_replacement_that_failed_is_tried_again_by_a_reload(bridled):
    """The settings were read, but nobody has them: to say that nothing changed would leave it so."""
    site = bridled(web(restart_delay="100ms"))
    master = site.wait_state("running")["master"]
    broken = site.root / "broken"
    broken.mkdir()
    broken.chmod(0o755)
    (broken / "hello.py").write_text("raise RuntimeError('not yet')\n")
    site.write(web(directory=str(broken)))
    site.ctl("reload")
    until(lambda: site.state() == "running" and "failed to boot" in site.service()["reason"], "the replacement to fail")
    assert site.service()["outdated"] and site.master() == master and "settings" in site.ctl("status", "web")
    shutil.copy(site.apps / "hello.py", broken / "hello.py")
    assert "web: runs with settings of before" in site.ctl("reload")
    until(lambda: site.state() == "running" and site.master() not in (master, None), "the new settings")
    assert site.service()["outdated"] is None


@pytest.fixture
def replacing(bridled):
    """A service whose second generation takes two seconds to begin."""
    site = bridled(web())
    site.wait_state("running")
    site.write(web(environment="SLOW=2"))
    site.ctl("reload")
    site.wait_state("replacing")
    return site


def test_a_restart_while_it_is_replaced(replacing):
    """Who deploys twice has his second code when he is told so, not the first."""
    assert "generation 3" in replacing.ctl("restart", "web")
    assert replacing.service()["generation"] == 3


def test_that_cannot_wait(replacing):
    done = replacing.bridle("restart", "--no-wait", "web")
    assert done.returncode != 0 and "being replaced by generation 2, which was begun before" in done.stderr, done
    until(lambda: replacing.service()["generation"] == 2 and replacing.state() == "running", "the second generation")


def test_that_is_stopped_meanwhile(replacing):
    """A stop that was asked for later is not undone."""
    with subprocess.Popen(replacing.command("restart", "web"), stderr=subprocess.PIPE, text=True) as waiting:
        until(lambda: "restart asked for" in replacing.said(), "the restart to be asked for")
        replacing.ctl("stop", "web")
        assert waiting.wait(60) != 0 and "stop" in waiting.stderr.read()
    assert replacing.state() == "stopped"


def test_included_files(daemons):
    site = daemons()
    more = site.root / "conf.d"
    more.mkdir()
    (more / "one.ini").write_text(site.fill(web("one")))
    site.write("[bridle]\ninclude = conf.d/*.ini\n")
    site.start().wait_state("running", "one")
    (more / "two.ini").write_text(site.fill(program("two", "/bin/sleep 3600")))
    site.ctl("reload")
    site.wait_state("running", "two")


def test_a_service_of_another_kind_keeps_its_name(bridled):
    """The old one is ended before the new one starts, and what it listened on goes."""
    site = bridled(web("site"))
    site.wait_state("running", "site")
    old = site.master("site")
    site.write(program("site", "/bin/sleep 3600"))
    site.ctl("reload")
    until(lambda: [service["kind"] for service in site.call("List")["services"]] == ["program"], "the other kind")
    site.wait_state("running", "site")
    until(lambda: not processes.alive(old), "the Gunicorn to end")
    assert not (site.root / "site.sock").exists()
    site.write(web("site"))
    site.ctl("reload")
    until(lambda: [service["kind"] for service in site.call("List")["services"]] == ["gunicorn"], "the first kind")
    site.wait_state("running", "site")
    assert get(site.address("site")).status == 200


def test_removed_and_back_before_it_was_gone(bridled):
    site = bridled(web(), deaf("slow", stop_timeout="2s"))
    site.wait_state("running", "slow")
    old = site.master("slow")
    until(lambda: "ready" in site.log("slow"), "it to be deaf")
    site.write(web())
    site.ctl("reload")
    assert site.state("slow") == "stopping"
    site.write(web(), deaf("slow", stop_timeout="2s"))
    site.ctl("reload")
    site.wait_state("running", "slow")
    assert site.master("slow") != old and not processes.alive(old)
    site.ctl("stop", "slow")  # it has to be killed, which would show in bridled's exit status


def flags_of_output(pid):
    info = pathlib.Path(f"/proc/{pid}/fdinfo/1").read_text()
    return int(re.search(r"^flags:\s*(\d+)$", info, re.M)[1], 8)


def test_what_a_full_pipe_means_changes_with_the_next_generation(bridled):
    site = bridled(program("nap", "/bin/sleep 3600", log_full="wait"))
    site.wait_state("running", "nap")
    old = site.master("nap")
    assert not flags_of_output(old) & os.O_NONBLOCK
    site.write(program("nap", "/bin/sleep 3600", log_full="drop"))
    site.ctl("reload")
    until(lambda: site.master("nap") not in (0, old), "the next generation")
    site.wait_state("running", "nap")
    assert flags_of_output(site.master("nap")) & os.O_NONBLOCK


def test_an_address_that_could_not_be_moved_to_leaves_the_old_one_in_service(daemons):
    site = daemons()
    switch = site.root / "broken"
    keys = {"reload_by": "hup", "app": "broken:app", "environment": f"BROKEN_FILE={switch}"}
    site.write(web(**keys))
    site.start().wait_state("running")
    switch.write_text("import")
    site.write(web(**keys, bind="unix:{root}/new.sock"))
    site.ctl("reload")
    until(lambda: site.events.of("web", "running", "replacing"), "the replacement to fail")
    switch.unlink()
    assert get(site.address()).status == 200
    site.call("Reload", name="web", no_wait=True)
    until(lambda: site.events.of("web", "running", "reloading"), "the reload by HUP")
    assert get(site.address()).status == 200
