"""e6db's curve has the same constants in SQL and in Python."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from e6duck.db.sql_files import sql_text
from e6duck.index.ranks import curve_freq_to_rank, curve_rank_to_freq
from e6duck.index.write import query_text

TAG_COUNT = 70_000


@pytest.fixture(scope="module")
def uncounted() -> Iterator[duckdb.DuckDBPyConnection]:
    """Tags whose posts are not counted; all have the same vector."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table tags as
            select
                range::uinteger as tag_id,
                'tag ' || range as name,
                0::utinyint as category,
                'general' as category_name,
                null::bigint as post_count,
            from range({TAG_COUNT});
            create table tag_aliases (antecedent_name varchar, tag_id uinteger);
            create table tag_factors as select tag_id, [1, 1]::float[2] as factors from tags;
            create macro tag_id(tag_name) as (select tag_id from tags where name = tag_name);
            """
        )
        connection.execute(sql_text("build", "10_categories"))
        connection.execute(sql_text("build", "65_neighbors"))
        yield connection


def test_the_tag_list_estimates_posts_as_python_does(uncounted: duckdb.DuckDBPyConnection) -> None:
    rows = uncounted.execute(query_text("tag_list"), {"min_posts": 0}).fetchall()
    assert [row[2] for row in rows] == [
        round(curve_rank_to_freq(tag_id)) for tag_id in range(TAG_COUNT)
    ]


@pytest.mark.parametrize("min_posts", [50, 99, 100, 1_000, 54_321, 2_000_000, 9_000_000])
def test_the_macro_neighbors_limits_ranks_as_python_does(
    uncounted: duckdb.DuckDBPyConnection, min_posts: int
) -> None:
    query = "select max(tag_id) from neighbors('tag 0', k := 1000000, min_posts := $1)"
    ((last,),) = uncounted.execute(query, [min_posts]).fetchall()
    limit = int(curve_freq_to_rank(min_posts))
    assert limit < TAG_COUNT
    # The tag itself is not among its neighbours.
    assert last == (limit - 1 if limit > 1 else None)
