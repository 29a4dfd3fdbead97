"""The places of tags on a map, for vectors of which they are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from e6duck.charts.tag_map import plane


def places(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    return plane(vectors)[0]


def random_vectors(count: int, factors: int = 16) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=(count, factors)).astype(np.float32)


def test_two_groups_stand_on_two_sides() -> None:
    vectors = np.zeros((8, 5), np.float32)
    vectors[:4, 0] = vectors[4:, 1] = 1
    vectors[:, 2] = np.tile([0.1, -0.1], 4)
    first, second = places(vectors).T
    assert (np.sign(first[:4]) == np.sign(first[0])).all()
    assert (np.sign(first[4:]) == -np.sign(first[0])).all()
    assert np.abs(second).max() < np.abs(first).min()


def test_axes_are_those_of_e6db() -> None:
    """Its recipe, step by step, with the eigenvectors of the covariance instead of an SVD."""
    vectors = random_vectors(30)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = unit - unit.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    centered = unit - unit.mean(axis=0)
    variances, axes = np.linalg.eigh(centered.T @ centered)
    found, shares = plane(vectors)
    np.testing.assert_allclose(np.abs(found), np.abs(centered @ axes[:, [-1, -2]]), atol=1e-5)
    np.testing.assert_allclose(shares, variances[[-1, -2]] / variances.sum(), atol=1e-5)


def test_length_of_a_vector_means_nothing() -> None:
    vectors = random_vectors(12)
    longer = vectors * np.arange(1, 13, dtype=np.float32)[:, None]
    np.testing.assert_allclose(places(vectors), places(longer), atol=1e-5)


def test_an_axis_has_one_direction() -> None:
    """An SVD may return either direction; mirrored vectors show that we choose one."""
    vectors = random_vectors(12)
    found, again = places(vectors), places(vectors[:, ::-1].copy())
    np.testing.assert_allclose(found, again, atol=1e-5)


@pytest.mark.parametrize(
    ("vectors", "shares"),
    [
        pytest.param(random_vectors(1), (0, 0), id="one tag"),
        pytest.param(random_vectors(2), (1, 0), id="two tags"),
        pytest.param(random_vectors(3), None, id="three tags"),
        pytest.param(np.ones((9, 4), np.float32), (0, 0), id="all alike"),
        pytest.param(np.zeros((9, 4), np.float32), (0, 0), id="no directions"),
        pytest.param(np.eye(9, 1, dtype=np.float32), None, id="one factor"),
        pytest.param(np.repeat(np.eye(2, 4, dtype=np.float32), 5, axis=0), (1, 0), id="two places"),
    ],
)
def test_few_or_equal_vectors_have_a_map(
    vectors: NDArray[np.float32], shares: tuple[float, float] | None
) -> None:
    found, variance = plane(vectors)
    assert np.isfinite(found).all()
    assert sum(variance) <= 1 + 1e-9
    if shares:
        assert variance == pytest.approx(shares)
