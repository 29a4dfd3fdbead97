"""The portrait of a tag on one screen: facts, trees, a sparkline."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from ...tags.profile import Row, TagProfile
from .formats import shielded
from .table import colored, places

_MARGIN = 14
_MOST_BRANCHES = 10
_BARS = "▁▂▃▄▅▆▇█"

Paint = Callable[[Row], str]


def screen(profile: TagProfile, colors: Mapping[str, str], width: int) -> Iterator[str]:
    """Yield the lines of a screen.

    colors: by category, for the names of tags; none for a file. width: in places, for what is cut.
    """

    def paint(row: Row) -> str:
        return colored(shielded(row["tag"]), colors.get(row["category"], ""))

    yield _title(profile, paint)
    yield from _entry("posts", _counts(profile), width)
    yield from _entry("aliases", ", ".join(map(shielded, profile.aliases)), width)
    yield from _branches("implies", profile.tag, profile.implies, paint)
    yield from _branches("implied by", profile.tag, profile.implied_by, paint)
    yield from _list("similar", profile.similar, paint, lambda row: f"{row['score']:.2f}", width)
    yield from _list("surprising", profile.surprising, paint, _times, width)
    yield from _entry("uses", sparkline(profile.years), width)
    yield from _entry("wiki", shielded(profile.wiki or ""), width)
    for note in profile.notes:
        yield from _entry("note", note, width)


def _times(row: Row) -> str:
    return f"{row['lift']:g} times"


def _title(profile: TagProfile, paint: Paint) -> str:
    name = paint({"tag": profile.tag, "category": profile.category})
    led = f" (by its alias {shielded(profile.alias)})" if profile.alias else ""
    rank = "no rank" if profile.rank is None else f"rank {profile.rank:,}"
    return f"{name}{led}: {profile.category or 'of no known category'}, {rank}"


def _counts(profile: TagProfile) -> str:
    counts = (
        (profile.posts, "kept"),
        (profile.tagged_posts, "with those where it is implied"),
        (profile.site_posts, "on the site"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in counts if count is not None)


def _entry(head: str, text: str, width: int) -> Iterator[str]:
    """Yield a text beside its head, folded; nothing where there is none."""
    folded = textwrap.wrap(text, max(20, width - _MARGIN), max_lines=4, placeholder=" …")
    for number, line in enumerate(folded):
        yield f"{'' if number else head:<{_MARGIN}}{line}"


def _list(
    head: str, rows: Sequence[Row], paint: Paint, figure: Callable[[Row], str], width: int
) -> Iterator[str]:
    """Yield the lines of a list with a figure each, folded between its tags."""
    lines: list[list[str]] = []
    room = 0
    for row in rows:
        size = places(shielded(row["tag"])) + len(figure(row)) + len(" , ")
        if size > room:
            lines.append([])
            room = width - _MARGIN
        lines[-1].append(f"{paint(row)} {figure(row)}")
        room -= size
    for number, cells in enumerate(lines):
        yield f"{'' if number else head:<{_MARGIN}}{', '.join(cells)}"


def _branches(head: str, root: str, rows: Sequence[Row], paint: Paint) -> Iterator[str]:
    """Yield the lines of a tree with a depth each: its nearest and most used tags."""
    shown = rows[:_MOST_BRANCHES]  # the parent of each is nearer than it is
    by_parent = sorted(shown, key=lambda row: row["parent"])
    children = {
        parent: sorted(group, key=shown.index)
        for parent, group in groupby(by_parent, key=lambda row: str(row["parent"]))
    }
    if shown:
        cut = f", the nearest {len(shown)} of them:" if len(rows) > len(shown) else ""
        yield f"{head:<{_MARGIN}}{len(rows):,} {'tag' if len(rows) == 1 else 'tags'}{cut}"
    for line in _twigs(root, children, paint):
        yield " " * _MARGIN + line


def _twigs(parent: str, children: Mapping[str, list[Row]], paint: Paint) -> Iterator[str]:
    rows = children.get(parent, [])
    for row in rows:
        fork, trunk = ("└─ ", "   ") if row is rows[-1] else ("├─ ", "│  ")
        yield f"{fork}{paint(row)} {row['depth']}"
        for line in _twigs(row["tag"], children, paint):
            yield trunk + line


def sparkline(years: Sequence[Row]) -> str:
    """Return the uses by year as bars between the first year and the last; none is a dot."""
    most = max((row["posts"] for row in years), default=0)
    if not most:
        return ""
    bars = spark([row["posts"] for row in years])
    peak = max(years, key=lambda row: row["posts"])
    return f"{years[0]['year']} {bars} {years[-1]['year']}, most in {peak['year']}: {most:,}"


def spark(counts: Sequence[int]) -> str:
    """Return counts as bars, of which the highest stands for the most; none is a dot."""
    most = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // most] if count else "·" for count in counts)
