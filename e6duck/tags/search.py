"""Search the tags: by a pattern with * and ?, or by words, which may be misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..db.connection import Connection, interruptible
from ..db.query import Answer, related, translated_errors
from ..db.sql_files import sql_text
from ..errors import UsageError
from .categories import category_ids
from .neighbors import Notify, rank_limit
from .spelling import guessed

if TYPE_CHECKING:
    import pyarrow as pa

_NEAR = 50  # tags that are looked at for being spelt like the words


def search(
    connection: Connection,
    texts: Sequence[str],
    *,
    categories: Sequence[str] = (),
    min_posts: int = 0,
    limit: int = 20,
    on_notice: Notify = lambda line: None,
) -> Answer:
    """Return the tags that texts fit: tag, category, posts, and the alias that fits them.

    With * or ? they are a pattern of the whole name, spaces standing for underscores; the most used
    come first. Else they are words that a name holds in any order, or that it is spelt like;
    closeness (0 to 1) and use together tell the order. on_notice: is told, in one line, how
    min_posts is understood where posts are not counted. Raises `UsageError` where there is no word.
    """
    with translated_errors(), interruptible(connection):
        sql, values = _question(connection, texts, categories, min_posts, limit, on_notice)
        connection.execute(sql, values)
        description = connection.description or []
        return Answer(
            tuple(str(column[0]) for column in description),
            tuple(str(column[1]) for column in description),
            iter([connection.fetchall()]),
        )


def found_tags(connection: Connection, texts: Sequence[str], **options: Any) -> pa.Table:
    """Return the same as an Arrow table."""
    with translated_errors(), interruptible(connection):
        sql, values = _question(connection, texts, **options)
        return related(connection, sql, values).to_arrow_table()


def _question(
    connection: Connection,
    texts: Sequence[str],
    categories: Sequence[str],
    min_posts: int,
    limit: int,
    on_notice: Notify = lambda line: None,
) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a search and its parameters."""
    words = " ".join(texts).lower().replace("_", " ").split()
    if not words:
        raise UsageError("give a word, or a pattern with * and ?, to search for")
    values: dict[str, Any] = {
        "categories": category_ids(connection, categories),
        "min_posts": min_posts,
        "rank_limit": rank_limit(connection, min_posts, on_notice) if min_posts else 0,
        "count": limit,
    }
    if any(set(word) & set("*?") for word in words):
        values["pattern"] = "_".join(" ".join(texts).lower().split())
        return sql_text("tags/search", "pattern"), values
    spelling = "_".join(words)
    near = list(guessed(connection, [spelling], count=_NEAR)[spelling])
    values |= {"spelling": spelling, "words": words, "near": near}
    return sql_text("tags/search", "words"), values
