"""What changed since an older build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..db.answer import Answer
from ..db.connection import Connection, attached_old, interruptible
from ..db.errors import translated_errors
from ..db.sql_files import sql_text

_RELATIONS = ("tag_pair", "tag_growth", "direct_pair")  # of sql/tags/diff; the others read them
CHANGES = (
    *("total", "renamed_tag", "merged_tag", "new_tag", "dropped_tag", "recategorized_tag"),
    *("new_alias", "changed_alias", "dropped_alias", "new_implication", "dropped_implication"),
    *("riser", "faller"),
)
_LIMITED = ("riser", "faller")
_TITLES = {
    "riser": "rising tags",
    "faller": "falling tags",
    "touched_caption": "captions cleaned differently",
}
COLUMNS = {
    **dict.fromkeys(("change", "name", "before", "after", "category"), "VARCHAR"),
    **dict.fromkeys(("rank_before", "rank_after", "posts_before", "posts_after"), "BIGINT"),
    "growth": "DOUBLE",
    "why": "VARCHAR",
}


@dataclass(frozen=True)
class Section:
    """The rows of one kind of change: name first, then some of the columns of `answer`."""

    change: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @property
    def title(self) -> str:
        """The kind of change in words, in the plural."""
        if self.change in _TITLES:
            return _TITLES[self.change]
        return self.change.replace("_", " ") + ("es" if self.change.endswith("s") else "s")

    @property
    def is_limited(self) -> bool:
        """Whether the rows are only the first ones."""
        return self.change in _LIMITED

    @property
    def types(self) -> list[str]:
        """DuckDB's types of the columns."""
        return [COLUMNS[name] for name in self.columns]

    def column(self, name: str) -> list[Any]:
        """Return the values of a column; nulls if there is no column of that name."""
        if name not in self.columns:
            return [None] * len(self.rows)
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Comparison:
    """What changed between two builds, and a connection to the old one."""

    sections: list[Section]
    old: Connection


@contextmanager
def comparing(connection: Connection, old: Path, *, limit: int) -> Iterator[Comparison]:
    """Compare a database with an older build, which stays attached while the block runs.

    limit: maximum number of rising and of falling tags. Raises `DatabaseError` if old is not a
    finished database.
    """
    with attached_old(connection, old) as other, translated_errors(), interruptible(connection):
        for name in _RELATIONS:
            connection.execute(sql_text("tags/diff", name))
        yield Comparison([_section(connection, name, limit) for name in CHANGES], other)


def _section(connection: Connection, name: str, limit: int) -> Section:
    connection.execute(sql_text("tags/diff", name), {"count": limit} if name in _LIMITED else None)
    columns = tuple(str(column[0]) for column in connection.description or [])
    return Section(name, columns, connection.fetchall())


def answer(sections: Sequence[Section]) -> Answer:
    """Return all rows as one answer, with the columns of `COLUMNS`.

    before and after: the target of an alias or an implication, a category, or a count.
    """
    return Answer(tuple(COLUMNS), tuple(COLUMNS.values()), map(_batch, sections))


def _batch(section: Section) -> list[tuple[Any, ...]]:
    columns = [section.column(name) for name in islice(COLUMNS, 1, None)]
    return [(section.change, *row) for row in zip(*columns, strict=True)]
