"""Names of posts as numbers: aliases, and tokens beyond the common ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from e6duck.builder.posts.sort import sorted_lists
from e6duck.builder.posts.tokens import NO_NAME, NameIds, number_names


def numbered(known: NameIds, *texts: str) -> list[list[str]]:
    """Return the names of each text, in alphabetical order."""
    offsets, values = number_names(pa.array(texts), known)
    names = [known.names[number] for number in values.tolist()]
    return [sorted(names[start:end]) for start, end in pairwise(offsets.tolist())]


def test_an_alias_and_its_final_name_count_once() -> None:
    known = NameIds({"tod": "fox"})
    texts = ["fox tree ", "tod fox ", "tree "]
    assert numbered(known, *texts) == [["fox", "tree"], ["fox"], ["tree"]]
    assert known.names == ["", "fox", "tree"]


@pytest.mark.parametrize("common", [[], ["wolf"], ["fox", "tod", "snow", "wolf", "owl"]])
def test_a_name_keeps_its_number_in_later_batches(common: list[str]) -> None:
    """Whether its token is in the array of common tokens or in the dictionary of rare ones."""
    known = NameIds({"tod": "fox"}, common)
    assert numbered(known, "wolf tod ", "") == [["fox", "wolf"], []]
    assert numbered(known, "fox snow wolf ") == [["fox", "snow", "wolf"]]
    assert numbered(known, "snow tod fox fox ") == [["fox", "snow"]]
    assert sorted(known.names) == sorted({"", "wolf", "fox", "snow", *common} - {"tod"})


def test_a_name_with_a_line_end_is_none() -> None:
    known = NameIds({"a\nb": "fox"}, ["c\nd"])
    assert numbered(known, "a\nb c\nd fox ", "a\nb ") == [["", "fox"], [""]]
    assert number_names(pa.array(["c\nd "]), known)[1].tolist() == [NO_NAME]


def test_threads_give_a_name_one_number() -> None:
    known = NameIds({})
    texts = [" ".join(f"tag_{(7 * i + j) % 500}" for j in range(200)) + " " for i in range(60)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: numbered(known, text), texts))
    assert len(known.names) == len(set(known.names)) == 501
    assert found == [[sorted(set(text.split()))] for text in texts]


@given(
    lists=st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=30),
    most=st.sampled_from([0, 1, 40, (1 << 20) - 1, (1 << 31) - 1]),
    flag_bits=st.integers(0, 1),
)
def test_lists_are_sorted_and_the_greatest_of_what_differs_only_in_flags_is_kept(
    lists: list[list[int]], most: int, flag_bits: int
) -> None:
    lists = [[min(value, most) for value in each] for each in [*lists, [most]]]
    offsets = np.cumsum([0, *map(len, lists)], dtype=np.int32)
    flat = np.array([value for each in lists for value in each], np.uint32)
    new_offsets, values = sorted_lists(offsets, flat, flag_bits=flag_bits)
    found = [values[start:end].tolist() for start, end in pairwise(new_offsets.tolist())]
    assert found == [sorted({v >> flag_bits: v for v in sorted(each)}.values()) for each in lists]
