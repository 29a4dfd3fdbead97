"""The statistics as a picture: its numbers are the database's, and its words can be read."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

import e6duck
from e6duck import E6DuckError, UsageError
from e6duck.builder.build import build
from e6duck.charts.fonts import house_style
from e6duck.charts.palette import READABLE, contrast, mixed, palette
from e6duck.charts.save import save_stats
from e6duck.charts.stats_charts import Chart, charts, heading
from e6duck.charts.stats_figure import draw
from e6duck.tags.stats import DatabaseStats
from tests.support.exports import write_export
from tests.support.terminal import command
from tests.support.zoo import ZOO

from .conftest import NAMES, ODD


def by_topic(stats: DatabaseStats) -> dict[str, Chart]:
    topics = ("categories", "ranks", "months", "sizes", "ratings", "depths")
    return dict(zip(topics, charts(stats), strict=True))


# What is on it


def test_the_sample_has_six_charts_which_claim_something(
    all_figures: dict[str, DatabaseStats],
) -> None:
    found = charts(all_figures["sample"])
    assert [(chart.title, chart.kind) for chart in found] == [
        ("44% of the tags are general", "bars"),
        ("45 tags make up half of all uses", "curve"),
        ("About 1,000 posts per year", "columns"),
        ("Half of the posts have at most 27 tags", "columns"),
        ("84% of the posts are rated safe", "bars"),
        ("56% of the implications are transitive", "bars"),
    ]
    assert all(chart.about and len(chart.marks) == len(chart.rows) for chart in found)


def test_the_heading_has_totals_and_the_date_of_the_export(
    all_figures: dict[str, DatabaseStats],
) -> None:
    title, about, source = heading(all_figures["sample"])
    assert title == "1,239 tags on 17,621 posts"
    assert about == [
        "Posts from 1 March 2008 to 9 November 2025 · tags used 470,903 times",
        "42 more tags too rare for an id · 275 aliases"
        " · 996 implications, 2,279 including transitive ones",
    ]
    assert source == "Source: tag export, newest post 9 November 2025"
    stats = all_figures["zoo"]
    dated = DatabaseStats(**{**vars(stats), "total": {**stats.total, "export_date": "2025-05-01"}})
    assert heading(dated)[2] == "Source: tag export of 2025-05-01"


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
    assert {each.about for each in charts(all_figures[name]) if not each.marks} == missing


def test_all_posts_are_in_the_columns(all_figures: dict[str, DatabaseStats]) -> None:
    stats = all_figures["sample"]
    months, sizes = (by_topic(stats)[topic] for topic in ("months", "sizes"))
    assert sum(mark.value for mark in months.marks) == 17_621
    assert sum(mark.value for mark in sizes.marks) == 17_621 - 13
    assert sizes.about.endswith("; 13 with more not shown")
    assert sum(row["posts"] for row in stats.post_sizes if row["tags"] > sizes.rows[-1][0]) == 13


def test_years_that_the_posts_do_not_span_are_incomplete(
    all_figures: dict[str, DatabaseStats],
) -> None:
    """The posts of the sample are of March 2008 to November 2025."""
    months = by_topic(all_figures["sample"])["months"]
    assert [row[0] for row in months.rows if row[2]] == ["2008", "2025"]
    assert [mark.is_partial for mark in months.marks] == [bool(row[2]) for row in months.rows]
    assert months.about == "Posts per year; lighter columns are incomplete"


@pytest.mark.parametrize(
    ("first_day", "last_day", "partial"),
    [(1, 29, []), (2, 29, ["Jan 2024"]), (1, 28, ["Feb 2024"])],
)
def test_a_month_is_complete_from_its_first_to_its_last_day(
    all_figures: dict[str, DatabaseStats], first_day: int, last_day: int, partial: list[str]
) -> None:
    rows = [
        {"year": 2024, "month": 1, "posts": 9, "first_day": first_day, "last_day": 31},
        {"year": 2024, "month": 2, "posts": 3, "first_day": 1, "last_day": last_day},
    ]
    months = by_topic(DatabaseStats(**{**vars(all_figures["zoo"]), "months": rows}))["months"]
    assert [row[0] for row in months.rows if row[2]] == partial
    assert months.title == "Most posts in Jan 2024: 9"
    assert [text for _, text in months.ticks] == ["Jan 2024", "Feb 2024"]


def test_axes_of_time_have_round_years(all_figures: dict[str, DatabaseStats]) -> None:
    def years(name: str) -> list[int]:
        return [int(text) for _, text in by_topic(all_figures[name])["months"].ticks]

    assert years("sample") == [2010, 2015, 2020, 2025]
    assert years("odd") == [2000, 2200, 2400, 2600, 2800]


# As it is drawn


@pytest.fixture(scope="module")
def drawn(all_figures: dict[str, DatabaseStats]) -> dict[str, Figure]:
    """The pictures of several databases, as Matplotlib's figures."""

    def figure_of(stats: DatabaseStats) -> Figure:
        with house_style():
            figure = Figure()
            draw(figure, stats, palette())
            FigureCanvasAgg(figure).draw()
        return figure

    return {name: figure_of(all_figures[name]) for name in NAMES}


def texts_of(figure: Figure) -> list[Text]:
    """Return the texts that are drawn: of ticks, those within the axes."""
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += axes.texts
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
            if axis.get_visible():
                texts += [axis.label, *(text for place, text in ticks if low <= place <= high)]
    return [text for text in texts if text.get_text()]


def test_bars_columns_and_points_have_the_values_of_the_database(
    drawn: dict[str, Figure], all_figures: dict[str, DatabaseStats]
) -> None:
    stats, axes = all_figures["sample"], drawn["sample"].axes
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
    """Even where there is but one column: each post of deep has 17 tags."""
    (axes,) = (each for each in drawn["deep"].axes if each.get_xlabel() == "tags of a post")
    for axis, whole in ((axes.xaxis, [17]), (axes.yaxis, [0, 1, 2])):
        low, high = axis.get_view_interval()
        assert [place for place in axis.get_majorticklocs() if low <= place <= high] == whole


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
        name: [text.get_text() for text in figure.axes[1].texts] for name, figure in drawn.items()
    }
    assert names["sample"] == [
        *("#1 rating_safe", "#10 tail", "#100 harrowmoth_press", "#1,000 monarch_butterfly")
    ]
    ranks = [text.split()[0] for text in names["large"]]
    assert ranks == ["#1", "#100", "#1,000", "#10,000", "#100,000", "#1,000,000"]


def test_a_bar_of_few_is_not_invisible(drawn: dict[str, Figure]) -> None:
    few = drawn["sample"].axes[5].patches[-1]
    assert few.get_width() == 4
    assert few.get_window_extent().width + few.get_linewidth() >= 0.5


@pytest.mark.parametrize("light", [False, True])
def test_words_can_be_read(light: bool) -> None:
    """On the page, and on the cards of the web page."""
    colors = palette(light=light)
    card = mixed(colors.ink, colors.background, 0.05)
    for color in (colors.ink, colors.faint, *colors.labels.values()):
        assert contrast(color, colors.background) >= READABLE
        assert contrast(color, card) >= READABLE - 1


# As a file


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".html"])
def test_the_same_database_gives_the_same_bytes(
    all_figures: dict[str, DatabaseStats], tmp_path: Path, suffix: str
) -> None:
    paths = [tmp_path / f"{number}{suffix}" for number in range(2)]
    for path in paths:
        save_stats(all_figures["odd"], path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_svg_is_small_and_its_words_are_text(
    all_figures: dict[str, DatabaseStats], tmp_path: Path
) -> None:
    save_stats(all_figures["sample"], tmp_path / "stats.svg")
    assert (tmp_path / "stats.svg").stat().st_size < 150_000
    assert "44% of the tags are general" in texts_in(tmp_path / "stats.svg")


def test_an_odd_name_stays_text(all_figures: dict[str, DatabaseStats], tmp_path: Path) -> None:
    first, *rest = all_figures["odd"].ranks
    ranks = [{**first, "tag": ODD}, *rest]
    save_stats(DatabaseStats(**{**vars(all_figures["odd"]), "ranks": ranks}), tmp_path / "odd.svg")
    texts = texts_in(tmp_path / "odd.svg")
    (name,) = (text for text in texts if text.startswith("#1 "))
    assert name.startswith(f"#1 {ODD[:9]}")
    assert name.endswith("…")


def texts_in(svg: Path) -> list[str]:
    root = ElementTree.parse(svg).getroot()
    return [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_command_draws_what_the_library_draws(sample: Path, tmp_path: Path) -> None:
    ran = command("stats", "--db", sample / "e6.duckdb", "-o", tmp_path / "one.png", "--light")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    with e6duck.open(sample) as db:
        save_stats(db.stats(), tmp_path / "two.png", light=True)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as image:
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


def test_a_picture_that_cannot_be_written_is_a_line(
    all_figures: dict[str, DatabaseStats], zoo: Path, tmp_path: Path
) -> None:
    ran = command("stats", "--db", zoo, "-o", tmp_path / "zoo.gif")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "end its name in .png, .svg, .pdf or .html" in ran.err
    with pytest.raises(UsageError, match="there is no folder"):
        save_stats(all_figures["zoo"], tmp_path / "no" / "zoo.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(E6DuckError, match="cannot be written"):
        save_stats(all_figures["zoo"], tmp_path / "folder.png")
    assert {path.name for path in tmp_path.iterdir()} == {"folder.png"}


def test_the_page_is_the_same_in_every_process(sample: Path, tmp_path: Path) -> None:
    """Sets of text are in another order in each; on the page nothing is."""
    command_line = [sys.executable, "-m", "e6duck", "stats", "--db", sample / "e6.duckdb", "-o"]
    for number in range(2):
        subprocess.run([*command_line, tmp_path / f"{number}.html"], check=True)
    assert (tmp_path / "0.html").read_bytes() == (tmp_path / "1.html").read_bytes()
