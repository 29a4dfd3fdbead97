"""Rows of the export that are not used: which, on which line of the file, their text, and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO

import pyarrow as pa

from ..db.connection import Connection
from ..errors import SourceError
from .source import LONGEST_ROW, REJECTS_LIMIT, Source, read_text

_CHUNK = 1 << 22
_LONGEST_SHOWN = 9_000  # DuckDB cuts what it shows of a row after 10,000 bytes
_MAX_DROPPED_ROWS = 10
_MAX_DROPPED_SHARE = 0.01

SCHEMA = pa.schema(
    {
        "table_name": pa.string(),
        "file_name": pa.string(),
        "line": pa.int64(),
        "reason": pa.string(),
        "content": pa.string(),
    }
)


@dataclass(frozen=True)
class Malformed:
    """A row that DuckDB could not read."""

    position: int  # the byte of the decompressed file where it begins, from 0
    line_count: int | None  # None if DuckDB shows only the beginning of the row
    reason: str

    def moved(self, distance: int) -> Malformed:
        """Return the same row of a file in which it begins so many bytes later."""
        return replace(self, position=self.position + distance)


@dataclass(frozen=True)
class DroppedRow:
    """A well-formed row that is not used."""

    record: int  # its number among the well-formed rows, from 1
    reason: str


def malformed(connection: Connection, rejects_table: str) -> list[Malformed]:
    """Return the rows that DuckDB has noted in a rejects table: one entry per row, in file order.

    A row can have several faults; the reason is the first one.
    """
    rows = connection.execute(
        f"""
        select
            min(line_byte_position) as position,
            arg_min(csv_line, byte_position) as content,
            arg_min(struct_pack(error_type, column_name, error_message), byte_position) as fault,
        from {rejects_table}
        group by line
        order by position
        """
    ).fetchall()
    return [_malformed(position, content, fault) for position, content, fault in rows]


def _malformed(position: int, content: str, fault: dict[str, str]) -> Malformed:
    # DuckDB counts bytes from 1, and takes the LF of a CRLF as the beginning of the next row.
    text = content.lstrip("\r\n")
    first = position - 1 + len(content) - len(text)
    line_count = text.rstrip("\r\n").count("\n") + 1 if len(content) < _LONGEST_SHOWN else None
    return Malformed(first, line_count, _reason(fault))


def _reason(fault: dict[str, str]) -> str:
    if fault["error_type"] == "CAST":
        pattern = r"Could not convert string \"(.*)\" to '(.*)'"
        found = re.search(pattern, fault["error_message"], re.DOTALL)
        if found:
            return f'{fault["column_name"]}: "{found[1]}" is not a valid {found[2]}'
    if fault["error_type"] == "INVALID ENCODING":
        return f"{fault['column_name'] or 'the row'}: not valid UTF-8"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", fault["error_message"])
    if counts:
        return f"expected {counts[1]} fields, found {counts[2]}"
    return fault["error_message"].partition("\n")[0]


def check_reject_limit(
    source: Source, found: Sequence[Malformed], row_count: int, *, strict: bool
) -> None:
    """Raise `SourceError` if a file has more malformed rows than may be dropped.

    10 rows or 1 % of row_count may be dropped, whichever is more; if strict, none.
    """
    if not found:
        return
    first = located(source, found[:1], [])[0]
    where = f"first on line {first['line']}: {first['reason']}"
    if strict:
        raise SourceError(f"{source.path} has {len(found)} malformed rows, {where}")
    if len(found) >= REJECTS_LIMIT or len(found) > max(
        _MAX_DROPPED_ROWS, _MAX_DROPPED_SHARE * row_count
    ):
        raise SourceError(
            f"{source.path} has {len(found)} malformed rows of {row_count}, {where};"
            " the file is damaged, or it is not an export of the site"
        )


def prove_quotes(source: Source, record_count: int) -> None:
    """Raise `SourceError` if a quoted field is never closed and DuckDB took rows as its text.

    record_count: well-formed and malformed rows that DuckDB has read. This reads the file again,
    which is slow. It is needed only if the number of quotes is odd; that alone is not an error, as
    an unquoted field may contain a quote.
    """
    if sum(1 for _ in _records(source, ())) != record_count:
        raise SourceError(f"{source.path} has a quoted field that never ends; download it again")


def located(
    source: Source, found: Sequence[Malformed], dropped_rows: Sequence[DroppedRow]
) -> list[dict[str, object]]:
    """Return the rows of build_rejects for one file, with line numbers and texts of the rows.

    Lines are those of the decompressed file, from 1.
    """
    places = list(_places(source, found))
    rows = [(line, _shown(raw), row.reason) for (line, raw), row in zip(places, found, strict=True)]
    if dropped_rows:
        reasons = {row.record: row.reason for row in dropped_rows}
        malformed_lines = {
            number
            for line, raw in places
            for number in range(line, line + len(raw.rstrip(b"\n").split(b"\n")))
        }
        rows += [
            (line, text, reasons[record])
            for record, line, text in _records(source, malformed_lines)
            if record in reasons
        ]
    return [
        {
            "table_name": source.table,
            "file_name": source.path.name,
            "line": line,
            "reason": reason,
            "content": text,
        }
        for line, text, reason in rows
    ]


def _places(source: Source, found: Sequence[Malformed]) -> Iterator[tuple[int, bytes]]:
    """Yield line number and bytes of each malformed row; found is in file order."""
    line, offset = 1, 0
    with read_text(source) as file:
        for row in found:
            while offset < row.position:
                chunk = file.read(min(_CHUNK, row.position - offset))
                line += chunk.count(b"\n")
                offset += len(chunk)
            raw = _read_row(file, row.line_count)
            yield line, raw
            line += raw.count(b"\n")
            offset += len(raw)


def _read_row(file: IO[bytes], line_count: int | None) -> bytes:
    """Read a row of line_count lines; if that is None, up to the line that closes its quotes."""
    if line_count is not None:
        return b"".join(file.readline() for _ in range(line_count))
    lines = [file.readline()]
    quote_count = lines[0].count(b'"')
    while quote_count % 2 and lines[-1]:
        lines.append(file.readline())
        quote_count += lines[-1].count(b'"')
    return b"".join(lines)


def _records(source: Source, malformed_lines: Container[int]) -> Iterator[tuple[int, int, str]]:
    """Yield number (from 1), line and text of each well-formed row.

    Python's CSV reader is slow, but unlike DuckDB it knows line numbers. It is used only for files
    with dropped rows or an odd number of quotes.
    """
    record = -1  # the header is not counted
    with read_text(source) as file, _long_fields():
        lines = _LineLog(file, malformed_lines)
        try:
            for row in csv.reader(lines):
                line, text = lines.take()
                if row:  # an empty line gives an empty list
                    record += 1
                    if record:
                        yield record, line, text
        except csv.Error:  # a field that is never closed: the rows after it cannot be told apart
            return


class _LineLog:
    """Iterates over the lines of a file as text, and keeps those since the last call of `take`.

    A CSV reader takes several lines for a row whose fields contain line ends. skipped: line numbers
    that are left out.
    """

    def __init__(self, file: IO[bytes], skipped: Container[int]) -> None:
        self._lines = io.TextIOWrapper(file, "utf-8", "surrogateescape", newline="\n")
        self._skipped = skipped
        self._recent: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, start=1):
            if number not in self._skipped:
                self._recent.append((number, line))
                yield line

    def take(self) -> tuple[int, str]:
        """Return the number of the first kept line and the text of all, and forget them."""
        first = self._recent[0][0]
        text = "".join(line for _, line in self._recent)
        self._recent.clear()
        return first, _shown(text.encode("utf-8", "surrogateescape"))


@contextmanager
def _long_fields() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_ROW)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _shown(raw: bytes) -> str:
    return raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
