"""Tables and text for a terminal: aligned, wrapped or cut to a width, colored."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_LEAST_WIDTH = 8  # of a column that is cut
_LEAST_WRAPPED = 20  # of a column that is wrapped
_MOST_NAMES = 40  # of columns that do not fit
_GAP = "  "
_COLOR = re.compile("#[0-9a-f]{6}")
_NUMBER = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|BIGNUM|DECIMAL|FLOAT|DOUBLE")
_SHORT = re.compile(r"TIME|DATE|INTERVAL|BOOLEAN")  # of little use if they are cut


def draw(
    columns: Sequence[Sequence[str]],
    types: Sequence[str],
    width: int | None,
    colors: Mapping[int, Sequence[str]] | None = None,
    *,
    is_wrapped: bool = False,
    hint: str = "",
) -> Iterator[str]:
    """Yield the lines of a table.

    columns: each starts with its name; its cells follow, without control characters. types: as
    DuckDB names them. width: of the terminal; None cuts nothing. colors: by the number of a column,
    one for each of its cells, as #rrggbb; any other text means no color. is_wrapped: the last
    column's cells are wrapped, not cut. hint: how to see all columns, if some do not fit.
    """
    is_right = [_is_number(kind) for kind in types]
    widths = [max(map(places, column)) for column in columns]
    if width is not None:
        widths = _fitted(columns, types, width, is_wrapped)
    hidden = [column[0] for column in columns[len(widths) :]]
    marks = ["…"] * bool(hidden)
    for line in _head(columns, widths, is_right):
        yield _GAP.join([*line, *marks]).rstrip()
    yield _GAP.join(["─" * each for each in widths] + marks)
    cells = [
        [_aligned(cell, wide, right) for cell in column[1:]]
        for column, wide, right in zip(columns, widths, is_right, strict=False)
    ]
    for number, cell_colors in (colors or {}).items():
        if number < len(cells):
            cells[number] = list(map(colored, cells[number], cell_colors))
    if is_wrapped and not hidden:
        yield from _wrapped_rows(cells[:-1], columns[-1][1:], widths)
    else:
        for row in zip(*cells, *[["…"] * (len(columns[0]) - 1)] * len(marks), strict=True):
            yield _GAP.join(row).rstrip()
    if hidden:
        yield from _hidden(hidden, width, hint)


def _hidden(names: Sequence[str], width: int | None, hint: str) -> list[str]:
    """Return lines that name the columns that do not fit."""
    more = len(names) - _MOST_NAMES
    listed = ", ".join(names[:_MOST_NAMES]) + (f" and {more} others" if more > 0 else "")
    plural = "" if len(names) == 1 else "s"
    line = "; ".join(filter(None, [f"{len(names)} more column{plural}: {listed}", hint]))
    return textwrap.wrap(line, width or len(line))


def _fitted(
    columns: Sequence[Sequence[str]], types: Sequence[str], total: int, is_wrapped: bool
) -> list[int]:
    """Return widths of the first columns, as many as fit.

    Headers shrink first: they are wrapped. Then text is cut, the widest column first. Numbers and
    times are never cut.
    """
    wanted = [max(map(places, column)) for column in columns]
    tight = [
        max(map(places, [*column[1:], *(piece.rstrip() for piece in _pieces(column[0]))]))
        for column in columns
    ]
    if _row_width(tight) <= total:
        return _limited(tight, wanted, total)
    if is_wrapped:
        wrapped = [*tight[:-1], min(tight[-1], _LEAST_WRAPPED)]
        if _row_width(wrapped) <= total:
            return _limited(wrapped, tight, total)
    least = [
        width if _is_whole(kind) else min(width, _LEAST_WIDTH)
        for width, kind in zip(tight, types, strict=True)
    ]
    count = len(columns)
    while count > 1 and _row_width(least[:count], count < len(columns)) > total:
        count -= 1
    room = total - (len(_GAP) + 1) * (count < len(columns))
    if _row_width(tight[:count]) <= room:
        return _limited(tight[:count], wanted[:count], room)
    return _limited(least[:count], tight[:count], room)


def _limited(least: Sequence[int], wanted: Sequence[int], total: int) -> list[int]:
    """Return widths that fit, between the least and the wanted ones; the widest shrink first."""
    for limit in range(min(total, max(wanted, default=0)), -1, -1):
        widths = [max(low, min(high, limit)) for low, high in zip(least, wanted, strict=True)]
        if _row_width(widths) <= total:
            return widths
    return [max(total, 1)] * len(least)


def _row_width(widths: Sequence[int], is_cut: bool = False) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1) + is_cut * (len(_GAP) + 1)


def _pieces(name: str) -> list[str]:
    """Return the parts that a name may be broken into, at least one."""
    return re.findall(r"[^_ ]*[_ ]|[^_ ]+", name) or [""]


def _head(
    columns: Sequence[Sequence[str]], widths: Sequence[int], is_right: Sequence[bool]
) -> Iterator[list[str]]:
    """Yield the lines of the header; shorter names are at the bottom."""
    heads = [
        [_aligned(line, wide, right) for line in _broken(column[0], wide)]
        for column, wide, right in zip(columns, widths, is_right, strict=False)
    ]
    height = max(map(len, heads), default=0)
    for number in range(-height, 0):
        yield [
            lines[number] if len(lines) >= -number else " " * wide
            for lines, wide in zip(heads, widths, strict=True)
        ]


def _broken(name: str, width: int) -> list[str]:
    """Return a name as lines that fit a width if each of its parts does."""
    lines = [""]
    for piece in _pieces(name):
        if lines[-1] and places(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _wrapped_rows(
    cells: Sequence[Sequence[str]], texts: Sequence[str], widths: Sequence[int]
) -> Iterator[str]:
    """Yield the lines of rows: aligned cells, and a wrapped text at the end."""
    blank = _GAP.join(" " * each for each in widths[:-1]) + _GAP * (len(widths) > 1)
    for *firsts, text in zip(*cells, texts, strict=True):
        first, *others = _wrapped(text, widths[-1])
        yield _GAP.join([*firsts, first]).rstrip()
        for line in others:
            yield blank + line


def _wrapped(cell: str, width: int) -> list[str]:
    """Return a text as lines that fit a width, broken between words if possible."""
    lines = [""]
    for word in cell.split(" "):
        if lines[-1] and places(lines[-1]) + 1 + places(word) <= width:
            lines[-1] += " " + word
        else:
            lines += _chopped(word, width)
    return lines[1:]


def _chopped(word: str, width: int) -> list[str]:
    """Return the parts of a word, each no wider than the width."""
    parts = [""]
    for each in word:
        if parts[-1] and places(parts[-1]) + places(each) > width:
            parts.append("")
        parts[-1] += each
    return parts


def _aligned(cell: str, width: int, is_right: bool) -> str:
    """Return a cell padded to a width; if it is cut, it ends in "…"."""
    missing = width - places(cell)
    if missing < 0:
        kept = _beginning(cell, width - 1)
        cell, missing = kept + "…", width - 1 - places(kept)
    return " " * missing + cell if is_right else cell + " " * missing


def _beginning(text: str, room: int) -> str:
    """Return as much of the beginning of a text as fits."""
    for end, each in enumerate(text):
        room -= places(each)
        if room < 0:
            return text[:end]
    return text


def folded(text: str, width: int, line_count: int | None = None) -> list[str]:
    """Return text as lines of at most width places; " …" ends the last line if it is cut.

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
    """Return a cell in a color, for a terminal with 24-bit colors."""
    if not _COLOR.fullmatch(color):
        return cell
    red, green, blue = bytes.fromhex(color[1:])
    return f"\x1b[38;2;{red};{green};{blue}m{cell}\x1b[0m"


def places(shown: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if shown.isascii():
        return len(shown)
    return sum(
        0
        if unicodedata.category(each) in ("Mn", "Me")
        else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in shown
    )


def _is_number(kind: str) -> bool:
    return not kind.endswith("]") and _NUMBER.match(kind) is not None


def _is_whole(kind: str) -> bool:
    """Return whether values of a type are never cut."""
    return _is_number(kind) or (not kind.endswith("]") and _SHORT.match(kind) is not None)
