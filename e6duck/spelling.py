"""The known tags that an unknown one may have been meant for."""

from __future__ import annotations

from collections.abc import Sequence

from .database import Connection
from .script import sql_text


def closest(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[str, ...]]:
    """Return up to count tags for each text, the likeliest first: near in spelling, much used.

    An alias that is near stands for its tag. A text that nothing is near to has none.
    """
    values = {"texts": list(texts), "count": count}
    rows = connection.execute(sql_text("lookup", "closest"), values).fetchall()
    return {text: tuple(name for other, name in rows if other == text) for text in texts}
