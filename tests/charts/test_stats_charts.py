"""What each chart of the statistics shows."""

from __future__ import annotations

import pytest

from e6duck.charts.stats_charts import Chart, charts
from e6duck.tags.stats import DatabaseStats


def by_topic(stats: DatabaseStats) -> dict[str, Chart]:
    topics = ("categories", "ranks", "months", "sizes", "ratings", "depths")
    return dict(zip(topics, charts(stats), strict=True))


def test_the_sample_has_six_charts_which_claim_something(
    all_stats: dict[str, DatabaseStats],
) -> None:
    found = charts(all_stats["sample"])
    assert [(chart.title, chart.kind) for chart in found] == [
        ("44% of the tags are general", "bars"),
        ("45 tags make up half of all uses", "curve"),
        ("About 1,000 posts per year", "columns"),
        ("Half of the posts have at most 27 tags", "columns"),
        ("84% of the posts are rated safe", "bars"),
        ("56% of the implications are transitive", "bars"),
    ]
    assert all(chart.about and len(chart.marks) == len(chart.rows) for chart in found)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("nothing", {"there are no tags", "no tag has an id", "there are no implications"}),
        ("one post", {"no tag has an id", "there are no implications"}),
        ("no dates", {"no post has a date", "there are no implications"}),
        ("no posts", {"this database has no posts", "the uses of tags are not known"}),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_why(
    all_stats: dict[str, DatabaseStats], name: str, missing: set[str]
) -> None:
    assert {each.about for each in charts(all_stats[name]) if not each.marks} == missing


def test_all_posts_are_in_the_columns(all_stats: dict[str, DatabaseStats]) -> None:
    stats = all_stats["sample"]
    months, sizes = (by_topic(stats)[topic] for topic in ("months", "sizes"))
    assert sum(mark.value for mark in months.marks) == 17_621
    assert sum(mark.value for mark in sizes.marks) == 17_621 - 13
    assert sizes.about.endswith("; 13 with more not shown")
    assert sum(row["posts"] for row in stats.post_sizes if row["tags"] > sizes.rows[-1][0]) == 13


def test_years_that_the_posts_do_not_span_are_incomplete(
    all_stats: dict[str, DatabaseStats],
) -> None:
    """The posts of the sample are of March 2008 to November 2025."""
    months = by_topic(all_stats["sample"])["months"]
    assert [row[0] for row in months.rows if row[2]] == ["2008", "2025"]
    assert [mark.is_partial for mark in months.marks] == [bool(row[2]) for row in months.rows]
    assert months.about == "Posts per year; lighter columns are incomplete"


@pytest.mark.parametrize(
    ("first_day", "last_day", "partial"),
    [(1, 29, []), (2, 29, ["Jan 2024"]), (1, 28, ["Feb 2024"])],
)
def test_a_month_is_complete_from_its_first_to_its_last_day(
    all_stats: dict[str, DatabaseStats], first_day: int, last_day: int, partial: list[str]
) -> None:
    rows = [
        {"year": 2024, "month": 1, "posts": 9, "first_day": first_day, "last_day": 31},
        {"year": 2024, "month": 2, "posts": 3, "first_day": 1, "last_day": last_day},
    ]
    months = by_topic(DatabaseStats(**{**vars(all_stats["zoo"]), "months": rows}))["months"]
    assert [row[0] for row in months.rows if row[2]] == partial
    assert months.title == "Most posts in Jan 2024: 9"
    assert [text for _, text in months.ticks] == ["Jan 2024", "Feb 2024"]
