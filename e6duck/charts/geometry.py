"""Boxes, dots and lines on a page, where y grows downward, and which of them meet.

The functions compare all with all: they take n and m shapes, as arrays with the fields of a shape
in a row, and return an n x m array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Shapes: TypeAlias = NDArray[np.float64]
Lengths: TypeAlias = NDArray[np.float64]
Facts: TypeAlias = NDArray[np.bool_]


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


def boxes_meet(boxes: Shapes, others: Shapes) -> Facts:
    """Tell which boxes share more than an edge."""
    begin = np.maximum(boxes[:, None, :2], others[None, :, :2])
    end = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray((begin < end).all(axis=2))


def box_gaps(boxes: Shapes, discs: Shapes) -> Lengths:
    """Return how far boxes are from the edges of discs; negative where they cover them."""
    centres = discs[None, :, :2]
    nearest = np.clip(centres, boxes[:, None, :2], boxes[:, None, 2:])
    return np.asarray(np.linalg.norm(nearest - centres, axis=2) - discs[:, 2])


def line_gaps(lines: Shapes, discs: Shapes) -> Lengths:
    """Return how far lines are from the edges of discs."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    offset = discs[None, :, :2] - start
    square = np.maximum((way * way).sum(axis=2), 1e-9)
    along = np.clip((offset * way).sum(axis=2) / square, 0, 1)
    return np.asarray(np.linalg.norm(offset - along[:, :, None] * way, axis=2) - discs[:, 2])


def lines_cross(lines: Shapes, others: Shapes) -> Facts:
    """Tell which lines cross."""
    return _parts(lines, others) & _parts(others, lines).T


def _parts(lines: Shapes, others: Shapes) -> Facts:
    """Tell which lines, drawn on without end, part the ends of which others."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    one, two = others[None, :, :2] - start, others[None, :, 2:] - start
    return np.asarray(_cross(way, one) * _cross(way, two) < 0)


def _cross(one: Shapes, two: Shapes) -> Lengths:
    return np.asarray(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])


def lines_enter(lines: Shapes, boxes: Shapes) -> Facts:
    """Tell which lines enter which boxes."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    way = np.where(np.abs(way) < 1e-9, 1e-9, way)
    one, two = (boxes[None, :, :2] - start) / way, (boxes[None, :, 2:] - start) / way
    # A line is in a box while it is between its sides and also between its top and bottom.
    enter = np.minimum(one, two).max(axis=2)
    leave = np.maximum(one, two).min(axis=2)
    return np.asarray(np.maximum(enter, 0) < np.minimum(leave, 1))
