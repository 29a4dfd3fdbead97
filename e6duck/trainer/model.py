"""A matrix and a recipe to vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import E6DuckError
from ..index.vectors import Vectors
from .als import NOT_FINITE, als_vectors, weighted
from .ppmi import Progress, svd_vectors
from .recipe import Recipe
from .score import overlap

_COMPARED_POSTS = 50_000


def make_vectors(
    uses: Any,
    recipe: Recipe,
    *,
    device: str = "cpu",
    threads: int = 0,
    progress: Progress = lambda stage, done, total: None,
) -> tuple[Vectors, Vectors | None]:
    """Return a vector a tag and, of als, a post, from posts x tags (CSR of ones).

    recipe: settled. threads: 0 is all cores; the result is the same, where BLAS is kept to one.
    """
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
    unused = np.bincount(uses.indices, minlength=len(tag_vectors)) == 0
    tag_vectors[unused] = 0
    return tag_vectors if start is None else averaged(start, tag_vectors), post_vectors


def averaged(start: Vectors, end: Vectors) -> Vectors:
    """Return vectors as long as end that point to the middle between start and end."""
    length = np.linalg.norm(end, axis=1, keepdims=True)
    middle = start + np.divide(end, length, out=np.zeros_like(end), where=length > 0)
    now = np.linalg.norm(middle, axis=1, keepdims=True)
    lengthened: Vectors = middle * np.divide(length, now, out=np.zeros_like(now), where=now > 0)
    return lengthened


def agreement(uses: Any, recipe: Recipe, threads: int) -> str:
    """Return a line on how much the neighbours differ between CUDA and the CPU, on some posts."""
    sample = uses[:_COMPARED_POSTS]
    sets = [
        make_vectors(sample, recipe, device=device, threads=threads)[0]
        for device in ("cuda", "cpu")
    ]
    return (
        f"CUDA and the CPU agree on {overlap(*sets):.1%} of the 10 nearest of the most used tags,"
        f" trained on {sample.shape[0]:,} posts each"
    )
