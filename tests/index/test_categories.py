"""The one list of categories, against the table of a database."""

from __future__ import annotations

import duckdb

from e6duck.db.sql_files import sql_text
from e6duck.index.categories import CATEGORIES


def test_the_table_and_the_python_list_are_the_same() -> None:
    with duckdb.connect() as connection:
        connection.execute(sql_text("build", "10_categories"))
        rows = connection.execute("from categories order by category").fetchall()
    expected = [
        (number, each.name, list(each.short_names), each.color, each.alt_color)
        for number, each in enumerate(CATEGORIES)
    ]
    assert rows == expected
