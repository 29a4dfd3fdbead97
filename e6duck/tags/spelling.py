"""The known tags that an unknown one may have been meant for."""

from __future__ import annotations

from collections.abc import Sequence

from ..db.connection import Connection
from ..db.query import translated_errors
from ..db.sql_files import sql_text


def closest(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[str, ...]]:
    """Return up to count tags for each text, the likeliest first: near in spelling, much used.

    An alias that is near stands for its tag. A text that nothing is near to has none.
    """
    return _asked(connection, "closest", texts, count)


def guessed(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[str, ...]]:
    """Return the same for names that somebody typed: after what is near, what is less so."""
    near = closest(connection, texts, count=count)
    wide = [text for text, names in near.items() if len(names) < count]
    for text, names in _asked(connection, "nearest", wide, count).items() if wide else ():
        near[text] = tuple(dict.fromkeys((*near[text], *names)))[:count]
    return near


def _asked(
    connection: Connection, question: str, texts: Sequence[str], count: int
) -> dict[str, tuple[str, ...]]:
    values = {"texts": list(texts), "count": count}
    with translated_errors():
        rows = connection.execute(sql_text("tags/lookup", question), values).fetchall()
    return {text: tuple(name for other, name in rows if other == text) for text in texts}
