#!/usr/bin/env python3
"""Python environments of the system tests, built once a machine and kept.

    environments.py tools              the environment that runs the tests; prints its python
    environments.py gunicorn [quick]   one environment for each Gunicorn of the matrix; prints what is there

Standard library only: this runs before anything is installed. An environment is built beside its place and
renamed into it, so that one that is there is whole, however often a build was interrupted.
"""
import contextlib
import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

# What each Gunicorn of the matrix is installed with. 20.1.0 needs pkg_resources, which left setuptools with 81, and a
# uvicorn with workers of its own, for uvicorn-worker does not take a Gunicorn that old. gevent of 27 needs packaging.
VERSIONS = ["20.1.0", "21.2.0", "22.0.0", "23.0.0", "25.3.0"]
NEWEST_KNOWN = "27.0.1"
COMPANIONS = ["gevent", "packaging", "uvicorn", "uvicorn-worker"]
SPECIAL = {"20.1.0": ["gevent", "packaging", "setuptools<81", "uvicorn<0.30"]}
# The title that setproctitle gives a process hides its environment, and with it Bridle's marker: both ways are tried.
TITLED = {"23.0.0", "newest"}
TOOLS = ["pytest>=7.4", "pytest-xdist>=3", "varlink>=31"]
LAYOUT = "3"  # raise it when what is installed changes: old environments are then built anew


def cache_directory():
    """Where environments are kept. Not root's home: services run as other users, who must be able to enter."""
    if os.environ.get("BRIDLE_CACHE"):
        return pathlib.Path(os.environ["BRIDLE_CACHE"])
    if os.environ.get("XDG_CACHE_HOME"):
        return pathlib.Path(os.environ["XDG_CACHE_HOME"]) / "bridle-tests"
    if os.geteuid() == 0:
        return pathlib.Path("/var/cache/bridle-tests")
    return pathlib.Path.home() / ".cache" / "bridle-tests"


def base_python():
    """The distribution's python where it is new enough: every user can run it, unlike one in somebody's home."""
    for python in ("/usr/bin/python3", shutil.which("python3") or sys.executable):
        probe = "import sys, venv; sys.exit(sys.version_info < (3, 9))"
        if os.path.exists(python) and subprocess.run([python, "-c", probe], capture_output=True).returncode == 0:
            return python
    sys.exit("environments: python 3.9 or later with the venv module is needed (Debian: python3-venv)")


def run(*command):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(str(word) for word in command)}\n{done.stdout[-3000:]}")
    return done.stdout


def make_environment(place, with_pip):
    """An empty environment; virtualenv where python's own venv lacks ensurepip."""
    try:
        run(base_python(), "-m", "venv", *([] if with_pip else ["--without-pip"]), place)
    except RuntimeError:
        shutil.rmtree(place, ignore_errors=True)
        run(sys.executable, "-m", "virtualenv", "--quiet", "--python", base_python(), place)


@contextlib.contextmanager
def lock(cache):
    """One builder at a time: two test runs on one machine share the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def relocate(place, final):
    """Scripts name their interpreter by its absolute path: rewrite what was built as PLACE to say FINAL."""
    for script in (place / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        text = script.read_bytes()
        if str(place).encode() in text:
            script.write_bytes(text.replace(str(place).encode(), str(final).encode()))
    place.rename(final)


def build(final, packages, with_pip=False):
    """FINAL with PACKAGES in it, whole or not at all. PACKAGES and LAYOUT are its stamp."""
    stamp = json.dumps([LAYOUT, packages])
    if (final / "stamp").is_file() and (final / "stamp").read_text() == stamp:
        return
    making = final.with_name(f".{final.name}.making")
    for old in (making, final):
        shutil.rmtree(old, ignore_errors=True)
    make_environment(making, with_pip)
    pip = [making / "bin/python", "-m", "pip"] if with_pip else \
        [tools_python(), "-m", "pip", "--python", making / "bin/python"]
    run(*pip, "install", "--quiet", "--prefer-binary", "--disable-pip-version-check", *packages)
    (making / "stamp").write_text(stamp)
    relocate(making, final)


def tools_python():
    return cache_directory() / "tools/bin/python"


def build_tools():
    """The environment that runs the tests, whose pip also fills all the others."""
    build(cache_directory() / "tools", TOOLS, with_pip=True)


def newest_gunicorn():
    """The newest Gunicorn on PyPI; else the newest that was built here before; else the newest that we know of."""
    try:
        with urllib.request.urlopen("https://pypi.org/pypi/gunicorn/json", timeout=20) as answer:
            version = json.load(answer)["info"]["version"]
            if re.fullmatch(r"\d+\.\d+\.\d+", version):
                return version
    except (OSError, ValueError, KeyError):
        pass
    built = sorted(cache_directory().glob("gunicorn-*/stamp"), key=lambda stamp: version_key(stamp.parent.name))
    return built[-1].parent.name.removeprefix("gunicorn-") if built else NEWEST_KNOWN


def version_key(name):
    return [int(number) for number in re.findall(r"\d+", name)]


def worker_classes(environment):
    """What Gunicorn can load there, as the worker_class of a service."""
    choices = [("sync", "sync"), ("gthread", "gthread"), ("gevent", "gevent"),
               ("uvicorn", "uvicorn_worker.UvicornWorker"), ("uvicorn", "uvicorn.workers.UvicornWorker")]
    found = {}
    for name, word in choices:
        load = f"import gunicorn.util; gunicorn.util.load_class('{word}')"
        if subprocess.run([environment / "bin/python", "-c", load], capture_output=True).returncode == 0:
            found.setdefault(name, word)
    return found


def gunicorn_environment(version, is_newest):
    """Build (or find) the environment of VERSION and describe it; None when it cannot be had."""
    final = cache_directory() / f"gunicorn-{version}"
    titled = version in TITLED or (is_newest and "newest" in TITLED)
    packages = [f"gunicorn=={version}", *SPECIAL.get(version, COMPANIONS), *(["setproctitle"] if titled else [])]
    try:
        build(final, packages)
    except RuntimeError as error:
        print(f"environments: Gunicorn {version} cannot be installed:\n{error}", file=sys.stderr)
        return None
    return {"version": version, "path": str(final), "classes": worker_classes(final), "titled": titled}


def distribution_gunicorn():
    """What /usr/bin/gunicorn is, where PyPI is out of reach."""
    command = shutil.which("gunicorn", path="/usr/bin:/usr/local/bin")
    if not command:
        return None
    version = re.search(r"\d+\.\d+\.\d+", run(command, "--version"))
    return {"version": version.group(0), "path": "", "classes": {"sync": "sync", "gthread": "gthread"}, "titled": False}


def build_matrix(quick):
    newest = newest_gunicorn()
    wanted = [version for version in VERSIONS if version != newest] + [newest]
    if quick:
        wanted = [wanted[0], wanted[-1]]
    matrix = []
    try:
        build_tools()
        made = [gunicorn_environment(version, version == newest) for version in wanted]
        matrix = [entry for entry in made if entry]
    except RuntimeError as error:
        print(f"environments: nothing can be installed:\n{error}", file=sys.stderr)
    if not matrix:
        alone = distribution_gunicorn()
        if alone is None:
            sys.exit("environments: no Gunicorn: PyPI is out of reach and the distribution's is not installed")
        print(f"\n*** PyPI IS OUT OF REACH: only the distribution's Gunicorn {alone['version']} is tested ***\n",
              file=sys.stderr)
        matrix = [alone]
    (cache_directory() / "matrix.json").write_text(json.dumps(matrix, indent=1))
    return matrix


def main():
    what, options = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if what not in ("tools", "gunicorn"):
        sys.exit(__doc__)
    with lock(cache_directory()):
        if what == "tools":
            build_tools()
            print(tools_python())
            return
        for entry in build_matrix("quick" in options):
            print(f"gunicorn {entry['version']}: {', '.join(sorted(entry['classes']))}"
                  f"{', setproctitle' if entry['titled'] else ''}")


if __name__ == "__main__":
    main()
