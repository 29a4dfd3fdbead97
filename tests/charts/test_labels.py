"""Geometry, and the places of labels."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.charts.labels import (
    Box,
    Disc,
    Line,
    Place,
    box_gaps,
    boxes_meet,
    line_gaps,
    lines_cross,
    lines_enter,
    place,
)

PAGE = Box(0, 0, 300, 200)


def row(*numbers: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([numbers], np.float64)


# Geometry

SQUARE = row(10, 10, 20, 20)


@pytest.mark.parametrize(
    ("box", "meet"),
    [
        pytest.param((15, 15, 30, 30), True, id="a corner"),
        pytest.param((12, 12, 13, 13), True, id="within"),
        pytest.param((0, 12, 30, 13), True, id="across"),
        pytest.param((20, 10, 30, 20), False, id="an edge"),
        pytest.param((0, 0, 30, 9), False, id="above"),
    ],
)
def test_boxes_meet_where_they_share_room(box: tuple[float, ...], meet: bool) -> None:
    assert boxes_meet(SQUARE, row(*box)) == meet
    assert boxes_meet(row(*box), SQUARE) == meet


def test_a_gap_is_measured_from_the_edge_of_a_dot() -> None:
    assert box_gaps(SQUARE, row(15, 30, 4)) == 6
    assert box_gaps(SQUARE, row(23, 24, 1)) == 4
    assert box_gaps(SQUARE, row(15, 15, 1)) < 0
    assert line_gaps(row(0, 0, 10, 0), row(5, 7, 2)) == 5
    assert line_gaps(row(0, 0, 10, 0), row(13, 4, 2)) == 3
    assert line_gaps(row(1, 1, 1, 1), row(1, 4, 1)) == 2


@pytest.mark.parametrize(
    ("line", "enters"),
    [
        pytest.param((0, 15, 30, 15), True, id="through"),
        pytest.param((15, 15, 15, 16), True, id="within"),
        pytest.param((15, 0, 15, 12), True, id="upright, ending within"),
        pytest.param((0, 15, 9, 15), False, id="ending before"),
        pytest.param((0, 9, 30, 9), False, id="beside"),
        pytest.param((0, 15, 15, 30), False, id="past a corner"),
    ],
)
def test_a_line_enters_a_box(line: tuple[float, ...], enters: bool) -> None:
    assert lines_enter(row(*line), SQUARE) == enters


def test_lines_cross_only_within_both() -> None:
    assert lines_cross(row(0, 0, 10, 10), row(0, 10, 10, 0))
    assert not lines_cross(row(0, 0, 4, 4), row(0, 10, 10, 0))
    assert not lines_cross(row(0, 0, 10, 10), row(1, 0, 11, 10))


# Places


def array(shape: Box | Disc | Line) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return row(*vars(shape).values())


def assert_clear(discs: list[Disc], places: list[Place | None]) -> None:
    """Assert that no label touches a label, leader or dot, and that all are on the page."""
    found = [each for each in places if each]
    boxes = [array(each.box) for each in found]
    leaders = [array(each.leader) for each in found if each.leader]
    for one, two in combinations(boxes, 2):
        assert not boxes_meet(one, two)
    for box in boxes:
        assert all(box_gaps(box, array(disc)) > 0 for disc in discs)
        assert (box[0, :2] >= 0).all() and box[0, 2] <= PAGE.right and box[0, 3] <= PAGE.bottom
    for one, two in combinations(leaders, 2):
        assert not lines_cross(one, two)
    for each in found:
        others = [box for box, other in zip(boxes, found, strict=True) if other is not each]
        assert not (each.leader and any(lines_enter(array(each.leader), box) for box in others))


NUMBER = st.floats(0, 1, allow_subnormal=False)


@settings(deadline=None)
@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), max_size=25))
def test_no_label_covers_anything(dots: list[tuple[float, float, float, float]]) -> None:
    discs = [Disc(300 * x, 200 * y, 2 + 8 * radius) for x, y, radius, _ in dots]
    sizes = [(5 + 95 * width, 9.0) for *_, width in dots]
    places = place(discs, sizes, PAGE)
    assert len(places) == len(dots)
    assert_clear(discs, places)


def test_a_lonely_label_stands_close_to_the_right() -> None:
    ((found),) = place([Disc(100, 100, 5)], [(40, 10)], PAGE)
    assert found
    assert found.leader is None
    assert 105 < found.box.left < 110
    assert (found.box.top + found.box.bottom) / 2 == pytest.approx(100)


def test_a_label_moves_to_the_left_at_the_right_end() -> None:
    (found,) = place([Disc(290, 100, 5)], [(40, 10)], PAGE)
    assert found
    assert found.box.right < 290


def test_a_label_without_room_is_left_out() -> None:
    assert place([Disc(150, 100, 5)], [(301, 10)], PAGE) == [None]


def test_the_first_ones_have_their_place() -> None:
    """Too many dots are at one point for all labels to have room: the last ones have none."""
    places = place([Disc(150, 100, 5)] * 60, [(80, 10)] * 60, PAGE)
    assert places[0]
    assert None in places
    assert all(places[:6])


def test_a_label_in_a_crowd_has_a_leader() -> None:
    discs = [Disc(150 + x, 100 + y, 4) for x in (0, 9, -9) for y in (0, 9, -9)]
    places = place(discs, [(60, 10)] * 9, PAGE)
    assert any(each and each.leader for each in places)
    assert_clear(discs, places)
