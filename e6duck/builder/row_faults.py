"""SQL that finds rows of the export that can be read but cannot be right.

- An integer that is not written as one: DuckDB casts `1.6` to 2, and takes ` 7`, `1e3` and `0x10`.
- A line break in a name: a quote that opens in one row and closes in another hides the rows
  between.
- The same in a text, which may have lines: its first line ends like a row, its last line begins
  like one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..db.sql_files import identifier, literal
from .columns import COLUMNS, MORE_COLUMNS, ONE_LINE, TEXT

INTEGERS = ("BIGINT", "UTINYINT")


def kinds(table: str, header: Iterable[str]) -> dict[str, str]:
    """Return the types of the columns in a file of a table."""
    known = (COLUMNS | MORE_COLUMNS)[table]
    return {column: known.get(column, TEXT) for column in header}


def merged_rows(columns: Mapping[str, str]) -> str:
    """Return an expression for why a row must be several rows; null if it need not be.

    columns: those of the file, with their types.
    """
    found = [*_merged_rows(columns), "null::varchar"]
    return f"coalesce({', '.join(found)})"


def _merged_rows(columns: Mapping[str, str]) -> Iterator[str]:
    last = len(columns) - 1
    for place, (column, kind) in enumerate(columns.items()):
        if kind != TEXT:
            continue  # a line break is no part of a number or a time
        name = identifier(column)
        reason = literal(f"{column}: a quote that opens in this row closes in a later row")
        if column in ONE_LINE:
            found = literal(f"{column}: a line break in it")
        else:
            # A row has no other commas than those between its fields, or its quotes would end this.
            first_line = rf"[^,\n]*(?:,[^,\n]*){{{last - place}}}\n"
            last_line = rf"[^,\n]*(?:,[^,\n]*){{{place}}}"
            pattern = rf"{first_line}(?:[^\n]*\n)*{last_line}"
            # Most texts have no comma, and a call of a regular expression is slow.
            match = f"contains({name}, ',') and regexp_full_match({name}, {literal(pattern)})"
            found = f"case when {match} then {reason} end"
        yield f"case when contains({name}, chr(10)) then {found} end"


def integer_faults(columns: Mapping[str, str]) -> str:
    """Return an expression for the first integer of a row that is none; null if all are."""
    found = [*_integer_faults(columns), "null::varchar"]
    return f"coalesce({', '.join(found)})"


def _integer_faults(columns: Mapping[str, str]) -> Iterator[str]:
    for column, kind in columns.items():
        if kind in INTEGERS:
            name, number = identifier(column), f"try_cast({identifier(column)} as {kind})"
            before, after = literal(f'{column}: "'), literal(f'" is not a valid {kind}')
            # The first comparison is much faster than the regular expression.
            yield (
                f"case when {name} is not null and {number}::varchar is distinct from {name} then"
                f" case when {number} is null or not regexp_full_match({name}, '-?[0-9]+')"
                f" then {before} || {name} || {after} end end"
            )
