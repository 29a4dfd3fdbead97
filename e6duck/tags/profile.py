"""All there is about a tag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..db.connection import Connection, interruptible
from ..db.query import translated_errors
from ..db.sql_files import sql_text
from ..errors import E6DuckError, UsageError
from .lookup import Found, look_up
from .neighbors import LEAST_COMMON, Question, find_neighbors
from .terms import unknown

_KIN_COUNT = 8  # of similar tags, and of surprising ones

Row = dict[str, Any]


@dataclass(frozen=True)
class TagProfile:
    """A tag: what it is called, how used, what it implies, what is near it.

    posts, tagged_posts, site_posts: kept posts that name it, those with it where it is implied, and
    all on the site. implies, implied_by: rows of tag, category, posts, depth and parent, the tag
    before it on the way; nearest first. similar: tag, category, score (a cosine). surprising: tag,
    category, common_posts and lift (1 is chance). years: year and posts. wiki: the first paragraph.
    """

    asked: str
    alias: str | None  # that led here
    tag: str
    category: str | None
    rank: int | None  # None: too rare for one
    posts: int | None
    tagged_posts: int | None
    site_posts: int | None
    aliases: Sequence[str]
    implies: Sequence[Row]
    implied_by: Sequence[Row]
    similar: Sequence[Row]
    surprising: Sequence[Row]
    years: Sequence[Row]
    wiki: str | None
    notes: Sequence[str]  # why something of it is missing


def profiles(
    connection: Connection,
    texts: Sequence[str],
    *,
    on_notice: Callable[[str], object] = lambda line: None,
) -> list[TagProfile]:
    """Return the portrait of each tag that texts name, by name or alias, each tag once.

    on_notice: is told of a text that names none; raises `UsageError` where no text does.
    """
    with translated_errors(), interruptible(connection):
        texts = list(dict.fromkeys(texts))
        found = look_up(connection, texts)
        troubles = unknown(connection, [text for text in texts if text not in found])
        if len(texts) == len(troubles) == 1:
            raise UsageError(troubles[texts[0]])
        for trouble in troubles.values():
            on_notice(trouble)
        if not found:
            raise UsageError("none of the tags asked for is known")
        named = {found[text].name: found[text] for text in reversed(texts) if text in found}
        return [_portrait(connection, each) for each in reversed(named.values())]


def _portrait(connection: Connection, found: Found) -> TagProfile:
    (facts,) = _rows(connection, "facts", name=found.name)
    notes: list[str] = []
    if found.tag_id is None:
        notes.append("too rare for an id: its posts are counted, but not indexed")
    else:
        connection.execute(sql_text("tags/profile", "mine"), {"tag_id": found.tag_id})
    is_indexed = found.tag_id is not None and _has_posts(connection, notes)
    return TagProfile(
        asked=found.text,
        alias=found.alias,
        **facts,
        implies=_rows(connection, "kin", name=found.name, is_implied=False),
        implied_by=_rows(connection, "kin", name=found.name, is_implied=True),
        similar=_similar(connection, found, notes) if found.tag_id is not None else [],
        surprising=_surprising(connection, found) if is_indexed else [],
        years=_rows(connection, "years") if is_indexed else [],
        wiki=_wiki(connection, found),
        notes=notes,
    )


def _rows(connection: Connection, part: str, /, **values: Any) -> list[Row]:
    connection.execute(sql_text("tags/profile", part), values or None)
    columns = [column[0] for column in connection.description or []]
    return [dict(zip(columns, row, strict=True)) for row in connection.fetchall()]


def _has_posts(connection: Connection, notes: list[str]) -> bool:
    ((has_posts,),) = connection.execute("select exists (from posts)").fetchall()
    if not has_posts:
        notes.append("this database has no posts: no uses by year, nothing surprising")
    return bool(has_posts)


def _similar(connection: Connection, found: Found, notes: list[str]) -> list[Row]:
    try:
        with find_neighbors(connection, Question([found.name], k=_KIN_COUNT)) as answer:
            rows = answer.fetch()
    except E6DuckError as error:
        notes.append(str(error))
        return []
    return [
        {"tag": tag, "category": category, "score": round(score, 3)}
        for _, _, tag, category, _, score in rows
    ]


def _surprising(connection: Connection, found: Found) -> list[Row]:
    values = {"tag_id": found.tag_id, "least_common": LEAST_COMMON, "count": _KIN_COUNT}
    return _rows(connection, "surprising", **values)


def _wiki(connection: Connection, found: Found) -> str | None:
    loaded = connection.execute(
        "select true from duckdb_tables()"
        " where table_name = 'wiki_pages' and database_name = current_database()"
    ).fetchall()
    rows = (
        loaded
        and connection.execute(sql_text("tags/profile", "wiki"), {"name": found.name}).fetchall()
    )
    return rows[0][0] if rows else None
