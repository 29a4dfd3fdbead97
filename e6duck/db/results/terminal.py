"""What is written to, and whether it may have colours."""

from __future__ import annotations

import os
import sys
from typing import Protocol


class Sink(Protocol):
    """What text is written to: a file or a terminal."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""


def is_colored(file: Sink) -> bool:
    """Tell whether what is written to a file may have colours.

    A terminal has them. NO_COLOR switches them off; FORCE_COLOR gives them to standard output
    where it is no terminal, too. NO_COLOR wins, as in Python.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if is_forced() and file is sys.stdout:
        return True
    return file.isatty() and os.environ.get("TERM") != "dumb"


def is_forced() -> bool:
    """Tell whether FORCE_COLOR is set; 0 is as not set."""
    return os.environ.get("FORCE_COLOR", "") not in ("", "0")
