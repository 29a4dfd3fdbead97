"""The statistics of a database as lines of text: totals, bars, sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..db.results.table import colored, folded
from ..db.results.values import shielded
from .bins import month_bins, tag_bins
from .phrases import (
    NO_POSTS,
    half_of_uses,
    month_name,
    month_number,
    span_name,
    steps_name,
    uploaded,
)
from .profile_text import spark

if TYPE_CHECKING:
    from .stats import DatabaseStats, Row

_MARGIN, _LEAST_WIDTH = 14, 40
_BAR_ROOM, _LEAST_BAR_ROOM = 40, 4
_SPARKS = 60
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class _Line:
    """A row that is drawn as a bar."""

    name: str
    count: int
    color: str = ""


def screen(stats: DatabaseStats, colors: Mapping[str, str], width: int) -> Iterator[str]:
    """Yield the lines, none of them wider than width; below 40 columns they are cut.

    colors: by category; empty for text without colors.
    """
    if width < _LEAST_WIDTH:
        yield from (line[:width].rstrip() for line in screen(stats, {}, _LEAST_WIDTH))
        return
    for head, text in _totals(stats):
        yield from _entry(head, text, width)
    for head, lines in _groups(stats, colors):
        if lines:
            yield ""
            yield from _bars(head, lines, width)
    sparks = list(_sparks(stats, min(_SPARKS, width - _MARGIN)))
    if sparks:
        yield ""
    for head, bars, note in sparks:
        yield f"{head:<{_MARGIN}}{bars}"
        yield from _entry("", note, width)


def summary(stats: DatabaseStats) -> Iterator[tuple[str, str]]:
    """Yield the contents of `screen` as pairs of a head and a text."""
    yield from _totals(stats)
    for head, lines in _groups(stats, {}):
        if lines:
            yield head, ", ".join(f"{line.name} {line.count:,}" for line in lines)
    for head, bars, note in _sparks(stats, _SPARKS):
        yield head, f"{bars} {note}"


def _entry(head: str, text: str, width: int) -> Iterator[str]:
    """Yield a text beside its head, wrapped."""
    for number, line in enumerate(folded(text, width - _MARGIN)):
        yield f"{'' if number else head:<{_MARGIN}}{line}"


def _totals(stats: DatabaseStats) -> Iterator[tuple[str, str]]:
    total = stats.total
    yield "posts", f"{total['posts']:,}{uploaded(stats.months)}" if total["posts"] else NO_POSTS
    yield "tags", f"{total['tags']:,}, and {total['rare_tags']:,} too rare for an id"
    if total["uses"]:
        per_post = f", {total['uses'] / total['posts']:.1f} per post" if total["posts"] else ""
        yield "uses", f"{total['uses']:,}{per_post}; {half_of_uses(total['common_tags'])}"
    yield "aliases", f"{total['aliases']:,}"
    direct, pairs = total["direct_implications"], total["implications"]
    yield "implications", f"{direct:,} direct, {pairs:,} including transitive ones"
    yield "vectors", f"{total['vectors']:,}" if total["vectors"] else "none; run: e6duck train"


def _groups(stats: DatabaseStats, colors: Mapping[str, str]) -> Iterator[tuple[str, list[_Line]]]:
    yield (
        "tags",
        [
            _Line(shielded(row["category"]), row["tags"], colors.get(row["category"], ""))
            for row in stats.categories
        ],
    )
    yield "ratings", [_Line(row["rating"], row["posts"]) for row in stats.ratings]
    yield (
        "implications",
        [_Line(steps_name(row["depth"]), row["implications"]) for row in stats.depths],
    )


def _bars(head: str, lines: Sequence[_Line], width: int) -> Iterator[str]:
    """Yield a line for each row, with a bar if there is room; the longest is the largest count."""
    most = max(line.count for line in lines)
    name_width = max(len(line.name) for line in lines)
    count_width = len(f"{most:,}")
    room = min(_BAR_ROOM, width - _MARGIN - name_width - count_width - 2)
    for number, line in enumerate(lines):
        start = f"{'' if number else head:<{_MARGIN}}"
        name = f"{line.name:<{name_width}}"
        bar = _bar(line.count / most, room) if most and room >= _LEAST_BAR_ROOM else ""
        painted = colored(name, line.color), colored(bar, line.color) if bar else ""
        yield f"{start}{painted[0]} {line.count:>{count_width},} {painted[1]}".rstrip()


def _bar(share: float, room: int) -> str:
    """Return a bar for a share of the room, in eighths of a column, at least one unless 0."""
    eighths = max(round(share * room * 8), share > 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _sparks(stats: DatabaseStats, room: int) -> Iterator[tuple[str, str, str]]:
    """Yield head, bars and note of each sparkline."""
    if len(stats.ranks) > 1:
        yield "uses by rank", *_ranks(stats.ranks, room)
    if len(months := month_bins(stats.months, room)) > 1:
        peak = max(stats.months, key=lambda row: row["posts"])
        span = span_name(months[0].end - months[0].start)
        first, last = month_name(months[0].start), month_name(months[-1].end - 1)
        most = f"most in {month_name(month_number(peak))}: {peak['posts']:,}"
        bars = spark([each.count for each in months])
        yield "posts by time", bars, f"{first} to {last}, each bar is {span}; {most}"
    if len(sizes := tag_bins(stats.post_sizes, room)) > 1:
        bars = spark([each.count for each in sizes])
        middle = f"median {stats.median_tags:,}"
        yield "tags per post", bars, f"{sizes[0].start:,} to {sizes[-1].end - 1:,}; {middle}"


def _ranks(ranks: Sequence[Row], room: int) -> tuple[str, str]:
    """Return bars and note for the posts of tags by rank, both on logarithmic scales."""
    bar_count = min(room, len(ranks))
    chosen = [ranks[place * (len(ranks) - 1) // (bar_count - 1)] for place in range(bar_count)]
    bars = spark([round(1000 * math.log1p(row["posts"])) for row in chosen])
    first, last = ranks[0], ranks[-1]
    return bars, (
        f"from {shielded(first['tag'])} on {first['posts']:,} posts to rank {last['rank']:,} on"
        f" {last['posts']:,}; both are logarithmic"
    )
