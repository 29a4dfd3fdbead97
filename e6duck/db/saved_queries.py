"""The built-in queries: one file of sql/queries each, with $named parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import UsageError
from ..progress import Notify
from .connection import Connection, check_posts, has_posts
from .did_you_mean import did_you_mean
from .sql_files import Script, scripts

_COMMENT = re.compile("--.*")
_MACRO = "cooccurring"  # it raises an error of its own
_POSTS = re.compile(rf"\b(?:posts|post_tags|{_MACRO})\b")


def saved_queries() -> list[Script]:
    """Return the built-in queries."""
    return scripts("queries")


def saved_query(name: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a built-in query, and the parameters with its defaults.

    Raises `UsageError` for an unknown name.
    """
    known = {script.name: script for script in saved_queries()}
    if name not in known:
        raise UsageError(f"there is no built-in query {name}{did_you_mean(name, known)}")
    script = known[name]
    defaults = {key: value for key, value in script.parameters.items() if value is not None}
    return script.text, defaults | dict(parameters)


def require_posts(connection: Connection, sql: str, name: str | None, on_notice: Notify) -> None:
    """Check that a database has posts if a query reads them.

    name: of a built-in query, None for any other. Raises `DatabaseError` for a built-in query; for
    any other, on_notice is called with a line.
    """
    read = set(_POSTS.findall(_COMMENT.sub("", sql).lower()))
    if read and name is not None:
        check_posts(connection, f"the query {name}")
    elif read - {_MACRO} and not has_posts(connection):
        on_notice("this database has no posts: it was imported from index files")
