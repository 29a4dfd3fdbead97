"""The answer to a query: column names, types, and rows, as Python values or as Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from .errors import translated_errors
from .interrupts import interruptible

if TYPE_CHECKING:
    import pyarrow as pa

Row = tuple[Any, ...]

FETCHED_ROWS = 10_000


@dataclass(frozen=True)
class Answer:
    """The column names and DuckDB types of a result, and its rows in batches, which come once.

    Rows are tuples of Python values, not Arrow: commands print text, which needs no Arrow, and
    importing pyarrow takes 0.12 s of CPU time, half of what `e6duck query "select 1"` takes.

    types: as the query gives them; dates, times and intervals may come as text. is_plan: it is the
    answer to EXPLAIN.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    batches: Iterator[list[Row]]
    is_plan: bool = False

    def rows(self) -> list[Row]:
        """Return all rows."""
        return [row for batch in self.batches for row in batch]

    def to_arrow_table(self) -> pa.Table:
        """Return all rows as an Arrow table."""
        import pyarrow as pa

        kinds = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
        fields = zip(self.columns, self.types, strict=True)
        schema = pa.schema([(name, kinds[kind]) for name, kind in fields])
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows()]
        return pa.Table.from_pylist(rows, schema)


@dataclass(frozen=True)
class Select:
    """A SELECT that runs when it is fetched: as rows, for text, or as an Arrow table.

    Both ways raise `QueryError`, and `KeyboardInterrupt` for Ctrl-C.
    """

    connection: duckdb.DuckDBPyConnection
    sql: str
    values: Mapping[str, Any]

    def answer(self) -> Answer:
        """Return all rows as Python values."""
        with translated_errors(), interruptible(self.connection):
            self.connection.execute(self.sql, dict(self.values))
            description = self.connection.description or []
            rows = self.connection.fetchall()
        columns, types = ([str(column[place]) for column in description] for place in (0, 1))
        return Answer(tuple(columns), tuple(types), iter([rows]))

    def to_arrow_table(self) -> pa.Table:
        """Return all rows as an Arrow table with DuckDB's own types."""
        with translated_errors(), interruptible(self.connection):
            return self.connection.sql(self.sql, params=dict(self.values)).to_arrow_table()
