"""A database in figures: how many there are of what, and how they spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..db.connection import Connection, interruptible
from ..db.query import translated_errors
from ..db.sql_files import sql_text

Row = dict[str, Any]

NO_POSTS = "this database has no posts"


@dataclass(frozen=True)
class DatabaseStats:
    """A database in figures.

    total: posts, tags and so on, as sql/tags/stats/total.sql names them; null is unknown. categories:
    category, tags, rare_tags, uses. ranks: rank (1 is the most used), tag, category and posts, at
    some ranks. months: year, month and posts. post_sizes: tags, posts, and direct_posts, those
    with so many tags that no other of their tags implies. ratings: rating and posts. depths:
    depth and implications.
    """

    total: Row
    categories: Sequence[Row]
    ranks: Sequence[Row]
    months: Sequence[Row]
    post_sizes: Sequence[Row]
    ratings: Sequence[Row]
    depths: Sequence[Row]


def stats(connection: Connection) -> DatabaseStats:
    """Return a database in figures; what its posts would tell is empty where it has none."""
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
    """Return how many tags the middle one of the posts holds; None without posts."""
    half = sum(row[column] for row in post_sizes) / 2
    so_far = 0
    for row in post_sizes:
        so_far += row[column]
        if so_far >= half > 0:
            return int(row["tags"])
    return None
