"""Answers as text: table, line, csv, tsv, json, jsonl, markdown.

Each writer takes an answer and a file, and returns the number of rows that it wrote.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ...db.answer import Answer
from ...db.results.table import places
from ...db.results.values import NULL, plain, readable, shielded, text, visible
from ...errors import QueryError, UsageError
from .result_table import write_table
from .terminal import Sink

if TYPE_CHECKING:
    import pyarrow as pa

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


def format_of(
    path: Path | None, chosen: str | None, is_terminal: bool, *, with_parquet: bool = False
) -> str:
    """Return the format to write: the chosen one, else by the file's ending, else by the terminal.

    A terminal gets a table, other outputs and a file without an ending get CSV. with_parquet: the
    command can write Parquet. Raises `UsageError` for an unknown ending.
    """
    if chosen:
        return chosen
    if not path or str(path) == "-":
        return "table" if is_terminal else "csv"
    suffix = path.suffix.lower()
    known = {
        ending: kind for ending, kind in _SUFFIXES.items() if with_parquet or kind != "parquet"
    }
    if suffix and suffix not in known:
        raise UsageError(
            f"{path}: {path.suffix} is not the ending of a known format; use one of"
            f" {', '.join(known)}, or set --format"
        )
    return known.get(suffix, "csv")


def is_named_format(path: Path) -> bool:
    """Tell whether the ending of a file names a format."""
    return path.suffix.lower() in _SUFFIXES


def write(answer: Answer, file: Sink, kind: str, *, shown: int | None = None) -> int:
    """Write all rows in a format; returns how many. A terminal gets no control characters.

    shown: maximum number of table rows on a terminal; None shows all.
    """
    shielded_file = _Shielded(file) if file.isatty() else file
    if kind != "table":
        return WRITERS[kind](answer, shielded_file)
    if answer.is_plan:
        return _write_plan(answer, shielded_file)
    return write_table(answer, file, shown)


class _Shielded:
    """A terminal that receives control characters as escapes, so that data cannot command it."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self.isatty = file.isatty

    def write(self, text: str, /) -> None:
        self._file.write(shielded(text))


def _rows(answer: Answer) -> Iterator[tuple[Any, ...]]:
    for batch in answer.batches:
        yield from batch


class _Lines(list[str]):
    """A file for csv to write to; each line becomes an item."""

    write = list.append


def _write_separated(delimiter: str) -> Callable[[Answer, Sink], int]:
    def write_separated(answer: Answer, file: Sink) -> int:
        # Python before 3.13 quotes a lone carriage return only if the line terminator contains it.
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
    # Most values are integers and text, which csv writes as they are.
    return [value if value is None or type(value) in (str, int) else text(value) for value in row]


def _objects(answer: Answer) -> Iterator[str]:
    keys = _distinct(answer.columns)
    for row in _rows(answer):
        yield json.dumps(dict(zip(keys, map(plain, row), strict=True)), ensure_ascii=False)


def _distinct(names: Iterable[str]) -> list[str]:
    """Return names with repeated ones numbered, as DuckDB does in a subquery: a, a_1."""
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
        file.write(line([NULL if value is None else text(value) for value in row]))
        count += 1
    return count


def _write_lines(answer: Answer, file: Sink) -> int:
    """Write a line for each value, name = value, and an empty line between rows."""
    names = [visible(name) for name in answer.columns]
    width = max(map(places, names), default=0)
    heads = [" " * (width - places(name)) + name for name in names]
    count = 0
    for row in _rows(answer):
        lines = [f"{head} = {readable(value)}\n" for head, value in zip(heads, row, strict=True)]
        file.write("\n" * bool(count) + "".join(lines))
        count += 1
    return count


def _write_plan(answer: Answer, file: Sink) -> int:
    """Write the plan that EXPLAIN returns: text of several lines in the last column."""
    count = 0
    for row in _rows(answer):
        file.write(text(row[-1]).rstrip("\n") + "\n")
        count += 1
    return count


WRITERS: dict[str, Callable[[Answer, Sink], int]] = {
    "table": write_table,
    "line": _write_lines,
    "csv": _write_separated(","),
    "tsv": _write_separated("\t"),
    "json": _write_json,
    "jsonl": _write_jsonl,
    "markdown": _write_markdown,
}


def write_parquet(batches: Iterator[pa.RecordBatch], sink: BinaryIO) -> int:
    """Write Arrow batches, at least one, as Parquet; returns the number of rows."""
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
