"""The relations and macros of a database, with their comments, columns and examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from .connection import Connection
from .did_you_mean import did_you_mean
from .errors import translated_errors
from .sql_files import identifier, literal, sql_text


@dataclass(frozen=True)
class Relation:
    """A table, view or macro."""

    name: str
    kind: str
    rows: int | None  # None: a view, which would have to be computed, or a macro
    comment: str | None
    example: str | None  # None: not a macro


def relations(connection: Connection) -> list[Relation]:
    """Return the tables, views and macros, in this order, each sorted by name."""
    with translated_errors():
        found = connection.execute(sql_text("db/catalog", "relations")).fetchall()
        counts = _counts(connection, [name for name, kind, _, _ in found if kind == "table"])
    return [
        Relation(name, kind, counts.get(name), comment or None, example or None)
        for name, kind, comment, example in found
    ]


def _counts(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    queries = [f"select {literal(name)}, count(*) from {identifier(name)}" for name in names]
    return dict(connection.execute(" union all ".join(queries)).fetchall())


def described(connection: Connection, name: str) -> tuple[Relation, list[tuple[Any, ...]]]:
    """Return a relation by its name, and name, type and comment of each column.

    For a macro these are the columns of its example. Raises `UsageError` for an unknown name.
    """
    known = {each.name.lower(): each for each in relations(connection)}  # DuckDB ignores case
    if name.lower() not in known:
        hint = did_you_mean(name, [each.name for each in known.values()])
        raise UsageError(f"there is no relation {name}{hint}")
    relation = known[name.lower()]
    with translated_errors():
        if relation.kind != "macro":
            rows = connection.execute(
                sql_text("db/catalog", "columns"), {"name": relation.name}
            ).fetchall()
        elif relation.example:
            found = connection.execute(f"describe {relation.example}").fetchall()
            rows = [(column, kind, None) for column, kind, *_ in found]
        else:
            rows = []
    return relation, rows


def user_relations(connection: Connection, ours: set[str]) -> list[str]:
    """Return the names of tables, views, macros, types and sequences that the user added.

    ours: the names of those that e6duck makes. A name outside the schema main has its schema in
    front.
    """
    rows = connection.execute(sql_text("db/catalog", "user_relations")).fetchall()
    return sorted({name for (name,) in rows} - ours)
