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

_DISTANCES = np.array([0, 3, 7, 12, 18, 25, 33, 42, 52, 64, 78, 94, 112], np.float64)
_DIRECTIONS = 24
_LED = 6.0  # from here on a label needs a leader, and before where another dot is nearer
_TOUCH = 2.0  # the least gap between a dot and its label
_MARGIN = 1.5  # the least gap between a label and anything else
_CROWD = 9.0  # a dot nearer than this could be taken for the label's own
_CLUMP = 6.0  # dots so near each other are one clump, under which a leader may pass
_GROWN = np.array([-_MARGIN, -_MARGIN, _MARGIN, _MARGIN])


@dataclass(frozen=True)
class Place:
    """Where a label goes, and the leader to it unless it stands close by."""

    box: Box
    leader: Line | None


def place(
    discs: Sequence[Disc], sizes: Sequence[tuple[float, float]], area: Box
) -> list[Place | None]:
    """Return a place within area for the label of each disc, or None where there is no room.

    sizes: width and height of the label of each disc. The first ones choose first. A label keeps
    clear of all dots, labels and leaders, and so does its leader.
    """
    dots = np.array([astuple(disc) for disc in discs], np.float64).reshape(-1, 3)
    taken: list[Place] = []
    places: list[Place | None] = []
    for number, size in enumerate(sizes):
        found = _best_place(number, dots, size, area, taken)
        places.append(found)
        if found:
            taken.append(found)
    return places


def _best_place(
    number: int, dots: Shapes, size: tuple[float, float], area: Box, taken: Sequence[Place]
) -> Place | None:
    own, others = dots[number], np.delete(dots, number, axis=0)
    boxes, costs = _candidates(own, size)
    lines = _lines(own, boxes)
    gaps = box_gaps(boxes, others)
    led = box_gaps(boxes, own[None])[:, 0] > np.minimum(_LED, gaps.min(axis=1, initial=_LED))
    free = (
        _within(boxes, area)
        & (gaps >= _MARGIN).all(axis=1)
        & _clear(boxes + _GROWN, taken)
        & (~led | _clear_lines(lines, own, others, taken))
    )
    if not free.any():
        return None
    crowding = np.maximum(_CROWD - gaps, 0).sum(axis=1)
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


def _clear(boxes: Shapes, taken: Sequence[Place]) -> Facts:
    """Tell which boxes keep clear of labels and leaders."""
    labels, leaders = _shapes(taken)
    return np.asarray(
        ~boxes_meet(boxes, labels).any(axis=1) & ~lines_enter(leaders, boxes).any(axis=0)
    )


def _clear_lines(lines: Shapes, own: Lengths, others: Shapes, taken: Sequence[Place]) -> Facts:
    """Tell which leaders keep clear of labels, leaders, and dots but those that touch its own."""
    labels, leaders = _shapes(taken)
    apart = np.linalg.norm(others[:, :2] - own[:2], axis=1) >= others[:, 2] + own[2] + _CLUMP
    return np.asarray(
        ~lines_enter(lines, labels).any(axis=1)
        & ~lines_cross(lines, leaders).any(axis=1)
        & (line_gaps(lines, others[apart]) >= 0).all(axis=1)
    )


def _shapes(taken: Sequence[Place]) -> tuple[Shapes, Shapes]:
    labels = [astuple(each.box) for each in taken]
    leaders = [astuple(each.leader) for each in taken if each.leader]
    return np.array(labels).reshape(-1, 4), np.array(leaders).reshape(-1, 4)
