"""Rows as text: table, csv, tsv, json, jsonl, markdown. Each writer takes an answer and a file."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from .errors import QueryError
from .query import Answer
from .table import draw

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN_ROWS = 200  # on a terminal
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".parquet": "parquet",
    ".txt": "table",
}


class Sink(Protocol):
    """What text is written to: a file or a terminal."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""


def format_of(path: Path | None, chosen: str | None, is_terminal: bool) -> str:
    """Return the format that is meant: the chosen one, the file's, else a table on a terminal."""
    if chosen:
        return chosen
    if path:
        return _SUFFIXES.get(path.suffix.lower(), "csv")
    return "table" if is_terminal else "csv"


def is_named_format(path: Path) -> bool:
    """Tell whether the ending of a file names a format."""
    return path.suffix.lower() in _SUFFIXES


def write(answer: Answer, file: Sink, kind: str) -> int:
    """Write all rows in a format; returns how many. A terminal gets no control characters."""
    return WRITERS[kind](answer, _Shielded(file) if file.isatty() else file)


class _Shielded:
    """A terminal that what is written cannot give commands to."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self.isatty = file.isatty

    def write(self, text: str, /) -> None:
        self._file.write(shielded(text))


def shielded(text: str) -> str:
    """Return text with its control characters, but for line breaks and tabs, as escapes."""
    return text.translate(_ESCAPES)


_ESCAPES = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
}


def _rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    for batch in answer.batches:
        yield from batch


class _Lines(list[str]):
    """A file for csv to write to, a line an item."""

    write = list.append


def _write_separated(delimiter: str) -> Callable[[Answer, Sink], int]:
    def write_separated(answer: Answer, file: Sink) -> int:
        # Python before 3.13 quotes a lone return only where it is a part of the line's end.
        lines = _Lines()
        writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(answer.columns)
        count = 0
        for batch in answer.batches:
            writer.writerows([_texts(row) for row in batch])
            count += len(batch)
            _flush(lines, file)
        _flush(lines, file)
        return count

    return write_separated


def _flush(lines: _Lines, file: Sink) -> None:
    file.write("".join([line[:-2] + "\n" for line in lines]))
    lines.clear()


def _texts(row: tuple[Any, ...]) -> list[Any]:
    # Numbers and text, by far the most values, are written by csv as they are.
    return [value if value is None or type(value) in (str, int) else text(value) for value in row]


def text(value: Any) -> str:
    """Return a value as text: as DuckDB shows it, lists and structs as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(plain(value), ensure_ascii=False)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it; NaN and infinity, which it does not know, as null.

    A decimal that no float equals stays whole as text.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else text(value)
    if isinstance(value, dict):
        return {text(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _objects(answer: Answer) -> Iterator[str]:
    keys = _distinct(answer.columns)
    for row in _rows(answer):
        yield json.dumps(dict(zip(keys, map(plain, row), strict=True)), ensure_ascii=False)


def _distinct(names: Iterable[str]) -> list[str]:
    """Number names that stand there again, as DuckDB does in a subquery: a, a_1."""
    keys: dict[str, None] = {}
    for name in names:
        key, number = name, 0
        while key in keys:
            number += 1
            key = f"{name}_{number}"
        keys[key] = None
    return list(keys)


def _write_json(answer: Answer, file: Sink) -> int:
    count = 0
    file.write("[")
    for line in _objects(answer):
        file.write(("," if count else "") + "\n" + line)
        count += 1
    file.write("\n]\n" if count else "]\n")
    return count


def _write_jsonl(answer: Answer, file: Sink) -> int:
    count = 0
    for line in _objects(answer):
        file.write(line + "\n")
        count += 1
    return count


def _write_markdown(answer: Answer, file: Sink) -> int:
    def line(cells: list[str]) -> str:
        marked = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
        return "| " + " | ".join("<br>".join(cell.splitlines()) for cell in marked) + " |\n"

    count = 0
    file.write(line(list(answer.columns)))
    file.write("|" + "|".join(" --- " for _ in answer.columns) + "|\n")
    for row in _rows(answer):
        file.write(line(["" if value is None else text(value) for value in row]))
        count += 1
    return count


def _write_table(answer: Answer, file: Sink) -> int:
    """Draw a table: to the terminal's width and a screenful of rows there, whole elsewhere."""
    is_terminal = file.isatty()
    found = _rows(answer)
    rows = list(islice(found, _SHOWN_ROWS if is_terminal else None))
    has_more = next(found, None) is not None
    columns = [
        [visible(cell) for cell in column] for column in zip(answer.columns, *rows, strict=True)
    ]
    width = shutil.get_terminal_size().columns if is_terminal else None
    for line in draw(columns, answer.types, width):
        file.write(line + "\n")
    if has_more:
        file.write(
            f"… more rows: only the first {len(rows)} are shown; use --format csv or a pipe\n"
        )
    return len(rows)


def visible(value: Any) -> str:
    """Return text that fits a line: a line break and other controls as their escapes."""
    if value is None:
        return ""
    shown = text(value)
    if shown.isprintable():
        return shown
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in shown
    )


WRITERS: dict[str, Callable[[Answer, Sink], int]] = {
    "table": _write_table,
    "csv": _write_separated(","),
    "tsv": _write_separated("\t"),
    "json": _write_json,
    "jsonl": _write_jsonl,
    "markdown": _write_markdown,
}


def write_parquet(batches: Iterator[pa.RecordBatch], sink: BinaryIO) -> int:
    """Write Arrow batches, of which there is at least one, as Parquet; returns the rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    try:
        first = next(batches)
        with pq.ParquetWriter(sink, first.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += len(batch)
    except pa.ArrowNotImplementedError as error:
        raise QueryError(f"Parquet cannot hold a column; cast it to varchar ({error})") from error
    return count
