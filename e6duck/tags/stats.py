"""Statistics of a database: counts, and their distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..db.connection import Connection, interruptible
from ..db.errors import translated_errors
from ..db.results.html_table import html_table
from ..db.sql_files import sql_text
from .phrases import NO_POSTS as NO_POSTS
from .phrases import many
from .stats_text import screen, summary

_TEXT_WIDTH = 80

Row = dict[str, Any]


@dataclass(frozen=True)
class DatabaseStats:
    """Statistics of a database.

    total: counts of posts, tags and so on, named as in sql/tags/stats/total.sql; None: unknown.
    categories: category, tags, rare_tags, uses. ranks: rank (1 is the most used tag), tag, category
    and posts, at some ranks. months: year, month, posts, first_day and last_day (of its first and
    last post). post_sizes: tags, a number; posts with that number of tags; direct_posts with that
    number of direct tags. ratings: rating and posts. depths: depth and implications. `str()` gives
    the text of `e6duck stats`, 80 columns wide.
    """

    total: Row
    categories: Sequence[Row]
    ranks: Sequence[Row]
    months: Sequence[Row]
    post_sizes: Sequence[Row]
    ratings: Sequence[Row]
    depths: Sequence[Row]

    @property
    def median_tags(self) -> int | None:
        """The median number of tags of a post; None if there are no posts."""
        return median(self.post_sizes)

    def __repr__(self) -> str:
        posts, tags = self.total["posts"] or 0, self.total["tags"]
        return f"DatabaseStats({many(posts, 'post')}, {many(tags, 'tag')})"

    def __str__(self) -> str:
        return "\n".join(screen(self, {}, _TEXT_WIDTH))

    def _repr_html_(self) -> str:
        return html_table("statistics of the database", summary(self))


def stats(connection: Connection) -> DatabaseStats:
    """Return the statistics of a database; those of posts are empty if it has none."""
    with translated_errors(), interruptible(connection):
        (total,) = _rows(connection, "total")
        return DatabaseStats(
            total=total,
            categories=_rows(connection, "category"),
            ranks=_rows(connection, "rank"),
            months=_rows(connection, "month"),
            post_sizes=_rows(connection, "post_size"),
            ratings=_rows(connection, "rating"),
            depths=_rows(connection, "depth"),
        )


def _rows(connection: Connection, part: str) -> list[Row]:
    connection.execute(sql_text("tags/stats", part))
    columns = [column[0] for column in connection.description or []]
    return [dict(zip(columns, row, strict=True)) for row in connection.fetchall()]


def median(post_sizes: Sequence[Row], column: str = "posts") -> int | None:
    """Return the median number of tags of a post; None if there are no posts."""
    half = sum(row[column] for row in post_sizes) / 2
    so_far = 0
    for row in post_sizes:
        so_far += row[column]
        if so_far >= half > 0:
            return int(row["tags"])
    return None
