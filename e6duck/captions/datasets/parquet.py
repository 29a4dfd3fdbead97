"""Captions in a column of a Parquet file, which is written again as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import E6DuckError, UsageError
from . import parts as shared
from .arrow import column_of, place_of


class ParquetFile(shared.DatasetFile):
    """A Parquet file, of which one row group at a time is in memory."""

    def __init__(self, path: Path, columns: shared.Columns) -> None:
        super().__init__(path, columns)
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise E6DuckError(f"{path} cannot be read as Parquet: {error}") from error
        self._schema = self._file.schema_arrow
        self._places = [place_of(self._schema, name) for name in columns.names]
        if columns.to is not None and columns.to in self._schema.names:
            raise UsageError(f"{path} already has a column {columns.to}", option="to")

    def parts(self) -> Iterator[shared.Part]:
        """Yield some thousand rows at a time."""
        start = 1
        for number in range(self._file.num_row_groups):
            try:
                table = self._file.read_row_group(number)
            except (pa.ArrowException, OSError) as error:
                raise E6DuckError(f"{self.path} is damaged: {error}") from error
            for offset in range(0, max(table.num_rows, 1), shared.PART_ROWS):
                yield self._part(table, offset, start)
            start += table.num_rows

    def _part(self, table: pa.Table, offset: int, start: int) -> shared.Part:
        """Return some rows of a row group; start: the number of its first row, from 1."""
        rows = table.slice(offset, shared.PART_ROWS)
        numbers = range(start + offset, start + offset + rows.num_rows)
        values = [value for place in self._places for value in rows.column(place).to_pylist()]
        is_last = offset + shared.PART_ROWS >= table.num_rows
        return shared.Part([*map(str, numbers)] * len(self._places), values, (rows, is_last))

    def writer(self, path: Path) -> ParquetWriter:
        """Return a writer with the settings of this file."""
        schema = self._schema
        if self.columns.to is not None:
            place = self._places[0]
            schema = schema.insert(place + 1, schema.field(place).with_name(self.columns.to))
        options = _options(self._file.metadata, self.columns)
        return ParquetWriter(path, schema, self._places, options, self.columns.to)


class ParquetWriter:
    """Writes row groups with other captions."""

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        places: list[int],
        options: dict[str, Any],
        to: str | None,
    ) -> None:
        self._schema = schema
        self._places = places
        self._to = to
        self._waiting: list[pa.Table] = []
        self._writer = pq.ParquetWriter(path, schema, **options)

    def write(self, part: shared.Part, cleaned: Sequence[Any]) -> None:
        """Write rows with other captions: those of a row group at once, when all are there."""
        table, is_last = part.content
        columns = list(table.columns)
        count = table.num_rows
        for number, place in enumerate(self._places):
            own = slice(number * count, (number + 1) * count)
            new = column_of(table.column(place), part.values[own], list(cleaned[own]))
            if self._to is None:
                columns[place] = new
            else:
                columns.insert(place + 1, new)
        self._waiting.append(pa.Table.from_arrays(columns, schema=self._schema))
        if is_last:
            whole = pa.concat_tables(self._waiting).unify_dictionaries()
            self._waiting = []
            self._writer.write_table(whole, row_group_size=max(whole.num_rows, 1))

    def close(self) -> None:
        """End the file."""
        self._writer.close()


def _options(metadata: Any, columns: shared.Columns) -> dict[str, Any]:
    """Return how a file was written, for `pq.ParquetWriter`."""
    found: dict[str, Any] = {
        "version": metadata.format_version,
        "store_schema": b"ARROW:schema" in (metadata.metadata or {}),
    }
    if not metadata.num_row_groups:
        return found
    group = metadata.row_group(0)
    chunks = {}
    for number in range(metadata.num_columns):
        chunk = group.column(number)
        chunks[chunk.path_in_schema] = chunk
        if columns.to is not None and chunk.path_in_schema.split(".")[0] == columns.names[0]:
            _, dot, rest = chunk.path_in_schema.partition(".")
            chunks[columns.to + dot + rest] = chunk
    found["compression"] = {name: _compression(chunk) for name, chunk in chunks.items()}
    found["use_dictionary"] = [name for name, chunk in chunks.items() if _is_dictionary(chunk)]
    found["column_encoding"] = {
        name: encoding
        for name, chunk in chunks.items()
        if not _is_dictionary(chunk) and (encoding := _encoding(chunk))
    }
    found["write_statistics"] = [name for name, each in chunks.items() if each.is_stats_set]
    found["write_page_index"] = any(chunk.has_offset_index for chunk in chunks.values())
    found["use_deprecated_int96_timestamps"] = any(
        chunk.physical_type == "INT96" for chunk in chunks.values()
    )
    found["use_compliant_nested_type"] = not any(".list.item" in name for name in chunks)
    if group.sorting_columns:
        found["sorting_columns"] = group.sorting_columns
    return {key: value for key, value in found.items() if value not in ([], {})} | {
        key: found[key] or False for key in ("use_dictionary", "write_statistics")
    }


def _compression(chunk: Any) -> str:
    return "NONE" if chunk.compression == "UNCOMPRESSED" else str(chunk.compression)


def _is_dictionary(chunk: Any) -> bool:
    return bool(chunk.has_dictionary_page)


def _encoding(chunk: Any) -> str | None:
    for name in chunk.encodings:
        if name.startswith("DELTA_") or name == "BYTE_STREAM_SPLIT":
            return str(name)
    return None
