"""The score of vectors: neighbors against a plain sort, and siblings counted by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e6duck.builder.build import build
from e6duck.db.connection import Connection, open_reading
from e6duck.trainer.score import nearest, overlap, sibling_share
from tests.support.exports import implication, post, tag, write_export
from tests.support.reference import Export

VECTORS = np.random.default_rng(0).standard_normal((700, 5)).astype(np.float32)


def plain_nearest(query: int, candidates: list[int], count: int) -> set[int]:
    def cosine(other: int) -> float:
        a, b = VECTORS[query].tolist(), VECTORS[other].tolist()
        return float(sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*b))

    others = [each for each in candidates if each != query]
    return set(sorted(others, key=cosine, reverse=True)[:count])


@pytest.mark.parametrize("count", [1, 10, 1_000])
def test_the_nearest_are_those_of_a_plain_sort(count: int) -> None:
    candidates = list(range(0, 300, 3))
    queries = [0, 1, 3, 299, *range(100, 699)]  # more than one block, and not all are candidates
    found = nearest(VECTORS, np.array(queries), np.array(candidates), count)
    assert found.shape == (len(queries), min(count, len(candidates) - 1))
    if count == 1_000:
        return
    for query, row in zip(queries[:50], found.tolist(), strict=False):
        assert set(row) == plain_nearest(query, candidates, count)


@pytest.mark.parametrize("tags", [2, 5, 11, 300])
def test_vectors_agree_with_themselves(tags: int) -> None:
    assert overlap(VECTORS[:tags], VECTORS[:tags] * 3) == 1


def test_random_vectors_agree_by_chance_only() -> None:
    assert overlap(VECTORS[:300], VECTORS[300:600]) < 0.1


# Siblings: six species are canine, and six are feline.
SPECIES = [*(f"dog_{number}" for number in range(6)), *(f"cat_{number}" for number in range(6))]
FAMILIES = Export(
    posts=[post(number, " ".join([*SPECIES, "canine feline sky"])) for number in range(1, 4)],
    tags=[*(tag(name, 5) for name in [*SPECIES, "canine", "feline"]), tag("sky")],
    tag_aliases=[],
    tag_implications=[
        implication(name, "canine" if name.startswith("dog") else "feline") for name in SPECIES
    ],
)


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("families")
    write_export(folder, FAMILIES)
    with closing(open_reading(build(folder, write_index=False).database)) as connection:
        yield connection


def share(connection: Connection, directions: dict[str, tuple[float, float]]) -> Any:
    names = [name for (name,) in connection.execute("select name from tags").fetchall()]
    vectors = np.array([directions.get(name, (0.0, 0.0)) for name in names], np.float32)
    return sibling_share(connection, vectors)


def test_siblings_imply_the_same_tag(families: Connection) -> None:
    """A dog has 13 other species: 5 dogs, 6 cats, canine and feline."""
    dog, cat = (1.0, 0.1), (-1.0, 0.1)
    directions = {name: dog if name.startswith("dog") else cat for name in SPECIES}
    # The 10 nearest of a dog are the 5 dogs and 5 others, none of which is a sibling.
    directions |= {"canine": dog, "feline": cat}
    found = share(families, directions)
    assert found.share == pytest.approx(0.5)
    assert found.chance == pytest.approx(5 / 13)


def test_random_vectors_have_as_many_siblings_near_as_chance(families: Connection) -> None:
    """On average over many. A tag without a vector is not counted."""
    rng = np.random.default_rng(0)
    names = [*SPECIES, "canine"]
    found = []
    for _ in range(60):
        angles = rng.uniform(0, 2 * math.pi, len(names))
        drawn = {name: (math.cos(x), math.sin(x)) for name, x in zip(names, angles, strict=True)}
        found.append(share(families, drawn))
    assert all(each and each.chance == pytest.approx(5 / 12) for each in found)
    mean = np.mean([each.share for each in found if each])
    assert mean == pytest.approx(5 / 12, abs=0.02)


def test_a_tag_without_a_vector_is_not_a_neighbor(families: Connection) -> None:
    dogs = {name: (1.0, 0.1 * number) for number, name in enumerate(SPECIES[:6])}
    assert share(families, dogs) is None  # each has 5 others, and 10 are needed
    assert share(families, {}) is None


def test_without_implications_there_is_no_score(tmp_path: Path) -> None:
    write_export(tmp_path, Export(FAMILIES.posts, FAMILIES.tags, [], []))
    with closing(open_reading(build(tmp_path, write_index=False).database)) as connection:
        assert share(connection, dict.fromkeys(SPECIES, (1.0, 1.0))) is None
