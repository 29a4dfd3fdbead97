"""The web page of a map, used as a person does: in a real browser, with a mouse and a keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest

from e6duck.charts.palette import palette
from e6duck.charts.tag_map import TagMap
from e6duck.charts.map_page import page
from e6duck.charts.save import save
from tests.browser import Page, chromium
from tests.charts.test_map_figure import ODD_NAMES, map_near, odd_map

__all__ = ["map_near"]  # a fixture

Browse = Callable[[TagMap], Page]
SHOWN = (
    "[...document.querySelectorAll('.spot text')]"
    ".filter(e => getComputedStyle(e).visibility == 'visible')"
)
OTHERS = "getComputedStyle(document.querySelector('.spot:not(.match)') ?? document.body).opacity"
TIP = "document.querySelector('#tip.shown')?.innerText"
TOAST = "document.querySelector('#toast.shown')?.textContent"


@pytest.fixture(scope="module")
def open_page() -> Iterator[Callable[[Path], Page]]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def browse(tmp_path: Path, open_page: Callable[[Path], Page]) -> Iterator[Browse]:
    """Return a function that opens a map's page; no page may complain or use the network."""
    pages: list[Page] = []

    def browse(tag_map: TagMap) -> Page:
        save(tag_map, tmp_path / "map.html")
        pages.append(open_page(tmp_path / "map.html"))
        return pages[-1]

    yield browse
    for each in pages:
        each.value("0")  # whatever happened until now is noted
        assert not each.complaints
        assert not each.requests


def name(rank: int) -> str:
    """Return the selector of a name: a dot may lie under another one, a name does not."""
    return f".spot[data-rank='{rank}'] text"


def pasted(opened: Page) -> str:
    """Return what a click has copied, by pasting it as a person would."""
    opened.click("#search")
    opened.press("v", commands=("paste",))
    return str(opened.value("document.querySelector('#search').value"))


# Mouse


def test_the_pointer_shows_category_posts_and_score(
    browse: Browse, map_near: Callable[..., TagMap]
) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    assert opened.value(TIP) is None
    first, second = tag_map.spots[:2]
    opened.hover(name(1))
    opened.wait(TIP)
    assert opened.value(TIP).splitlines() == [
        second.tag,
        f"{second.category} · {second.posts:,} posts · score {second.score:.3f}",
    ]
    opened.hover(name(0))
    expected = [first.tag, f"{first.category} · {first.posts:,} posts · asked for"]
    assert opened.value(TIP).splitlines() == expected
    opened.hover("h1")
    assert opened.value(TIP) is None


def test_a_click_copies_the_tag_and_says_so(
    browse: Browse, map_near: Callable[..., TagMap]
) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    opened.click(name(2))
    opened.wait(TOAST)
    assert opened.value(TOAST) == f"copied {tag_map.spots[2].tag}"
    assert pasted(opened) == tag_map.spots[2].tag


def test_a_click_copies_without_the_clipboard_of_new_browsers(
    browse: Browse, map_near: Callable[..., TagMap]
) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    opened.value("void Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    opened.click(name(3))
    opened.wait(TOAST)
    assert pasted(opened) == tag_map.spots[3].tag


def test_search_highlights_what_matches(browse: Browse, map_near: Callable[..., TagMap]) -> None:
    tag_map = map_near("red_fox")
    opened = browse(tag_map)
    opened.click("#search")
    opened.type("Red f")  # a capital, and a space for an underscore
    matching = [each.tag for each in tag_map.spots if "red_f" in each.tag]
    assert matching
    found = opened.value("[...document.querySelectorAll('.match')].map(e => e.dataset.tag).sort()")
    assert found == sorted(matching)
    count = opened.value("document.querySelector('#found').textContent")
    assert count == f"{len(matching)} of {len(tag_map.spots)}"
    opened.wait(f"{OTHERS} < 0.2")
    assert opened.value("getComputedStyle(document.querySelector('.match')).opacity") == "1"
    opened.press("Escape")
    opened.wait(f"{OTHERS} == 1")


def test_search_shows_the_names_that_had_no_room(browse: Browse) -> None:
    spots = tuple(
        each.__class__(f"tag_number_{at}", "lore", 9, 0.5, 0, 0, at == 0)
        for at, each in enumerate(odd_map().spots * 5)
    )
    opened = browse(TagMap("", spots, (0, 0)))
    hidden = str(opened.value("document.querySelector('.spare').textContent"))
    shown = f"{SHOWN}.some(e => e.textContent == {hidden!r})"
    assert not opened.value(shown)
    opened.click("#search")
    opened.type(hidden)
    assert opened.value(shown)


# Keyboard


def test_the_keyboard_alone_is_enough(browse: Browse, map_near: Callable[..., TagMap]) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    opened.press("/")
    opened.type(tag_map.spots[4].tag)
    opened.press("Enter")
    focused = "document.activeElement.dataset.tag"
    assert opened.value(focused) == tag_map.spots[4].tag
    assert tag_map.spots[4].tag in opened.value(TIP)
    opened.press("Enter")
    opened.wait(TOAST)
    assert opened.value(TOAST) == f"copied {tag_map.spots[4].tag}"
    opened.press("Escape")
    assert opened.value("document.activeElement === document.body")
    assert opened.value("document.querySelector('#search').value") == ""


def test_arrow_keys_walk_over_the_map(browse: Browse, map_near: Callable[..., TagMap]) -> None:
    opened = browse(map_near("fox"))
    opened.press("Tab")
    opened.press("Tab")
    opened.press("Tab")  # past the search and the theme
    spot = "document.activeElement.dataset.tag"
    x = "document.activeElement.querySelector('.dot').getBoundingClientRect().x"
    assert opened.value(spot) == "fox"
    seen = {"fox"}
    for key, sign in (("ArrowLeft", -1), ("ArrowRight", 1)):
        for _ in range(20):
            before = opened.value(x)
            opened.press(key)
            assert sign * (opened.value(x) - before) > -3  # a dot grows while it has the focus
            seen.add(opened.value(spot))
    for key in ("ArrowUp", "ArrowDown"):
        opened.press(key)
        seen.add(opened.value(spot))
    assert len(seen) > 5
    assert opened.value("document.querySelectorAll('[tabindex=\"0\"]').length") == 1


# What is on it


def test_odd_names_do_no_harm(browse: Browse) -> None:
    opened = browse(odd_map())
    tags = opened.value(
        "[...document.querySelectorAll('.spot')].sort((a, b) => a.dataset.rank - b.dataset.rank)"
        ".map(e => e.dataset.tag)"
    )
    assert tags == list(ODD_NAMES)
    assert opened.value("document.scripts.length") == 1
    assert opened.value("document.querySelector('h1').textContent") == odd_map().title
    opened.click(name(8))
    opened.wait(TOAST)
    assert pasted(opened) == ODD_NAMES[8]


def test_no_names_overlap_in_a_browser(browse: Browse, map_near: Callable[..., TagMap]) -> None:
    """Also where its fonts are wider than those that the names were measured in."""
    for tag_map in (map_near("fox", drawn=60), odd_map()):
        opened = browse(tag_map)
        boxes = opened.value(
            SHOWN
            + ".map(e => e.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom])"
        )
        scale = opened.value("document.querySelector('svg').getScreenCTM().a")
        # A browser's box is as high as its font's line, more than the letters; widths are exact.
        slack = 3 * scale
        for one, two in combinations(boxes, 2):
            apart = one[0] >= two[1] - 1 or two[0] >= one[1] - 1
            assert apart or one[2] >= two[3] - slack or two[2] >= one[3] - slack


def test_the_page_has_the_theme_asked_for_and_the_other_one(
    tmp_path: Path, open_page: Callable[[Path], Page]
) -> None:
    save(odd_map(), tmp_path / "map.html", light=True)
    opened = open_page(tmp_path / "map.html")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    assert opened.value(colour) == "rgb(255, 255, 255)"
    opened.click("#theme")
    assert opened.value(colour) == "rgb(21, 47, 86)"


def test_paper_is_white_in_any_case(browse: Browse) -> None:
    opened = browse(odd_map())
    opened.call("Emulation.setEmulatedMedia", media="print")
    ground = opened.value("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert opened.value("getComputedStyle(document.querySelector('#search')).display") == "none"
    dot = opened.value("getComputedStyle(document.querySelector('.c5 .dot')).fill")
    red, green, blue = (
        int(palette(light=True).dot("species")[at : at + 2], 16) for at in (1, 3, 5)
    )
    assert dot == f"rgb({red}, {green}, {blue})"
    assert opened.printed().startswith(b"%PDF")


def test_the_page_is_whole_in_itself() -> None:
    """Nothing is left of the template's marks, and no address stands in it."""
    text = page(odd_map())
    assert set(re.findall(r"\{\{(\w+)\}\}", text)) == {"title"}  # which is the name of a tag
    assert not re.search(r"https?:|@import|url\(", text)
