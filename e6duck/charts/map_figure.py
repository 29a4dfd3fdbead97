"""A map drawn by Matplotlib, on axes in which a unit is a point and y grows downward."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..compat.normalizers import tag_categories
from .fonts import font, measured
from .geometry import Box, Disc
from .map_layout import RING, Label, dots, labels, radius
from .palette import Palette
from .tag_map import Spot, TagMap
from .text import wrapped

_MARGIN = 28.0
_TITLE_SIZE, _TITLE_LINE = 19.0, 25.0
_SUBTITLE_SIZE, _SUBTITLE_LINE = 9.5, 13.5
_HEADING_LINES = 2  # of each
_SMALL_SIZE, _FOOT_LINE = 8.5, 15.0
_GAP = 10.0
_EDGE, _RING_WIDTH, _LEADER_WIDTH = 0.8, 1.4, 0.7
_KEY_RADIUS = 4.5
_SIZES = 3  # in the legend


def draw(tag_map: TagMap, figure: Figure, palette: Palette, size: tuple[float, float]) -> None:
    """Draw a map on an empty figure of that size in points."""
    width, height = size
    figure.set_facecolor(palette.background)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    top = _draw_heading(axes, tag_map, palette, width - 2 * _MARGIN)
    bottom = height - _MARGIN - _FOOT_LINE
    bottom -= _draw_legend(figure, tag_map.spots, palette, size, bottom) + _GAP
    plot = Box(_MARGIN, top + _GAP, width - _MARGIN, bottom)
    discs = dots(tag_map.spots, plot)
    names = labels(tag_map.spots, discs, plot, measured)
    _draw_dots(axes, tag_map.spots, discs, palette)
    _draw_labels(axes, tag_map.spots, names, palette)
    hidden = sum(name is None for name in names)
    note = f"{hidden} label{'s' * (hidden != 1)} left out" if hidden else ""
    foot = height - _MARGIN
    _write(axes, _MARGIN, foot, tag_map.source, _SMALL_SIZE, palette.faint)
    _write(axes, width - _MARGIN, foot, note, _SMALL_SIZE, palette.faint, ha="right")


def _write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    color: str,
    bold: bool = False,
    ha: str = "left",
) -> None:
    if text:  # a tag may hold dollar signs
        axes.text(x, y, text, color=color, fontproperties=font(size, bold), ha=ha, parse_math=False)


def _draw_heading(axes: Axes, tag_map: TagMap, palette: Palette, room: float) -> float:
    """Write the title and the subtitle; returns where they end."""

    def write(text: str, top: float, size: float, line: float, color: str, bold: bool) -> float:
        parts = wrapped(text, room, _HEADING_LINES, lambda part: measured(part, size, bold)[0])
        for number, part in enumerate(parts):
            _write(axes, _MARGIN, top + line * number + 0.8 * size, part, size, color, bold)
        return top + line * len(parts)

    top = write(tag_map.title, _MARGIN, _TITLE_SIZE, _TITLE_LINE, palette.ink, True)
    return write(tag_map.subtitle, top, _SUBTITLE_SIZE, _SUBTITLE_LINE, palette.faint, False)


def _draw_legend(
    figure: Figure,
    spots: Sequence[Spot],
    palette: Palette,
    size: tuple[float, float],
    bottom: float,
) -> float:
    """Draw the legend in as few rows as it fits in; returns its height."""
    keys = _keys(spots, palette)
    width, height = size
    for columns in range(len(keys), 0, -1):
        legend = figure.legend(
            handles=keys,
            ncols=columns,
            loc="lower left",
            bbox_to_anchor=(_MARGIN / width, 1 - bottom / height),
            borderpad=0,
            borderaxespad=0,
            handlelength=1.2,
            handletextpad=0.5,
            columnspacing=1.4,
            frameon=False,
            labelcolor=palette.faint,
            prop=font(_SMALL_SIZE, False),
        )
        extent = legend.get_window_extent()
        if columns == 1 or extent.width * 72 / figure.dpi <= width - 2 * _MARGIN:
            break
        legend.remove()
    return float(extent.height) * 72 / figure.dpi


def _keys(spots: Sequence[Spot], palette: Palette) -> list[Line2D]:
    """Return the legend's entries: categories, the mark of a query, and the sizes of dots."""
    present = {spot.category for spot in spots}
    known = [each for each in tag_categories if each in present]
    keys = [
        _key(each, _KEY_RADIUS, palette.dot(each), palette.background)
        for each in (*known, *sorted(present - set(known)))
    ]
    if any(spot.is_query for spot in spots):
        keys.append(_key("asked for", _KEY_RADIUS + 1, "none", palette.ink, _RING_WIDTH))
    for posts in round_sizes([spot.posts for spot in spots]):
        label = f"{posts:,} post{'s' * (posts != 1)}"
        keys.append(_key(label, radius(posts), palette.line, palette.faint))
    return keys


def _key(label: str, size: float, color: str, edge: str, width: float = _EDGE) -> Line2D:
    return Line2D(
        [],
        [],
        label=label,
        linestyle="none",
        marker="o",
        markersize=2 * size,
        markerfacecolor=color,
        markeredgecolor=edge,
        markeredgewidth=width,
    )


def round_sizes(posts: Sequence[int]) -> list[int]:
    """Return a few round numbers from the smallest to the largest use: 1, 3, 10, 30 and so on."""
    largest = max(posts, default=0)
    round_ones = [digit * 10**power for power in range(9) for digit in (1, 3)]
    within = [each for each in round_ones if min(posts, default=0) <= each <= largest]
    if len(within) <= _SIZES:
        return within
    return [within[0], within[len(within) // 2], within[-1]]


def _draw_dots(axes: Axes, spots: Sequence[Spot], discs: Sequence[Disc], palette: Palette) -> None:
    """Draw the dots: no large one hides a small one, and none hides a query."""
    order = sorted(
        zip(spots, discs, strict=True), key=lambda each: (each[0].is_query, -each[1].radius)
    )
    discs = [disc for _, disc in order]
    axes.scatter(
        [disc.x for disc in discs],
        [disc.y for disc in discs],
        s=[(2 * disc.radius) ** 2 for disc in discs],
        c=[palette.dot(spot.category) for spot, _ in order],
        edgecolors=palette.background,
        linewidths=_EDGE,
        zorder=2,
    )
    rings = [disc for spot, disc in order if spot.is_query]
    axes.scatter(
        [ring.x for ring in rings],
        [ring.y for ring in rings],
        s=[(2 * (ring.radius + RING)) ** 2 for ring in rings],
        facecolors="none",
        edgecolors=palette.ink,
        linewidths=_RING_WIDTH,
        zorder=2,
    )


def _draw_labels(
    axes: Axes, spots: Sequence[Spot], names: Sequence[Label | None], palette: Palette
) -> None:
    """Write the labels, with their leaders behind all dots."""
    shown = [(spot, name) for spot, name in zip(spots, names, strict=True) if name]
    leaders = [(spot, name.leader) for spot, name in shown if name.leader]
    lines = [((line.x1, line.y1), (line.x2, line.y2)) for _, line in leaders]
    colors = [palette.dot(spot.category) for spot, _ in leaders]
    axes.add_collection(LineCollection(lines, colors=colors, linewidths=_LEADER_WIDTH, zorder=1))
    for spot, name in shown:
        color = palette.label(spot.category)
        _write(axes, name.left, name.baseline, name.text, name.size, color, name.is_bold)
