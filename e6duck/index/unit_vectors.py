"""Vectors of length one, whose dot products are cosines."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])


def unit_vectors(vectors: Floats, *, shortest: float = 0.0) -> Floats:
    """Return the rows of vectors scaled to length one, with the dtype of vectors.

    shortest: rows of this length or less become zero, as do rows of zeros.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > shortest)
    return unit
