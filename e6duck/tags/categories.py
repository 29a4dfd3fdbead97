"""The categories of a database: their ids by any of their names, and their colors."""

from __future__ import annotations

from collections.abc import Sequence

from ..db.connection import Connection
from ..db.did_you_mean import did_you_mean
from ..errors import UsageError
from .lookup import quoted


def category_ids(connection: Connection, names: Sequence[str]) -> list[int] | None:
    """Return the ids of categories by name, short name or id; None, for all, if none is given.

    Raises `UsageError` for an unknown name.
    """
    if not names:
        return None
    rows = connection.execute("select category, name, short_names from categories").fetchall()
    known = {
        each: category
        for category, name, short_names in rows
        for each in (name, *short_names, str(category))
    }
    for name in names:
        if name.lower() not in known:
            hint = did_you_mean(name, [each for _, each, _ in rows])
            raise UsageError(f"there is no category {quoted(name)}{hint}")
    return [known[name.lower()] for name in names]


def category_colors(connection: Connection) -> dict[str, str]:
    """Return the color of each category by its name, as in CSS."""
    return dict(connection.execute("select name, color from categories").fetchall())
