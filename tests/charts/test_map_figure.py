"""Pictures of maps: what is on them, what is not, and that they stay the same."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

import e6duck
from e6duck.charts.fonts import house_style, measured
from e6duck.charts.palette import READABLE, contrast, palette
from e6duck.drawing import draw
from e6duck.errors import E6DuckError, UsageError
from e6duck.index import tag_categories
from e6duck.charts.tag_map import MapRow, Spot, TagMap, local_map
from e6duck.charts.save import save, show
from e6duck.sheet import Sheet, laid_out

ODD_NAMES = (
    "x" * 140,
    "_".join(["very_long_name"] * 9),
    "cost_$5_or_$x^2$",
    "_(artist)",
    "キツネ",
    "лисица",
    "🦊",
    "a\"quote's_&amp;_<b>",
    "</script><script>alert(1)</script>",
    "back\\slash",
    "laboratory_glassware\u200e",
    "\u0e01\u0e33\u0e1b\u0e31\u0e48\u0e19",
    "e\u0301\u0302\u0303\u0304",
    "{{title}}",
    "%d",
)

MakeMap = Callable[..., TagMap]


@pytest.fixture(scope="session")
def map_near(sample: Path) -> MakeMap:
    """Return a function that maps the neighbours of tags in the sample, by their common posts."""
    with e6duck.open(sample) as database:
        tags = database.query("select name, category_name, post_count from tags order by tag_id")
        matrix = e6duck.post_tag_matrix(database).astype(np.float32)
    names, categories, posts = (column.to_pylist() for column in tags.columns)
    common = (matrix.T @ matrix).toarray()
    vectors = np.sqrt(common / np.maximum(common.diagonal(), 1))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def make(*queries: str, count: int = 64, drawn: int = 24) -> TagMap:
        asked = [names.index(name) for name in queries]
        scores = (vectors @ vectors[asked].T).mean(axis=1)
        near = [each for each in np.argsort(-scores, kind="stable") if each not in asked][:count]
        rows = [
            MapRow(names[each], categories[each], posts[each], None, True, True) for each in asked
        ]
        rows += [
            MapRow(
                names[each], categories[each], posts[each], float(scores[each]), False, at < drawn
            )
            for at, each in enumerate(near)
        ]
        title = f"Tags like {', '.join(queries)}"
        return local_map(title, rows, vectors[[*asked, *near]])

    make.names = names  # type: ignore[attr-defined]
    return make


def odd_map() -> TagMap:
    """Return a map of names that are hard to write, of all categories and one that nobody knows."""
    places = np.random.default_rng(3).normal(size=(len(ODD_NAMES), 2)).tolist()
    categories = [*tag_categories, "unheard_of"]
    spots = tuple(
        Spot(name, categories[at % len(categories)], 10**at, None if at < 2 else 0.5, x, y, at < 2)
        for at, (name, (x, y)) in enumerate(zip(ODD_NAMES, places, strict=True))
    )
    return TagMap(" and ".join(ODD_NAMES), spots, (0.4, 0.2))


def drawn(tag_map: TagMap) -> tuple[Sheet, Figure]:
    """Return the sheet of a map, and a figure that it was drawn on."""
    sheet = laid_out(tag_map, measured)
    figure = Figure(figsize=(sheet.width / 72, sheet.height / 72), dpi=100)
    FigureCanvasAgg(figure)
    draw(sheet, figure, palette())
    return sheet, figure


def assert_readable(tag_map: TagMap) -> Sheet:
    """Assert that no two texts as Matplotlib draws them meet, and that none leaves the page."""
    with house_style():
        sheet, figure = drawn(tag_map)
        texts = figure.axes[0].texts
        extents = [text.get_window_extent() for text in texts]
    for (one, two), (text, other) in zip(
        combinations(extents, 2), combinations(texts, 2), strict=True
    ):
        assert not one.overlaps(two), (text.get_text(), other.get_text())
    for extent, text in zip(extents, texts, strict=True):
        assert figure.bbox.containsx(extent.x0), text.get_text()
        assert figure.bbox.containsx(extent.x1), text.get_text()
    return sheet


def pixel(path: Path) -> tuple[int, ...]:
    with Image.open(path) as image:
        return image.convert("RGB").getpixel((3, 3))


def words(sheet: Sheet) -> list[str]:
    return [text.text for text in (*sheet.title, *sheet.texts)]


# Labels


def test_no_labels_overlap_on_twenty_random_queries(map_near: MakeMap) -> None:
    random = np.random.default_rng(20)
    names = map_near.names  # type: ignore[attr-defined]
    for _ in range(20):
        queries = random.choice(names, size=random.integers(1, 4), replace=False)
        sheet = assert_readable(map_near(*queries, drawn=int(random.integers(1, 65))))
        assert not any(mark.label.is_hidden for mark in sheet.marks if mark.spot.is_query)


def test_odd_names_are_drawn_without_overlap() -> None:
    sheet = assert_readable(odd_map())
    labels = [mark.label.text.text for mark in sheet.marks]
    assert "cost_$5_or_$x^2$" in labels
    assert "laboratory_glassware\ufffd" in labels
    assert labels[0].endswith("…")
    assert len(sheet.title) == 2


def test_labels_that_are_left_out_are_counted() -> None:
    spots = [Spot(f"tag_number_{at}", "species", 100, 0.5, 0.1, 0.1, at == 0) for at in range(80)]
    sheet = assert_readable(TagMap("", tuple(spots), (0, 0)))
    hidden = sum(mark.label.is_hidden for mark in sheet.marks)
    assert hidden > 10
    assert f"{hidden} labels left out" in words(sheet)
    assert not sheet.marks[0].label.is_hidden


def test_no_note_where_all_have_labels(map_near: MakeMap) -> None:
    assert not any("left out" in word for word in words(laid_out(map_near("fox"), measured)))


# What else is on it


def test_a_picture_says_what_it_shows(map_near: MakeMap) -> None:
    tag_map = replace(map_near("fox"), variance=(0.314, 0.2))
    said = words(laid_out(tag_map, measured))
    assert said[0] == "Tags like fox"
    assert "first axis: 31% of the variance" in said
    assert "second axis: 20% of the variance" in said


def test_the_legend_has_the_categories_present_alone(map_near: MakeMap) -> None:
    tag_map = map_near("fox")
    present = {spot.category for spot in tag_map.spots}
    keys = {key.category for key in laid_out(tag_map, measured).keys if key.category}
    assert keys == present
    assert {*tag_categories} & {*words(laid_out(tag_map, measured))} == present


def test_dots_grow_with_use() -> None:
    spots = [Spot(str(at), "species", 10**at, 1, at, 0, False) for at in range(7)]
    radii = [
        mark.disc.radius for mark in laid_out(TagMap("", tuple(spots), (1, 0)), measured).marks
    ]
    assert radii == sorted(radii)
    assert radii[-1] > 3 * radii[0]


def test_queries_are_painted_last(map_near: MakeMap) -> None:
    *others, query = laid_out(map_near("fox"), measured).back_to_front()
    assert query.spot.tag == "fox"
    radii = [mark.disc.radius for mark in others]
    assert radii == sorted(radii, reverse=True)


@pytest.mark.parametrize("light", [False, True])
def test_all_words_can_be_read(light: bool) -> None:
    colours = palette(light=light)
    for colour in (colours.ink, colours.faint, *colours.labels.values()):
        assert contrast(colour, colours.background) >= READABLE


def test_dots_have_the_colours_of_the_site(sample: Path) -> None:
    with e6duck.open(sample) as database:
        rows = database.query("select name, color, alt_color from categories").to_pylist()
    for row in rows:
        both = [{"wheat": "#f5deb3"}.get(row[key], row[key]) for key in ("color", "alt_color")]
        assert palette().dot(row["name"]) == both[0]
        assert palette(light=True).dot(row["name"]) in both
    assert palette().background == "#152f56"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_tags_make_a_picture(tmp_path: Path, count: int) -> None:
    rows = [MapRow(str(at), "lore", at, None, at == 0, True) for at in range(count)]
    vectors = np.ones((count, 4), np.float32)
    save(local_map("", rows, vectors), tmp_path / "few.png")
    assert pixel(tmp_path / "few.png") == (21, 47, 86)


# Files

KINDS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".html": b"<!doctype html>"}


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("light", [False, True])
def test_the_same_map_gives_the_same_bytes(tmp_path: Path, suffix: str, light: bool) -> None:
    """Also in a process where other settings hold, and for names that are hard to write."""
    save(odd_map(), tmp_path / f"one{suffix}", light=light)
    once = (tmp_path / f"one{suffix}").read_bytes()
    assert once.startswith(KINDS[suffix])
    code = (
        "import sys, matplotlib; from pathlib import Path; from tests.charts.test_map_figure import *\n"
        "matplotlib.rcParams.update({'font.size': 30, 'text.color': 'red', 'savefig.dpi': 30})\n"
        f"save(odd_map(), Path(sys.argv[1]), light={light})"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / f"two{suffix}"], check=True)
    assert (tmp_path / f"two{suffix}").read_bytes() == once
    assert len(list(tmp_path.iterdir())) == 2  # no drafts


def test_capital_letters_end_a_name_as_well(tmp_path: Path) -> None:
    save(odd_map(), tmp_path / "MAP.PNG")
    assert (tmp_path / "MAP.PNG").read_bytes().startswith(KINDS[".png"])


def test_paper_is_white_and_the_site_is_dark(tmp_path: Path) -> None:
    for light, colour in ((False, (21, 47, 86)), (True, (255, 255, 255))):
        save(odd_map(), tmp_path / "map.png", light=light)
        assert pixel(tmp_path / "map.png") == colour


@pytest.mark.parametrize("name", ["map", "map.jpg", "map.png.txt", ".png"])
def test_a_picture_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=re.escape(".png, .svg, .pdf or .html")):
        save(odd_map(), tmp_path / name)


def test_a_name_is_checked_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys; from pathlib import Path; from e6duck.charts.save import check\n"
        "check(Path('map.png'))\n"
        "assert not {'matplotlib', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("suffix", KINDS)
def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"folder{suffix}").mkdir()
    for name in (f"folder{suffix}", f"no/such{suffix}"):
        with pytest.raises(E6DuckError, match=rf"{name} cannot be written: .+"):
            save(odd_map(), tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [f"folder{suffix}"]


def test_a_picture_that_fails_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "map.png").write_text("old")
    monkeypatch.setattr(Figure, "savefig", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(odd_map(), tmp_path / "map.png")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


# A window


@pytest.mark.skipif(sys.platform != "linux", reason="this system always has a display")
@pytest.mark.parametrize("backend", [None, "agg", "TkAgg"])
def test_no_display_is_told_with_the_way_out(backend: str | None) -> None:
    code = (
        "import os\n"
        "for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'MPLBACKEND'): os.environ.pop(name, None)\n"
        f"if {backend!r}: os.environ['MPLBACKEND'] = {backend!r}\n"
        "from tests.charts.test_map_figure import *\n"
        "try: show(odd_map())\n"
        "except UsageError as error: print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "there is no display" in ended.stdout
    assert "-o FILE.png" in ended.stdout


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_a_window_lays_the_map_out_anew_when_its_size_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    monkeypatch.setattr(FigureCanvasAgg, "required_interactive_framework", "none", raising=False)
    sizes = []

    def resized(*, block: bool) -> None:
        figure = pyplot.gcf()
        for size in ((10, 10), (1, 1)):
            figure.set_size_inches(size)
            figure.canvas.callbacks.process("resize_event", None)
            (axes,) = figure.axes
            sizes.append((axes.get_xlim()[1], axes.get_ylim()[0]))
            figure.savefig(io.BytesIO())
        pyplot.close(figure)

    monkeypatch.setattr(pyplot, "show", resized)
    show(odd_map())
    assert sizes == [(720, 720), (300, 240)]
