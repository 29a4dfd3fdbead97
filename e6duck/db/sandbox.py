"""A finished database for other people's SQL: read-only, without access to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from ..errors import E6DuckError, UsageError
from .connection import Connection, interruptible, memory_size, open_reading
from .errors import first_line, translated_errors
from .sql_files import file_literal, identifier

# A query about tags needs little; one that needs more can spill to disk if it is trusted.
QUERY_MEMORY = "4GB"
_READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}


@contextmanager
def session(
    path: Path,
    *,
    tables: Mapping[str, Path] | None = None,
    trusted: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Iterator[Connection]:
    """Open a finished database, read-only, for the SQL of a user.

    tables: the user's own files (CSV, Parquet, JSON), each read into a temp table of that name
    before the connection loses its access to files. trusted: it keeps that access, and may spill to
    disk. memory_limit: such as "2GB"; without, `QUERY_MEMORY`, and no limit if trusted.
    """
    settings: dict[str, Any] = {"memory_limit": f"{memory_size(memory_limit or QUERY_MEMORY)}B"}
    if threads:
        settings["threads"] = threads
    if trusted and memory_limit is None:
        del settings["memory_limit"]
    tables = tables or {}
    with translated_errors():
        connection = open_reading(
            path,
            settings,
            prepare=partial(_load, tables=tables),
            close=partial(_close, tables=tables, trusted=trusted),
        )
    try:
        with interruptible(connection):
            yield connection
    finally:
        connection.close()


def close_sandbox(connection: Connection) -> None:
    """Take all access to files away from a read-only connection, for good.

    Each setting is needed, as tests show: with read_only alone COPY still writes files; with
    external access off it still writes the database and its WAL; without a file system it cannot.
    """
    for statement in (
        "set python_enable_replacements = false",
        "set autoinstall_known_extensions = false",
        "set autoload_known_extensions = false",
        "set temp_directory = ''",
        "set enable_external_access = false",
        "set disabled_filesystems = 'LocalFileSystem'",
        "set lock_configuration = true",
    ):
        connection.execute(statement)


def _load(connection: Connection, *, tables: Mapping[str, Path]) -> None:
    """Read each CSV, Parquet or JSON file into a temp table.

    Raises `UsageError` for another kind of file and for a name that is given twice, `E6DuckError`
    for a file that cannot be read.
    """
    sources = [(name, file, _source(name, file)) for name, file in tables.items()]
    given: set[str] = set()
    for name, file in tables.items():
        if name.lower() in given:
            raise _taken(name, file)
        given.add(name.lower())
    with interruptible(connection):
        for name, file, source in sources:
            try:
                connection.execute(f"create temp table {identifier(name)} as from {source}")
            except (duckdb.OutOfMemoryException, duckdb.InterruptException):
                raise
            except duckdb.Error as error:
                raise E6DuckError(f"{file} cannot be read: {first_line(error)}") from error


def _source(name: str, file: Path) -> str:
    """Return the SQL that reads a file."""
    suffix = file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix
    reader = _READERS.get(suffix.lower())
    if not reader:
        raise UsageError(f"{file} is not a {', '.join(_READERS)} file; convert it first")
    if not file.is_file():
        raise UsageError(f"there is no file {file} for the table {name}")
    return f"{reader}({file_literal(file)})"


def _close(connection: Connection, *, tables: Mapping[str, Path], trusted: bool) -> None:
    """Close the sandbox unless trusted; raises `UsageError` if a table's name is taken.

    It comes before anything reads the database: its views would find a table of the same name.
    """
    if not trusted:
        close_sandbox(connection)
    for name, file in tables.items():
        query = (
            "select 1 from duckdb_tables() where lower(table_name) = lower($1) and not temporary"
            " union all select 1 from duckdb_views() where lower(view_name) = lower($1)"
        )
        if connection.execute(query, [name]).fetchall():
            raise _taken(name, file)


def _taken(name: str, file: Path) -> UsageError:
    return UsageError(f"a relation {name} exists already; choose another name for {file}")
