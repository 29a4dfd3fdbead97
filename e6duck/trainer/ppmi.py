"""Vectors by a truncated SVD of the discounted PPMI of pairs of tags."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..index.unit_vectors import unit_vectors
from ..index.vectors import Vectors
from ..progress import IterationProgress, no_progress

# Chosen by `python -m tests.bench embeddings`.
DISCOUNT = 100  # the weight of a pair on c posts is c / (c + DISCOUNT)
LEAST_COUNT = 2  # a pair on fewer posts is left out
POSTS_PER_COUNT = 200_000  # and a pair on less than one in this many posts
EXPONENT = 0.25  # of the singular values

_ROUNDING = 1e-5  # largest error of logarithms, and of values and lengths relative to the largest
_BLOCK_TAGS = 256
_BLOCK_VECTORS = 64
_STEPS = 6  # minimum number of blocks of a Krylov space
_LEAST_SPARSE = 1024  # with this many tags or fewer, the matrix is made dense


def svd_vectors(matrix: Any, *, factors: int, seed: int, progress: IterationProgress) -> Vectors:
    """Return a unit vector per tag from posts x tags (CSR of ones).

    The matrix is the PPMI of pairs, log(n_ab N / (n_a n_b)) if positive, times c / (c + DISCOUNT)
    with c = n_ab. Its main singular vectors U are scaled to U S^EXPONENT, and then each row to
    length one. The vector is zero for a tag without pairs, and for a tag that is not in the main
    directions.

    Tags on the same posts get the same vector, except for rounding. Cosines do not depend on the
    kernel of BLAS, except for rounding. The numbers do, as directions may be rotated or mirrored.
    """
    half = ppmi(matrix, progress=progress)
    vectors, values = main_directions(half, factors, seed=seed, progress=progress)
    vectors = vectors * values.astype(np.float32) ** np.float32(EXPONENT)
    # Because of rounding, tags that are not in the main directions have short vectors, not zeros.
    longest = np.linalg.norm(vectors, axis=1).max(initial=0)
    return unit_vectors(vectors, shortest=_ROUNDING * longest)


def ppmi(matrix: Any, *, progress: IterationProgress = no_progress) -> Any:
    """Return half of the discounted PPMI of pairs of tags: a CSR to be added to its transpose.

    The diagonal is empty, except for twins: tags that are on the same posts as another tag. A twin
    paired with itself has the value of its pair with the other twin, so that the rows of both are
    equal. With an empty diagonal their difference would be a direction of its own, with a negative
    eigenvalue, and twins would get opposite vectors.
    """
    posts, tags = matrix.shape
    least = max(LEAST_COUNT, posts // POSTS_PER_COUNT)
    uses = np.bincount(matrix.indices, minlength=tags)
    logs = np.log(np.maximum(uses, 1)).astype(np.float32)
    data, indices, lengths = [], [], []
    has_twin = np.zeros(tags, bool)
    for first, counts in _pair_counts(matrix):
        progress("counting pairs", first, tags)
        row = np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr)) + first
        kept = np.flatnonzero((counts.data >= least) & (counts.indices >= row))
        row, column = row[kept], counts.indices[kept]
        is_diagonal = row == column
        count = counts.data[kept].astype(np.float32)
        value = np.log(count) + np.float32(np.log(posts)) - logs[row] - logs[column]
        are_twins = ~is_diagonal & (count == uses[row]) & (count == uses[column])
        has_twin[row[are_twins]] = has_twin[column[are_twins]] = True
        wanted = np.flatnonzero((value > _ROUNDING) & (~is_diagonal | has_twin[row]))
        value *= count / (count + DISCOUNT)
        value[is_diagonal] /= 2
        data.append(value[wanted])
        indices.append(column[wanted])
        lengths.append(np.bincount(row[wanted] - first, minlength=counts.shape[0]))
    indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return csr_array((np.concatenate(data), np.concatenate(indices), indptr), shape=(tags, tags))


def _pair_counts(matrix: Any) -> Iterator[tuple[int, Any]]:
    """Yield the numbers of common posts, tags x tags, as blocks of rows: first tag, CSR array.

    Some counts with tags before the block are missing: an earlier block has them. The most used
    tags come first, so leaving them out makes the matrix much smaller after a few blocks.
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
    """Return a matrix of ones in float32, which can count up to 16 million posts exactly."""
    ones = np.ones(matrix.nnz, np.float32)
    return csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)


def main_directions(
    half: Any, count: int, *, seed: int, progress: IterationProgress = no_progress
) -> tuple[Vectors, NDArray[np.float64]]:
    """Return the main singular vectors (columns) and values of half plus its transpose.

    Small matrices are solved exactly, larger ones in a block Krylov space. Values as small as
    rounding errors become 0.
    """
    size = half.shape[0]
    rng = np.random.default_rng(seed)
    if size <= max(_LEAST_SPARSE, 2 * count):
        basis = np.eye(size, dtype=np.float32)
        image = (half + half.T).toarray()
    else:
        dimensions = math.ceil(1.5 * count)
        steps = max(_STEPS, math.ceil(dimensions / _BLOCK_VECTORS))
        basis, image = _krylov(half, steps, rng, progress)
    inner = (basis.T @ image).astype(np.float64)
    values, rotation = _main((inner + inner.T) / 2, count, basis, rng)
    return basis @ rotation.astype(np.float32), values


def _krylov(
    half: Any, steps: int, rng: np.random.Generator, progress: IterationProgress
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
        # Columns that were in the space already are now rounding errors: draw others instead.
        is_spent = lengths <= _ROUNDING * scale
        if is_spent.any():
            block[:, is_spent] = drawn()[:, is_spent]
            block, _ = _orthogonal(block, blocks)
        block, _ = _orthogonal(block, blocks)  # again, as one pass is not exact enough
    return np.hstack(blocks), np.hstack(images)


def _orthogonal(block: Vectors, blocks: list[Vectors]) -> tuple[Vectors, Vectors]:
    """Return block made orthonormal, also to blocks, and the length that each column had left."""
    for known in blocks:
        block -= known @ (known.T @ block)
    block, triangle = np.linalg.qr(block)
    return block, np.abs(np.diagonal(triangle))


def _main(
    inner: NDArray[np.float64], count: int, basis: Vectors, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest absolute eigenvalues, and their eigenvectors in columns.

    inner: the matrix within basis. The kernel of BLAS decides in which order equal eigenvalues are
    found. So if more of them are equal than there are places left, positive ones come before
    negative ones, and the vectors for these places are random ones within the space of all that
    are equal.
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
