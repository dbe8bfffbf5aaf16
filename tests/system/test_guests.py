"""contrib: what brings bridled up on other machines, read by the tools that it is meant for, and run where they are here."""
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

import environments
import processes
from client import get
from daemon import TESTS
from sections import web
from waiting import PATIENCE, until

INIT, CONTAINER = TESTS.parent / "contrib" / "init", TESTS.parent / "contrib" / "container"
READERS = ["kubernetes-validate", "python-hcl2", "dockerfile-parse", "compose-spec", "pyyaml"]


def needs(*commands):
    missing = [command for command in commands if not shutil.which(command)]
    return pytest.mark.skipif(bool(missing), reason=f"NOT TESTED: {' '.join(missing)} not installed")


@pytest.fixture
def scripts(tmp_path):
    """scripts(site): a directory with the scripts of contrib/init as they are installed, for the bridled of SITE."""
    def make(site):
        for name in ("bridled", "bridle"):
            wrapper = tmp_path / name
            wrapper.write_text(f'#!/bin/sh\nexec {site.built}/{name} --root {site.root} "$@"\n')
            wrapper.chmod(0o755)
        for template in INIT.glob("*.in"):
            made = tmp_path / template.stem
            made.write_text(template.read_text().replace("@sbindir@", str(tmp_path)).replace("@bindir@", str(tmp_path)))
            made.chmod(0o755)
        return tmp_path
    return make


@pytest.fixture
def below(daemons):
    """below(command): a site whose bridled COMMAND starts; it is known by its control socket."""
    started = []

    def start(site, *command, **options):
        site.process = subprocess.Popen([*map(str, command)], stdin=subprocess.DEVNULL, stdout=open(site.root / "stdout", "ab"),
                                        stderr=open(site.stderr, "ab"), start_new_session=True, **options)
        until(site.answers, "bridled to answer", 30)
        started.append(site)
        return site
    return start


def bury(pidfile):
    """What init does: daemons come to us (processes.adopt_orphans), and the script waits until they are gone."""
    try:
        os.waitpid(int(pidfile.read_text()), os.WNOHANG)
    except (OSError, ValueError):
        pass


def bridled_of(site):
    return site.call("Info")["pid"]


def serves(site):
    until(lambda: site.state() == "running", "web to run")
    return get(site.address()).status == 200


# ---- inits that start us again ----

def outlives_a_kill(site):
    """Its supervisor starts bridled again, and the service has not noticed."""
    assert serves(site)
    old, master = bridled_of(site), site.master()
    os.kill(old, signal.SIGKILL)

    def another():
        try:
            return bridled_of(site) != old
        except OSError:
            return False
    until(another, "another bridled", 30)
    assert serves(site) and site.master() == master


@needs("runsv", "sv")
def test_below_runit(daemons, scripts, below, tmp_path):
    site = daemons()
    site.write(web())
    service = tmp_path / "service"
    service.mkdir()
    shutil.copy(scripts(site) / "bridle.runit", service / "run")
    below(site, "runsv", service)
    outlives_a_kill(site)
    subprocess.run(["sv", "exit", service], check=True, capture_output=True)
    assert site.wait() == 0
    site.assert_nothing_left()


@needs("s6-supervise", "s6-svc", "s6-svwait")
def test_below_s6(daemons, scripts, below, tmp_path):
    site = daemons()
    site.write(web(environment="SLOW=1"))
    service = tmp_path / "service"
    service.mkdir()
    shutil.copy(scripts(site) / "bridle.s6", service / "run")
    (service / "notification-fd").write_text("3\n")
    (service / "timeout-kill").write_text("600000\n")
    below(site, "s6-supervise", service)
    subprocess.run(["s6-svwait", "-U", "-t", str(int(30000 * PATIENCE)), service], check=True)
    # not before the application was loaded, which takes a second
    assert site.state() == "running"
    outlives_a_kill(site)
    subprocess.run(["s6-svc", "-xd", service], check=True)
    assert site.wait() == 0
    site.assert_nothing_left()


@needs("start-stop-daemon")
def test_below_sysvinit(daemons, scripts):
    site = daemons()
    site.write(web())
    script = scripts(site) / "bridle.sysvinit"
    script.write_text(script.read_text().replace("/run/bridled.pid", f"{site.root}/pid")
                      .replace("/var/log/bridled.log", str(site.stderr)))

    def run(what, status=0):
        said = site.root / "said"
        with open(said, "w") as output:
            script_run = subprocess.Popen([script, what], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

        def ended():
            bury(site.root / "pid")
            return script_run.poll() is not None
        until(ended, f"the script to {what}", 60)
        assert script_run.returncode == status, said.read_text()
        return said.read_text()
    try:
        run("status", status=3)
        run("start")
        assert serves(site)
        first = bridled_of(site)
        run("start")  # once more changes nothing
        assert bridled_of(site) == first and "web" in run("status")
        run("reload")
        run("restart")
        assert bridled_of(site) != first and serves(site)
        run("nonsense", status=2)
        run("stop")
        run("stop")
        run("status", status=3)
        site.write("[gunicorn:web]\nnosuch = key\n")
        assert "nosuch" in run("start", status=6)
    finally:
        pid = site.root / "pid"
        if pid.exists() and processes.alive(int(pid.read_text())):
            run("stop")
    site.assert_nothing_left()


@needs("shellcheck")
@pytest.mark.parametrize("name", ["bridle.runit", "bridle.s6", "bridle.sysvinit", "bridle.openrc"])
def test_scripts_are_clean(daemons, scripts, name):
    # what openrc-run reads is not used in the script itself
    options = ["-e", "SC2034"] if name == "bridle.openrc" else []
    done = subprocess.run(["shellcheck", "-s", "sh", *options, scripts(daemons()) / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@needs("dinitcheck")
def test_dinit_understands(daemons, scripts, tmp_path):
    place = tmp_path / "dinit.d"
    place.mkdir()
    shutil.copy(scripts(daemons()) / "bridle.dinit", place / "bridle")
    (place / "network.target").write_text("type = internal\n")
    done = subprocess.run(["dinitcheck", "--services-dir", place, "bridle"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dinit_has_known_words():
    """Where dinitcheck is not at hand: dinit-service(5) has these settings."""
    known = {"type", "command", "ready-notification", "logfile", "restart", "restart-delay", "restart-limit-interval",
             "start-timeout", "stop-timeout", "depends-on"}
    lines = [line for line in (INIT / "bridle.dinit.in").read_text().splitlines() if line and line[0] != "#"]
    assert {re.fullmatch(r"([a-z-]+) = \S.*", line)[1] for line in lines} == known


# ---- containers ----

@pytest.fixture(scope="module")
def reader():
    """reader(code, *words): CODE run by a Python that has what reads files of containers; what it printed."""
    place = environments.cache_directory() / "guests"
    try:
        with environments.lock(environments.cache_directory()):
            environments.build(place, READERS)
    except (RuntimeError, OSError) as error:  # OSError: no environment of ours to make it with, either
        pytest.skip(f"NOT TESTED: {READERS} cannot be installed: {str(error)[-200:]}")

    def read(code, *words):
        done = subprocess.run([place / "bin/python", "-c", code, *map(str, words)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
    return read


def test_kubernetes_understands(reader):
    said = reader("import sys, yaml, kubernetes_validate as k\n"
                  "for one in yaml.safe_load_all(open(sys.argv[1])):\n"
                  "    print(one['kind'], k.validate(one, desired_version='1.31', strict=True))\n", CONTAINER / "kubernetes.yaml")
    assert re.findall(r"^\w+", said, re.MULTILINE) == ["Deployment", "Service"]


def test_compose_understands(reader):
    """What it passes over, as misspelt, would be missing when it prints."""
    reader("import sys, yaml\nfrom compose_spec import ComposeSpecification as C\n"
           "given = yaml.safe_load(open(sys.argv[1]))\nread = C.model_validate(given).model_dump(exclude_none=True)\n"
           "site, known = given['services']['site'], read['services']['site']\n"
           "assert not site.keys() - known.keys(), site.keys() - known.keys()\n"
           "assert not site['healthcheck'].keys() - known['healthcheck'].keys(), known\n", CONTAINER / "compose.yaml")


def test_nomad_reads(reader):
    said = reader("import sys, hcl2\nprint(hcl2.load(open(sys.argv[1])))\n", CONTAINER / "bridle.nomad.hcl")
    assert "kill_timeout" in said and "bridled" in said


def test_the_image_is_a_good_process_1(reader):
    said = reader("import sys, dockerfile_parse, json\n"
                  "parser = dockerfile_parse.DockerfileParser(fileobj=open(sys.argv[1], 'rb'))\n"
                  "print('\\n'.join(one['instruction'] + ' ' + one['value'] for one in parser.structure"
                  " if one['instruction'] != 'COMMENT'))\n", CONTAINER / "Dockerfile")
    words = dict(line.split(" ", 1) for line in said.splitlines())
    # no shell in between: bridled is process 1 itself, and gets the signal
    assert words["ENTRYPOINT"] == '["bridled"]' and words["STOPSIGNAL"] == "SIGTERM"
    assert words["HEALTHCHECK"].endswith('CMD ["bridle", "ready"]')
    for line in said.splitlines():
        if line.startswith("COPY") and "--from" not in line:
            assert (TESTS.parent / line.split()[1]).exists(), line


def test_its_configuration_is_one(daemons):
    site = daemons()
    done = site.bridle("config", "-c", CONTAINER / "bridle.ini")
    assert done.returncode == 0 and "log" in done.stdout, done.stderr


def test_the_static_build_wants_a_clean_tree(tmp_path):
    """Whoever did ./configure && make in it hears that at once, and not after the libraries were fetched and built."""
    (tmp_path / "contrib").mkdir()
    (tmp_path / "config.status").touch()
    script = shutil.copy(TESTS.parent / "contrib/static-build.sh", tmp_path / "contrib")
    done = subprocess.run(["sh", script, "out"], cwd=tmp_path, text=True, capture_output=True, timeout=60)
    assert done.returncode == 1 and "make distclean" in done.stderr
    assert not (tmp_path / "out").exists()


def test_every_file_is_installed():
    listed = (TESTS.parent / "contrib" / "contrib.am").read_text()
    for path in [*INIT.iterdir(), *CONTAINER.iterdir()]:
        assert str(pathlib.Path("contrib") / path.parent.name / path.name) in listed, path
