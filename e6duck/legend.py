"""The legend of a map: the categories that it shows, the mark of a query, the sizes of dots."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .charts.text import FAINT, Measure, Text
from .geometry import Disc
from .index import tag_categories
from .maps import Spot

ROW_HEIGHT = 18.0
_SIZE = 8.5
_GAP, _KEY_GAP = 16.0, 5.0
_KEY_RADIUS, _QUERY_RADIUS = 4.5, 6.5
_SIZES = 3


@dataclass(frozen=True)
class Key:
    """A dot of the legend: of a category, marked as a query, or else one that shows a size."""

    disc: Disc
    category: str | None = None
    is_query: bool = False


@dataclass(frozen=True)
class Entry:
    """A dot of the legend with its word: a category's, "asked for", or posts."""

    word: str
    radius: float
    category: str | None = None
    is_query: bool = False


def radius(posts: int) -> float:
    """Return a dot's radius: it grows with the logarithm of use, from 2.5 to 11."""
    return min(max(1.5 + 1.4 * math.log10(max(posts, 1)), 2.5), 11.0)


def legend(
    spots: Sequence[Spot], room: float, measure: Measure
) -> list[list[tuple[Entry, float, float]]]:
    """Return the legend's rows: each entry with the places of its dot and of its word."""
    rows: list[list[tuple[Entry, float, float]]] = []
    end = math.inf
    for entry in _entries(spots):
        width = 2 * entry.radius + _KEY_GAP + measure(entry.word, _SIZE, False)[0]
        if end + _GAP + width > room:
            rows.append([])
            end = -_GAP
        start = end + _GAP
        rows[-1].append((entry, start + entry.radius, start + 2 * entry.radius + _KEY_GAP))
        end = start + width
    return rows


def _entries(spots: Sequence[Spot]) -> Iterator[Entry]:
    present = {spot.category for spot in spots}
    for category in (*tag_categories, *sorted(present - set(tag_categories))):
        if category in present:
            yield Entry(category, _KEY_RADIUS, category)
    if any(spot.is_query for spot in spots):
        yield Entry("asked for", _QUERY_RADIUS, is_query=True)
    for posts in _round_sizes([spot.posts for spot in spots]):
        yield Entry(f"{posts:,} post{'s' * (posts != 1)}", radius(posts))


def _round_sizes(posts: Sequence[int]) -> list[int]:
    """Return a few round numbers from the smallest to the largest use: 1, 3, 10, 30 and so on."""
    largest = max(posts, default=0)
    round_ones = [digit * 10**power for power in range(9) for digit in (1, 3)]
    within = [each for each in round_ones if min(posts, default=0) <= each <= largest]
    if len(within) <= _SIZES:
        return within
    return [within[0], within[len(within) // 2], within[-1]]


def legend_at(
    rows: Sequence[Sequence[tuple[Entry, float, float]]], left: float, top: float
) -> tuple[tuple[Key, ...], list[Text]]:
    """Return the dots and the words of a legend whose upper left corner is there."""
    keys, words = [], []
    for number, row in enumerate(rows):
        middle = top + ROW_HEIGHT * (number + 0.5)
        for entry, dot_x, word_x in row:
            disc = Disc(left + dot_x, middle, entry.radius)
            keys.append(Key(disc, entry.category, entry.is_query))
            words.append(Text(entry.word, left + word_x, middle + _SIZE * 0.35, _SIZE, FAINT))
    return tuple(keys), words
