"""The known tags that an unknown one may have been meant for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..db.connection import Connection, damage_explained
from ..db.query import translated_errors
from ..db.sql_files import sql_text


class Suggestion(NamedTuple):
    """A known tag that is spelt like a text, itself or by an alias."""

    name: str
    alias: str | None

    def __str__(self) -> str:
        return f"{self.alias} (alias of {self.name})" if self.alias else self.name


def closest(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[str, ...]]:
    """Return up to count tags for each text, the likeliest first: near in spelling, much used.

    An alias that is near stands for its tag. A text that nothing is near to has none.
    """
    return _names(_asked(connection, "closest", texts, count))


def guessed(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[str, ...]]:
    """Return the same for names that somebody typed: after what is near, what is less so."""
    return _names(suggested(connection, texts, count=count))


def suggested(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[Suggestion, ...]]:
    """Return the same as `guessed`, each tag with the alias that is near, if one is."""
    near = _asked(connection, "closest", texts, count)
    wide = [text for text, found in near.items() if len(found) < count]
    for text, found in _asked(connection, "nearest", wide, count).items() if wide else ():
        by_name = {each.name: each for each in (*reversed(found), *reversed(near[text]))}
        order = dict.fromkeys(each.name for each in (*near[text], *found))
        near[text] = tuple(by_name[name] for name in order)[:count]
    return near


def _names(near: dict[str, tuple[Suggestion, ...]]) -> dict[str, tuple[str, ...]]:
    return {text: tuple(each.name for each in found) for text, found in near.items()}


def _asked(
    connection: Connection, question: str, texts: Sequence[str], count: int
) -> dict[str, tuple[Suggestion, ...]]:
    values = {"texts": list(texts), "count": count}
    with translated_errors(), damage_explained(connection):
        rows = connection.execute(sql_text("tags/lookup", question), values).fetchall()
    return {
        text: tuple(Suggestion(*row) for other, *row in rows if other == text) for text in texts
    }
