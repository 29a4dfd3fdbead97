"""Vectors by recipes: neighbors that are known by construction, ties, and tags without a vector."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e6duck import Recipe
from e6duck.trainer.model import averaged, first_on_same_posts, make_vectors
from tests.kernels import usable_kernels
from tests.support.matrices import cosines, drawn_posts, uses_of
from tests.support.planted_ties import PLANTED, planted_vectors

pytestmark = pytest.mark.usefixtures("one_blas_thread")

# A checkerboard: post i has tag j if both are even, or both are odd.
BOARD = uses_of([set(range(number % 2, 20, 2)) for number in range(80)], 20)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(weighting="bm25"),
        Recipe(weighting="none", alpha=10),
        Recipe(start="random", regularization=0.02, iterations=15),
        Recipe(method="svd"),
    ],
    ids=lambda recipe: f"{recipe.method} {recipe.weighting} {recipe.start}",
)
def test_neighbors_on_a_checkerboard_have_its_color(recipe: Recipe) -> None:
    resolved = Recipe(**{**vars(recipe), "factors": 2}).resolved(posts=80, tags=20)
    vectors, posts = make_vectors(BOARD, resolved, threads=1)
    assert vectors.dtype == np.float32
    cosine = cosines(vectors)
    np.fill_diagonal(cosine, -2)
    for tag, row in enumerate(cosine):
        assert {int(each) % 2 for each in np.argsort(-row)[:9]} == {tag % 2}
    assert (posts is None) == (recipe.method == "svd")
    if posts is not None:
        score = posts @ vectors.T
        assert (score[0][::2].min() > score[0][1::2].max()) or recipe.start == "svd"


def test_a_tag_on_no_post_has_no_vector() -> None:
    uses = uses_of([{0, 1}, {0, 1}, {2, 3}, {2, 3}] * 10, 6)
    for start in ("svd", "random"):
        recipe = Recipe(factors=2, start=start).resolved(posts=40, tags=6)
        vectors, _ = make_vectors(uses, recipe, threads=1)
        assert not vectors[4:].any()
        assert vectors[:4].any(axis=1).all()


@pytest.mark.parametrize("posts", [[{0, 1}] * 20, [{0}, {1}] * 20, [{0}]], ids=str)
@pytest.mark.parametrize("weighting", ["tfidf", "bm25", "none"])
def test_posts_without_information_give_finite_vectors(
    posts: list[set[int]], weighting: Any
) -> None:
    recipe = Recipe(weighting=weighting).resolved(posts=len(posts), tags=2)
    vectors, _ = make_vectors(uses_of(posts, 2), recipe, threads=1)
    assert np.isfinite(vectors).all()


def test_the_mean_has_the_length_of_the_end() -> None:
    start = np.array([[1, 0], [1, 0], [0, 0], [1, 0], [1, 0]], np.float32)
    end = np.array([[0, 3], [5, 0], [0, 2], [0, 0], [-2, 0]], np.float32)
    root = 3 / np.sqrt(2)
    # Without a start it is the end. It is zero without an end, and if the two are opposite.
    expected = [[root, root], [5, 0], [0, 2], [0, 0], [0, 0]]
    assert averaged(start, end) == pytest.approx(np.array(expected), rel=1e-6)


# Ties


def test_tags_on_the_same_posts_are_found() -> None:
    """Tags 0 and 1 are on as many posts, and on other ones; 4 and 5 are on no post."""
    posts = [{0, 2}, {1, 3}, {0, 2, 6}, {1, 3, 6}, {3}]
    assert first_on_same_posts(uses_of(posts, 7)).tolist() == [0, 1, 0, 3, 4, 4, 6]


@pytest.mark.parametrize("method", ["als", "svd"])
def test_tags_on_the_same_posts_have_the_very_same_vector(method: Any) -> None:
    """So that their scores are equal, and their order does not depend on the kernel of BLAS."""
    uses = uses_of([post | {12 + tag for tag in post} for post in drawn_posts(100, 12)], 24)
    recipe = Recipe(method=method, factors=4).resolved(posts=100, tags=24)
    vectors, _ = make_vectors(uses, recipe, threads=1)
    assert np.array_equal(vectors[:12], vectors[12:])
    assert len(np.unique(vectors[:12], axis=0)) == 12


@pytest.mark.parametrize("method", ["svd", "als"])
@pytest.mark.parametrize("name", PLANTED)
def test_a_method_gives_tags_on_the_same_posts_one_direction(name: str, method: str) -> None:
    """Or no vector, if there are more groups than factors and theirs is not a main one.

    With svd, groups that are never on the same post are at right angles.
    """
    vectors, groups = planted_vectors(name, method)
    cosine, has_vector = cosines(vectors), vectors.any(axis=1)
    for group in groups:
        assert len(set(has_vector[group].tolist())) == 1
        if has_vector[group[0]]:
            assert cosine[np.ix_(group, group)].min() > 1 - 1e-5
    if method == "svd" and len(groups) <= PLANTED[name][1]:
        group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        assert np.abs(cosine[group_of[:, None] != group_of]).max() < 0.01
    without = sum(not has_vector[group[0]] for group in groups)
    assert without == (5 if name == "many sizes, more than factors" else 0) or "twins" in name
    assert without < len(groups) / 10 or "more than factors" in name


SAVE_COSINES = """
import sys
import numpy as np
from tests.kernels import kernels_in_use
from tests.support.matrices import cosines
from tests.support.planted_ties import PLANTED, planted_vectors

path, kernel = sys.argv[1:]
assert kernels_in_use() == {kernel}
names = [name for name in PLANTED if sum(map(len, PLANTED[name][0][1])) < 1_300]
np.savez(path, **{
    f"{name} {method}": cosines(planted_vectors(name, method)[0])
    for name in names for method in ("svd", "als")
})
"""


def test_cosines_are_the_same_with_each_kernel(tmp_path: Path) -> None:
    """In processes of their own, as the kernel is chosen when the library is loaded."""
    kernels = usable_kernels()
    if len(kernels) < 2:
        pytest.skip("needs OpenBLAS, Linux and a processor with AVX2")
    found = []
    for kernel in kernels:
        path = tmp_path / f"{kernel}.npz"
        subprocess.run(
            [sys.executable, "-c", SAVE_COSINES, str(path), kernel],
            env=os.environ | {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1"},
            check=True,
        )
        found.append(dict(np.load(path)))
    first, *others = found
    for other in others:
        for name, cosine in first.items():
            assert np.abs(cosine - other[name]).max() < 1e-3, name
