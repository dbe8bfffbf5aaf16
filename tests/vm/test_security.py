"""`bridle check --security` beside `systemd-analyze security`: of units that were imported both say the same of what is allowed,
key by key. systemd runs no unit for it (--offline), so no machine is needed."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import corpus  # noqa: E402
import image  # noqa: E402
import image_systemd  # noqa: E402
from daemon import BUILD  # noqa: E402

# What both know: systemd's name -> what takes it away by Bridle.
KEYS = {
    "AmbientCapabilities": "no ambient_capabilities", "LockPersonality": "lock_personality = yes",
    "MemoryDenyWriteExecute": "memory_deny_write_execute = yes", "NoNewPrivileges": "no_new_privileges = yes",
    "PrivateDevices": "private_devices = yes", "PrivateNetwork": "private_network = yes", "PrivateTmp": "private_tmp = yes",
    "PrivateUsers": "private_users = yes", "ProcSubset": "proc_subset = pid", "ProtectClock": "protect_clock = yes",
    "ProtectControlGroups": "protect_control_groups = yes", "ProtectHome": "protect_home = yes",
    "ProtectHostname": "protect_hostname = yes", "ProtectKernelLogs": "protect_kernel_logs = yes",
    "ProtectKernelModules": "protect_kernel_modules = yes", "ProtectKernelTunables": "protect_kernel_tunables = yes",
    "ProtectProc": "protect_proc = invisible", "ProtectSystem": "protect_system = strict",
    "RestrictRealtime": "restrict_realtime = yes", "RestrictSUIDSGID": "restrict_suid_sgid = yes",
    "SystemCallArchitectures": "system_call_architectures = native", "UMask": "umask = 0027", "UserOrDynamicUser": "user = NAME",
}
START = "[Service]\nExecStart=/usr/bin/gunicorn shop:app\n"
OPEN = START + "AmbientCapabilities=CAP_NET_BIND_SERVICE\n"
SWITCHES = sorted(KEYS.keys() - {"AmbientCapabilities", "UserOrDynamicUser", "UMask", "ProtectSystem", "ProtectProc", "ProcSubset",
                                 "SystemCallArchitectures"})
CLOSED = START + "".join(f"{name}=yes\n" for name in SWITCHES) + (
    "User=shop\nUMask=0077\nProtectSystem=strict\nProtectProc=invisible\nProcSubset=pid\nSystemCallArchitectures=native\n")
# Of the corpus, with what Bridle takes away and systemd does not say: with every filter of system calls it lets nobody gain
# privileges nor use other architectures, and "nobody" is a user like others.
UNITS = {
    "006-benoitc-gunicorn": set(), "013-hassan19775113-backend": set(), "023-ooni-backend": {"SystemCallArchitectures"},
    "028-s-hamann-ansible-nginx": {"NoNewPrivileges"}, "038-The-SMTSci-FlexBerry": {"UserOrDynamicUser"},
    "039-thekoushikdurgas-docsai": set(),
}


def allowed_by_systemd(unit):
    said = json.loads(image_systemd.analyze("security", "--offline=yes", "--json=short", str(unit)))
    return {one["json_field"] for one in said if one["json_field"] in KEYS and not one["set"]}


def allowed_by_bridle(unit, where):
    def bridle(*words):
        return subprocess.run([BUILD / "bridle", *words], capture_output=True, text=True, check=True).stdout
    (where / "bridle.ini").write_text(bridle("import", str(unit)))
    name = re.search(r"(?m)^\[(?:gunicorn|program):(.*)\]", (where / "bridle.ini").read_text()).group(1)
    said = bridle("check", "--config", str(where / "bridle.ini"), "--security", name)
    return {name for name, line in KEYS.items() if re.search(rf"(?m)^\s+{re.escape(line)}\b", said)}


def compare(unit, where):
    try:
        by_systemd = allowed_by_systemd(unit)
    except (image.Unavailable, OSError, subprocess.CalledProcessError) as reason:
        pytest.skip(f"no systemd-analyze can be had here: {reason}")
    return by_systemd, allowed_by_bridle(unit, where)


@pytest.mark.parametrize("name", UNITS)
def test_units_of_others(name, tmp_path):
    found = corpus.find()
    if not found:
        pytest.skip("the corpus of units is not beside the repository")
    by_systemd, by_bridle = compare(found.parent / "units" / f"{name}.service", tmp_path)
    assert by_systemd - by_bridle == UNITS[name] and not by_bridle - by_systemd


@pytest.mark.skipif(os.getuid() != 0, reason="a unit of the system runs as root by itself, a service as whoever runs bridled")
def test_all_and_nothing(tmp_path):
    """Each key both ways, so that none is compared that one of them never says."""
    (tmp_path / "open.service").write_text(OPEN)
    (tmp_path / "closed.service").write_text(CLOSED)
    assert compare(tmp_path / "open.service", tmp_path) == (set(KEYS), set(KEYS))
    assert compare(tmp_path / "closed.service", tmp_path) == (set(), set())
