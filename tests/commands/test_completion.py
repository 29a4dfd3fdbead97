"""Completion in the shells themselves: a word, the tab key, and what the program is then given."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e6duck.builder.build import build
from e6duck.db.sql_files import scripts
from tests.support.exports import post, write_export
from tests.support.reference import Export

TAGS = (
    *("fox_(species)", "fox's", "\\m/", "16:9", "re:zero", "re:zero_(series)", ">:)", "x@y", "x=z"),
    *("a,b,c", '"kid"_cooper', "$home", "back`tick", "rock_&_roll", "semi;colon", "лисица"),
    *("quote'd", 'double"d', "long\u3000space"),
)
# What is typed, and the arguments that the finished line gives to the program.
LINES = {
    "tag fox_": ["tag", "fox_(species)"],
    "tag fox_\\(": ["tag", "fox_(species)"],
    'tag "fox_': ["tag", "fox_(species)"],
    "tag FOX_": ["tag", "fox_(species)"],
    "tag 16:": ["tag", "16:9"],
    "tag 're:zero_": ["tag", "re:zero_(series)"],
    "tag re:zero_\\(": ["tag", "re:zero_(series)"],
    "neighbors wolf --not 16:": ["neighbors", "wolf", "--not", "16:9"],
    "neighbors wolf --not=16:": ["neighbors", "wolf", "--not=16:9"],
    "search --category=spe": ["search", "--category=species"],
    "tag \\>:": ["tag", ">:)"],
    "tag x@": ["tag", "x@y"],
    "tag x=": ["tag", "x=z"],
    "tag a,": ["tag", "a,b,c"],
    'tag \\"': ["tag", '"kid"_cooper'],
    "tag \\$": ["tag", "$home"],
    'tag "back': ["tag", "back`tick"],
    "tag 'quote": ["tag", "quote'd"],
    'tag "double': ["tag", 'double"d'],
    "tag rock": ["tag", "rock_&_roll"],
    "tag semi": ["tag", "semi;colon"],
    "tag \\\\": ["tag", "\\m/"],
    "tag ли": ["tag", "лисица"],
    "tag long": ["tag", "long\u3000space"],
    "neigh": ["neighbors"],
    "tables tag_al": ["tables", "tag_aliases"],
    "query --name top": ["query", "--name", "top_tags"],
    "query --name=grow": ["query", "--name=growing_tags"],
}
START = {
    "bash": (["bash", "--norc", "-i"], 'PS1=; eval "$(e6duck completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'PS1=; autoload -Uz compinit; compinit -u -D; eval "$(e6duck completion zsh)"',
    ),
}
_PATIENCE = 60  # seconds, for a shell that waits for the end of a quote

# It stands for the program: it completes as that does, else it tells what it is given.
PROGRAM = """#!{python}
import json, os, sys
if "_E6DUCK_COMPLETE" in os.environ or sys.argv[1:2] == ["completion"]:
    sys.argv[0] = "e6duck"
    from e6duck.__main__ import main
    main()
print("GIVEN " + json.dumps(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of odd names and the program."""
    folder = tmp_path_factory.mktemp("completions")
    posts = [post(number, " ".join(TAGS)) for number in range(1, 3)]
    write_export(folder, Export(posts, tags=[], tag_aliases=[], tag_implications=[]))
    build(folder, write_index=False)
    program = folder / "e6duck"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    return folder


def surroundings(place: Path) -> dict[str, str]:
    return {
        "PATH": f"{place}:{os.environ['PATH']}",
        "E6DUCK_DB": str(place),
        "HOME": str(place),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
    }


def needed(name: str) -> None:
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")


@contextmanager
def at_keyboard(name: str, place: Path) -> Iterator[int]:
    """Give the terminal of an interactive shell that completes, with nothing typed yet."""
    words, setup = START[name]
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=surroundings(place),
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        os.write(ours, f"{setup}; echo 'GI''VEN'\n".encode())
        told(ours)
        yield ours
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()
        os.close(ours)


def told(terminal: int) -> str:
    """Return the next line that begins with GIVEN."""
    said = b""
    while b"\n" not in said.partition(b"\nGIVEN")[2]:
        assert select.select([terminal], [], [], _PATIENCE)[0], said.decode()
        said += os.read(terminal, 65536)
    return said.partition(b"\nGIVEN")[2].partition(b"\n")[0].decode().strip()


@pytest.mark.parametrize("name", START)
def test_a_shell_finishes_a_name_as_it_is(name: str, place: Path) -> None:
    needed(name)
    given = {}
    with at_keyboard(name, place) as terminal:
        for line in LINES:
            os.write(terminal, f"e6duck {line}\t\n".encode())
            given[line] = json.loads(told(terminal))
    assert given == LINES


@pytest.fixture(scope="module")
def start(place: Path) -> str:
    """A line whose last word is the start of a folder and of a file."""
    (place / "folder_x").mkdir()
    (place / "folder_y.txt").touch()
    return f"e6duck build {place}/folder"


@pytest.mark.parametrize("name", START)
def test_a_shell_offers_build_a_folder_and_no_file(name: str, place: Path, start: str) -> None:
    needed(name)
    with at_keyboard(name, place) as terminal:
        os.write(terminal, f"{start}\t\n".encode())
        given = json.loads(told(terminal))
    assert [word.rstrip("/") for word in given] == ["build", f"{place}/folder_x"]


def test_fish_offers_build_a_folder_and_no_file(place: Path, start: str) -> None:
    needed("fish")
    script = "e6duck completion fish | source; complete -C $argv"
    ran = subprocess.run(
        ["fish", "--no-config", "-c", script, start],
        env=surroundings(place),
        capture_output=True,
        text=True,
    )
    assert [line.split("\t")[0] for line in ran.stdout.splitlines()] == [f"{place}/folder_x/"]


def test_fish_names_what_fits(place: Path) -> None:
    needed("fish")
    script = "e6duck completion fish | source; for line in $argv; complete -C $line; echo; end"
    lines = [f"e6duck {line}" for line in LINES]
    ran = subprocess.run(
        ["fish", "--no-config", "-c", script, *lines],
        env=surroundings(place),
        capture_output=True,
        text=True,
    )
    assert ran.stderr == ""
    firsts = [found.split("\t")[0].split("\n")[0] for found in ran.stdout.split("\n\n")]
    assert dict(zip(LINES, firsts, strict=False)) == {
        line: words[-1] for line, words in LINES.items()
    }


def test_fish_tells_what_a_built_in_query_answers(place: Path) -> None:
    needed("fish")
    script = "e6duck completion fish | source; complete -C 'e6duck query --name '"
    environment = surroundings(place) | {"E6DUCK_DB": "/no/such/database"}  # it needs none
    ran = subprocess.run(
        ["fish", "--no-config", "-c", script], env=environment, capture_output=True, text=True
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        f"{script.name}\t{script.sentence}" for script in scripts("queries")
    ]


def test_zsh_tells_what_a_built_in_query_answers(place: Path) -> None:
    needed("zsh")
    with at_keyboard("zsh", place) as terminal:
        os.write(terminal, b"e6duck query --name \t")
        said = ""
        while "the most used tags of a category." not in said:
            assert select.select([terminal], [], [], _PATIENCE)[0], said
            said += os.read(terminal, 65536).decode()
    assert "top_tags" in said
