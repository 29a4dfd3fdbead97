"""Matrices with tags on the same posts and with equal eigenvalues.

The kernel of BLAS decides in which order equal eigenvalues are found.
"""

from __future__ import annotations

import numpy as np

from e6duck import Recipe
from e6duck.index.vectors import Vectors
from e6duck.progress import no_progress
from e6duck.trainer.model import trained_vectors
from tests.support.matrices import drawn_posts, uses_of

Groups = list[list[int]]


def groups_of(sizes: list[int]) -> tuple[list[set[int]], Groups]:
    """Return posts with the tags of one group each, ten posts per group, and the groups."""
    ends = np.cumsum([0, *sizes]).tolist()
    groups = [list(range(*ends[number : number + 2])) for number in range(len(sizes))]
    return [set(group) for group in groups] * 10, groups


def twins_of(tags: int) -> tuple[list[set[int]], Groups]:
    """Return random posts, on which each tag has a twin, and every other tag has two."""
    drawn = drawn_posts(2_000, tags, seed=3)
    posts = [post | {tags + tag for tag in post} for post in drawn]
    posts = [post | {2 * tags + tag for tag in post if tag < tags and tag % 2} for post in posts]
    third = [[2 * tags + tag] if tag % 2 else [] for tag in range(tags)]
    return posts, [[tag, tags + tag, *third[tag]] for tag in range(tags)]


PLANTED = {
    "two pairs": (groups_of([2, 2]), 2),
    "pairs": (groups_of([2] * 40), 10),
    "groups of 3, more than factors": (groups_of([3] * 7), 2),
    "groups of 5": (groups_of([5] * 40), 64),
    "many sizes": (groups_of([2, 2, 3, 3, 5, 8, 13, 21]), 12),
    "many sizes, more than factors": (groups_of([2, 2, 3, 3, 5, 8, 13, 21]), 3),
    "twins among others": (twins_of(60), 22),
    "Krylov: groups of 30": (groups_of([30] * 50), 64),
    "Krylov: more equal values than a block has vectors": (groups_of([8] * 200), 220),
    "Krylov: more equal values than factors": (groups_of([4] * 300), 100),
    "Krylov: twins among others": (twins_of(500), 64),
}


def planted_vectors(name: str, method: str) -> tuple[Vectors, Groups]:
    """Return the vectors of tags as the method computes them, and the groups of tags."""
    (posts, groups), factors = PLANTED[name]
    tags = 1 + max(max(group) for group in groups)
    recipe = Recipe(method=method, factors=factors)  # type: ignore[arg-type]
    resolved = recipe.resolved(posts=len(posts), tags=tags)
    uses = uses_of(posts, tags)
    vectors, _ = trained_vectors(uses, resolved, device="cpu", threads=1, progress=no_progress)
    return vectors, groups
