"""Connections: a draft to build in, a finished database to read, a sandbox for other people's SQL.

This module alone opens DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from ..errors import DatabaseError, UsageError
from .interrupts import interruptible as interruptible  # for those who have a connection

SCHEMA_VERSION = 2
INDEX_FILES = "index files"  # what a database without posts is made from, as build_info says
DEFAULT_MEMORY = "2GB"  # of a draft
STORAGE_VERSION = "v1.4.0"  # the oldest that refuses a WAL of another file; DuckDB 1.4 reads it
CATALOG, _OLD_CATALOG = "e6", "old"
_NO_DOWNLOADS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}

# What to do about a file that is not ours: where one is read, and where one is to be replaced.
_WAY_OUT = {False: "pass one with --db", True: "move it away, or name another place with --db"}

_QUIET = "set enable_progress_bar = false"  # DuckDB would draw it into standard output
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])?(i)?B?\s*", re.IGNORECASE)
_POWERS = {None: 0, "K": 1, "M": 2, "G": 3, "T": 4}

Connection = duckdb.DuckDBPyConnection


def literal(text: str) -> str:
    """Quote text as an SQL string, for the few places that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """Quote a path for a reader of DuckDB, which would take it for a pattern of many files."""
    return literal(re.sub(r"[*?\[]", r"[\g<0>]", str(path)))


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def memory_size(limit: str) -> int:
    """Return a memory limit such as "1GB" or "800 MiB" in bytes."""
    match = _SIZE.fullmatch(limit)
    if not match:
        raise UsageError(f'--memory-limit {limit} is not a size such as "1GB" or "800MB"')
    power = _POWERS[match[2].upper() if match[2] else None]
    return int(float(match[1]) * (1024 if match[3] else 1000) ** power)


@contextmanager
def second_connection(connection: Connection) -> Iterator[Connection]:
    """Open a second connection to the same database: an Arrow reader keeps the first busy."""
    name = connection.execute("select current_database()").fetchall()[0][0]
    with closing(connection.cursor()) as cursor:
        cursor.execute(_QUIET)
        cursor.execute(f"use {identifier(name)}")
        yield cursor


@contextmanager
def drafting(path: Path, *, memory_limit: str, threads: int | None) -> Iterator[Connection]:
    """Open a new database at path to build in, which spills beside itself when memory is short."""
    settings: dict[str, Any] = {
        "memory_limit": memory_limit,
        "temp_directory": f"{path}.tmp",
    }
    if threads:
        settings["threads"] = threads
    with connected(settings) as connection, interruptible(connection):
        attach(connection, path, f"storage_version {literal(STORAGE_VERSION)}")
        yield connection


@contextmanager
def connected(settings: Mapping[str, Any]) -> Iterator[Connection]:
    """Open an instance of its own, without a file."""
    connection = _connect(settings)
    try:
        yield connection
    finally:
        connection.close()


def _connect(settings: Mapping[str, Any]) -> Connection:
    try:
        connection = duckdb.connect(config=_NO_DOWNLOADS | dict(settings))
    except duckdb.Error as error:
        raise UsageError(first_line(error)) from error
    connection.execute(_QUIET)
    return connection


def attach(connection: Connection, path: Path, options: str, name: str = CATALOG) -> None:
    """Attach a file and make it the place where names are looked up."""
    if "?" in str(path):
        raise DatabaseError(f"{path} has a ? in it, which DuckDB cannot open; rename it")
    connection.execute(f"attach {literal(str(path))} as {name} ({options})")
    connection.execute(f"use {name}")


def open_reading(
    path: Path, settings: Mapping[str, Any] | None = None, *, is_replaced: bool = False
) -> Connection:
    """Open a finished database read-only; raises `DatabaseError` for anything else.

    is_replaced: it may be of an older e6duck, as it is not asked anything.
    """
    if not path.exists():
        raise DatabaseError(f"there is no database {path}; make it with: e6duck build")
    connection = _connect(settings or {})
    try:
        _attach_finished(connection, path, CATALOG, is_replaced)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def damage_explained(connection: Connection) -> Iterator[None]:
    """Raise `DatabaseError` where a query of ours fails, as the database must be damaged."""
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except duckdb.Error as error:
        raise DatabaseError(
            f"{path_of(connection)} is damaged ({first_line(error)}); build it again with:"
            " e6duck build"
        ) from error


def check_posts(connection: Connection, what: str) -> None:
    """Raise `DatabaseError` where a database knows no posts, which something needs."""
    if not has_posts(connection):
        raise DatabaseError(
            f"{path_of(connection)} has no posts, which {what} needs: it was imported from index"
            " files; e6duck build makes one with posts"
        )


def has_posts(connection: Connection) -> bool:
    """Tell whether a database was made from posts, however few are kept."""
    query = "select exists (from build_info where name = 'made_from' and value = $1)"
    return not connection.execute(query, [INDEX_FILES]).fetchall()[0][0]


@contextmanager
def attached_old(connection: Connection, path: Path) -> Iterator[Connection]:
    """Attach a database of an older build read-only, as old; gives a connection to it.

    Raises `DatabaseError` for anything else, `UsageError` where it is that of the connection.
    """
    if not path.exists():
        raise DatabaseError(f"there is no database {path}")
    mine = path_of(connection)
    if mine.exists() and path.samefile(mine):
        raise UsageError(f"{path} is the database itself; name one of an older build")
    try:
        with second_connection(connection) as cursor:
            _attach_finished(cursor, path, _OLD_CATALOG)
            yield cursor
    finally:
        connection.execute(f"detach database if exists {_OLD_CATALOG}")


def _attach_finished(
    connection: Connection, path: Path, name: str, is_replaced: bool = False
) -> None:
    try:
        attach(connection, path, "read_only", name)
        _check_schema(connection, path, is_replaced)
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        raise DatabaseError(_refusal(path, error, is_replaced)) from error


def path_of(connection: Connection) -> Path:
    """Return the file of a finished database."""
    query = "select path from duckdb_databases() where database_name = current_database()"
    return Path(connection.execute(query).fetchall()[0][0])


def _refusal(path: Path, error: duckdb.Error, is_replaced: bool = False) -> str:
    if "Could not set lock" in str(error):
        return f"{path} is in use by another program that writes to it; close that first"
    if "already attached" in str(error):
        return f"{path} is in use by another connection of this program; close that first"
    if "replaying WAL" in str(error):
        return f"{_wal(path)} does not belong to {path}; move it away ({first_line(error)})"
    if isinstance(error, duckdb.IOException) and "permission" in str(error).lower():
        return f"{path} cannot be read: permission denied"
    reason = "" if isinstance(error, duckdb.CatalogException) else f" ({first_line(error)})"
    return f"{path} is not an e6duck database{reason}; {_WAY_OUT[is_replaced]}"


def _check_schema(connection: Connection, path: Path, is_replaced: bool) -> None:
    try:
        version = connection.execute(
            "select value::integer from build_info where name = 'schema_version'"
        ).fetchall()
    except duckdb.CatalogException:  # quicker than to ask duckdb_tables() first
        version = []
    if not version:
        raise DatabaseError(f"{path} is not an e6duck database; {_WAY_OUT[is_replaced]}")
    if version[0][0] > SCHEMA_VERSION:
        raise DatabaseError(
            f"{path} was made by a newer e6duck (schema {version[0][0]}, this one knows"
            f" {SCHEMA_VERSION}); upgrade e6duck"
        )
    if version[0][0] < SCHEMA_VERSION and not is_replaced:
        raise DatabaseError(f"{path} was made by an older e6duck; make it anew: e6duck build")


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
def shared_lock(path: Path) -> Iterator[Connection]:
    """Keep all writers away from a finished database, its WAL settled, while the block runs.

    Nothing in the block may open the file: to close it again would free the lock, as POSIX has it.
    """
    checkpoint_wal(path)
    connection = open_reading(path, is_replaced=True)
    try:
        if _wal(path).exists():
            raise DatabaseError(f"a program has just written to {path}; build again")
        yield connection
    finally:
        connection.close()


def checkpoint_wal(path: Path) -> None:
    """Take what a killed program left in the WAL into the file, so that no WAL remains.

    Raises `DatabaseError` where the WAL or the database is not ours to touch.
    """
    wal = _wal(path)
    if not wal.exists():
        return
    if not path.exists():
        raise DatabaseError(f"{wal} belongs to a database that is gone; move it away")
    open_reading(path, is_replaced=True).close()
    try:
        with connected({}) as connection:
            attach(connection, path, "read_write")
            connection.execute(f"checkpoint {CATALOG}")
    except duckdb.Error as error:
        raise DatabaseError(_refusal(path, error, is_replaced=True)) from error
    if wal.exists():
        raise DatabaseError(f"{wal} does not go away; open {path} once in a DuckDB shell")


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def user_relations(connection: Connection, ours: set[str]) -> list[str]:
    """Return the names of tables, views, macros, types and sequences that are not ours.

    What is not in the schema main has its schema before its name.
    """
    rows = connection.execute(
        """
        with relation as (
            select database_name, schema_name, table_name as name from duckdb_tables()
            union all
            select database_name, schema_name, view_name from duckdb_views() where not internal
            union all
            select database_name, schema_name, function_name
            from duckdb_functions()
            where not internal
            union all
            select database_name, schema_name, type_name from duckdb_types() where not internal
            union all
            select database_name, schema_name, sequence_name from duckdb_sequences()
        )
        select distinct if(schema_name = 'main', name, concat(schema_name, '.', name))
        from relation
        where database_name = current_database()
        """
    ).fetchall()
    return sorted({name for (name,) in rows} - ours)


def first_line(error: BaseException) -> str:
    """Return the first line of a message."""
    return str(error).partition("\n")[0]
