"""Which of many regular expressions match names: a few passes of DuckDB for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import duckdb

from ...db.sql_files import literal

Execute = Callable[..., list[tuple[Any, ...]]]
"""Runs SQL with values, and returns the rows"""

_TOGETHER = 200
# Patterns in one expression. RE2 keeps its speed up to some thousand states.
_SYNTAX = frozenset(r"\.+*?()|[]{}^$")


class Patterns:
    """Regular expressions of RE2 that match whole names, in their order.

    execute: runs SQL with values. The patterns must be valid.
    """

    def __init__(self, patterns: Iterable[str], execute: Execute) -> None:
        self._execute = execute
        self._plain: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        for number, pattern in enumerate(dict.fromkeys(patterns)):
            if _SYNTAX.isdisjoint(pattern):  # it matches only itself
                self._plain[pattern] = number
            else:
                self._numbers[pattern] = number
        self._order = [*self._plain, *self._numbers]
        self._order.sort(key=lambda each: self._numbers.get(each, self._plain.get(each, 0)))
        self._groups = list(map(_Group, _parts(list(self._numbers), _TOGETHER)))
        self._groups.sort(key=lambda group: self._numbers[group.patterns[0]])

    def __bool__(self) -> bool:
        return bool(self._order)

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def first(self, names: Collection[str]) -> dict[str, str]:
        """Return the names that a pattern matches, each with the first pattern that does."""
        found = {name: self._plain[name] for name in names if name in self._plain}
        waiting = list(self._groups)
        while waiting:
            group = waiting.pop(0)
            start = self._numbers[group.patterns[0]]
            left = [name for name in names if found.get(name, start) >= start]
            try:
                matched = self._matched(group, left)
            except duckdb.Error:  # together they are too large, or name a group twice
                if len(group.patterns) == 1:
                    raise
                place = self._groups.index(group)
                halves = group.halves()
                self._groups[place : place + 1] = halves
                waiting[:0] = halves
                continue
            for name, pattern in matched:
                number = self._numbers[pattern]
                found[name] = min(found.get(name, number), number)
        return {name: self._order[number] for name, number in found.items()}

    def _matched(self, group: _Group, names: Collection[str]) -> list[tuple[str, str]]:
        """Return the names that a pattern of a group matches, with the first one."""
        rows = self._execute(_WHOLE.format(literal(group.whole)), {"names": list(names)})
        if len(group.patterns) == 1:
            return [(name, group.patterns[0]) for (name,) in rows]
        if not rows:
            return []
        cases = " ".join(
            f"when regexp_full_match(name, {literal(pattern)}) then {number}"
            for number, pattern in enumerate(group.patterns)
        )
        matched = {"names": [name for (name,) in rows]}
        numbered = self._execute(_FIRST.format(cases), matched)
        return [(name, group.patterns[number]) for name, number in numbered]


class _Group:
    """Patterns that are tried together, as one expression."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = list(patterns)
        only = self.patterns[0]
        self.whole = only if len(patterns) == 1 else "|".join(f"(?:{each})" for each in patterns)

    def halves(self) -> list[_Group]:
        """Return two groups of fewer patterns."""
        middle = len(self.patterns) // 2
        return [_Group(self.patterns[:middle]), _Group(self.patterns[middle:])]


_NAMES = "(select unnest($names::varchar[]) as name)"
_WHOLE = f"select name from {_NAMES} where regexp_full_match(name, {{}})"
_FIRST = f"select name, case {{}} end from {_NAMES}"


def _parts(patterns: Sequence[str], size: int) -> Iterator[list[str]]:
    # \Q quotes all that follows, also the next patterns.
    together = [each for each in patterns if "\\Q" not in each]
    yield from ([each] for each in patterns if "\\Q" in each)
    yield from (together[start : start + size] for start in range(0, len(together), size))


def faults(patterns: Iterable[str], execute: Execute) -> Iterator[tuple[str, duckdb.Error]]:
    """Yield the patterns that are not valid, each with DuckDB's error."""
    waiting = list(_chunks(list(dict.fromkeys(patterns))))
    while waiting:
        part = waiting.pop(0)
        tests = ", ".join(f"regexp_full_match(name, {literal(each)})" for each in part)
        try:
            execute(f"select {tests} from {_NAMES}", {"names": [""]})
        except duckdb.Error as error:
            if len(part) == 1:
                yield part[0], error
            else:
                half = len(part) // 2
                waiting[:0] = [part[:half], part[half:]]


def _chunks(patterns: list[str]) -> Iterator[list[str]]:
    patterns = [each for each in patterns if not _SYNTAX.isdisjoint(each)]
    yield from (patterns[start : start + _TOGETHER] for start in range(0, len(patterns), _TOGETHER))
