"""The comparison of test_moving.py itself: for each thing that it looks at, a source that says something else of it is found out."""
import os
import pathlib

import pytest

from conftest import MATRIX
from test_moving import Case, Expected, compare, moved  # noqa: F401
from waiting import until

CPU = min(os.sched_getaffinity(0))
SOURCE = f"""\
[Service]
User=shop
Group=other
SupplementaryGroups=adm
UMask=0027
Nice=3
OOMScoreAdjust=300
CPUAffinity={CPU}
LimitNOFILE=512
NoNewPrivileges=yes
SystemCallFilter=~@mount
CapabilityBoundingSet=CAP_SETUID CAP_SETGID
WorkingDirectory=/srv/shop
RuntimeDirectory=shop
Environment=A=b "C=d e"
EnvironmentFile=/etc/shop.env
ExecStart=/srv/venv/bin/gunicorn --workers 2 --timeout 55 wsgi:app
[Install]
WantedBy=multi-user.target
"""
SOCKET = "[Socket]\nListenStream=127.0.0.1:8123\n"
# what is to be found -> what the source would have to say for it
CHANGES = {
    "uid": ("User=shop", "User=other"),
    "gid": ("Group=other", "Group=shop"),
    "groups": ("SupplementaryGroups=adm", "SupplementaryGroups=daemon"),
    "umask": ("UMask=0027", "UMask=0077"),
    "nice": ("Nice=3", "Nice=4"),
    "oom score": ("OOMScoreAdjust=300", "OOMScoreAdjust=301"),
    "processors": (f"CPUAffinity={CPU}", f"CPUAffinity={CPU + 1}"),
    "Max open files": ("LimitNOFILE=512", "LimitNOFILE=513"),
    "no_new_privs": ("NoNewPrivileges=yes", "NoNewPrivileges=no"),
    "seccomp": ("SystemCallFilter=~@mount", "SystemCallFilter="),
    "bounding set": (" CAP_SETGID", ""),
    "directory": ("WorkingDirectory=/srv/shop", "WorkingDirectory=/srv"),
    "variable RUNTIME_DIRECTORY": ("RuntimeDirectory=shop", "RuntimeDirectory=web"),
    "variable A": ("A=b", "A=c"),
    "variable C": ('"C=d e"', ""),
    "variable USER": ("User=shop", "User=other"),
    "variable FILE": ("/etc/shop.env", "/etc/other.env"),
    "--timeout": ("--timeout 55", "--timeout 56"),
    "--workers": ("--workers 2", "--workers 3"),
    "--app": ("wsgi:app", "wsgi:other"),
    "listeners": ("127.0.0.1:8123", "127.0.0.1:8124"),
}


@pytest.fixture
def running(moved, tmp_path):  # noqa: F811
    """The source, run: what the comparison finds wrong with TEXT in its place."""
    files = {"shop.service": SOURCE, "shop.socket": SOCKET}
    for name, text in files.items():
        (tmp_path / "sources" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "sources" / name).write_text(text)
    case = Case([str(tmp_path / "sources" / name) for name in files], ["shop", "other"],
                {"/etc/shop.env": "FILE=1\n", "/etc/other.env": "FILE=2\n"}, "/srv/venv", "/srv/shop/wsgi.py", "shop")
    entry = [one for one in MATRIX if not one["titled"]][-1]
    if not entry["path"]:
        pytest.skip("needs Gunicorns of its own")
    site = moved(case, entry["path"])
    service = until(lambda: next(filter(lambda one: one["state"] == "running", site.call("List")["services"]), None), "it to run")
    root = pathlib.Path(f"/proc/{site.pid}/root")
    return lambda text: compare(Expected(case, [text]), service["master"], entry["path"], root).wrong


def test_each_difference_is_found(running):
    whole = SOURCE + SOCKET
    assert not running(whole)
    for what, (old, new) in CHANGES.items():
        assert old in whole
        found = running(whole.replace(old, new))
        assert [row for row in found if row.startswith(what + ":")], f"{what} is not looked at: {found}"
