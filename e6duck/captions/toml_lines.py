"""Where in a TOML text a key stands, which Python's parser does not tell."""

from __future__ import annotations

import json
import re

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=""")


def line_of(text: str, key: str, item: str | None = None, *, in_table: bool = False) -> int | None:
    """Return the line, from 1, of a key, or of an item in its list or (in_table) its table.

    None where it does not stand as a plain line; the line of the key where the item does not.
    """
    lines = text.splitlines()
    start = _key_line(lines, key)
    if start is None or item is None:
        return start
    if in_table:
        return _key_line(lines, f"{key}.{item}") or start
    forms = {json.dumps(item), json.dumps(item, ensure_ascii=False), f"'{item}'"}
    for number, line in enumerate(lines[start - 1 :], start=start):
        if any(form in line for form in forms):
            return number
    return start


def _key_line(lines: list[str], key: str) -> int | None:
    table = ""
    for number, line in enumerate(lines, start=1):
        if match := _TABLE.fullmatch(line):
            table = _plain(match[1])
            found = table
        elif match := _KEY.match(line):
            name = _plain(match[1])
            found = f"{table}.{name}" if table else name
        else:
            continue
        if found == key:
            return number
    # A key that stands dotted, or whose table is named by its keys alone.
    dotted = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(key)}\s*\.", line))
    return next(dotted, None)


def _plain(name: str) -> str:
    """Return a key without the quotes that it may stand in."""
    if name.startswith('"'):
        try:
            return str(json.loads(name))
        except ValueError:
            return name
    return name[1:-1] if name.startswith("'") else name
