"""Connections: to a draft that is built, and to a finished database that is read.

Only this module opens DuckDB.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb

from ..errors import DatabaseError, E6DuckWarning, UsageError
from ..files import finish_publication
from .errors import first_line
from .interrupts import interruptible as interruptible
from .locate import database_path
from .sql_files import identifier, literal, sql_text

SCHEMA_VERSION = 2
INDEX_FILES = "index files"  # build_info's made_from, in a database without posts
DEFAULT_MEMORY = "2GB"  # of a draft
STORAGE_VERSION = "v1.4.0"  # the oldest that refuses a WAL of another file; DuckDB 1.4 reads it
CATALOG, _OLD_CATALOG = "e6", "old"
_NO_DOWNLOADS = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}

# What to do about a file that is not ours, by whether it is to be replaced.
_WAY_OUT = {False: "give the path of one as db", True: "move it away, or give another path as db"}

_QUIET = "set enable_progress_bar = false"  # DuckDB would draw it into standard output
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])?(i)?B?\s*", re.IGNORECASE)
_POWERS = {None: 0, "K": 1, "M": 2, "G": 3, "T": 4}

Connection = duckdb.DuckDBPyConnection


class HasConnection(Protocol):
    """An object with a connection to a finished database, such as `e6duck.Database`."""

    @property
    def connection(self) -> Connection:
        """DuckDB's connection."""


AnyDatabase: TypeAlias = HasConnection | Connection | Path | str


def connection_of(db: AnyDatabase) -> Connection:
    """Return the connection of an object, a connection as it is, or a new one to a path."""
    if isinstance(db, (str, Path)):
        return open_reading(database_path(db))
    connection = db if isinstance(db, Connection) else db.connection
    ensure_known_names(connection)
    return connection


def memory_size(limit: str) -> int:
    """Return a memory limit such as "1GB" or "800 MiB" in bytes."""
    match = _SIZE.fullmatch(limit)
    if not match:
        raise UsageError(
            f'memory_limit {limit} is not a size such as "1GB" or "800MB"', option="memory_limit"
        )
    power = _POWERS[match[2].upper() if match[2] else None]
    return int(float(match[1]) * (1024 if match[3] else 1000) ** power)


@contextmanager
def second_connection(connection: Connection) -> Iterator[Connection]:
    """Open a second connection to the same database: an Arrow reader keeps the first one busy."""
    name = connection.execute("select current_database()").fetchall()[0][0]
    cursor = connection.cursor()
    try:
        cursor.execute(_QUIET)
        cursor.execute(f"use {identifier(name)}")
        yield cursor
    finally:
        _close(cursor)


@contextmanager
def drafting(path: Path, *, memory_limit: str, threads: int | None) -> Iterator[Connection]:
    """Open a new database at path to build in; it spills beside itself when memory is short."""
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
    """Open an instance of DuckDB without a file."""
    connection = _connect(settings)
    try:
        yield connection
    finally:
        _close(connection)


def _close(connection: Connection) -> None:
    """Close a connection; after Ctrl-C, another thread may still be using it for a moment."""
    while True:
        try:
            connection.close()
            return
        except duckdb.ResourceInUseException:
            connection.interrupt()
            time.sleep(0.001)


def _connect(settings: Mapping[str, Any]) -> Connection:
    try:
        connection = duckdb.connect(config=_NO_DOWNLOADS | dict(settings))
    except duckdb.Error as error:
        raise UsageError(first_line(error)) from error
    with interruptible(connection):
        connection.execute(_QUIET)
    return connection


def attach(connection: Connection, path: Path, options: str, name: str = CATALOG) -> None:
    """Attach a file, and make it the current database."""
    if "?" in str(path):
        raise DatabaseError(f"{path} has a ? in it, which DuckDB cannot open; rename it")
    connection.execute(f"attach {literal(str(path))} as {name} ({options})")
    connection.execute(f"use {name}")


def close_files(
    connection: Connection, *, databases: Sequence[Path] = (), folders: Sequence[Path] = ()
) -> None:
    """Take the access to files away for good, except to other databases and to some folders.

    The views and macros of a database that somebody else made could read files with it.
    """
    files = [f"{path}{ending}" for path in databases for ending in ("", ".wal")]
    for name, allowed in (("allowed_paths", files), ("allowed_directories", folders)):
        if allowed:
            texts = ", ".join(literal(str(each)) for each in allowed)
            connection.execute(f"set {name} = [{texts}]")
    connection.execute("set python_enable_replacements = false")
    connection.execute("set enable_external_access = false")


def open_reading(
    path: Path,
    settings: Mapping[str, Any] | None = None,
    *,
    is_replaced: bool = False,
    prepare: Callable[[Connection], object] | None = None,
    close: Callable[[Connection], object] | None = close_files,
) -> Connection:
    """Open a finished database read-only; raises `DatabaseError` for anything else.

    is_replaced: it is only to be replaced, so it may be of an older e6duck. prepare: called with
    the connection before the database is attached. close: takes the access to files away before
    anything in the database is read; None leaves it, for SQL that may use files.
    """
    if not path.exists():
        raise DatabaseError(f"there is no database {path}; make it with: e6duck build")
    _finish_publication(path)
    connection = _connect(settings or {})
    try:
        if prepare:
            prepare(connection)
        _attach_finished(connection, path, CATALOG, is_replaced, close)
        if not is_replaced:
            ensure_known_names(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _finish_publication(path: Path) -> None:
    """Finish the renames that a killed build, training or import has begun beside a database."""
    try:
        finish_publication(path.parent)
    except OSError:
        warnings.warn(
            f"a build, training or import was killed while it replaced the files beside {path}: the"
            f" index files in {path.parent} are not all of this build; the next command of somebody"
            " who may write there finishes it",
            E6DuckWarning,
            stacklevel=3,
        )


@contextmanager
def damage_explained(connection: Connection) -> Iterator[None]:
    """Raise `DatabaseError` if one of our queries fails: the database must be damaged."""
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
    """Raise `DatabaseError` if a database has no posts. what: the thing that needs them."""
    if not has_posts(connection):
        raise DatabaseError(
            f"{path_of(connection)} has no posts, which {what} needs: it was imported from index"
            " files; e6duck build makes one with posts"
        )


def has_posts(connection: Connection) -> bool:
    """Return whether a database was built from posts, even if none was kept."""
    query = "select exists (from build_info where name = 'made_from' and value = $1)"
    return not connection.execute(query, [INDEX_FILES]).fetchall()[0][0]


@contextmanager
def attached_old(connection: Connection, path: Path) -> Iterator[Connection]:
    """Attach a database of an older build read-only, as old; yields a connection to it.

    Raises `DatabaseError` for anything else, `UsageError` for the connection's own database.
    """
    if not path.exists():
        raise DatabaseError(f"there is no database {path}")
    mine = path_of(connection)
    if mine.exists() and path.samefile(mine):
        raise UsageError(f"{path} is the database itself; give one of an older build")
    try:
        with second_connection(connection) as cursor:
            _attach_finished(cursor, path, _OLD_CATALOG)
            yield cursor
    finally:
        connection.execute(f"detach database if exists {_OLD_CATALOG}")


def _attach_finished(
    connection: Connection,
    path: Path,
    name: str,
    is_replaced: bool = False,
    close: Callable[[Connection], object] | None = None,
) -> None:
    try:
        attach(connection, path, "read_only", name)
        if close:
            close(connection)
        _check_schema(connection, path, is_replaced)
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        raise refusal(path, error, is_replaced) from error


def ensure_known_names(connection: Connection) -> None:
    """Create the view known_names, for this connection, in a database built before it existed."""
    try:
        connection.execute("select 1 from known_names limit 0")  # faster than duckdb_views()
    except duckdb.CatalogException:
        view, _, _comments = sql_text("build", "56_known_names").partition(";")
        connection.execute(view.replace("create view", "create temp view", 1))


def path_of(connection: Connection) -> Path:
    """Return the file of a finished database."""
    query = "select path from duckdb_databases() where database_name = current_database()"
    return Path(connection.execute(query).fetchall()[0][0])


def refusal(path: Path, error: duckdb.Error, is_replaced: bool) -> DatabaseError:
    """Return the `DatabaseError` that explains why a file cannot be opened."""
    if "Could not set lock" in str(error):
        return DatabaseError(
            f"{path} is in use by another program that writes to it; close that first"
        )
    if "already attached" in str(error):
        return DatabaseError(
            f"{path} is in use by another connection of this program; close that first"
        )
    if "replaying WAL" in str(error):
        return DatabaseError(
            f"{path}.wal does not belong to {path}; move it away ({first_line(error)})"
        )
    if isinstance(error, duckdb.IOException) and "permission" in str(error).lower():
        return DatabaseError(f"{path} cannot be read: permission denied")
    reason = "" if isinstance(error, duckdb.CatalogException) else f" ({first_line(error)})"
    return _not_ours(path, is_replaced, reason)


def _not_ours(path: Path, is_replaced: bool, reason: str = "") -> DatabaseError:
    way_out = _WAY_OUT[is_replaced]
    return DatabaseError(f"{path} is not an e6duck database{reason}; {way_out}", option="db")


def _check_schema(connection: Connection, path: Path, is_replaced: bool) -> None:
    try:
        version = connection.execute(
            "select value::integer from build_info where name = 'schema_version'"
        ).fetchall()
    except duckdb.CatalogException:  # faster than looking in duckdb_tables() first
        version = []
    if not version:
        raise _not_ours(path, is_replaced)
    if version[0][0] > SCHEMA_VERSION:
        raise DatabaseError(
            f"{path} was made by a newer e6duck (schema {version[0][0]}, this one knows"
            f" {SCHEMA_VERSION}); upgrade e6duck"
        )
    if version[0][0] < SCHEMA_VERSION and not is_replaced:
        raise DatabaseError(f"{path} was made by an older e6duck; build it again: e6duck build")
