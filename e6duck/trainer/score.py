"""How good vectors are, and how far two sets of vectors agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..db.connection import Connection
from ..index.unit_vectors import unit_vectors
from ..index.vectors import Vectors

Ids = NDArray[np.int64]

NEIGHBORS = 10
_BLOCK_ROWS = 512
_QUERIES = 1_000
_MIN_SIBLINGS = 5


def nearest(vectors: Vectors, queries: Ids, candidates: Ids, count: int = NEIGHBORS) -> Ids:
    """Return the other candidates with the highest cosine to each query, in any order.

    queries and candidates: row numbers of vectors, as is the result, which has a row per query.
    """
    unit = unit_vectors(vectors)
    columns = unit[candidates].T
    place = np.full(len(vectors), -1)
    place[candidates] = np.arange(len(candidates))
    count = min(count, len(candidates) - 1)
    found = np.empty((len(queries), count), np.int64)
    for first in range(0, len(queries), _BLOCK_ROWS):
        block = queries[first : first + _BLOCK_ROWS]
        score = unit[block] @ columns
        own = np.flatnonzero(place[block] >= 0)
        score[own, place[block[own]]] = -np.inf
        best = np.argpartition(-score, count - 1, axis=1)[:, :count]
        found[first : first + len(block)] = candidates[best]
    return found


def overlap(first: Vectors, second: Vectors) -> float:
    """Return the share of the most used tags' nearest neighbors that are the same in two sets."""
    tags = np.arange(len(first))
    pairs = (nearest(each, tags[:_QUERIES], tags) for each in (first, second))
    shares = [len(np.intersect1d(*rows)) / len(rows[0]) for rows in zip(*pairs, strict=True)]
    return float(np.mean(shares))


@dataclass(frozen=True)
class SiblingShare:
    """The share of siblings: tags of the same category that directly imply the same tag.

    Both numbers are from 0 to 1. share: among the 10 nearest neighbors in the category. chance:
    among all other tags of the category with a vector, which is the average of 10 random ones.
    """

    share: float
    chance: float


def sibling_share(connection: Connection, vectors: Vectors) -> SiblingShare | None:
    """Return the average over the 1,000 most used tags that have five siblings or more.

    None if there are no such tags.
    """
    parents = _parents(connection, len(vectors))
    children = _children(parents)
    has_vector: NDArray[np.bool_] = np.any(vectors != 0, axis=1)
    queries = np.array(
        [tag for tag in _with_siblings(parents, children) if has_vector[tag]][:_QUERIES], int
    )
    category = _categories(connection, len(vectors))
    shares: list[float] = []
    chances: list[float] = []
    for one in np.unique(category[queries]):
        same = np.flatnonzero((category == one) & has_vector)
        if len(same) > NEIGHBORS:
            asked = queries[category[queries] == one]
            rows = zip(asked.tolist(), nearest(vectors, asked, same).tolist(), strict=True)
            shares += [_share(parents, tag, found) for tag, found in rows]
            others = set(same.tolist())
            siblings = (_siblings(parents, children, tag) & others for tag in asked.tolist())
            chances += [len(each) / (len(same) - 1) for each in siblings]
    return SiblingShare(float(np.mean(shares)), float(np.mean(chances))) if shares else None


def _share(parents: dict[int, set[int]], tag: int, found: list[int]) -> float:
    """Return the share of the tags in found that directly imply the same tag as another tag."""
    return sum(bool(parents[tag] & parents.get(each, set())) for each in found) / len(found)


def _parents(connection: Connection, tags: int) -> dict[int, set[int]]:
    """Return the tags that each trained tag implies directly."""
    rows = connection.execute(
        "select antecedent_id, consequent_id from tag_implications where depth = 1"
    ).fetchall()
    parents: dict[int, set[int]] = {}
    for child, parent in rows:
        if child < tags:
            parents.setdefault(child, set()).add(parent)
    return parents


def _children(parents: dict[int, set[int]]) -> dict[int, set[int]]:
    """Return the tags that imply each tag directly."""
    children: dict[int, set[int]] = {}
    for child, above in parents.items():
        for parent in above:
            children.setdefault(parent, set()).add(child)
    return children


def _siblings(parents: dict[int, set[int]], children: dict[int, set[int]], tag: int) -> set[int]:
    """Return the other tags that directly imply the same tag as another tag."""
    return set().union(*(children[parent] for parent in parents[tag])) - {tag}


def _with_siblings(parents: dict[int, set[int]], children: dict[int, set[int]]) -> list[int]:
    """Return the tags with `_MIN_SIBLINGS` siblings or more, the most used first."""
    counts = {tag: len(_siblings(parents, children, tag)) for tag in sorted(parents)}
    return [tag for tag, count in counts.items() if count >= _MIN_SIBLINGS]


def _categories(connection: Connection, tags: int) -> NDArray[Any]:
    """Return the category of each trained tag."""
    query = "select category from tags where tag_id < $1 order by tag_id"
    rows = connection.execute(query, [tags]).fetchall()
    return np.array([category for (category,) in rows])
