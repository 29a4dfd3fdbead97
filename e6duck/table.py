"""The layout of a table on a terminal: numbers to the right, wide letters measured, cuts marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_LEAST_WIDTH = 8  # of a column that is cut
_GAP = "  "
_COLOR = re.compile("#[0-9a-f]{6}")


def draw(
    columns: Sequence[Sequence[str]],
    types: Sequence[str],
    width: int | None,
    colors: Mapping[int, Sequence[str]] | None = None,
) -> Iterator[str]:
    """Yield the lines of a table.

    columns: each with its name first, then its cells, which hold no control characters. types: as
    DuckDB names them. width: of the terminal; None cuts nothing. colors: by the number of a column,
    one for each of its cells, as #rrggbb; another text is none.
    """
    is_right = [_is_number(kind) for kind in types]
    widths = [max(map(places, column)) for column in columns]
    if width is not None:
        widths = _fitted(widths, is_right, width)
    left_out = len(columns) - len(widths)
    aligned = [
        [_aligned(cell, wide, right) for cell in (column[0], "─" * wide, *column[1:])]
        for column, wide, right in zip(columns, widths, is_right, strict=False)
    ]
    for number, cell_colors in (colors or {}).items():
        if number < len(aligned):
            aligned[number][2:] = map(colored, aligned[number][2:], cell_colors)
    if left_out:
        aligned.append(["…"] * (len(columns[0]) + 1))
    for line in zip(*aligned, strict=True):
        yield _GAP.join(line).rstrip()
    if left_out:
        yield f"… {left_out} of {len(columns)} columns left out; use --format csv or a pipe"


def _fitted(widths: list[int], is_number: list[bool], total: int) -> list[int]:
    """Return the widths of the first columns, cut so that they fit; the others have no room.

    The widest give most, and numbers nothing.
    """
    least = [
        width if number else min(width, _LEAST_WIDTH)
        for width, number in zip(widths, is_number, strict=True)
    ]
    count = len(widths)
    while count > 1 and _row_width(least[:count], count < len(widths)) > total:
        count -= 1
    for limit in range(min(total, max(widths, default=0)), 0, -1):
        cut = [max(each, min(width, limit)) for each, width in zip(least, widths, strict=True)]
        if _row_width(cut[:count], count < len(widths)) <= total:
            return cut[:count]
    return [total] * count


def _row_width(widths: list[int], is_cut: bool) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1) + is_cut * (len(_GAP) + 1)


def _aligned(cell: str, width: int, is_right: bool) -> str:
    """Return a cell of this width; "…" marks what is cut."""
    missing = width - places(cell)
    if missing < 0:
        kept = _beginning(cell, width - 1)
        cell, missing = kept + "…", width - 1 - places(kept)
    return " " * missing + cell if is_right else cell + " " * missing


def _beginning(text: str, room: int) -> str:
    """Return as much of a text as there are places for."""
    for end, each in enumerate(text):
        room -= places(each)
        if room < 0:
            return text[:end]
    return text


def folded(text: str, width: int, line_count: int | None = None) -> list[str]:
    """Return text in lines of at most width places; " …" ends the last line where it is cut.

    Lines break at spaces; a word that is longer than a line breaks anywhere.
    """
    lines: list[str] = []
    for word in text.split():
        if lines and places(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while word:
            lines.append(_beginning(word, width) or word[0])
            word = word[len(lines[-1]) :]
    if line_count is None or len(lines) <= line_count:
        return lines
    last = lines[line_count - 1]
    return [*lines[: line_count - 1], _beginning(last, width - len(" …")).rstrip() + " …"]


def colored(cell: str, color: str) -> str:
    """Return a cell in a colour, for a terminal that knows all of them."""
    if not _COLOR.fullmatch(color):
        return cell
    red, green, blue = bytes.fromhex(color[1:])
    return f"\x1b[38;2;{red};{green};{blue}m{cell}\x1b[0m"


def places(shown: str) -> int:
    """Return how many places text takes on a terminal."""
    if shown.isascii():
        return len(shown)
    return sum(
        0
        if unicodedata.category(each) in ("Mn", "Me")
        else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in shown
    )


def _is_number(kind: str) -> bool:
    return not kind.endswith("]") and kind.removeprefix("U").startswith(
        (
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "BIGNUM",
            "DECIMAL",
            "FLOAT",
            "DOUBLE",
        )
    )
