"""Read the integers of the posts from their text, and refuse what is not written as one.

DuckDB casts `1.6` to 2, and takes ` 7`, `1e3`, `+5` and `0x10` too: a damaged id would replace
another post. So integers are read as text. Arrow's parser takes digits only, with a minus sign
before them, and hexadecimal digits after `0x`, which are looked for here.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from ..columns import COLUMNS, INTEGER
from ..rejects import not_valid

_INTEGERS = [name for name, kind in COLUMNS["posts"].items() if kind == INTEGER]
_DIGITS = re.compile(r"-?[0-9]+")
_LIMIT = 1 << 63


def with_integers(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[int, str]]:
    """Return a batch with integers in place of their texts, and its rows that have other texts.

    Those rows are given by their numbers, from 0, with the reasons; their integers are null.
    """
    faults: dict[int, str] = {}
    columns = list(batch.columns)
    for place, name in enumerate(batch.schema.names):
        if name in _INTEGERS and pa.types.is_string(columns[place].type):
            columns[place] = _integers(columns[place], name, faults)
    return pa.RecordBatch.from_arrays(columns, batch.schema.names), faults


def _integers(texts: pa.StringArray, name: str, faults: dict[int, str]) -> pa.Int64Array:
    if not _has_hexadecimal(texts):
        try:
            return pc.cast(texts, pa.int64())
        except pa.ArrowInvalid:
            pass
    values = [None if text is None else _integer(text) for text in texts.to_pylist()]
    for row, (text, value) in enumerate(zip(texts.to_pylist(), values, strict=True)):
        if text is not None and value is None:
            faults.setdefault(row, not_valid(name, text, INTEGER))
    return pa.array(values, pa.int64())


def _has_hexadecimal(texts: pa.StringArray) -> bool:
    data = texts.buffers()[2]
    content = data.to_pybytes() if data else b""
    return b"x" in content or b"X" in content


def _integer(text: str) -> int | None:
    if not _DIGITS.fullmatch(text):
        return None
    # Python refuses to read thousands of digits.
    value = int(text) if len(text.lstrip("-0")) < 20 else _LIMIT
    return value if -_LIMIT <= value < _LIMIT else None
