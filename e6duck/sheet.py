"""A map laid out on a page: each dot, label, line and word with its place, still without colours.

Lengths are in points, and y grows downward. Whoever draws a sheet has nothing to decide, so that a
picture and a web page show the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .charts.text import FAINT, Measure, Text, printable, shortened, wrapped
from .geometry import Box, Disc, Line
from .labels import place
from .legend import ROW_HEIGHT, Key, legend, legend_at, radius
from .maps import Spot, TagMap

MARGIN = 26.0  # around all that is on a page
RING = 3.0  # how far the ring of a query is from its dot

_WIDTH, _HEIGHT = 720.0, 540.0
_ROOMY = 30  # so many spots have room on a page of that size; more get a larger one
_AXIS_ROOM = 18.0  # beside the plot, for the name of an axis
_DOT_MARGIN = 22.0  # between the plot's edge and the centres of the outermost dots
_STRETCH = 2.0  # the most that one axis is drawn larger than the other
_TITLE_SIZE, _TITLE_LINE, _TITLE_LINES, _TITLE_GAP = 15.0, 20.0, 2, 6.0
_NAME_SIZE, _QUERY_SIZE, _SMALL_SIZE = 9.0, 10.5, 8.5
_NAME_ROOM = 190.0


@dataclass(frozen=True)
class Label:
    """The name beside a dot, shortened where it is long; hidden where there is no room for it."""

    text: Text
    box: Box
    leader: Line | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class Mark:
    """A spot on the page."""

    spot: Spot
    disc: Disc
    label: Label


@dataclass(frozen=True)
class Sheet:
    """A page with all that is on it; top is where its title ends."""

    width: float
    height: float
    top: float
    title: tuple[Text, ...]
    zero_lines: tuple[Line, Line]
    marks: tuple[Mark, ...]
    keys: tuple[Key, ...]
    texts: tuple[Text, ...]

    def back_to_front(self) -> list[Mark]:
        """Return the marks as they are painted: no large dot hides a small one, none a query."""
        return sorted(self.marks, key=lambda mark: (mark.spot.is_query, -mark.disc.radius))


def page_size(spot_count: int) -> tuple[float, float]:
    """Return the width and height of a page on which so many names have room."""
    scale = min(max(math.sqrt(spot_count / _ROOMY), 1.0), 2.0)
    return round(_WIDTH * scale), round(_HEIGHT * scale)


def laid_out(tag_map: TagMap, measure: Measure, size: tuple[float, float] | None = None) -> Sheet:
    """Return the page of a map; its labels choose their places queries first, then by score."""
    width, height = size or page_size(len(tag_map.spots))
    room = width - 2 * MARGIN
    title = _title(tag_map.title, room, measure)
    rows = legend(tag_map.spots, room, measure)
    legend_top = height - MARGIN - ROW_HEIGHT * len(rows)
    keys, words = legend_at(rows, MARGIN, legend_top)
    plot = Box(
        left=MARGIN + _AXIS_ROOM,
        top=MARGIN + _TITLE_LINE * len(title) + _TITLE_GAP,
        right=width - MARGIN,
        bottom=legend_top - 1.5 * _AXIS_ROOM,
    )
    discs, zero_lines = _discs(tag_map.spots, plot)
    labels = _labels(tag_map.spots, discs, plot, measure)
    hidden = sum(label.is_hidden for label in labels)
    return Sheet(
        width,
        height,
        top=plot.top - _TITLE_GAP,
        title=title,
        zero_lines=zero_lines,
        marks=tuple(map(Mark, tag_map.spots, discs, labels)),
        keys=keys,
        texts=(*_axis_names(tag_map.variance, plot), *_note(hidden, plot), *words),
    )


def _title(title: str, room: float, measure: Measure) -> tuple[Text, ...]:
    def width(text: str) -> float:
        return measure(text, _TITLE_SIZE, True)[0]

    base = MARGIN + 0.8 * _TITLE_SIZE
    return tuple(
        Text(line, MARGIN, base + _TITLE_LINE * number, _TITLE_SIZE, is_bold=True)
        for number, line in enumerate(wrapped(title, room, _TITLE_LINES, width))
    )


def _discs(spots: Sequence[Spot], plot: Box) -> tuple[list[Disc], tuple[Line, Line]]:
    """Return the dots, which fill the plot, and the lines where an axis is zero."""
    inner = plot.grown(-_DOT_MARGIN)
    across = _Axis.of([spot.x for spot in spots], inner.left, inner.right)
    down = _Axis.of([-spot.y for spot in spots], inner.top, inner.bottom)
    across, down = across.limited(down), down.limited(across)
    discs = [Disc(across.at(spot.x), down.at(-spot.y), radius(spot.posts)) for spot in spots]
    zero_x, zero_y = plot.nearest(across.at(0), down.at(0))
    upright = Line(zero_x, plot.top, zero_x, plot.bottom)
    return discs, (upright, Line(plot.left, zero_y, plot.right, zero_y))


@dataclass(frozen=True)
class _Axis:
    """An axis of the plot: the value in its middle, the middle's place, and points a unit."""

    value: float
    middle: float
    scale: float

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        low, high = min(values, default=0.0), max(values, default=0.0)
        scale = (end - start) / (high - low) if high > low else math.inf
        return cls((low + high) / 2, (start + end) / 2, scale)

    def limited(self, other: _Axis) -> _Axis:
        """Return the axis not stretched much more than the other one."""
        scale = min(self.scale, _STRETCH * other.scale)
        return _Axis(self.value, self.middle, scale if math.isfinite(scale) else 0.0)

    def at(self, value: float) -> float:
        return self.middle + (value - self.value) * self.scale


def _labels(
    spots: Sequence[Spot], discs: Sequence[Disc], plot: Box, measure: Measure
) -> list[Label]:
    names = [_name(spot, disc, measure) for spot, disc in zip(spots, discs, strict=True)]
    marked = [
        Disc(disc.x, disc.y, disc.radius + (RING + 1 if spot.is_query else 0))
        for spot, disc in zip(spots, discs, strict=True)
    ]
    sizes = [(name.box.right - name.box.left, name.box.bottom - name.box.top) for name in names]
    places = place(marked, sizes, plot)
    return [
        _moved(name, found.box, found.leader) if found else name
        for name, found in zip(names, places, strict=True)
    ]


def _name(spot: Spot, disc: Disc, measure: Measure) -> Label:
    """Return the label of a spot that has no place yet: hidden, to the right of its dot."""
    size = _QUERY_SIZE if spot.is_query else _NAME_SIZE

    def width(text: str) -> float:
        return measure(text, size, spot.is_query)[0]

    name = shortened(printable(spot.tag), _NAME_ROOM, width)
    across, above, below = measure(name, size, spot.is_query)
    # All stand alike on their lines, whether or not they have letters that rise or hang.
    above, below = max(above, 0.77 * size), max(below, 0.23 * size)
    left, line = disc.x + disc.radius + 2, disc.y + (above - below) / 2
    text = Text(name, left, line, size, spot.category, is_bold=spot.is_query)
    return Label(text, Box(left, line - above, left + across, line + below), is_hidden=True)


def _moved(label: Label, box: Box, leader: Line | None) -> Label:
    """Return a label at its place."""
    base = box.bottom - (label.box.bottom - label.text.y)
    return Label(replace(label.text, x=box.left, y=base), box, leader)


def _axis_names(variance: tuple[float, float], plot: Box) -> Iterator[Text]:
    first, second = (f"axis: {share:.0%} of the variance" for share in variance)
    x, y = (plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2
    yield Text(f"first {first}", x, plot.bottom + 13, _SMALL_SIZE, FAINT, "middle")
    yield Text(f"second {second}", plot.left - 9, y, _SMALL_SIZE, FAINT, "middle", is_upright=True)


def _note(count: int, plot: Box) -> Iterator[Text]:
    """Say how many dots have no label."""
    if count:
        note = f"{count} label{'s' * (count != 1)} left out"
        yield Text(note, plot.right, plot.bottom + 13, _SMALL_SIZE, FAINT, "end")
