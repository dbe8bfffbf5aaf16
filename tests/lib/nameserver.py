"""A name server on a loopback address of its own, which answers, denies, or is silent, as a test wants it."""
import os
import random
import socket
import struct
import threading

A = 1


class NameServer:
    """Knows NAMES (of IPv4 addresses); whoever asks while it is `silent` waits."""

    def __init__(self, names, silent=False):
        self.names, self.silent, self.asked = names, silent, []
        self.address = "127.%d.%d.%d" % tuple(random.randrange(1, 255) for _ in range(3))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.address, 53))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            name, end = read_name(query)
            self.asked.append(name)
            if not self.silent:
                self.socket.sendto(answer(query, end, self.names.get(name)), client)

    def close(self):
        """recvfrom(2) goes on in the thread, which ends with the process."""
        self.silent = True

    def settings(self, directory):
        """Files in the place of those in /etc, by which it is asked and nobody else: again after 1, 2, 4, 8 s; given up after 31."""
        words = {"resolv.conf": f"nameserver {self.address}\noptions timeout:1 attempts:5\n",
                 "nsswitch.conf": "hosts: files dns\n"}
        for name, text in words.items():
            (directory / name).write_text(text)
        return {directory / name: f"/etc/{name}" for name in words if os.path.exists(f"/etc/{name}")}


def read_name(query):
    """The name that is asked for, and where the question ends (RFC 1035, 4.1.2)."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels), at + 5


def answer(query, end, address):
    """ADDRESS for questions of kind A; nothing for others; None: there is no such name."""
    kind, = struct.unpack("!H", query[end - 4:end - 2])
    found = address is not None and kind == A
    flags = 0x8180 if address is not None else 0x8183
    header = query[:2] + struct.pack("!HHHHH", flags, 1, found, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, A, 1, 0, 4) + socket.inet_aton(address) if found else b""
    return header + query[12:end] + record
