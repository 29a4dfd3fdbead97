"""Texts on a page: how one that is too long is made to fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import TypeAlias

# (text, size, is bold) to (width, how far it rises above its line, how far it hangs below).
Measure: TypeAlias = Callable[[str, float, bool], tuple[float, float, float]]

_CUT = "…"


def printable(text: str) -> str:
    """Return text without what no font shows, such as controls and marks of direction."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def shortened(text: str, room: float, width: Callable[[str], float]) -> str:
    """Return a text that fits, with an ellipsis for what had to go."""
    if width(text) <= room:
        return text
    count = bisect_left(range(len(text)), True, key=lambda end: width(text[:end] + _CUT) > room)
    return text[: max(count - 1, 0)] + _CUT


def wrapped(text: str, room: float, line_count: int, width: Callable[[str], float]) -> list[str]:
    """Return a text in line_count lines at most, with an ellipsis for what had to go."""
    words = printable(text).split()
    lines: list[str] = []
    while words and len(lines) < line_count:
        line = words.pop(0)
        is_last = len(lines) + 1 == line_count
        while words and (is_last or width(f"{line} {words[0]}") <= room):
            line = f"{line} {words.pop(0)}"
        lines.append(shortened(line, room, width))
    return lines
