"""Where tags stand on a map, for vectors of which it is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from e6duck.charts.tag_map import MapRow, TagMap, plane


def mapped(vectors: NDArray[np.float32]) -> TagMap:
    """Return the map of as many tags as there are vectors, of which the first is the query."""
    rows = [
        MapRow(f"tag_{number}", "general", 10, None if number == 0 else 0.5, number == 0, True)
        for number in range(len(vectors))
    ]
    return TagMap("a title", *plane(rows, vectors))


def places(tag_map: TagMap) -> NDArray[np.float64]:
    return np.array([(spot.x, spot.y) for spot in tag_map.spots])


def random_vectors(count: int, factors: int = 16) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=(count, factors)).astype(np.float32)


def test_two_groups_stand_on_two_sides() -> None:
    vectors = np.zeros((8, 5), np.float32)
    vectors[:4, 0] = vectors[4:, 1] = 1
    vectors[:, 2] = np.tile([0.1, -0.1], 4)
    first, second = places(mapped(vectors)).T
    assert (np.sign(first[:4]) == np.sign(first[0])).all()
    assert (np.sign(first[4:]) == -np.sign(first[0])).all()
    assert np.abs(second).max() < np.abs(first).min()


def test_axes_are_those_of_e6db() -> None:
    """Its recipe, step by step, with the eigenvectors of the covariance instead of an SVD."""
    vectors = random_vectors(30)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = unit - unit.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    centred = unit - unit.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    found = mapped(vectors)
    np.testing.assert_allclose(
        np.abs(places(found)), np.abs(centred @ axes[:, [-1, -2]]), atol=1e-5
    )
    np.testing.assert_allclose(found.variance, variances[[-1, -2]] / variances.sum(), atol=1e-5)


def test_length_of_a_vector_means_nothing() -> None:
    vectors = random_vectors(12)
    longer = vectors * np.arange(1, 13, dtype=np.float32)[:, None]
    np.testing.assert_allclose(places(mapped(vectors)), places(mapped(longer)), atol=1e-5)


def test_an_axis_has_one_direction() -> None:
    """The SVD may return either; mirrored vectors tell whether we choose."""
    vectors = random_vectors(12)
    found, again = places(mapped(vectors)), places(mapped(vectors[:, ::-1].copy()))
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
    found = mapped(vectors)
    assert np.isfinite(places(found)).all()
    assert sum(found.variance) <= 1 + 1e-9
    if shares:
        assert found.variance == pytest.approx(shares)


def test_rows_that_are_not_drawn_still_make_the_axes() -> None:
    vectors = random_vectors(20)
    rows = [MapRow(str(number), "lore", 1, 0.1, number == 0, number < 5) for number in range(20)]
    found = TagMap("", *plane(rows, vectors))
    assert [spot.tag for spot in found.spots] == ["0", "1", "2", "3", "4"]
    np.testing.assert_array_equal(places(found), places(mapped(vectors))[:5])


def test_a_query_is_drawn_in_any_case() -> None:
    rows = [
        MapRow("query", "lore", 1, None, True, False),
        MapRow("else", "lore", 1, 1, False, False),
    ]
    spots, _ = plane(rows, random_vectors(2))
    assert [spot.tag for spot in spots] == ["query"]
