"""The user's own files as temp tables."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ..errors import E6DuckError, UsageError
from .connection import Connection, file_literal, first_line, identifier

_READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".parquet": "read_parquet",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}


def load(connection: Connection, name: str, file: Path) -> None:
    """Read a CSV, Parquet or JSON file into a temp table.

    Raises `UsageError` for another kind of file and a name that is taken, `E6DuckError` for a file
    that cannot be read.
    """
    suffix = file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix
    reader = _READERS.get(suffix.lower())
    if not reader:
        raise UsageError(f"{file} is not a {', '.join(_READERS)} file; convert it first")
    if not file.is_file():
        raise UsageError(f"there is no file {file} for the table {name}")
    taken = connection.execute(
        "select 1 from duckdb_tables() where lower(table_name) = lower($1)"
        " union all select 1 from duckdb_views() where lower(view_name) = lower($1)",
        [name],
    ).fetchall()
    if taken:
        raise UsageError(f"a relation {name} exists already; choose another name for {file}")
    source = f"{reader}({file_literal(file)})"
    try:
        connection.execute(f"create temp table {identifier(name)} as from {source}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise E6DuckError(f"{file} cannot be read: {first_line(error)}") from error
