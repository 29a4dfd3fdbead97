"""Bins: no post is lost, and they are of round sizes. Phrases agree with their numbers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.tags.bins import Bin, month_bins, tag_bins
from e6duck.tags.phrases import (
    day_name,
    half_of_uses,
    many,
    month_name,
    month_number,
    per,
    percent,
    span_label,
    span_name,
    uploaded,
)

MONTHS = st.dictionaries(
    st.tuples(st.integers(1, 9999), st.integers(1, 12)), st.integers(1, 10**6), min_size=1
)
SIZES = st.dictionaries(st.integers(0, 100_000), st.integers(1, 10**6), min_size=1)


@settings(deadline=None)
@given(MONTHS, st.integers(1, 300))
def test_every_month_is_in_one_bin(counts: dict[tuple[int, int], int], most: int) -> None:
    rows = [
        {"year": year, "month": month, "posts": posts}
        for (year, month), posts in sorted(counts.items())
    ]
    bins = month_bins(rows, most)
    assert 1 <= len(bins) <= most
    assert sum(each.count for each in bins) == sum(counts.values())
    assert bins[0].start <= month_number(rows[0]) < bins[0].end
    assert bins[-1].start <= month_number(rows[-1]) < bins[-1].end
    assert all(one.end == other.start for one, other in pairwise(bins))
    assert span_name(bins[0].end - bins[0].start)


@settings(deadline=None)
@given(SIZES, st.integers(1, 100))
def test_bins_of_tags_leave_out_no_more_than_one_post_of_a_thousand(
    counts: dict[int, int], most: int
) -> None:
    rows = [{"tags": tags, "posts": posts} for tags, posts in sorted(counts.items())]
    bins = tag_bins(rows, most)
    assert 1 <= len(bins) <= most
    total = sum(counts.values())
    assert total >= sum(each.count for each in bins) >= total * 0.999


def test_bins_are_of_round_sizes() -> None:
    rows = [{"tags": tags, "posts": 1} for tags in (3, 4, 5, 17)]
    assert tag_bins(rows, 4) == [Bin(0, 5, 2), Bin(5, 10, 1), Bin(10, 15, 0), Bin(15, 20, 1)]
    january = {"year": 2024, "month": 1, "posts": 2}
    october = {"year": 2024, "month": 10, "posts": 3}
    quarters = month_bins([january, october], 4)
    assert [(month_name(each.start), each.count) for each in quarters] == [
        ("January 2024", 2),
        ("April 2024", 0),
        ("July 2024", 0),
        ("October 2024", 3),
    ]
    assert month_bins([], 4) == tag_bins([], 4) == []


def test_even_bins_hold_hundreds_of_posts_and_are_eight_or_more() -> None:
    """Else the columns of a small database show chance alone."""

    def spans(posts_a_month: int, year_count: int) -> set[int]:
        rows = [
            {"year": 2000 + year, "month": month, "posts": posts_a_month}
            for year in range(year_count)
            for month in range(1, 13)
        ]
        return {each.end - each.start for each in month_bins(rows, 120, even=True)}

    assert spans(1000, 10) == {1}
    assert spans(1000, 11) == {3}  # 132 months are more than 120
    assert spans(210, 10) == {3}
    assert spans(80, 10) == {12}
    assert spans(80, 5) == {6}  # five years would be too few
    assert spans(1, 1) == {1}


def test_words_agree_with_their_counts() -> None:
    assert [many(count, "alias") for count in (0, 1, 2000)] == [
        "0 aliases",
        "1 alias",
        "2,000 aliases",
    ]
    assert [percent(part, 1000) for part in (0, 4, 99, 100, 999, 1000)] == [
        *("0.0%", "0.4%", "9.9%", "10%", "over 99%", "100%")
    ]
    assert percent(0, 0) == "0.0%"
    may, june = ({"year": 2024, "month": month, "posts": 1} for month in (5, 6))
    assert uploaded([may, june]) == " from May 2024 to June 2024"
    assert uploaded([may]) == " of May 2024"
    assert uploaded([]) == ""
    assert [span_name(months) for months in (1, 3, 6, 12, 60)] == [
        *("a month", "a quarter", "half a year", "a year", "5 years")
    ]
    assert [per(months) for months in (1, 3, 6, 12, 60)] == [
        *("month", "quarter", "half a year", "year", "5 years")
    ]
    assert half_of_uses(1) == "1 tag makes up half of all uses"
    assert half_of_uses(45) == "45 tags make up half of all uses"


def test_times_have_short_labels() -> None:
    start = 2024 * 12
    spans = [(start + 10, 1), (start + 9, 3), (start + 6, 6), (start, 12), (start, 60)]
    assert [span_label(first, first + length) for first, length in spans] == [
        *("Nov 2024", "Q4 2024", "H2 2024", "2024", "2024\u20132028")
    ]
    row = {"year": 2024, "month": 5, "first_day": 3, "last_day": 31}
    assert day_name(row) == "3 May 2024"
    assert day_name(row, last=True) == "31 May 2024"
