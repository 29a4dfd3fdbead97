"""Values as text."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

NULL = "NULL"  # in tables; in CSV a null is empty


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
    """Return a value that JSON can hold; NaN and infinity, which it cannot, become null.

    A decimal that equals no float becomes text, so that no digit is lost.
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


def visible(value: Any) -> str:
    """Return a value as text on one line: line breaks and other controls become escapes."""
    if value is None:
        return ""
    shown = text(value)
    if shown.isprintable():
        return shown
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in shown
    )


def readable(value: Any) -> str:
    """Return the same, with NULL for a null, to distinguish it from an empty string."""
    return NULL if value is None else visible(value)


def shielded(text: str) -> str:
    """Return text with control characters as escapes, except line breaks and tabs.

    Among them are those that turn the direction of the text after them.
    """
    return text.translate(_ESCAPES)


_TURNS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_ESCAPES = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)
} | {code: f"\\u{code:04x}" for code in _TURNS}
