"""One question to a finished database: parameters checked, sandboxed, answered row by row."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from .database import Connection, close_sandbox, literal, open_reading
from .errors import QueryError, UsageError
from .script import Script, scripts

if TYPE_CHECKING:
    import pyarrow as pa

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
    settings: dict[str, Any] = {"memory_limit": memory_limit or DEFAULT_MEMORY}
    if threads:
        settings["threads"] = threads
    if trusted and memory_limit is None:
        del settings["memory_limit"]
    connection = open_reading(path, settings)
    try:
        with explained():
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
        "select 1 from duckdb_tables() where table_name = $1"
        " union all select 1 from duckdb_views() where view_name = $1",
        [name],
    ).fetchall()
    if taken:
        raise UsageError(f"there is a relation {name} already; name the table of {file} otherwise")
    quoted = '"' + name.replace('"', '""') + '"'
    connection.execute(f"create temp table {quoted} as from {reader}({literal(str(file))})")


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
    with explained():
        statements = connection.extract_statements(sql)
    if not statements:
        raise UsageError("there is no statement in the query")
    names = {name for each in statements for name in each.named_parameters}
    given = checked_parameters(names, parameters or {})
    clock = _Clock(connection, timeout)
    try:
        with explained(clock):
            for statement in statements:
                bound = {name: given[name] for name in statement.named_parameters}
                connection.execute(statement, bound or None)
            description = connection.description or []
    except BaseException:
        clock.stop()
        raise
    return Answer(
        tuple(str(column[0]) for column in description),
        tuple(str(column[1]) for column in description),
        _fetch(connection, clock, limit),
    )


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
    """Yield the answer to one SELECT as Arrow batches, first an empty one; else as `ask`."""
    import pyarrow as pa

    with explained():
        statements = connection.extract_statements(sql)
        names = {name for each in statements for name in each.named_parameters}
        given = checked_parameters(names, parameters or {})
        relation = connection.sql(sql, params=given or None)
    if relation is None:
        raise UsageError("the query gives no rows to write as Parquet")
    if limit is not None:
        relation = relation.limit(limit)
    clock = _Clock(connection, timeout)
    try:
        with explained(clock):
            reader = relation.to_arrow_reader(FETCHED_ROWS * 10)
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)
            yield from reader
    finally:
        clock.stop()


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
        with explained(clock):
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
def explained(clock: _Clock | None = None) -> Iterator[None]:
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


def questions() -> list[Script]:
    """Return the questions that are shipped."""
    return scripts("query")


def question(name: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a shipped question, and its parameters with their defaults."""
    known = {script.name: script for script in questions()}
    if name not in known:
        raise UsageError(f"there is no question {name}; there are {', '.join(known)}")
    script = known[name]
    defaults = {key: value for key, value in script.parameters.items() if value is not None}
    return script.text, defaults | dict(parameters)


def listed() -> Answer:
    """Return name, parameters and sentence of each shipped question."""
    rows = [
        (
            script.name,
            " ".join(
                f"-p {name}={'…' if default is None else default}"
                for name, default in script.parameters.items()
            ),
            script.sentence,
        )
        for script in questions()
    ]
    return Answer(("name", "parameters", "answers"), ("VARCHAR",) * 3, iter([rows]))
