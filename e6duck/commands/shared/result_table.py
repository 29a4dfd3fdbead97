"""An answer as a table: on a terminal, the first and last rows, and the number of rows."""

from __future__ import annotations

import shutil
import textwrap
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ...db.answer import Answer, Row
from ...db.results.table import draw
from ...db.results.values import readable, visible
from .terminal import Sink, is_colored

_COUNTED_ROWS = 100_000  # more rows are not counted
_FEW_ROWS = 10  # so few are not counted either
_LEAST_ROWS = 10  # shown even on a small screen
_OTHER_LINES = 8  # of the screen: header, marks, totals, the next prompt
_GREY = "#808080"  # readable on dark and on light backgrounds
_MARK = "…"
HIDDEN = "--format line shows all"


def rows_of_screen() -> int:
    """Return how many rows of a table fit the terminal."""
    return max(_LEAST_ROWS, shutil.get_terminal_size().lines - _OTHER_LINES)


def write_table(answer: Answer, file: Sink, shown: int | None = None) -> int:
    """Draw a table, fitted to the width of a terminal, whole elsewhere; returns the rows drawn.

    shown: maximum number of rows on a terminal, half from the start and half from the end; None
    draws all.
    """
    rows = chain.from_iterable(answer.batches)
    if not file.isatty():
        return _draw(answer, list(rows), [], file, None)
    head, tail, total = _ends(rows, shown)
    width = shutil.get_terminal_size().columns
    count = _draw(answer, head, tail, file, width)
    for line in _totals(count, total, width) if answer.columns else []:
        file.write(line + "\n")
    return count


def _totals(shown: int, total: int | None, width: int) -> list[str]:
    """Return lines that state the number of rows; none if a few rows are all shown."""
    if total == shown:
        return [] if 0 < shown <= _FEW_ROWS else [f"{shown:,} rows"]
    known = f"{total:,}" if total is not None else f"more than {_COUNTED_ROWS:,}"
    return textwrap.wrap(f"{known} rows ({shown:,} shown); --all shows all", width)


def _ends(rows: Iterator[Row], shown: int | None) -> tuple[list[Row], list[Row], int | None]:
    """Return the first rows, the last ones, and how many there are in all.

    The number is None if it is above _COUNTED_ROWS; then only first rows are shown.
    """
    if shown is None:
        head = list(rows)
        return head, [], len(head)
    head = []
    for row in rows:
        head.append(row)
        if len(head) > shown + 1:  # a mark for a single row would save no line
            break
    else:
        return head, [], len(head)
    half = (shown + 1) // 2
    tail = deque(head[half:], maxlen=shown - half)
    count = len(head)
    for row in rows:
        tail.append(row)
        count += 1
        if count > _COUNTED_ROWS:
            return head[:shown], [], None
    return head[:half], list(tail), count


def _draw(answer: Answer, head: list[Row], tail: list[Row], file: Sink, width: int | None) -> int:
    """Draw rows, with a mark between the first and the last ones; returns the number drawn."""
    columns = [[visible(name)] for name in answer.columns]
    nulls: dict[int, list[str]] = {}
    for number, column in enumerate(columns):
        values = [row[number] for row in head]
        last = [row[number] for row in tail]
        column += map(readable, values)
        column += [_MARK, *map(readable, last)] if tail else []
        if is_colored(file) and None in [*values, *last]:
            nulls[number] = _greys([*values, _MARK, *last])
    for line in draw(columns, answer.types, width, nulls, hint=HIDDEN):
        file.write(line + "\n")
    return len(head) + len(tail)


def _greys(values: Iterable[Any]) -> list[str]:
    return [_GREY if value is None else "" for value in values]
