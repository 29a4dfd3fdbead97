"""A small HTML table, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .values import visible

_LONGEST = 300  # characters of a cell


def html_table(title: str, rows: Iterable[Sequence[str]], heads: Sequence[str] = ()) -> str:
    """Return a table with a title; all text is escaped.

    rows: the cells of each. heads: of the columns; without, the first cell of each row is its head.
    """
    lines = ["<table>", f"<caption>{_cell(title)}</caption>"]
    if heads:
        lines.append(f"<tr>{''.join(f'<th>{_cell(head)}</th>' for head in heads)}</tr>")
    for first, *others in rows:
        kind = "td" if heads else "th"
        cells = "".join(f"<td>{_cell(other)}</td>" for other in others)
        lines.append(f"<tr><{kind}>{_cell(first)}</{kind}>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def _cell(text: str) -> str:
    return escape(visible(text if len(text) <= _LONGEST else text[:_LONGEST] + "…"))
