"""The statistics drawn by Matplotlib. Lengths are in points; call all of it in `house_style`."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator
from matplotlib.transforms import Bbox

from ..tags.stats import DatabaseStats
from .fonts import font, measured
from .palette import Palette
from .stats_charts import ACCENT, Chart, Mark, charts, heading
from .text import printable, shortened, wrapped

Box = tuple[float, float, float, float]  # left, top, width, height

POINTS = 72  # an inch
_WIDTH, _MARGIN, _GAP = 720.0, 30.0, 34.0
_COLUMN = (_WIDTH - 2 * _MARGIN - _GAP) / 2
_TITLE, _CHART_TITLE, _ABOUT, _SMALL, _TINY = 19.0, 11.5, 9.0, 8.5, 8.0  # sizes of texts
_LINE = 1.4  # the height of a line, by the size of its text
_HEAD, _PLOT, _FOOT = 42.0, 205.0, 24.0  # the heights of a chart's texts, axes and space below
_ROW = 26.0  # the height of a bar with its gap, at most
_PAD, _LEVELS, _AXIS = 6.0, 32.0, 30.0  # room: between, for the y axis, for the x axis
_NAME_ROOM = 130.0  # for the name of a bar or a point
_STEPS = [1, 2, 5, 10]  # between the values of an axis, times a power of ten


def draw(figure: Figure, stats: DatabaseStats, colors: Palette) -> None:
    """Draw all charts on an empty figure, and give it the size that they need."""
    use_style(colors)
    (title, about, source), drawn = heading(stats), charts(stats)
    top = _MARGIN + _TITLE * _LINE + _ABOUT * _LINE * len(about) + 18
    heights = [max(map(_height, drawn[row : row + 2])) for row in range(0, len(drawn), 2)]
    height = top + sum(heights) + (_HEAD + _FOOT) * len(heights) + _MARGIN
    figure.set(size_inches=(_WIDTH / POINTS, height / POINTS), facecolor=colors.background)

    def write(left: float, top: float, text: str, size: float, room: float) -> None:
        is_title = size > _ABOUT
        figure.text(
            left / _WIDTH,
            1 - top / height,
            wrapped(text, room, 1, lambda part: measured(part, size, is_title)[0])[0],
            size=size,
            color=colors.ink if is_title else colors.faint,
            weight="bold" if is_title else "normal",
            va="top",
        )

    write(_MARGIN, _MARGIN, title, _TITLE, _WIDTH - 2 * _MARGIN)
    for number, line in enumerate(about):
        below = _MARGIN + _TITLE * _LINE + number * _ABOUT * _LINE
        write(_MARGIN, below, line, _ABOUT, _WIDTH - 2 * _MARGIN)
    for number, chart in enumerate(drawn):
        row, column = divmod(number, 2)
        left = _MARGIN + column * (_COLUMN + _GAP)
        write(left, top, chart.title, _CHART_TITLE, _COLUMN)
        write(left, top + _CHART_TITLE * _LINE, chart.about, _SMALL, _COLUMN)
        if chart.marks:
            draw_chart(figure, chart, colors, (left, top + _HEAD, _COLUMN, heights[row]))
        top += (heights[row] + _HEAD + _FOOT) * column
    write(_MARGIN, height - _MARGIN - _TINY, source, _TINY, _WIDTH - 2 * _MARGIN)


def use_style(colors: Palette) -> None:
    """Set Matplotlib's parameters for the charts; `house_style` sets them back."""
    families = [name for name in font(_SMALL, False).get_family() if name != "sans-serif"]
    rc = matplotlib.rc
    rc("font", size=_SMALL, family=[*families, "sans-serif"], **{"sans-serif": families})
    rc("svg", fonttype="none")
    rc("text", parse_math=False, color=colors.ink)
    rc("axes", facecolor="none", edgecolor=colors.line, axisbelow=True)
    rc("axes", labelcolor=colors.faint, labelsize=_TINY)
    rc("axes.spines", left=False, top=False, right=False)
    rc("grid", color=colors.line, linewidth=0.6)


def draw_chart(figure: Figure, chart: Chart, colors: Palette, box: Box) -> Sequence[Artist]:
    """Draw a chart without its title in a box; returns what stands for each of its marks."""
    left, top, width, height = box
    across, down = figure.get_size_inches() * POINTS
    names = [_fitting(str(row[0])) for row in chart.rows] if chart.kind == "bars" else []
    start, below = max(map(_text_width, names), default=_LEVELS - _PAD) + _PAD, _AXIS * (not names)
    width, height = width - start - _PAD * (not names), height - below
    place = (left + start) / across, 1 - (top + height) / down, width / across, height / down
    axes = figure.add_axes(place)
    axes.tick_params(which="both", length=0, pad=_PAD, labelcolor=colors.faint, labelsize=_TINY)
    if names:
        return _bars(axes, chart.marks, names, colors, (width, height))
    axes.set_xlabel(chart.axis)
    axes.grid(axis="y")
    return (_columns if chart.kind == "columns" else _curve)(axes, chart, colors)


def _height(chart: Chart) -> float:
    rows = len(chart.marks)
    return _ROW * rows if chart.kind == "bars" else _PLOT * bool(rows)


def _bars(
    axes: Axes,
    marks: Sequence[Mark],
    names: list[str],
    colors: Palette,
    size: tuple[float, float],
) -> Sequence[Artist]:
    values, places = [mark.value for mark in marks], range(len(marks))
    bars = axes.barh(places, values, 0.6, color=[colors.dot(mark.color) for mark in marks])
    for bar, value in zip(bars, values, strict=True):  # the edge shows few as not none
        bar.set(edgecolor=bar.get_facecolor(), linewidth=0.5 * (value > 0))
    for text in axes.bar_label(bars, [mark.label for mark in marks], padding=_PAD):
        text.set(color=colors.faint, va="center_baseline")
    axes.set_yticks(places, names, fontsize=_SMALL)
    for name, mark, label in zip(names, marks, axes.get_yticklabels(), strict=True):
        # The color of a category is its own; elsewhere it says nothing.
        is_category = mark.color != ACCENT or name == ACCENT
        label.set_color(colors.label(mark.color) if is_category else colors.ink)
    room = max(_text_width(mark.label) for mark in marks) + 2 * _PAD
    axes.set_xlim(0, max(*values, 1) * size[0] / (size[0] - room))
    axes.set_ylim(max(len(marks), size[1] / _ROW) - 0.5, -0.5)
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    return bars.patches


def _columns(axes: Axes, chart: Chart, colors: Palette) -> Sequence[Artist]:
    marks, width = chart.marks, chart.marks[0].width
    starts, values = [mark.x for mark in marks], [mark.value for mark in marks]
    columns = axes.bar(starts, values, 0.88 * width, align="edge", color=colors.dot(ACCENT))
    for column, mark in zip(columns, marks, strict=True):
        column.set_alpha(0.45 if mark.is_partial else None)
    axes.set_xlim(starts[0] - 0.12 * width, starts[-1] + width)
    for axis, most in ((axes.xaxis, 8), (axes.yaxis, 5)):
        axis.set_major_locator(MaxNLocator(most, integer=True, steps=_STEPS, min_n_ticks=1))
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    if chart.ticks:
        axes.set_xticks(*map(list, zip(*chart.ticks, strict=True)))
    if chart.line:
        place, text = chart.line
        axes.axvline(place, color=colors.dot("artist"), linewidth=1)
        above = axes.get_xaxis_transform()
        axes.text(place, 1.02, text, transform=above, ha="center", color=colors.label("artist"))
    return columns.patches


def _curve(axes: Axes, chart: Chart, colors: Palette) -> Sequence[Artist]:
    marks = chart.marks
    ranks, values = [mark.x for mark in marks], [mark.value for mark in marks]
    axes.loglog(ranks, values, color=colors.dot(ACCENT), linewidth=1)
    axes.set(xlim=(0.9, max(*ranks, 10) * 1.1), ylim=(0.9, max(*values, 10) * 1.3))
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=12))
        axis.set_major_formatter(EngFormatter(sep=""))
    named, dots = _name_some(axes, marks, colors), []
    for mark in marks:
        is_named = mark in named
        dots += axes.plot(mark.x, mark.value, "o", color=colors.dot(mark.color), clip_on=False)
        dots[-1].set(markersize=7.5 if is_named else 5, zorder=4 if is_named else 3)
        dots[-1].set(markeredgecolor=colors.background, markeredgewidth=0.7)
    return dots


def _name_some(axes: Axes, marks: Sequence[Mark], colors: Palette) -> list[Mark]:
    """Write the names of ranks 1, 10, 100 and so on that have room; returns these marks.

    A name is above the falling curve; in the right half, where the axes end soon, below it.
    """
    named: list[Mark] = []
    boxes: list[Bbox] = []
    middle = sum(axes.bbox.intervalx) / 2
    for mark in (each for each in marks if each.x in (10**power for power in range(10))):
        point = axes.transData.transform((mark.x, mark.value))
        (x, y), is_right = point * POINTS / axes.figure.dpi, point[0] > middle
        name = _fitting(mark.label)
        width, height = _text_width(name), _SMALL * _LINE
        shift = (-6, -6) if is_right else (5, 5)
        box = Bbox.from_bounds(x - width * is_right, y - height * is_right, width, height)
        if any(box.translated(*shift).overlaps(other) for other in boxes):
            continue
        named.append(mark)
        boxes.append(box.translated(*shift))
        text = axes.annotate(name, (mark.x, mark.value), shift, textcoords="offset points")
        text.set(ha="right" if is_right else "left", va="top" if is_right else "bottom")
        text.set(color=colors.label(mark.color), zorder=1.5)
        text.set_bbox({"facecolor": colors.background, "linewidth": 0, "pad": 1})
    return named


def _text_width(text: str) -> float:
    return measured(text, _SMALL, False)[0]


def _fitting(text: str) -> str:
    return shortened(printable(text), _NAME_ROOM, _text_width)
