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

Relation = duckdb.DuckDBPyRelation
Row = tuple[Any, ...]

FETCHED_ROWS = 10_000


@dataclass(frozen=True)
class Answer:
    """The column names and DuckDB types of a result, and its rows in batches, which come once.

    Rows are tuples of Python values, not Arrow: commands print text, which needs no Arrow, and
    importing pyarrow takes as long as `e6duck query "select 1"` as a whole.

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


class Selected(Answer):
    """The answer to a SELECT of ours, which runs when its rows are fetched.

    It raises `QueryError`, and `KeyboardInterrupt` for Ctrl-C.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]
    ) -> None:
        self._connection = connection
        self._relation = connection.sql(sql, params=dict(values))
        types = tuple(map(str, self._relation.types))
        super().__init__(tuple(self._relation.columns), types, self._fetched())

    def _fetched(self) -> Iterator[list[Row]]:
        with translated_errors(), interruptible(self._connection):
            rows = self._relation.fetchall()
        yield rows

    def to_arrow_table(self) -> pa.Table:
        """Return all rows as an Arrow table, with DuckDB's own types."""
        with translated_errors(), interruptible(self._connection):
            return self._relation.to_arrow_table()
