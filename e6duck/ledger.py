"""The figures of a database on one screen: totals, bars, sparklines."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .bins import month_bins, tag_bins
from .easel import spark
from .figures import NO_POSTS, Figures, Row, median
from .output import shielded
from .phrases import half_of_uses, month_name, month_number, span_name, steps_name, uploaded
from .table import colored

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


def ledger(figures: Figures, colors: Mapping[str, str], width: int) -> Iterator[str]:
    """Yield the lines of a screen, none of them wider than width.

    colors: by category; none for a file. A terminal of less than 40 places shows the left part.
    """
    if width < _LEAST_WIDTH:
        yield from (line[:width].rstrip() for line in ledger(figures, {}, _LEAST_WIDTH))
        return
    for head, text in _totals(figures):
        yield from _entry(head, text, width)
    for head, lines in _groups(figures, colors):
        if lines:
            yield ""
            yield from _bars(head, lines, width)
    sparks = list(_sparks(figures, min(_SPARKS, width - _MARGIN)))
    if sparks:
        yield ""
    for head, bars, note in sparks:
        yield f"{head:<{_MARGIN}}{bars}"
        yield from _entry("", note, width)


def _entry(head: str, text: str, width: int) -> Iterator[str]:
    """Yield a text beside its head, folded."""
    for number, line in enumerate(textwrap.wrap(text, width - _MARGIN)):
        yield f"{'' if number else head:<{_MARGIN}}{line}"


def _totals(figures: Figures) -> Iterator[tuple[str, str]]:
    total = figures.total
    yield "posts", f"{total['posts']:,}{uploaded(figures.months)}" if total["posts"] else NO_POSTS
    yield "tags", f"{total['tags']:,}, and {total['rare_tags']:,} too rare for an id"
    if total["uses"]:
        per_post = f", {total['uses'] / total['posts']:.1f} per post" if total["posts"] else ""
        yield "uses", f"{total['uses']:,}{per_post}; {half_of_uses(total['common_tags'])}"
    yield "aliases", f"{total['aliases']:,}"
    direct, pairs = total["direct_implications"], total["implications"]
    yield "implications", f"{direct:,} direct, {pairs:,} including transitive ones"
    yield "vectors", f"{total['vectors']:,}" if total["vectors"] else "none; run: e6duck train"


def _groups(figures: Figures, colors: Mapping[str, str]) -> Iterator[tuple[str, list[_Line]]]:
    yield (
        "tags",
        [
            _Line(shielded(row["category"]), row["tags"], colors.get(row["category"], ""))
            for row in figures.categories
        ],
    )
    yield "ratings", [_Line(row["rating"], row["posts"]) for row in figures.ratings]
    yield (
        "implications",
        [_Line(steps_name(row["depth"]), row["implications"]) for row in figures.depths],
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


def _sparks(figures: Figures, room: int) -> Iterator[tuple[str, str, str]]:
    """Yield the curves as bars, each with what it is about and what it shows."""
    if len(figures.ranks) > 1:
        yield "uses by rank", *_ranks(figures.ranks, room)
    if len(months := month_bins(figures.months, room)) > 1:
        peak = max(figures.months, key=lambda row: row["posts"])
        span = span_name(months[0].end - months[0].start)
        first, last = month_name(months[0].start), month_name(months[-1].end - 1)
        most = f"most in {month_name(month_number(peak))}: {peak['posts']:,}"
        bars = spark([each.count for each in months])
        yield "posts by time", bars, f"{first} to {last}, each bar is {span}; {most}"
    if len(sizes := tag_bins(figures.post_sizes, room)) > 1:
        bars = spark([each.count for each in sizes])
        middle = f"median {median(figures.post_sizes):,}"
        yield "tags per post", bars, f"{sizes[0].start:,} to {sizes[-1].end - 1:,}; {middle}"


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
