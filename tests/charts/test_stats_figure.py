"""The statistics as a picture: its numbers are the database's, and its words can be read."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from e6duck.builder.build import build
from e6duck.charts.figure import style
from e6duck.charts.palette import palette
from e6duck.charts.save import save
from e6duck.charts.stats_figure import draw
from e6duck.tags.stats import DatabaseStats
from tests.support.exports import write_export
from tests.support.terminal import command
from tests.support.zoo import ZOO

from .conftest import NAMES, ODD


@pytest.fixture(scope="module")
def drawn(all_stats: dict[str, DatabaseStats]) -> dict[str, Figure]:
    """The statistics of several databases, drawn."""

    def figure_of(stats: DatabaseStats) -> Figure:
        with style(palette(), ()):
            figure = Figure(dpi=100)
            draw(stats, figure, palette())
            FigureCanvasAgg(figure).draw()
        return figure

    return {name: figure_of(all_stats[name]) for name in NAMES}


def texts_of(figure: Figure) -> list[Text]:
    """Return the texts that are drawn; of ticks those within the axes."""
    texts: list[Text] = []
    for axes in figure.axes:
        texts += axes.texts
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
            if axes.axison and axis.get_visible():
                texts += [axis.label, *(text for place, text in ticks if low <= place <= high)]
    return [text for text in texts if text.get_text()]


def test_bars_columns_and_points_have_the_values_of_the_database(
    drawn: dict[str, Figure], all_stats: dict[str, DatabaseStats]
) -> None:
    stats, axes = all_stats["sample"], drawn["sample"].axes[1:]
    for place, rows, column in (
        (0, stats.categories, "tags"),
        (4, stats.ratings, "posts"),
        (5, stats.depths, "implications"),
    ):
        lengths = [bar.get_width() for bar in axes[place].patches]
        assert lengths == [row[column] for row in rows]
    curve = axes[1].lines[0].get_xydata().tolist()
    assert curve == [[row["rank"], row["posts"]] for row in stats.ranks]
    by_year = {2008 + place: bar.get_height() for place, bar in enumerate(axes[2].patches)}
    for year, height in by_year.items():
        assert height == sum(row["posts"] for row in stats.months if row["year"] == year)
    by_size = {row["tags"]: row["posts"] for row in stats.post_sizes}
    for bar in axes[3].patches:
        assert bar.get_height() == by_size.get(bar.get_x() + 0.5, 0)


def test_axes_of_counts_have_whole_numbers(drawn: dict[str, Figure]) -> None:
    """Even with one column: each post of deep has 17 tags."""
    (axes,) = (each for each in drawn["deep"].axes if each.get_xlabel() == "tags of a post")
    for axis, whole in ((axes.xaxis, [17]), (axes.yaxis, [0, 1, 2])):
        low, high = axis.get_view_interval()
        assert [place for place in axis.get_majorticklocs() if low <= place <= high] == whole


def test_axes_of_time_have_round_years(drawn: dict[str, Figure]) -> None:
    def years(name: str) -> list[int]:
        (axes,) = (each for each in drawn[name].axes if each.get_xlabel() == "date of upload")
        low, high = axes.get_xlim()
        return [int(place) for place in axes.get_xticks() if low <= place <= high]

    assert years("sample") == [2010, 2015, 2020, 2025]
    assert years("odd") == [2000, 2200, 2400, 2600, 2800, 3000]


@pytest.mark.parametrize("name", NAMES)
def test_no_words_overlap_or_leave_the_page(drawn: dict[str, Figure], name: str) -> None:
    figure = drawn[name]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts_of(figure)]
    assert len(boxes) >= 14
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 <= box.y1 <= figure.bbox.y1, text
    for (one, box), (other, other_box) in combinations(boxes, 2):
        assert not box.padded(-1).overlaps(other_box.padded(-1)), (one, other)


def test_ranks_are_named_where_there_is_room(drawn: dict[str, Figure]) -> None:
    """The curve of large is flat at first, so that the names of ranks 1 and 10 would overlap."""
    names = {
        name: [text.get_text() for text in figure.axes[2].texts] for name, figure in drawn.items()
    }
    assert names["sample"] == [
        *("#1 rating_safe", "#10 tail", "#100 harrowmoth_press", "#1,000 monarch_butterfly")
    ]
    ranks = [text.split()[0] for text in names["large"]]
    assert ranks == ["#1", "#100", "#1,000", "#10,000", "#100,000", "#1,000,000"]


def test_a_bar_of_few_is_not_invisible(drawn: dict[str, Figure]) -> None:
    few = drawn["sample"].axes[6].patches[-1]
    assert few.get_width() == 4
    assert few.get_window_extent().width + few.get_linewidth() >= 0.5


def test_an_svg_is_small_and_its_words_are_text(
    all_stats: dict[str, DatabaseStats], tmp_path: Path
) -> None:
    save(all_stats["sample"], tmp_path / "stats.svg")
    assert (tmp_path / "stats.svg").stat().st_size < 150_000
    assert "44% of the tags are general" in texts_in(tmp_path / "stats.svg")


def test_an_odd_name_stays_text(all_stats: dict[str, DatabaseStats], tmp_path: Path) -> None:
    first, *rest = all_stats["odd"].ranks
    ranks = [{**first, "tag": ODD}, *rest]
    save(DatabaseStats(**{**vars(all_stats["odd"]), "ranks": ranks}), tmp_path / "odd.svg")
    texts = texts_in(tmp_path / "odd.svg")
    (name,) = (text for text in texts if text.startswith("#1 "))
    assert name.startswith(f"#1 {ODD[:9]}")
    assert name.endswith("…")


def texts_in(svg: Path) -> list[str]:
    root = ElementTree.parse(svg).getroot()
    return [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_command_draws_a_light_picture(zoo: Path, tmp_path: Path) -> None:
    ran = command("stats", "--db", zoo, "-o", tmp_path / "zoo.png", "--light")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    with Image.open(tmp_path / "zoo.png") as image:
        assert image.width == 1600
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_the_text_is_printed_beside_a_picture_where_asked_for(zoo: Path, tmp_path: Path) -> None:
    ran = command("stats", "--db", zoo, "-o", tmp_path / "zoo.svg", "--format", "text")
    assert ran.out.startswith("posts         8 from ")
    assert "Tags by category" in (tmp_path / "zoo.svg").read_text()


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zoo")
    write_export(folder, ZOO)
    return build(folder, write_index=False).database


def test_light_without_a_picture_is_refused(zoo: Path) -> None:
    ran = command("stats", "--db", zoo, "--light")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("--light is for a picture or page; add -o FILE\n")
