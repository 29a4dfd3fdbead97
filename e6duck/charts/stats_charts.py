"""What each chart of the statistics shows: its claim, its marks and its table."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..bins import ROUND, Bin, month_bins, tag_bins
from ..figures import NO_POSTS, Figures, Row, median
from ..phrases import (
    YEAR,
    day_name,
    half_of_uses,
    many,
    month_number,
    per,
    percent,
    span_label,
    steps_name,
)

ACCENT = "general"  # the category whose color stands for no category
_MOST_MONTH_COLUMNS, _MOST_TAG_COLUMNS, _MOST_TICKS = 120, 80, 8
_EVEN = 1.25  # where the most is at most so many times the least, a mean says it all

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
    """A chart: title (a claim), about (what is counted, and how), and a mark for each row.

    Without marks, about says why. heads: of the columns of the table. axis: the name of the x axis.
    ticks: its places and their texts, if not just round numbers. line: a place on it and its text.
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


def heading(figures: Figures) -> tuple[str, list[str], str]:
    """Return the title of a database, its totals in two lines, and its source."""
    total, months = figures.total, figures.months
    title, posts = many(total["tags"], "tag"), [NO_POSTS]
    if total["posts"]:
        title, posts = f"{title} on {many(total['posts'], 'post')}", []
    newest = day_name(months[-1], last=True) if months else ""
    if months:
        posts.append(f"posts from {day_name(months[0])} to {newest}")
    if total["uses"]:
        posts.append(f"tags used {many(total['uses'], 'time')}")
    tags = [
        f"{many(total['rare_tags'], 'more tag')} too rare for an id",
        many(total["aliases"], "alias"),
        many(total["direct_implications"], "implication")
        + f", {total['implications']:,} including transitive ones",
    ]
    lines = [" · ".join(parts) for parts in (posts, tags) if parts]
    date = total.get("export_date")
    source = f" of {date}" if date else f", newest post {newest}" if newest else ""
    return title, [line[0].upper() + line[1:] for line in lines], f"Source: tag export{source}"


def charts(figures: Figures) -> list[Chart]:
    """Return the charts of a database; one that has nothing to show says why."""
    of_posts = (
        ("Posts over time", _months, figures.months),
        ("Tags per post", _sizes, figures.post_sizes),
        ("Ratings", _ratings, figures.ratings),
    )
    return [
        _categories(figures),
        _ranks(figures),
        *(
            make(rows) if figures.total["posts"] else Chart(topic, NO_POSTS)
            for topic, make, rows in of_posts
        ),
        _depths(figures.depths),
    ]


def _categories(figures: Figures) -> Chart:
    rows, rare = figures.categories, figures.total["rare_tags"]
    if not rows:
        return Chart("Tags by category", "there are no tags")
    all_tags, all_uses = (sum(row[column] or 0 for row in rows) for column in ("tags", "uses"))
    share = f"{percent(rows[0]['tags'], all_tags)} of the tags are {rows[0]['category']}"
    return Chart(
        share if all_tags else "No tag has an id",
        "Tags by category" + (f"; {many(rare, 'tag')} too rare for an id not counted" * bool(rare)),
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


def _ranks(figures: Figures) -> Chart:
    rows = figures.ranks
    if not rows:
        why = "the uses of tags are not known" if figures.total["tags"] else "no tag has an id"
        return Chart("Posts of a tag by its rank", why)
    return Chart(
        half_of_uses(figures.total["common_tags"]),
        "Posts of a tag by its rank (#10: the tenth most used), log axes",
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
    return Chart(
        title,
        f"Posts per {per(span)}" + "; lighter columns are incomplete" * bool(partial),
        "columns",
        ("Time", "Posts", "Note"),
        [
            (span_label(each.start, each.end), each.count, "incomplete" * (each in partial))
            for each in bins
        ],
        [Mark(each.count, "", each.start, span, is_partial=each in partial) for each in bins],
        axis="date of upload",
        ticks=_time_ticks(bins, span),
    )


def _partial(bins: Sequence[Bin], months: Sequence[Row]) -> list[Bin]:
    """Return those of the first and the last bin that the posts do not span."""
    (first, last), end = (months[0], months[-1]), bins[-1].end - 1
    start_day = month_number(first), first["first_day"]
    end_day = month_number(last), last["last_day"]
    starts_late = start_day > (bins[0].start, 1)
    ends_early = end_day < (end, monthrange(end // YEAR, end % YEAR + 1)[1])
    return [bins[0]] * starts_late + [bins[-1]] * ends_early


def _time_ticks(bins: Sequence[Bin], span: int) -> list[tuple[float, str]]:
    """Return round years on an axis of months, or some of the bins where there are no two."""
    years = [each for each in bins if each.start % YEAR == 0]
    if len(years) < 2:
        chosen = bins[:: -(-len(bins) // _MOST_TICKS)]
        return [(each.start + span / 2, span_label(each.start, each.end)) for each in chosen]
    year_count = (bins[-1].end - bins[0].start) / YEAR
    step = next(size for size in ROUND if year_count / size <= _MOST_TICKS)
    chosen = [each for each in years if each.start // YEAR % step == 0]
    middle = span / 2 if span == YEAR else 0
    return [(each.start + middle, f"{each.start // YEAR}") for each in chosen]


def _sizes(post_sizes: Sequence[Row]) -> Chart:
    bins = tag_bins(post_sizes, _MOST_TAG_COLUMNS)
    posts = sum(row["posts"] for row in post_sizes)
    beyond = sum(row["posts"] for row in post_sizes if row["tags"] >= bins[-1].end)
    middle, span = median(post_sizes) or 0, bins[0].end - bins[0].start
    return Chart(
        f"Half of the posts have at most {many(middle, 'tag')}",
        "Posts by their tags, implied ones included"
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
        "Posts by rating, and their share of all posts",
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
        "Pairs of tags, by the number of steps from one to the other",
        "bars",
        ("Steps", "Pairs of tags"),
        [(steps_name(row["depth"]), row["implications"]) for row in depths],
        [Mark(row["implications"], f"{row['implications']:,}") for row in depths],
    )
