"""Recognizes files that hold captions in fields, and so are not plain captions."""

from __future__ import annotations

import csv
import io
import json
import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SURE_COLUMNS = _words(
    "caption captions tag_string prompt file file_name filename image_path path url md5"
)
_COLUMNS = _SURE_COLUMNS | _words("tag tags text image id width height rating score")
_IMAGE_ROW = re.compile(r"""(?i)"?[^,;\t"]+\.(?:png|jpe?g|webp|gif|avif|jxl|bmp|tiff?)"?[,;\t]""")


def format_name(text: str) -> str | None:
    """Return JSON, JSON Lines or CSV if a text is one of these; else None."""
    body = text.lstrip("\ufeff").strip()
    if body[:1] in ("{", "["):
        if _is_json(body):
            return "JSON"
        first, *others = body.split("\n", 1)
        return "JSON Lines" if others and _is_json(first.strip()) else None
    return "CSV" if body and _is_table(body) else None


def _is_json(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or any(isinstance(each, (dict, str)) for each in value)


def _is_table(body: str) -> bool:
    lines = [line for line in body.splitlines() if line.strip()]
    if all(_IMAGE_ROW.match(line) for line in lines):
        return True
    for delimiter in (",", "\t", ";"):
        names = {name.strip('"') for name in lines[0].split(delimiter)}
        is_header = bool(names & _SURE_COLUMNS) or len(names & _COLUMNS) > 1
        if is_header and len(lines) > 1 < len(names) and all(map(str.isidentifier, names)):
            return _is_regular(body, delimiter)
    return False


def _is_regular(body: str, delimiter: str) -> bool:
    """Return whether all rows have as many fields as the header."""
    try:
        rows = list(csv.reader(io.StringIO(body), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return len({len(row) for row in rows if row}) == 1
