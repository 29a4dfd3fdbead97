"""Counts put together in bins of a round size, so that they are few enough to be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..figures import Row
from .phrases import YEAR, month_number

_MONTH_SIZES = (1, 3, 6, YEAR)
_TAG_SIZES = (1, 2, 5)
_TAIL = 0.001  # the share of the posts with most tags that no bin is made for


@dataclass(frozen=True)
class Bin:
    """What was counted from a start to before an end."""

    start: int
    end: int
    count: int


def month_bins(months: Sequence[Row], most: int) -> list[Bin]:
    """Return the posts of months, or of longer times where there are many; none is left out.

    A month is a number: `month_name` tells which.
    """
    counts = {month_number(row): row["posts"] for row in months}
    return _binned(counts, _sizes(_MONTH_SIZES, YEAR), most)


def tag_bins(post_sizes: Sequence[Row], most: int) -> list[Bin]:
    """Return the posts by how many tags they hold, without those few that hold very many."""
    counts = {row["tags"]: row["posts"] for row in post_sizes}
    total = sum(counts.values())
    so_far = accumulate(counts.values())
    last = next(
        (tags for tags, sum_ in zip(counts, so_far, strict=True) if sum_ >= total * (1 - _TAIL)), 0
    )
    kept = {tags: posts for tags, posts in counts.items() if tags <= last and posts}
    return _binned(kept, _sizes(_TAG_SIZES, 10), most)


def _sizes(first: Sequence[int], step: int) -> Iterator[int]:
    """Yield sizes, each larger than the one before: the first ones, and on without end."""
    yield from first
    while True:
        for factor in (1, 2, 5):
            if step * factor > first[-1]:
                yield step * factor
        step *= 10


def _binned(counts: Mapping[int, int], sizes: Iterator[int], most: int) -> list[Bin]:
    if not counts:
        return []
    first, last = min(counts), max(counts)
    size = next(size for size in sizes if last // size - first // size < most)
    sums: defaultdict[int, int] = defaultdict(int)
    for place, count in counts.items():
        sums[place // size] += count
    places = range(first // size, last // size + 1)
    return [Bin(place * size, (place + 1) * size, sums[place]) for place in places]
