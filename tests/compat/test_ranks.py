"""From the rank of a tag to its posts and back: real counts, and e6db's curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from e6duck.compat.loading import load_tags
from e6duck.compat.normalizers import (
    TagNormalizer,
    TagSetNormalizer,
)
from e6duck.compat.ranks import tag_counts, tag_freq_to_rank, tag_rank_to_freq
from e6duck.errors import IndexFilesError
from e6duck.index.ranks import curve_rank_to_freq
from tests.support.index_set import (
    FOX,
    NAMES,
    VOCABULARY,
    write_counts,
    write_manifest,
)


def test_counts_are_exact_if_the_folder_has_them(our_set: Path) -> None:
    assert [tag_rank_to_freq(rank, data_dir=our_set) for rank in (0, FOX, 8)] == [900.0, 300.0, 0.0]


@pytest.mark.parametrize(("posts", "expected"), [(901, 0), (900, 1), (40, 7), (41, 5), (0, 8)])
def test_a_slice_up_to_the_rank_has_the_tags_with_freq_posts_or_more(
    our_set: Path, posts: int, expected: int
) -> None:
    rank = tag_freq_to_rank(posts, data_dir=our_set)
    assert rank == expected
    assert [name for name, _, count in VOCABULARY if count >= posts] == NAMES[: int(rank)]


@pytest.mark.parametrize("load", [load_tags, TagNormalizer, TagSetNormalizer])
def test_counts_come_from_the_folder_loaded_last(load: Any, our_set: Path, e6db_set: Path) -> None:
    load(our_set)
    assert tag_rank_to_freq(FOX) == 300.0
    load(e6db_set)  # has no tags.parquet
    assert tag_rank_to_freq(FOX) == curve_rank_to_freq(FOX)


def test_counts_of_another_build_are_refused(our_set: Path) -> None:
    write_counts(our_set, [1] * 8)
    load_tags(our_set)
    with pytest.raises(IndexFilesError, match=r"tags\.parquet is not from the build"):
        tag_rank_to_freq(FOX)


def test_counts_of_a_newer_build_than_the_loaded_tags_are_refused(our_set: Path) -> None:
    load_tags(our_set)
    (our_set / "index.json").unlink()
    write_counts(our_set, [10] * 8)
    write_manifest(our_set)
    with pytest.raises(IndexFilesError, match="load them again"):
        tag_rank_to_freq(FOX)
    load_tags(our_set)
    assert tag_rank_to_freq(FOX) == 10.0


def test_a_broken_counts_file_is_named(e6db_set: Path) -> None:
    (e6db_set / "tags.parquet").write_bytes(b"PAR1")
    with pytest.raises(IndexFilesError, match=r"tags\.parquet is broken"):
        tag_rank_to_freq(FOX, data_dir=e6db_set)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([[1, 2]], "its freq is list"),
        (["many"], "its freq is string"),
        ([1.5], "its freq is double"),
        (range(10_000_001), "it has 10,000,001 rows"),
    ],
    ids=["lists", "texts", "parts", "too many"],
)
def test_counts_that_would_fill_the_memory_are_refused(
    e6db_set: Path, counts: Sequence[object], said: str
) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    freq = pa.array(bytes(len(counts)), pa.uint8()) if isinstance(counts, range) else counts
    pq.write_table(pa.table({"freq": freq}), e6db_set / "tags.parquet")
    with pytest.raises(IndexFilesError, match=rf"tags\.parquet is broken \({said}"):
        tag_rank_to_freq(FOX, data_dir=e6db_set)


def test_tags_parquet_without_counts_is_not_used(e6db_set: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"tag": NAMES}), e6db_set / "tags.parquet")
    assert tag_counts(e6db_set) is None


def test_the_curve_is_that_of_e6db() -> None:
    """The numbers are what e6db's functions return."""
    freqs = [tag_rank_to_freq(rank) for rank in (1, 1000, 100_000)]
    assert freqs == pytest.approx([2643532.8855542974, 23384.729908758283, 17.862042635873973])
    ranks = [tag_freq_to_rank(freq) for freq in (1, 100, 10_000)]
    assert ranks == pytest.approx([624420.5122997687, 34172.80237302956, 1796.1613954364775])


def test_the_curve_is_finite_at_its_ends_and_falls() -> None:
    limit = math.exp(26.4284 - 11.492)
    assert tag_rank_to_freq(0) == tag_rank_to_freq(-1) == limit
    assert tag_freq_to_rank(0) == tag_freq_to_rank(1) < 1e6
    assert tag_freq_to_rank(10**9) == 0.0
    freqs = [tag_rank_to_freq(rank) for rank in range(0, 100_000, 997)]
    assert freqs == sorted(freqs, reverse=True)


def test_a_numpy_integer_works_like_an_int() -> None:
    np = pytest.importorskip("numpy")
    assert tag_rank_to_freq(np.int64(5)) == tag_rank_to_freq(5)
    assert tag_freq_to_rank(np.uint32(5)) == tag_freq_to_rank(5)
