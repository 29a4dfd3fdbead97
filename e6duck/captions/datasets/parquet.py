"""Captions in a column of a Parquet file, which is written again as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...errors import E6DuckError, UsageError
from .arrow import column_of, place_of
from .parts import Columns, DatasetFile, Part


class ParquetFile(DatasetFile):
    """A Parquet file; a part is a row group."""

    def __init__(self, path: Path, columns: Columns) -> None:
        super().__init__(path, columns)
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise E6DuckError(f"{path} cannot be read as Parquet: {error}") from error
        self._schema = self._file.schema_arrow
        self._places = [place_of(self._schema, name) for name in columns.names]
        if columns.to is not None and columns.to in self._schema.names:
            raise UsageError(f"{path} already has a column {columns.to}", option="to")

    def parts(self) -> Iterator[Part]:
        """Yield the row groups."""
        start = 1
        for number in range(self._file.num_row_groups):
            try:
                table = self._file.read_row_group(number)
            except (pa.ArrowException, OSError) as error:
                raise E6DuckError(f"{self.path} is damaged: {error}") from error
            values: list[Any] = []
            rows: list[str] = []
            for place in self._places:
                values += table.column(place).to_pylist()
                rows += map(str, range(start, start + table.num_rows))
            start += table.num_rows
            yield Part(rows, values, table)

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
        self._writer = pq.ParquetWriter(path, schema, **options)

    def write(self, part: Part, cleaned: Sequence[Any]) -> None:
        """Write a row group with other captions."""
        table = part.content
        columns = list(table.columns)
        count = table.num_rows
        for number, place in enumerate(self._places):
            own = slice(number * count, (number + 1) * count)
            new = column_of(table.column(place), part.values[own], list(cleaned[own]))
            if self._to is None:
                columns[place] = new
            else:
                columns.insert(place + 1, new)
        whole = pa.Table.from_arrays(columns, schema=self._schema)
        self._writer.write_table(whole, row_group_size=max(count, 1))

    def close(self) -> None:
        """End the file."""
        self._writer.close()


def _options(metadata: Any, columns: Columns) -> dict[str, Any]:
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
