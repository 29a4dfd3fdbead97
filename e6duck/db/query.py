"""One question to a finished database: parameters checked, sandboxed, answered row by row."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ..errors import E6DuckError, QueryError, UsageError
from .connection import (
    Connection,
    close_sandbox,
    file_literal,
    first_line,
    identifier,
    interruptible,
    memory_size,
    open_reading,
)

if TYPE_CHECKING:
    import pyarrow as pa

Relation = duckdb.DuckDBPyRelation

FETCHED_ROWS = 10_000
_READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}
# A question about tags fits in little; what does not is better run with --trusted.
DEFAULT_MEMORY = "4GB"

# Where a type's name stands in the text of another type; a field of that name has a space after it.
_TIME = re.compile(
    r"\b(?:TIMESTAMP(?:_\w+)?|TIME(?:_NS)?|DATE|INTERVAL)(?: WITH TIME ZONE)?(?=[,)\[]|$)"
)
_FLOAT = re.compile(r"\bFLOAT(?=[,)\[]|$)")


@dataclass(frozen=True)
class Answer:
    """A result whose rows come as they are fetched: column names, DuckDB types, batches of rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    batches: Iterator[list[tuple[Any, ...]]]


@contextmanager
def session(
    path: Path,
    *,
    tables: Mapping[str, Path] | None = None,
    trusted: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Iterator[Connection]:
    """Open a finished database for questions.

    tables: the user's own files (CSV, Parquet, JSON), each read into a temp table of that name.
    Then all files are out of reach, but where trusted: read-only still, with files and spilling.
    """
    settings: dict[str, Any] = {"memory_limit": f"{memory_size(memory_limit or DEFAULT_MEMORY)}B"}
    if threads:
        settings["threads"] = threads
    if trusted and memory_limit is None:
        del settings["memory_limit"]
    connection = open_reading(path, settings)
    try:
        with interruptible(connection):
            with translated_errors():
                for name, file in (tables or {}).items():
                    _load(connection, name, file)
                if not trusted:
                    close_sandbox(connection)
            yield connection
    finally:
        connection.close()


def _load(connection: Connection, name: str, file: Path) -> None:
    suffix = file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix
    reader = _READERS.get(suffix.lower())
    if not reader:
        raise UsageError(f"{file} is no {', '.join(_READERS)}; convert it first")
    if not file.is_file():
        raise UsageError(f"there is no file {file} for the table {name}")
    taken = connection.execute(
        "select 1 from duckdb_tables() where lower(table_name) = lower($1)"
        " union all select 1 from duckdb_views() where lower(view_name) = lower($1)",
        [name],
    ).fetchall()
    if taken:
        raise UsageError(f"there is a relation {name} already; name the table of {file} otherwise")
    source = f"{reader}({file_literal(file)})"
    try:
        connection.execute(f"create temp table {identifier(name)} as from {source}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise E6DuckError(f"{file} cannot be read: {first_line(error)}") from error


def ask(
    connection: Connection,
    sql: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    limit: int | None = None,
) -> Answer:
    """Run SQL and return the answer to its last statement.

    parameters: for each $name in it. timeout: in seconds, for running and fetching together.
    limit: the most rows. Raises `QueryError` with DuckDB's own message, `UsageError` for a
    parameter that is missing or unknown.
    """
    *before, (last, given) = _statements(connection, sql, parameters or {})
    clock = _Clock(connection, timeout)
    try:
        with translated_errors(clock):
            _run(connection, before)
            connection.execute(_exact(connection, last, given), given)
            description = connection.description or []
    except BaseException:
        clock.stop()
        raise
    return Answer(
        tuple(str(column[0]) for column in description),
        tuple(str(column[1]) for column in description),
        _fetch(connection, clock, limit),
    )


def _statements(
    connection: Connection, sql: str, parameters: Mapping[str, Any]
) -> list[tuple[duckdb.Statement, dict[str, Any] | None]]:
    """Return the statements in SQL, at least one, each with its parameters (None for none)."""
    with translated_errors():
        statements = connection.extract_statements(sql)
    if not statements:
        raise UsageError("there is no statement in the query")
    names = {name for each in statements for name in each.named_parameters}
    given = checked_parameters(names, parameters)
    return [
        (each, {name: given[name] for name in each.named_parameters} or None) for each in statements
    ]


def _run(
    connection: Connection, statements: Iterable[tuple[duckdb.Statement, dict[str, Any] | None]]
) -> None:
    for statement, given in statements:
        connection.execute(statement, given).complete()


def _exact(
    connection: Connection, statement: duckdb.Statement, given: dict[str, Any] | None
) -> duckdb.Statement:
    """Return a statement that gives as text what Python has no equal of: dates, times, intervals.

    Python knows no infinite date and no month of an interval, and takes a package for time zones.
    A FLOAT becomes the DOUBLE that is written as it is: 0.1, not 0.10000000149011612.
    """
    if statement.type != duckdb.StatementType.SELECT:
        return statement
    try:
        found = connection.execute(f"describe {statement.query}", given).fetchall()
    except duckdb.InterruptException:
        raise
    except duckdb.Error:  # what is wrong with it, it shows itself
        return statement
    if not any(_TIME.search(kind) or _FLOAT.search(kind) for _, kind, *_ in found):
        return statement
    columns = [
        f"cast(cast(#{number} as {_FLOAT.sub('VARCHAR', _TIME.sub('VARCHAR', kind))})"
        f" as {_FLOAT.sub('DOUBLE', _TIME.sub('VARCHAR', kind))}) as {identifier(name)}"
        for number, (name, kind, *_) in enumerate(found, start=1)
    ]
    query = f"from ({_without_end(statement.query)}\n) select {', '.join(columns)}"
    return connection.extract_statements(query)[0]


def _without_end(query: str) -> str:
    """Return a statement without its semicolon and what follows."""
    content = query.encode()
    ends = [place for place, _ in duckdb.tokenize(query) if content[place : place + 1] == b";"]
    return content[: ends[0]].decode() if ends else query


def checked_parameters(wanted: set[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters; raises `UsageError` where one is missing or unknown."""
    missing = sorted(wanted - given.keys())
    if missing:
        names = ", ".join(f"${name}" for name in missing)
        raise UsageError(f"the query needs {names}; give it as -p {missing[0]}=VALUE")
    unknown = sorted(given.keys() - wanted)
    if unknown:
        has = ", ".join(f"${name}" for name in sorted(wanted)) or "no parameter"
        raise UsageError(f"the query has no ${unknown[0]}; it has {has}")
    return dict(given)


def ask_arrow(
    connection: Connection,
    sql: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    limit: int | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the answer as Arrow batches, first an empty one; else as `ask`."""
    import pyarrow as pa

    clock = _Clock(connection, timeout)
    try:
        with translated_errors(clock):
            relation = related(connection, sql, parameters or {})
            if limit is not None:
                relation = relation.limit(limit)
            reader = relation.to_arrow_reader(FETCHED_ROWS * 10)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from _batches(reader)
    finally:
        clock.stop()


def related(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> Relation:
    """Return the answer to the last statement in SQL, not yet fetched; raises DuckDB's errors."""
    *before, (last, given) = _statements(connection, sql, parameters)
    _run(connection, before)
    try:
        relation = connection.sql(last.query, params=given)
    except duckdb.ProgrammingError:
        connection.execute(last, given)  # fails likewise, and tells the place
        raise
    if relation is None:
        raise UsageError("the last statement gives no rows; let it be a SELECT")
    return relation


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a reader, to which all of DuckDB's errors are one."""
    try:
        yield from reader
    except OSError as error:
        for sign, kind in _ERRORS.items():
            if str(error).startswith(sign):
                raise kind(str(error)) from error
        raise duckdb.Error(str(error)) from error


_ERRORS = {"INTERRUPT": duckdb.InterruptException, "Out of Memory": duckdb.OutOfMemoryException}


class _Clock:
    """Interrupts a connection when its time is over."""

    def __init__(self, connection: Connection, seconds: float | None) -> None:
        self.seconds = seconds
        self.is_over = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._ring) if seconds is not None else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        self.is_over = True
        self._connection.interrupt()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()


def _fetch(
    connection: Connection, clock: _Clock, limit: int | None
) -> Iterator[list[tuple[Any, ...]]]:
    left = limit
    try:
        with translated_errors(clock):
            while left is None or left > 0:
                size = FETCHED_ROWS if left is None else min(left, FETCHED_ROWS)
                rows = connection.fetchmany(size)
                if not rows:
                    return
                if left is not None:
                    left -= len(rows)
                yield rows
    finally:
        clock.stop()


@contextmanager
def translated_errors(clock: _Clock | None = None) -> Iterator[None]:
    """Turn DuckDB's errors into ours, with its message."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise QueryError(
            "out of memory: give the query more with --memory-limit, or let it spill to disk"
            " with --trusted"
        ) from error
    except duckdb.InterruptException as error:
        if clock and clock.is_over:
            raise QueryError(f"stopped after {clock.seconds:g} seconds (--timeout)") from error
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    except RuntimeError as error:
        if str(error) != "Query interrupted":  # how DuckDB takes Python's own KeyboardInterrupt
            raise
        raise KeyboardInterrupt from error
