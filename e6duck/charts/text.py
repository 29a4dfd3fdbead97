"""Texts on a page: where one stands, and how one that is too long is made to fit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

# (text, size, is bold) to (width, how far it rises above its line, how far it hangs below).
Measure: TypeAlias = Callable[[str, float, bool], tuple[float, float, float]]
Anchor: TypeAlias = Literal["start", "middle", "end"]

INK, FAINT = "ink", "faint"  # colours; another one is the name of a category
_CUT = "…"


@dataclass(frozen=True)
class Text:
    """A line of text: x is its start, middle or end, y its base line."""

    text: str
    x: float
    y: float
    size: float
    colour: str = INK
    anchor: Anchor = "start"
    is_bold: bool = False
    is_upright: bool = False  # it runs upward; then x is its base line


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
    """Return a text in so many lines at most, with an ellipsis for what had to go."""
    words = printable(text).split()
    lines: list[str] = []
    while words and len(lines) < line_count:
        line = words.pop(0)
        is_last = len(lines) + 1 == line_count
        while words and (is_last or width(f"{line} {words[0]}") <= room):
            line = f"{line} {words.pop(0)}"
        lines.append(shortened(line, room, width))
    return lines
