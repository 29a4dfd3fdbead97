"""Vectors of tags and posts, made from a posts x tags matrix by a recipe."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import E6DuckError
from ..index.unit_vectors import unit_vectors
from ..index.vectors import Vectors
from ..progress import IterationProgress, no_progress
from .als import NOT_FINITE, als_vectors, weighted
from .ppmi import svd_vectors
from .recipe import Recipe
from .score import overlap

_COMPARED_POSTS = 50_000


def make_vectors(
    uses: Any,
    recipe: Recipe,
    *,
    device: str = "cpu",
    threads: int = 0,
    progress: IterationProgress = no_progress,
) -> tuple[Vectors, Vectors | None]:
    """Return the vectors of tags and, if the method is als, of posts, from posts x tags.

    uses: a CSR of ones. recipe: resolved. threads: 0 is all cores; the result does not depend on it
    if BLAS uses one thread. Tags on the same posts get the same vector, bit for bit: the method
    alone would leave a difference of rounding, which depends on the kernel of BLAS, and which would
    decide the order of neighbors with equal scores.
    """
    tag_vectors, post_vectors = trained_vectors(
        uses, recipe, device=device, threads=threads, progress=progress
    )
    return tag_vectors[first_on_same_posts(uses)], post_vectors


def trained_vectors(
    uses: Any, recipe: Recipe, *, device: str, threads: int, progress: IterationProgress
) -> tuple[Vectors, Vectors | None]:
    """Return the vectors as the method computes them; parameters as in `make_vectors`."""
    start = None
    if recipe.method == "svd" or recipe.start == "svd":
        start = svd_vectors(uses, factors=recipe.factors or 1, seed=recipe.seed, progress=progress)
        if recipe.method == "svd":
            return start, None
    tag_vectors, post_vectors = als_vectors(
        weighted(uses, recipe.weighting),
        recipe,
        start=start,
        device=device,
        threads=threads,
        progress=progress,
    )
    if not np.isfinite(tag_vectors).all():
        raise E6DuckError(NOT_FINITE)
    is_unused = np.bincount(uses.indices, minlength=len(tag_vectors)) == 0
    tag_vectors[is_unused] = 0
    return tag_vectors if start is None else averaged(start, tag_vectors), post_vectors


def first_on_same_posts(uses: Any) -> NDArray[np.intp]:
    """Return for each tag the first tag that is on the same posts; mostly that is the tag itself.

    Posts get random keys of 64 bits, and tags with the same sum of keys are on the same posts: two
    others of 30,000 tags have the same sum with a probability of 1 in 40 billion.
    """
    integers = np.random.default_rng(0).integers(0, 2**64, uses.shape[0], np.uint64)
    _, first, inverse = np.unique(uses.T @ integers, return_index=True, return_inverse=True)
    return first[inverse]


def averaged(start: Vectors, end: Vectors) -> Vectors:
    """Return vectors in the direction of the mean of start and end, with the lengths of end.

    start and end count the same, whatever their lengths: start has unit vectors.
    """
    middle = start + unit_vectors(end)
    length = np.linalg.norm(end, axis=1, keepdims=True)
    present = np.linalg.norm(middle, axis=1, keepdims=True)
    scale = np.divide(length, present, out=np.zeros_like(present), where=present > 0)
    scaled: Vectors = middle * scale
    return scaled


def agreement(uses: Any, recipe: Recipe, threads: int) -> str:
    """Return a line that says how many neighbors CUDA and the CPU agree on, for some posts."""
    sample = uses[:_COMPARED_POSTS]
    sets = [
        make_vectors(sample, recipe, device=device, threads=threads)[0]
        for device in ("cuda", "cpu")
    ]
    return (
        f"CUDA and the CPU agree on {overlap(*sets):.1%} of the 10 nearest neighbors of the most"
        f" used tags, after training both on {sample.shape[0]:,} posts"
    )
