"""Bridle among its peers: how the benchmark's harness configures, starts, asks and stops it.

The harness (its adapters.py) says what each method is for. Bridle runs with its defaults: back-off, giving up,
the start limit and the watcher are all on. Only what a measurement needs is written down.
"""
import re
import shlex
import subprocess
from pathlib import Path

from adapters import Adapter, name, which
from benchlib import LOG_FILE_SIZE, LOG_KEEP


def gunicorn_section(service, cmd):
    """A Gunicorn as Bridle wants it: the listener is Bridle's, so the port moves from Gunicorn's file to ours."""
    config, directory = cmd[cmd.index("-c") + 1], cmd[cmd.index("--chdir") + 1]
    bind = re.search(r'^bind = "(.+)"$', Path(config).read_text(), re.M).group(1)
    workers = re.search(r"^workers = (\d+)$", Path(config).read_text(), re.M).group(1)
    return [f"[gunicorn:{service}]", f"app = {cmd[-1]}", f"command = {cmd[0]}", f"directory = {directory}",
            f"bind = {bind}", f"workers = {workers}", f"config = {config}"]


def program_section(service, cmd):
    return [f"[program:{service}]", f"command = {shlex.join(cmd)}"]


class Bridle(Adapter):
    name = "bridle"
    note = "two processes, C: one acts; one looks, logs and answers"
    log_note = "logger is the watcher, one process for all services"

    def available(self):
        ok = which("bridled", "BRIDLED") and which("bridle", "BRIDLE")
        return bool(ok), "" if ok else "not found: bridled (set BRIDLED, BRIDLE)"

    def version(self):
        out = subprocess.run([which("bridled", "BRIDLED"), "--version"], stdout=subprocess.PIPE, text=True).stdout
        return out.split()[-1] if out else ""

    def binaries(self):
        return [("daemon", which("bridled", "BRIDLED")), ("cli", which("bridle", "BRIDLE"))]

    def configure(self, inst):
        lines = ["[bridle]", "log_level = warning"]
        is_gunicorn = inst.cmd[-1] == "app:app"
        for i in range(1, inst.n + 1):
            if is_gunicorn:
                lines += gunicorn_section(name(i), inst.cmd)
            else:
                # the service's number as an argument, as supervisord and dinit get it
                number = [str(i)] if len(inst.cmd) == 1 else []
                lines += program_section(name(i), [*inst.cmd, *number])
            if inst.log:
                lines += ["log = file", f"log_max_size = {LOG_FILE_SIZE}", f"log_keep = {LOG_KEEP}"]
            else:
                lines += ["log = none"]
        (inst.dir / "bridle.ini").write_text("\n".join(lines) + "\n")

    def start_argv(self, inst):
        return [which("bridled", "BRIDLED"), "--root", str(inst.dir)], None, None

    def ctl(self, inst, *args):
        return [which("bridle", "BRIDLE"), "--root", str(inst.dir), *args]

    def status_one(self, inst, i):
        return self.ctl(inst, "status", name(i))

    def status_all(self, inst):
        return [self.ctl(inst, "status")]

    def restart_one(self, inst, i):
        return self.ctl(inst, "restart", name(i))

    def log_files(self, inst, i):
        d = inst.dir / "log" / name(i)
        old = sorted(f for f in d.iterdir() if f.name.startswith("@")) if d.is_dir() else []
        return [*old, d / "current"]

    def pid1_argv(self, work, prog):
        (work / "bridle.ini").write_text("\n".join(
            [*program_section("orphans", prog), "restart = never", "log = none"]) + "\n")
        return [which("bridled", "BRIDLED"), "--root", str(work)]
