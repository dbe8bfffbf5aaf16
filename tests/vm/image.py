"""What the machine under test is made of: Debian's kernel, and an archive (cpio) with the programs of this machine that it
needs, which the kernel unpacks into its memory. Nothing is installed and no privilege is needed."""
import functools
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tarfile

from environments import cache_directory

TESTS = pathlib.Path(__file__).resolve().parent.parent
KERNEL = "linux-image-cloud-amd64"
PROGRAMS = ["sh", "mount", "mkdir", "ip", "sleep"]
# Of python's library: what nothing here imports, and is large.
LEFT_OUT = re.compile(r"(test|tests|idlelib|tkinter|ensurepip|lib2to3|turtledemo|pydoc_data|dist-packages|site-packages"
                      r"|config-.*)")
PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"
GROUP = "root:x:0:\nnogroup:x:65534:\n"


class Unavailable(Exception):
    """Why there can be no machine here."""


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(map(str, command))}: {done.stdout.strip()[-500:]}")
    return done.stdout


def kernel():
    """A kernel to boot: BRIDLE_KERNEL, else the one of Debian's cloud images, fetched once a machine and unpacked."""
    if os.environ.get("BRIDLE_KERNEL"):
        return pathlib.Path(os.environ["BRIDLE_KERNEL"])
    where = cache_directory() / "kernel"
    if not shutil.which("apt-get"):
        raise Unavailable("no apt-get to fetch a kernel with; BRIDLE_KERNEL may name one")
    found = re.search(r"Depends: (linux-image-\S+)", run("apt-cache", "depends", KERNEL))
    if not found:
        raise Unavailable(f"apt knows no {KERNEL}")
    image = where / found.group(1)
    if not image.exists():
        where.mkdir(parents=True, exist_ok=True)
        run("apt-get", "-qq", "download", found.group(1), cwd=where)
        for package in where.glob(f"{found.group(1)}_*.deb"):
            unpack_kernel(package, image)
            package.unlink()
    return image


def unpack_kernel(package, image):
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as unpacking:
        with tarfile.open(fileobj=unpacking.stdout, mode="r|") as tar:
            for member in tar:
                if "/boot/vmlinuz" in member.name:
                    with open(image.with_suffix(".new"), "wb") as out:
                        shutil.copyfileobj(tar.extractfile(member), out)
                    image.with_suffix(".new").rename(image)
        unpacking.stdout.read()


class Archive:
    """The files of the machine, by path; written as the kernel reads them (Documentation/driver-api/early-userspace:
    "newc")."""

    def __init__(self):
        self.entries = {}

    def put(self, path, mode, content=b"", device=(0, 0), time=0):
        path = str(path)
        parent = os.path.dirname(path)
        if parent not in ("/", "") and parent not in self.entries:
            self.put(parent, stat.S_IFDIR | 0o755)
        self.entries.setdefault(path, (mode, content, device, time))

    def text(self, path, words, mode=0o644):
        self.put(path, stat.S_IFREG | mode, words.encode())

    def link(self, path, target):
        self.put(path, stat.S_IFLNK | 0o777, target.encode())

    def directory(self, path, mode=0o755):
        self.put(path, stat.S_IFDIR | mode)

    def file(self, source, path=None):
        """What SOURCE is, behind all links, at its place, or at PATH, and as old: else python compiles all of it anew."""
        place = path or os.path.join(os.path.realpath(os.path.dirname(source)), os.path.basename(source))
        real, seen = pathlib.Path(source), os.stat(source)
        self.put(place, stat.S_IFREG | seen.st_mode & 0o777, real.read_bytes(), time=int(seen.st_mtime))

    def tree(self, source, left_out=None):
        for where, names, files in os.walk(source):
            names[:] = [name for name in names if not left_out or not left_out.fullmatch(name)]
            for name in files:
                if os.path.exists(os.path.join(where, name)):
                    self.file(os.path.join(where, name))

    def program(self, source, path=None):
        """A program or library, and the libraries that it wants."""
        self.file(source, path)
        for library in libraries(str(source)):
            self.file(library)

    def write(self, path):
        with open(path, "wb") as out:
            for number, (name, entry) in enumerate(self.entries.items(), 1):
                write_entry(out, name.lstrip("/"), number, *entry)
            write_entry(out, "TRAILER!!!", 0, 0)


def write_entry(out, name, number, mode, content=b"", device=(0, 0), time=0):
    encoded = name.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, time, len(content), 0, 0, *device, len(encoded), 0]
    for part in (b"070701" + b"".join(b"%08X" % field for field in fields) + encoded, content):
        out.write(part + bytes(-len(part) % 4))


@functools.cache
def libraries(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return re.findall(r"(?:^\s*|=> )(/\S+) \(0x", listed, re.MULTILINE)


def add_python(archive, environment):
    """The interpreter of ENVIRONMENT, its library, and of what is installed there Gunicorn alone."""
    python = environment / "bin/python"
    ask = "import sys, sysconfig; print(sys._base_executable, sysconfig.get_path('stdlib'), sysconfig.get_path('purelib'))"
    base, library, packages = run(python, "-c", ask).split()
    archive.program(base)
    archive.tree(library, LEFT_OUT)
    for extension in pathlib.Path(library).glob("lib-dynload/*.so"):
        for needed in libraries(str(extension)):
            archive.file(needed)
    for package in pathlib.Path(packages).glob("*"):
        if re.match(r"(gunicorn|packaging|setuptools|pkg_resources)", package.name) and package.is_dir():
            archive.tree(package)
    archive.file(environment / "pyvenv.cfg")
    for name in ("python", "python3"):
        archive.link(environment / "bin" / name, base)
    archive.file(environment / "bin/gunicorn")


def build(path, built, environment, files, add_init=None):
    """The archive at PATH: bridled and bridle of BUILT, the Gunicorn of ENVIRONMENT, and FILES (path -> text). Process 1 is
    bridled, or what ADD_INIT puts there."""
    archive = Archive()
    for top in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink(f"/{top}"):
            archive.link(f"/{top}", f"usr/{top}")
    for name in PROGRAMS:
        archive.program(shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin") or name)
    archive.program(built / "bridled", "/usr/sbin/bridled")
    archive.program(built / "bridle", "/usr/bin/bridle")
    (add_init or add_bridled)(archive)
    add_python(archive, environment)
    for where in ("/proc", "/sys", "/dev", "/run", "/etc", "/root", "/var/log", "/var/lib", "/var/cache"):
        archive.directory(where)
    archive.directory("/tmp", 0o1777)
    archive.put("/dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    archive.put("/dev/null", stat.S_IFCHR | 0o666, device=(1, 3))
    for name, words in {"/etc/passwd": PASSWD, "/etc/group": GROUP, **files}.items():
        archive.text(name, words)
    archive.tree(TESTS / "lib", re.compile("__pycache__"))
    for module in pathlib.Path(__file__).parent.glob("*.py"):
        archive.file(module)
    archive.write(path)


def add_bridled(archive):
    init = (TESTS.parent / "contrib/init/bridle.machine.in").read_text().replace("@sbindir@", "/usr/sbin")
    archive.text("/sbin/init" if not os.path.islink("/sbin") else "/usr/sbin/init", init, 0o755)
