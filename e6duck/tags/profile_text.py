"""The profile of a tag as lines of text: facts, trees, a sparkline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from ..db.results.table import colored, folded, places
from ..db.results.values import shielded
from .phrases import many

if TYPE_CHECKING:
    from .profile import Row, TagProfile

_MARGIN = 14
_MOST_LINES = 4  # of an entry
_MOST_BRANCHES = 10
_BARS = "▁▂▃▄▅▆▇█"

Paint: TypeAlias = "Callable[[Row], str]"


def screen(profile: TagProfile, colors: Mapping[str, str], width: int) -> Iterator[str]:
    """Yield the lines of a profile.

    colors: by category, for the names of tags; empty for text without colors. width: of the lines.
    """

    def paint(row: Row) -> str:
        return colored(shielded(row["tag"]), colors.get(row["category"], ""))

    yield title(profile, paint)
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


def summary(profile: TagProfile) -> Iterator[tuple[str, str]]:
    """Yield the contents of `screen` as pairs of a head and a text."""
    implied_by = [row["tag"] for row in profile.implied_by[:_MOST_BRANCHES]]
    more = len(profile.implied_by) - len(implied_by)
    texts = {
        "posts": _counts(profile),
        "aliases": ", ".join(profile.aliases),
        "implies": ", ".join(row["tag"] for row in profile.implies),
        "implied by": ", ".join(implied_by) + (f" and {more:,} more" if more else ""),
        "similar": ", ".join(f"{row['tag']} {row['score']:.2f}" for row in profile.similar),
        "surprising": ", ".join(f"{row['tag']} {_times(row)}" for row in profile.surprising),
        "uses": sparkline(profile.years),
        "wiki": profile.wiki or "",
    }
    yield from ((head, text) for head, text in texts.items() if text)
    yield from (("note", note) for note in profile.notes)


def _times(row: Row) -> str:
    return f"{row['lift']:,.2f} times"


def title(profile: TagProfile, paint: Paint = lambda row: shielded(row["tag"])) -> str:
    """Return the first line of a profile: name, category and rank."""
    name = paint({"tag": profile.tag, "category": profile.category})
    led = f" (by its alias {shielded(profile.alias)})" if profile.alias else ""
    rank = "no rank" if profile.rank is None else f"rank {profile.rank:,}"
    return f"{name}{led}: {profile.category or 'of no known category'}, {rank}"


def _counts(profile: TagProfile) -> str:
    counts = (
        (profile.posts, "kept"),
        (profile.tagged_posts, "including implied"),
        (profile.site_posts, "on the site"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in counts if count is not None)


def _entry(head: str, text: str, width: int) -> Iterator[str]:
    """Yield a text beside its head, wrapped; no line if it is empty."""
    for number, line in enumerate(folded(text, max(20, width - _MARGIN), _MOST_LINES)):
        yield f"{'' if number else head:<{_MARGIN}}{line}"


def _list(
    head: str, rows: Sequence[Row], paint: Paint, figure: Callable[[Row], str], width: int
) -> Iterator[str]:
    """Yield the lines of a list of tags with figures, wrapped between tags."""
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
    """Yield the lines of a tree of tags with their depths: the nearest and most used ones."""
    shown = rows[:_MOST_BRANCHES]  # each parent is among them, as it is nearer
    by_parent = sorted(shown, key=lambda row: row["parent"])
    children = {
        parent: sorted(group, key=shown.index)
        for parent, group in groupby(by_parent, key=lambda row: str(row["parent"]))
    }
    if shown:
        cut = f", the nearest {len(shown)} of them:" if len(rows) > len(shown) else ""
        yield f"{head:<{_MARGIN}}{many(len(rows), 'tag')}{cut}"
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
    """Return the posts by year as bars between the first and the last year."""
    most = max((row["posts"] for row in years), default=0)
    if not most:
        return ""
    bars = spark([row["posts"] for row in years])
    peak = max(years, key=lambda row: row["posts"])
    return f"{years[0]['year']} {bars} {years[-1]['year']}, most in {peak['year']}: {most:,}"


def spark(counts: Sequence[int]) -> str:
    """Return counts as bars, the largest count as the highest one; 0 is a dot."""
    most = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // most] if count else "·" for count in counts)
