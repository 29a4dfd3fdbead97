"""Captions in JSON Lines, and in one JSON object or list of objects, such as kohya's metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...errors import E6DuckError, UsageError
from . import parts as shared
from .json_text import JSONTextError, after_space, fields, pairs, written
from .parts import BytesWriter, Columns, DatasetFile, Part

_BOM = "\ufeff"


class _Edit:
    """A text whose captions stand between some places: (field name, start, end, key start)."""

    __slots__ = ("spans", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: list[tuple[int, int, int]] = []


class JSONLines(DatasetFile):
    """A file with a JSON object in each line; other lines are only white space."""

    def __init__(self, path: Path, columns: Columns) -> None:
        super().__init__(path, columns)
        self._met: set[str] = set()
        self._has_captions = False

    def parts(self) -> Iterator[Part]:
        """Yield some thousand lines at a time."""
        part, size = Part([], [], []), 0
        with _opened(self.path) as file:
            for number, line in enumerate(file, start=1):
                self._add(part, _text(line, self.path, number), number)
                size += len(line)
                if len(part.content) == shared.PART_ROWS or size > 1 << 24:
                    yield part
                    part, size = Part([], [], []), 0
        yield part
        if self._met and not self._has_captions:
            raise _no_field(self.path, self.columns, self._met)

    def _add(self, part: Part, text: str, number: int) -> None:
        start = after_space(text, len(_BOM) if number == 1 and text.startswith(_BOM) else 0)
        edit = _Edit(text)
        part.content.append(edit)
        if start == len(text):
            return
        try:
            end = self._read(part, edit, start, str(number))
            if after_space(text, end) != len(text):
                raise JSONTextError("there is something after the object")
        except JSONTextError as error:
            raise E6DuckError(f"{self.path}:{number} is not a JSON object: {error}") from error

    def _read(self, part: Part, edit: _Edit, start: int, row: str) -> int:
        found, end = fields(edit.text, start)
        for field in found:
            if field.key in self.columns.names:
                part.values.append(field.value)
                part.rows.append(row)
                edit.spans.append((field.start, field.end, field.key_start))
                self._has_captions |= isinstance(field.value, (str, list))
            elif field.key == self.columns.to:
                raise UsageError(f"{self.path}:{row} already has a field {field.key}", option="to")
            elif len(self._met) < 100:
                self._met.add(field.key)
        return end

    def writer(self, path: Path) -> BytesWriter:
        """Return a writer of JSON Lines."""
        return BytesWriter(path, self._joined)

    def _joined(self, part: Part, cleaned: Sequence[Any]) -> bytes:
        pairs_of = zip(part.values, cleaned, strict=True)
        return "".join(_rewritten(edit, pairs_of, self.columns.to) for edit in part.content).encode(
            "utf-8", "surrogatepass"
        )


class JSONObject(JSONLines):
    """A file with one JSON object of objects, or list of objects; it is read as a whole."""

    def parts(self) -> Iterator[Part]:
        """Yield the whole file as one part."""
        with _opened(self.path) as file:
            text = _text(file.read(), self.path, 1)
        edit = _Edit(text)
        part = Part([], [], [edit])
        start = after_space(text, len(_BOM) if text.startswith(_BOM) else 0)
        try:
            read = self._read_list if text[start : start + 1] == "[" else self._read_objects
            end = after_space(text, read(part, edit, start))
            if end != len(text):
                raise JSONTextError("there is something after it")
        except JSONTextError as error:
            raise E6DuckError(
                f"{self.path} is not a JSON object or list of objects: {error}"
            ) from error
        yield part
        if self._met and not self._has_captions:
            raise _no_field(self.path, self.columns, self._met)

    def _read_objects(self, part: Part, edit: _Edit, start: int) -> int:
        walk = pairs(edit.text, start)
        key, key_start, start = next(walk)
        while key_start >= 0:
            end = self._read(part, edit, start, key)
            key, key_start, start = walk.send(end)
        return start

    def _read_list(self, part: Part, edit: _Edit, start: int) -> int:
        text, number = edit.text, 0
        place = after_space(text, start + 1)
        if text[place : place + 1] == "]":
            return place + 1
        while True:
            number += 1
            place = after_space(text, self._read(part, edit, place, str(number)))
            mark = text[place : place + 1]
            if mark == "]":
                return place + 1
            if mark != ",":
                raise JSONTextError("expected a comma or ]")
            place = after_space(text, place + 1)


def _rewritten(edit: _Edit, values: Iterator[tuple[Any, Any]], to: str | None) -> str:
    """Return a text with other captions, taken from values."""
    text = edit.text
    pieces: list[str] = []
    last = 0
    is_ascii: bool | None = None
    for start, end, key_start in edit.spans:
        old, new = next(values)
        if to is None and (new is old or new == old):
            continue
        if is_ascii is None:
            is_ascii = text.isascii()
        raw = text[start:end]
        value = raw if new == old else written(new, raw, is_ascii)
        if to is None:
            pieces += (text[last:start], value)
        else:
            before = text[:key_start]
            space = before[len(before.rstrip()) :]
            colon = text[text.rindex('"', key_start, start) + 1 : start]
            name = written(to, "", is_ascii)
            pieces += (text[last:end], ",", space or _space(text), name, colon, value)
        last = end
    return "".join((*pieces, text[last:])) if pieces else text


def _space(text: str) -> str:
    return " " if '", "' in text else ""


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise E6DuckError(f"{path} cannot be read: {error.strerror or error}") from error


def _text(raw: bytes, path: Path, number: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise E6DuckError(f"{path}:{number} is not valid UTF-8") from error


def _no_field(path: Path, columns: Columns, met: set[str]) -> UsageError:
    names = ", ".join(sorted(met))
    wanted = " or ".join(columns.names)
    return UsageError(f"{path} has no field {wanted} with text; the fields are {names}")
