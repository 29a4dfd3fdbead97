"""How good vectors are, and how much two sets of them agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..db.connection import Connection
from ..index.vectors import Vectors

Ids = NDArray[np.int64]

NEIGHBOURS = 10
_BLOCK_ROWS = 512
_QUERIES = 1_000


def nearest(vectors: Vectors, queries: Ids, candidates: Ids, count: int = NEIGHBOURS) -> Ids:
    """Return the candidates with the highest cosine to each query, itself left out, in any order.

    queries and candidates are rows of vectors; the result has a row a query.
    """
    unit = _unit(vectors)
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


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def overlap(first: Vectors, second: Vectors) -> float:
    """Return the share of the nearest of the most used tags that two sets of vectors agree on."""
    tags = np.arange(len(first))
    pairs = (nearest(each, tags[:_QUERIES], tags) for each in (first, second))
    shares = [len(np.intersect1d(*rows)) / len(rows[0]) for rows in zip(*pairs, strict=True)]
    return float(np.mean(shares))


@dataclass(frozen=True)
class Kinship:
    """How many tags of a tag's category imply directly a tag that it implies directly.

    share: of its 10 nearest, from 0 to 1; chance: of all others with a vector, which is what any 10
    of them have on average.
    """

    share: float
    chance: float


def sibling_share(connection: Connection, vectors: Vectors) -> Kinship | None:
    """Return the average of the 1,000 most used tags that share an implied tag with five or more.

    None where there are no such tags.
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
        kind = np.flatnonzero((category == one) & has_vector)
        if len(kind) > NEIGHBOURS:
            asked = queries[category[queries] == one]
            rows = zip(asked.tolist(), nearest(vectors, asked, kind).tolist(), strict=True)
            shares += [_kin(parents, tag, found) for tag, found in rows]
            others = set(kind.tolist())
            kin = (_siblings(parents, children, tag) & others for tag in asked.tolist())
            chances += [len(each) / (len(kind) - 1) for each in kin]
    return Kinship(float(np.mean(shares)), float(np.mean(chances))) if shares else None


def _kin(parents: dict[int, set[int]], tag: int, found: list[int]) -> float:
    """Return the share of the found that imply directly what a tag implies directly."""
    return sum(bool(parents[tag] & parents.get(each, set())) for each in found) / len(found)


def _parents(connection: Connection, tags: int) -> dict[int, set[int]]:
    """Return what each tag with a vector implies directly."""
    rows = connection.execute(
        "select antecedent_id, consequent_id from tag_implications where depth = 1"
    ).fetchall()
    parents: dict[int, set[int]] = {}
    for child, parent in rows:
        if child < tags:
            parents.setdefault(child, set()).add(parent)
    return parents


def _children(parents: dict[int, set[int]]) -> dict[int, set[int]]:
    """Return what implies each tag directly."""
    children: dict[int, set[int]] = {}
    for child, above in parents.items():
        for parent in above:
            children.setdefault(parent, set()).add(child)
    return children


def _siblings(parents: dict[int, set[int]], children: dict[int, set[int]], tag: int) -> set[int]:
    """Return the other tags that share a directly implied tag with a tag."""
    return set().union(*(children[parent] for parent in parents[tag])) - {tag}


def _with_siblings(
    parents: dict[int, set[int]], children: dict[int, set[int]], least: int = 5
) -> list[int]:
    """Return the tags that share an implied tag with `least` others or more, most used first."""
    return [child for child in sorted(parents) if len(_siblings(parents, children, child)) >= least]


def _categories(connection: Connection, tags: int) -> NDArray[Any]:
    query = "select category from tags where tag_id < $1 order by tag_id"
    rows = connection.execute(query, [tags]).fetchall()
    return np.array([category for (category,) in rows])
