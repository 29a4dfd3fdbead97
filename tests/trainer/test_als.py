"""Alternating least squares: weights, a half step against a dense solution, Ctrl-C, devices."""

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
from e6duck.progress import no_progress
from e6duck.trainer.als import _has_gpu, als_vectors, choose_device, weighted
from tests.support.matrices import drawn_posts, uses_of

pytestmark = pytest.mark.usefixtures("one_blas_thread")

USES = uses_of(drawn_posts(60, 12), 12)


def als(recipe: Recipe, start: Vectors | None = None, weights: Any = None) -> Any:
    found = weighted(USES, "tfidf") if weights is None else weights
    return als_vectors(found, recipe, start=start, device="cpu", threads=1, progress=no_progress)


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
    """Return for each row the x with the least sum c (p - x y)^2 + regularization x^2 over columns.

    p is 1 and c the weight if the post has the tag; otherwise p is 0 and c is 1.
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
    """Conjugate gradients are exact after one step per factor, and implicit takes 3 steps."""
    weights = weighted(USES, "tfidf").toarray().astype(np.float64) * alpha
    start = np.random.default_rng(0).random((12, 3), dtype=np.float32)
    before = start.copy()
    recipe = Recipe(factors=3, regularization=0.5, iterations=1, alpha=alpha)
    tags, posts = als(recipe, start)
    expected_posts = half_step(weights, start.astype(np.float64), 0.5)
    assert posts == pytest.approx(expected_posts, rel=1e-3, abs=1e-4)
    assert tags == pytest.approx(half_step(weights.T, expected_posts, 0.5), rel=1e-2, abs=1e-3)
    assert np.array_equal(start, before)


def test_the_seed_decides_the_random_start() -> None:
    first, again, other = (als(Recipe(factors=3, regularization=1, seed=n))[0] for n in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_each_iteration_is_reported() -> None:
    reported: list[tuple[str, int, int]] = []
    recipe = Recipe(factors=2, regularization=1.0, iterations=3)
    als_vectors(
        weighted(USES, "none"),
        recipe,
        start=None,
        device="cpu",
        threads=1,
        progress=lambda *event: reported.append(event),
    )
    assert reported == [("iterating", done, 3) for done in range(4)]


def test_vectors_that_are_not_finite_are_an_error() -> None:
    with pytest.raises(E6DuckError, match="not finite; try more regularization or a smaller alpha"):
        als(Recipe(factors=3, regularization=0.0, alpha=1e38))


# Ctrl-C, and failures


def test_an_interrupt_ends_the_iterations() -> None:
    """The main thread handles it, and the thread that iterates ends before its last iteration."""
    before = set(threading.enumerate())
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
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert reached[:4] == [0, 1, 2, 3]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_of_the_second_thread_is_raised_in_the_first(error: type[BaseException]) -> None:
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


def test_the_cpu_can_always_be_used() -> None:
    assert choose_device("cpu") == ("cpu", None)


@pytest.mark.parametrize("has_gpu", [False, True])
def test_a_notice_about_the_cpu_is_given_only_if_there_is_a_gpu(
    monkeypatch: pytest.MonkeyPatch, has_gpu: bool
) -> None:
    monkeypatch.setattr("e6duck.trainer.als._why_no_cuda", lambda: "implicit finds no CUDA")
    monkeypatch.setattr("e6duck.trainer.als._has_gpu", lambda: has_gpu)
    line = "training on the CPU: implicit finds no CUDA" if has_gpu else None
    assert choose_device("auto") == ("cpu", line)
    with pytest.raises(E6DuckError, match=r"^cannot train with CUDA: implicit finds no CUDA;"):
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
    with pytest.raises(UsageError, match='device must be one of auto, cpu, cuda, not "gpu"'):
        choose_device("gpu")  # type: ignore[arg-type]
