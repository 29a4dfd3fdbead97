"""Places for labels around dots, so that none covers another: greedy, in the order given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from .geometry import (
    Box,
    Disc,
    Facts,
    Lengths,
    Line,
    Shapes,
    box_gaps,
    boxes_meet,
    line_gaps,
    lines_cross,
    lines_enter,
)

_DISTANCES = np.array([0, 3, 7, 12, 18, 25, 33, 42], np.float64)  # leaders stay short
_DIRECTIONS = 24
_LED = 6.0  # from here on a label needs a leader, and before where another dot is nearer
_TOUCH = 2.0  # the least gap between a dot and its label
_MARGIN = 1.5  # the least gap between a label and anything else
_CROWD = 9.0  # a dot nearer than this could be taken for the label's own
_NEARER = 15.0  # what it costs a label to stand nearer to another dot than to its own
_GRAZE = 1.0  # so much of another dot's edge may a leader touch
_RETRIES = 2
_GROWN = np.array([-_MARGIN, -_MARGIN, _MARGIN, _MARGIN])


@dataclass(frozen=True)
class Place:
    """Where a label goes, and the leader to it unless it stands close by."""

    box: Box
    leader: Line | None


@dataclass(frozen=True)
class _Taken:
    """What later labels and leaders keep clear of; a spoke is a leader from the dot's centre."""

    boxes: Shapes
    spokes: Shapes

    def with_place(self, place: Place, dot: Lengths) -> _Taken:
        boxes = np.vstack([self.boxes, astuple(place.box)])
        if not place.leader:
            return _Taken(boxes, self.spokes)
        spoke = (*dot[:2], place.leader.x2, place.leader.y2)
        return _Taken(boxes, np.vstack([self.spokes, spoke]))

    def near(self, dot: Lengths, reach: float) -> _Taken:
        """Return what may meet a label or a leader of a dot."""
        low, high = dot[:2] - reach, dot[:2] + reach

        def meet(shapes: Shapes) -> Shapes:
            one, two = shapes[:, :2], shapes[:, 2:]
            is_near = (np.minimum(one, two) <= high) & (np.maximum(one, two) >= low)
            return shapes[is_near.all(axis=1)]

        return _Taken(meet(self.boxes), meet(self.spokes))


def place(
    discs: Sequence[Disc], sizes: Sequence[tuple[float, float]], area: Box
) -> list[Place | None]:
    """Return a place within area for the label of each disc, or None where there is no room.

    sizes: width and height of the label of each disc. The first ones choose first. A label keeps
    clear of all dots, labels and leaders, and so does its leader.
    """
    dots = np.array([astuple(disc) for disc in discs], np.float64).reshape(-1, 3)
    order = list(range(len(discs)))
    places = _placed(order, dots, sizes, area)
    for _ in range(_RETRIES):
        left_out = {number for number in order if not places[number]}
        if not left_out:
            break
        # What found no room chooses first, but not at the cost of another one.
        order = sorted(order, key=lambda number: number not in left_out)
        again = _placed(order, dots, sizes, area)
        if {number for number in order if not again[number]} < left_out:
            places = again
    return places


def _placed(
    order: Sequence[int], dots: Shapes, sizes: Sequence[tuple[float, float]], area: Box
) -> list[Place | None]:
    taken = _Taken(np.empty((0, 4)), np.empty((0, 4)))
    places: list[Place | None] = [None] * len(order)
    for number in order:
        found = places[number] = _best_place(number, dots, sizes[number], area, taken)
        if found:
            taken = taken.with_place(found, dots[number])
    return places


def _best_place(
    number: int, dots: Shapes, size: tuple[float, float], area: Box, taken: _Taken
) -> Place | None:
    own = dots[number]
    reach = own[2] + _TOUCH + _DISTANCES[-1] + max(size) + _CROWD
    is_near = (np.abs(dots[:, :2] - own[:2]) <= reach + dots[:, 2:]).all(axis=1)
    is_near[number] = False
    others, taken = dots[is_near], taken.near(own, reach)
    boxes, costs = _candidates(own, size)
    lines = _lines(own, boxes)
    gaps = box_gaps(boxes, others)
    own_gap, other_gap = box_gaps(boxes, own[None])[:, 0], gaps.min(axis=1, initial=np.inf)
    led = own_gap > np.minimum(_LED, other_gap)
    free = (
        _within(boxes, area)
        & (gaps >= _MARGIN).all(axis=1)
        & _clear(boxes + _GROWN, taken)
        & (~led | _clear_lines(lines, own, others, taken))
    )
    if not free.any():
        return None
    crowding = np.maximum(_CROWD - gaps, 0).sum(axis=1) + _NEARER * (own_gap > other_gap)
    best = int(np.where(free, costs + crowding, np.inf).argmin())
    return Place(Box(*boxes[best].tolist()), Line(*lines[best].tolist()) if led[best] else None)


def _candidates(own: Lengths, size: tuple[float, float]) -> tuple[Shapes, Lengths]:
    """Return boxes around a dot and what each costs: near and to the right is best."""
    angle = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    way = np.tile(np.column_stack([np.cos(angle), -np.sin(angle)]), (len(_DISTANCES), 1))
    distance = np.repeat(_DISTANCES, _DIRECTIONS)
    # A label slides along its side where that faces the dot, and else shows it a corner.
    slide = np.clip(1.6 * way, -1, 1) * np.array(size) / 2
    centre = own[:2] + way * (own[2] + _TOUCH + distance)[:, None] + slide
    half = np.array(size) / 2
    across, down = way.T
    costs = distance + 4 * (1 - np.abs(across)) + (across < -1e-9) + (down > 1e-9)
    return np.hstack([centre - half, centre + half]), costs


def _lines(own: Lengths, boxes: Shapes) -> Shapes:
    """Return the lines from the edge of a dot to the nearest points of boxes."""
    centre = own[:2]
    end = np.clip(centre, boxes[:, :2] + _MARGIN, boxes[:, 2:] - _MARGIN)
    length = np.maximum(np.linalg.norm(end - centre, axis=1, keepdims=True), 1e-9)
    return np.hstack([centre + (end - centre) * (own[2] + _MARGIN) / length, end])


def _within(boxes: Shapes, area: Box) -> Facts:
    """Tell which boxes lie in an area."""
    start, end = np.array([area.left, area.top]), np.array([area.right, area.bottom])
    return np.asarray((boxes[:, :2] >= start).all(axis=1) & (boxes[:, 2:] <= end).all(axis=1))


def _clear(boxes: Shapes, taken: _Taken) -> Facts:
    """Tell which boxes keep clear of labels and leaders."""
    return np.asarray(
        ~boxes_meet(boxes, taken.boxes).any(axis=1) & ~lines_enter(taken.spokes, boxes).any(axis=0)
    )


def _clear_lines(lines: Shapes, own: Lengths, others: Shapes, taken: _Taken) -> Facts:
    """Tell which leaders keep clear of labels, leaders and dots."""
    spokes = np.hstack([np.broadcast_to(own[:2], (len(lines), 2)), lines[:, 2:]])
    return np.asarray(
        ~lines_enter(lines, taken.boxes).any(axis=1)
        & ~lines_cross(spokes, taken.spokes).any(axis=1)
        & (line_gaps(lines, others) >= -_GRAZE).all(axis=1)
    )
