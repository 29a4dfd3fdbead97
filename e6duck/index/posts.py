"""Write posts.parquet: from a database, or from the batches of which a build makes its table."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np
import pyarrow as pa

from ..db.connection import Connection, second_connection
from ..db.interrupts import SignalPoint
from ..db.prefetch import Workers, prefetch
from ..db.sql_files import sql_text
from .id_lists import is_not_in, keys_of, values_of

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

POSTS = "posts.parquet"
_GROUP_ROWS = 100_000
_BATCH_ROWS = 100_000
_MOST_WAITING = 6  # batches, while a row group is compressed

# Gets some rows of the table posts, and their stripped tags.
PostsSink: TypeAlias = Callable[[pa.RecordBatch, pa.ListArray], None]


def write_posts(connection: Connection, path: Path, build_id: str) -> None:
    """Write posts.parquet from a database; stripped_tags are made in NumPy, batch by batch."""
    with with_clamp(connection) as reading:
        batches = reading.sql(sql_text("index", "posts")).to_arrow_reader(_BATCH_ROWS)
        nothing = pa.RecordBatch.from_pylist([], batches.schema)
        with _PostsFile(path, build_id) as file:
            file.write(_stripped(nothing))  # a file without rows has columns, too
            for rows in prefetch(map(_stripped, batches)):
                file.write(rows)


@contextmanager
def writing_posts(connection: Connection, path: Path, build_id: str) -> Iterator[PostsSink]:
    """Give a function that writes posts.parquet from batches of posts, in a thread of its own."""
    columns = f"select * exclude (tag_ids) from ({sql_text('index', 'posts')})"
    waiting: deque[Future[None]] = deque()
    with (
        with_clamp(connection) as reading,
        _PostsFile(path, build_id) as file,
        Workers(1, "e6duck parquet") as pool,
        SignalPoint(),
    ):

        def write(batch: pa.RecordBatch, stripped: pa.ListArray) -> None:
            reading.register("posts", pa.Table.from_batches([batch]))  # in place of the table
            table = reading.sql(columns).to_arrow_table()
            file.write(table.append_column("stripped_tags", stripped))

        def sink(batch: pa.RecordBatch, stripped: pa.ListArray) -> None:
            waiting.append(pool.submit(write, batch, stripped))
            if len(waiting) > _MOST_WAITING:
                waiting.popleft().result()

        yield sink
        for future in waiting:
            future.result()


class _PostsFile:
    """A posts.parquet that is written in row groups of equal size, whatever comes at once."""

    def __init__(self, path: Path, build_id: str) -> None:
        self._path = path
        self._metadata = {"e6duck_build": build_id}
        self._writer: ParquetWriter | None = None
        self._rows: list[pa.Table] = []
        self._row_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is None and self._rows:
            self._write_group(self._row_count)
        if self._writer:
            self._writer.close()

    def write(self, rows: pa.Table) -> None:
        """Add rows: the columns of the file, without metadata."""
        self._rows.append(rows)
        self._row_count += len(rows)
        while self._row_count >= _GROUP_ROWS:
            self._write_group(_GROUP_ROWS)

    def _write_group(self, count: int) -> None:
        rows = pa.concat_tables(self._rows)
        group, rest = rows.slice(0, count).combine_chunks(), rows.slice(count)
        self._rows, self._row_count = [rest], len(rest)
        writer = self._open(rows.schema)
        if count:
            writer.write_table(group)

    def _open(self, schema: pa.Schema) -> ParquetWriter:
        from pyarrow.parquet import ParquetWriter

        if not self._writer:
            self._writer = ParquetWriter(
                self._path,
                schema.with_metadata(self._metadata),
                compression="zstd",
                compression_level=1,
                use_dictionary=["rating", "file_ext"],  # the other columns have too many values
            )
        return self._writer


@contextmanager
def with_clamp(connection: Connection) -> Iterator[Connection]:
    """Open a second connection to the same database, with the macro clamp."""
    with second_connection(connection) as reading:
        reading.execute(sql_text("index", "clamp"))
        yield reading


def _stripped(batch: pa.RecordBatch) -> pa.Table:
    """Replace tag_ids by stripped_tags: the tags that no other tag of the post implies."""
    tags = batch.column("tag_ids")
    keys = keys_of(tags)
    is_stripped = is_not_in(keys, keys_of(batch.column("implied_tags")))
    before = np.concatenate([[0], np.cumsum(is_stripped)]).astype(np.int32)
    offsets = tags.offsets.to_numpy()
    values = values_of(keys[is_stripped]).astype(np.uint32)
    stripped = pa.ListArray.from_arrays(pa.array(before[offsets - offsets[0]]), pa.array(values))
    rows = pa.Table.from_batches([batch.drop_columns(["tag_ids"])])
    return rows.append_column("stripped_tags", stripped)
