"""Captions in a column of CSV or TSV, of which all else stays the same to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...errors import E6DuckError, UsageError
from . import parts as shared
from .json_files import _opened, _text
from .parts import BytesWriter, Columns, DatasetFile, Part

_MOST_LINES = 10_000  # of a record
_END = re.compile(r"\r?\n?\Z")
_BOM = "\ufeff"


class CSVFile(DatasetFile):
    """A file with the names of its columns in the first row. Quotes are doubled inside quotes."""

    def __init__(self, path: Path, columns: Columns) -> None:
        super().__init__(path, columns)
        self._mark = "\t" if path.suffix.lower() == ".tsv" else ","
        quoted = rf'"(?:[^"]|"")*+"(?=[{self._mark}\r\n]|\Z)|(?!")[^{self._mark}\r\n]*'
        self._field = re.compile(quoted)
        self._places: list[int] = []

    def parts(self) -> Iterator[Part]:
        """Yield some thousand records at a time."""
        part = Part([], [], [])
        size = 0
        for number, record in self._records():
            if number == 1:
                self._read_header(record)
            elif _END.sub("", record[-1]) or len(record) > 1:
                self._add(part, record, number)
            part.content.append(record)
            size += sum(map(len, record))
            if len(part.content) == shared.PART_ROWS or size > 1 << 24:
                yield part
                part, size = Part([], [], []), 0
        yield part

    def _read_header(self, record: list[str]) -> None:
        names = [unquoted(_END.sub("", each).removeprefix(_BOM)) for each in record]
        for name in self.columns.names:
            if names.count(name) != 1:
                raise UsageError(
                    f"{self.path} has no column {name}; the columns are {', '.join(names)}"
                    if name not in names
                    else f"{self.path} has several columns {name}; rename all but one"
                )
        if self.columns.to in names:
            raise UsageError(f"{self.path} already has a column {self.columns.to}", option="to")
        self._places = [names.index(name) for name in self.columns.names]
        self._width = len(names)

    def _add(self, part: Part, record: list[str], number: int) -> None:
        if len(record) != self._width:
            raise E6DuckError(
                f"{self.path}:{number} has {len(record)} fields, the first row {self._width}"
            )
        for place in self._places:
            part.values.append(unquoted(_END.sub("", record[place])))
            part.rows.append(str(number))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the records with the numbers of their first lines: raw fields without marks.

        The last field has the line break.
        """
        waiting: list[str] = []
        start = 1
        with _opened(self.path) as file:
            for number, line in enumerate(file, start=1):
                text = _text(line, self.path, number)
                if not waiting:
                    start = number
                    if '"' not in text:
                        yield number, text.split(self._mark)
                        continue
                waiting.append(text)
                if len(waiting) > 1 and '"' not in text:
                    record = None
                else:
                    record = self._split("".join(waiting))
                if record is not None:
                    waiting = []
                    yield start, record
                elif len(waiting) > _MOST_LINES:
                    break
        if waiting:
            raise E6DuckError(f"{self.path}:{start} opens a quote that no quote closes")

    def _split(self, text: str) -> list[str] | None:
        """Return the raw fields of a record; None if a quote is open."""
        fields, place = [], len(_BOM) if text.startswith(_BOM) else 0
        head = text[:place]
        while True:
            found = self._field.match(text, place)
            if found is None:
                return None
            fields.append(head + found[0])
            head, place = "", found.end()
            if text[place : place + 1] != self._mark:
                break
            place += 1
        if _END.fullmatch(text, place) is None:
            return None
        fields[-1] += text[place:]
        return fields

    def writer(self, path: Path) -> BytesWriter:
        """Return a writer of records."""
        return BytesWriter(path, self._joined)

    def _joined(self, part: Part, cleaned: Sequence[Any]) -> bytes:
        captions = iter(zip(part.rows, part.values, cleaned, strict=True))
        lines: list[str] = []
        for record in part.content:
            fields = record
            is_header = not lines and part.content[0] is record and self._is_first(part)
            if len(record) == self._width and (len(record) > 1 or _END.sub("", record[0])):
                fields = self._with_captions(record, captions, is_header)
            lines.append(self._mark.join(fields))
        return "".join(lines).encode()

    def _is_first(self, part: Part) -> bool:
        if getattr(self, "_first", None) is None:
            self._first = part
        return self._first is part

    def _with_captions(
        self, record: list[str], captions: Iterator[tuple[str, str, str]], is_header: bool
    ) -> list[str]:
        if is_header:
            return self._with_new(record, self.columns.to or "")
        fields = list(record)
        for place in self._places:
            _, old, new = next(captions)
            raw = _END.sub("", record[place])
            value = raw if new == old else self._quoted(new, raw)
            if self.columns.to is not None:
                return self._with_new(record, value, is_raw=True)
            fields[place] = value + record[place][len(raw) :]
        return fields

    def _with_new(self, record: list[str], value: str, *, is_raw: bool = False) -> list[str]:
        """Return a record with one more field at its end, if there is a new column."""
        if self.columns.to is None:
            return record
        last = _END.sub("", record[-1])
        new = value if is_raw else self._quoted(value, "")
        return [*record[:-1], last, new + record[-1][len(last) :]]

    def _quoted(self, value: str, raw: str) -> str:
        if raw.startswith('"') or any(each in value for each in (self._mark, '"', "\n", "\r")):
            doubled = value.replace('"', '""')
            return f'"{doubled}"'
        return value


def unquoted(raw: str) -> str:
    """Return the value of a raw field."""
    return raw[1:-1].replace('""', '"') if raw[:1] == '"' else raw
