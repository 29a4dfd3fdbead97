"""Counts in bins of a round size, few enough to be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from .phrases import YEAR, month_number

if TYPE_CHECKING:
    from .stats import Row

ROUND = tuple(factor * 10**power for power in range(10) for factor in (1, 2, 5))
_MONTHS = (1, 3, 6, *(YEAR * years for years in ROUND))
_TAIL = 0.001  # the share of posts, those with the most tags, that no bin is made for
_EVEN_COUNT, _FEWEST = 600, 8  # chance moves a count of 600 by 4%; 8 bins show a trend


@dataclass(frozen=True)
class Bin:
    """What was counted from a start to before an end."""

    start: int
    end: int
    count: int


def month_bins(months: Sequence[Row], most: int, *, even: bool = False) -> list[Bin]:
    """Return the posts of months, or of longer times if there are many; none is left out.

    even: times so long that chance moves their counts little, if enough of them remain. A month is
    a number: `month_name` returns its name.
    """
    counts = {month_number(row): row["posts"] for row in months}
    return _binned(counts, _MONTHS, most, _EVEN_COUNT if even else 0)


def tag_bins(post_sizes: Sequence[Row], most: int) -> list[Bin]:
    """Return the posts by their number of tags, without the few with very many."""
    counts = {row["tags"]: row["posts"] for row in post_sizes}
    total = sum(counts.values())
    so_far = accumulate(counts.values())
    last = next(
        (tags for tags, sum_ in zip(counts, so_far, strict=True) if sum_ >= total * (1 - _TAIL)), 0
    )
    kept = {tags: posts for tags, posts in counts.items() if tags <= last and posts}
    return _binned(kept, ROUND, most)


def _binned(
    counts: Mapping[int, int], sizes: Sequence[int], most: int, mean: float = 0
) -> list[Bin]:
    """Return the smallest bins that are few enough and, if any do, hold this much on average."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    chosen = 0
    for size in sizes:
        bin_count = last // size - first // size + 1
        if chosen and bin_count < _FEWEST:
            break
        if bin_count <= most:
            chosen = size
            if sum(counts.values()) / bin_count >= mean:
                break
    sums: defaultdict[int, int] = defaultdict(int)
    for place, count in counts.items():
        sums[place // chosen] += count
    places = range(first // chosen, last // chosen + 1)
    return [Bin(place * chosen, (place + 1) * chosen, sums[place]) for place in places]
