"""Captions in the text of JSON objects, of which all else stays the same to the byte."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from typing import Any, NamedTuple

_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")


class JSONTextError(ValueError):
    """A text is not JSON of the expected form; the message is the reason."""


class Field(NamedTuple):
    """A field of an object: its key, its value, and where key and value stand in the text."""

    key: str
    value: Any
    key_start: int
    start: int
    end: int


def after_space(text: str, place: int) -> int:
    """Return the place of the next character that is not white space."""
    found = _SPACE.match(text, place)
    return found.end() if found else place


def pairs(text: str, place: int) -> Generator[tuple[str, int, int], int, None]:
    """Yield the keys of the object at a place, each with the places of key and value.

    The caller sends the end of each value. Raises `JSONTextError` if there is no object. The
    last pair has an empty key and the end of the object.
    """
    if text[place : place + 1] != "{":
        raise JSONTextError("expected an object")
    place = after_space(text, place + 1)
    if text[place : place + 1] == "}":
        yield "", -1, place + 1
        return
    while True:
        if text[place : place + 1] != '"':
            raise JSONTextError("expected a name in quotes")
        key_start = place
        key, place = value_at(text, place)
        place = after_space(text, place)
        if text[place : place + 1] != ":":
            raise JSONTextError("expected a colon")
        end = yield key, key_start, after_space(text, place + 1)
        place = after_space(text, end)
        mark = text[place : place + 1]
        if mark == "}":
            yield "", -1, place + 1
            return
        if mark != ",":
            raise JSONTextError("expected a comma or }")
        place = after_space(text, place + 1)


def value_at(text: str, place: int) -> tuple[Any, int]:
    """Return the value at a place, and its end."""
    try:
        return _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError) as error:
        raise JSONTextError(str(error) or "nested too deeply") from error


def fields(text: str, place: int) -> tuple[list[Field], int]:
    """Return the fields of the object at a place, and its end."""
    found: list[Field] = []
    walk = pairs(text, place)
    key, key_start, start = next(walk)
    while key_start >= 0:
        value, end = value_at(text, start)
        found.append(Field(key, value, key_start, start, end))
        key, key_start, start = walk.send(end)
    return found, start


def written(value: Any, raw: str, is_ascii: bool) -> str:
    """Return a caption as JSON, in the style of the raw text of its old value.

    is_ascii: whether the file has only ASCII characters, and so escapes all others.
    """
    between = ", " if isinstance(value, list) and ('", ' in raw or "," not in raw) else ","
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair can only be escaped
        is_ascii = True
    text = json.dumps(value, ensure_ascii=is_ascii, separators=(between, ": "))
    return text.replace("/", "\\/") if "\\/" in raw else text
