"""The figures of a database on one screen: totals, bars, sparklines."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...charts.bins import month_bins, tag_bins
from ...charts.phrases import many, month_name, month_number, span_name, steps_name, uploaded
from ...tags.stats import NO_POSTS, DatabaseStats, Row, median
from .formats import shielded
from .table import colored
from .tag_profile import spark

_MARGIN, _LEAST_WIDTH = 14, 40
_BAR_ROOM, _LEAST_BAR_ROOM = 40, 4
_SPARKS = 60
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class _Line:
    """A row as a bar."""

    name: str
    count: int
    color: str = ""


def ledger(stats: DatabaseStats, colors: Mapping[str, str], width: int) -> Iterator[str]:
    """Yield the lines of a screen, none of them wider than width.

    colors: by category; none for a file. A terminal of less than 40 places shows the left part.
    """
    if width < _LEAST_WIDTH:
        yield from (line[:width].rstrip() for line in ledger(stats, {}, _LEAST_WIDTH))
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


def _entry(head: str, text: str, width: int) -> Iterator[str]:
    """Yield a text beside its head, folded."""
    for number, line in enumerate(textwrap.wrap(text, width - _MARGIN)):
        yield f"{'' if number else head:<{_MARGIN}}{line}"


def _totals(stats: DatabaseStats) -> Iterator[tuple[str, str]]:
    total = stats.total
    yield "posts", f"{total['posts']:,}{uploaded(stats.months)}" if total["posts"] else NO_POSTS
    yield "tags", f"{total['tags']:,}, and {total['rare_tags']:,} too rare for an id"
    if total["uses"]:
        a_post = f", {total['uses'] / total['posts']:.1f} a post" if total["posts"] else ""
        half = f"half of them of {many(total['common_tags'], 'tag')}"
        yield "uses", f"{total['uses']:,}{a_post}; {half}"
    yield "aliases", f"{total['aliases']:,}"
    direct, pairs = total["direct_implications"], total["implications"]
    yield "implications", f"{direct:,} direct, {pairs:,} with all that follows from them"
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
    """Yield the lines of bars, of which the longest stands for the most; none where it is tight."""
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
    """Return a bar of so large a share of a room, to an eighth of a place; some is never none."""
    eighths = max(round(share * room * 8), share > 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _sparks(stats: DatabaseStats, room: int) -> Iterator[tuple[str, str, str]]:
    """Yield the curves as bars, each with what it is about and what it shows."""
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
        middle = f"the middle post has {median(stats.post_sizes):,}"
        yield "tags a post", bars, f"{sizes[0].start:,} to {sizes[-1].end - 1:,}; {middle}"


def _ranks(ranks: Sequence[Row], room: int) -> tuple[str, str]:
    """Return the uses of tags by rank; both go by their logarithms."""
    bar_count = min(room, len(ranks))
    chosen = [ranks[place * (len(ranks) - 1) // (bar_count - 1)] for place in range(bar_count)]
    bars = spark([round(1000 * math.log1p(row["posts"])) for row in chosen])
    first, last = ranks[0], ranks[-1]
    return bars, (
        f"from {shielded(first['tag'])} on {first['posts']:,} posts to rank {last['rank']:,} on"
        f" {last['posts']:,}; both are logarithmic"
    )
