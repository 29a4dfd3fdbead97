"""The ends of alias chains and the paths of implications, in time that grows with their number.

A recursive query joins all that it knows with all edges at each step: a chain of 700 implications
took 13 seconds, and a chain of 8,000 aliases all the memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

import pyarrow as pa

from ..db.connection import Connection


def register_alias_ends(connection: Connection) -> None:
    """Register alias_ends, made from alias_edge."""
    steps = connection.execute("select antecedent_name, consequent_name from alias_edge").fetchall()
    ends = alias_ends(dict(steps))
    connection.register("alias_ends", _pairs(_texts(ends), _texts(ends.values())))


def register_implication_paths(connection: Connection) -> None:
    """Register implication_paths, made from implication_edge."""
    edges = connection.execute(
        "select antecedent_name, consequent_name from implication_edge order by all"
    ).fetchall()
    connection.register("implication_paths", implication_paths(edges))


def alias_ends(steps: Mapping[str, str]) -> dict[str, str]:
    """Return the end of the chain of each name; names that lead into a cycle are left out."""
    ends: dict[str, str | None] = {}
    for name in steps:
        chain, at = [], name
        while at in steps and at not in ends:
            ends[at] = None  # the end, if the chain comes back to this name
            chain.append(at)
            at = steps[at]
        end = ends.get(at, at)
        ends.update(dict.fromkeys(chain, end))
    return {name: end for name, end in ends.items() if end is not None}


def implication_paths(edges: Iterable[tuple[str, str]]) -> pa.Table:
    """Return all pairs of names that a path connects, with the length of the shortest as depth.

    A name on a cycle has a path to itself.
    """
    numbers: dict[str, int] = {}
    onward: dict[int, list[int]] = {}
    for antecedent, consequent in edges:
        first, second = (
            numbers.setdefault(name, len(numbers)) for name in (antecedent, consequent)
        )
        onward.setdefault(first, []).append(second)
    antecedents, consequents, depths = array("i"), array("i"), array("q")
    for start in onward:
        known: set[int] = set()
        depth, reached = 0, [start]
        while reached:
            depth += 1
            steps = [second for first in reached for second in onward.get(first, ())]
            reached = [name for name in dict.fromkeys(steps) if name not in known]
            known.update(reached)
            consequents.extend(reached)
            depths.extend([depth] * len(reached))
        antecedents.extend([start] * len(known))
    names = _texts(numbers)
    ends = (_names(antecedents, names), _names(consequents, names))
    return _pairs(*ends).append_column("depth", _numbers(depths, pa.int64()))


def _texts(texts: Iterable[str]) -> pa.StringArray:
    return pa.array(list(texts), pa.string())


def _names(numbers: array[int], names: pa.StringArray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(_numbers(numbers, pa.int32()), names)


def _numbers(numbers: array[int], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


def _pairs(antecedents: pa.Array, consequents: pa.Array) -> pa.Table:
    columns = {"antecedent_name": antecedents, "consequent_name": consequents}
    return pa.table(columns)
