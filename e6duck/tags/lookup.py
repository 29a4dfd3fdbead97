"""The tags that texts name, and known tags with a spelling similar to unknown texts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..db.connection import Connection, damage_explained
from ..db.errors import translated_errors
from ..db.sql_files import sql_text
from ..errors import UsageError
from ..progress import Notify

_MOST_SHOWN = 200  # characters of a text in an error


@dataclass(frozen=True)
class Found:
    """The tag that a text names; without an id if it is rare."""

    text: str
    name: str
    alias: str | None
    tag_id: int | None

    @property
    def notice(self) -> str | None:
        """One line that says what the text was taken as; None if it is the tag's own name."""
        if self.text == self.name:
            return None
        why = f", of which {self.alias} is an alias" if self.alias else ""
        return f"{quoted(self.text)} is taken as {self.name}{why}"


class Suggestion(NamedTuple):
    """A known tag whose name, or an alias, has a spelling similar to a text."""

    name: str
    alias: str | None

    def __str__(self) -> str:
        return f"{self.alias} (alias of {self.name})" if self.alias else self.name


class Problem(NamedTuple):
    """Why a text does not name a tag that can be used, and known tags with a similar spelling."""

    reason: str
    closest: tuple[Suggestion, ...] = ()

    def __str__(self) -> str:
        return self.reason + (f"; {_closest(self.closest)}" if self.closest else "")


def look_up(connection: Connection, texts: Sequence[str]) -> dict[str, Found]:
    """Return the tag of each text that names one; ranked tags take precedence over rare ones."""
    rows = connection.execute(sql_text("tags/lookup", "known"), {"texts": list(texts)}).fetchall()
    return {row[0]: Found(*row) for row in rows}


def known_tag(connection: Connection, text: str) -> Found:
    """Return the tag that a text names; raises `UsageError`, with suggestions, if it names none."""
    with translated_errors():
        found = look_up(connection, [text])
        if not found:
            raise UsageError(str(unknown(connection, [text])[text]))
        return found[text]


def resolve(
    connection: Connection, texts: Sequence[str], trained_count: int | None
) -> tuple[dict[str, Found], dict[str, Problem]]:
    """Return the tags that texts name, and the problems of texts that cannot be used.

    trained_count: how many tags have a vector; each tag then needs one. None: none needs one.
    """
    found = look_up(connection, texts)
    problems = unknown(connection, [text for text in texts if text not in found])
    usable = None if trained_count is None else _usable(connection, found)
    for text, each in found.items():
        if each.tag_id is None:
            what = "an id" if usable is None else "a vector"
            problems[text] = Problem(f"{each.name} is known, but too rare for {what}")
        elif usable is not None and each.tag_id not in usable:
            problems[text] = Problem(
                f"{each.name} is known, but has no vector: it is not among the {trained_count:,}"
                " tags that were trained"
            )
        elif usable is not None and not usable[each.tag_id]:
            problems[text] = Problem(
                f"{each.name} has a vector that is zero or not finite, so it has no neighbors"
            )
    return found, problems


def unknown(connection: Connection, texts: Sequence[str]) -> dict[str, Problem]:
    """Return the problem of each text; none of them names a tag."""
    near = suggest_typed(connection, texts) if texts else {}
    return {
        text: Problem(
            f"there is no tag {quoted(text)}"
            + ("" if near[text] else ", and none has a similar spelling"),
            near[text],
        )
        for text in texts
    }


def check_usable(
    texts: Sequence[str],
    needed: Collection[str],
    problems: Mapping[str, Problem],
    *,
    skip_unknown: bool,
    on_notice: Notify,
) -> None:
    """Raise `UsageError` if a text has a problem.

    skip_unknown: only if all needed texts have one; on_notice is called with a line for each text
    that is skipped.
    """
    if problems and not (skip_unknown and set(needed) - problems.keys()):
        raise UsageError(in_one_line(problems[text] for text in texts if text in problems))
    for text in texts:
        if text in problems:
            on_notice(f"skipped: {problems[text]}")


def in_one_line(problems: Iterable[Problem]) -> str:
    """Return the message of an error that names all problems."""
    first, *others = problems
    if not others:
        return str(first)
    return "; ".join(
        each.reason + (f" ({_closest(each.closest)})" if each.closest else "")
        for each in (first, *others)
    )


def suggest(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[Suggestion, ...]]:
    """Return up to count tags for each text, the likeliest first: near in spelling, much used.

    A near alias is returned as its tag. A text to which nothing is near has no suggestions.
    """
    return _suggested(connection, "closest", texts, count)


def suggest_typed(
    connection: Connection, texts: Sequence[str], *, count: int = 3
) -> dict[str, tuple[Suggestion, ...]]:
    """Return the same for texts that a user typed: after the near tags, some that are less near."""
    near = suggest(connection, texts, count=count)
    wide = [text for text, found in near.items() if len(found) < count]
    for text, found in _suggested(connection, "nearest", wide, count).items() if wide else ():
        by_name = {each.name: each for each in (*reversed(found), *reversed(near[text]))}
        order = dict.fromkeys(each.name for each in (*near[text], *found))
        near[text] = tuple(by_name[name] for name in order)[:count]
    return near


def quoted(text: str) -> str:
    """Return text in quotes, on one line; cut if it is longer than any name."""
    if len(text) > _MOST_SHOWN:
        text = text[:_MOST_SHOWN] + "…"
    return json.dumps(text, ensure_ascii=False)


def _suggested(
    connection: Connection, query: str, texts: Sequence[str], count: int
) -> dict[str, tuple[Suggestion, ...]]:
    values = {"texts": list(texts), "count": count}
    with translated_errors(), damage_explained(connection):
        rows = connection.execute(sql_text("tags/lookup", query), values).fetchall()
    return {
        text: tuple(Suggestion(*row) for other, *row in rows if other == text) for text in texts
    }


def _closest(suggestions: Iterable[Suggestion]) -> str:
    return f"the closest: {', '.join(map(str, suggestions))}"


def _usable(connection: Connection, found: dict[str, Found]) -> dict[int, bool]:
    """Return, for each tag that has a vector, whether the vector can be compared."""
    ids = [each.tag_id for each in found.values() if each.tag_id is not None]
    rows = connection.execute(sql_text("tags/neighbors", "usable"), {"tag_ids": ids}).fetchall()
    return dict(rows)
