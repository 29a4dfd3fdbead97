"""Where the dots of a map go, in points. y grows downward."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .labels import Box, Disc
from .tag_map import Spot

RING = 3.0  # the distance of the ring of a query from its dot

_WIDTH, _HEIGHT = 760.0, 560.0
_ROOMY = 30  # the number of tags that fit on a page of that size; more get a larger page
_DOT_MARGIN = 44.0  # between the plot's edge and the centers of the outermost dots
_STRETCH = 2.0  # the most that one axis is drawn larger than the other
_APART = 1.1  # the least distance of two dots, as a multiple of the sum of their radii
_MOST_MOVED = 16.0  # so that a dot stays near its place
_STEPS = 60


def page_size(spot_count: int) -> tuple[float, float]:
    """Return the width and height of a page that has room for the names of this many tags."""
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
    places = _moved_apart(middle + (places - (low + high) / 2) * scale, radii)
    return [
        Disc(x, y, radius(spot.posts)) for (x, y), spot in zip(places.tolist(), spots, strict=True)
    ]


def _moved_apart(places: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places of which overlapping dots were moved apart, by a few points at most."""
    reach = _APART * (radii[:, None] + radii) + 2 * _MOST_MOVED
    distance = np.hypot(*(axis[:, None] - axis for axis in places.T))
    one, two = np.nonzero(np.triu(distance < reach, k=1))  # no others can meet
    wanted = _APART * (radii[one] + radii[two])
    angle = 2.4 * (one + two)  # the way to go for dots at one point
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
        shift *= np.minimum(1, _MOST_MOVED / np.maximum(length, 1e-9))
    return places + shift
