"""PPMI against a plain count, main directions against a dense SVD, and the vectors of both."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from e6duck.progress import no_progress
from e6duck.trainer.ppmi import DISCOUNT, _pair_counts, main_directions, ppmi, svd_vectors
from tests.support.matrices import drawn_posts, uses_of

pytestmark = pytest.mark.usefixtures("one_blas_thread")

# PPMI


def plain_ppmi(posts: list[set[int]]) -> dict[tuple[int, int], float]:
    """Return the discounted PPMI of each pair, counted post by post."""
    uses: dict[int, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    for post in posts:
        for tag in post:
            uses[tag] = uses.get(tag, 0) + 1
        for pair in combinations(sorted(post), 2):
            pairs[pair] = pairs.get(pair, 0) + 1
    weights = {
        (a, b): math.log(count * len(posts) / (uses[a] * uses[b])) * count / (count + DISCOUNT)
        for (a, b), count in pairs.items()
        if count >= 2
    }
    return {pair: value for pair, value in weights.items() if value > 0}


def pairs_of(half: Any) -> dict[tuple[int, int], float]:
    found = half.tocoo()
    rows, columns = found.row, found.col
    return dict(
        zip(zip(rows.tolist(), columns.tolist(), strict=True), found.data.tolist(), strict=True)
    )


def test_ppmi_is_that_of_a_plain_count() -> None:
    posts = drawn_posts(400, 30)
    expected = plain_ppmi(posts)
    assert len(expected) > 50
    assert pairs_of(ppmi(uses_of(posts, 30))) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("block", [1, 3, 7, 29, 30, 31])
def test_no_pair_is_lost_between_blocks(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Later blocks count in a matrix without the tags of earlier ones."""
    posts = drawn_posts(400, 30)
    expected = plain_ppmi(posts)
    monkeypatch.setattr("e6duck.trainer.ppmi._BLOCK_TAGS", block)
    assert pairs_of(ppmi(uses_of(posts, 30))) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("tags", [255, 256, 257, 1_100])
def test_pairs_are_counted_across_blocks(tags: int) -> None:
    uses = uses_of(drawn_posts(2_000, tags, seed=tags), tags)
    dense = uses.toarray().astype(np.float64)
    expected = dense.T @ dense
    firsts = []
    for first, counts in _pair_counts(uses):
        firsts.append(first)
        rows = slice(first, first + counts.shape[0])
        later = counts.toarray()[:, first:]
        assert np.array_equal(later, expected[rows, first:])
    assert firsts == list(range(0, tags, 256))


def test_a_pair_seen_once_does_not_count() -> None:
    posts = [{0, 1}, {2, 3}, {2, 3}, {2}, {4}]
    assert set(pairs_of(ppmi(uses_of(posts, 5)))) == {(2, 3)}


def test_with_many_posts_a_pair_must_be_on_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("e6duck.trainer.ppmi.POSTS_PER_COUNT", 2)
    posts = [{0, 1}] * 4 + [{2, 3}] * 3 + [{0}]  # 8 posts: a pair must be on 4
    assert set(pairs_of(ppmi(uses_of(posts, 5)))) == {(0, 1)}


@pytest.mark.parametrize("tags", [8, 600])
def test_rows_of_tags_on_the_same_posts_are_equal(tags: int) -> None:
    """Tags 1, 3 and the last. Tag 2 is on one post less than tag 0: they are not twins."""
    last = tags - 1
    posts = [{0, 2}, {0, 2}, {0, 4}, {1, 3, last, 4}, {1, 3, last, 5}, {1, 3, last, 4}, {6}] * 3
    half = ppmi(uses_of([*posts[:-1], {5}], tags)).toarray()
    whole = half + half.T
    assert np.array_equal(whole[1], whole[3])
    assert np.array_equal(whole[1], whole[last])
    assert np.flatnonzero(np.diagonal(whole)).tolist() == [1, 3, last]
    assert whole[0, 2] > 0


def test_each_block_is_reported() -> None:
    reported: list[tuple[str, int, int]] = []
    uses = uses_of(drawn_posts(100, 600), 600)
    ppmi(uses, progress=lambda *event: reported.append(event))
    assert reported == [("counting pairs", first, 600) for first in (0, 256, 512)]


# Main directions


def symmetric(size: int, per_row: int = 12, seed: int = 0) -> tuple[Any, Any]:
    """Return a matrix with singular values like those of PPMI: its upper half, and all of it."""
    rng = np.random.default_rng(seed)
    topic = rng.integers(0, 20, size)
    dense = np.where(topic[:, None] == topic, 1 + topic[:, None] % 7, 0).astype(float)
    dense += (rng.random((size, size)) < per_row / size) * rng.random((size, size))
    upper = np.triu(dense, 1)
    return csr_array(upper.astype(np.float32)), upper + upper.T


def check_orthonormal(vectors: Any) -> None:
    """Assert that the columns are orthonormal."""
    product = vectors.T @ vectors
    assert np.abs(product - np.eye(len(product))).max() < 1e-4


def test_a_small_matrix_is_solved_exactly() -> None:
    half, whole = symmetric(150)
    vectors, values = main_directions(half, 20, seed=0)
    left, expected, _ = np.linalg.svd(whole)
    assert values == pytest.approx(expected[:20], rel=1e-4)
    check_orthonormal(vectors)
    # The vectors may be rotated or mirrored; the space of those of the main topics is unique.
    span = left[:, :14] @ left[:, :14].T
    assert np.abs(vectors[:, :14] @ vectors[:, :14].T - span).max() < 1e-2


def test_a_large_matrix_is_solved_well() -> None:
    half, whole = symmetric(1_500)
    vectors, values = main_directions(half, 64, seed=0)
    expected = np.sort(np.abs(np.linalg.eigvalsh(whole)))[::-1][:64]  # the matrix is symmetric
    assert values[:20] == pytest.approx(expected[:20], rel=1e-3)
    assert values == pytest.approx(expected, rel=0.15)
    check_orthonormal(vectors)


def test_the_seed_decides_the_directions_of_a_large_matrix() -> None:
    half, _ = symmetric(1_200)
    first, again, other = (main_directions(half, 8, seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("rank", [1, 3, 30, 100])
def test_directions_of_a_matrix_of_low_rank_are_orthonormal(rank: int) -> None:
    """The Krylov space soon has all directions; what is added after that is random."""
    drawn = np.random.default_rng(rank).standard_normal((1_100, rank))
    upper = np.triu(drawn @ drawn.T, 1)
    upper += np.diag(np.diag(drawn @ drawn.T) / 2)
    vectors, values = main_directions(csr_array(upper.astype(np.float32)), 200, seed=0)
    expected = np.linalg.eigvalsh(drawn.T @ drawn)[::-1]
    assert values[:rank] == pytest.approx(expected, rel=1e-3)
    assert values[rank:].max() < 1e-3 * expected[0]
    check_orthonormal(vectors)


def test_an_empty_matrix_has_singular_values_of_zero() -> None:
    for size in (10, 1_100):
        vectors, values = main_directions(csr_array((size, size), dtype=np.float32), 5, seed=0)
        assert vectors.shape == (size, 5)
        assert np.isfinite(vectors).all()
        assert not values.any()


# Vectors


def test_a_vector_has_length_one_or_is_zero() -> None:
    posts = drawn_posts(500, 40)
    posts = [post - {38, 39} | {0} for post in posts]  # a tag on all posts, and two on none
    posts += [{0, 37}]
    vectors = svd_vectors(uses_of(posts, 40), factors=8, seed=0, progress=no_progress)
    assert vectors.dtype == np.float32
    assert vectors.shape == (40, 8)
    assert np.linalg.norm(vectors[1:30], axis=1) == pytest.approx(1)
    assert not vectors[[0, 38, 39]].any()


@pytest.mark.parametrize(
    ("posts", "tags"),
    [
        pytest.param([{0, 1, 2}] * 50, 3, id="all alike"),
        pytest.param([{0}, {1}, {2}] * 20, 3, id="no pair"),
        pytest.param([set()] * 5, 4, id="no use"),
        pytest.param([{0, 1}, {0, 1}], 2, id="two tags"),
        pytest.param([{number % 50} for number in range(200)], 1_500, id="no pair of many"),
    ],
)
def test_tags_without_positive_ppmi_have_no_vector(posts: list[set[int]], tags: int) -> None:
    vectors = svd_vectors(uses_of(posts, tags), factors=2, seed=0, progress=no_progress)
    assert vectors.shape == (tags, 2)
    assert not vectors.any()
