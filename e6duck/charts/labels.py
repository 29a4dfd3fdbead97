"""Places for labels around dots, and the geometry that this takes. y grows downward.

This is not left to a library: of those for Matplotlib, adjustText and textalloc, none draws leaders
that cross nothing, gives the same result each time, and works without axes.

The functions of geometry compare n shapes with m others: they take arrays with a shape a row (its
fields, in order) and return an n x m array.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

_DISTANCES = np.array([0, 3, 7, 12, 18, 25, 33, 42], np.float64)  # leaders stay short
_DIRECTIONS = 24
_LEADER_FROM = 6.0  # a label this far away has a leader; so has one with another dot nearer to it
_TOUCH = 2.0  # the least gap between a dot and its label
_MARGIN = 1.5  # the least gap between a label and anything else
_CROWD = 9.0  # a dot nearer than this could be taken for the label's own
_NEARER = 15.0  # the cost of a label that is nearer to another dot than to its own
_GRAZE = 1.0  # how far a leader may run over the edge of another dot
_RETRIES = 2


@dataclass(frozen=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Box:
        """Return the box with a margin on all sides."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True)
class Disc:
    """A dot."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Line:
    """A straight line between two points."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Place:
    """The place of a label, and its leader unless it is close to its dot."""

    box: Box
    leader: Line | None


def place(
    discs: Sequence[Disc], sizes: Sequence[tuple[float, float]], area: Box
) -> list[Place | None]:
    """Return a place within area for the label of each disc, or None if there is no room.

    sizes: width and height of each label. The first discs choose first. Neither a label nor its
    leader touches another dot, label or leader.
    """
    dots = np.array([astuple(disc) for disc in discs], np.float64).reshape(-1, 3)
    order = list(range(len(discs)))
    places = _placed(order, dots, sizes, area)
    for _ in range(_RETRIES):
        left_out = {number for number in order if not places[number]}
        if not left_out:
            break
        # Those without a place choose first now, but not at the cost of another one.
        order = sorted(order, key=lambda number: number not in left_out)
        again = _placed(order, dots, sizes, area)
        if {number for number in order if not again[number]} < left_out:
            places = again
    return places


def _placed(
    order: Sequence[int], dots: Floats, sizes: Sequence[tuple[float, float]], area: Box
) -> list[Place | None]:
    boxes = spokes = np.empty((0, 4))  # a spoke is a leader from the center of its dot
    places: list[Place | None] = [None] * len(order)
    for number in order:
        own = dots[number]
        reach = own[2] + _TOUCH + _DISTANCES[-1] + max(sizes[number]) + _CROWD
        is_near = (np.abs(dots[:, :2] - own[:2]) <= reach + dots[:, 2:]).all(axis=1)
        is_near[number] = False
        # Only what is near can be in the way; with 300 dots this takes a third of the time.
        nearby = dots[is_near], _near(boxes, own, reach), _near(spokes, own, reach)
        found = places[number] = _best_place(own, sizes[number], area, *nearby)
        if found:
            boxes = np.vstack([boxes, astuple(found.box)])
        if found and found.leader:
            spokes = np.vstack([spokes, (*own[:2], found.leader.x2, found.leader.y2)])
    return places


def _near(shapes: Floats, dot: Floats, reach: float) -> Floats:
    """Return the boxes or lines that come within reach of a dot."""
    one, two = shapes[:, :2], shapes[:, 2:]
    meets = (np.minimum(one, two) <= dot[:2] + reach) & (np.maximum(one, two) >= dot[:2] - reach)
    return shapes[meets.all(axis=1)]


def _best_place(
    own: Floats,
    size: tuple[float, float],
    area: Box,
    others: Floats,
    taken: Floats,
    spokes: Floats,
) -> Place | None:
    """Return the cheapest free place. others: dots. taken: labels. spokes: of other leaders."""
    boxes, costs = _candidates(own, size)
    gaps = box_gaps(boxes, others)
    own_gap, other_gap = box_gaps(boxes, own[None])[:, 0], gaps.min(axis=1, initial=np.inf)
    grown = boxes + np.array([-_MARGIN, -_MARGIN, _MARGIN, _MARGIN])
    is_free = (
        (boxes[:, :2] >= (area.left, area.top)).all(axis=1)
        & (boxes[:, 2:] <= (area.right, area.bottom)).all(axis=1)
        & (gaps >= _MARGIN).all(axis=1)
        & ~boxes_meet(grown, taken).any(axis=1)
        & ~lines_enter(spokes, grown).any(axis=0)
    )
    leaders = _leaders(own, boxes)
    own_spokes = np.hstack([np.broadcast_to(own[:2], (len(boxes), 2)), leaders[:, 2:]])
    is_leader_free = (
        ~lines_enter(leaders, taken).any(axis=1)
        & ~lines_cross(own_spokes, spokes).any(axis=1)
        & (line_gaps(leaders, others) >= -_GRAZE).all(axis=1)
    )
    has_leader = own_gap > np.minimum(_LEADER_FROM, other_gap)
    is_free &= ~has_leader | is_leader_free
    if not is_free.any():
        return None
    crowding = np.maximum(_CROWD - gaps, 0).sum(axis=1) + _NEARER * (own_gap > other_gap)
    best = int(np.where(is_free, costs + crowding, np.inf).argmin())
    leader = Line(*leaders[best].tolist()) if has_leader[best] else None
    return Place(Box(*boxes[best].tolist()), leader)


def _candidates(own: Floats, size: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return boxes around a dot and what each costs: near and to the right is best."""
    angle = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    way = np.tile(np.column_stack([np.cos(angle), -np.sin(angle)]), (len(_DISTANCES), 1))
    distance = np.repeat(_DISTANCES, _DIRECTIONS)
    half = np.array(size) / 2
    # A label slides along the side that faces the dot; diagonally, its corner faces the dot.
    slide = np.clip(1.6 * way, -1, 1) * half
    center = own[:2] + way * (own[2] + _TOUCH + distance)[:, None] + slide
    across, down = way.T
    costs = distance + 4 * (1 - np.abs(across)) + (across < -1e-9) + (down > 1e-9)
    return np.hstack([center - half, center + half]), costs


def _leaders(own: Floats, boxes: Floats) -> Floats:
    """Return the lines from the edge of a dot to the nearest points of boxes."""
    center = own[:2]
    end = np.clip(center, boxes[:, :2] + _MARGIN, boxes[:, 2:] - _MARGIN)
    length = np.maximum(np.linalg.norm(end - center, axis=1, keepdims=True), 1e-9)
    return np.hstack([center + (end - center) * (own[2] + _MARGIN) / length, end])


def boxes_meet(boxes: Floats, others: Floats) -> Bools:
    """Return which boxes share more than an edge."""
    begin = np.maximum(boxes[:, None, :2], others[None, :, :2])
    end = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray((begin < end).all(axis=2))


def box_gaps(boxes: Floats, discs: Floats) -> Floats:
    """Return the distances of boxes from the edges of discs; negative if they overlap."""
    centers = discs[None, :, :2]
    nearest = np.clip(centers, boxes[:, None, :2], boxes[:, None, 2:])
    return np.asarray(np.linalg.norm(nearest - centers, axis=2) - discs[:, 2])


def line_gaps(lines: Floats, discs: Floats) -> Floats:
    """Return the distances of lines from the edges of discs."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    offset = discs[None, :, :2] - start
    square = np.maximum((way * way).sum(axis=2), 1e-9)
    along = np.clip((offset * way).sum(axis=2) / square, 0, 1)
    return np.asarray(np.linalg.norm(offset - along[:, :, None] * way, axis=2) - discs[:, 2])


def lines_cross(lines: Floats, others: Floats) -> Bools:
    """Return which lines cross."""
    return _separate(lines, others) & _separate(others, lines).T


def _separate(lines: Floats, others: Floats) -> Bools:
    """Return which lines, extended without end, have the ends of which others on two sides."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    one, two = others[None, :, :2] - start, others[None, :, 2:] - start
    return np.asarray(_cross(way, one) * _cross(way, two) < 0)


def _cross(one: Floats, two: Floats) -> Floats:
    return np.asarray(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])


def lines_enter(lines: Floats, boxes: Floats) -> Bools:
    """Return which lines enter which boxes."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    way = np.where(np.abs(way) < 1e-9, 1e-9, way)
    one, two = (boxes[None, :, :2] - start) / way, (boxes[None, :, 2:] - start) / way
    # A line is in a box while it is between its sides and also between its top and bottom.
    enter = np.minimum(one, two).max(axis=2)
    leave = np.maximum(one, two).min(axis=2)
    return np.asarray(np.maximum(enter, 0) < np.minimum(leave, 1))
