"""The poster of a database: what is on it, that nothing overlaps, and that it stays the same."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import astuple
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import e6duck
from e6duck import E6DuckError, UsageError
from e6duck.charts.fonts import house_style, measured
from e6duck.charts.geometry import Box
from e6duck.charts.palette import READABLE, contrast, mixed, palette
from e6duck.charts.panels import Panel
from e6duck.charts.save import save_poster
from e6duck.charts.stats_charts import Bars, Columns, Curve, Missing, charts
from e6duck.charts.stats_poster import Poster, poster
from e6duck.charts.text import FAINT, INK, Text
from e6duck.tags.stats import DatabaseStats
from tests.builder.test_macros import ZOO, build
from tests.commands.test_main import command
from tests.support.exports import implication, post, write_export
from tests.support.reference import Export

ODD = '$x^2$_"<b>&amp;' + "y" * 150
CHAIN = [f"link_{number}" for number in range(16)]
EXPORTS = {
    "nothing": Export([post(1, "", rating="x")], [], [], []),
    "one post": Export([post(1, "fox")], [], [], []),
    "no dates": Export([post(n, "fox", created_at=None) for n in (1, 2)], [], [], []),
    "odd": Export(
        [
            post(1, f"{ODD} лисица", created_at="1970-01-01 00:00:00"),
            post(2, f"{ODD} лисица", created_at="2999-01-01 00:00:00"),
            post(3, " ".join(f"{number}_tag" for number in range(900))),  # far more than others
        ],
        [],
        [],
        [],
    ),
    "deep": Export(
        [post(n, " ".join(CHAIN)) for n in (1, 2)],
        [],
        [],
        [implication(*pair) for pair in pairwise(CHAIN)],
    ),
    "zoo": ZOO,
}


@pytest.fixture(scope="module")
def all_figures(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> dict[str, DatabaseStats]:
    """The figures of several databases, by their names."""
    found = {}
    for name, export in EXPORTS.items():
        folder = tmp_path_factory.mktemp("figures")
        write_export(folder, export)
        with e6duck.open(build(folder, write_index=False).database) as db:
            found[name] = db.stats()
    with e6duck.open(sample) as db:
        found["sample"] = db.stats()
    whole = found["zoo"]
    total: dict[str, Any] = {**whole.total, "posts": 0, "uses": None, "common_tags": None}
    categories = [{**row, "uses": None} for row in whole.categories]
    found["no posts"] = DatabaseStats(total, categories, [], [], [], [], whole.depths)
    return found


NAMES = (*EXPORTS, "sample", "no posts")


def laid_out(stats: DatabaseStats) -> Poster:
    with house_style():
        return poster(stats, measured)


def box_of(text: Text) -> Box:
    width, above, below = measured(text.text, text.size, text.is_bold)
    left = text.x - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
    return Box(left, text.y - above, left + width, text.y + below)


def meet(one: Box, other: Box) -> bool:
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def texts_of(page: Poster) -> list[Text]:
    return [*page.texts, *(text for panel in page.panels for text in panel.texts)]


def by_title(page: Poster) -> dict[str, Panel]:
    return {panel.chart.title: panel for panel in page.panels}


# What is on it


def test_the_sample_has_six_charts(all_figures: dict[str, DatabaseStats]) -> None:
    found = charts(all_figures["sample"])
    assert [(chart.title, type(chart.drawing)) for chart in found] == [
        ("Tags by category", Bars),
        ("Posts of a tag by its rank", Curve),
        ("Posts a month", Columns),
        ("Tags a post", Columns),
        ("Ratings", Bars),
        ("Depth of implications", Bars),
    ]
    assert all(chart.about for chart in found)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("nothing", {"there are no tags", "no tag has an id", "there are no implications"}),
        ("one post", {"no tag has an id", "there are no implications"}),
        ("no dates", {"no post has a date", "there are no implications"}),
        ("no posts", {"this database has no posts", "the uses of tags are not known"}),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_why(
    all_figures: dict[str, DatabaseStats], name: str, missing: set[str]
) -> None:
    drawings = [chart.drawing for chart in charts(all_figures[name])]
    assert {each.why for each in drawings if isinstance(each, Missing)} == missing


def test_bars_and_columns_are_as_long_as_their_values(
    all_figures: dict[str, DatabaseStats],
) -> None:
    stats = all_figures["sample"]
    panels = by_title(laid_out(stats))
    bars = panels["Tags by category"].blocks
    values = [row["tags"] for row in stats.categories]
    lengths = [block.box.right - block.box.left for block in bars]
    assert lengths == pytest.approx([lengths[0] * value / values[0] for value in values], abs=0.6)
    columns = panels["Posts a month"].blocks
    heights = [block.box.bottom - block.box.top for block in columns]
    posts = [row["posts"] for row in stats.months]
    assert heights == pytest.approx([max(heights) * each / max(posts) for each in posts])


def test_a_bar_of_few_is_not_invisible(all_figures: dict[str, DatabaseStats]) -> None:
    (last,) = by_title(laid_out(all_figures["sample"]))["Depth of implications"].blocks[-1:]
    assert last.box.right - last.box.left >= 0.5


def test_deeper_implications_are_told_to_be_left_out(all_figures: dict[str, DatabaseStats]) -> None:
    chart = charts(all_figures["deep"])[-1]
    assert isinstance(chart.drawing, Bars)
    assert len(chart.drawing.bars) == 12
    assert chart.about.endswith("; of 15 the first 12")


def test_posts_of_very_many_tags_are_told_to_be_left_out() -> None:
    rows = [
        {"tags": tags, "posts": posts, "direct_posts": 0} for tags, posts in ((5, 2000), (900, 1))
    ]
    total = dict.fromkeys(
        ("posts", "tags", "rare_tags", "uses", "common_tags", "aliases", "direct_implications"), 1
    )
    chart = charts(DatabaseStats({**total, "implications": 1}, [], [], [], rows, [], []))[3]
    assert chart.about == "posts by how many tags they have; 1 post with more left out"


# How it looks


@pytest.mark.parametrize("name", NAMES)
def test_no_words_overlap_or_leave_the_page(
    all_figures: dict[str, DatabaseStats], name: str
) -> None:
    page = laid_out(all_figures[name])
    with house_style():
        boxes = [(text, box_of(text)) for text in texts_of(page)]
    for text, box in boxes:
        assert box.left >= 0, text
        assert box.right <= page.width, text
        assert 0 <= box.top <= box.bottom <= page.height, text
    for (one, box), (other, other_box) in combinations(boxes, 2):
        assert not meet(box, other_box), (one, other)


@pytest.mark.parametrize("name", NAMES)
def test_no_words_lie_on_a_bar(all_figures: dict[str, DatabaseStats], name: str) -> None:
    page = laid_out(all_figures[name])
    with house_style():
        boxes = [(text, box_of(text)) for text in texts_of(page)]
    for panel in page.panels:
        for block in panel.blocks:
            for text, box in boxes:
                assert not meet(box, block.box), (text, block)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_stay_in_their_panels(all_figures: dict[str, DatabaseStats], name: str) -> None:
    for panel in laid_out(all_figures[name]).panels:
        shapes = [block.box for block in panel.blocks]
        for left, top, right, bottom in map(astuple, shapes):
            assert panel.box.left <= left <= right <= panel.box.right
            assert panel.box.top <= top <= bottom <= panel.box.bottom
        for dot in panel.dots:
            assert meet(panel.box, Box(dot.disc.x, dot.disc.y, dot.disc.x + 1, dot.disc.y + 1))


@pytest.mark.parametrize("light", [False, True])
def test_words_can_be_read(all_figures: dict[str, DatabaseStats], light: bool) -> None:
    """On the page, and on the cards of the web page."""
    colours = palette(light=light)
    grounds = (colours.background, mixed(colours.ink, colours.background, 0.05))
    special = {INK: colours.ink, FAINT: colours.faint}
    for text in texts_of(laid_out(all_figures["sample"])):
        colour = special.get(text.colour) or colours.label(text.colour)
        assert contrast(colour, grounds[0]) >= READABLE, text
        assert contrast(colour, grounds[1]) >= READABLE - 1, text


# As a file


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".html"])
def test_the_same_database_gives_the_same_bytes(
    all_figures: dict[str, DatabaseStats], tmp_path: Path, suffix: str
) -> None:
    paths = [tmp_path / f"{number}{suffix}" for number in range(2)]
    for path in paths:
        save_poster(all_figures["odd"], path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_command_draws_what_the_library_draws(sample: Path, tmp_path: Path) -> None:
    ran = command("stats", "--db", sample / "e6.duckdb", "-o", tmp_path / "one.png", "--light")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    with e6duck.open(sample) as db:
        save_poster(db.stats(), tmp_path / "two.png", light=True)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as image:
        assert image.width == 1600
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_figures_are_told_beside_a_picture_where_asked_for(zoo: Path, tmp_path: Path) -> None:
    ran = command("stats", "--db", zoo, "-o", tmp_path / "zoo.svg", "--format", "text")
    assert ran.out.startswith("posts         8 from ")
    assert "Tags by category" in (tmp_path / "zoo.svg").read_text()


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zoo")
    write_export(folder, ZOO)
    return build(folder, write_index=False).database


def test_a_picture_that_cannot_be_written_is_a_line(
    all_figures: dict[str, DatabaseStats], zoo: Path, tmp_path: Path
) -> None:
    ran = command("stats", "--db", zoo, "-o", tmp_path / "zoo.gif")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "end its name in .png, .svg, .pdf or .html" in ran.err
    with pytest.raises(UsageError, match="there is no folder"):
        save_poster(all_figures["zoo"], tmp_path / "no" / "zoo.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(E6DuckError, match="cannot be written"):
        save_poster(all_figures["zoo"], tmp_path / "folder.png")
    assert {path.name for path in tmp_path.iterdir()} == {"folder.png"}


def test_the_page_is_drawn_alike_in_every_process(sample: Path, tmp_path: Path) -> None:
    """Sets of text are in another order in each; on the page nothing is."""
    command_line = [sys.executable, "-m", "e6duck", "stats", "--db", sample / "e6.duckdb", "-o"]
    for number in range(2):
        subprocess.run([*command_line, tmp_path / f"{number}.html"], check=True)
    assert (tmp_path / "0.html").read_bytes() == (tmp_path / "1.html").read_bytes()
    text = (tmp_path / "0.html").read_text()
    assert not re.search(r"https?:|@import|url\(|\{\{", text)
