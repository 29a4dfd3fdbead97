"""Small posts x tags matrices, as training reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array


def uses_of(posts: list[set[int]], tags: int) -> Any:
    """Return posts x tags with the dtypes of `post_tag_matrix`: uint8 ones, offsets of 64 bits."""
    indices = np.array([tag for post in posts for tag in sorted(post)], np.int32)
    indptr = np.concatenate([[0], np.cumsum([len(post) for post in posts])]).astype(np.int64)
    return csr_array((np.ones(len(indices), np.uint8), indices, indptr), shape=(len(posts), tags))


def drawn_posts(posts: int, tags: int, seed: int = 0) -> list[set[int]]:
    """Return random posts of up to six tags; the first tags are used most."""
    rng = np.random.default_rng(seed)
    return [set((tags * rng.random(6) ** 2).astype(int).tolist()) for _ in range(posts)]


def cosines(vectors: Any) -> Any:
    """Return the cosine of each pair of rows; 0 with a row of zeros."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return unit @ unit.T
