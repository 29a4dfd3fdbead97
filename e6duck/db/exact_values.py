"""Statements whose values Python can hold: times as text, small floats as they are written."""

from __future__ import annotations

import re
from typing import Any

import duckdb

from .connection import Connection
from .sql_files import identifier

# Where a type's name stands in the text of another type; a field of that name has a space after it.
_TIME = re.compile(
    r"\b(?:TIMESTAMP(?:_\w+)?|TIME(?:_NS)?|DATE|INTERVAL)(?: WITH TIME ZONE)?(?=[,)\[]|$)"
)
_FLOAT = re.compile(r"\bFLOAT(?=[,)\[]|$)")


def exact(
    connection: Connection, statement: duckdb.Statement, given: dict[str, Any] | None
) -> tuple[duckdb.Statement, tuple[str, ...] | None]:
    """Return a statement that gives as text what Python has no equal of: dates, times, intervals.

    With it come the types that the columns had before, None where the statement is the given one.
    Python knows no infinite date and no month of an interval, and takes a package for time zones.
    A FLOAT becomes the DOUBLE that is written as it is: 0.1, not 0.10000000149011612.
    """
    if statement.type != duckdb.StatementType.SELECT:
        return statement, None
    try:
        found = connection.execute(f"describe {statement.query}", given).fetchall()
    except duckdb.InterruptException:
        raise
    except duckdb.Error:  # what is wrong with it, it shows itself
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
    """Return a statement without its semicolon and what follows."""
    content = query.encode()
    ends = [place for place, _ in duckdb.tokenize(query) if content[place : place + 1] == b";"]
    return content[: ends[0]].decode() if ends else query
