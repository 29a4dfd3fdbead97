"""Read the file of the posts: in parts side by side, or in one piece if that is not safe."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import closing

import pyarrow as pa

from ...db.connection import Connection
from ...db.interrupts import SignalPoint
from ...db.prefetch import Workers, mapped_with, prefetch
from ...errors import SourceError
from ..check import Checked, CheckingReader, check
from ..rejects import malformed
from ..source import Source, header_line
from .count import NumberedRows, numbered
from .parts import Part, UncertainError, cut
from .scan import Scanner, scanners
from .tokens import NameIds

_BATCH_ROWS = 20_000


def read_parts(
    connection: Connection,
    source: Source,
    options: Mapping[str, object],
    known: NameIds,
    checked: Future[Checked],
    workers: int,
) -> Generator[NumberedRows, None, None]:
    """Yield the rows of a file in order; threads read its parts and number the names.

    options: variables that post_row reads. checked: gets what is known about the file when all of
    it was read. Raises `UncertainError` where it is not certain that all rows begin where a part
    takes them to begin; what was yielded before must then be forgotten.
    """
    header = header_line(source)
    if header.endswith(b"\r\n"):
        raise UncertainError

    def read(scanner: Scanner, part: Part) -> NumberedRows:
        batch, found = scanner.scan(part)
        return numbered(batch, known, found)

    with (
        scanners(connection, source, header, options, workers) as opened,
        closing(prefetch(_parts(source, len(header), checked), depth=1)) as made,
    ):
        yield from mapped_with(opened, read, made)


def _parts(source: Source, header_size: int, checked: Future[Checked]) -> Iterator[Part]:
    reader = CheckingReader(source)
    try:
        yield from cut(reader, header_size)
    except SourceError as error:
        checked.set_exception(error)
        raise
    checked.set_result(reader.checked())


def read_whole(
    connection: Connection,
    source: Source,
    rejects_table: str,
    known: NameIds,
    checked: Future[Checked],
) -> Generator[NumberedRows, None, None]:
    """Yield the rows of a file in order, read by one thread from its first byte to its last.

    connection: has a view post_row, whose malformed rows go to rejects_table. checked: gets what is
    known about the file, unless it is there already.
    """
    over = threading.Event()
    with Workers(1, "e6duck check") as pool, SignalPoint():
        checking = None if checked.done() else pool.submit(check, source, over.is_set)
        try:
            reader = connection.sql("from post_row").to_arrow_reader(_BATCH_ROWS)
            with closing(prefetch(reader)) as batches:
                for batch in batches:
                    yield numbered(batch, known, [])
            nothing = pa.RecordBatch.from_pylist([], reader.schema)
            yield numbered(nothing, known, malformed(connection, rejects_table))
            if checking:
                checked.set_result(checking.result())
        finally:
            over.set()
