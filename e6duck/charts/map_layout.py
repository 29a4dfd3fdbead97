"""Where the dots and labels of a map go. Lengths are in points, and y grows downward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .geometry import Box, Disc, Line
from .labels import Place, place
from .tag_map import Spot
from .text import Measure, printable, shortened

RING = 3.0  # the distance of the ring of a query from its dot

_WIDTH, _HEIGHT = 760.0, 560.0
_ROOMY = 30  # the number of tags that fit on a page of that size; more get a larger page
_DOT_MARGIN = 44.0  # between the plot's edge and the centres of the outermost dots
_STRETCH = 2.0  # the most that one axis is drawn larger than the other
_APART = 1.1  # dots nearer than this share of their radii are moved apart, ...
_MOST_APART = 16.0  # ... by this at most, so that places stay true
_STEPS = 60
_NAME_SIZE, _QUERY_SIZE, _NAME_WIDTH = 9.0, 11.0, 190.0

_Name: TypeAlias = tuple[str, float, float, float, float]


@dataclass(frozen=True)
class Label:
    """The name of a tag, shortened if it is long, with its box."""

    text: str
    size: float
    is_bold: bool
    left: float
    baseline: float
    box: Box
    leader: Line | None


def page_size(spot_count: int) -> tuple[float, float]:
    """Return the width and height of a page on which the names of this many tags have room."""
    scale = min(max(math.sqrt(spot_count / _ROOMY), 0.85), 2.0)
    return round(_WIDTH * scale), round(_HEIGHT * scale)


def radius(posts: int) -> float:
    """Return a dot's radius: it grows with the logarithm of posts, from 2.5 to 11."""
    return min(max(1.5 + 1.4 * math.log10(max(posts, 1)), 2.5), 11.0)


def dots(spots: Sequence[Spot], plot: Box) -> list[Disc]:
    """Return the dots of the tags: they fill the plot, and none hides another one."""
    if not spots:
        return []
    places = np.array([(spot.x, -spot.y) for spot in spots])
    radii = np.array([radius(spot.posts) + RING * spot.is_query for spot in spots])
    low, high = places.min(axis=0), places.max(axis=0)
    inner = plot.grown(-_DOT_MARGIN)
    room = np.array([inner.right - inner.left, inner.bottom - inner.top])
    scale = room / np.maximum(high - low, 1e-9)
    scale = np.minimum(scale, _STRETCH * scale[::-1])
    middle = np.array([inner.left + inner.right, inner.top + inner.bottom]) / 2
    places = _run_in_thread(middle + (places - (low + high) / 2) * scale, radii)
    return [
        Disc(x, y, radius(spot.posts)) for (x, y), spot in zip(places.tolist(), spots, strict=True)
    ]


def _run_in_thread(places: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move dots apart that lie on one another, each by a few points at most."""
    reach = _APART * (radii[:, None] + radii) + 2 * _MOST_APART
    distance = np.hypot(*(axis[:, None] - axis for axis in places.T))
    one, two = np.nonzero(np.triu(distance < reach, k=1))  # no others can meet
    wanted = _APART * (radii[one] + radii[two])
    angle = 2.4 * (one + two)  # which way dots go that stand at one point
    fallback = np.column_stack([np.cos(angle), np.sin(angle)])
    shift = np.zeros_like(places)
    for _ in range(_STEPS):
        offset = places[one] + shift[one] - places[two] - shift[two]
        gap = np.linalg.norm(offset, axis=1)
        overlap = np.maximum(wanted - gap, 0)
        if overlap.max(initial=0) < 0.1:
            break
        way = np.where(gap[:, None] > 1e-3, offset / np.maximum(gap, 1e-3)[:, None], fallback)
        push = overlap[:, None] * way / 4
        for axis in range(2):
            shift[:, axis] += np.bincount(one, push[:, axis], len(places))
            shift[:, axis] -= np.bincount(two, push[:, axis], len(places))
        length = np.linalg.norm(shift, axis=1, keepdims=True)
        shift *= np.minimum(1, _MOST_APART / np.maximum(length, 1e-9))
    return places + shift


def labels(
    spots: Sequence[Spot], discs: Sequence[Disc], plot: Box, measure: Measure
) -> list[Label | None]:
    """Return the label of each tag, None if there is no room. The first tags choose first."""
    names = [_name(spot, measure) for spot in spots]
    marked = [
        Disc(disc.x, disc.y, disc.radius + (RING + 1 if spot.is_query else 0))
        for spot, disc in zip(spots, discs, strict=True)
    ]
    places = place(marked, [(width, above + below) for _, _, width, above, below in names], plot)
    return [
        _label(spot, name, found) for spot, name, found in zip(spots, names, places, strict=True)
    ]


def _label(spot: Spot, name: _Name, found: Place | None) -> Label | None:
    if not found:
        return None
    text, size, _, _, below = name
    baseline = found.box.bottom - below
    return Label(text, size, spot.is_query, found.box.left, baseline, found.box, found.leader)


def _name(spot: Spot, measure: Measure) -> _Name:
    """Return a tag's label, its size, its width, and its height above and below the line."""
    size = _QUERY_SIZE if spot.is_query else _NAME_SIZE

    def width(text: str) -> float:
        return measure(text, size, spot.is_query)[0]

    name = shortened(printable(spot.tag), _NAME_WIDTH, width)
    across, above, below = measure(name, size, spot.is_query)
    # All stand alike on their lines, whether or not they have letters that rise or hang.
    return name, size, across, max(above, 0.77 * size), max(below, 0.23 * size)
