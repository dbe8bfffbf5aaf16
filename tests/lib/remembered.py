"""What a bridled remembers, as bytes: enough of src/wire/state.h to change a word of it and have it believed."""
import struct

SLOT, PLACES = 8192, (0, 2048, 4096)
BOOT, HEADER_CHECK = slice(24, 64), 88  # struct state_header
HEAD = 24  # struct head of src/wire/state_slot.c: check, sequence, length, reserved


def checksum(data):
    """FNV-1a, of 64 bits."""
    value = 0xcbf29ce484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value


class Remembered:
    """The file at PATH, which nobody writes to any more."""

    def __init__(self, path):
        self.path, self.data = path, bytearray(path.read_bytes())

    def write(self):
        self.path.write_bytes(self.data)

    def of_another_boot(self):
        """Times and pids of it mean nothing here."""
        self.data[BOOT] = b"00000000-0000-0000-0000-000000000000".ljust(40, b"\0")
        self.data[HEADER_CHECK:HEADER_CHECK + 8] = struct.pack("<Q", checksum(self.data[:HEADER_CHECK]))

    def replace(self, tag, old, new):
        """Field TAG is NEW wherever it was OLD, in every record; how often."""
        was, shall = struct.pack("<HHq", tag, 8, old), struct.pack("<HHq", tag, 8, new)
        return sum(self.replace_in(at + place, was, shall) for at in range(SLOT, len(self.data), SLOT) for place in PLACES)

    def replace_in(self, at, was, shall):
        check, _, length, _ = struct.unpack_from("<QQII", self.data, at)
        whole = slice(at + 8, at + HEAD + length)
        if length > SLOT // 2 or checksum(self.data[whole]) != check:
            return 0
        count = bytes(self.data[whole]).count(was)
        self.data[whole] = bytes(self.data[whole]).replace(was, shall)
        self.data[at:at + 8] = struct.pack("<Q", checksum(self.data[whole]))
        return count
