"""A map drawn by Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..compat.normalizers import tag_categories
from ..tags.phrases import many
from .figure import MARGIN, POINTS, measured, page_axes, write_heading, write_source
from .labels import Box, Disc, Place, place
from .map_layout import RING, dots, page_size, radius
from .palette import Palette
from .tag_map import Spot, TagMap
from .text import shortened

_LEAST_PAGE = 300.0, 240.0  # a map on a smaller figure is squeezed
_FOOT, _GAP = 15.0, 10.0
_EDGE, _RING_WIDTH, _LEADER_WIDTH = 0.8, 1.4, 0.7
_KEY_SIZE = 9.0
_SIZES = 3  # of dots, in the legend
_NAME_SIZE, _QUERY_SIZE, _NAME_WIDTH = 9.0, 11.0, 190.0


def draw_page(tag_map: TagMap, figure: Figure, colors: Palette) -> None:
    """Draw a map on an empty figure, which gets the size that its names need."""
    width, height = page_size(len(tag_map.spots))
    figure.set_size_inches(width / POINTS, height / POINTS)
    draw(tag_map, figure, colors)


def draw(tag_map: TagMap, figure: Figure, colors: Palette) -> None:
    """Draw a map on an empty figure, laid out for the size of the figure."""
    width, height = map(max, figure.get_size_inches() * POINTS, _LEAST_PAGE)
    page = page_axes(figure, width, height)
    top = write_heading(page, tag_map.heading, colors) + _GAP
    bottom = height - MARGIN - _FOOT
    bottom -= _draw_legend(figure, _keys(tag_map.spots, colors), MARGIN / width, bottom / height)
    plot = Box(MARGIN, top, width - MARGIN, bottom - _GAP)
    discs = dots(tag_map.spots, plot)
    _draw_dots(page, tag_map.spots, discs, colors)
    hidden = _draw_labels(page, tag_map.spots, discs, plot, colors)
    note = f"{many(hidden, 'label')} left out" if hidden else ""
    write_source(page, tag_map.heading, colors, note)


def _draw_legend(figure: Figure, keys: Sequence[Line2D], left: float, bottom: float) -> float:
    """Draw the legend in as few rows as it fits in; returns its height in points."""
    for columns in range(len(keys), 0, -1):
        legend = figure.legend(
            handles=keys, ncols=columns, loc="lower left", bbox_to_anchor=(left, 1 - bottom)
        )
        extent = legend.get_window_extent()
        if columns == 1 or extent.width <= (1 - 2 * left) * figure.bbox.width:
            break
        legend.remove()
    return float(extent.height) * POINTS / figure.dpi


def _keys(spots: Sequence[Spot], colors: Palette) -> list[Line2D]:
    """Return the legend's entries: categories, the mark of a query, and sizes of dots."""

    def key(label: str, size: float, color: str, edge: str, edge_width: float = _EDGE) -> Line2D:
        line = Line2D([], [], label=label, linestyle="none", marker="o", markersize=size)
        line.set(markerfacecolor=color, markeredgecolor=edge, markeredgewidth=edge_width)
        return line

    present = {spot.category for spot in spots}
    known = [each for each in tag_categories if each in present]
    keys = [
        key(each, _KEY_SIZE, colors.dot(each), colors.background)
        for each in (*known, *sorted(present - set(known)))
    ]
    if any(spot.is_query for spot in spots):
        keys.append(key("query tag", _KEY_SIZE + 2, "none", colors.ink, _RING_WIDTH))
    for posts in round_sizes([spot.posts for spot in spots]):
        keys.append(key(many(posts, "post"), 2 * radius(posts), colors.line, colors.faint))
    return keys


def round_sizes(posts: Sequence[int]) -> list[int]:
    """Return a few of the numbers 1, 3, 10, 30 and so on, from the smallest to the largest use."""
    steps = [digit * 10**power for power in range(9) for digit in (1, 3)]
    within = [each for each in steps if min(posts, default=0) <= each <= max(posts, default=0)]
    if len(within) <= _SIZES:
        return within
    return [within[0], within[len(within) // 2], within[-1]]


def _draw_dots(page: Axes, spots: Sequence[Spot], discs: Sequence[Disc], colors: Palette) -> None:
    """Draw the dots: no large one hides a small one, and none hides a query."""
    pairs = sorted(
        zip(spots, discs, strict=True), key=lambda each: (each[0].is_query, -each[1].radius)
    )
    page.scatter(
        [disc.x for _, disc in pairs],
        [disc.y for _, disc in pairs],
        s=[(2 * disc.radius) ** 2 for _, disc in pairs],
        c=[colors.dot(spot.category) for spot, _ in pairs],
        edgecolors=colors.background,
        linewidths=_EDGE,
        zorder=2,
    )
    rings = [disc for spot, disc in pairs if spot.is_query]
    page.scatter(
        [ring.x for ring in rings],
        [ring.y for ring in rings],
        s=[(2 * (ring.radius + RING)) ** 2 for ring in rings],
        facecolors="none",
        edgecolors=colors.ink,
        linewidths=_RING_WIDTH,
        zorder=2,
    )


def _draw_labels(
    page: Axes, spots: Sequence[Spot], discs: Sequence[Disc], plot: Box, colors: Palette
) -> int:
    """Write the names, with their leaders behind all dots; returns how many have no room."""
    names = [_Name(spot) for spot in spots]
    marked = [
        Disc(disc.x, disc.y, disc.radius + (RING + 1) * spot.is_query)
        for spot, disc in zip(spots, discs, strict=True)
    ]
    places = place(marked, [name.extent for name in names], plot)
    lines, line_colors = [], []
    for spot, name, found in zip(spots, names, places, strict=True):
        if not found:
            continue
        name.write(page, found, colors.label(spot.category))
        if found.leader:
            lines.append([(found.leader.x1, found.leader.y1), (found.leader.x2, found.leader.y2)])
            line_colors.append(colors.dot(spot.category))
    page.add_collection(
        LineCollection(lines, colors=line_colors, linewidths=_LEADER_WIDTH, zorder=1)
    )
    return places.count(None)


class _Name:
    """The name of a tag, shortened if it is long. extent: its width and height."""

    def __init__(self, spot: Spot) -> None:
        self._size = _QUERY_SIZE if spot.is_query else _NAME_SIZE
        self._is_bold = spot.is_query
        self._text = shortened(spot.tag, _NAME_WIDTH, lambda text: self._measured(text)[0])
        width, above, below = self._measured(self._text)
        # The least of each, so that names are level whether or not they have tall letters.
        self._below = max(below, 0.23 * self._size)
        self.extent = width, max(above, 0.77 * self._size) + self._below

    def _measured(self, text: str) -> tuple[float, float, float]:
        return measured(text, self._size, bold=self._is_bold)

    def write(self, page: Axes, place: Place, color: str) -> None:
        weight = "bold" if self._is_bold else "normal"
        baseline = place.box.bottom - self._below
        page.text(place.box.left, baseline, self._text, size=self._size, color=color, weight=weight)
