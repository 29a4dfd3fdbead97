"""The command line in a test: run in this process, in one of its own, or on a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

import pytest

from e6duck.__main__ import main

E6DUCK = (sys.executable, "-m", "e6duck")
HEAVY = ("duckdb", "httpx", "implicit", "matplotlib", "numpy", "pyarrow", "scipy", "torch", "tqdm")
# A query that runs until it is interrupted.
ENDLESS = (
    "select count(*) as n from range(1000000000) as a, range(1000000000) as b"
    " where hash(a.range + b.range) = 3"
)


LIMITS = {"--timeout", "--memory-limit"}


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


def command(*args: object, stdin: bytes = b"") -> Ran:
    """Run the command line in this process; its standard streams are no terminal.

    A query with limits has a process of its own, which writes to the streams of the system.
    """
    if args[:1] == ("query",) and LIMITS & {str(each) for each in args}:
        return process(*args, stdin=stdin)
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["e6duck", *map(str, args)]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    assert isinstance(ended.value.code, int)
    return Ran(ended.value.code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8", "surrogateescape")


def process(*args: object, stdin: bytes = b"") -> Ran:
    """Run the command line in a process of its own; its standard streams are no terminal."""
    ended = subprocess.run([*E6DUCK, *map(str, args)], input=stdin, capture_output=True)
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def on_terminal(
    *args: object, columns: int = 60, typed: str = "", program: Sequence[str] = E6DUCK
) -> str:
    """Run the command line in a process of its own on a terminal; returns all that it writes.

    typed: the answers to its questions, which the terminal shows, too.
    """
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(
        [*program, *map(str, args)], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ):
        os.close(theirs)
        said = b""
        while piece := _read(ours):
            said += piece
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def left_on_screen(said: str) -> list[str]:
    """What a terminal shows in the end, for the few orders that a progress bar gives it."""
    lines, row, column = [""], 0, 0
    for order, count, name, text in re.findall(
        r"(\x1b\[([\d;?]*)([A-Za-z])|\r|\n)|([^\x1b\r\n]+)", said
    ):
        if order == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif order == "\r":
            column = 0
        elif name == "A":
            row = max(row - int(count or 1), 0)
        elif name == "K":
            lines[row] = "" if count == "2" else lines[row][:column]
        elif text:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
    return [line for line in lines if line]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody holds the other end any more
        return b""


def imported(*args: str) -> set[str]:
    """Return which heavy packages a fresh process has imported when a command ends."""
    code = (
        "import sys, json\n"
        "from e6duck.__main__ import main\n"
        "try: main()\n"
        "finally:"
        f" print(json.dumps([name for name in {HEAVY} if name in sys.modules]), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=True
    )
    return set(json.loads(ended.stderr))
