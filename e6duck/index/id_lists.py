"""Lists of tag ids as pairs (row, value), each packed into one 64-bit key: row << 32 | value."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Keys: TypeAlias = NDArray[np.int64]


def keys_of(lists: pa.ListArray) -> Keys:
    """Return the key of each value; ascending if the values of each list are ascending."""
    offsets = lists.offsets.to_numpy()
    keys = np.repeat(np.arange(len(lists), dtype=np.int64), np.diff(offsets))
    keys <<= 32
    keys |= lists.values.to_numpy()[offsets[0] : offsets[-1]]
    return keys


def rows_of(keys: Keys) -> NDArray[np.int64]:
    """Return the row of each key."""
    return keys >> 32


def values_of(keys: Keys) -> NDArray[np.int64]:
    """Return the value of each key."""
    return keys & 0xFFFFFFFF


def is_not_in(keys: Keys, others: Keys) -> NDArray[np.bool_]:
    """Return whether each key is not one of others, all of which are keys; both are ascending."""
    mask = np.ones(len(keys), bool)
    mask[np.searchsorted(keys, others)] = False
    return mask
