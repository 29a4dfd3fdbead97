"""Names to numbers: cut the names of many posts out of one text, number them as they are met."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Offsets: TypeAlias = NDArray[np.int32]

NO_NAME = 0  # the number of the empty name, which is no tag
_SPACE = 0x20
_COMMON_TOKENS = 100_000  # or few more


class NameIds:
    """Numbers the names met, each after its alias; 0 is the empty name, which is no tag.

    A token is a name with a space after it. The first ones met, which are the common ones, are
    kept as an Arrow column: a look-up there costs a fraction of one in a dictionary of Python
    strings, which misses the cache; but its hash table is made anew for every batch, so that the
    many rare ones go to a dictionary all the same.
    """

    def __init__(self, alias_ends: dict[str, str]) -> None:
        self.names = [""]
        self._alias_ends = alias_ends
        self._of_target = dict.fromkeys(alias_ends.values(), NO_NAME)  # until it is met
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
        """Return the number of a name that was not met under this spelling."""
        if "\n" in name:  # it would be two lines of tags.txt.gz; the site has none
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
    """Return the numbers of the names of each text, once each: list offsets and values.

    In texts each name is followed by a space, and is cut where it lies: a token is a slice of the
    texts with its space. The product texts x tokens x names takes the repeated ones together.
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
    """Return 0 and the place after each space."""
    spaces = np.flatnonzero(data == _SPACE)
    bounds = np.zeros(len(spaces) + 1, np.int32)
    np.add(spaces, 1, out=bounds[1:], casting="unsafe")
    return bounds
