#!/usr/bin/env python3
"""elsewhere.py SPEC COMMAND...: runs COMMAND on a machine that looks like another one, as a unit expects it.

In a mount namespace and a network namespace of its own: directories that are empty but for what SPEC names, its users,
and nobody on any port. SPEC is a file of JSON:

    users   name -> uid; each with a group of that name and number      groups  name -> its members
    empty   directories that hold nothing of this machine               links   path -> what it is a link to
    files   path -> [text, mode, owner]                                 environment   of COMMAND: all that it gets
"""
import ctypes
import fcntl
import json
import os
import pathlib
import pwd
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True)


def empty(path):
    path.mkdir(parents=True, exist_ok=True)
    mount("-t", "tmpfs", "-o", "mode=755", "none", path)


def own_etc():
    """/etc as a copy, so that files can be added."""
    copy = pathlib.Path(tempfile.mkdtemp(dir="/mnt"))
    copy.chmod(0o755)
    shutil.copytree("/etc", copy, symlinks=True, dirs_exist_ok=True)
    mount("--bind", copy, "/etc")


def own_bin():
    """/usr/bin as links to what is there, for the same reason."""
    real = pathlib.Path(tempfile.mkdtemp(dir="/mnt"))
    real.chmod(0o755)
    mount("--bind", "/usr/bin", real)
    empty(pathlib.Path("/usr/bin"))
    for name in os.listdir(real):
        os.symlink(real / name, f"/usr/bin/{name}")


def add_people(users, groups):
    with open("/etc/passwd", "a") as passwd, open("/etc/group", "a") as group:
        for name, uid in users.items():
            passwd.write(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/sh\n")
            group.write(f"{name}:x:{uid}:\n")
        for number, (name, members) in enumerate(groups.items()):
            group.write(f"{name}:x:{7900 + number}:{','.join(members)}\n")


def furnish(spec):
    for path in spec["empty"]:
        empty(pathlib.Path(path))
    for path, target in spec["links"].items():
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).unlink(missing_ok=True)
        os.symlink(target, path)
    for path, (text, mode, owner) in spec["files"].items():
        place = pathlib.Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            place.mkdir(exist_ok=True)
        else:
            place.write_text(text)
        place.chmod(int(mode, 8))
        shutil.chown(place, owner, pwd.getpwnam(owner).pw_gid)


def main():
    spec, command = json.loads(pathlib.Path(sys.argv[1]).read_text()), sys.argv[2:]
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        sys.exit(f"elsewhere: no namespaces: {os.strerror(ctypes.get_errno())}")
    mount("--make-rprivate", "/")
    raise_loopback()
    empty(pathlib.Path("/mnt"))
    own_etc()
    own_bin()
    add_people(spec["users"], spec["groups"])
    furnish(spec)
    os.chdir("/")
    os.execve(command[0], command, spec["environment"])


if __name__ == "__main__":
    main()
