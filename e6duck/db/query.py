"""Run the SQL of a user: parameters checked, ended by a timeout, answered in batches.

There are two ways to ask because they give different values. `ask` gives Python values, for text:
it casts what Python cannot hold, and needs no pyarrow. `ask_arrow` gives DuckDB's own types, for
Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from ..errors import UsageError
from ..progress import Notify, no_notice
from .answer import FETCHED_ROWS, Answer, Row
from .connection import Connection
from .errors import translated_errors
from .exact_values import exact, type_of
from .interrupts import Timeout

if TYPE_CHECKING:
    import pyarrow as pa

Relation = duckdb.DuckDBPyRelation

_GIVES_ROWS = [duckdb.ExpectedResultType.QUERY_RESULT]  # what each SELECT gives


def ask(
    connection: Connection,
    sql: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    timeout: float | None = None,
    limit: int | None = None,
    on_notice: Notify = no_notice,
) -> Answer:
    """Run SQL and return the answer to its last statement, as rows of Python values.

    parameters: a value for each $name in it. timeout: in seconds, for running and fetching
    together. limit: maximum number of rows. on_notice: called with a line if other statements give
    rows, too. Raises `QueryError` with DuckDB's own message, `UsageError` for a parameter that is
    missing or unknown.
    """
    *before, (last, given) = _statements(connection, sql, parameters or {})
    timer = Timeout(connection, timeout)
    try:
        with translated_errors(timer):
            _run(connection, before, on_notice)
            statement, types = exact(connection, last, given)
            connection.execute(statement, given)
            description = connection.description or []
    except BaseException:
        timer.stop()
        raise
    return Answer(
        tuple(str(column[0]) for column in description),
        types or tuple(str(column[1]) for column in description),
        _fetch(connection, timer, limit),
        is_plan=type_of(last) == duckdb.StatementType.EXPLAIN,
    )


def _statements(
    connection: Connection, sql: str, parameters: Mapping[str, Any]
) -> list[tuple[duckdb.Statement, dict[str, Any] | None]]:
    """Return the statements in SQL, at least one, each with its parameters, or None."""
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
    on_notice: Notify,
) -> None:
    """Run the statements before the last one; on_notice: called with a line if they give rows."""
    if any(each.expected_result_type == _GIVES_ROWS for each, _ in statements):
        on_notice("only the result of the last statement is shown")
    for statement, given in statements:
        connection.execute(statement, given).complete()


def checked_parameters(wanted: set[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters; raises `UsageError` if one is missing or unknown."""
    missing = sorted(wanted - given.keys())
    if missing:
        names = ", ".join(f"${name}" for name in missing)
        raise UsageError(f"the query needs {names}; set param {missing[0]}=VALUE", option="param")
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
    on_notice: Notify = no_notice,
) -> Iterator[pa.RecordBatch]:
    """Yield the answer as Arrow batches, first an empty one; the arguments are those of `ask`."""
    import pyarrow as pa

    timer = Timeout(connection, timeout)
    try:
        with translated_errors(timer):
            relation = related(connection, sql, parameters or {}, on_notice)
            if limit is not None:
                relation = relation.limit(limit)
            reader = relation.to_arrow_reader(FETCHED_ROWS * 10)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from _batches(reader)
    finally:
        timer.stop()


def related(
    connection: Connection,
    sql: str,
    parameters: Mapping[str, Any],
    on_notice: Notify = no_notice,
) -> Relation:
    """Return the answer to the last statement in SQL, not fetched yet; raises DuckDB's errors."""
    *before, (last, given) = _statements(connection, sql, parameters)
    _run(connection, before, on_notice)
    try:
        relation = connection.sql(last.query, params=given)
    except duckdb.ProgrammingError:
        connection.execute(last, given)  # fails too, with a message that shows the place
        raise
    if relation is None:
        raise UsageError("the last statement gives no rows; end with a SELECT")
    return relation


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a reader; raises DuckDB's errors, which Arrow turns into OSError."""
    try:
        yield from reader
    except OSError as error:
        for sign, kind in _ERRORS.items():
            if str(error).startswith(sign):
                raise kind(str(error)) from error
        raise duckdb.Error(str(error)) from error


_ERRORS = {"INTERRUPT": duckdb.InterruptException, "Out of Memory": duckdb.OutOfMemoryException}


def _fetch(connection: Connection, timer: Timeout, limit: int | None) -> Iterator[list[Row]]:
    left = limit
    try:
        with translated_errors(timer):
            while left is None or left > 0:
                size = FETCHED_ROWS if left is None else min(left, FETCHED_ROWS)
                rows = connection.fetchmany(size)
                if not rows:
                    return
                if left is not None:
                    left -= len(rows)
                yield rows
    finally:
        timer.stop()
