"""The statistics drawn by Matplotlib, in `figure.style`. Lengths are in points."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator
from matplotlib.transforms import Bbox

from ..tags.stats import DatabaseStats
from .figure import MARGIN, POINTS, SMALL, measured, page_axes, write, write_heading, write_source
from .headings import stats_heading
from .palette import Palette
from .stats_charts import ACCENT, Chart, Mark, charts
from .text import shortened

Frame = tuple[float, float, float, float]  # left, top, width, height

_WIDTH, _GAP = 720.0, 34.0
_COLUMN = (_WIDTH - 2 * MARGIN - _GAP) / 2
_TITLE = 11.5  # the size of a chart's title
_HEAD, _PLOT, _FOOT = 42.0, 205.0, 24.0  # the heights of a chart's texts, axes and space below
_ROW = 26.0  # the height of a bar with its gap, at most
_PAD, _LEVELS, _AXIS = 6.0, 32.0, 30.0  # room: between, for the y axis, for the x axis
_NAME_ROOM = 130.0  # for the name of a bar or a point


def draw(stats: DatabaseStats, figure: Figure, colors: Palette) -> None:
    """Draw all charts on an empty figure, which gets the size that they need."""
    heading, drawn = stats_heading(stats), charts(stats)
    page = page_axes(figure, _WIDTH, _WIDTH)
    top = write_heading(page, heading, colors) + _GAP / 2
    heights = [max(map(_height, drawn[row : row + 2])) for row in range(0, len(drawn), 2)]
    height = top + sum(heights) + (_HEAD + _FOOT) * len(heights) + MARGIN
    figure.set_size_inches(_WIDTH / POINTS, height / POINTS)
    page.set_ylim(height, 0)
    for number, chart in enumerate(drawn):
        row, column = divmod(number, 2)
        left = MARGIN + column * (_COLUMN + _GAP)
        below = write(page, left, top, chart.title, _COLUMN, _TITLE, colors.ink, bold=True, most=1)
        write(page, left, below, chart.about, _COLUMN, SMALL, colors.faint, most=1)
        if chart.marks:
            draw_chart(figure, chart, colors, (left, top + _HEAD, _COLUMN, heights[row]))
        top += (heights[row] + _HEAD + _FOOT) * column
    write_source(page, heading, colors)


def draw_chart(figure: Figure, chart: Chart, colors: Palette, frame: Frame) -> Sequence[Artist]:
    """Draw a chart without its title in a frame; returns the artist of each of its marks."""
    left, top, width, height = frame
    across, down = figure.get_size_inches() * POINTS
    names = [_fitting(str(row[0])) for row in chart.rows] if chart.kind == "bars" else []
    start, below = max(map(_text_width, names), default=_LEVELS - _PAD) + _PAD, _AXIS * (not names)
    width, height = width - start - _PAD * (not names), height - below
    place = (left + start) / across, 1 - (top + height) / down, width / across, height / down
    axes = figure.add_axes(place)
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
    for bar, value in zip(bars, values, strict=True):  # the edge distinguishes few from none
        bar.set(edgecolor=bar.get_facecolor(), linewidth=0.5 * (value > 0))
    labels = [mark.label for mark in marks]
    for text in axes.bar_label(bars, labels, padding=_PAD, color=colors.faint):
        text.set(va="center_baseline")
    axes.set_yticks(places, names, fontsize=SMALL)
    for name, mark, label in zip(names, marks, axes.get_yticklabels(), strict=True):
        # The color of a category is its own; elsewhere it says nothing.
        is_category = mark.color != ACCENT or name == ACCENT
        label.set_color(colors.label(mark.color) if is_category else colors.ink)
    room = max(map(_text_width, labels)) + 2 * _PAD
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
        axis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:.0f}")
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
        is_right = axes.transData.transform((mark.x, mark.value))[0] > middle
        text = axes.annotate(
            _fitting(mark.label),
            (mark.x, mark.value),
            (-6, -6) if is_right else (5, 5),
            textcoords="offset points",
            color=colors.label(mark.color),
            ha="right" if is_right else "left",
            va="top" if is_right else "bottom",
            zorder=1.5,
            bbox={"facecolor": colors.background, "linewidth": 0, "pad": 1},
        )
        box = text.get_window_extent()
        if any(box.overlaps(other) for other in boxes):
            text.remove()
            continue
        named.append(mark)
        boxes.append(box)
    return named


def _text_width(text: str) -> float:
    return measured(text, SMALL)[0]


def _fitting(text: str) -> str:
    return shortened(text, _NAME_ROOM, _text_width)
