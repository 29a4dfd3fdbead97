"""Bins and axes: nothing is lost, and what they are marked with is round."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from e6duck.charts.bins import Bin, month_bins, tag_bins
from e6duck.charts.phrases import many, month_name, month_number, percent, span_name, uploaded
from e6duck.scales import Scale, decades, round_steps, short

MONTHS = st.dictionaries(
    st.tuples(st.integers(1, 9999), st.integers(1, 12)), st.integers(1, 10**6), min_size=1
)
SIZES = st.dictionaries(st.integers(0, 100_000), st.integers(1, 10**6), min_size=1)


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


@given(st.integers(0, 10**6), st.integers(0, 10**9), st.integers(2, 12))
def test_steps_are_round_and_few(low: int, length: int, most: int) -> None:
    steps = round_steps(low, low + length, most)
    assert len(steps) <= most
    assert all(low <= each <= low + length for each in steps)
    gaps = {other - one for one, other in pairwise(steps)}
    assert len(gaps) <= 1
    assert all(str(gap).rstrip("0") in ("1", "2", "5") for gap in gaps)


def test_a_scale_reaches_from_its_start_to_its_end() -> None:
    assert [Scale(0, 4, 10, 30).at(value) for value in (0, 1, 4)] == [10, 15, 30]
    logarithmic = Scale(1, 100, 0, 10, is_log=True)
    assert [round(logarithmic.at(value), 9) for value in (1, 10, 100)] == [0, 5, 10]
    assert Scale(3, 3, 10, 30).at(3) == 10


def test_values_of_an_axis_are_short() -> None:
    assert decades(1, 2500) == [1, 10, 100, 1000]
    assert [short(value) for value in (0, 50, 1000, 20_000, 2_500_000, 10**9)] == [
        *("0", "50", "1k", "20k", "2.5M", "1G")
    ]


def test_words_agree_with_their_counts() -> None:
    assert [many(count, "alias") for count in (0, 1, 2000)] == [
        "0 aliases",
        "1 alias",
        "2,000 aliases",
    ]
    assert [percent(part, 1000) for part in (0, 4, 99, 100, 1000)] == [
        *("0.0%", "0.4%", "9.9%", "10%", "100%")
    ]
    assert percent(0, 0) == "0.0%"
    may, june = ({"year": 2024, "month": month, "posts": 1} for month in (5, 6))
    assert uploaded([may, june]) == " from May 2024 to June 2024"
    assert uploaded([may]) == " of May 2024"
    assert uploaded([]) == ""
    assert [span_name(months) for months in (1, 3, 6, 12, 60)] == [
        *("a month", "a quarter", "half a year", "a year", "5 years")
    ]
