"""The figures of a database as charts: what each of them shows, still without a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..tags.stats import NO_POSTS, DatabaseStats, Row, median
from .bins import Bin, month_bins, tag_bins
from .phrases import YEAR, many, month_name, month_number, percent, span_name, steps_name, uploaded

ACCENT, MARK = "general", "artist"  # categories whose colours stand for no category here
_MOST_BARS = 12
_MOST_COLUMNS = 240


@dataclass(frozen=True)
class Bar:
    """A bar with its name before it and its figure behind it; tip tells more."""

    name: str
    value: int
    figure: str
    tip: str
    color: str = ACCENT


@dataclass(frozen=True)
class Bars:
    """Bars that lie, one below the other."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Column:
    """A column from a value of the axis to before another one."""

    start: int
    end: int
    value: int
    name: str
    tip: str


@dataclass(frozen=True)
class Columns:
    """Columns side by side.

    axis: the name of what they stand on; its values are months where is_time. mark: a value to be
    marked with its words.
    """

    columns: tuple[Column, ...]
    axis: str
    is_time: bool = False
    mark: tuple[float, str] | None = None


@dataclass(frozen=True)
class Point:
    """A point of a curve: the tag of a rank."""

    x: int
    y: int
    name: str
    color: str
    tip: str


@dataclass(frozen=True)
class Curve:
    """A curve on axes with logarithms."""

    points: tuple[Point, ...]
    axis: str


@dataclass(frozen=True)
class Missing:
    """Why there is no chart."""

    why: str


Drawing: TypeAlias = Bars | Columns | Curve | Missing


@dataclass(frozen=True)
class Chart:
    """A drawing with its title and what is counted."""

    title: str
    about: str
    drawing: Drawing


def charts(stats: DatabaseStats) -> list[Chart]:
    """Return the charts of a database; where it has no posts, what they would tell is missing."""
    no_posts = Missing(NO_POSTS)
    total = stats.total
    has_posts = bool(total["posts"])
    tags = f"{many(total['tags'], 'tag')} with an id"
    return [
        Chart("Tags by category", tags, _categories(stats)),
        Chart("Posts of a tag by its rank", "both axes are logarithmic", _ranks(stats)),
        Chart("Posts a month", *(_months(stats.months) if has_posts else ("", no_posts))),
        Chart("Tags a post", *(_sizes(stats.post_sizes) if has_posts else ("", no_posts))),
        Chart(
            "Ratings",
            "posts, and their share of all",
            _ratings(stats.ratings) if has_posts else no_posts,
        ),
        Chart("Depth of implications", *_depths(stats.depths)),
    ]


def headline(stats: DatabaseStats) -> list[str]:
    """Return the size of a database in two lines."""
    total = stats.total
    half = ""
    if total["uses"]:
        common = many(total["common_tags"], "tag")
        half = f" · {many(total['uses'], 'use')}, half of them of {common}"
    tags = f"{many(total['tags'], 'tag')} with an id, {total['rare_tags']:,} too rare for one"
    direct = many(total["direct_implications"], "implication")
    implications = f"{direct}, {total['implications']:,} with all that follows"
    return [
        f"{many(total['posts'], 'post')}{uploaded(stats.months)}{half}"
        if total["posts"]
        else NO_POSTS,
        f"{tags} · {many(total['aliases'], 'alias')} · {implications}",
    ]


def _categories(stats: DatabaseStats) -> Drawing:
    if not stats.categories:
        return Missing("there are no tags")
    uses = stats.total["uses"] or 0
    return Bars(tuple(_category(row, uses) for row in stats.categories))


def _category(row: Row, uses: int) -> Bar:
    used = f" · {percent(row['uses'], uses)} of all uses" if row["uses"] else ""
    tip = f"{many(row['tags'], 'tag')} with an id, {row['rare_tags']:,} too rare for one{used}"
    return Bar(row["category"], row["tags"], f"{row['tags']:,}", tip, row["category"])


def _ranks(stats: DatabaseStats) -> Drawing:
    if not stats.ranks:
        why = "no tag has an id" if not stats.total["tags"] else "the uses of tags are not known"
        return Missing(why)
    return Curve(
        tuple(
            Point(
                row["rank"],
                row["posts"],
                row["tag"],
                row["category"],
                f"rank {row['rank']:,} · {many(row['posts'], 'post')} · {row['category']}",
            )
            for row in stats.ranks
        ),
        "rank of the tag; 1 is the most used",
    )


def _months(months: Sequence[Row]) -> tuple[str, Drawing]:
    bins = month_bins(months, _MOST_COLUMNS)
    if not bins:
        return "", Missing("no post has a date")
    peak = max(months, key=lambda row: row["posts"])
    about = f"the most in {month_name(month_number(peak))}: {peak['posts']:,}"
    span = bins[0].end - bins[0].start
    if span > 1:
        about = f"each column is {span_name(span)}; {about} in a month"
    columns = (
        Column(each.start, each.end, each.count, _time(each), many(each.count, "post"))
        for each in bins
    )
    return about, Columns(tuple(columns), "month of the upload", is_time=True)


def _time(each: Bin) -> str:
    if each.end - each.start == 1:
        return month_name(each.start)
    if each.end - each.start == YEAR:
        return str(each.start // YEAR)
    return f"{month_name(each.start)} to {month_name(each.end - 1)}"


def _sizes(post_sizes: Sequence[Row]) -> tuple[str, Drawing]:
    bins = tag_bins(post_sizes, _MOST_COLUMNS // 3)
    beyond = sum(row["posts"] for row in post_sizes if row["tags"] >= bins[-1].end)
    middle = median(post_sizes) or 0
    columns = (
        Column(each.start, each.end, each.count, _tags(each), many(each.count, "post"))
        for each in bins
    )
    more = f"; {many(beyond, 'post')} with more left out" if beyond else ""
    mark = (middle + 0.5, f"half of the posts have {middle:,} or fewer")
    return f"posts by how many tags they have{more}", Columns(
        tuple(columns), "tags of a post, with those that they imply", mark=mark
    )


def _tags(each: Bin) -> str:
    if each.end - each.start == 1:
        return many(each.start, "tag")
    return f"{each.start:,} to {each.end - 1:,} tags"


def _ratings(ratings: Sequence[Row]) -> Drawing:
    total = sum(row["posts"] for row in ratings)
    return Bars(
        tuple(
            Bar(
                row["rating"],
                row["posts"],
                f"{row['posts']:,} · {percent(row['posts'], total)}",
                f"{many(row['posts'], 'post')} · {percent(row['posts'], total)} of all",
            )
            for row in ratings
        )
    )


def _depths(depths: Sequence[Row]) -> tuple[str, Drawing]:
    if not depths:
        return "", Missing("there are no implications")
    bars = [
        Bar(
            steps_name(row["depth"]),
            row["implications"],
            f"{row['implications']:,}",
            f"{many(row['implications'], 'pair')} of tags, {steps_name(row['depth'])}",
        )
        for row in depths[:_MOST_BARS]
    ]
    cut = f"; of {len(depths)} the first {_MOST_BARS}" if len(depths) > _MOST_BARS else ""
    return f"pairs of tags, by the steps from one to the other{cut}", Bars(tuple(bars))
