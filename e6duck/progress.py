"""What a long operation calls to report how far it is, and what it noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, int], object]
"""Called with the name of a stage and the rows or files done in it since the last call"""

IterationProgress: TypeAlias = Callable[[str, int, int], object]
"""Called with the name of a stage, how many steps of it are done, and how many it has"""

Notify: TypeAlias = Callable[[str], object]
"""Called with one line, for a person to read"""


def no_progress(stage: str, *counts: int) -> None:
    """Ignore the progress: the default of `on_progress`."""


def no_notice(line: str) -> None:
    """Ignore a notice: the default of `on_notice`."""
