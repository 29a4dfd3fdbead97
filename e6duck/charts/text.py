"""Text that fits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable


def printable(text: str) -> str:
    """Return text with a replacement character for each one that is not printable."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def shortened(text: str, room: float, width: Callable[[str], float]) -> str:
    """Return a printable text that fits, with an ellipsis for what was cut off."""
    text = printable(text)
    if width(text) <= room:
        return text
    count = bisect_left(range(len(text)), True, key=lambda end: width(text[:end] + "…") > room)
    return text[: max(count - 1, 0)] + "…"


def wrapped(text: str, room: float, most: int, width: Callable[[str], float]) -> list[str]:
    """Return a printable text in at most `most` lines, with an ellipsis for what was cut off."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < most:
        line = words.pop(0)
        is_last = len(lines) + 1 == most
        while words and (is_last or width(printable(f"{line} {words[0]}")) <= room):
            line = f"{line} {words.pop(0)}"
        lines.append(shortened(line, room, width))
    return lines
