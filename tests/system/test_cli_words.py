"""Completions and manual page know the same commands and options as `bridle help`."""
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from daemon import open_to_all
from fake_bridled import FakeBridled, service
from waiting import PATIENCE

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
COMPLETION = TOP / "contrib" / "completion"


def bridle(*words):
    return subprocess.run([open_to_all()[0] / "bridle", *words], text=True, capture_output=True, check=True).stdout


def commands():
    return re.findall(r"^  ([a-z]+)", bridle("help").partition("\n\n")[2].partition("\noptions")[0], re.MULTILINE)


def options(command):
    return set(re.findall(r"--[a-z-]+", bridle("help", command).partition("\noptions:")[2].split("\n\n")[0])) & \
        set(re.findall(r"^ +(?:-., )?(--[a-z-]+)", bridle("help", command), re.MULTILINE))


def test_what_commands_do_stands_in_one_column():
    """One whose operands are too long for that has its own line."""
    lines = bridle("help").partition("\n\n")[2].partition("\n\noptions")[0].splitlines()
    assert "takeover NAME [UNIT|PID]" in [line.strip() for line in lines]
    assert [line for line in lines if line[21:23].strip() and line[2:].strip() != "takeover NAME [UNIT|PID]"] == []
    assert all(line[23:24].strip() for line in lines)


@pytest.fixture
def path(tmp_path):
    """A PATH where bridle is the one under test; RUN_DIR with a daemon of two services."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bridle").symlink_to(open_to_all()[0] / "bridle")
    with FakeBridled(tmp_path / "control", [service("web"), service("worker.2")]):
        yield {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "dumb"}, str(tmp_path / "control")


def offered_by_bash(environment, *words):
    script = f"""source {COMPLETION}/bridle
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        _bridle
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", script, "bash", *words], text=True, capture_output=True, env=environment)
    assert done.stderr == ""
    return set(done.stdout.split())


def offered_by_fish(environment, *words):
    done = subprocess.run(["fish", "--no-config", "-c", f"source {COMPLETION}/bridle.fish; complete -C '{' '.join(words)}'"],
                          text=True, capture_output=True, env=environment)
    assert done.stderr == ""
    return {line.partition("\t")[0] for line in done.stdout.splitlines()}


# zsh completes at a prompt only: what would be offered is caught where it ends up.
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "fpath=($COMPLETION \\$fpath) PS1=; autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste 2>/dev/null"
zpty -w shell "compadd() { builtin compadd -O found \\"\\$@\\"; print -l -- @\\$^found@ >>\\$HOME/found; builtin compadd \\"\\$@\\" }"
zpty -w shell "setopt list_ambiguous; bindkey '^X' complete-word; print -r -- go\\ on"
zpty -r shell seen '*go on*'
zpty -w -n shell "$LINE"$'\\C-x'
for i in {1..100}; do [[ -s $HOME/found ]] && break; sleep 0.05; done
sleep 0.3
zpty -d shell
"""


def offered_by_zsh(environment, *words):
    with tempfile.TemporaryDirectory(dir=environment["HOME"]) as home:
        environment = {**environment, "HOME": home, "COMPLETION": str(COMPLETION), "LINE": " ".join(words)}
        subprocess.run(["zsh", "-f", "-c", ZSH], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=60 * PATIENCE)
        found = pathlib.Path(home) / "found"
        return set(re.findall(r"@(.+)@", found.read_text())) if found.exists() else set()


SHELLS = {"bash": offered_by_bash, "fish": offered_by_fish, "zsh": offered_by_zsh}


@pytest.fixture(params=SHELLS)
def offered(request, path):
    if not shutil.which(request.param):
        pytest.skip(f"no {request.param}")
    return lambda *words: SHELLS[request.param](path[0], "bridle", *words)


def test_commands_are_completed(offered):
    assert set(commands()) <= offered("")


def test_options_are_completed(offered):
    with concurrent.futures.ThreadPoolExecutor(8) as threads:  # a shell at a prompt takes a second
        seen = dict(zip(commands(), threads.map(lambda command: offered(command, "--"), commands())))
    for command in commands():
        assert options(command) == {one for one in seen[command] if one.startswith("--")}, command


def test_names_are_completed(offered, path):
    assert {"web", "worker.2"} <= offered("--socket", path[1], "restart", "w")
    assert "web" not in offered("--socket", path[1] + "-none", "restart", "w")


def test_the_manual_knows_every_command_and_option():
    page = (TOP / "man" / "bridle.1").read_text()
    for command in commands():
        assert re.search(rf"^\.It Ic {command}\b", page, re.MULTILINE), command
        for option in options(command):
            assert re.search(rf"Fl Fl {option[2:]}\b", page), option


def test_the_quickstart_suggests_what_can_be_typed():
    """It is the first that anybody types."""
    script = (TOP / "contrib" / "quickstart.sh").read_text()
    shown = re.findall(r"^\s*try (\"[^\"]+\"|\w+) ", script, re.MULTILINE)
    run = re.findall(r"\bbridle ((?:status|logs|ready)[^|;&<>)\n]*)", script)
    suggested = [words.replace('"', "").replace("$name", "hello") for words in shown + run if "2" not in words.split()]
    assert len(suggested) >= 8
    for words in suggested:
        done = subprocess.run([open_to_all()[0] / "bridle", "--root", "/nonexistent", *words.split()], text=True, capture_output=True)
        assert done.returncode != 2, f"bridle {words}: {done.stderr}"
