"""A value of an answer as text."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

NULL = "NULL"  # in what people read; in CSV a null is empty


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
    """Return a value as JSON knows it; NaN and infinity, which it does not know, as null.

    A decimal that no float equals stays whole as text.
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
    """Return text that fits a line: a line break and other controls as their escapes."""
    if value is None:
        return ""
    shown = text(value)
    if shown.isprintable():
        return shown
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in shown
    )


def readable(value: Any) -> str:
    """Return text that fits a line, NULL for a null, which the empty string is not."""
    return NULL if value is None else visible(value)
