"""Rows as text: table, csv, tsv, json, jsonl, markdown. Each writer takes an answer and a file."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from .errors import UsageError
from .query import Answer

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


def format_of(path: Path | None, chosen: str | None, is_terminal: bool) -> str:
    """Return the format that is meant: the chosen one, the file's, else a table on a terminal."""
    if chosen:
        return chosen
    if path:
        return _SUFFIXES.get(path.suffix.lower(), "csv")
    return "table" if is_terminal else "csv"


def write(answer: Answer, file: IO[str], kind: str) -> int:
    """Write all rows in a format; returns how many."""
    return WRITERS[kind](answer, file)


def _rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    for batch in answer.batches:
        yield from batch


def _write_separated(delimiter: str) -> Callable[[Answer, IO[str]], int]:
    def write_separated(answer: Answer, file: IO[str]) -> int:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(answer.columns)
        count = 0
        for batch in answer.batches:
            writer.writerows([_texts(row) for row in batch])
            count += len(batch)
        return count

    return write_separated


def _texts(row: tuple[Any, ...]) -> list[Any]:
    # Numbers and text, by far the most values, are written by csv as they are.
    return [
        value if value is None or type(value) in (str, int) else text(value) for value in row
    ]


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
    return str(value)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it; NaN and infinity, which it does not know, as null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {text(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (datetime, date, time, timedelta, UUID)):
        return str(value)
    return str(value)


def _objects(answer: Answer) -> Iterator[str]:
    for row in _rows(answer):
        yield json.dumps(
            dict(zip(answer.columns, map(plain, row), strict=True)), ensure_ascii=False
        )


def _write_json(answer: Answer, file: IO[str]) -> int:
    count = 0
    file.write("[")
    for line in _objects(answer):
        file.write(("," if count else "") + "\n" + line)
        count += 1
    file.write("\n]\n" if count else "]\n")
    return count


def _write_jsonl(answer: Answer, file: IO[str]) -> int:
    count = 0
    for line in _objects(answer):
        file.write(line + "\n")
        count += 1
    return count


def _write_markdown(answer: Answer, file: IO[str]) -> int:
    def line(cells: list[str]) -> str:
        marked = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
        return "| " + " | ".join(cell.replace("\n", "<br>") for cell in marked) + " |\n"

    count = 0
    file.write(line(list(answer.columns)))
    file.write("|" + "|".join(" --- " for _ in answer.columns) + "|\n")
    for row in _rows(answer):
        file.write(line(["" if value is None else text(value) for value in row]))
        count += 1
    return count


def _write_table(answer: Answer, file: IO[str]) -> int:
    """Draw a table: to the terminal's width and a screenful of rows there, whole elsewhere."""
    from itertools import islice

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    is_terminal = file.isatty()
    found = _rows(answer)
    rows = list(islice(found, _SHOWN_ROWS if is_terminal else None))
    has_more = next(found, None) is not None
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name, kind in zip(answer.columns, answer.types, strict=True):
        table.add_column(
            Text(name),
            justify="right" if _is_number(kind) else "left",
            no_wrap=True,
            overflow="ellipsis" if is_terminal else "ignore",
        )
    for row in rows:
        table.add_row(*(Text(_visible(value)) for value in row))
    width = None if is_terminal else max(80, _width(table))
    console = Console(file=file, width=width, highlight=False, markup=False, emoji=False)
    console.print(table, soft_wrap=False, crop=is_terminal)
    if has_more:
        console.print(f"… more rows: only the first {len(rows)} are shown; use --format csv or a pipe")
    return len(rows)


def _width(table: Any) -> int:
    from rich.console import Console

    console = Console(width=1_000_000)
    return int(console.measure(table, options=console.options.update(max_width=1_000_000)).maximum)


def _visible(value: Any) -> str:
    """Return text that fits a line: a line break and other controls as their escapes."""
    if value is None:
        return ""
    shown = text(value)
    if shown.isprintable():
        return shown
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in shown
    )


def _is_number(kind: str) -> bool:
    return kind.startswith(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL")) or (
        kind in ("FLOAT", "DOUBLE", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
    )


WRITERS: dict[str, Callable[[Answer, IO[str]], int]] = {
    "table": _write_table,
    "csv": _write_separated(","),
    "tsv": _write_separated("\t"),
    "json": _write_json,
    "jsonl": _write_jsonl,
    "markdown": _write_markdown,
}


def write_parquet(batches: Iterator[pa.RecordBatch], sink: BinaryIO) -> int:
    """Write Arrow batches, of which there is at least one, as Parquet; returns the rows."""
    import pyarrow.parquet as pq

    first = next(batches)
    count = 0
    with pq.ParquetWriter(sink, first.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            count += len(batch)
    return count
