"""Vectors from which tags stand together: discounted PPMI of pairs, and its main directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..index.vectors import Vectors

Progress = Callable[[str, int, int], None]  # a stage, how much of it is done, of how much

# Chosen by `python -m tests.bench embeddings`.
DISCOUNT = 100  # a pair seen c times counts c / (c + DISCOUNT)
LEAST_COUNT = 2  # a pair seen more rarely is left out, and in large data
POSTS_PER_COUNT = 200_000  # so is one seen less than once in so many posts
EXPONENT = 0.25  # of the singular values

_ROUNDING = 1e-5  # of logarithms: a tag on all posts stands with none more than by chance
_BLOCK_TAGS = 256
_BLOCK_VECTORS = 64
_STEPS = 6  # blocks that a Krylov space has at least
_LEAST_SPARSE = 1024  # fewer tags are solved at once


def svd_vectors(matrix: Any, *, factors: int, seed: int, progress: Progress) -> Vectors:
    """Return a vector a tag from posts x tags (CSR of ones); zero for a tag without pairs.

    Of PPMI, log(n_ab N / (n_a n_b)) where positive, times c / (c + DISCOUNT): the main singular
    vectors U, scaled to U S^EXPONENT, and each row of that to length one. Pairs of a tag with
    itself are left out.
    """
    half = ppmi(matrix, progress=progress)
    vectors, values = main_directions(half, factors, seed=seed, progress=progress)
    vectors = vectors * values.astype(np.float32) ** np.float32(EXPONENT)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # A tag without a pair gets what rounding leaves.
    paired = np.bincount(half.indices, minlength=len(vectors)) + np.diff(half.indptr) > 0
    usable = (lengths > 0) & paired[:, None]
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=usable)
    return unit


def ppmi(matrix: Any, *, progress: Progress = lambda stage, done, total: None) -> Any:
    """Return the discounted PPMI of pairs of tags, above the diagonal alone: it is symmetric."""
    posts, tags = matrix.shape
    least = max(LEAST_COUNT, posts // POSTS_PER_COUNT)
    uses = np.bincount(matrix.indices, minlength=tags)
    logs = np.log(np.maximum(uses, 1)).astype(np.float32)
    data, indices, lengths = [], [], []
    for first, counts in _pair_counts(matrix):
        progress("counting pairs", first, tags)
        row = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr)) + first
        kept = np.flatnonzero((counts.data >= least) & (counts.indices > row))
        row, column = row[kept], counts.indices[kept]
        count = counts.data[kept].astype(np.float32)
        value = np.log(count) + np.float32(np.log(posts)) - logs[row] - logs[column]
        positive = np.flatnonzero(value > _ROUNDING)
        value *= count / (count + DISCOUNT)
        data.append(value[positive])
        indices.append(column[positive])
        lengths.append(np.bincount(row[positive] - first, minlength=counts.shape[0]))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return csr_array((np.concatenate(data), np.concatenate(indices), indptr), shape=(tags, tags))


def _pair_counts(matrix: Any) -> Iterator[tuple[int, Any]]:
    """Yield (first tag, CSR of common posts with all tags) for blocks of tags in their order.

    Counts with tags before the block are missing in part: they have been told. The most used tags
    come first, so that leaving them out soon makes the matrix much smaller.
    """
    tags = matrix.shape[1]
    by_tag = matrix.tocsc()
    rest, start = _floats(matrix), 0
    for first in range(0, tags, _BLOCK_TAGS):
        if first >= 2 * start + _BLOCK_TAGS:
            rest, start = _floats(by_tag[:, first:].tocsr()), first
        counts = _floats(by_tag[:, first : first + _BLOCK_TAGS].T) @ rest
        indices = counts.indices + np.int32(start)
        yield first, csr_array((counts.data, indices, counts.indptr), shape=(counts.shape[0], tags))


def _floats(matrix: Any) -> Any:
    """Return a matrix of ones in float32, which counts exactly up to 16 million posts."""
    ones = np.ones(matrix.nnz, np.float32)
    return csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)


def main_directions(
    half: Any, count: int, *, seed: int, progress: Progress = lambda stage, done, total: None
) -> tuple[Vectors, NDArray[np.float64]]:
    """Return the main singular vectors (columns) and values of half plus its transpose.

    A block Krylov space: it is the better the more alike, and the values are those within it.
    Small matrices are solved exactly.
    """
    size = half.shape[0]
    other = half.T
    if size <= max(_LEAST_SPARSE, 2 * count):
        basis = np.eye(size, dtype=np.float32)
        return _rotated(basis, (half + other).toarray(), count)
    steps = max(_STEPS, -(-3 * count // (2 * _BLOCK_VECTORS)))
    drawn = np.random.default_rng(seed).standard_normal((size, _BLOCK_VECTORS), dtype=np.float32)
    block = np.linalg.qr(half @ drawn + other @ drawn)[0]
    blocks, images = [], []
    for step in range(steps):
        progress("finding directions", step, steps)
        blocks.append(block)
        images.append(half @ block + other @ block)
        block = images[-1].copy()
        for _ in range(2):  # once leaves what rounding made, and qr makes it as long as the rest
            for known in blocks:
                block -= known @ (known.T @ block)
            block = np.linalg.qr(block)[0]
    return _rotated(np.hstack(blocks), np.hstack(images), count)


def _rotated(basis: Vectors, image: Vectors, count: int) -> tuple[Vectors, NDArray[np.float64]]:
    """Return the main directions within a basis, whose image under the matrix is given."""
    inner = basis.T @ image
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    main = np.argsort(-np.abs(values), kind="stable")[:count]
    return basis @ vectors[:, main], np.abs(values[main]).astype(np.float64)
