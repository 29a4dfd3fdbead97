"""The tags that a question names, or why one of them cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..db.connection import Connection
from ..db.query import translated_errors
from ..db.sql_files import sql_text
from ..errors import UsageError
from .lookup import Found, look_up, quoted
from .spelling import Suggestion, suggested


class Trouble(NamedTuple):
    """Why a text names no tag that can be used, and the known tags that are spelt like it."""

    reason: str
    closest: tuple[Suggestion, ...] = ()

    def __str__(self) -> str:
        return self.reason + (f"; {_closest(self.closest)}" if self.closest else "")


def in_one_line(troubles: Iterable[Trouble]) -> str:
    """Return the text of an error that names all troubles."""
    first, *others = troubles
    if not others:
        return str(first)
    return "; ".join(
        each.reason + (f" ({_closest(each.closest)})" if each.closest else "")
        for each in (first, *others)
    )


def _closest(names: Iterable[Suggestion]) -> str:
    return f"the closest: {', '.join(map(str, names))}"


def known_tag(connection: Connection, text: str) -> Found:
    """Return the tag that a text names; raises `UsageError`, with the closest, for no tag."""
    with translated_errors():
        found = look_up(connection, [text])
        if not found:
            raise UsageError(str(unknown(connection, [text])[text]))
        return found[text]


def check_usable(
    texts: Sequence[str],
    needed: Collection[str],
    troubles: Mapping[str, Trouble],
    *,
    skip_unknown: bool,
    on_notice: Callable[[str], object],
) -> None:
    """Raise `UsageError` where a text has a trouble, or all needed ones where they may be skipped.

    on_notice: called with a line for each text that is skipped.
    """
    if troubles and not (skip_unknown and set(needed) - troubles.keys()):
        raise UsageError(in_one_line(troubles[text] for text in texts if text in troubles))
    for text in texts:
        if text in troubles:
            on_notice(f"skipped: {troubles[text]}")


def resolve_tags(
    connection: Connection, texts: Sequence[str], trained_count: int | None
) -> tuple[dict[str, Found], dict[str, Trouble]]:
    """Return the tags that texts name, and by text why it cannot be used.

    trained_count: how many tags have a vector, of which a tag needs one; None where none does.
    """
    found = look_up(connection, texts)
    troubles = unknown(connection, [text for text in texts if text not in found])
    usable = None if trained_count is None else _usable(connection, found)
    for text, each in found.items():
        if each.tag_id is None:
            what = "an id" if usable is None else "a vector"
            troubles[text] = Trouble(f"{each.name} is known, but too rare for {what}")
        elif usable is not None and each.tag_id not in usable:
            troubles[text] = Trouble(
                f"{each.name} is known, but has no vector: it is not among the {trained_count:,}"
                " tags that were trained"
            )
        elif usable is not None and not usable[each.tag_id]:
            troubles[text] = Trouble(
                f"{each.name} has a vector that is zero or not finite: nothing is near"
            )
    return found, troubles


def unknown(connection: Connection, texts: Sequence[str]) -> dict[str, Trouble]:
    """Return the trouble of texts that name no tag."""
    near = suggested(connection, texts) if texts else {}
    return {
        text: Trouble(
            f"there is no tag {quoted(text)}" + ("" if near[text] else ", nor one spelt like it"),
            near[text],
        )
        for text in texts
    }


def _usable(connection: Connection, found: dict[str, Found]) -> dict[int, bool]:
    """Return whether a vector can be compared, for each tag that has one."""
    ids = [each.tag_id for each in found.values() if each.tag_id is not None]
    rows = connection.execute(sql_text("tags/neighbors", "usable"), {"tag_ids": ids}).fetchall()
    return dict(rows)
