"""Search the tags: by a pattern with * and ?, or by words, which may be misspelt."""

from __future__ import annotations

from collections.abc import Sequence

from .categories import category_ids
from .database import Connection, interruptible
from .errors import UsageError
from .neighbors import Notify, rank_limit
from .query import Answer, explained
from .script import sql_text
from .spelling import closest

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
    words = " ".join(texts).lower().replace("_", " ").split()
    if not words:
        raise UsageError("give a word, or a pattern with * and ?, to search for")
    filters = {
        "categories": category_ids(connection, categories),
        "min_posts": min_posts,
        "rank_limit": rank_limit(connection, min_posts, on_notice) if min_posts else 0,
        "count": limit,
    }
    with explained(), interruptible(connection):
        if any(set(word) & set("*?") for word in words):
            pattern = "_".join(" ".join(texts).lower().split())
            return _answer(connection, "pattern", pattern=pattern, **filters)
        spelling = "_".join(words)
        near = closest(connection, [spelling], count=_NEAR)[spelling]
        return _answer(
            connection, "words", spelling=spelling, words=words, near=list(near), **filters
        )


def _answer(connection: Connection, name: str, **values: object) -> Answer:
    connection.execute(sql_text("search", name), values)
    description = connection.description or []
    return Answer(
        tuple(str(column[0]) for column in description),
        tuple(str(column[1]) for column in description),
        iter([connection.fetchall()]),
    )
