"""Read parts of the posts file with DuckDB, each on a connection of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import duckdb
import pyarrow as pa
from fsspec import AbstractFileSystem

from ...db.connection import Connection, second_connection
from ...db.sql_files import sql_text
from ..rejects import Malformed, malformed
from ..source import Source, select_sql
from .parts import Buffer, Part, UncertainError

_PROTOCOL = "e6duck-part"
# Columns of post_row that are made from those of the file, and are not null where these are.
_MADE = {"drop_reason", "names", "text_size", "is_deleted"}


class PartFiles(AbstractFileSystem):  # type: ignore[misc]
    """Files in memory that DuckDB reads by the address `e6duck-part://NAME`."""

    protocol = _PROTOCOL
    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self._pieces: dict[str, tuple[Buffer, ...]] = {}

    @contextmanager
    def holding(self, name: str, pieces: Sequence[Buffer]) -> Iterator[str]:
        """Give the address of a file with this text while the block runs."""
        self._pieces[name] = tuple(pieces)
        try:
            yield f"{_PROTOCOL}://{name}"
        finally:
            del self._pieces[name]

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """Return name, type and size of a file."""
        size = sum(map(len, self._pieces[_name(path)]))
        return {"name": path, "type": "file", "size": size}

    def open(self, path: str, mode: str = "rb", **options: Any) -> _PartFile:
        """Open a file for reading."""
        return _PartFile(self._pieces[_name(path)])

    def glob(self, path: str, **options: Any) -> list[str]:
        """Return the path: no name is a pattern."""
        return [path]

    def exists(self, path: str, **options: Any) -> bool:
        """Return whether there is such a file."""
        return _name(path) in self._pieces


def _name(path: str) -> str:
    return path.removeprefix(f"{_PROTOCOL}://")


class _PartFile:
    """What DuckDB needs of a file: seek, read and close."""

    def __init__(self, pieces: tuple[Buffer, ...]) -> None:
        self._pieces = pieces
        self._at = 0

    def seek(self, position: int) -> None:
        self._at = position

    def read(self, size: int) -> bytes:
        found = []
        start = self._at
        for piece in self._pieces:
            if start < len(piece) and size > 0:
                found.append(piece[start : start + size])
                size -= len(found[-1])
            start = max(start - len(piece), 0)
        data = b"".join(found)
        self._at += len(data)
        return data

    def close(self) -> None:
        self._pieces = ()


class Scanner:
    """A connection that reads parts as rows of post_row. Not to be used by two threads at once."""

    def __init__(
        self, connection: Connection, source: Source, header: bytes, files: PartFiles, number: int
    ) -> None:
        self._connection = connection
        self._files = files
        self._number = number
        self._header = header
        self._rejects_table = f"reject_part_{number}"
        self._end_id = str(secrets.randbits(62))
        fields = [self._end_id if name == "id" else "" for name in source.header]
        self._end_row = f"{','.join(fields)}\n".encode()
        with self._part_named(()):
            query = select_sql(source, self._rejects_table, file="getvariable('part')")
            connection.execute(f"create temp view posts_csv as {query}")
            connection.execute(sql_text("build", "40_post_row"))

    @contextmanager
    def _part_named(self, pieces: Sequence[Buffer]) -> Iterator[None]:
        text = [self._header, *pieces, self._end_row]
        name = f"{self._number}-{secrets.token_hex(8)}"  # DuckDB may remember what a name held
        with self._files.holding(name, text) as address:
            self._connection.execute("set variable part = $1", [address])
            yield

    def scan(self, part: Part) -> tuple[pa.RecordBatch, list[Malformed]]:
        """Return the rows of post_row that a part has, and its malformed rows.

        Raises `UncertainError` if the part does not end where a row ends.
        """
        try:
            with self._part_named(part.pieces):
                rows = self._connection.sql("from post_row").to_arrow_reader(part.size + 1)
                batches = list(rows)
        except duckdb.InvalidInputException as error:  # its message does not name the file
            raise UncertainError from error
        if len(batches) != 1 or not self._ends_as_it_should(batches[0]):
            raise UncertainError
        (batch,) = batches
        return batch.slice(0, len(batch) - 1), self._malformed(part)

    def interrupt(self) -> None:
        """End the scan that another thread has begun."""
        self._connection.interrupt()

    def _ends_as_it_should(self, batch: pa.RecordBatch) -> bool:
        last = batch.slice(len(batch) - 1)
        return last.column("id").to_pylist() == [self._end_id] and all(
            last.column(name).null_count
            for name in batch.schema.names
            if name != "id" and name not in _MADE
        )

    def _malformed(self, part: Part) -> list[Malformed]:
        if not self._connection.execute(f"from {self._rejects_table} limit 1").fetchall():
            return []
        found = malformed(self._connection, self._rejects_table)
        self._connection.execute(f"delete from {self._rejects_table}")
        return [row.moved(part.first - len(self._header)) for row in found]


@contextmanager
def scanners(
    connection: Connection, source: Source, header: bytes, options: Mapping[str, object], count: int
) -> Iterator[list[Scanner]]:
    """Open scanners of a file on connections beside the given one.

    options: variables that post_row reads.
    """
    files = PartFiles()
    connection.register_filesystem(files)
    with ExitStack() as stack:
        made = []
        for number in range(count):
            reading = stack.enter_context(second_connection(connection))
            for name, value in options.items():
                reading.execute(f"set variable {name} = $1", [value])
            made.append(Scanner(reading, source, header, files, number))
        yield made
