"""Connections: a draft to build in, a finished database to read, a sandbox for other people's SQL.

This module alone opens DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from . import files
from .errors import DatabaseError, UsageError

SCHEMA_VERSION = 1
STORAGE_VERSION = "v1.4.0"  # the oldest that refuses a WAL of another file; DuckDB 1.4 reads it
_CATALOG = "e6"

Connection = duckdb.DuckDBPyConnection


def literal(text: str) -> str:
    """Quote text as an SQL string, for the few places that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def drafting(path: Path, *, memory_limit: str, threads: int | None) -> Iterator[Connection]:
    """Open a new database at path to build in, which spills beside itself when memory is short."""
    settings: dict[str, Any] = {
        "memory_limit": memory_limit,
        "temp_directory": f"{path}.tmp",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads:
        settings["threads"] = threads
    with connected(settings) as connection:
        attach(connection, path, f"storage_version {literal(STORAGE_VERSION)}")
        connection.execute("set enable_progress_bar = false")
        yield connection


@contextmanager
def connected(settings: Mapping[str, Any]) -> Iterator[Connection]:
    """Open an instance of its own, without a file."""
    try:
        connection = duckdb.connect(config=dict(settings))
    except duckdb.Error as error:
        raise UsageError(first_line(error)) from error
    try:
        yield connection
    finally:
        connection.close()


def attach(connection: Connection, path: Path, options: str) -> None:
    """Attach a file and make it the place where names are looked up."""
    connection.execute(f"attach {literal(str(path))} as {_CATALOG} ({options})")
    connection.execute(f"use {_CATALOG}")


def open_reading(path: Path, settings: Mapping[str, Any] | None = None) -> Connection:
    """Open a finished database read-only; raises `DatabaseError` for anything else."""
    if path.parent.is_dir():
        files.finish_publication(path.parent)
    if not path.exists():
        raise DatabaseError(f"there is no database {path}; make it with: e6duck build")
    try:
        connection = duckdb.connect(config=dict(settings or {}))
    except duckdb.Error as error:
        raise UsageError(first_line(error)) from error
    try:
        attach(connection, path, "read_only")
        _check_schema(connection, path)
    except duckdb.Error as error:
        connection.close()
        raise DatabaseError(_refusal(path, error)) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _refusal(path: Path, error: duckdb.Error) -> str:
    if "lock" in str(error).lower():
        return f"{path} is in use by another program that writes to it; close that first"
    if isinstance(error, duckdb.IOException) and "permission" in str(error).lower():
        return f"{path} cannot be read: permission denied"
    return f"{path} is no e6duck database ({first_line(error)})"


def _check_schema(connection: Connection, path: Path) -> None:
    found = connection.execute(
        "select true from duckdb_tables()"
        " where table_name = 'build_info' and database_name = current_database()"
    ).fetchall()
    version = found and connection.execute(
        "select value::integer from build_info where name = 'schema_version'"
    ).fetchall()
    if not version:
        raise DatabaseError(f"{path} is no e6duck database; make one with: e6duck build")
    if version[0][0] > SCHEMA_VERSION:
        raise DatabaseError(
            f"{path} was made by a newer e6duck (schema {version[0][0]}, this one knows"
            f" {SCHEMA_VERSION}); upgrade e6duck"
        )


def close_sandbox(connection: Connection) -> None:
    """Shut a read-only connection off from all files for good.

    What each line is for was measured: read_only alone lets COPY write, external access off lets
    COPY write the database and its WAL; without a file system nothing is left to write to.
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


@contextmanager
def holding(path: Path) -> Iterator[Connection]:
    """Keep all writers away from a finished database while the block runs."""
    connection = open_reading(path)
    try:
        yield connection
    finally:
        connection.close()


def settle_wal(path: Path) -> None:
    """Take what a killed program left in the WAL into the file, so that no WAL remains."""
    wal = path.with_name(path.name + ".wal")
    if not wal.exists():
        return
    try:
        with connected({}) as connection:
            attach(connection, path, "read_write")
            connection.execute(f"checkpoint {_CATALOG}")
    except duckdb.Error as error:
        raise DatabaseError(_refusal(path, error)) from error
    if wal.exists():
        raise DatabaseError(f"{wal} does not go away; open {path} once in a DuckDB shell")


def user_relations(connection: Connection, ours: set[str]) -> list[str]:
    """Return the names of tables, views and macros that are not ours."""
    rows = connection.execute(
        """
        select table_name from duckdb_tables() where database_name = current_database()
        union all
        select view_name from duckdb_views()
        where database_name = current_database() and not internal
        union all
        select function_name from duckdb_functions()
        where database_name = current_database() and not internal
        """
    ).fetchall()
    return sorted({name for (name,) in rows} - ours)


def first_line(error: BaseException) -> str:
    """Return the first line of a message."""
    return str(error).partition("\n")[0]
