"""SIGTERM and SIGHUP end a command as Ctrl-C does: it cleans up, and its exit code names them."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from e6duck.builder.build import build
from tests.support.exports import write_export
from tests.support.folders import content
from tests.support.terminal import command
from tests.support.zoo import ZOO

# Sends a signal, twice, as soon as a draft is there and complete.
PROGRAM = """
import glob, os, signal, sys
from pathlib import Path
from e6duck import files
from e6duck.__main__ import main

number, sync = int(sys.argv.pop(1)), files.sync

def send(path):
    if ".building-" in str(path) and Path(path).exists():
        os.write(2, b"draft ")
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), number)
    sync(path)

files.sync = send
main()
"""
WORDS = {signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
COMMANDS = (
    "build zoo -q",
    "import old -q",
    "train --db sample -q --iterations 1 --factors 2 --device cpu",
    "export new --db zoo",
    "query --db zoo select -o zoo/rows.csv",
    "normalize set -y -q --db zoo --backup zoo",
)


@pytest.fixture(scope="module")
def prepared(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases, index files and captions that each command could replace."""
    folder = tmp_path_factory.mktemp("signals")
    write_export(folder / "zoo", ZOO)
    build(folder / "zoo")
    shutil.copytree(sample, folder / "sample")
    (folder / "old").mkdir()
    (folder / "new").mkdir()
    for path in (folder / "zoo").glob("*"):
        if not path.name.endswith((".duckdb", ".csv.gz")):
            shutil.copy(path, folder / "old")
    (folder / "set").mkdir()
    (folder / "set" / "a.txt").write_text("Wolves, wolf, canine, mammal")
    return folder


def send_in(folder: Path, number: signal.Signals, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(int(number)), *args],
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.split()[0])
def test_a_signal_leaves_the_old_files_and_no_drafts(prepared: Path, line: str) -> None:
    args = ["select 1" if word == "select" else word for word in line.split()]
    before = {each: content(each) for each in prepared.iterdir()}
    for number, word in WORDS.items():
        ended = send_in(prepared, number, *args)
        assert ended.returncode == 128 + number, ended.stderr
        assert ended.stderr.startswith("draft ")
        assert word in ended.stderr.splitlines()[-1]
        assert {each: content(each) for each in prepared.iterdir()} == before


def test_a_signal_that_is_ignored_ends_nothing(prepared: Path) -> None:
    program = f"import signal; signal.signal(1, signal.SIG_IGN)\n{PROGRAM}"
    ended = subprocess.run(
        [sys.executable, "-c", program, "1", "query", "select 1", "-o", "nohup.csv"],
        env=os.environ | {"E6DUCK_DB": "zoo"},
        cwd=prepared,
    )
    assert ended.returncode == 0
    (prepared / "nohup.csv").unlink()


def test_signals_are_handled_as_before_when_a_command_has_ended() -> None:
    before = {number: signal.getsignal(number) for number in WORDS}
    assert command("completion", "bash").code == 0
    assert {number: signal.getsignal(number) for number in WORDS} == before


def test_a_terminal_that_is_closed_ends_a_command_in_order(prepared: Path) -> None:
    """Nothing can be written to it any more, and the system sends SIGHUP."""
    program = (
        "import os, sys\n"
        "from e6duck import files\n"
        "from e6duck.__main__ import main\n"
        "def wait(path):\n"
        "    os.write(1, b'draft')\n"
        "    while True: os.sched_yield()\n"
        "files.sync = wait\n"
        "main()\n"
    )
    before = content(prepared / "zoo")
    child, ours = pty.fork()
    if not child:
        os.chdir(prepared)
        args = ["query", "--db", "zoo", "select 1", "-o", "zoo/rows.csv"]
        os.execv(sys.executable, [sys.executable, "-c", program, *args])
    said = b""
    while b"draft" not in said:
        said += os.read(ours, 1000)
    os.close(ours)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    assert content(prepared / "zoo") == before
