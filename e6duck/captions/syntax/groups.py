"""Brackets around several pieces: attention weights and wildcards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .marks import BAR, CLOSE, JOINT, OPEN, Mark

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_AFTER = re.compile(r"\s*(?::\s*[+-]?[\d.]+\s*)?(?:[,;|)\]}]|$)")
_WEIGHT = re.compile(r"\s*:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$")
_CHOSEN = re.compile(r"\{\s*(?:\d+(?:-\d+)?\$\$\s*)?")  # {2$$a|b}: two of the alternatives
_SPACE = Mark(JOINT, " ")
_BAR = re.compile(r"\s*\|\s*")


class Span(NamedTuple):
    """A mark and its place in a line."""

    start: int
    end: int
    mark: Mark
    is_wildcard: bool = False


def spans(
    text: str, joints: list[int], is_tag: Callable[[str], bool], *, has_groups: bool
) -> list[Span]:
    """Return the marks between the pieces of a line, in their order. joints: those that separate.

    Brackets are marks if they have several pieces in them, and are a wildcard, have a weight, or
    have nothing but known tags in them.
    """
    found = [Span(place, place + 1, Mark(JOINT, text[place])) for place in joints]
    found = [span if span.mark.text != "\t" else span._replace(mark=_SPACE) for span in found]
    if not has_groups or not any(bracket in text for bracket in _CLOSING):
        return found
    for start, end in _pairs(text):
        found += _group(text, start, end, joints, is_tag)
    taken = {
        place for span in found if span.mark.kind != JOINT for place in range(span.start, span.end)
    }
    found = [span for span in found if span.mark.kind != JOINT or span.start not in taken]
    return sorted(found)


def _pairs(text: str) -> list[tuple[int, int]]:
    """Return the places of brackets and of those that close them."""
    found, opened = [], []
    for place, character in enumerate(text):
        if place and text[place - 1] == "\\":
            continue
        if character in _CLOSING:
            opened.append(place)
        elif opened and character == _CLOSING[text[opened[-1]]]:
            found.append((opened.pop(), place))
    return sorted(found)


def _group(
    text: str, start: int, end: int, joints: list[int], is_tag: Callable[[str], bool]
) -> Iterator[Span]:
    if not _is_apart(text, start, end, joints):
        return
    inner = text[start + 1 : end]
    bars = list(_bars(text, start, end)) if text[start] in "[{" else []
    if not bars and not any(start < joint < end for joint in joints):
        return
    weight = None if bars else _WEIGHT.search(inner)
    if not (bars or weight or _has_only_tags(inner, is_tag)):
        return
    opening = _CHOSEN.match(text, start)
    opened = opening.end() if opening else start + 1 + len(inner) - len(inner.lstrip())
    closed = start + 1 + (weight.start() if weight else len(inner.rstrip()))
    yield Span(start, opened, Mark(OPEN, text[start:opened]), bool(bars))
    for bar_start, bar_end in bars:
        yield Span(bar_start, bar_end, Mark(BAR, text[bar_start:bar_end]))
    yield Span(closed, end + 1, Mark(CLOSE, text[closed : end + 1]), bool(bars))


def _is_apart(text: str, start: int, end: int, joints: list[int]) -> bool:
    """Return whether brackets are between separators, other brackets, or bars of a wildcard."""
    after = _AFTER.match(text, end + 1)
    if not after:
        return False
    signs = [len(text[:start].rstrip()) - 1, after.end() - 1]
    is_inner = text[:start].count("{") > text[:start].count("}")
    return all(
        sign in joints or text[sign] in "([{)]}" or (text[sign] == "|" and is_inner)
        for sign in signs
        if sign >= 0 and not (sign == signs[1] and not text[end + 1 :].strip())
    )


def _bars(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the places of the bars between two brackets, but not within others."""
    depth = 0
    for place in range(start + 1, end):
        if text[place] in _CLOSING:
            depth += 1
        elif text[place] in ")]}":
            depth -= 1
        elif text[place] == "|" and depth == 0:
            match = _BAR.search(text, max(start + 1, _back(text, place, start)))
            if match:
                yield match.start(), min(match.end(), end)


def _back(text: str, place: int, start: int) -> int:
    """Return the place where the white space before a place begins."""
    while place > start + 1 and text[place - 1].isspace():
        place -= 1
    return place


def _has_only_tags(inner: str, is_tag: Callable[[str], bool]) -> bool:
    pieces = [piece.strip(" ()[]{}") for piece in re.split(r"[,;|]", inner)]
    return all(is_tag(piece) for piece in pieces if piece)
