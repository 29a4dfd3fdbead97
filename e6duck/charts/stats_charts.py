"""What each chart of the statistics shows: its title, its marks and its table."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..tags.bins import Bin, month_bins, tag_bins
from ..tags.phrases import (
    YEAR,
    half_of_uses,
    many,
    month_number,
    per,
    percent,
    span_label,
    steps_name,
)
from ..tags.stats import NO_POSTS, DatabaseStats, Row, median

ACCENT = "general"  # the category whose color marks have that are of no category
_MOST_MONTH_COLUMNS, _MOST_TAG_COLUMNS, _MOST_TICKS = 120, 80, 8
_EVEN = 1.25  # up to this ratio of the most to the least, the title gives the mean

Cell = str | int


@dataclass(frozen=True)
class Mark:
    """A bar, a column from x to x + width, or a point of a curve."""

    value: int
    label: str = ""
    x: float = 0
    width: float = 1
    color: str = ACCENT
    is_partial: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart: its title (a finding), about (what is counted, and how), and a mark for each row.

    Without marks, about says why. heads: of the table's columns. axis: the name of the x axis.
    ticks: its places and their texts, if not round numbers. line: a place on it and its text.
    """

    title: str
    about: str
    kind: Literal["bars", "columns", "curve"] = "bars"
    heads: tuple[str, ...] = ()
    rows: Sequence[tuple[Cell, ...]] = ()
    marks: Sequence[Mark] = ()
    axis: str = ""
    ticks: Sequence[tuple[float, str]] = ()
    line: tuple[float, str] | None = None


def texts(stats: DatabaseStats) -> list[str]:
    """Return what needs fonts: the names of the tags in the charts."""
    return [row["tag"] for row in stats.ranks]


def charts(stats: DatabaseStats) -> list[Chart]:
    """Return the charts of a database; one that has nothing to show says why."""
    of_posts = (
        ("Posts over time", _months, stats.months),
        ("Tags per post", _sizes, stats.post_sizes),
        ("Ratings", _ratings, stats.ratings),
    )
    return [
        _categories(stats),
        _ranks(stats),
        *(
            make(rows) if stats.total["posts"] else Chart(topic, NO_POSTS)
            for topic, make, rows in of_posts
        ),
        _depths(stats.depths),
    ]


def _categories(stats: DatabaseStats) -> Chart:
    rows, rare = stats.categories, stats.total["rare_tags"]
    if not rows:
        return Chart("Tags by category", "there are no tags")
    all_tags, all_uses = (sum(row[column] or 0 for row in rows) for column in ("tags", "uses"))
    share = f"{percent(rows[0]['tags'], all_tags)} of the tags are {rows[0]['category']}"
    return Chart(
        share if all_tags else "No tag has an id",
        "Tags by category" + (f", without {many(rare, 'tag')} too rare for an id" * bool(rare)),
        "bars",
        ("Category", "Tags", "Too rare for an id", "Uses", "Share of uses"),
        [
            (
                *(row["category"], row["tags"], row["rare_tags"], row["uses"] or 0),
                percent(row["uses"] or 0, all_uses),
            )
            for row in rows
        ],
        [Mark(row["tags"], f"{row['tags']:,}", color=row["category"]) for row in rows],
    )


def _ranks(stats: DatabaseStats) -> Chart:
    rows = stats.ranks
    if not rows:
        why = "the uses of tags are not known" if stats.total["tags"] else "no tag has an id"
        return Chart("Posts per tag by rank", why)
    return Chart(
        half_of_uses(stats.total["common_tags"]),
        "Posts per tag by rank (#10: the tenth most used), log scales",
        "curve",
        ("Rank", "Tag", "Category", "Posts"),
        [(row["rank"], row["tag"], row["category"], row["posts"]) for row in rows],
        [
            Mark(row["posts"], f"#{row['rank']:,} {row['tag']}", row["rank"], color=row["category"])
            for row in rows
        ],
        axis="rank of the tag",
    )


def _months(months: Sequence[Row]) -> Chart:
    bins = month_bins(months, _MOST_MONTH_COLUMNS, even=True)
    if not bins:
        return Chart("Posts over time", "no post has a date")
    span, partial = bins[0].end - bins[0].start, _partial(bins, months)
    counts = [each.count for each in bins if each not in partial]
    if len(counts) > 1 and max(counts) <= _EVEN * min(counts):
        title = f"About {float(f'{sum(counts) / len(counts):.2g}'):,.0f} posts per {per(span)}"
    else:
        most = max(bins, key=lambda each: each.count)
        title = f"Most posts in {span_label(most.start, most.end)}: {most.count:,}"
    years = [each for each in bins if each.start % YEAR == 0]
    named = [] if len(years) > 1 else bins[:: -(-len(bins) // _MOST_TICKS)]
    ticks = [((each.start + span / 2) / YEAR, span_label(each.start, each.end)) for each in named]
    left = span / 2 if span == YEAR else 0  # a year is in the middle of its column
    marks = [
        Mark(each.count, "", (each.start - left) / YEAR, span / YEAR, is_partial=each in partial)
        for each in bins
    ]
    return Chart(
        title,
        f"Posts per {per(span)}" + "; lighter columns are incomplete" * bool(partial),
        "columns",
        ("Time", "Posts", "Note"),
        [
            (span_label(each.start, each.end), each.count, "incomplete" * (each in partial))
            for each in bins
        ],
        marks,
        axis="date of upload",
        ticks=ticks,
    )


def _partial(bins: Sequence[Bin], months: Sequence[Row]) -> list[Bin]:
    """Return the first and the last bin, each if the posts cover only a part of its time."""
    (first, last), end = (months[0], months[-1]), bins[-1].end - 1
    start_day = month_number(first), first["first_day"]
    end_day = month_number(last), last["last_day"]
    starts_late = start_day > (bins[0].start, 1)
    ends_early = end_day < (end, monthrange(end // YEAR, end % YEAR + 1)[1])
    return [bins[0]] * starts_late + [bins[-1]] * ends_early


def _sizes(post_sizes: Sequence[Row]) -> Chart:
    bins = tag_bins(post_sizes, _MOST_TAG_COLUMNS)
    posts = sum(row["posts"] for row in post_sizes)
    beyond = sum(row["posts"] for row in post_sizes if row["tags"] >= bins[-1].end)
    middle, span = median(post_sizes) or 0, bins[0].end - bins[0].start
    return Chart(
        f"Half of the posts have at most {many(middle, 'tag')}",
        "Posts by number of tags, with implied ones"
        + f"; {beyond:,} with more not shown" * bool(beyond),
        "columns",
        ("Tags", "Posts", "Share"),
        [
            (
                each.start if span == 1 else f"{each.start:,} to {each.end - 1:,}",
                each.count,
                percent(each.count, posts),
            )
            for each in bins
        ],
        [Mark(each.count, "", each.start - 0.5, span) for each in bins],
        axis="tags of a post",
        line=(middle, f"median {middle:,}"),
    )


def _ratings(ratings: Sequence[Row]) -> Chart:
    total = sum(row["posts"] for row in ratings)
    most = max(ratings, key=lambda row: row["posts"])
    rows = [(row["rating"], row["posts"], percent(row["posts"], total)) for row in ratings]
    return Chart(
        f"{percent(most['posts'], total)} of the posts are rated {most['rating']}",
        "Posts by rating, with their share of all posts",
        "bars",
        ("Rating", "Posts", "Share"),
        rows,
        [Mark(posts, f"{posts:,} · {share}") for _, posts, share in rows],
    )


def _depths(depths: Sequence[Row]) -> Chart:
    if not depths:
        return Chart("Depth of implications", "there are no implications")
    total = sum(row["implications"] for row in depths)
    rest = sum(row["implications"] for row in depths if row["depth"] > 1)
    share = f"{percent(rest, total)} of the implications are transitive"
    return Chart(
        share if rest else "All implications are direct",
        "Pairs of tags by the number of steps from one to the other",
        "bars",
        ("Steps", "Pairs of tags"),
        [(steps_name(row["depth"]), row["implications"]) for row in depths],
        [Mark(row["implications"], f"{row['implications']:,}") for row in depths],
    )
