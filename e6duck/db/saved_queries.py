"""The questions that are shipped: sql/queries, a file each, with $named parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UsageError
from .connection import Connection, check_posts, has_posts
from .query import Answer
from .sql_files import Script, scripts

_COMMENT = re.compile("--.*")
_MACRO = "cooccurring"  # which tells it itself
_POSTS = re.compile(rf"\b(?:posts|post_tags|{_MACRO})\b")


def questions() -> list[Script]:
    """Return the questions that are shipped."""
    return scripts("queries")


def question(name: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a shipped question, and its parameters with their defaults."""
    known = {script.name: script for script in questions()}
    if name not in known:
        raise UsageError(f"there is no question {name}; there are {', '.join(known)}")
    script = known[name]
    defaults = {key: value for key, value in script.parameters.items() if value is not None}
    return script.text, defaults | dict(parameters)


def require_posts(
    connection: Connection, sql: str, name: str | None, on_notice: Callable[[str], object]
) -> None:
    """Where a database has no posts, refuse a shipped question about them, and tell of another.

    name: of a shipped question. Raises `DatabaseError`.
    """
    read = set(_POSTS.findall(_COMMENT.sub("", sql).lower()))
    if read and name is not None:
        check_posts(connection, f"the question {name}")
    elif read - {_MACRO} and not has_posts(connection):
        on_notice("this database has no posts: it was imported from index files")


def listed() -> Answer:
    """Return name, parameters and sentence of each shipped question."""
    rows = [
        (
            script.name,
            " ".join(
                f"-p {name}={'…' if default is None else default}"
                for name, default in script.parameters.items()
            ),
            script.sentence,
        )
        for script in questions()
    ]
    return Answer(("name", "parameters", "answers"), ("VARCHAR",) * 3, iter([rows]))
