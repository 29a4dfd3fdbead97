"""Everything about a tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..db.connection import Connection, interruptible
from ..db.errors import damage_reason, translated_errors
from ..db.results.html_table import html_table
from ..db.sql_files import sql_text
from ..errors import E6DuckError
from ..progress import Notify, no_notice
from .lookup import Found, check_usable, look_up, unknown
from .neighbors import LEAST_COMMON, Question, find_neighbors
from .phrases import many
from .profile_text import screen, summary, title

_LISTED = 8  # similar tags, and surprising ones
_TEXT_WIDTH = 80

Row = dict[str, Any]


@dataclass(frozen=True)
class TagProfile:
    """A tag: its names, its use, its implications, and similar tags.

    posts, tagged_posts, site_posts: kept posts that have it, the same including posts where it is
    implied, and all posts on the site that have it. implies, implied_by: rows of tag, category,
    posts, depth and parent (the tag before it on a shortest path), nearest first. similar: tag,
    category, score (a cosine). surprising: tag, category, common_posts and lift (1 is chance).
    years: year and posts. wiki: the first paragraph. `str()` gives the text of `e6duck tag`, 80
    columns wide.
    """

    asked: str
    alias: str | None  # by which the tag was found
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
    notes: Sequence[str]  # why some of it is missing

    def __repr__(self) -> str:
        facts = [self.category or "of no known category"]
        facts.append("no rank" if self.rank is None else f"rank {self.rank:,}")
        facts += [] if self.posts is None else [many(self.posts, "post")]
        return f"TagProfile({self.tag!r}, {', '.join(facts)})"

    def __str__(self) -> str:
        return "\n".join(screen(self, {}, _TEXT_WIDTH))

    def _repr_html_(self) -> str:
        return html_table(title(self), summary(self))


def profiles(
    connection: Connection,
    texts: Sequence[str],
    *,
    skip_unknown: bool = False,
    on_notice: Notify = no_notice,
) -> list[TagProfile]:
    """Return the profile of each tag that texts name, by name or alias, each tag once.

    skip_unknown: skip texts that name no tag; on_notice is called with a line for each. Raises
    `UsageError` for such a text, or if no tag is left.
    """
    with translated_errors(), interruptible(connection):
        texts = list(dict.fromkeys(texts))
        found = look_up(connection, texts)
        problems = unknown(connection, [text for text in texts if text not in found])
        check_usable(texts, texts, problems, skip_unknown=skip_unknown, on_notice=on_notice)
        named = {found[text].name: found[text] for text in reversed(texts) if text in found}
        return [_profile(connection, each) for each in reversed(named.values())]


def _profile(connection: Connection, found: Found) -> TagProfile:
    (facts,) = _rows(connection, "facts", name=found.name)
    notes: list[str] = []
    if found.tag_id is None:
        notes.append("too rare for an id: its posts are counted, but not indexed")
    else:
        connection.execute(sql_text("tags/profile", "tag_posts"), {"tag_id": found.tag_id})
    is_indexed = found.tag_id is not None and _has_posts(connection, notes)
    return TagProfile(
        asked=found.text,
        alias=found.alias,
        **facts,
        implies=_rows(connection, "relatives", name=found.name, is_implied=False),
        implied_by=_rows(connection, "relatives", name=found.name, is_implied=True),
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
        with find_neighbors(connection, Question([found.name], k=_LISTED)) as neighbors:
            rows = neighbors.select.answer().rows()
    except E6DuckError as error:
        if damage_reason(error):
            raise
        notes.append(str(error))
        return []
    return [
        {"tag": tag, "category": category, "score": round(score, 3)}
        for _, _, tag, category, _, score in rows
    ]


def _surprising(connection: Connection, found: Found) -> list[Row]:
    values = {"tag_id": found.tag_id, "least_common": LEAST_COMMON, "count": _LISTED}
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
