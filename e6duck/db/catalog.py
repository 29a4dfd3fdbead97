"""What a database holds: its relations and macros, with their comments, columns and examples."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..commands.shared.formats import Sink, visible, write
from ..commands.shared.table import draw
from ..errors import UsageError
from .connection import Connection, identifier, literal
from .query import Answer, translated_errors
from .sql_files import sql_text

_COLUMNS = ("name", "kind", "rows", "comment", "example")
_TYPES = ("VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR")


@dataclass(frozen=True)
class Relation:
    """A table, view or macro."""

    name: str
    kind: str
    rows: int | None  # None: of a view, which would have to be made, or of a macro
    comment: str | None
    example: str | None  # of a macro


def relations(connection: Connection) -> list[Relation]:
    """Return the tables, views and macros, in this order, each by name."""
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
    """Return a relation by its name, and column, type and comment of each of its columns.

    Those of a macro are what its example gives. Raises `UsageError` for an unknown name.
    """
    known = {each.name.lower(): each for each in relations(connection)}  # as DuckDB takes names
    if name.lower() not in known:
        names = ", ".join(each.name for each in known.values())
        raise UsageError(f"there is no relation {name}; there are {names}")
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


def write_relations(found: Sequence[Relation], file: Sink, kind: str) -> None:
    """Write relations and macros in a format of `output.write`; as a table, one of each."""
    if kind != "table":
        whole = [(each.name, each.kind, each.rows, each.comment, each.example) for each in found]
        write(Answer(_COLUMNS, _TYPES, iter([whole])), file, kind)
        return
    rows = [
        (each.name, "a view" if each.rows is None else f"{each.rows:,}", each.comment)
        for each in found
        if each.kind != "macro"
    ]
    _draw(("relation", "rows", "one row is"), ("VARCHAR", "BIGINT", "VARCHAR"), rows, file)
    file.write("\n")
    for each in found:
        if each.kind == "macro":
            file.write(f"{each.name}: {visible(each.comment)}\n    {visible(each.example)}\n")


def write_described(
    relation: Relation, columns: list[tuple[Any, ...]], file: Sink, kind: str
) -> None:
    """Write the columns of a relation in a format of `output.write`, as a table under a heading."""
    names, types = ("column", "type", "comment"), ("VARCHAR",) * 3
    if kind != "table":
        write(Answer(names, types, iter([columns])), file, kind)
        return
    size = "" if relation.rows is None else f" ({relation.rows:,} rows)"
    file.write(f"{relation.name}, a {relation.kind}: {visible(relation.comment)}{size}\n")
    if relation.example:
        file.write(f"    {visible(relation.example)}\n")
    file.write("\n")
    _draw(names, types, columns, file)


def _draw(
    names: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], file: Sink
) -> None:
    columns = list(zip(names, *(map(visible, row) for row in rows), strict=True))
    width = shutil.get_terminal_size().columns if file.isatty() else None
    for line in draw(columns, types, width):
        file.write(line + "\n")
