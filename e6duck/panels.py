"""Charts laid out: each bar, column, curve, line and word with its place, still without colours.

Lengths are in points, and y grows downward. Whoever draws a panel has nothing to decide, so that a
picture and a web page show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .axes import GAP, SIZE, Plot, plot_in
from .charts.geometry import Box, Disc, Line
from .charts.stats_charts import (
    ACCENT,
    Bar,
    Bars,
    Chart,
    Column,
    Columns,
    Curve,
    Drawing,
    Missing,
    Point,
)
from .charts.text import FAINT, INK, Measure, Text, printable, shortened
from .scales import Scale, decades, round_steps, short

_SIZE = 9.0  # of the words of bars
_ROW, _MOST_ROW, _THICKNESS = 22.0, 26.0, 0.6  # of a bar; the last is its share of a row
_NAME_ROOM = 0.34  # the share of the width that names take at most
_LEAST_BAR = 0.5
_COLUMN_GAP = 0.12  # the share of a column that keeps it apart from the next
_LEAST_COLUMN, _OVERLAP = 3.0, 0.4  # narrower columns touch, so that no seam is seen
_MOST_LEVELS = 5
_DOT = 2.6
_LABEL_ROOM = 120.0
_PLOT_HEIGHT, _MISSING_HEIGHT = 222.0, 80.0


@dataclass(frozen=True)
class Block:
    """A bar or column; hit is where the pointer meets it, and tip what it then tells."""

    box: Box
    color: str
    name: str
    tip: str
    hit: Box


@dataclass(frozen=True)
class Dot:
    """A point of a curve, likewise."""

    disc: Disc
    color: str
    name: str
    tip: str


@dataclass(frozen=True)
class Panel:
    """A chart in its box, without its title and what it is about."""

    chart: Chart
    box: Box
    lines: tuple[Line, ...] = ()
    """Behind all else"""
    blocks: tuple[Block, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    dots: tuple[Dot, ...] = ()
    marks: tuple[Line, ...] = ()
    """Before all else"""
    texts: tuple[Text, ...] = ()


def panel(chart: Chart, box: Box, measure: Measure) -> Panel:
    """Return a chart laid out in a box."""
    drawing: Drawing = chart.drawing
    match drawing:
        case Bars():
            return _bars(chart, drawing, box, measure)
        case Columns():
            return _columns(chart, drawing, box, measure)
        case Curve():
            return _curve(chart, drawing, box, measure)
        case Missing():
            x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            return Panel(chart, box, texts=(Text(drawing.why, x, y, _SIZE, FAINT, "middle"),))


def wanted_height(drawing: Drawing) -> float:
    """Return how high a drawing is where nothing keeps it lower."""
    match drawing:
        case Bars():
            return _ROW * len(drawing.bars)
        case Missing():
            return _MISSING_HEIGHT
    return _PLOT_HEIGHT


def _bars(chart: Chart, drawing: Bars, box: Box, measure: Measure) -> Panel:
    def width(text: str) -> float:
        return measure(text, _SIZE, False)[0]

    room = (box.right - box.left) * _NAME_ROOM
    names = [shortened(printable(bar.name), room, width) for bar in drawing.bars]
    left = box.left + max(map(width, names)) + GAP
    right = box.right - max(width(bar.figure) for bar in drawing.bars) - GAP
    scale = Scale(0, max(max(bar.value for bar in drawing.bars), 1), left, right)
    height = min((box.bottom - box.top) / len(names), _MOST_ROW)
    tops = (box.top + number * height for number in range(len(names)))
    rows = [Box(box.left, top, box.right, top + height) for top in tops]
    blocks = tuple(_bar(bar, scale, row) for bar, row in zip(drawing.bars, rows, strict=True))
    texts = []
    for bar, name, block in zip(drawing.bars, names, blocks, strict=True):
        line = (block.box.top + block.box.bottom) / 2 + 0.36 * _SIZE
        # The colour of a category is its own; elsewhere it says nothing.
        color = INK if bar.color == ACCENT != bar.name else bar.color
        texts.append(Text(name, left - GAP, line, _SIZE, color, "end"))
        texts.append(Text(bar.figure, block.box.right + GAP, line, _SIZE, FAINT))
    return Panel(chart, box, blocks=blocks, texts=tuple(texts))


def _bar(bar: Bar, scale: Scale, row: Box) -> Block:
    """Return a bar in its row, which is where it is hit; some is never none."""
    margin = (row.bottom - row.top) * (1 - _THICKNESS) / 2
    end = max(scale.at(bar.value), scale.start + _LEAST_BAR * (bar.value > 0))
    shown = Box(scale.start, row.top + margin, end, row.bottom - margin)
    return Block(shown, bar.color, bar.name, bar.tip, row)


def _columns(chart: Chart, drawing: Columns, box: Box, measure: Measure) -> Panel:
    columns = drawing.columns
    most = max(max(column.value for column in columns), 1)
    ends = columns[0].start, columns[-1].end
    plot = plot_in(box, ends, (0, most), round_steps(0, most, _MOST_LEVELS), measure)
    values = plot.years() if drawing.is_time else plot.numbers()
    mark = plot.mark(*drawing.mark, measure) if drawing.mark else None
    return Panel(
        chart,
        box,
        lines=tuple(plot.grid()),
        blocks=tuple(_column(plot, column) for column in columns),
        marks=(mark[0],) if mark else (),
        texts=(*plot.level_texts(), *values, plot.name(drawing.axis), *(mark or ())[1:]),
    )


def _column(plot: Plot, column: Column) -> Block:
    left, right = plot.x.at(column.start), plot.x.at(column.end)
    gap = -_OVERLAP if right - left < _LEAST_COLUMN else _COLUMN_GAP * (right - left)
    shown = Box(left + gap / 2, plot.y.at(column.value), right - gap / 2, plot.box.bottom)
    hit = Box(left, plot.box.top, right, plot.box.bottom)
    return Block(shown, ACCENT, column.name, column.tip, hit)


def _curve(chart: Chart, drawing: Curve, box: Box, measure: Measure) -> Panel:
    points = drawing.points
    last, most = max(points[-1].x, 10), max(max(each.y for each in points), 10)
    ranks = decades(1, last)
    plot = plot_in(box, (1, last), (1, most), decades(1, most), measure, is_log=True)
    upright = (
        Line(plot.x.at(each), plot.box.top, plot.x.at(each), plot.box.bottom) for each in ranks
    )
    dots = tuple(_dot(plot, point) for point in points)
    names = _names([each for each in points if each.x in ranks], plot, measure)
    values = (plot.below(rank, short(rank)) for rank in ranks)
    return Panel(
        chart,
        box,
        lines=(*plot.grid(), *upright),
        curve=tuple((dot.disc.x, dot.disc.y) for dot in dots),
        dots=dots,
        texts=(*plot.level_texts(), *values, plot.name(drawing.axis), *names),
    )


def _dot(plot: Plot, point: Point) -> Dot:
    disc = Disc(plot.x.at(point.x), plot.y.at(point.y), _DOT)
    return Dot(disc, point.color, point.name, point.tip)


def _names(points: list[Point], plot: Plot, measure: Measure) -> Iterator[Text]:
    """Yield the names of points, up and to the right, where a falling curve has room for them."""

    def width(text: str) -> float:
        return measure(text, SIZE, False)[0]

    right, top = 0.0, 0.0  # of the name before
    for point in points:
        name = shortened(printable(point.name), _LABEL_ROOM, width)
        x, y = plot.x.at(point.x) + 4, plot.y.at(point.y) - 5
        if x + width(name) > plot.box.right + GAP or (x < right + GAP and y < top + SIZE):
            continue
        right, top = x + width(name), y + 3
        yield Text(name, x, y, SIZE, point.color)
