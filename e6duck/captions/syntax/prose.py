"""Tells sentences from tags: each piece is labelled by its words and by the pieces around it.

The labels are those with the least total cost. A piece costs what speaks against its label, and
two neighbors cost what speaks against a sentence that begins, continues or stops between them. So a
known tag within a sentence stays part of it, and a run of known tags does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from .words import (
    ARTICLES,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    PLURAL_VERBS,
    PREPOSITIONS,
    PRONOUNS,
    VERBS,
    WEAK_DETERMINERS,
    final_mark,
)

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_JOINED = re.compile(r"[^\W_]_+[^\W_]")
_QUOTES = re.compile(r"[\"\u201c\u201d;:]")
_LEAST = 1.25  # what a piece that shows nothing costs as part of a sentence
_MOST_TAGS = 6  # known tags at the beginning of a sentence
_TAG, _LOW, _HIGH = 0, 1, 2
"""Labels: a tag; a piece of a sentence that began with a small letter, or with a capital"""


class Features(NamedTuple):
    """What the words of a piece say."""

    score: float
    """For a piece that is not a known tag: positive if it is more likely part of a sentence"""
    continues: bool = False
    """Whether it continues a clause: a sentence cannot begin with it"""
    opens: bool = False
    """Whether it begins with an article or pronoun"""
    has_verb: bool = False
    """Whether it has a subject and a verb"""
    is_enumerated: bool = False
    """Whether it may be the end of a list before a verb: wolves and bears live here"""
    is_capital: bool = False
    """Whether it begins with a capital, and is not all in capitals"""
    words: int = 0
    is_joined: bool = False
    """Whether an underscore joins words"""


class Piece(NamedTuple):
    """A piece of a caption, as far as it matters for the labels."""

    text: str
    is_tag: bool
    """Whether it is a known tag, without the marks at its end"""
    ends: bool
    """Whether a sentence may end with it"""
    follows_end: bool
    """Whether it is the first one after the end of a sentence, or of the caption"""


@lru_cache(maxsize=100_000)
def features(text: str) -> Features:
    """Return what the words of a piece say about it."""
    words = _WORD.findall(text.lower().replace("\u2019", "'"))
    is_capital = text[:1].isupper() and not (text.isupper() and len(text) > 1)
    is_capital = is_capital or (text[:1] in "\"\u201c'" and text[1:2].isupper())
    is_joined = bool(_JOINED.search(text))
    if not words or is_joined or text[0] in "([{<":
        score = -6.0 if is_joined else -1.0
        return Features(score, is_capital=is_capital, words=len(words), is_joined=is_joined)
    first, others = words[0], words[1:]
    continues = _continues(first, others)
    verb = _verb(words)
    if not others:
        score = 1.0 if continues and first not in CONJUNCTIONS else 0.0
        return Features(score, continues, is_capital=is_capital, words=1)
    score = -1.0 + (3.0 if continues else _opening(first, len(words)))
    score += 3.0 if any(word in AUXILIARIES for word in others) else 2.0 if verb else 0.0
    score += 2.0 if any(word in ARTICLES for word in others[:-1]) else 0.0
    score += 1.5 if any(word in PRONOUNS for word in others) else 0.0
    score += min(1.0, 0.5 * sum(word in PREPOSITIONS for word in words[:-1]))
    score += 2.0 if len(words) >= 7 else 1.0 if len(words) >= 5 else 0.0
    score += 2.0 if _QUOTES.search(text) else 0.0
    score += 1.5 if text.count("(") != text.count(")") else 0.0
    opens = first in DETERMINERS or first in WEAK_DETERMINERS
    is_list = verb > 2 and not opens and words[verb - 2] in ("and", "or")
    return Features(score, continues, opens, verb > 0, is_list, is_capital, len(words))


def _continues(first: str, others: Sequence[str]) -> bool:
    if first in CONJUNCTIONS:
        return bool(others)
    return first in VERBS and not (others and others[0] in DETERMINERS and first in AUXILIARIES)


def _opening(first: str, count: int) -> float:
    if first in DETERMINERS:
        return 3.0
    if first in WEAK_DETERMINERS:
        return 1.0 if count == 2 else 1.5
    return 0.0


def _verb(words: Sequence[str]) -> int:
    """Return the place of the first verb that has a subject before it; 0 if there is none."""
    for place, word in enumerate(words[1:], start=1):
        if word in VERBS:
            return place
        if word in PLURAL_VERBS and place + 1 < len(words):
            after = words[place + 1]
            if after in PREPOSITIONS or after in ARTICLES or after in PRONOUNS:
                return place
    return 0


def sentences(pieces: Sequence[Piece]) -> list[bool]:
    """Return for each piece whether it is part of a sentence."""
    labels: list[bool] = []
    while len(labels) < len(pieces):
        start = len(labels)
        end = start + 1
        while end < len(pieces) and not pieces[end].follows_end:
            end += 1
        labels += _within(pieces[start:end])
    return labels


def _within(pieces: Sequence[Piece]) -> list[bool]:
    """Return the same for the pieces up to the end of a sentence."""
    found = [features(piece.text) for piece in pieces]
    is_ended = pieces[-1].ends
    if not is_ended and all(
        piece.is_tag or each.score <= 0 for piece, each in zip(pieces, found, strict=True)
    ):
        return [False] * len(pieces)
    first = _first_unsure(pieces, found)
    lowest = [0.0, float("inf"), float("inf")]
    came_from: list[tuple[int, int, int]] = []
    has_capital = any(each.is_capital for each in found[:first])
    for place in range(first, len(pieces)):
        piece, each = pieces[place], found[place]
        as_tag, as_prose = _costs(piece, each)
        begin = lowest[_TAG] + _beginning(
            piece, each, found[place - 1] if place else None, has_capital
        )
        low, high = _stopping(is_ended)
        to_tag = (lowest[_TAG], lowest[_LOW] + low, lowest[_HIGH] + high)
        as_low = (float("inf") if each.is_capital else begin, lowest[_LOW])
        as_high = (begin if each.is_capital else float("inf"), lowest[_HIGH])
        source = to_tag.index(min(to_tag))
        came_from.append(
            (
                source,
                _TAG if as_low[0] <= as_low[1] else _LOW,
                _TAG if as_high[0] <= as_high[1] else _HIGH,
            )
        )
        lowest = [to_tag[source] + as_tag, min(as_low) + as_prose, min(as_high) + as_prose]
        has_capital |= each.is_capital
    return [False] * first + _traced(lowest, came_from)


def _first_unsure(pieces: Sequence[Piece], found: Sequence[Features]) -> int:
    """Return the place of the first piece that may be part of a sentence.

    A sentence does not begin with more known tags than the dearest beginning costs.
    """
    count = 0
    while count < len(pieces) and pieces[count].is_tag and found[count].score <= 0:
        count += 1
    return max(0, count - _MOST_TAGS)


def _traced(lowest: Sequence[float], came_from: Sequence[tuple[int, int, int]]) -> list[bool]:
    label = min(range(3), key=lowest.__getitem__)
    labels = []
    for sources in reversed(came_from):
        labels.append(label != _TAG)
        label = sources[label]
    return labels[::-1]


def _costs(piece: Piece, each: Features) -> tuple[float, float]:
    """Return what the piece costs as a tag, and as part of a sentence."""
    if piece.is_tag:
        strength = 1.0 if each.score > 0 else 2.0 if each.words < 2 else 3.0
        strength = 8.0 if each.is_joined else strength
        if not piece.ends:
            return 0.0, strength
        if piece.follows_end and each.is_capital:  # Rain. A fox hides under a tree.
            return 4.0, strength
        is_stop = final_mark(piece.text) in (".", "。")
        return (1.0, strength - 0.5) if is_stop else (2.0, strength - 1.0)
    if piece.ends:
        return 20.0, 0.0  # the mark at its end would be part of an unknown tag
    return max(each.score, 0.0), max(-each.score, _LEAST if each.score <= 0 else 0.0)


def _beginning(piece: Piece, each: Features, before: Features | None, has_capital: bool) -> float:
    """Return the cost of a sentence that begins with a piece after a tag."""
    if piece.follows_end:
        return 0.0 if each.is_capital or (each.opens and each.score > 0) else 1.0
    if each.continues:
        return 9.0
    if piece.is_tag:  # a sentence rarely begins with a known tag among others
        is_new = each.is_capital and before and not before.is_capital
        return 2.0 if is_new else 4.0 if each.is_capital else 6.0
    if each.is_enumerated and not (each.is_capital and before and not before.is_capital):
        return 5.0
    if each.is_capital:
        return 1.0
    if each.opens and (each.has_verb or not has_capital):
        return 1.0
    return 4.0 if has_capital else 2.0


def _stopping(is_ended: bool) -> tuple[float, float]:
    """Return the cost of a sentence that stops before its end, in small letters or not."""
    return (6.0, 6.0) if is_ended else (1.5, 2.5)
