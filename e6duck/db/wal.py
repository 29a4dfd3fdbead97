"""Keep writers away from a database, and settle the WAL that one left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..errors import DatabaseError
from .connection import CATALOG, Connection, attach, connected, open_reading, refusal


@contextmanager
def shared_lock(path: Path) -> Iterator[Connection]:
    """Keep all writers away from a finished database while the block runs; it then has no WAL.

    Nothing in the block may open the file: closing it again would release the lock (POSIX).
    """
    checkpoint_wal(path)
    connection = open_reading(path, is_replaced=True)
    try:
        if wal_of(path).exists():
            raise DatabaseError(f"a program has just written to {path}; build again")
        yield connection
    finally:
        connection.close()


def checkpoint_wal(path: Path) -> None:
    """Write what a killed program left in the WAL into the file, so that no WAL remains.

    Raises `DatabaseError` if the WAL or the database is not one of ours.
    """
    wal = wal_of(path)
    if not wal.exists():
        return
    if not path.exists():
        raise DatabaseError(f"{wal} belongs to a database that is gone; move it away")
    open_reading(path, is_replaced=True).close()
    try:
        with connected({}) as connection:
            attach(connection, path, "read_write")
            connection.execute(f"checkpoint {CATALOG}")
            # One that is torn before its first transaction stays until something is written.
            if wal.exists():
                connection.execute("create table e6duck_wal as select 1 as written")
                connection.execute("drop table e6duck_wal")
                connection.execute(f"checkpoint {CATALOG}")
    except duckdb.Error as error:
        raise refusal(path, error, is_replaced=True) from error
    if wal.exists():
        raise DatabaseError(f"{wal} cannot be read; move it away, and run this again")


def wal_of(path: Path) -> Path:
    """Return the path of the WAL of a database."""
    return path.with_name(path.name + ".wal")
