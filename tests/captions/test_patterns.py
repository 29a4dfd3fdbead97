"""Many regular expressions at once give what each gives alone."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.captions.lookup import patterns as module
from e6duck.captions.lookup.patterns import Patterns, faults

NAMES = ["fox", "red_fox", "wolf", "hi_res", "2019", "rose_(flower)", "a|b", "", "FOX", "x" * 400]
CONNECTION = duckdb.connect()


def execute(sql: str, values: Any = None) -> list[tuple[Any, ...]]:
    return CONNECTION.execute(sql, values).fetchall()


def first(patterns: list[str], names: list[str]) -> dict[str, str]:
    """The reference: each pattern alone, by Python."""
    found = ((name, next((p for p in patterns if re.fullmatch(p, name)), None)) for name in names)
    return {name: pattern for name, pattern in found if pattern is not None}


PATTERNS = st.sampled_from(
    (
        *("fox", "wol", "wolf", ".*fox", ".*_.*", r"\d+", "(?i)fox", "x{3,}", "^fox$", "fox|wolf"),
        *(".*", r".*_\(.*\)", r"a\|b", "(?P<n>fox)", "(?P<n>wolf)", "", "(a|b|c|red)_fox"),
    )
)


@settings(max_examples=40, deadline=None)
@given(given_patterns=st.lists(PATTERNS, max_size=12), together=st.integers(1, 5))
def test_the_first_of_many_patterns_is_found(given_patterns: list[str], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_TOGETHER", together)
        matched = Patterns(given_patterns, execute)
        assert matched.first(NAMES) == first(given_patterns, NAMES)
        assert matched.first(NAMES) == first(given_patterns, NAMES), "a second time"


def test_a_quote_in_a_pattern_does_not_swallow_the_next_pattern() -> None:
    assert Patterns([r"\Qfox", "w.*"], execute).first(NAMES) == {
        "fox": r"\Qfox",
        "wolf": "w.*",
    }


def test_patterns_that_are_only_valid_together_are_faults() -> None:
    given_patterns = ["fox", "a)", "(b", ".*", "(?=x)", "f.x"]
    assert [each for each, _ in faults(given_patterns, execute)] == ["a)", "(b", "(?=x)"]
