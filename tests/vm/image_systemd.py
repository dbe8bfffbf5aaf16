"""systemd as process 1 of the machine: the one that is installed here, else Debian's, fetched once a machine and unpacked into
the cache, not installed."""
import functools
import os
import pathlib
import re
import stat
import subprocess

from image import Unavailable, run
from environments import cache_directory

SYSTEMD = "/usr/lib/systemd/systemd"
PROGRAMS = [SYSTEMD, "/usr/lib/systemd/systemd-shutdown", "/usr/bin/systemctl", "/usr/bin/systemd-analyze"]
# Newer ones start programs by another.
AND_PERHAPS = ["/usr/lib/systemd/systemd-executor"]
# The machine has nothing else: these are what systemd itself wants to find, and what units of others name.
UNITS = re.compile(r".*\.(target|slice)|systemd-poweroff\.service")
SETTINGS = """[Manager]
LogTarget=console
ShowStatus=no
DefaultStandardOutput=tty
DefaultStandardError=tty
DefaultTimeoutStartSec=10min
DefaultTimeoutStopSec=10min
"""


def root():
    """Where the files of a systemd are: this machine, or what has been unpacked."""
    if os.path.exists(SYSTEMD):
        return pathlib.Path("/")
    where = cache_directory() / "systemd"
    if not (where / "complete").exists():
        fetch(where)
    return where


def fetch(where):
    """systemd, and of what it needs that which is not installed here."""
    listed = run("apt-get", "-s", "-qq", "--no-install-recommends", "install", "systemd")
    packages = re.findall(r"^Inst (\S+)", listed, re.MULTILINE)
    if not packages:
        raise Unavailable("apt knows no systemd")
    where.mkdir(parents=True, exist_ok=True)
    run("apt-get", "-qq", "download", *packages, cwd=where)
    for package in where.glob("*.deb"):
        run("dpkg-deb", "--extract", package, where)
        package.unlink()
    (where / "complete").touch()


def below(top, path):
    """PATH, in /usr, below TOP; packages from before the merge have it in / itself."""
    found = top / path.lstrip("/")
    return found if found.exists() else top / path.removeprefix("/usr/")


def environment(top):
    """Has programs below TOP find the libraries that are there."""
    places = *top.glob("lib/*-linux-gnu"), *top.glob("usr/lib/*-linux-gnu"), below(top, "/usr/lib/systemd")
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, places))}


def analyze(*words):
    """What systemd-analyze(1) prints."""
    top = root()
    done = subprocess.run([below(top, "/usr/bin/systemd-analyze"), *words], capture_output=True, text=True, check=True,
                          stdin=subprocess.DEVNULL, env=environment(top))
    return done.stdout


@functools.cache
def libraries(top, program):
    """Path in the machine -> file here."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False, env=environment(top)).stdout
    if "not found" in listed:
        raise Unavailable(f"systemd lacks a library here: {listed}")
    found = [pathlib.Path(one) for one in re.findall(r"(?:^\s*|=> )(/\S+) \(0x", listed, re.MULTILINE)]
    return {"/" + str(one.relative_to(top)) if one.is_relative_to(top) else str(one): one for one in found}


def add(archive):
    top = root()
    for path in [*PROGRAMS, *(one for one in AND_PERHAPS if below(top, one).exists())]:
        program = below(top, path)
        archive.file(program, path)
        for place, library in libraries(top, program).items():
            archive.file(library, os.path.join(os.path.realpath(os.path.dirname(place)), os.path.basename(place)))
    for unit in below(top, "/usr/lib/systemd/system").iterdir():
        if UNITS.fullmatch(unit.name):
            place = f"/usr/lib/systemd/system/{unit.name}"
            if unit.is_symlink():
                archive.link(place, os.readlink(unit))
            else:
                archive.file(unit, place)
    archive.link("/sbin/init" if not os.path.islink("/sbin") else "/usr/sbin/init", SYSTEMD)
    archive.text("/etc/systemd/system.conf", SETTINGS)
    archive.text("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
    archive.text("/etc/os-release", "ID=debian\nNAME=Debian\n")
    for name, numbers in {"full": (1, 7), "zero": (1, 5), "random": (1, 8), "urandom": (1, 9)}.items():
        archive.put(f"/dev/{name}", stat.S_IFCHR | 0o666, device=numbers)
