"""The control socket as a client sees it that we did not write: the varlink package of PyPI, which knows nothing of
Bridle but what the daemon says about its interface."""
import threading

import pytest

from daemon import TESTS
from sections import program, web
from waiting import until

varlink = pytest.importorskip("varlink")

NAP = program("nap", "/bin/sleep 3600")
WIRE = TESTS.parent / "src" / "wire"


@pytest.fixture
def ask():
    """ask(daemon): its methods, over a connection of their own."""
    opened = []

    def connect(site, interface="org.bridle"):
        client = varlink.Client(address=f"unix:{site.control}")
        connection = client.open(interface)
        opened.extend((connection.close, client.cleanup))
        return connection
    yield connect
    for close in opened:
        close()


def refusal(method, *parameters):
    """The error that the call must end with, as it came over the wire."""
    with pytest.raises(varlink.VarlinkError) as error:
        method(*parameters)
    return error.value.as_dict()


def test_the_package_reads_our_interfaces():
    bridle = varlink.Interface((WIRE / "org.bridle.varlink").read_text())
    assert bridle.name == "org.bridle"
    assert {"List", "Restart", "Watch", "Service", "NoSuchService"} <= set(bridle.members)
    service = varlink.Interface((WIRE / "org.varlink.service.varlink").read_text())
    with open(varlink.__path__[0] + "/org.varlink.service.varlink") as theirs:
        assert set(service.members) >= set(varlink.Interface(theirs.read()).members)


def test_the_daemon_describes_itself(bridled, ask):
    service = ask(bridled(NAP), "org.varlink.service")
    info = service.GetInfo()
    assert sorted(info["interfaces"]) == ["org.bridle", "org.varlink.service"]
    assert all(info[name] for name in ("vendor", "product", "version")) and "url" in info
    for name in info["interfaces"]:
        assert service.GetInterfaceDescription(name)["description"] == (WIRE / f"{name}.varlink").read_text()
    assert refusal(service.GetInterfaceDescription, "org.example.none") == {
        "error": "org.varlink.service.InterfaceNotFound", "parameters": {"interface": "org.example.none"}}


def test_it_lists_and_restarts_a_service(bridled, ask):
    site = bridled(web(workers=2), NAP)
    site.wait_workers(2)
    bridle = ask(site)
    assert sorted(service["name"] for service in bridle.List()["services"]) == ["nap", "web"]
    before, = bridle.List("web")["services"]
    assert (before["state"], before["kind"]) == ("running", "gunicorn")
    assert [worker["booted"] for worker in before["workers"]] == [True, True]

    assert "web" in bridle.Restart("web")["message"]

    after, = bridle.List(name="web", brief=True)["services"]
    assert after["state"] == "running" and "workers" not in after and "listeners" not in after  # null: nobody looked
    assert after["generation"] == before["generation"] + 1 and after["master"] != before["master"]


def test_it_is_told_why_not(bridled, ask):
    bridle = ask(bridled(NAP))
    assert refusal(bridle.Restart, "nep") == {"error": "org.bridle.NoSuchService",
                                              "parameters": {"name": "nep", "nearest": "nap"}}
    assert refusal(bridle.Signal, "nap", "SEGV")["error"] in ("org.bridle.Refused",
                                                             "org.varlink.service.InvalidParameter")
    assert bridle.Info()["services"] == 1  # the connection is as good as before


def test_it_watches_live(bridled, ask):
    site = bridled(NAP)
    watching, bridle = ask(site), ask(site)
    moves = []

    def collect():
        try:
            for answer in watching.Watch("nap", _more=True):
                moves.append((answer["event"]["from"], answer["event"]["to"]))
        except OSError:
            pass  # the connection was closed: the test is over

    def stir():
        """Nothing tells a client that its Watch has begun but the first event."""
        bridle.Stop("nap")
        bridle.Start("nap")
        return ("stopping", "stopped") in moves and ("starting", "running") in moves
    threading.Thread(target=collect, daemon=True).start()
    until(stir, "events of nap", 20)


def test_a_call_without_answer_is_done_all_the_same(bridled, ask):
    site = bridled(NAP)
    site.wait_state("running", "nap")
    bridle = ask(site)
    assert bridle.Stop("nap", _oneway=True) is None
    assert bridle.Info()["services"] == 1  # the next answer on that connection is the next call's
    until(lambda: site.state("nap") == "stopped", "nap to be stopped", 20)
