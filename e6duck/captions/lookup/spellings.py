"""What texts lead to in a database: some rows for few texts, or all of them held in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from ..rules import CATEGORIES

Row: TypeAlias = tuple[str, int | None, int, int | None]
"""A tag: its name, its id (None if it is too rare to have one), its category, its uses"""
Edge: TypeAlias = tuple[int | None, str | None, str, int | None, int, int | None]
"""The id, or else the name, of a tag, and the row of a tag that it implies"""
Query: TypeAlias = Callable[..., list[tuple[Any, ...]]]

_FEW_TEXTS = 2_000
_FEW_CALLS = 16
# Looking up is cheaper for less than this: a query takes 10 to 25 ms, and loading 200,000
# spellings 0.2 s.
_SUFFIX = re.compile(r"_\([^)]+\)\Z")
_ARTIST = CATEGORIES.index("artist")
_SUFFIXES = {
    f"_({name})": CATEGORIES.index(name) for name in ("character", "lore", "species", "copyright")
}


class Spellings:
    """The texts that lead to tags; read from the database when they are asked for.

    query: runs a query of sql/captions with values.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self.is_whole = False
        """Whether all texts of the database are in memory"""
        self._names: dict[str, Row] = {}
        self._aliases: dict[str, Row] = {}
        self._stems: dict[str, tuple[Row, ...]] = {}
        self._colons: dict[str, tuple[Row, ...]] = {}
        self._asked: set[str] = set()
        self._calls = 0
        self._implied: dict[int | str, list[Edge]] | None = None

    def learn(self, texts: Iterable[str]) -> bool:
        """Look up texts, all in one query; with many of them, load everything once instead.

        Returns whether it has loaded everything now.
        """
        if self.is_whole:
            return False
        fresh = {form for text in texts for form in forms(text)} - self._asked
        if not fresh:
            return False
        self._calls += 1
        if self._calls > _FEW_CALLS or len(self._asked) + len(fresh) > _FEW_TEXTS:
            self.load()
            return True
        self._asked |= fresh
        self._add(self._query("spelling_rows", spellings=[*filter(is_storable, fresh)]))
        return False

    def load(self) -> None:
        """Hold all texts in memory, with all implications: about 200 bytes for each text."""
        self._names = {row[0]: row for row in self._query("all_names")}
        self._aliases, self._stems, self._colons = {}, {}, {}
        self._asked = set()
        self._add(self._query("all_spelling_rows"))
        self._implied = {}
        for edge in self._query("all_implied_tags"):
            self._implied.setdefault(edge[1] if edge[0] is None else edge[0], []).append(edge)
        self.is_whole = True

    def claims(self, spelling: str) -> dict[str, Row]:
        """Return the tags that a learned text may mean, by kind: name, alias or spelling."""
        found = {}
        if name := self._names.get(spelling):
            found["name"] = name
        if alias := self._aliases.get(spelling):
            found["alias"] = alias
        if self._may_fit(spelling) and (
            fitting := [each for each in self._fitting(spelling) if each[1][0] != spelling]
        ):
            # The most used tag wins; a spelling that fits only an alias comes last.
            found["spelling"] = min(fitting, key=_order)[1]
        return found

    def _may_fit(self, spelling: str) -> bool:
        """Return whether `_fitting` may yield a tag with another name; most texts fit none."""
        by_name = spelling if spelling.startswith("by_") else f"by_{spelling}"
        return (
            by_name is spelling
            or by_name in self._names
            or by_name in self._aliases
            or by_name in self._stems
            or spelling in self._stems
            or spelling in self._colons
            or spelling.endswith(")")
        )

    def edges(self, rows: Iterable[tuple[str, int | None]]) -> Iterator[Edge]:
        """Yield what tags (name and id) imply, and what the implied tags imply, nearest first."""
        if self._implied is None:
            pairs = list(rows)
            tag_ids = [tag_id for _, tag_id in pairs if tag_id is not None]
            names = [name for name, tag_id in pairs if tag_id is None]
            yield from self._query("implied_tags", tag_ids=tag_ids, names=names)
            return
        done: set[int | str] = set()
        for name, tag_id in rows:
            key = name if tag_id is None else tag_id
            yield from self._edges_from(key, done)
            for edge in self._implied.get(key, ()):
                if edge[3] is not None:
                    yield from self._edges_from(edge[3], done)

    def _edges_from(self, key: int | str, done: set[int | str]) -> list[Edge]:
        if key in done or self._implied is None:
            return []
        done.add(key)
        return self._implied.get(key, [])

    def _add(self, rows: list[tuple[Any, ...]]) -> None:
        names, aliases = self._names, self._aliases
        others = {"stem": self._stems, "colon": self._colons}
        for spelling, kind, *row in rows:
            found = names.get(row[0]) or tuple(row)  # one object for each tag
            if kind == "name":
                names[spelling] = found
            elif kind == "alias":
                aliases[spelling] = found
            else:
                table = others[kind]
                table[spelling] = (*table.get(spelling, ()), found)

    def _fitting(self, spelling: str) -> Iterator[tuple[bool, Row]]:
        """Yield the tags that a text fits although it need not be a name or alias of theirs.

        Each with whether it fits only an alias. Aliases, and the names of tags too rare for an id,
        count only for texts that are longer: otherwise thousands of unknown tags would match
        ordinary words.
        """
        # by_ann for ann, judy_(character) for judy
        for name, category, is_bare in _made_of(spelling):
            if is_bare and _SUFFIX.search(name):
                continue
            is_longer = len(spelling.encode(*_LOOSE)) > len(name.encode(*_LOOSE))
            own, alias = self._names.get(name), self._aliases.get(name)
            if own and own[2] == category and (own[1] is not None or is_longer):
                yield False, own
            if alias and alias[2] == category and is_longer:
                yield True, alias
        for row in self._stems.get(spelling, ()):
            if row[1] is not None:
                yield False, row
        # by_dusk for dusk_(artist)
        for name in _by_names(spelling):
            for row in self._stems.get(name, ()):
                if row[2] == _ARTIST and (row[1] is not None or spelling.startswith("by_")):
                    yield False, row
        for row in self._colons.get(spelling, ()):
            yield False, row


_LOOSE = ("utf-8", "surrogatepass")


def is_storable(text: str) -> bool:
    """Return whether a text can be passed to the database: it has no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def forms(spelling: str) -> Iterator[str]:
    """Yield what a spelling is looked up by."""
    yield spelling
    for name, _, _ in _made_of(spelling):
        yield name


def _made_of(spelling: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the names that a spelling is made of, each with the category of its tag.

    by_ann is made of ann, ann of by_ann, judy_(character) of judy. Then whether the spelling has
    a suffix in parentheses, and the name is what is left without it.
    """
    for name in _by_names(spelling):
        yield name, _ARTIST, False
    if not spelling.endswith(")"):
        return
    if spelling.endswith("_(artist)"):
        for name in _by_names(spelling.removesuffix("_(artist)")):
            yield name, _ARTIST, True
    for suffix, category in _SUFFIXES.items():
        if spelling.endswith(suffix):
            yield spelling.removesuffix(suffix), category, True


def _by_names(spelling: str) -> tuple[str, str]:
    """Return the names of an artist: with and without by_."""
    name = spelling.removeprefix("by_")
    return name, f"by_{name}"


def _order(found: tuple[bool, Row]) -> tuple[bool, float, bool, int, str]:
    is_alias, (name, tag_id, _, use_count) = found
    rank = float("inf") if tag_id is None else tag_id
    return is_alias, rank, use_count is None, -(use_count or 0), name
