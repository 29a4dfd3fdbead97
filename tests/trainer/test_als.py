"""Alternating least squares: a half step against a dense solution, and what a use weighs."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from implicit.nearest_neighbours import bm25_weight, tfidf_weight
from scipy.sparse import coo_matrix, csr_matrix

from e6duck import E6DuckError, Recipe, UsageError
from e6duck.index.vectors import Vectors
from e6duck.trainer.als import THREAD, _has_gpu, als_vectors, choose_device, weighted
from e6duck.trainer.model import averaged, make_vectors
from tests.trainer.test_ppmi import drawn_posts, quiet, uses_of

pytestmark = pytest.mark.usefixtures("one_blas_thread")

USES = uses_of(drawn_posts(60, 12), 12)


def als(recipe: Recipe, start: Vectors | None = None, weights: Any = None) -> Any:
    found = weighted(USES, "tfidf") if weights is None else weights
    return als_vectors(found, recipe, start=start, device="cpu", threads=1, progress=quiet)


# Weights


def test_weights_are_those_of_implicit() -> None:
    plain = coo_matrix(USES.toarray().astype(np.float64))
    for weighting, expected in (("tfidf", tfidf_weight(plain)), ("bm25", bm25_weight(plain))):
        found = weighted(USES, weighting)  # type: ignore[arg-type]
        assert isinstance(found, csr_matrix)
        assert found.dtype == np.float32
        assert (found.indices.dtype, found.indptr.dtype) == (np.int32, np.int32)
        assert found.toarray() == pytest.approx(expected.toarray(), rel=1e-5, abs=1e-6)
    assert np.array_equal(weighted(USES, "none").toarray(), USES.toarray())


def test_a_post_without_a_tag_has_weights_too() -> None:
    for weighting in ("tfidf", "bm25", "none"):
        uses = uses_of([{0, 1}, set(), {1, 2}, {2}], 3)
        assert np.isfinite(weighted(uses, weighting).toarray()).all()


# A half step


def half_step(weights: Any, given: Any, regularization: float) -> Any:
    """For each row, the x of least sum c (p - x y)^2 + regularization x^2 over all columns.

    p is 1 and c the weight where there is one; else p is 0 and c is 1.
    """
    rows = []
    for row in weights:
        is_use = row != 0
        confidence = np.where(is_use, row, 1.0)
        left = (given.T * confidence) @ given + regularization * np.eye(given.shape[1])
        rows.append(np.linalg.solve(left, given.T @ (confidence * is_use)))
    return np.array(rows)


@pytest.mark.parametrize("alpha", [1.0, 4.0])
def test_an_iteration_is_two_dense_solutions(alpha: float) -> None:
    """Conjugate gradients are exact after a step for each factor, and implicit takes 3."""
    weights = weighted(USES, "tfidf").toarray().astype(np.float64) * alpha
    start = np.random.default_rng(0).random((12, 3), dtype=np.float32)
    before = start.copy()
    recipe = Recipe(factors=3, regularization=0.5, iterations=1, alpha=alpha)
    tags, posts = als(recipe, start)
    expected_posts = half_step(weights, start.astype(np.float64), 0.5)
    assert posts == pytest.approx(expected_posts, rel=1e-3, abs=1e-4)
    assert tags == pytest.approx(half_step(weights.T, expected_posts, 0.5), rel=1e-2, abs=1e-3)
    assert np.array_equal(start, before)


def test_a_random_start_is_of_its_seed() -> None:
    first, again, other = (als(Recipe(factors=3, regularization=1, seed=n))[0] for n in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_each_iteration_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    recipe = Recipe(factors=2, regularization=1.0, iterations=3)
    als_vectors(
        weighted(USES, "none"),
        recipe,
        start=None,
        device="cpu",
        threads=1,
        progress=lambda *event: told.append(event),
    )
    assert told == [("iterating", done, 3) for done in range(4)]


# The neighbours on a checkerboard: post i has tag j where both are even, or both are odd

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
def test_neighbours_on_a_checkerboard_are_of_its_colour(recipe: Recipe) -> None:
    resolved = Recipe(**{**vars(recipe), "factors": 2}).resolved(posts=80, tags=20)
    vectors, posts = make_vectors(BOARD, resolved, threads=1)
    assert vectors.dtype == np.float32
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = unit @ unit.T
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


def test_identical_tags_have_one_vector() -> None:
    uses = uses_of([post | {12 + tag for tag in post} for post in drawn_posts(100, 12)], 24)
    vectors, _ = make_vectors(uses, Recipe(factors=4).resolved(posts=100, tags=24), threads=1)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (unit[:12] * unit[12:]).sum(axis=1).min() > 1 - 1e-5


@pytest.mark.parametrize("posts", [[{0, 1}] * 20, [{0}, {1}] * 20, [{0}]], ids=str)
@pytest.mark.parametrize("weighting", ["tfidf", "bm25", "none"])
def test_what_tells_nothing_gives_finite_vectors(posts: list[set[int]], weighting: Any) -> None:
    recipe = Recipe(weighting=weighting).resolved(posts=len(posts), tags=2)
    vectors, _ = make_vectors(uses_of(posts, 2), recipe, threads=1)
    assert np.isfinite(vectors).all()


def test_vectors_that_are_not_finite_are_an_error() -> None:
    with pytest.raises(E6DuckError, match="not finite; try more --regularization or less --alpha"):
        als(Recipe(factors=3, regularization=0.0, alpha=1e38))


# The middle


def test_the_middle_has_the_length_of_the_end() -> None:
    start = np.array([[1, 0], [1, 0], [0, 0], [1, 0], [1, 0]], np.float32)
    end = np.array([[0, 3], [5, 0], [0, 2], [0, 0], [-2, 0]], np.float32)
    root = 3 / np.sqrt(2)
    # Without a start it is the end; without an end, or with one that takes all back, nothing.
    expected = [[root, root], [5, 0], [0, 2], [0, 0], [0, 0]]
    assert averaged(start, end) == pytest.approx(np.array(expected), rel=1e-6)


# Ctrl-C, and failures


def test_an_interruption_ends_the_iterations() -> None:
    """It is heard in the main thread, while the other iterates; and that stops before its end."""
    reached = []

    def progress(stage: str, done: int, total: int) -> None:
        reached.append(done)
        if done == 3:
            signal.raise_signal(signal.SIGINT)

    recipe = Recipe(factors=2, regularization=1.0, iterations=10**9)
    with pytest.raises(KeyboardInterrupt):
        als_vectors(
            weighted(USES, "none"), recipe, start=None, device="cpu", threads=1, progress=progress
        )
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()
    assert reached[:4] == [0, 1, 2, 3]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_is_raised_while_it_iterates_is_raised_here(error: type[BaseException]) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        if done:
            raise error

    with pytest.raises(error):
        als_vectors(
            weighted(USES, "none"),
            Recipe(factors=2, regularization=1.0),
            start=None,
            device="cpu",
            threads=1,
            progress=progress,
        )


# The device


def test_the_processor_is_always_there() -> None:
    assert choose_device("cpu") == ("cpu", None)


@pytest.mark.parametrize("has_gpu", [False, True])
def test_a_processor_is_explained_only_beside_a_gpu(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool
) -> None:
    monkeypatch.setattr("e6duck.trainer.als._cuda_trouble", lambda: "implicit finds no CUDA")
    monkeypatch.setattr("e6duck.trainer.als._has_gpu", lambda: has_gpu)
    line = "training on the CPU: implicit finds no CUDA" if has_gpu else None
    assert choose_device("auto") == ("cpu", line)
    with pytest.raises(E6DuckError, match=r"^no training with CUDA: implicit finds no CUDA; use"):
        choose_device("cuda")


@pytest.mark.skipif(any(Path("/dev").glob("nvidia[0-9]*")), reason="there is a GPU here")
@pytest.mark.parametrize(
    ("status", "count", "expected"), [(0, 0, False), (0, 2, True), (100, 2, False)]
)
def test_a_gpu_is_one_that_the_driver_counts(
    monkeypatch: pytest.MonkeyPatch, status: int, count: int, expected: bool
) -> None:
    class Driver:
        def __init__(self, name: str) -> None:
            assert name in ("libcuda.so.1", "nvcuda.dll")

        def cuInit(self, flags: int) -> int:  # noqa: N802
            return status

        def cuDeviceGetCount(self, place: Any) -> int:  # noqa: N802
            place._obj.value = count
            return 0

    monkeypatch.setattr("ctypes.CDLL", Driver)
    assert _has_gpu() is expected


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(UsageError, match='device is "gpu"; choose auto, cpu, cuda'):
        choose_device("gpu")  # type: ignore[arg-type]
