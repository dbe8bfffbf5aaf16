"""A machine of software (qemu without KVM): booted, left alone until it is switched off or out of time."""
import json
import os
import shutil
import subprocess

from image import Unavailable

PATIENCE = float(os.environ.get("BRIDLE_PATIENCE", "1"))
QEMU = "qemu-system-x86_64"
MEMORY = 448  # MiB, the unpacked archive included
# Nothing but a processor, two serial ports and the power button. A panic ends it, as does a restart.
HARDWARE = ["-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-cpu", "max", "-smp", "1",
            "-no-reboot"]
# No mitigations: they cost, and nobody here is attacked. rdinit: the first program of an archive.
KERNEL_WORDS = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on rdinit=/sbin/init"


class Boot:
    """What came of one: what was said on the CONSOLE, the RESULTS of cases by name, STATUS of qemu (None: out of time)."""

    def __init__(self, where, kernel, archive, words="", timeout=60):
        if not shutil.which(QEMU):
            raise Unavailable(f"no {QEMU} (Debian: qemu-system-x86)")
        console, results = where / "console", where / "results"
        command = [QEMU, *HARDWARE, "-m", str(MEMORY), "-kernel", str(kernel), "-initrd", str(archive),
                   "-append", f"{KERNEL_WORDS} {words}", "-serial", f"file:{console}", "-serial", f"file:{results}"]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=timeout * PATIENCE)
            self.status, self.qemu = done.returncode, done.stdout
        except subprocess.TimeoutExpired as late:
            self.status, self.qemu = None, str(late)
        self.console = console.read_text(errors="replace") if console.exists() else ""
        self.results = {}
        for line in results.read_text(errors="replace").splitlines() if results.exists() else []:
            if line.startswith("{"):
                told = json.loads(line)
                self.results[told["case"]] = told

    def picture(self):
        return f"qemu: {self.status} {self.qemu}\n---- console\n{self.console[-8000:]}"
