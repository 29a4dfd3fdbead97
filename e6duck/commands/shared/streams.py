"""The standard streams of the process: opened where they were closed, and their width."""

from __future__ import annotations

import io
import os
import shutil
import sys

_STDOUT, _STDERR = 1, 2


def open_streams() -> None:
    """Open standard input, output and error if the caller has closed them, and use UTF-8.

    Otherwise a file of ours, such as the database, would get their numbers. Writing to a closed
    standard output fails, so that no result is lost without a message.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(number)
    if sys.stdout is None:
        os.dup2(os.open(os.devnull, os.O_RDONLY), _STDOUT)
        sys.stdout = open(_STDOUT, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(_STDERR, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def drop_output() -> None:
    """Discard what is still to be written to standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def terminal_columns() -> int:
    """Return the width of the terminal behind standard error, or what $COLUMNS says."""
    columns = shutil.get_terminal_size((0, 0)).columns  # of standard output, or $COLUMNS
    return columns or os.get_terminal_size(sys.stderr.fileno()).columns or 80
