"""The outputs that text is written to, and whether they may have colors."""

from __future__ import annotations

import os
import sys
from typing import Protocol


class Sink(Protocol):
    """A file or a terminal that text is written to."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def isatty(self) -> bool:
        """Return whether it is a terminal."""


def is_colored(file: Sink) -> bool:
    """Return whether text in a file may have colors.

    A terminal has them. NO_COLOR switches them off; FORCE_COLOR switches them on for standard
    output even if it is not a terminal. NO_COLOR wins, as in Python.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if is_forced() and file is sys.stdout:
        return True
    return file.isatty() and os.environ.get("TERM") != "dumb"


def is_forced() -> bool:
    """Return whether FORCE_COLOR is set; 0 counts as not set."""
    return os.environ.get("FORCE_COLOR", "") not in ("", "0")
