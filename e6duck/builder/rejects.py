"""Rows of the export that are not used: which, on which line of the file, their text, and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
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
            return not_valid(fault["column_name"], found[1], found[2])
    if fault["error_type"] == "INVALID ENCODING":
        return f"{fault['column_name'] or 'the row'}: not valid UTF-8"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", fault["error_message"])
    if counts:
        return f"expected {counts[1]} fields, found {counts[2]}"
    return fault["error_message"].partition("\n")[0]


def not_valid(column: str, text: str, kind: str) -> str:
    """Return the reason for a field that cannot be read as its type."""
    return f'{column}: "{text}" is not a valid {kind}'


def of_records(
    source: Source, faults: Mapping[int, str], found: Sequence[Malformed]
) -> list[Malformed]:
    """Return malformed rows for the records that have a fault, and those found before, in order.

    faults: reasons by the number among the rows that DuckDB could read, from 1.
    """
    if not faults:
        return list(found)
    skipped = _lines_of(_places(source, found))
    wanted = {
        line: (text.count("\n") + 1, faults[record])
        for record, line, text in _records(source, skipped)
        if record in faults
    }
    offsets = _offsets(source, wanted)
    more = [Malformed(offsets[line], *about) for line, about in wanted.items()]
    return sorted([*found, *more], key=lambda row: row.position)


def _offsets(source: Source, lines: Container[int]) -> dict[int, int]:
    """Return the bytes where lines begin, by their numbers from 1."""
    offsets, position = {}, 0
    with read_text(source) as file:
        for number, line in enumerate(file, start=1):
            if number in lines:
                offsets[number] = position
            position += len(line)
    return offsets


def split_joined(source: Source, found: Sequence[Malformed]) -> list[Malformed]:
    """Return the same rows, with one for each row of the file that is in a field of another.

    A quote that opens in one row and closes in another joins them. Lines that are no beginning of
    a row belong to the row before.
    """
    if all(row.line_count == 1 for row in found):
        return list(found)
    split: list[Malformed] = []
    is_begin = _row_begin(source.header)
    for row, (_, raw) in zip(found, _places(source, found), strict=True):
        lines = raw.splitlines(keepends=True) if row.line_count != 1 else []
        begins = [place for place, line in enumerate(lines) if place and is_begin(line)]
        if not begins:
            split.append(row)
            continue
        position = row.position
        for first, end in pairwise([0, *begins, len(lines)]):
            reason = row.reason if not first else _JOINED
            split.append(Malformed(position, end - first, reason))
            position += sum(map(len, lines[first:end]))
    return split


_JOINED = "a quote that opens in an earlier row closes in this row or after it"


def _row_begin(header: Sequence[str]) -> Callable[[bytes], bool]:
    """Return a function that tells whether a line can be the beginning of a row, or all of it."""
    id_place = header.index("id") if "id" in header else None

    def is_begin(line: bytes) -> bool:
        fields = line.split(b",", len(header))
        return len(fields) >= len(header) and (id_place is None or fields[id_place].isdigit())

    return is_begin


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
        malformed_lines = _lines_of(places)
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


def _lines_of(places: Iterable[tuple[int, bytes]]) -> set[int]:
    """Return the numbers of all lines of rows, given by first line and text."""
    return {
        number
        for line, raw in places
        for number in range(line, line + len(raw.rstrip(b"\n").split(b"\n")))
    }


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
