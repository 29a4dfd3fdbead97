"""Pictures of maps: what is on them, what is not, and that it can be read."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from e6duck.charts.figure import style
from e6duck.charts.map_figure import draw_page
from e6duck.charts.palette import palette
from e6duck.charts.tag_map import Spot, TagMap
from e6duck.compat.normalizers import tag_categories
from tests.support.maps import MakeMap, map_of, odd_map


def drawn(tag_map: TagMap, *, light: bool = False) -> Figure:
    """Return a figure of the map, drawn at 100 dots per inch."""
    colors = palette(light=light)
    with style(colors, tag_map.texts):
        figure = Figure(dpi=100)
        FigureCanvasAgg(figure)
        draw_page(tag_map, figure, colors)
        figure.canvas.draw()
    return figure


def texts(figure: Figure) -> list[Text]:
    """Return all texts of a figure, those of the legend last."""
    (axes,), (legend,) = figure.axes, figure.legends
    return [*axes.texts, *legend.get_texts()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def assert_readable(tag_map: TagMap) -> Figure:
    """Assert that no two texts overlap as Matplotlib draws them, and that all are on the page."""
    figure = drawn(tag_map)
    shown = texts(figure)
    with style(palette(), tag_map.texts):
        extents = [text.get_window_extent() for text in shown]
    for (one, two), (text, other) in zip(
        combinations(extents, 2), combinations(shown, 2), strict=True
    ):
        assert not one.overlaps(two), (text.get_text(), other.get_text())
    for extent, text in zip(extents, shown, strict=True):
        assert figure.bbox.containsx(extent.x0), text.get_text()
        assert figure.bbox.containsx(extent.x1), text.get_text()
    return figure


def test_no_labels_overlap_on_random_queries(map_near: MakeMap) -> None:
    random = np.random.default_rng(20)
    names = map_near.names  # type: ignore[attr-defined]
    for _ in range(4):
        queries = random.choice(names, size=random.integers(1, 4), replace=False)
        figure = assert_readable(map_near(*queries, drawn=int(random.integers(1, 65))))
        assert {*queries} <= {*words(figure)}


def test_odd_names_are_drawn_without_overlap() -> None:
    figure = assert_readable(odd_map())
    shown = words(figure)
    assert "cost_$5_or_$x^2$" in shown
    assert "laboratory_glassware\ufffd" in shown
    title = " ".join(shown[:2])
    assert title.startswith("x" * 20)
    assert title.endswith("…")


def test_labels_that_are_left_out_are_counted() -> None:
    spots = [Spot(f"tag_number_{at}", "species", 100, 0.5, 0.1, 0.1, at == 0) for at in range(80)]
    shown = words(assert_readable(map_of(*spots)))
    hidden = 80 - sum(word.startswith("tag_number_") for word in shown)
    assert hidden > 10
    assert f"{hidden} labels left out" in shown
    assert "tag_number_0" in shown


def test_no_note_if_all_have_labels(map_near: MakeMap) -> None:
    assert not any("left out" in word for word in words(drawn(map_near("fox", drawn=12))))


def test_leaders_are_short_and_no_line_crosses_the_map(map_near: MakeMap) -> None:
    """There is no other line, such as an axis."""
    figure = drawn(map_near("fox", drawn=60))
    (axes,) = figure.axes
    assert not axes.lines
    leaders, *_ = (each for each in axes.collections if isinstance(each, LineCollection))
    lengths = [np.linalg.norm(np.diff(line, axis=0)) for line in leaders.get_segments()]
    assert all(length < 60 for length in lengths)


def test_a_picture_says_what_it_shows(map_near: MakeMap) -> None:
    said = words(drawn(map_near("fox")))
    assert {"Tags like fox", "A subtitle.", "A source.", "query tag"} <= {*said}


def test_the_legend_has_the_categories_present_alone(map_near: MakeMap) -> None:
    tag_map = map_near("fox")
    present = {spot.category for spot in tag_map.spots}
    (legend,) = drawn(tag_map).legends
    said = {text.get_text() for text in legend.get_texts()}
    assert said & {*tag_categories} == present


def test_queries_are_painted_last(map_near: MakeMap) -> None:
    """The other dots are painted before them, from large to small."""
    tag_map = map_near("fox")
    (axes,) = drawn(tag_map).axes
    shown, ring = (each for each in axes.collections if isinstance(each, PathCollection))
    *sizes, _ = shown.get_sizes()
    assert sizes == sorted(sizes, reverse=True)
    np.testing.assert_array_equal(shown.get_offsets()[-1:], ring.get_offsets())
