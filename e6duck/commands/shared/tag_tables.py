"""Tags as text: a table, in the colors of the site on a terminal, or rows."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ...db.answer import Answer
from ...db.results.table import draw
from ...db.results.values import visible
from ...tags.categories import category_colors
from ...tags.diff import Section
from ...tags.diff import answer as all_changes
from ...tags.neighbors import Neighbors
from .formats import write
from .result_table import HIDDEN
from .terminal import Sink, is_colored

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ("rank", "tag", "category", "posts", "score")
_TYPES = ("INTEGER", "VARCHAR", "VARCHAR", "INTEGER", "DOUBLE")
_SHOWN_ROWS = 10  # of a change
_FOLDED = 100  # columns, if the output is not a terminal
_TAG = _COLUMNS.index("tag")


def write_neighbors(found: Neighbors, file: Sink, kind: str) -> None:
    """Write the neighbors of all queries in a format of `formats.write`."""
    answer = found.select.answer()
    if kind == "table":
        rows = answer.rows()
        colors = category_colors(found.connection) if is_colored(file) else {}
        for line in _tables(rows, file.isatty(), colors):
            file.write(line + "\n")
    else:
        write(answer, file, kind)


def neighbor_batches(found: Neighbors) -> Iterator[pa.RecordBatch]:
    """Yield the neighbors of all queries as Arrow batches, first an empty one."""
    import pyarrow as pa

    table = found.select.to_arrow_table()
    yield pa.RecordBatch.from_pylist([], schema=table.schema)
    yield from table.to_batches()


def write_tags(answer: Answer, colors: Mapping[str, str], file: Sink, kind: str) -> int:
    """Write rows with columns tag and category in a format of `formats.write`; returns how many.

    colors: by category, for a terminal. A table without rows is not drawn.
    """
    if kind != "table":
        return write(answer, file, kind)
    rows = [tuple(map(visible, row)) for row in answer.rows()]
    if not rows:
        return 0
    place, category = answer.columns.index("tag"), answer.columns.index("category")
    shown = [colors.get(row[category], "") if is_colored(file) else "" for row in rows]
    width = shutil.get_terminal_size().columns if file.isatty() else None
    columns = list(zip(answer.columns, *rows, strict=True))
    for line in draw(columns, answer.types, width, {place: shown}, hint=HIDDEN):
        file.write(line + "\n")
    return len(rows)


def write_sections(
    sections: Sequence[Section], colors: Mapping[str, str], file: Sink, kind: str
) -> None:
    """Write changes in a format of `formats.write`; as tables, the first rows of each.

    colors: by category, for a terminal.
    """
    if kind != "table":
        write(all_changes(sections), file, kind)
        return
    width = shutil.get_terminal_size().columns if file.isatty() else None
    for section in sections:
        if section.rows:
            for line in _section(section, width, colors if is_colored(file) else {}):
                file.write(line + "\n")
            file.write("\n")
    none = [section.title for section in sections if not section.rows]
    if none:
        file.write(textwrap.fill(f"none: {', '.join(none)}", width or _FOLDED) + "\n")


def _section(section: Section, width: int | None, colors: Mapping[str, str]) -> Iterator[str]:
    count = len(section.rows)
    yield section.title if section.change == "total" else f"{section.title}: {count:,}"
    shown = count if section.is_limited else min(count, _SHOWN_ROWS)
    if "why" in section.columns:
        yield from _reasons(section, shown, width or _FOLDED)
    else:
        rows = [tuple(map(visible, row)) for row in section.rows[:shown]]
        columns = list(zip(section.columns, *rows, strict=True))
        paint = [colors.get(category or "", "") for category in section.column("category")[:shown]]
        yield from draw(columns, section.types, width, {0: paint}, hint=HIDDEN)
    if count > shown:
        yield f"… {count - shown:,} more; all of them with --format csv"


def _reasons(section: Section, shown: int, width: int) -> Iterator[str]:
    """Yield names with why they are there, which is too long for a table."""
    for name, why in zip(section.column("name")[:shown], section.column("why"), strict=False):
        yield visible(name)
        indent = " " * 4
        yield from textwrap.wrap(
            visible(why), width, initial_indent=indent, subsequent_indent=indent
        )


def _tables(
    rows: list[tuple[Any, ...]], is_terminal: bool, colors: dict[str, str]
) -> Iterator[str]:
    """Yield the lines of a table for each query, under its name if there are several."""
    width = shutil.get_terminal_size().columns if is_terminal else None
    groups = [(query, list(group)) for query, group in groupby(rows, itemgetter(0))]
    for number, (query, group) in enumerate(groups):
        if number:
            yield ""
        if len(groups) > 1:
            yield visible(query)
        cells = [
            (str(rank), visible(tag), category, visible(posts), f"{score:.3f}")
            for _, rank, tag, category, posts, score in group
        ]
        tag_colors = [colors.get(category, "") for _, _, category, _, _ in cells]
        columns = list(zip(_COLUMNS, *cells, strict=True))
        yield from draw(columns, _TYPES, width, {_TAG: tag_colors}, hint=HIDDEN)
