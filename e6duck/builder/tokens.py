"""Split the tag strings of many posts into names, and number the names in the order they are met.

A token is a name with the space after it. `number_names` gets the strings of a batch as one Arrow
array, and never makes a Python string per tag. For three posts, with the alias tod -> fox:

    texts            "fox tree ", "tod fox ", "tree "
    tokens           "fox " "tree " "tod " "fox " "tree "      slices of the text, not copied
    dictionary       "fox " "tree " "tod "                     the distinct tokens
    encoded          0 1 2 0 1                                 each token as a place in it
    numbers          1 2 1                                     `NameIds.of` the dictionary
    texts x tokens   [1 1 0] [1 0 1] [0 1 0]                   which tokens each text has
    tokens x names   [0 1 0] [0 0 1] [0 1 0]                   which name each token is
    texts x names    {1: 1, 2: 1} {1: 2} {2: 1}                their product: name and count

The result is the names of each text, once each, in no special order: offsets 0 2 3 4, values
2 1 1 2.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Offsets: TypeAlias = NDArray[np.int32]

NO_NAME = 0  # the number of the empty name, which is not a tag
_SPACE = 0x20
_COMMON_TOKENS = 100_000  # the last batch may add a few more


class NameIds:
    """Numbers names in the order they are met; an alias gets the number of its final name.

    Number 0 is the empty name, which is not a tag. The first tokens met, which are the common ones,
    are kept in an Arrow array: a look-up there is much faster than in a dictionary of Python
    strings, which misses the cache. But its hash table is made again for every batch, so the many
    rare tokens that follow go into a dictionary.
    """

    def __init__(self, alias_ends: dict[str, str]) -> None:
        self.names = [""]
        self._alias_ends = alias_ends
        self._of_target = dict.fromkeys(alias_ends.values(), NO_NAME)  # NO_NAME: not met yet
        self._common = pa.array([" "])
        self._of_common = np.array([NO_NAME], np.int32)
        self._of_rare: dict[str, int] = {}

    def of(self, tokens: pa.StringArray) -> Offsets:
        """Return the numbers of distinct tokens."""
        place = pc.index_in(tokens, self._common)
        others = tokens.filter(place.is_null())
        place = place.fill_null(-1).to_numpy()
        numbers: Offsets = self._of_common[place]
        numbers[place < 0] = self._of_others(others)
        return numbers

    def _of_others(self, tokens: pa.StringArray) -> Offsets:
        """Return the numbers of tokens that are not common, and learn the new ones."""
        known = self._of_rare
        numbers = np.array([known.get(token, -1) for token in tokens.to_pylist()], np.int32)
        fresh = tokens.filter(pa.array(numbers < 0))
        fresh_names = [token[:-1] for token in fresh.to_pylist()]
        learned = np.array([self._number(name) for name in fresh_names], np.int32)
        numbers[numbers < 0] = learned
        if len(self._common) < _COMMON_TOKENS:
            self._common = pa.concat_arrays([self._common, fresh])
            self._of_common = np.concatenate([self._of_common, learned])
        else:
            known.update(zip(fresh.to_pylist(), learned.tolist(), strict=True))
        return numbers

    def _number(self, name: str) -> int:
        """Return the number of a name that was not met with this spelling."""
        if "\n" in name:  # it would be two lines of tags.txt.gz; the site has no such names
            return NO_NAME
        name = self._alias_ends.get(name, name)
        number = self._of_target.get(name, NO_NAME)
        if number == NO_NAME:
            number = len(self.names)
            self.names.append(name)
            if name in self._of_target:
                self._of_target[name] = number
        return number


def number_names(texts: pa.StringArray, known: NameIds) -> tuple[Offsets, Offsets]:
    """Return the numbers of the names in each text, once each, as list offsets and values.

    In texts, each name is followed by a space.
    """
    from scipy.sparse import csr_matrix

    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    bounds = _token_bounds(data)
    tokens = pa.StringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))
    encoded = tokens.dictionary_encode()
    number = known.of(encoded.dictionary)
    first_token = np.searchsorted(bounds, offsets - offsets[0]).astype(np.int32)
    token_of_text = csr_matrix(
        (np.ones(len(tokens), np.int8), encoded.indices.to_numpy(), first_token),
        shape=(len(texts), len(number)),
    )
    name_of_token = csr_matrix(
        (np.ones(len(number), np.int8), number, np.arange(len(number) + 1, dtype=np.int32)),
        shape=(len(number), len(known.names)),
    )
    name_of_text = token_of_text @ name_of_token
    return name_of_text.indptr, name_of_text.indices


def _token_bounds(data: NDArray[np.uint8]) -> Offsets:
    """Return 0 and the position after each space."""
    spaces = np.flatnonzero(data == _SPACE)
    bounds = np.zeros(len(spaces) + 1, np.int32)
    np.add(spaces, 1, out=bounds[1:], casting="unsafe")
    return bounds
