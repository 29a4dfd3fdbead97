"""Where the dots of a map go."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from e6duck.charts.labels import Box
from e6duck.charts.map_layout import dots, radius
from e6duck.charts.tag_map import Spot

PLOT = Box(0, 0, 400, 300)


def test_tags_at_one_point_are_all_seen() -> None:
    """Each dot has a part that no other one covers, and stays near its place."""
    spots = [Spot("far", "lore", 100, 1, 0, 0, False)]
    spots += [Spot(str(at), "lore", 1000, 1, 1, 1, False) for at in range(4)]
    far, *near = dots(spots, PLOT)
    assert (far.x, far.y) == pytest.approx((44, 256))
    for one, two in combinations(near, 2):
        assert math.hypot(one.x - two.x, one.y - two.y) > one.radius + two.radius
    for each in near:
        assert math.hypot(each.x - 356, each.y - 44) <= 16 + 1e-6


def test_dots_fill_the_plot() -> None:
    found = dots([Spot(str(at), "lore", 1, 1, at, 2 * (at % 2), False) for at in range(4)], PLOT)
    assert (min(each.x for each in found), max(each.x for each in found)) == (44, 356)
    assert (min(each.y for each in found), max(each.y for each in found)) == (44, 256)


def test_an_axis_of_little_variance_is_not_blown_up() -> None:
    found = dots([Spot(str(at), "lore", 1, 1, at, at % 2 / 100, False) for at in range(4)], PLOT)
    height = max(each.y for each in found) - min(each.y for each in found)
    assert height == pytest.approx(2 * 312 / 3 / 100)


def test_dots_grow_with_use() -> None:
    radii = [radius(10**at) for at in range(7)]
    assert radii == sorted(radii)
    assert radii[-1] > 3 * radii[0]
