"""The relations and macros of a database as text."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

from ...db.answer import Answer
from ...db.catalog import Relation
from ...db.results.table import draw
from ...db.results.values import visible
from .formats import write
from .terminal import Sink

_COLUMNS = ("name", "kind", "rows", "comment", "example")
_TYPES = ("VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR")
_ATTACHED = (
    "A macro finds its tables in the current database. After attach 'e6.duckdb' as e6, run: use e6;"
    " or, to reach your own tables too: set search_path = 'memory,e6' (memory is the name of your"
    " own database)"
)


def write_relations(found: Sequence[Relation], file: Sink, kind: str) -> None:
    """Write relations and macros in a format of `formats.write`; as text, in two tables."""
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
    macros = [each for each in found if each.kind == "macro"]
    for each in macros:
        file.write(_filled(f"{each.name}: {visible(each.comment)}", file))
        file.write(f"    {visible(each.example)}\n")
    if macros:
        file.write("\n" + _filled(_ATTACHED, file))


def write_described(
    relation: Relation, columns: list[tuple[Any, ...]], file: Sink, kind: str
) -> None:
    """Write the columns of a relation in a format of `formats.write`; a table has a heading."""
    names, types = ("column", "type", "comment"), ("VARCHAR",) * 3
    if kind != "table":
        write(Answer(names, types, iter([columns])), file, kind)
        return
    size = "" if relation.rows is None else f" ({relation.rows:,} rows)"
    heading = f"{relation.name}, a {relation.kind}: {visible(relation.comment)}{size}"
    file.write(_filled(heading, file))
    if relation.example:
        file.write(f"    {visible(relation.example)}\n" + _filled(_ATTACHED, file))
    file.write("\n")
    _draw(names, types, columns, file)


def _draw(
    names: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], file: Sink
) -> None:
    columns = list(zip(names, *(map(visible, row) for row in rows), strict=True))
    for line in draw(columns, types, _width(file), is_wrapped=True):
        file.write(line + "\n")


def _filled(text: str, file: Sink) -> str:
    """Return a paragraph as lines that fit a terminal."""
    return textwrap.fill(text, _width(file) or len(text)) + "\n"


def _width(file: Sink) -> int | None:
    return shutil.get_terminal_size().columns if file.isatty() else None
