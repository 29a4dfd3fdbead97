"""The map of a tag's neighbors: the place of each in the plane, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..db.sql_files import sql_text
from ..index.unit_vectors import unit_vectors
from ..tags.neighbors import Neighbors
from .headings import Heading, map_heading

# A neighbor with a score below this share of its query's best one is not drawn. Measured over
# 400 queries each: in a synthetic export of 100,000 posts with known topics, it keeps all tags of
# the query's topic, and 98% of what it keeps are of that topic; with 0.05 it is 86%.
NEAR = 0.15

_ROUNDING = 1e-6  # of float32: what is shorter has no direction


@dataclass(frozen=True)
class Spot:
    """A tag on a map. y grows upward."""

    tag: str
    category: str
    posts: int
    score: float | None
    x: float
    y: float
    is_query: bool


@dataclass(frozen=True)
class TagMap:
    """A map: spots, queries first and then by score. left_out: the number of less similar tags."""

    heading: Heading
    spots: tuple[Spot, ...]
    left_out: int = 0

    @property
    def texts(self) -> list[str]:
        """What needs fonts: the title and the names of the tags."""
        return [self.heading.title, *(spot.tag for spot in self.spots)]


def neighbor_map(found: Neighbors, *, drawn_count: int = 24) -> TagMap:
    """Return the map of the query tags and of the neighbors closest to all of them.

    drawn_count: the most neighbors to draw; those far below the best one (`NEAR`) are left out,
    unless the question sets min_score. The question's map_count of them define the axes, by
    default those that are drawn.
    """
    count = found.question.map_count or drawn_count
    values = {
        "count": count,
        "drawn_count": drawn_count,
        "near": NEAR if found.question.min_score is None else None,
    }
    rows = found.connection.sql(sql_text("tags/neighbors", "map"), params=values).to_arrow_table()
    vectors = rows["factors"].combine_chunks().flatten().to_numpy().reshape(len(rows), -1)
    places, variance = plane(vectors)
    spots = tuple(
        Spot(**row, x=x, y=y)
        for row, (x, y) in zip(
            rows.drop_columns(["factors"]).to_pylist(), places.tolist(), strict=True
        )
        if row.pop("is_drawn")
    )
    ((neighbor_count,),) = found.connection.execute(
        "select count(distinct tag_id) from neighbor"
    ).fetchall()
    drawn = sum(not spot.is_query for spot in spots)
    left_out = min(neighbor_count, drawn_count, count) - drawn
    return TagMap(map_heading(found, sum(variance)), spots, left_out)


def plane(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return the place of each vector in the plane, and the share of variance of each axis.

    vectors: one a row. The plane is a PCA of these vectors alone, as in e6db: unit vectors are
    centered and made unit vectors again, so that what all have in common does not count. If vectors
    vary in fewer directions, the other coordinates and shares are zero.
    """
    unit = unit_vectors(vectors.astype(np.float64), shortest=_ROUNDING)
    unit = unit_vectors(unit - unit.mean(axis=0), shortest=_ROUNDING)
    left, lengths, axes = np.linalg.svd(unit - unit.mean(axis=0), full_matrices=False)
    lengths = np.where(lengths > _ROUNDING, lengths, 0)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])  # SVD leaves it open
    found = (left * lengths * signs)[:, :2]
    places = np.zeros((len(vectors), 2))
    places[:, : found.shape[1]] = found
    variance = np.square(np.append(lengths, [0, 0]))
    first, second = (variance[:2] / max(variance.sum(), _ROUNDING)).tolist()
    return places, (first, second)
