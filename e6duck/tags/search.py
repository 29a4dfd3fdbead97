"""Search the tags: by a pattern with * and ?, or by words, which may be misspelled."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, zip_longest
from typing import Any

from ..db.answer import Select
from ..db.connection import Connection, interruptible
from ..db.errors import translated_errors
from ..db.sql_files import sql_text
from ..errors import UsageError
from ..progress import Notify, no_notice
from .categories import category_ids
from .lookup import quoted, suggest_typed
from .neighbors import rank_limit

_SUGGESTED = 3  # tags that are suggested if nothing is found
_NEAR = 50  # tags that are compared because their spelling is similar to the words


def search(
    connection: Connection,
    texts: Sequence[str],
    *,
    categories: Sequence[str] = (),
    min_posts: int = 0,
    limit: int = 20,
    on_notice: Notify = no_notice,
) -> Select:
    """Return the query for tags that match: tag, category, posts, and the alias that matches.

    With * or ? they are a pattern for the whole name, in which spaces are underscores; the most
    used tags come first. Otherwise they are words that a name contains in any order, or that
    have a similar spelling; the order then follows closeness (0 to 1, a column) and use.

    on_notice: called with a line that says how min_posts is applied if posts are not counted.
    Raises `UsageError` if texts are empty.
    """
    with translated_errors(), interruptible(connection):
        sql, values = _query(connection, texts, categories, min_posts, limit, on_notice)
        return Select(connection, sql, values)


def nothing_found(connection: Connection, texts: Sequence[str], *, is_filtered: bool) -> str:
    """Return a line about a search that found no tag: what it looked for, and similar spellings.

    is_filtered: only tags of some categories, or with some posts, were searched.
    """
    words, pattern = _words(texts)
    if pattern:
        reason = f"no name or alias matches the pattern {quoted(pattern)}"
    elif len(words) == 1:
        reason = f"no name or alias contains {quoted(words[0])}"
    else:
        reason = f"no name or alias contains all of {', '.join(map(quoted, words))}"
    if is_filtered:
        return f"nothing found: {reason}, among the tags that pass the filters"
    whole_and_parts = [text.strip("*?") for text in dict.fromkeys(("_".join(words), *words))]
    by_text = suggest_typed(connection, whole_and_parts, count=_SUGGESTED)
    best_of_each_first = zip_longest(*(by_text[text] for text in whole_and_parts))
    near = dict.fromkeys(str(each) for places in best_of_each_first for each in places if each)
    closest = ", ".join(islice(near, _SUGGESTED))
    return f"nothing found: {reason}" + (f"; the closest: {closest}" if closest else "")


def _query(
    connection: Connection,
    texts: Sequence[str],
    categories: Sequence[str],
    min_posts: int,
    limit: int,
    on_notice: Notify,
) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a search and its parameters."""
    words, pattern = _words(texts)
    values: dict[str, Any] = {
        "categories": category_ids(connection, categories),
        "min_posts": min_posts,
        "rank_limit": rank_limit(connection, min_posts, on_notice) if min_posts else 0,
        "count": limit,
    }
    if pattern:
        return sql_text("tags/search", "pattern"), values | {"pattern": pattern}
    spelling = "_".join(words)
    suggestions = suggest_typed(connection, [spelling], count=_NEAR)[spelling]
    near = [each.name for each in suggestions]
    values |= {"spelling": spelling, "words": words, "near": near}
    return sql_text("tags/search", "words"), values


def _words(texts: Sequence[str]) -> tuple[list[str], str | None]:
    """Return the words in texts, and the pattern that they form; None if they are not a pattern."""
    words = " ".join(texts).lower().replace("_", " ").split()
    if not words:
        raise UsageError("give a word, or a pattern with * and ?, to search for")
    is_pattern = any(set(word) & set("*?") for word in words)
    return words, "_".join(" ".join(texts).lower().split()) if is_pattern else None
