"""Vectors to a map: where tags stand in the plane, and what a picture of them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-6  # of float32: what is shorter has no direction


@dataclass(frozen=True)
class MapRow:
    """A tag that takes part in a map; with is_drawn false only the axes know of it."""

    tag: str
    category: str
    posts: int
    score: float | None
    is_query: bool
    is_drawn: bool


@dataclass(frozen=True)
class Spot:
    """A tag on a map: its first and second coordinate, y upward."""

    tag: str
    category: str
    posts: int
    score: float | None
    x: float
    y: float
    is_query: bool


@dataclass(frozen=True)
class TagMap:
    """What a picture shows: spots, queries first and then by score, and the axes' variance."""

    title: str
    spots: tuple[Spot, ...]
    variance: tuple[float, float]


def local_map(title: str, rows: Sequence[MapRow], vectors: NDArray[np.float32]) -> TagMap:
    """Return the map of tags as e6db draws it: a PCA of these alone, not of the vocabulary.

    rows: the queries, then their neighbours, best first. vectors: a row for each. Unit vectors are
    centred and made unit vectors again, so that what all have in common counts for nothing, and
    lie on their two main axes, of which variance is the share.
    """
    places, variance = _plane(vectors)
    spots = tuple(
        Spot(row.tag, row.category, row.posts, row.score, x, y, row.is_query)
        for row, (x, y) in zip(rows, places.tolist(), strict=True)
        if row.is_drawn or row.is_query
    )
    return TagMap(title, spots, variance)


def _plane(
    vectors: NDArray[np.float32],
) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return the two main coordinates of each vector, and the share of variance of each axis.

    Where vectors vary in fewer directions, the other coordinates and shares are zero.
    """
    unit = _unit(vectors.astype(np.float64))
    unit = _unit(unit - unit.mean(axis=0))
    left, lengths, axes = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)
    lengths = np.where(lengths > _ROUNDING, lengths, 0)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])  # SVD leaves it open
    found = (left * lengths * signs)[:, :2]
    places = np.zeros((len(vectors), 2))
    places[:, : found.shape[1]] = found
    variance = np.square(np.append(lengths, [0, 0]))
    first, second = (variance[:2] / max(variance.sum(), _ROUNDING)).tolist()
    return places, (first, second)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors of length one; one that is zero but for rounding becomes zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > _ROUNDING, vectors / np.maximum(length, _ROUNDING), 0.0)
