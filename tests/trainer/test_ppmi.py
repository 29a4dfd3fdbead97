"""Pairs of tags counted and weighed, and their main directions, against plain ways to the same."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from e6duck import Recipe
from e6duck.index.vectors import Vectors
from e6duck.trainer import ppmi as spectral
from e6duck.trainer.model import make_vectors
from e6duck.trainer.ppmi import DISCOUNT, main_directions, ppmi, svd_vectors
from tests.kernels import usable_kernels

pytestmark = pytest.mark.usefixtures("one_blas_thread")


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def uses_of(posts: list[set[int]], tags: int) -> Any:
    """A matrix as training reads it: ones of uint8, with 64 bits where a post begins."""
    indices = np.array([tag for post in posts for tag in sorted(post)], np.int32)
    indptr = np.concatenate([[0], np.cumsum([len(post) for post in posts])]).astype(np.int64)
    return csr_array((np.ones(len(indices), np.uint8), indices, indptr), shape=(len(posts), tags))


def drawn_posts(posts: int, tags: int, seed: int = 0) -> list[set[int]]:
    """Posts of about six tags, the first tags the most used."""
    rng = np.random.default_rng(seed)
    return [set((tags * rng.random(6) ** 2).astype(int).tolist()) for _ in range(posts)]


# PPMI


def plain_ppmi(posts: list[set[int]]) -> dict[tuple[int, int], float]:
    """Discounted PPMI of each pair, counted post by post."""
    uses: dict[int, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    for post in posts:
        for tag in post:
            uses[tag] = uses.get(tag, 0) + 1
        for pair in combinations(sorted(post), 2):
            pairs[pair] = pairs.get(pair, 0) + 1
    weighed = {
        (a, b): math.log(count * len(posts) / (uses[a] * uses[b])) * count / (count + DISCOUNT)
        for (a, b), count in pairs.items()
        if count >= 2
    }
    return {pair: value for pair, value in weighed.items() if value > 0}


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
def test_blocks_of_tags_leave_out_no_pair(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the width of a block is: the posts are cut as they get on."""
    posts = drawn_posts(400, 30)
    expected = plain_ppmi(posts)
    monkeypatch.setattr(spectral, "_BLOCK_TAGS", block)
    assert pairs_of(ppmi(uses_of(posts, 30))) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("tags", [255, 256, 257, 1_100])
def test_pairs_are_counted_across_blocks(tags: int) -> None:
    uses = uses_of(drawn_posts(2_000, tags, seed=tags), tags)
    dense = uses.toarray().astype(np.float64)
    expected = dense.T @ dense
    told = []
    for first, counts in spectral._pair_counts(uses):
        told.append(first)
        rows = slice(first, first + counts.shape[0])
        later = counts.toarray()[:, first:]
        assert np.array_equal(later, expected[rows, first:])
    assert told == list(range(0, tags, 256))


def test_a_pair_seen_once_does_not_count() -> None:
    posts = [{0, 1}, {2, 3}, {2, 3}, {2}, {4}]
    assert set(pairs_of(ppmi(uses_of(posts, 5)))) == {(2, 3)}


def test_of_many_posts_a_pair_needs_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spectral, "POSTS_PER_COUNT", 2)
    posts = [{0, 1}] * 4 + [{2, 3}] * 3 + [{0}]  # 8 posts: four times or more
    assert set(pairs_of(ppmi(uses_of(posts, 5)))) == {(0, 1)}


@pytest.mark.parametrize("tags", [8, 600])
def test_rows_of_tags_on_the_same_posts_are_equal(tags: int) -> None:
    """Tags 1, 3 and the last; 2 is on one post less than 0, so that its diagonal stays empty."""
    last = tags - 1
    posts = [{0, 2}, {0, 2}, {0, 4}, {1, 3, last, 4}, {1, 3, last, 5}, {1, 3, last, 4}, {6}] * 3
    half = ppmi(uses_of([*posts[:-1], {5}], tags)).toarray()
    whole = half + half.T
    assert np.array_equal(whole[1], whole[3])
    assert np.array_equal(whole[1], whole[last])
    assert np.flatnonzero(np.diagonal(whole)).tolist() == [1, 3, last]
    assert whole[0, 2] > 0


def test_ppmi_tells_of_each_block() -> None:
    told: list[tuple[str, int, int]] = []
    uses = uses_of(drawn_posts(100, 600), 600)
    ppmi(uses, progress=lambda *event: told.append(event))
    assert told == [("counting pairs", first, 600) for first in (0, 256, 512)]


# Main directions


def symmetric(size: int, per_row: int = 12, seed: int = 0) -> tuple[Any, Any]:
    """A matrix whose values fall off as those of PPMI do: the half above the diagonal, and all."""
    rng = np.random.default_rng(seed)
    topic = rng.integers(0, 20, size)
    dense = np.where(topic[:, None] == topic, 1 + topic[:, None] % 7, 0).astype(float)
    dense += (rng.random((size, size)) < per_row / size) * rng.random((size, size))
    upper = np.triu(dense, 1)
    return csr_array(upper.astype(np.float32)), upper + upper.T


def orthogonal(vectors: Any) -> None:
    """Assert that the columns have length one and stand at right angles."""
    product = vectors.T @ vectors
    assert np.abs(product - np.eye(len(product))).max() < 1e-4


def test_a_small_matrix_is_solved_exactly() -> None:
    half, whole = symmetric(150)
    vectors, values = main_directions(half, 20, seed=0)
    left, expected, _ = np.linalg.svd(whole)
    assert values == pytest.approx(expected[:20], rel=1e-4)
    orthogonal(vectors)
    # As vectors may be turned and mirrored, what they span: the main topics' part of the matrix.
    span = left[:, :14] @ left[:, :14].T
    assert np.abs(vectors[:, :14] @ vectors[:, :14].T - span).max() < 1e-2


def test_a_large_matrix_is_solved_well() -> None:
    half, whole = symmetric(1_500)
    vectors, values = main_directions(half, 64, seed=0)
    expected = np.linalg.svd(whole, compute_uv=False)[:64]
    assert values[:20] == pytest.approx(expected[:20], rel=1e-3)
    assert values == pytest.approx(expected, rel=0.15)
    orthogonal(vectors)


def test_a_large_matrix_is_solved_from_a_seed() -> None:
    half, _ = symmetric(1_200)
    first, again, other = (main_directions(half, 8, seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("rank", [1, 3, 30, 100])
def test_directions_stay_orthogonal_where_there_are_few(rank: int) -> None:
    """A Krylov space that holds all there is goes on with rounding errors."""
    drawn = np.random.default_rng(rank).standard_normal((1_100, rank))
    upper = np.triu(drawn @ drawn.T, 1)
    upper += np.diag(np.diag(drawn @ drawn.T) / 2)
    vectors, values = main_directions(csr_array(upper.astype(np.float32)), 200, seed=0)
    expected = np.linalg.eigvalsh(drawn.T @ drawn)[::-1]
    assert values[:rank] == pytest.approx(expected, rel=1e-3)
    assert values[rank:].max() < 1e-3 * expected[0]
    orthogonal(vectors)


def test_directions_of_nothing_have_no_weight() -> None:
    for size in (10, 1_100):
        vectors, values = main_directions(csr_array((size, size), dtype=np.float32), 5, seed=0)
        assert vectors.shape == (size, 5)
        assert np.isfinite(vectors).all()
        assert not values.any()


# Vectors


def lengths(vectors: Vectors) -> Any:
    return np.linalg.norm(vectors, axis=1)


def test_a_vector_has_length_one_or_none() -> None:
    posts = drawn_posts(500, 40)
    posts = [post - {38, 39} | {0} for post in posts]  # a tag on all posts, and two on none
    posts += [{0, 37}]
    vectors = svd_vectors(uses_of(posts, 40), factors=8, seed=0, progress=quiet)
    assert vectors.dtype == np.float32
    assert vectors.shape == (40, 8)
    assert lengths(vectors)[1:30] == pytest.approx(1)
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
def test_where_nothing_stands_out_there_is_no_vector(posts: list[set[int]], tags: int) -> None:
    vectors = svd_vectors(uses_of(posts, tags), factors=2, seed=0, progress=quiet)
    assert vectors.shape == (tags, 2)
    assert not vectors.any()


@pytest.mark.parametrize("tags", [40, 1_500])
def test_tags_that_stand_together_have_one_direction(tags: int) -> None:
    """Post i has the tags of its class, and classes have no tag in common."""
    posts = [set(range(number % 4, tags, 4)) for number in range(100)]
    vectors = svd_vectors(uses_of(posts, tags), factors=4, seed=0, progress=quiet)
    classes = np.arange(tags) % 4
    cosine = vectors @ vectors.T
    assert np.isfinite(cosine).all()
    assert cosine[classes[:, None] == classes].min() > 0.99
    assert np.abs(cosine[classes[:, None] != classes]).max() < 0.01


# Ties. Groups of tags that are on the same posts, and equal eigenvalues, of which a kernel of BLAS
# finds now the one and now the other first.

Groups = list[list[int]]


def groups_of(sizes: list[int]) -> tuple[list[set[int]], Groups]:
    """Posts of one group each, ten of each group, and the groups' tags."""
    ends = np.cumsum([0, *sizes]).tolist()
    groups = [list(range(*ends[number : number + 2])) for number in range(len(sizes))]
    return [set(group) for group in groups] * 10, groups


def twins_of(tags: int) -> tuple[list[set[int]], Groups]:
    """Posts of drawn tags, each of which has a twin, and every other one two."""
    drawn = drawn_posts(2_000, tags, seed=3)
    posts = [post | {tags + tag for tag in post} for post in drawn]
    posts = [post | {2 * tags + tag for tag in post if tag < tags and tag % 2} for post in posts]
    third = [[2 * tags + tag] if tag % 2 else [] for tag in range(tags)]
    return posts, [[tag, tags + tag, *third[tag]] for tag in range(tags)]


PLANTED = {
    "two pairs": (groups_of([2, 2]), 2),
    "pairs": (groups_of([2] * 40), 10),
    "groups of 3, more than factors": (groups_of([3] * 7), 2),
    "groups of 5": (groups_of([5] * 40), 64),
    "many sizes": (groups_of([2, 2, 3, 3, 5, 8, 13, 21]), 12),
    "many sizes, more than factors": (groups_of([2, 2, 3, 3, 5, 8, 13, 21]), 3),
    "twins among others": (twins_of(60), 22),
    "Krylov: groups of 30": (groups_of([30] * 50), 64),
    "Krylov: more equal values than a block has vectors": (groups_of([8] * 200), 220),
    "Krylov: more equal values than factors": (groups_of([4] * 300), 100),
    "Krylov: twins among others": (twins_of(500), 64),
}


def planted_vectors(name: str, method: str) -> tuple[Vectors, Groups]:
    (posts, groups), factors = PLANTED[name]
    tags = 1 + max(max(group) for group in groups)
    recipe = Recipe(method=method, factors=factors)  # type: ignore[arg-type]
    resolved = recipe.resolved(posts=len(posts), tags=tags)
    return make_vectors(uses_of(posts, tags), resolved, threads=1)[0], groups


def cosines(vectors: Vectors) -> Any:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return unit @ unit.T


@pytest.mark.parametrize("method", ["svd", "als"])
@pytest.mark.parametrize("name", PLANTED)
def test_tags_that_are_always_together_have_one_vector(name: str, method: str) -> None:
    """Or none, where there are more groups than factors and theirs are not the main ones."""
    vectors, groups = planted_vectors(name, method)
    cosine, has_vector = cosines(vectors), vectors.any(axis=1)
    for group in groups:
        assert len(set(has_vector[group].tolist())) == 1
        if has_vector[group[0]]:
            assert cosine[np.ix_(group, group)].min() > 1 - 1e-5
    without = sum(not has_vector[group[0]] for group in groups)
    assert without == (5 if name == "many sizes, more than factors" else 0) or "twins" in name
    assert without < len(groups) / 10 or "more than factors" in name


PRINT_COSINES = """
import sys
import numpy as np
from tests.kernels import kernels_in_use
from tests.trainer.test_ppmi import PLANTED, cosines, planted_vectors

path, kernel = sys.argv[1:]
assert kernels_in_use() == {kernel}
names = [name for name in PLANTED if sum(map(len, PLANTED[name][0][1])) < 2_000]
np.savez(path, **{
    f"{name} {method}": cosines(planted_vectors(name, method)[0])
    for name in names for method in ("svd", "als")
})
"""


def test_cosines_are_those_of_another_kernel(tmp_path: Path) -> None:
    """In processes of their own, for the kernel is chosen when the library is loaded."""
    kernels = usable_kernels()
    if len(kernels) < 2:
        pytest.skip("takes OpenBLAS, Linux and a processor with AVX2")
    found = []
    for kernel in kernels:
        path = tmp_path / f"{kernel}.npz"
        subprocess.run(
            [sys.executable, "-c", PRINT_COSINES, str(path), kernel],
            env=os.environ | {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1"},
            check=True,
        )
        found.append(dict(np.load(path)))
    first, *others = found
    for other in others:
        for name, cosine in first.items():
            assert np.abs(cosine - other[name]).max() < 1e-3, name
