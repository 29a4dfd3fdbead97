"""Captions in a column of an Arrow table: strings, or lists of strings that are pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.types as kinds

from ...errors import UsageError
from .pieces import cleaned_values

Clean = Callable[[list[str]], list[str]]
"""Returns cleaned captions in the same order"""


def cleaned_table(table: Any, column: str, clean: Clean) -> Any:
    """Return a table or record batch with the captions of a column cleaned.

    Raises `UsageError` if there is no such column, or two, or if it has no text.
    """
    place = place_of(table.schema, column)
    field = table.schema.field(place)
    columns = list(table.columns)
    columns[place] = cleaned_column(columns[place], clean)
    return type(table).from_arrays(columns, schema=table.schema.set(place, field))


def place_of(schema: pa.Schema, column: str) -> int:
    """Return the number of the column with captions. Raises `UsageError` if it cannot be one."""
    places: list[int] = schema.get_all_field_indices(column)
    if len(places) != 1:
        if places:
            raise UsageError(f"there are {len(places)} columns {column}; rename all but one")
        names = ", ".join(schema.names)
        raise UsageError(f"there is no column {column}; the columns are {names}")
    kind = schema.field(places[0]).type
    if not is_caption(kind):
        raise UsageError(
            f"the column {column} has the type {kind}; captions are strings or lists of strings"
        )
    return places[0]


def is_caption(kind: pa.DataType) -> bool:
    """Return whether a type is that of texts, or of lists of texts."""
    if kinds.is_list(kind) or kinds.is_large_list(kind):
        kind = kind.value_type
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind))


def cleaned_column(column: Any, clean: Clean) -> Any:
    """Return a column, or an array, with its captions cleaned, in its own type."""
    if isinstance(column, pa.ChunkedArray):
        chunks = [cleaned_column(chunk, clean) for chunk in column.chunks]
        return pa.chunked_array(chunks, type=column.type)
    values = column.to_pylist()
    return column_of(column, values, cleaned_values(values, clean))


def column_of(column: Any, old: list[Any], values: list[Any]) -> Any:
    """Return values as a column of the same type; the column itself if they are its old ones."""
    if values == old:
        return column
    kind = column.type
    if kinds.is_dictionary(kind):
        return pa.array(values, type=kind.value_type).dictionary_encode().cast(kind)
    if (kinds.is_list(kind) or kinds.is_large_list(kind)) and kinds.is_dictionary(kind.value_type):
        raise UsageError(f"lists of the type {kind.value_type} cannot be written; use strings")
    return pa.array(values, type=kind)
