"""Chains of aliases and implications of any length, forks and cycles."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.builder.build import build
from e6duck.builder.graphs import alias_ends, implication_paths
from tests.support.exports import alias, implication, post, write_export
from tests.support.reference import Export

NAMES = st.sampled_from("abcdefg")


def test_an_alias_leads_to_the_end_of_its_chain() -> None:
    assert alias_ends({"a": "b", "b": "c", "x": "c"}) == {"a": "c", "b": "c", "x": "c"}


def test_names_on_a_cycle_and_those_that_lead_to_it_have_no_end() -> None:
    assert alias_ends({"a": "b", "b": "c", "c": "b", "x": "y"}) == {"x": "y"}


def test_the_depth_is_that_of_the_shortest_path_and_a_cycle_leads_back() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("x", "y"), ("y", "x")]
    found = {tuple(row.values()) for row in implication_paths(edges).to_pylist()}
    assert found == {
        *{("a", "b", 1), ("a", "c", 1), ("b", "c", 1), ("c", "d", 1), ("a", "d", 2), ("b", "d", 2)},
        *{("x", "y", 1), ("y", "x", 1), ("x", "x", 2), ("y", "y", 2)},
    }


@settings(max_examples=50, deadline=None)
@given(st.sets(st.tuples(NAMES, NAMES), max_size=14))
def test_a_path_is_a_step_and_a_path(edges: set[tuple[str, str]]) -> None:
    found = {tuple(row.values())[:2]: row["depth"] for row in implication_paths(edges).to_pylist()}
    expected: dict[tuple[str, str], int] = {}
    for depth in range(1, 9):
        steps = edges if depth == 1 else {(a, d) for a, b in expected for c, d in edges if b == c}
        expected = dict.fromkeys(steps, depth) | expected
    assert found == expected


@pytest.mark.parametrize("count", [3_000])
def test_chains_of_thousands_of_aliases_and_hundreds_of_implications_are_resolved(
    tmp_path: Path, count: int
) -> None:
    old = [f"old_{number}" for number in range(count)]
    kinds = [f"kind_{number}" for number in range(count // 10)]
    export = Export(
        posts=[post(1, f"{old[0]} {kinds[0]}"), post(2, "fox")],
        tag_aliases=[alias(*ends) for ends in pairwise([*old, "fox"])],
        tag_implications=[implication(*ends) for ends in pairwise([*kinds, "fox"])],
    )
    write_export(tmp_path, export)
    built = build(tmp_path, write_index=False)
    assert built.alias_count == count
    assert built.tag_count == 2  # of fox and the rating; a chain of rare tags leads to fox
    assert built.rare_implication_count == count // 10
