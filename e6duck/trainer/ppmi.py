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

_ROUNDING = 1e-5  # of logarithms, and of values and lengths relative to the largest
_BLOCK_TAGS = 256
_BLOCK_VECTORS = 64
_STEPS = 6  # blocks that a Krylov space has at least
_LEAST_SPARSE = 1024  # fewer tags are solved at once


def svd_vectors(matrix: Any, *, factors: int, seed: int, progress: Progress) -> Vectors:
    """Return a vector per tag from posts x tags (CSR of ones).

    Of PPMI, log(n_ab N / (n_a n_b)) where positive, times c / (c + DISCOUNT): the main singular
    vectors U, scaled to U S^EXPONENT, and each row of that to length one. The vector is zero for a
    tag without pairs, and for one that has no part in the main directions.

    Tags that are on the same posts get the same vector, up to rounding. Cosines do not depend on
    the kernel of BLAS, up to rounding; the numbers do, as directions may be turned or mirrored.
    """
    half = ppmi(matrix, progress=progress)
    vectors, values = main_directions(half, factors, seed=seed, progress=progress)
    vectors = vectors * values.astype(np.float32) ** np.float32(EXPONENT)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    # Rounding leaves a little of each direction in rows that have no part in it.
    usable = lengths > _ROUNDING * lengths.max(initial=0)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=usable)
    return unit


def ppmi(matrix: Any, *, progress: Progress = lambda stage, done, total: None) -> Any:
    """Return the discounted PPMI of pairs of tags, as a CSR whose sum with its transpose it is.

    The diagonal is empty, but for tags that are on the same posts as another: a pair with itself
    weighs what the pair with the other does, so that the rows of both are equal. With an empty
    diagonal the difference of two such tags would be a direction of its own, which sets them apart.
    """
    posts, tags = matrix.shape
    least = max(LEAST_COUNT, posts // POSTS_PER_COUNT)
    uses = np.bincount(matrix.indices, minlength=tags)
    logs = np.log(np.maximum(uses, 1)).astype(np.float32)
    data, indices, lengths = [], [], []
    has_twin = np.zeros(tags, bool)  # is on the same posts as another tag
    for first, counts in _pair_counts(matrix):
        progress("counting pairs", first, tags)
        row = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr)) + first
        kept = np.flatnonzero((counts.data >= least) & (counts.indices >= row))
        row, column = row[kept], counts.indices[kept]
        own = row == column
        count = counts.data[kept].astype(np.float32)
        value = np.log(count) + np.float32(np.log(posts)) - logs[row] - logs[column]
        twin = ~own & (count == uses[row]) & (count == uses[column])
        has_twin[row[twin]] = has_twin[column[twin]] = True
        positive = np.flatnonzero((value > _ROUNDING) & (~own | has_twin[row]))
        value *= count / (count + DISCOUNT)
        value[own] /= 2
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

    Small matrices are solved exactly, others within a block Krylov space. A value that rounding
    cannot tell from 0 is 0.
    """
    size = half.shape[0]
    rng = np.random.default_rng(seed)
    if size <= max(_LEAST_SPARSE, 2 * count):
        basis = np.eye(size, dtype=np.float32)
        image = (half + half.T).toarray()
    else:
        basis, image = _krylov(
            half, max(_STEPS, -(-3 * count // (2 * _BLOCK_VECTORS))), rng, progress
        )
    inner = (basis.T @ image).astype(np.float64)
    values, rotation = _main((inner + inner.T) / 2, count, basis, rng)
    return basis @ rotation.astype(np.float32), values


def _krylov(
    half: Any, steps: int, rng: np.random.Generator, progress: Progress
) -> tuple[Vectors, Vectors]:
    """Return an orthonormal basis of a block Krylov space, and its image under the matrix."""
    other = half.T

    def image_of(block: Vectors) -> Vectors:
        image: Vectors = half @ block + other @ block
        return image

    def drawn() -> Vectors:
        shape = (half.shape[0], _BLOCK_VECTORS)
        return image_of(rng.standard_normal(shape, dtype=np.float32))

    block = np.linalg.qr(drawn())[0]
    blocks, images = [], []
    for step in range(steps):
        progress("finding directions", step, steps)
        blocks.append(block)
        images.append(image_of(block))
        block, scale = images[-1].copy(), np.linalg.norm(images[-1], axis=0).max()
        block, lengths = _orthogonal(block, blocks)
        # What is left where the space already holds all is rounding: a new start goes on there.
        spent = lengths <= _ROUNDING * scale
        if spent.any():
            block[:, spent] = drawn()[:, spent]
            block, _ = _orthogonal(block, blocks)
        block, _ = _orthogonal(block, blocks)  # once leaves what rounding made
    return np.hstack(blocks), np.hstack(images)


def _orthogonal(block: Vectors, blocks: list[Vectors]) -> tuple[Vectors, Vectors]:
    """Return block orthonormal to blocks and in itself, and what length was left of each column."""
    for known in blocks:
        block -= known @ (known.T @ block)
    block, triangle = np.linalg.qr(block)
    return block, np.abs(np.diagonal(triangle))


def _main(
    inner: NDArray[np.float64], count: int, basis: Vectors, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest absolute eigenvalues, and their eigenvectors in columns.

    Which of equal ones a kernel of BLAS finds first is chance. So of those that tie for the last
    places, positive ones come first, and the places that are left are drawn from all they span.
    """
    signed, vectors = np.linalg.eigh(inner)
    values = np.abs(signed)
    slack = _ROUNDING * values.max(initial=0)
    last = np.sort(values)[-count]
    above = np.flatnonzero(values > last + slack)
    above = above[np.argsort(-values[above], kind="stable")]
    chosen = [vectors[:, above]]
    for tied in (signed >= 0, signed < 0):
        spanning = vectors[:, tied & (np.abs(values - last) <= slack)]
        room = count - sum(each.shape[1] for each in chosen)
        if room < spanning.shape[1]:
            drawn = basis.T @ rng.standard_normal((len(basis), room), dtype=np.float32)
            spanning = spanning @ np.linalg.qr(spanning.T @ drawn)[0]
        chosen.append(spanning)
    found = np.concatenate([values[above], np.full(count - len(above), last)])
    return np.where(found > slack, found, 0), np.hstack(chosen)
