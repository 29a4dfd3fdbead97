"""The tags that a question names, or why one of them has no neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from ..db.connection import Connection
from ..db.sql_files import sql_text
from .lookup import Found, look_up, quoted


def resolve_tags(
    connection: Connection, texts: Sequence[str], trained_count: int | None
) -> tuple[dict[str, Found], dict[str, str]]:
    """Return the tags that texts name, and by text, in one line, why it cannot be used.

    trained_count: how many tags have a vector, of which a tag needs one; None where none does.
    """
    found = look_up(connection, texts)
    troubles = unknown(connection, [text for text in texts if text not in found])
    usable = None if trained_count is None else _usable(connection, found)
    for text, each in found.items():
        if each.tag_id is None:
            what = "an id" if usable is None else "a vector"
            troubles[text] = f"{each.name} is known, but too rare for {what}"
        elif usable is not None and each.tag_id not in usable:
            troubles[text] = (
                f"{each.name} is known, but has no vector: it is not among the {trained_count:,}"
                " tags that were trained"
            )
        elif usable is not None and not usable[each.tag_id]:
            troubles[text] = f"{each.name} has a vector that is zero or not finite: nothing is near"
    return found, troubles


def unknown(connection: Connection, texts: Sequence[str]) -> dict[str, str]:
    """Return what is said of texts that name no tag, in one line each."""
    if not texts:
        return {}
    from .spelling import guessed

    near = guessed(connection, texts)
    return {
        text: f"there is no tag {quoted(text)}"
        + (f"; the closest: {', '.join(near[text])}" if near[text] else ", nor one spelt like it")
        for text in texts
    }


def _usable(connection: Connection, found: dict[str, Found]) -> dict[int, bool]:
    """Return whether a vector can be compared, for each tag that has one."""
    ids = [each.tag_id for each in found.values() if each.tag_id is not None]
    rows = connection.execute(sql_text("tags/neighbors", "usable"), {"tag_ids": ids}).fetchall()
    return dict(rows)
