"""Pictures of maps: what is on them, what is not, and that they stay the same."""

from __future__ import annotations

import io
import math
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from PIL import Image

import e6duck
from e6duck.charts.fonts import font, fonts_for, house_style, missing_notice
from e6duck.charts.geometry import Box
from e6duck.charts.map_figure import draw
from e6duck.charts.map_layout import dots, page_size, radius
from e6duck.charts.palette import READABLE, contrast, palette
from e6duck.charts.save import save, show
from e6duck.charts.tag_map import MapRow, Spot, TagMap, plane
from e6duck.compat.normalizers import tag_categories
from e6duck.errors import E6DuckError, UsageError

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
        spots, variance = plane(rows, vectors[[*asked, *near]])
        return TagMap(title, spots, variance, "A subtitle.", "A source.")

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


def drawn(tag_map: TagMap, *, light: bool = False) -> Figure:
    """Return a figure of the map, drawn at 100 dots per inch."""
    with house_style(spot.tag for spot in tag_map.spots):
        width, height = page_size(len(tag_map.spots))
        figure = Figure(figsize=(width / 72, height / 72), dpi=100)
        FigureCanvasAgg(figure)
        draw(tag_map, figure, palette(light=light), (width, height))
        figure.canvas.draw()
    return figure


def texts(figure: Figure) -> list[Text]:
    """Return all texts of a figure, those of the legend last."""
    (axes,), (legend,) = figure.axes, figure.legends
    return [*axes.texts, *legend.get_texts()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def assert_readable(tag_map: TagMap) -> Figure:
    """Assert that no two texts as Matplotlib draws them meet, and that none leaves the page."""
    figure = drawn(tag_map)
    shown = texts(figure)
    with house_style(spot.tag for spot in tag_map.spots):
        extents = [text.get_window_extent() for text in shown]
    for (one, two), (text, other) in zip(
        combinations(extents, 2), combinations(shown, 2), strict=True
    ):
        assert not one.overlaps(two), (text.get_text(), other.get_text())
    for extent, text in zip(extents, shown, strict=True):
        assert figure.bbox.containsx(extent.x0), text.get_text()
        assert figure.bbox.containsx(extent.x1), text.get_text()
    return figure


def map_of(*spots: Spot) -> TagMap:
    return TagMap("", spots, (1, 0))


def pixel(path: Path) -> tuple[int, ...]:
    with Image.open(path) as image:
        return image.convert("RGB").getpixel((3, 3))


# Labels


def test_no_labels_overlap_on_random_queries(map_near: MakeMap) -> None:
    random = np.random.default_rng(20)
    names = map_near.names  # type: ignore[attr-defined]
    for _ in range(8):
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
    """Beside the leaders there is no line at all, such as one where an axis is zero."""
    figure = drawn(map_near("fox", drawn=60))
    (axes,) = figure.axes
    assert not axes.lines
    leaders, *_ = (each for each in axes.collections if isinstance(each, LineCollection))
    lengths = [np.linalg.norm(np.diff(line, axis=0)) for line in leaders.get_segments()]
    assert all(length < 60 for length in lengths)


# Dots

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


# What else is on it


def test_a_picture_says_what_it_shows(map_near: MakeMap) -> None:
    said = words(drawn(map_near("fox")))
    assert {"Tags like fox", "A subtitle.", "A source.", "asked for"} <= {*said}


def test_the_legend_has_the_categories_present_alone(map_near: MakeMap) -> None:
    tag_map = map_near("fox")
    present = {spot.category for spot in tag_map.spots}
    (legend,) = drawn(tag_map).legends
    said = {text.get_text() for text in legend.get_texts()}
    assert said & {*tag_categories} == present


def test_queries_are_painted_last(map_near: MakeMap) -> None:
    """The dots before are painted from large to small."""
    tag_map = map_near("fox")
    (axes,) = drawn(tag_map).axes
    shown, ring = (each for each in axes.collections if isinstance(each, PathCollection))
    *sizes, _ = shown.get_sizes()
    assert sizes == sorted(sizes, reverse=True)
    np.testing.assert_array_equal(shown.get_offsets()[-1:], ring.get_offsets())


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
    save(TagMap("", *plane(rows, vectors)), tmp_path / "few.png")
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
        "import sys, matplotlib; from pathlib import Path\n"
        "from tests.charts.test_map_figure import *\n"
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


# Fonts

JAPANESE = "ゆきみ_(quorrel)"


def only_fonts(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Leave Matplotlib and the system no other fonts than those of these families."""
    listed = [entry for entry in fontManager.ttflist if entry.name in names]
    monkeypatch.setattr(fontManager, "ttflist", listed)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)


def test_characters_without_a_font_are_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_fonts(monkeypatch, "DejaVu Sans", "Last Resort High-Efficiency")
    spots = [Spot(name, "artist", 9, 1, at, at, False) for at, name in enumerate([JAPANESE] * 3)]
    for suffix, expected in (
        (".png", ["3 characters have no font (きみゆ); install one, for example fonts-noto-cjk"]),
        (".svg", []),  # whoever shows it has fonts of its own
        (".html", []),
    ):
        lines: list[str] = []
        save(map_of(*spots), tmp_path / f"map{suffix}", on_notice=lines.append)
        assert lines == expected


def test_the_notice_names_what_has_the_characters() -> None:
    assert missing_notice("キ").startswith("1 character has no font (キ)")
    assert missing_notice("キ").endswith("fonts-noto-cjk")
    assert missing_notice("ก").endswith("fonts-noto-core")
    assert "(abcdefgh…)" in missing_notice("abcdefghij")


def test_a_font_that_matplotlib_does_not_list_yet_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after installing one: the list of fonts is kept in a file, and is older."""
    path = font_manager.findfont("STIXGeneral")
    monkeypatch.setattr("e6duck.charts.fonts._OTHERS", ("STIXGeneral",))
    only_fonts(monkeypatch, "DejaVu Sans", "Last Resort High-Efficiency")
    sign = next(
        chr(code)
        for code in font_manager.get_font(path).get_charmap()
        if not font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_char_index(code)
        and chr(code).isprintable()
    )
    assert fonts_for([sign]) == (["DejaVu Sans"], sign)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [path])
    assert fonts_for([sign]) == (["DejaVu Sans", "STIXGeneral"], "")


def test_latin_names_need_no_search_for_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: 1 / 0)
    assert fonts_for(["fox", "лисица", "fox\ufe0f"]) == (["DejaVu Sans"], "")


def test_each_character_has_a_font_or_is_missing() -> None:
    """Whether or not this system has a font for kana."""
    families, missing = fonts_for([JAPANESE])
    with house_style([JAPANESE]) as boxes:
        assert boxes == missing
        assert font(9, False).get_family()[: len(families)] == families
    faces = [font_manager.get_font(font_manager.findfont(family)) for family in families]
    for each in JAPANESE:
        assert (each in missing) != any(face.get_char_index(ord(each)) for face in faces)


# SVG


def test_text_in_an_svg_is_text(tmp_path: Path) -> None:
    save(odd_map(), tmp_path / "map.svg")
    root = ElementTree.parse(tmp_path / "map.svg").getroot()
    found = [each for each in root.iter() if each.tag.endswith("}text")]
    said = {each.text for each in found}
    assert {"cost_$5_or_$x^2$", "_(artist)", "キツネ", "a\"quote's_&amp;_<b>", "asked for"} <= said
    styles = {each.get("style", "") for each in found}
    assert all("DejaVu Sans" in style and "sans-serif" in style for style in styles)
