"""Finds what separates the tags of a caption, by the known tags that each separator gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .prose import features
from .words import final_mark

AUTO, COMMA, SPACE = "auto", "comma", "space"
WRITTEN = {"comma": ", ", "space": " ", "semicolon": "; ", "pipe": " | ", "newline": "\n"}
"""The separators by name, as they are written"""
SIGNS = {"comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
JOINTS = {
    "auto": re.compile(r","),
    "comma": re.compile(r","),
    "semicolon": re.compile(r"[;,]"),
    "pipe": re.compile(r"[|,]"),
    "space": re.compile(r"[ \t,]"),
    "newline": re.compile(r"(?!)"),
}
"""What separates the pieces of a line, by the name of the separator"""
IsTag = Callable[[str], bool]
_FRAMES = re.compile(r"\|{3,}|;{3,}")
_WILDCARD = re.compile(r"\{[^{}]*\}")
_LIST = re.compile(r"[^,\n]*[;|][^,\n]*")
_WAYS = (re.compile(r";"), re.compile(r"\|"), re.compile(r"[;|]"))
_LEAST_SHARE = 0.6  # of the words between spaces that must be known tags
_LEAST_LISTED = 0.25  # of the pieces between other signs


class Separator(NamedTuple):
    """The separator of a caption, by name, and whether another one is as likely."""

    name: str
    is_unsure: bool = False


def has_other_signs(text: str) -> bool:
    """Return whether a caption may have other separators than commas and line breaks."""
    return ";" in text or "|" in text or "," not in text


def pieces(text: str, separator: str) -> Iterator[str]:
    """Yield the trimmed pieces of a caption that has a separator."""
    for line in _bare(text).splitlines():
        for piece in JOINTS[separator].split(line):
            if trimmed := piece.strip():
                yield trimmed


def listed(text: str) -> Iterator[str]:
    """Yield the trimmed texts that may be pieces if the separator is not known."""
    if ";" in text or "|" in text:
        for match in _LIST.finditer(_bare(text)):
            for way in _WAYS:
                yield from (piece.strip() for piece in way.split(match[0]))
    elif _may_have_spaces(text):
        yield from pieces(text, SPACE)


def list_signs(line: str, is_tag: IsTag, usual: str = "") -> list[int]:
    """Return the places of the semicolons and bars that separate known tags in a line.

    This is decided for each text between two commas, so that no other piece matters. usual: a sign
    for which one known tag is enough.
    """
    if ";" not in line and "|" not in line:
        return []
    found: list[int] = []
    hidden = _WILDCARD.sub(lambda match: " " * len(match[0]), line)
    for match in _LIST.finditer(hidden):
        if is_tag(match[0].strip()):
            continue
        counts = [_listed(way, match[0], is_tag, usual) for way in _WAYS]
        if max(counts):
            way = _WAYS[counts.index(max(counts))]
            found += [match.start() + sign.start() for sign in way.finditer(match[0])]
    return found


def _listed(way: re.Pattern[str], text: str, is_tag: IsTag, usual: str) -> int:
    """Return how many known tags there are between the signs; 0 if they are too few."""
    if not way.search(text):
        return 0
    parts = [part for piece in way.split(text) if (part := piece.strip())]
    known = sum(map(is_tag, set(parts)))
    least = 1 if usual and way.fullmatch(usual) else 2
    return known if known >= max(least, _LEAST_LISTED * len(parts)) else 0


def separator_of(text: str, is_tag: IsTag, *, spaces_are_usual: bool) -> Separator:
    """Return auto or space for a caption: spaces only if they give enough known tags.

    spaces_are_usual: whether spaces separate the tags of the captions beside it.
    """
    if not _may_have_spaces(text):
        return Separator(AUTO)
    words, lines = set(pieces(text, SPACE)), set(pieces(text, COMMA))
    known = {word for word in words if is_tag(word)}
    known_lines = sum(map(is_tag, lines))
    if len(known) < max(2, _LEAST_SHARE * len(words)) or known_lines * 2 >= len(lines):
        return Separator(AUTO)
    if spaces_are_usual or any("_" in word.strip("_") for word in known):
        return Separator(SPACE)
    return Separator(AUTO, is_unsure=True)


def _may_have_spaces(text: str) -> bool:
    if "," in text or ";" in text or "|" in text:
        return False
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    return any(" " in line for line in lines) and not any(map(_is_wordy, lines))


def _is_wordy(line: str) -> bool:
    return bool(final_mark(line)) or features(line).score > 1


def _bare(text: str) -> str:
    """Return a caption without kohya's marks and without wildcards."""
    text = _FRAMES.sub("\n", text) if "|||" in text or ";;;" in text else text
    return _WILDCARD.sub(" ", text) if "{" in text else text
