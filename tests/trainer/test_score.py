"""How good vectors are: the nearest against a plain sort, and kin counted by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from e6duck.builder.build import build
from e6duck.db.connection import open_reading
from e6duck.trainer.score import Kinship, nearest, overlap, sibling_share
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
    queries = [0, 1, 3, 299, *range(100, 699)]  # more than a block of them, and not all candidates
    found = nearest(VECTORS, np.array(queries), np.array(candidates), count)
    assert found.shape == (len(queries), min(count, len(candidates) - 1))
    if count == 1_000:
        return
    for query, row in zip(queries[:50], found.tolist(), strict=False):
        assert set(row) == plain_nearest(query, candidates, count)


@pytest.mark.parametrize("tags", [2, 5, 11, 300])
def test_vectors_agree_with_themselves_however_few(tags: int) -> None:
    assert overlap(VECTORS[:tags], VECTORS[:tags] * 3) == 1


def test_vectors_of_other_tags_agree_by_chance_alone() -> None:
    assert overlap(VECTORS[:300], VECTORS[300:600]) < 0.1


# Kin. Of twelve species six are canine and six feline; cat_0 stands with the dogs.
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
def families(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("families")
    write_export(folder, FAMILIES)
    return build(folder, write_index=False).database


def share(database: Path, directions: dict[str, tuple[float, float]]) -> Kinship | None:
    connection = open_reading(database)
    try:
        names = [name for (name,) in connection.execute("select name from tags").fetchall()]
        vectors = np.array([directions.get(name, (0.0, 0.0)) for name in names], np.float32)
        return sibling_share(connection, vectors)
    finally:
        connection.close()


def test_kin_are_what_implies_the_same(families: Path) -> None:
    """Of the 10 nearest of 13 other species, all but the three farthest."""
    dog, cat = (1.0, 0.1), (-1.0, 0.1)
    directions = {name: dog if name.startswith("dog") else cat for name in SPECIES}
    # The 10 nearest of a dog: five dogs, and five of the rest, of which none is kin.
    directions |= {"canine": dog, "feline": cat}
    found = share(families, directions)
    assert found is not None
    assert found.share == pytest.approx(0.5)
    # By chance five of the 13 others: twelve species, canine and feline.
    assert found.chance == pytest.approx(5 / 13)


def test_vectors_that_tell_nothing_find_as_many_kin_as_chance(families: Path) -> None:
    """On average over many; without a vector a tag is no neighbor, nor is it counted."""
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


def test_a_tag_without_a_vector_is_no_neighbour(families: Path) -> None:
    dogs = {name: (1.0, 0.1 * number) for number, name in enumerate(SPECIES[:6])}
    assert share(families, dogs) is None  # five others are too few to be ten
    assert share(families, {}) is None


def test_where_nothing_is_implied_there_is_no_score(tmp_path: Path) -> None:
    write_export(tmp_path, Export(FAMILIES.posts, FAMILIES.tags, [], []))
    database = build(tmp_path, write_index=False).database
    assert share(database, dict.fromkeys(SPECIES, (1.0, 1.0))) is None
