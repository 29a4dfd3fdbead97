"""Looks up spellings and implied tags in the database, without loading the whole vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from ..db.connection import Connection, damage_explained, has_posts
from ..db.errors import first_line, translated_errors
from ..db.sql_files import sql_text
from .rules import CATEGORIES

INVALID = "invalid_tag"
CURVE = "e6db's curve"
_DISAMBIGUATION = "_(disambiguation)"
_DEFINITIONS = ("known_tag", "spelling_source", "suffixed_tag", "made_name", "fitting_tag")
# The temp views and macros that the queries use; each one uses those before it.


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
        self._tags: dict[str, Tag] = {}
        self._claims: dict[str, dict[str, Tag]] = {}
        self._with_implied: set[Tag] = set()
        for name in _DEFINITIONS:
            self._execute(sql_text("captions", name))

    def learn(self, spellings: Iterable[str]) -> None:
        """Look up spellings that were not looked up yet, and the tags that theirs imply."""
        fresh = {each for each in spellings if each not in self._claims}
        if not fresh:
            return
        self._claims |= {spelling: {} for spelling in fresh}
        rows = self._rows("claims", spellings=[each for each in fresh if is_storable(each)])
        for spelling, kind, *row in rows:
            self._claims[spelling][kind] = self._tag(*row)
        self._learn_implied()

    def claims(self, spelling: str) -> dict[str, Tag]:
        """Return the tags that a spelling may mean, by kind: name, alias or (made) spelling."""
        if spelling not in self._claims:  # it is faster to learn many at once
            self.learn([spelling])
        return self._claims[spelling]

    def matching(self, pattern: str, names: Collection[str]) -> set[str]:
        """Return the names that a regular expression matches as a whole."""
        asked = [name for name in names if is_storable(name)]
        return {name for (name,) in self._rows("matches", names=asked, pattern=pattern)}

    def implied_by_matching(
        self, pattern: str, tags: Iterable[Tag], **options: bool
    ) -> dict[Tag, str]:
        """Return which tags are implied by a tag whose name matches, each with that name."""
        by_id = {tag.tag_id: tag for tag in tags if tag.tag_id is not None}
        rows = self._rows("implied_by_matches", tag_ids=list(by_id), pattern=pattern, **options)
        return {by_id[tag_id]: name for tag_id, name in rows}

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

    def pattern_fault(self, pattern: str) -> str | None:
        """Return what is wrong with a regular expression; None if it is valid."""
        try:
            values = {"names": [""], "pattern": pattern}
            self.connection.execute(sql_text("captions", "matches"), values)
        except duckdb.Error as error:
            reason = first_line(error).partition(": ")[2] or first_line(error)
            return f"{pattern} is not a regular expression of RE2, without look-around ({reason})"
        return None

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

    def _tag(self, name: str, tag_id: int | None, category: int, use_count: int | None) -> Tag:
        known = self._tags.get(name)
        if known is None:
            known = self._tags[name] = Tag(name, tag_id, CATEGORIES[category], use_count)
        return known

    def _learn_implied(self) -> None:
        fresh = [tag for tag in self._tags.values() if tag not in self._with_implied]
        tag_ids = [tag.tag_id for tag in fresh if tag.tag_id is not None]
        names = [tag.name for tag in fresh if tag.tag_id is None]
        rows = self._rows("implied_tags", tag_ids=tag_ids, names=names)
        consequents = [self._tag(*row) for _, _, *row in rows]
        by_id = {tag.tag_id: tag for tag in self._tags.values()}
        edges: dict[Tag, dict[Tag, None]] = {tag: {} for tag in (*fresh, *consequents)}
        for (tag_id, rare_name, *_), consequent in zip(rows, consequents, strict=True):
            antecedent = self._tags[rare_name] if tag_id is None else by_id.get(tag_id)
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


def is_storable(text: str) -> bool:
    """Return whether a text can be passed to the database: it has no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
