#!/usr/bin/env python3
"""refuse.py WHAT[,WHAT...] COMMAND...: runs COMMAND as on a kernel that lacks WHAT, or below a container runtime that lets nobody
have it. Needs root."""
import ctypes
import errno
import os
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K
NUMBER, SECOND, THIRD = 0, 24, 32  # in struct seccomp_data: of the system call, and its arguments (the lower half, if that comes first)
SOCKET = {"x86_64": 41, "aarch64": 198, "riscv64": 198}.get(os.uname().machine, 359)
IOCTL = {"x86_64": 16, "aarch64": 29, "riscv64": 29}.get(os.uname().machine, 54)

WHAT = {  # system call, one of its arguments and what that is (None: any), what it fails with
    "pidfds": (434, None, None, errno.ENOSYS),  # pidfd_open
    "pidfd-status": (IOCTL, SECOND, 0xC040FF0B, errno.ENOTTY),  # PIDFD_GET_INFO, which before Linux 6.15 does not tell how it ended
    "process-events": (SOCKET, THIRD, 11, errno.EPROTONOSUPPORT),  # NETLINK_CONNECTOR
}


class Program(ctypes.Structure):
    """struct sock_fprog."""
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def refusing(number, argument, value, error):
    then = [(RETURN, 0, 0, SECCOMP_RET_ERRNO | error)]
    if argument is not None:
        then = [(LOAD_WORD, 0, 0, argument), (JUMP_IF_EQUAL, 0, 1, value), *then]
    return [(LOAD_WORD, 0, 0, NUMBER), (JUMP_IF_EQUAL, 0, len(then), number), *then]


def main():
    wishes, command = sys.argv[1].split(","), sys.argv[2:]
    steps = [step for wish in wishes for step in refusing(*WHAT[wish])] + [(RETURN, 0, 0, SECCOMP_RET_ALLOW)]
    program = Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        sys.exit(f"refuse: no filter: {os.strerror(ctypes.get_errno())}")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
