"""The names that a shell completes."""

from __future__ import annotations

from pathlib import Path

from .connection import open_reading
from .sql_files import sql_text

_COUNT = 50
_ONE_THREAD = {"threads": 1}  # starting more takes longer than the query


def tag_names(path: Path, prefix: str, *, count: int = _COUNT) -> list[str]:
    """Return the most used tags whose names begin with prefix."""
    with open_reading(path, _ONE_THREAD) as connection:
        values = {"prefix": prefix.lower(), "count": count}
        return [
            name
            for (name,) in connection.execute(sql_text("db/completion", "tags"), values).fetchall()
        ]


def category_names(path: Path, prefix: str) -> list[str]:
    """Return the categories whose names begin with prefix, in the order of their ids."""
    with open_reading(path, _ONE_THREAD) as connection:
        rows = connection.execute("select name from categories order by category").fetchall()
    return [name for (name,) in rows if name.startswith(prefix.lower())]


def relation_names(path: Path, prefix: str) -> list[str]:
    """Return the tables, views and macros whose names begin with prefix."""
    with open_reading(path, _ONE_THREAD) as connection:
        rows = connection.execute(sql_text("db/catalog", "relations")).fetchall()
    return [name for name, *_ in rows if name.startswith(prefix)]
