"""What stands between the pieces of a caption: separators, brackets, bars, ends of sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

JOINT, OPEN, CLOSE, BAR, GAP = "joint", "open", "close", "bar", "gap"
"""The kinds of marks. A gap is white space, or the mark at the end of a sentence, as it was read"""


class Mark(NamedTuple):
    """Something that stands before, between or after pieces."""

    kind: str
    text: str
    """As it was read; of a joint the separator without white space"""


Marks = tuple[Mark, ...]
COMMA: Marks = (Mark(JOINT, ","),)


def merged(marks: Iterable[Mark]) -> Marks:
    """Return the marks that are left if there is no piece between them.

    Brackets around nothing, bars beside nothing, and repeated separators vanish.
    """
    left: list[Mark] = []
    for mark in marks:
        _PUSH[mark.kind](left, mark)
    return tuple(left)


def _push_joint(left: list[Mark], mark: Mark) -> None:
    if left and left[-1].kind == JOINT:
        left[-1] = mark if mark.text == "," else left[-1]
    elif not left or not (left[-1].kind in (OPEN, BAR) or left[-1].text[-1:].isspace()):
        left.append(mark)


def _push_gap(left: list[Mark], mark: Mark) -> None:
    if left and left[-1].kind == JOINT:
        left[-1] = mark
    elif not left or left[-1].kind == CLOSE:
        left.append(mark)


def _push_close(left: list[Mark], mark: Mark) -> None:
    while left and (left[-1].kind in (JOINT, BAR) or _is_blank(left[-1])):
        left.pop()
    if left and left[-1].kind == OPEN:
        left.pop()
        if left and left[-1].kind == BAR:
            left.pop()
    else:
        left.append(mark)


def _push_bar(left: list[Mark], mark: Mark) -> None:
    while left and (left[-1].kind == JOINT or _is_blank(left[-1])):
        left.pop()
    if not left or left[-1].kind not in (OPEN, BAR):
        left.append(mark)


def _push_open(left: list[Mark], mark: Mark) -> None:
    left.append(mark)


_PUSH = {
    JOINT: _push_joint,
    GAP: _push_gap,
    CLOSE: _push_close,
    BAR: _push_bar,
    OPEN: _push_open,
}


def _is_blank(mark: Mark) -> bool:
    return mark.kind == GAP and mark.text.isspace()


def leading(marks: Iterable[Mark]) -> Marks:
    """Return the marks without separators and gaps at their beginning."""
    left = list(marks)
    while left and left[0].kind in (JOINT, GAP):
        del left[0]
    return tuple(left)


def trailing(marks: Iterable[Mark]) -> Marks:
    """Return the marks without separators and white space at their end."""
    left = list(marks)
    while left and (left[-1].kind == JOINT or _is_blank(left[-1])):
        del left[-1]
    return tuple(left)


def written(marks: Marks, separators: Mapping[str, str]) -> str:
    """Return marks as text. separators: how each separator is written."""
    return "".join(
        separators.get(mark.text, mark.text) if mark.kind == JOINT else mark.text for mark in marks
    )
