"""One question to a finished database: parameters checked, sandboxed, answered row by row."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ..errors import QueryError, UsageError
from .connection import Connection, close_sandbox, interruptible, memory_size, open_reading
from .error_hints import with_hint
from .results.exact_values import exact
from .user_tables import load

if TYPE_CHECKING:
    import pyarrow as pa

Relation = duckdb.DuckDBPyRelation

FETCHED_ROWS = 10_000
_GIVES_ROWS = [duckdb.ExpectedResultType.QUERY_RESULT]  # of a statement that always gives some
# A question about tags fits in little; what does not is better run with --trusted.
DEFAULT_MEMORY = "4GB"


@dataclass(frozen=True)
class Answer:
    """A result whose rows come as they are fetched: column names, DuckDB types, batches of rows.

    types: as the query gives them; dates, times and intervals come as text. is_plan: of EXPLAIN.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    batches: Iterator[list[tuple[Any, ...]]]
    is_plan: bool = False


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
                    load(connection, name, file)
                if not trusted:
                    close_sandbox(connection)
            yield connection
    finally:
        connection.close()


def ask(
    connection: Connection,
    sql: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    limit: int | None = None,
    on_notice: Callable[[str], object] = lambda line: None,
) -> Answer:
    """Run SQL and return the answer to its last statement.

    parameters: for each $name in it. timeout: in seconds, for running and fetching together.
    limit: the most rows. on_notice: gets a line where other statements have answers, too. Raises
    `QueryError` with DuckDB's own message, `UsageError` for a parameter that is missing or unknown.
    """
    *before, (last, given) = _statements(connection, sql, parameters or {})
    clock = _Clock(connection, timeout)
    try:
        with translated_errors(clock):
            _run(connection, before, on_notice)
            statement, types = exact(connection, last, given)
            connection.execute(statement, given)
            description = connection.description or []
    except BaseException:
        clock.stop()
        raise
    return Answer(
        tuple(str(column[0]) for column in description),
        types or tuple(str(column[1]) for column in description),
        _fetch(connection, clock, limit),
        is_plan=last.type == duckdb.StatementType.EXPLAIN,
    )


def _statements(
    connection: Connection, sql: str, parameters: Mapping[str, Any]
) -> list[tuple[duckdb.Statement, dict[str, Any] | None]]:
    """Return the statements in SQL, at least one, each with its parameters (None for none)."""
    if sql.lstrip().startswith("."):
        raise UsageError(
            "dot commands belong to the DuckDB shell (e6duck shell); to list relations:"
            " e6duck tables"
        )
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
    connection: Connection,
    statements: Sequence[tuple[duckdb.Statement, dict[str, Any] | None]],
    on_notice: Callable[[str], object],
) -> None:
    """Run the statements before the last one; on_notice: gets a line where they give rows."""
    if any(each.expected_result_type == _GIVES_ROWS for each, _ in statements):
        on_notice("only the result of the last statement is shown")
    for statement, given in statements:
        connection.execute(statement, given).complete()


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
    on_notice: Callable[[str], object] = lambda line: None,
) -> Iterator[pa.RecordBatch]:
    """Yield the answer as Arrow batches, first an empty one; else as `ask`."""
    import pyarrow as pa

    clock = _Clock(connection, timeout)
    try:
        with translated_errors(clock):
            relation = related(connection, sql, parameters or {}, on_notice)
            if limit is not None:
                relation = relation.limit(limit)
            reader = relation.to_arrow_reader(FETCHED_ROWS * 10)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from _batches(reader)
    finally:
        clock.stop()


def related(
    connection: Connection,
    sql: str,
    parameters: Mapping[str, Any],
    on_notice: Callable[[str], object] = lambda line: None,
) -> Relation:
    """Return the answer to the last statement in SQL, not yet fetched; raises DuckDB's errors."""
    *before, (last, given) = _statements(connection, sql, parameters)
    _run(connection, before, on_notice)
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
        raise QueryError(with_hint(str(error))) from error
    except RuntimeError as error:
        if str(error) != "Query interrupted":  # how DuckDB takes Python's own KeyboardInterrupt
            raise
        raise KeyboardInterrupt from error
