"""Texts to tags: by name or alias, as they stand or in the site's spelling."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..db.connection import Connection
from ..db.sql_files import sql_text

_LONGEST = 200  # letters of a text that an error shows


@dataclass(frozen=True)
class Found:
    """The tag that a text names; without an id where it is rare."""

    text: str
    name: str
    alias: str | None
    tag_id: int | None

    @property
    def notice(self) -> str | None:
        """What the text was taken for, in one line, where it is not the tag's own name."""
        if self.text == self.name:
            return None
        why = f", of which {self.alias} is an alias" if self.alias else ""
        return f"{quoted(self.text)} is taken as {self.name}{why}"


def look_up(connection: Connection, texts: Sequence[str]) -> dict[str, Found]:
    """Return the tag of each text that names one; ranked tags go before rare ones."""
    rows = connection.execute(sql_text("tags/lookup", "known"), {"texts": list(texts)}).fetchall()
    return {row[0]: Found(*row) for row in rows}


def quoted(text: str) -> str:
    """Return text in quotes, on one line; its beginning, where it is longer than any name."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    return json.dumps(text, ensure_ascii=False)
