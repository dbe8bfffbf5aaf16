"""Descriptors of other processes: what is in their queues tells that something was sent, or has not been read yet."""
import array
import ctypes
import fcntl
import os
import termios

import pytest

PIDFD_GETFD = 438


def take(pid, number):
    """Descriptor NUMBER of process PID, as one of ours."""
    if os.geteuid() != 0:
        pytest.skip("another process's descriptors need root")
    pidfd = os.pidfd_open(pid)
    fd = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, pidfd, number, 0)
    os.close(pidfd)
    assert fd >= 0, os.strerror(ctypes.get_errno())
    return fd


def asked(fd, request):
    number = array.array("i", [0])
    fcntl.ioctl(fd, request, number)
    return number[0]


def unread(fd):
    """Bytes that came to it and that nobody has read (unix(7), SIOCINQ)."""
    return asked(fd, termios.FIONREAD)


def underway(fd):
    """Memory of what was sent from it and that the other end has not read (SIOCOUTQ, unix_outq_len() in net/unix/af_unix.c)."""
    return asked(fd, termios.TIOCOUTQ)
