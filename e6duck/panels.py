"""Charts laid out: each bar, column, curve, line and word with its place, still without colours.

Lengths are in points, and y grows downward. Whoever draws a panel has nothing to decide, so that a
picture and a web page show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .charts import ACCENT, MARK, Bars, Chart, Columns, Curve, Drawing, Missing, Point
from .geometry import Box, Disc, Line
from .scales import Scale, decades, extent, round_steps, short
from .words import FAINT, INK, Measure, Text, printable, shortened

_SIZE, _SMALL_SIZE = 9.0, 8.0
_GAP = 6.0  # between a bar and the words beside it
_ROW, _MOST_ROW, _THICKNESS = 22.0, 26.0, 0.6  # of a bar; the last is its share of a row
_NAME_ROOM = 0.34  # the share of the width that names take at most
_X_AXIS, _AXIS_NAME = 14.0, 27.0  # below a plot: the lines of its values and of its name
_TOP = 14.0  # above a plot, for words that rise over it
_DOT = 2.6
_LEAST_COLUMN, _OVERLAP = 3.0, 0.4  # narrower columns touch, so that no seam is seen
_PLOT_HEIGHT, _MISSING_HEIGHT = 222.0, 80.0
_LABEL_ROOM = 120.0


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
    left = box.left + max(map(width, names)) + _GAP
    right = box.right - max(width(bar.figure) for bar in drawing.bars) - _GAP
    scale = Scale(0, max(max(bar.value for bar in drawing.bars), 1), left, right)
    height = min((box.bottom - box.top) / len(names), _MOST_ROW)
    blocks, texts = [], []
    for number, (bar, name) in enumerate(zip(drawing.bars, names, strict=True)):
        top = box.top + number * height
        middle, half = top + height / 2, height * _THICKNESS / 2
        end = max(scale.at(bar.value), left + 0.5 * (bar.value > 0))
        row = Box(box.left, top, box.right, top + height)
        blocks.append(
            Block(Box(left, middle - half, end, middle + half), bar.color, bar.name, bar.tip, row)
        )
        line = middle + 0.36 * _SIZE
        # The colour of a category is its own; elsewhere it says nothing.
        color = INK if bar.color == ACCENT != bar.name else bar.color
        texts.append(Text(name, left - _GAP, line, _SIZE, color, "end"))
        texts.append(Text(bar.figure, end + _GAP, line, _SIZE, FAINT))
    return Panel(chart, box, blocks=tuple(blocks), texts=tuple(texts))


@dataclass(frozen=True)
class _Plot:
    """The part of a box between two axes."""

    box: Box
    x: Scale
    y: Scale

    def level(self, value: float, text: str) -> tuple[Line, Text]:
        """Return the line of a value of the upright axis, and its text."""
        y = self.y.at(value)
        line = Line(self.box.left, y, self.box.right, y)
        return line, Text(
            text, self.box.left - _GAP, y + 0.36 * _SMALL_SIZE, _SMALL_SIZE, FAINT, "end"
        )

    def below(self, value: float, text: str) -> Text:
        """Return the text of a value of the other axis."""
        return Text(text, self.x.at(value), self.box.bottom + _X_AXIS, _SMALL_SIZE, FAINT, "middle")

    def name(self, text: str) -> Text:
        """Return the name of the other axis."""
        x = (self.box.left + self.box.right) / 2
        return Text(text, x, self.box.bottom + _AXIS_NAME, _SMALL_SIZE, FAINT, "middle")


def _plot(
    box: Box, x: tuple[float, float], y: tuple[float, float], texts: list[str], measure: Measure
) -> _Plot:
    """Return a plot with room for the texts of its upright axis; both with values from to."""
    is_log = y[0] > 0
    room = max(measure(text, _SMALL_SIZE, False)[0] for text in texts) + _GAP
    inner = Box(box.left + room, box.top + _TOP, box.right - _GAP, box.bottom - _AXIS_NAME - 3)
    return _Plot(
        inner,
        Scale(*x, inner.left, inner.right, is_log),
        Scale(*y, inner.bottom, inner.top, is_log),
    )


def _columns(chart: Chart, drawing: Columns, box: Box, measure: Measure) -> Panel:
    columns = drawing.columns
    most = max(max(column.value for column in columns), 1)
    levels = round_steps(0, most, 5)
    ends = columns[0].start, columns[-1].end
    plot = _plot(box, ends, (0, most), [short(level) for level in levels], measure)
    marked = [plot.level(level, short(level)) for level in levels]
    texts = [text for _, text in marked]
    texts += _years(plot, ends) if drawing.is_time else _numbers(plot, ends)
    texts.append(plot.name(drawing.axis))
    across = plot.x.at(columns[0].end) - plot.x.at(columns[0].start)
    gap = -_OVERLAP if across < _LEAST_COLUMN else 0.12 * across
    blocks = []
    for column in columns:
        left, right = plot.x.at(column.start), plot.x.at(column.end)
        shown = Box(left + gap / 2, plot.y.at(column.value), right - gap / 2, plot.box.bottom)
        hit = Box(left, plot.box.top, right, plot.box.bottom)
        blocks.append(Block(shown, ACCENT, column.name, column.tip, hit))
    marks: tuple[Line, ...] = ()
    if drawing.mark:
        value, words = drawing.mark
        mark, text = _mark(plot, value, words, measure)
        texts.append(text)
        marks = (mark,)
    return Panel(
        chart,
        box,
        lines=tuple(line for line, _ in marked),
        blocks=tuple(blocks),
        marks=marks,
        texts=tuple(texts),
    )


def _years(plot: _Plot, months: tuple[int, int]) -> list[Text]:
    first, last = months[0] / 12, months[1] / 12
    years = round_steps(first, last - 0.01, 7)
    if years:
        return [plot.below(year * 12, str(year)) for year in years]
    return [plot.below(sum(months) / 2, str(int(first)))]


def _numbers(plot: _Plot, ends: tuple[int, int]) -> list[Text]:
    middle = 0.5 if plot.x.high - plot.x.low < 200 else 0
    return [plot.below(each + middle, f"{each:,}") for each in round_steps(ends[0], ends[1] - 1, 8)]


def _mark(plot: _Plot, value: float, words: str, measure: Measure) -> tuple[Line, Text]:
    """Return an upright line at a value, and its words above the plot, where these have room."""
    x = plot.x.at(value)
    half = measure(words, _SMALL_SIZE, False)[0] / 2
    middle = min(max(x, plot.box.left + half), plot.box.right - half)
    text = Text(words, middle, plot.box.top - 5, _SMALL_SIZE, MARK, "middle")
    return Line(x, plot.box.top - 2, x, plot.box.bottom), text


def _curve(chart: Chart, drawing: Curve, box: Box, measure: Measure) -> Panel:
    points = drawing.points
    across, up = extent(point.x for point in points), extent(point.y for point in points)
    x = across[0], max(across[1], 10)
    y = 1.0, max(up[1], 10)
    levels = decades(*y)
    plot = _plot(box, x, y, [short(level) for level in levels], measure)
    marked = [plot.level(level, short(level)) for level in levels]
    ranks = decades(*x)
    upright = [
        Line(plot.x.at(rank), plot.box.top, plot.x.at(rank), plot.box.bottom) for rank in ranks
    ]
    dots = tuple(
        Dot(Disc(plot.x.at(each.x), plot.y.at(each.y), _DOT), each.color, each.name, each.tip)
        for each in points
    )
    texts = [text for _, text in marked]
    texts += [plot.below(rank, short(rank)) for rank in ranks]
    texts.append(plot.name(drawing.axis))
    texts += _names([each for each in points if each.x in ranks], plot, measure)
    return Panel(
        chart,
        box,
        lines=(*(line for line, _ in marked), *upright),
        curve=tuple((dot.disc.x, dot.disc.y) for dot in dots),
        dots=dots,
        texts=tuple(texts),
    )


def _names(points: list[Point], plot: _Plot, measure: Measure) -> Iterator[Text]:
    """Yield the names of points, up and to the right, where a falling curve has room for them."""

    def width(text: str) -> float:
        return measure(text, _SMALL_SIZE, False)[0]

    right, top = 0.0, 0.0  # of the name before
    for point in points:
        name = shortened(printable(point.name), _LABEL_ROOM, width)
        x, y = plot.x.at(point.x) + 4, plot.y.at(point.y) - 5
        if x + width(name) > plot.box.right + _GAP or (x < right + _GAP and y < top + _SMALL_SIZE):
            continue
        right, top = x + width(name), y + 3
        yield Text(name, x, y, _SMALL_SIZE, point.color)
