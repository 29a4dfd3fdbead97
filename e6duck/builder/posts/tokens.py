"""Split the tag strings of many posts into names, and number the names.

A token is a name with the space after it. `number_names` gets the strings of a batch as one Arrow
array, and makes a Python string only of a token that is not common. For three posts, with the alias
tod -> fox:

    texts       "fox tree ", "tod fox ", "tree "
    tokens      "fox " "tree " "tod " "fox " "tree "      slices of the text, not copied
    numbers     1 2 1 1 2                                 `NameIds.of` the tokens
    lists       [1 2] [1] [2]                             sorted, without duplicates

The result is the names of each text, once each: offsets 0 2 3 4, values 1 2 1 2.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import repeat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .sort import Numbers, Offsets, sorted_lists

COMMON_TOKENS = 1 << 15  # a table of these fits the cache
NO_NAME = 0  # the number of the empty name, which is not a tag
_SPACE = 0x20
_RARE = 0xFFFF_FFFF  # in place of the number of a token that is not common


class NameIds:
    """Numbers names: first the common ones, then others as they are met.

    An alias gets the number of its final name. Number 0 is the empty name, which is not a tag. The
    common tokens are looked up in an Arrow array, whose hash table is made for every batch; the few
    others in a dictionary of Python strings, which misses the cache. Several threads may ask.
    """

    def __init__(self, alias_ends: dict[str, str], common: Iterable[str] = ()) -> None:
        self.names = [""]
        self._alias_ends = alias_ends
        self._of_token = {" ": NO_NAME}
        self._lock = threading.Lock()
        tokens = [" ", *(f"{name} " for name in dict.fromkeys(common) if name)]
        self._common = pa.array(tokens, pa.string())
        numbers = [*map(self._learn, tokens), _RARE]
        self._of_common = np.array(numbers, np.uint32)

    def of(self, tokens: pa.StringArray) -> Numbers:
        """Return the numbers of tokens."""
        place = pc.index_in(tokens, self._common).fill_null(len(self._common))
        numbers: Numbers = self._of_common.take(place.to_numpy())
        rare = np.flatnonzero(numbers == _RARE)
        if len(rare):
            encoded = tokens.take(pa.array(rare)).dictionary_encode()
            numbers[rare] = self._of_rare(encoded.dictionary).take(encoded.indices.to_numpy())
        return numbers

    def _of_rare(self, tokens: pa.StringArray) -> Numbers:
        """Return the numbers of distinct tokens that are not common, and learn the new ones."""
        asked = tokens.to_numpy(zero_copy_only=False).tolist()  # much faster than to_pylist
        with self._lock:
            found = map(self._of_token.get, asked, repeat(-1))
            numbers = np.fromiter(found, np.int64, len(asked))
            for place in np.flatnonzero(numbers < 0).tolist():
                numbers[place] = self._learn(asked[place])
        return numbers.astype(np.uint32)

    def _learn(self, token: str) -> int:
        """Return the number of a token, which may be a new one."""
        known = self._of_token
        if token not in known:
            name = self._alias_ends.get(token[:-1], token[:-1])
            final = f"{name} "
            if "\n" in token:  # it would be two lines of tags.txt.gz; the site has no such names
                known[token] = NO_NAME
            elif final in known:
                known[token] = known[final]
            else:
                known[token] = known[final] = len(self.names)
                self.names.append(name)
        return known[token]


def number_names(texts: pa.StringArray, known: NameIds) -> tuple[Offsets, Numbers]:
    """Return the numbers of the names in each text, once each, as list offsets and values.

    In texts, each name is followed by a space.
    """
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    bounds = _token_bounds(data)
    tokens = pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))
    first_token = np.searchsorted(bounds, offsets - offsets[0]).astype(np.int32)
    return sorted_lists(first_token, known.of(tokens))


def _token_bounds(data: NDArray[np.uint8]) -> Offsets:
    """Return 0 and the position after each space."""
    spaces = np.flatnonzero(data == _SPACE)
    bounds = np.zeros(len(spaces) + 1, np.int32)
    np.add(spaces, 1, out=bounds[1:], casting="unsafe")
    return bounds
