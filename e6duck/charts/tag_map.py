"""The map of a tag's neighbors: where each stands in the plane, and what a picture says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..compat.normalizers import tag_categories
from ..db.sql_files import sql_text
from ..tags.categories import category_ids
from ..tags.neighbors import Neighbors

# A neighbor that scores less than this share of its query's best one is not drawn. Measured over
# 400 queries each: in a synthetic export of 100,000 posts, whose topics are known, it keeps all
# tags of the query's topic, and 98% of what it keeps are of that topic; of 0.05 it is 86%.
NEAR = 0.15

_ROUNDING = 1e-6  # of float32: what is shorter has no direction
_PLURALS = {each: f"{each}s" for each in ("artist", "contributor", "copyright", "character")}
_METHODS = {"als": "ALS", "svd": "SVD"}


@dataclass(frozen=True)
class MapRow:
    """A tag that takes part in a map; with is_drawn false it only helps to find the axes."""

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
    """What a picture shows: spots, queries first and then by score, and its texts.

    variance: the share of each axis. left_out: the number of neighbors that are not similar enough.
    """

    title: str
    spots: tuple[Spot, ...]
    variance: tuple[float, float]
    subtitle: str = ""
    source: str = ""
    left_out: int = 0


def neighbor_map(found: Neighbors, *, drawn_count: int = 24) -> TagMap:
    """Return the map of the tags asked for and of the neighbors closest to all of them.

    drawn_count: the most neighbors to draw; those far below the best one (`NEAR`) are left out,
    unless the question names a least score. The question's map_count of them define the axes, by
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
    map_rows = [MapRow(**row) for row in rows.drop_columns(["factors"]).to_pylist()]
    spots, variance = plane(map_rows, vectors)
    ((neighbor_count,),) = found.connection.execute(
        "select count(distinct tag_id) from neighbor"
    ).fetchall()
    drawn = sum(not spot.is_query for spot in spots)
    return TagMap(
        _title(found),
        spots,
        variance,
        _subtitle(found, variance),
        _source(found),
        left_out=min(neighbor_count, drawn_count, count) - drawn,
    )


def plane(
    rows: Sequence[MapRow], vectors: NDArray[np.float32]
) -> tuple[tuple[Spot, ...], tuple[float, float]]:
    """Return the tags to draw with their places, and the share of variance of each axis.

    vectors: a row for each tag. The plane is a PCA as e6db makes it, of these vectors alone: unit
    vectors are centred and made unit vectors again, so that what all have in common does not count.
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
    spots = tuple(
        Spot(row.tag, row.category, row.posts, row.score, x, y, row.is_query)
        for row, (x, y) in zip(rows, places.tolist(), strict=True)
        if row.is_drawn or row.is_query
    )
    return spots, (first, second)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors of length one; one that is zero but for rounding becomes zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > _ROUNDING, vectors / np.maximum(length, _ROUNDING), 0.0)


def _title(found: Neighbors) -> str:
    """Return what was asked, such as "Species most similar to fox"."""
    ids = category_ids(found.connection, found.question.categories) or []
    names = [tag_categories[each] for each in ids]
    kinds = [each if each == "species" else _PLURALS.get(each, f"{each} tags") for each in names]
    kind = _listed(kinds) or "tags"
    return f"{kind[0].upper()}{kind[1:]} most similar to {_queries(found)}"


def _queries(found: Neighbors) -> str:
    if len(found.labels) > 1:
        return _listed(found.labels)
    names = found.labels[0].split(" ")
    subtracts = bool(found.question.unwanted)
    wanted = _listed([name for name in names if not (subtracts and name.startswith("-"))])
    unwanted = _listed([name[1:] for name in names if subtracts and name.startswith("-")])
    return f"{wanted} without {unwanted}" if unwanted else wanted


def _listed(names: Sequence[str]) -> str:
    """Return names as in a sentence: a, b and c."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _subtitle(found: Neighbors, variance: tuple[float, float]) -> str:
    """Return how the map was made, and of which tags."""
    asked = found.question
    facts = dict(
        found.connection.execute(
            "select name, value from training_info where name = 'method'"
        ).fetchall()
    )
    method = _METHODS.get(facts.get("method", ""), "tag")
    reduced = f" in {asked.first_pca} dimensions" if asked.first_pca else ""
    used = f"; tags with {asked.min_posts:,}+ posts" if asked.min_posts else ""
    return (
        f"Tags used alike stand close together. Cosine of {method} vectors{reduced}, drawn by PCA"
        f" ({sum(variance):.0%} of the variance){used}."
    )


def _source(found: Neighbors) -> str:
    """Return where the data are from."""
    rows = found.connection.execute(sql_text("tags/neighbors", "source")).fetchall()
    if not rows:
        return "Source: imported index files. Drawn by e6duck."
    ((file_date, newest_post, posts),) = rows
    count = f"{posts:,} post{'s' * (posts != 1)}"
    if file_date:
        return f"Source: tag export of {file_date}, {count}. Drawn by e6duck."
    newest = f" up to {newest_post:%Y-%m-%d}" if newest_post else ""
    return f"Source: tag export with {count}{newest}. Drawn by e6duck."
