"""Fixtures: the Gunicorns of the matrix, and bridleds that must end cleanly."""
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import processes  # noqa: E402
from daemon import Daemon, load_matrix  # noqa: E402

MATRIX = load_matrix()


def pytest_configure():
    # a shell that starts the tests in the background has SIGINT ignored, and so would all that they start
    signal.signal(signal.SIGINT, signal.default_int_handler)
    processes.adopt_orphans()


def pytest_generate_tests(metafunc):
    """`gunicorn`: every version. `combination`: every version with every class that it has. `edge`: oldest, newest."""
    if "gunicorn" in metafunc.fixturenames:
        metafunc.parametrize("gunicorn", MATRIX, ids=[entry["version"] for entry in MATRIX])
    if "combination" in metafunc.fixturenames:
        every = [(entry, name) for entry in MATRIX for name in entry["classes"]]
        metafunc.parametrize("combination", every, ids=[f"{entry['version']}-{name}" for entry, name in every])
    if "edge" in metafunc.fixturenames:
        edges = [MATRIX[0], MATRIX[-1]] if len(MATRIX) > 1 else MATRIX
        metafunc.parametrize("edge", edges, ids=[entry["version"] for entry in edges])


@pytest.hookimpl(hookwrapper=True)  # the new style came with pluggy 1.2, after Debian 12
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    setattr(item, f"failed_{report.when}", report.failed)
    if report.failed:
        for picture in getattr(item, "pictures", None) or [daemon.picture() for daemon in getattr(item, "daemons", [])]:
            report.sections.append(("bridled", picture))


@pytest.fixture
def daemons(request):
    """make(**options) -> Daemon, not started. When the test passed, each that still runs must end well on SIGTERM."""
    made = request.node.daemons = []

    def make(**options):
        options.setdefault("venv", MATRIX[-1]["path"])
        made.append(Daemon(**options))
        return made[-1]
    yield make
    try:
        if not getattr(request.node, "failed_call", True):
            for daemon in made:
                if daemon.process and daemon.process.poll() is None:
                    daemon.stop()
        findings = "".join(daemon.findings() for daemon in made)
        assert not findings, findings
    except BaseException:
        request.node.pictures = [daemon.picture() for daemon in made]
        raise
    finally:
        for daemon in made:
            daemon.clean_up()


@pytest.fixture
def bridled(daemons):
    """bridled(section, ..., **options): started with these sections, its control socket answering."""
    def start(*sections, **options):
        daemon = daemons(**options)
        daemon.write(*sections)
        return daemon.start()
    return start


@pytest.fixture
def in_memory(daemons, as_root):
    """in_memory(DIRECTORY, OPTIONS): a file system in memory there, as /run is on most machines."""
    mounted = []

    def mount(where, options="mode=755"):
        where.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", where]).returncode != 0:
            pytest.skip("cannot mount a tmpfs here")
        mounted.append(where)
        return where
    yield mount
    for where in mounted:
        subprocess.run(["umount", "-l", where], check=True)


@pytest.fixture(autouse=True)
def has_its_class(request):
    """A worker class as a parameter needs a Gunicorn that has it: the distribution's, alone, comes without gevent, and may have a
    gthread that drops requests which it accepted (client.Traffic.assert_nothing_lost), where the newest is meant."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    chosen = parameters.get("edge") or parameters.get("gunicorn")
    entry = chosen or MATRIX[-1]
    for value in parameters.values():
        if value in ("gthread", "gevent", "uvicorn") and value not in entry["classes"]:
            pytest.skip(f"{value} does not work with Gunicorn {entry['version']} here")
        if value == "gthread" and not chosen and 21 <= int(entry["version"].split(".")[0]) <= 24:
            pytest.skip(f"gthread of Gunicorn {entry['version']}, the only one here, drops requests")


@pytest.fixture
def as_root():
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def oldest():
    return MATRIX[0]


@pytest.fixture
def free_ports():
    """free_ports(N): N TCP ports that nobody uses. They were bound a moment ago, so others will hardly get them."""
    def find(count):
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        ports = [one.getsockname()[1] for one in held]
        for one in held:
            one.close()
        return ports
    return find


@pytest.fixture
def figures(request):
    """figures(words): a line for people, printed at the end of the run."""
    return lambda words: request.node.user_properties.append(("figures", words))


def pytest_terminal_summary(terminalreporter):
    lines = [words for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
             for name, words in report.user_properties if name == "figures" and report.when == "call"]
    if lines:
        terminalreporter.section("figures")
        for line in sorted(lines):
            terminalreporter.write_line(line)
