"""The statistics as a web page, looked at as a person does: in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from e6duck.charts.palette import palette
from e6duck.charts.save import save
from e6duck.tags.stats import DatabaseStats
from tests.support.browser import Page

from .conftest import NAMES, ODD

GROUND = "getComputedStyle(document.documentElement).backgroundColor"
BAR = "getComputedStyle(document.querySelectorAll('.tip path')[1]).fill"
TEXTS = (
    "[...document.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('text')]"
    ".map(e => e.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom]))"
)
TABLES = (
    "[...document.querySelectorAll('table')].map(t => [...t.rows]"
    ".map(r => [...r.cells].map(c => c.textContent)))"
)


@pytest.fixture(scope="module")
def pages(
    all_stats: dict[str, DatabaseStats], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """A function that writes a page of statistics, once for all tests."""
    folder = tmp_path_factory.mktemp("pages")

    def written(name: str, *, light: bool = False) -> Path:
        path = folder / f"{name}{'_light' * light}.html"
        if not path.exists():
            save(all_stats[name], path, light=light)
        return path

    return written


@pytest.fixture
def browse(pages: Callable[..., Path], open_page: Callable[[Path], Page]) -> Callable[..., Page]:
    """A function that opens a page of statistics."""
    return lambda name, **options: open_page(pages(name, **options))


def prefer(page: Page, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.call("Emulation.setEmulatedMedia", features=features)


def rgb(color: str) -> str:
    return f"rgb({', '.join(str(int(color[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_the_page_is_dark_or_light_as_its_reader_likes_it(browse: Callable[..., Page]) -> None:
    opened = browse("sample")
    for scheme in ("dark", "light"):
        prefer(opened, scheme)
        colors = palette(light=scheme == "light")
        assert opened.value(GROUND) == rgb(colors.background)
        assert opened.value(BAR) == rgb(colors.dot("species"))


def test_the_page_is_light_where_asked_for(browse: Callable[..., Page]) -> None:
    opened = browse("sample", light=True)
    prefer(opened, "dark")
    assert opened.value(GROUND) == "rgb(255, 255, 255)"


def test_a_mark_has_a_tooltip_with_its_row(
    browse: Callable[..., Page], all_stats: dict[str, DatabaseStats]
) -> None:
    tip = "document.querySelectorAll('.tip > title')[1].textContent"
    row = all_stats["sample"].categories[1]
    assert browse("sample").value(tip).splitlines() == [
        f"Category: {row['category']}",
        f"Tags: {row['tags']}",
        f"Too rare for an id: {row['rare_tags']}",
        f"Uses: {row['uses']:,}",
        "Share of uses: 19%",
    ]


def test_the_numbers_are_in_tables_too(
    browse: Callable[..., Page], all_stats: dict[str, DatabaseStats]
) -> None:
    stats = all_stats["sample"]
    categories, ranks, years, _, ratings, depths = browse("sample").value(TABLES)
    assert categories[0] == ["Category", "Tags", "Too rare for an id", "Uses", "Share of uses"]
    assert [row[:2] for row in categories[1:]] == [
        [row["category"], f"{row['tags']:,}"] for row in stats.categories
    ]
    assert ranks[1:] == [
        [f"{row['rank']:,}", row["tag"], row["category"], f"{row['posts']:,}"]
        for row in stats.ranks
    ]
    assert years[1] == ["2008", "811", "incomplete"]
    assert [row[:2] for row in ratings[1:]] == [
        [row["rating"], f"{row['posts']:,}"] for row in stats.ratings
    ]
    assert [int(row[1]) for row in depths[1:]] == [row["implications"] for row in stats.depths]


def test_a_table_that_is_opened_stretches_no_other_card(browse: Callable[..., Page]) -> None:
    opened = browse("sample")
    heights = "[...document.querySelectorAll('figure')].map(e => e.clientHeight)"
    before = opened.value(heights)
    opened.click("summary")
    after = opened.value(heights)
    assert after[0] > before[0]
    assert after[1:] == before[1:]


def test_odd_names_do_no_harm(browse: Callable[..., Page]) -> None:
    opened = browse("odd")
    assert ODD in [row[1] for row in opened.value(TABLES)[1]]
    assert opened.value("document.querySelectorAll('main b').length") == 0


@pytest.mark.parametrize("name", NAMES)
def test_no_words_overlap_in_a_browser(browse: Callable[..., Page], name: str) -> None:
    for boxes in browse(name).value(TEXTS):
        for one, two in combinations(boxes, 2):
            # A browser's box is as high as its font's line, more than the letters.
            assert (
                one[0] >= two[1] or two[0] >= one[1] or one[2] >= two[3] - 4 or two[2] >= one[3] - 4
            )


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_the_page_fits_its_window(browse: Callable[..., Page], width: int) -> None:
    opened = browse("sample")
    opened.resize(width, 900)
    opened.value("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert opened.value("document.documentElement.scrollWidth") == width


def test_paper_is_white(browse: Callable[..., Page]) -> None:
    opened = browse("sample")
    prefer(opened, "dark")
    opened.call("Emulation.setEmulatedMedia", media="print")
    assert opened.value(GROUND) == "rgb(255, 255, 255)"
    assert opened.printed().startswith(b"%PDF")


def test_the_page_is_small_and_needs_nothing_else(pages: Callable[..., Path]) -> None:
    text = pages("sample").read_text(encoding="utf-8")
    assert len(text.encode()) < 150_000
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    assert not re.search(r"https?:(?!//www.w3.org/)|@import|url\((?!#)|\{\{|#00..01|<script", text)
