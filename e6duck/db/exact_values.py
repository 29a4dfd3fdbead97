"""Rewrite a SELECT so that Python can hold its values: times as text, floats as they print."""

from __future__ import annotations

import re
from typing import Any

import duckdb

from .connection import Connection
from .sql_files import identifier

# The name of a type inside another type; a field of the same name is followed by a space.
_TIME = re.compile(
    r"\b(?:TIMESTAMP(?:_\w+)?|TIME(?:_NS)?|DATE|INTERVAL)(?: WITH TIME ZONE)?(?=[,)\[]|$)"
)
_FLOAT = re.compile(r"\bFLOAT(?=[,)\[]|$)")


def type_of(statement: duckdb.Statement) -> duckdb.StatementType | None:
    """Return the type of a statement; None if DuckDB's package has no name for it."""
    try:
        return statement.type
    except ValueError:  # UPDATE EXTENSIONS in 2.0.1
        return None


def exact(
    connection: Connection, statement: duckdb.Statement, given: dict[str, Any] | None
) -> tuple[duckdb.Statement, tuple[str, ...] | None]:
    """Return a statement that gives dates, times and intervals as text, and its original types.

    The types are None if the statement is the given one. Python has no infinite date, no months in
    an interval, and needs a package for time zones. A FLOAT becomes the DOUBLE with the same text:
    0.1, not 0.10000000149011612.
    """
    if type_of(statement) != duckdb.StatementType.SELECT:
        return statement, None
    try:
        found = connection.execute(f"describe {statement.query}", given).fetchall()
    except duckdb.InterruptException:
        raise
    except duckdb.Error:  # the statement itself will raise it
        return statement, None
    if not any(_TIME.search(kind) or _FLOAT.search(kind) for _, kind, *_ in found):
        return statement, None
    columns = [
        f"cast(cast(#{number} as {_FLOAT.sub('VARCHAR', _TIME.sub('VARCHAR', kind))})"
        f" as {_FLOAT.sub('DOUBLE', _TIME.sub('VARCHAR', kind))}) as {identifier(name)}"
        for number, (name, kind, *_) in enumerate(found, start=1)
    ]
    query = f"from ({_without_end(statement.query)}\n) select {', '.join(columns)}"
    types = tuple(kind for _, kind, *_ in found)
    return connection.extract_statements(query)[0], types


def _without_end(query: str) -> str:
    """Return a statement without its semicolon and anything after it."""
    content = query.encode()
    ends = [place for place, _ in duckdb.tokenize(query) if content[place : place + 1] == b";"]
    return content[: ends[0]].decode() if ends else query
