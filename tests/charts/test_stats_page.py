"""The web page of a database's figures, looked at as a person does: in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from e6duck.charts.palette import palette
from e6duck.charts.save import save_poster
from e6duck.tags.stats import DatabaseStats
from tests.charts.test_stats_poster import NAMES, ODD, all_figures
from tests.support.browser import Page, chromium

__all__ = ["all_figures"]  # a fixture

GROUND = "getComputedStyle(document.documentElement).backgroundColor"
TIP = "document.querySelector('#tip.shown')?.innerText"
TEXTS = (
    "[...document.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('text')]"
    ".map(e => e.getBBox()).map(b => [b.x, b.x + b.width, b.y, b.y + b.height]))"
)


@pytest.fixture(scope="module")
def open_page() -> Iterator[Callable[[Path], Page]]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def browse(
    tmp_path: Path, open_page: Callable[[Path], Page], all_figures: dict[str, DatabaseStats]
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page of figures; no page may complain or use the network."""
    pages: list[Page] = []

    def browse(name: str, *, light: bool = False) -> Page:
        save_poster(all_figures[name], tmp_path / "stats.html", light=light)
        pages.append(open_page(tmp_path / "stats.html"))
        return pages[-1]

    yield browse
    for each in pages:
        each.value("0")  # whatever happened until now is noted
        assert not each.complaints
        assert not each.requests


def prefer(page: Page, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    page.call("Emulation.setEmulatedMedia", features=features)


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_the_page_is_dark_or_light_as_its_reader_likes_it(browse: Callable[..., Page]) -> None:
    opened = browse("sample")
    for scheme in ("dark", "light"):
        prefer(opened, scheme)
        colours = palette(light=scheme == "light")
        assert opened.value(GROUND) == rgb(colours.background)
        bar = "getComputedStyle(document.querySelector('[data-name=species] .block')).fill"
        assert opened.value(bar) == rgb(colours.dot("species"))


def test_the_page_is_light_where_asked_for(browse: Callable[..., Page]) -> None:
    opened = browse("sample", light=True)
    prefer(opened, "dark")
    assert opened.value(GROUND) == "rgb(255, 255, 255)"


def test_the_pointer_shows_what_a_bar_stands_for(
    browse: Callable[..., Page], all_figures: dict[str, DatabaseStats]
) -> None:
    opened = browse("sample")
    assert opened.value(TIP) is None
    row = all_figures["sample"].categories[1]
    opened.hover(f"[data-name={row['category']}] .hit")
    said = opened.value(TIP).splitlines()
    assert said[0] == row["category"]
    assert f"{row['tags']:,} tags with an id, {row['rare_tags']:,} too rare for one" in said[1]
    opened.hover("h1")
    assert opened.value(TIP) is None


def test_the_figures_stand_there_as_tables_too(
    browse: Callable[..., Page], all_figures: dict[str, DatabaseStats]
) -> None:
    opened = browse("sample")
    assert opened.value("document.querySelectorAll('details[open]').length") == 0
    opened.click("summary")
    assert opened.value("document.querySelector('details[open] tr').innerText").startswith(
        "general"
    )
    counts = opened.value(
        "[...document.querySelectorAll('details')].map(e => e.querySelectorAll('tr').length)"
    )
    stats = all_figures["sample"]
    assert counts[:3] == [len(stats.categories), len(stats.ranks), len(stats.months)]
    assert len(counts) == 6


def test_odd_names_do_no_harm(browse: Callable[..., Page]) -> None:
    opened = browse("odd")
    names = opened.value("[...document.querySelectorAll('.told')].map(e => e.dataset.name)")
    assert ODD in names
    assert opened.value("document.querySelectorAll('main b').length") == 0


@pytest.mark.parametrize("name", NAMES)
def test_no_words_overlap_in_a_browser(browse: Callable[..., Page], name: str) -> None:
    for boxes in browse(name).value(TEXTS):
        for one, two in combinations(boxes, 2):
            # A browser's box is as high as its font's line, more than the letters.
            assert (
                one[0] >= two[1] or two[0] >= one[1] or one[2] >= two[3] - 3 or two[2] >= one[3] - 3
            )


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_the_page_fits_its_window(browse: Callable[..., Page], width: int) -> None:
    opened = browse("sample")
    opened.resize(width, 900)
    assert opened.value("document.documentElement.scrollWidth") == width


def test_paper_is_white(browse: Callable[..., Page]) -> None:
    opened = browse("sample")
    opened.call("Emulation.setEmulatedMedia", media="print")
    assert opened.value(GROUND) == "rgb(255, 255, 255)"
    assert opened.printed().startswith(b"%PDF")
