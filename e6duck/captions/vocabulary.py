"""Looks up spellings and implied tags in the database, without loading the whole vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from ..db.connection import Connection, damage_explained, has_posts
from ..db.errors import first_line, translated_errors
from ..db.sql_files import sql_text
from .lookup.patterns import Patterns, faults
from .lookup.spellings import Spellings, is_storable
from .rules import CATEGORIES

INVALID = "invalid_tag"
CURVE = "e6db's curve"
_DISAMBIGUATION = "_(disambiguation)"
_DEFINITIONS = ("known_tag", "spelling_row")
# The temp views that the queries use; each one uses those before it.


@dataclass(eq=False, slots=True)
class Tag:
    """A known tag. There is one object for each tag."""

    name: str
    tag_id: int | None
    """None if the tag is too rare to have one"""
    category: str
    use_count: int | None
    """Posts that have it: the site's count, else that of the kept posts, else None"""
    implied: tuple[Tag, ...] = ()
    """The tags it implies, nearest first, except those that imply it in turn"""

    @property
    def is_ambiguous(self) -> bool:
        """Whether it is a placeholder for several possible tags, or for none."""
        return is_ambiguous(self.name)

    def is_more_used_than(self, other: Tag) -> bool:
        """Return whether this tag ranks before another."""
        return self._rank < other._rank

    @property
    def _rank(self) -> tuple[float, int, str]:
        rank = float("inf") if self.tag_id is None else self.tag_id
        return rank, -(self.use_count or 0), self.name


class Vocabulary:
    """The spellings that were looked up in a database, each once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._spellings = Spellings(self._rows)
        self._tags: dict[str, Tag] = {}
        self._claims: dict[str, dict[str, Tag]] = {}
        self._with_implied: set[Tag] = set()
        for name in _DEFINITIONS:
            self._execute(sql_text("captions", name))

    def load(self) -> None:
        """Hold the whole vocabulary in memory: look-ups ask the database no more."""
        if not self._spellings.is_whole:
            self._spellings.load()
            self._forget_unknown()

    def learn(self, spellings: Iterable[str]) -> None:
        """Look up spellings that were not looked up yet, and the tags that theirs imply."""
        fresh = [each for each in dict.fromkeys(spellings) if each not in self._claims]
        if not fresh:
            return
        if self._spellings.learn(fresh):
            self._forget_unknown()
        met: list[Tag] = []
        for spelling in fresh:
            rows = self._spellings.claims(spelling)
            if rows:
                self._claims[spelling] = claims = {k: self._tag(*row) for k, row in rows.items()}
                met += claims.values()
            elif not self._spellings.is_whole:
                self._claims[spelling] = {}
        self._learn_implied(met)

    def claims(self, spelling: str) -> dict[str, Tag]:
        """Return the tags that a spelling may mean, by kind: name, alias or (made) spelling."""
        found = self._claims.get(spelling)
        if found is None:
            if self._spellings.is_whole and not self._spellings.claims(spelling):
                return {}
            self.learn([spelling])  # it is faster to learn many at once
            found = self._claims[spelling]
        return found

    def _forget_unknown(self) -> None:
        """Forget the texts that mean nothing: with everything in memory, that is soon seen."""
        self._claims = {each: found for each, found in self._claims.items() if found}

    def matching(self, pattern: str, names: Collection[str]) -> set[str]:
        """Return the names that a regular expression matches as a whole."""
        asked = [name for name in names if is_storable(name)]
        return {name for (name,) in self._rows("matches", names=asked, pattern=pattern)}

    def patterns(self, patterns: Iterable[str]) -> Patterns:
        """Return valid regular expressions that can be matched with many names at once."""
        return Patterns(patterns, self._execute_or_fail)

    def antecedents(self) -> list[tuple[str, str, int]]:
        """Return the name and category of each tag that implies one, and the id of that one."""
        rows = self._rows("antecedents")
        return [(name, CATEGORIES[category], tag_id) for name, category, tag_id in rows]

    def candidates(self, spellings: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the tags that ambiguous spellings may mean, most used first."""
        found: dict[str, tuple[str, ...]] = dict.fromkeys(spellings, ())
        for spelling, name in self._rows("candidates", spellings=list(spellings)):
            found[spelling] += (name,)
        return found

    def reordered(self, spellings: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the tags that have the words of a spelling in another order, most used first."""
        found: dict[str, tuple[str, ...]] = {}
        asked = [each for each in spellings if is_storable(each)]
        for spelling, name in self._rows("reordered", spellings=asked):
            found[spelling] = (*found.get(spelling, ()), name)
        return found

    def used_words(self, words: Collection[str]) -> set[str]:
        """Return which words are words of known tags or aliases."""
        asked = [word for word in words if is_storable(word)]
        return {word for (word,) in self._rows("used_words", words=asked)}

    def named_like(self, pattern: str) -> list[str]:
        """Return the names of all tags that a regular expression matches, most used first."""
        query = "select name from known_tag where regexp_full_match(name, $1) order by tag_id, name"
        return [name for (name,) in self._execute(query, [pattern])]

    def pattern_faults(self, patterns: Iterable[str]) -> dict[str, str]:
        """Return what is wrong with regular expressions, for those that are not valid."""
        found = {}
        for pattern, error in faults(patterns, self._execute_or_fail):
            reason = first_line(error).partition(": ")[2] or first_line(error)
            found[pattern] = (
                f"{pattern} is not a regular expression of RE2, without look-around ({reason})"
            )
        return found

    def counted_by(self) -> str:
        """Return the source of the counts that decide how rare a tag is."""
        query = "select count(site_post_count), count(post_count) from tags"
        ((site, ours),) = self._execute(query)
        if site or not ours:
            return "the site" if site else CURVE
        return "the posts of the database" if has_posts(self.connection) else "tags.parquet"

    def _rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        return self._execute(sql_text("captions", query), values)

    def _execute(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises `DatabaseError` if the database is damaged."""
        with translated_errors(), damage_explained(self.connection):
            return self.connection.execute(sql, values).fetchall()

    def _execute_or_fail(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query that fails with DuckDB's error if a pattern is not valid."""
        return self.connection.execute(sql, values).fetchall()

    def _tag(self, name: str, tag_id: int | None, category: int, use_count: int | None) -> Tag:
        known = self._tags.get(name)
        if known is None:
            known = self._tags[name] = Tag(name, tag_id, CATEGORIES[category], use_count)
        return known

    def _learn_implied(self, met: Iterable[Tag]) -> None:
        fresh = [tag for tag in dict.fromkeys(met) if tag not in self._with_implied]
        if not fresh:
            return
        rows = list(self._spellings.edges((tag.name, tag.tag_id) for tag in fresh))
        consequents = [self._tag(*edge[2:]) for edge in rows]
        edges: dict[Tag, dict[Tag, None]] = {tag: {} for tag in (*fresh, *consequents)}
        by_id = {tag.tag_id: tag for tag in edges}
        for (tag_id, rare_name, *_), consequent in zip(rows, consequents, strict=True):
            antecedent = self._tags[rare_name] if rare_name else by_id.get(tag_id)
            if antecedent is not None:  # else its name has a comma, and cannot be in a caption
                edges[antecedent][consequent] = None
        for tag, implied in edges.items():
            # Tags that imply each other, which other databases may have, imply nothing here.
            others = (other for other in implied if other is not tag)
            tag.implied = tuple(other for other in others if tag not in edges[other])
        self._with_implied.update(edges)


def is_ambiguous(name: str) -> bool:
    """Return whether a name is that of a placeholder for several possible tags, or for none."""
    return name == INVALID or name.endswith(_DISAMBIGUATION)
