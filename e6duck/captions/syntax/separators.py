"""Finds what separates the tags of a caption, by the known tags that each separator gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .layout import JOINTS, IsTag
from .prose import features
from .words import final_mark

COMMA, SPACE = "comma", "space"
WRITTEN = {"comma": ", ", "space": " ", "semicolon": "; ", "pipe": " | ", "newline": "\n"}
"""The separators by name, as they are written"""
_SIGNS = {"semicolon": ";", "pipe": "|"}
_FRAMES = re.compile(r"\|{3,}|;{3,}")
_WILDCARD = re.compile(r"\{[^{}]*\}")
_LEAST_SHARE = 0.6  # of the words that must be known tags


class Separator(NamedTuple):
    """The separator of a caption, by name, and whether another one is as likely."""

    name: str
    is_unsure: bool = False
    is_shown: bool = False
    """Whether the caption itself shows it, and not those beside it"""


def signs(text: str) -> list[str]:
    """Return the separators, other than the comma, that a caption may have."""
    if ";" not in text and "|" not in text and "," in text:
        return []
    bare = _bare(text)
    found = [name for name, sign in _SIGNS.items() if sign in bare]
    if not found and "," not in bare and any(" " in line.strip() for line in bare.splitlines()):
        found = [] if _is_wordy(bare) else [SPACE]
    return found


def pieces(text: str, separator: str) -> Iterator[str]:
    """Yield the trimmed pieces of a caption that has a separator."""
    for line in _bare(text).splitlines():
        for piece in JOINTS[separator].split(line):
            if trimmed := piece.strip():
                yield trimmed


def separator_of(text: str, is_tag: IsTag, *, spaces_are_usual: bool) -> Separator:
    """Return the separator of a caption: the comma, unless another one gives more known tags.

    spaces_are_usual: whether spaces separate the tags of the captions beside it.
    """
    found = signs(text)
    if not found:
        return Separator(COMMA)
    known, total = _known(text, COMMA, is_tag)
    if found == [SPACE]:
        return _spaced(text, is_tag, known, total, spaces_are_usual)
    counts = sorted(((_known(text, name, is_tag)[0], name) for name in found), reverse=True)
    most, name = counts[0]
    if most <= known or most < 2:
        return Separator(COMMA, is_unsure=0 < most == known and total == 1)
    if len(counts) > 1 and counts[1][0] == most:
        return Separator(COMMA, is_unsure=True)
    return Separator(name, is_shown=True)


def _spaced(text: str, is_tag: IsTag, lines: int, total: int, spaces_are_usual: bool) -> Separator:
    words = set(pieces(text, SPACE))
    known = {word for word in words if is_tag(word)}
    if len(known) < 2 or len(known) < _LEAST_SHARE * len(words) or lines * 2 >= total:
        return Separator(COMMA)
    is_shown = any("_" in word.strip("_") for word in known)
    if is_shown or spaces_are_usual:
        return Separator(SPACE, is_shown=is_shown)
    return Separator(COMMA, is_unsure=True)


def _known(text: str, separator: str, is_tag: IsTag) -> tuple[int, int]:
    """Return how many different pieces are known tags, and how many pieces there are."""
    found = set(pieces(text, separator))
    return sum(map(is_tag, found)), len(found)


def _bare(text: str) -> str:
    """Return a caption without kohya's marks and without wildcards."""
    text = _FRAMES.sub("\n", text) if "|||" in text or ";;;" in text else text
    return _WILDCARD.sub("", text) if "{" in text else text


def _is_wordy(text: str) -> bool:
    return any(
        final_mark(line.strip()) or features(line.strip()).score > 1 for line in text.splitlines()
    )
