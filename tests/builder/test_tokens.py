"""Names of posts as numbers: aliases, and tokens beyond the common ones."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest

from e6duck.builder import tokens
from e6duck.builder.tokens import NameIds, number_names


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


@pytest.mark.parametrize("common_count", [0, 2, 100])
def test_a_name_keeps_its_number_in_later_batches(
    monkeypatch: pytest.MonkeyPatch, common_count: int
) -> None:
    """Whether its token is in the array of common tokens or in the dictionary of rare ones."""
    monkeypatch.setattr(tokens, "_COMMON_TOKENS", common_count)
    known = NameIds({"tod": "fox"})
    assert numbered(known, "wolf tod ", "") == [["fox", "wolf"], []]
    assert numbered(known, "fox snow wolf ") == [["fox", "snow", "wolf"]]
    assert numbered(known, "snow tod fox fox ") == [["fox", "snow"]]
    assert known.names == ["", "wolf", "fox", "snow"]
