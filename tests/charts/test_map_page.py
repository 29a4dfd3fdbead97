"""The web page of a map, used as a person does: in a real browser, with a mouse and a keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from e6duck.charts.pages import page
from e6duck.charts.palette import palette
from e6duck.charts.save import save
from e6duck.charts.tag_map import Spot, TagMap
from tests.support.browser import Page
from tests.support.maps import ODD_NAMES, MakeMap, map_of, odd_map

Browse = Callable[[TagMap], Page]
SHOWN = (
    "[...document.querySelectorAll('.spot text')]"
    ".filter(e => getComputedStyle(e).visibility == 'visible' && e.getClientRects().length)"
)
FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"
OTHERS = "getComputedStyle(document.querySelector('.spot:not(.match)') ?? document.body).opacity"
TIP = "document.querySelector('#tip.shown')?.innerText"
TOAST = "document.querySelector('#toast.shown')?.textContent"


@pytest.fixture
def browse(tmp_path: Path, open_page: Callable[[Path], Page]) -> Browse:
    """A function that opens a map's page."""

    def browse(tag_map: TagMap) -> Page:
        save(tag_map, tmp_path / "map.html")
        return open_page(tmp_path / "map.html")

    return browse


def name(rank: int) -> str:
    """Return the selector of a name: a dot may be under another one, a name is not."""
    return f".spot[data-rank='{rank}'] text"


def pasted(opened: Page) -> str:
    """Return what a click has copied, by pasting it as a person would."""
    opened.click("#search")
    opened.press("v", commands=("paste",))
    return str(opened.value("document.querySelector('#search').value"))


def names(opened: Page) -> set[str]:
    """Return the tags that have a label now."""
    opened.value(FRAME)
    return {*opened.value("[...document.querySelectorAll('.named')].map(e => e.dataset.tag)")}


def seen(opened: Page) -> int:
    """Return the number of dots that are visible now."""
    opened.value(FRAME)
    return int(
        opened.value(
            "(() => { const map = document.querySelector('svg').getBoundingClientRect();"
            " return [...document.querySelectorAll('.dot')].map(e => e.getBoundingClientRect())"
            ".filter(b => b.width && b.left > map.left && b.right < map.right"
            " && b.top > map.top && b.bottom < map.bottom).length; })()"
        )
    )


def place(opened: Page, tag: str) -> tuple[float, float]:
    """Return where the middle of a dot is in the window."""
    opened.value(FRAME)
    x, y = opened.value(
        f"(() => {{ const b = document.querySelector('[data-tag=\"{tag}\"] .dot')"
        ".getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()"
    )
    return x, y


def middle(opened: Page) -> tuple[float, float]:
    """Return the middle of the map in the window."""
    x, y = opened.value(
        "(() => { const b = document.querySelector('svg').getBoundingClientRect();"
        " return [b.left + b.width / 2, b.top + b.height / 2]; })()"
    )
    return x, y


def assert_no_overlap(opened: Page) -> None:
    """Assert that no two names overlap."""
    opened.value(FRAME)
    boxes = opened.value(
        SHOWN + ".map(e => e.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom])"
    )
    assert len(boxes) > 1
    for one, two in combinations(boxes, 2):
        apart = one[0] >= two[1] - 1 or two[0] >= one[1] - 1
        # A browser's box is as high as its font's line, which is more than the letters.
        assert apart or one[2] >= two[3] - 4 or two[2] >= one[3] - 4


# Zoom and move


def test_the_wheel_zooms_at_the_pointer(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox", drawn=60))
    x, y = place(opened, "fox")
    far = place(opened, "mammal")
    count = seen(opened)
    opened.wheel(x, y, -240)
    assert place(opened, "fox") == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))
    near = place(opened, "mammal")
    assert near[0] - x == pytest.approx(2 * (far[0] - x), abs=3)
    assert seen(opened) < count
    opened.wheel(x, y, 240)
    assert place(opened, "mammal") == (pytest.approx(far[0], abs=1), pytest.approx(far[1], abs=1))


def test_labels_appear_as_there_is_room(browse: Browse, map_near: MakeMap) -> None:
    """No two overlap at any zoom, and near the query all names appear."""
    opened = browse(map_near("fox", drawn=60))
    shares = []
    for _ in range(3):
        assert_no_overlap(opened)
        shares.append(len(names(opened)) / seen(opened))
        for _ in range(2):
            opened.wheel(*place(opened, "fox"), -240)
    assert shares[0] < shares[-1]
    assert shares == sorted(shares)


def test_dragging_moves_the_map_and_copies_nothing(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox"))
    x, y = place(opened, "fox")
    opened.drag((x, y), (x - 80, y + 40))
    assert place(opened, "fox") == (pytest.approx(x - 80, abs=1), pytest.approx(y + 40, abs=1))
    assert opened.value(TOAST) is None
    opened.click("#all")
    assert place(opened, "fox") == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))
    opened.click(name(0))
    opened.wait(TOAST)  # a click after a drag is one again


def test_two_fingers_zoom_and_one_moves(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox"))
    opened.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    x, y = middle(opened)
    before = [place(opened, tag)[0] for tag in ("fox", "mammal")]
    opened.touch(((x - 50, y), (x - 150, y)), ((x + 50, y), (x + 150, y)))
    after = [place(opened, tag)[0] for tag in ("fox", "mammal")]
    assert after[1] - after[0] == pytest.approx(3 * (before[1] - before[0]), rel=0.05)
    opened.touch(((x, y), (x + 60, y)))
    assert place(opened, "fox")[0] - after[0] == pytest.approx(60, abs=2)


def test_keys_zoom_and_move(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox"))
    x, y = place(opened, "fox")
    opened.press("+")
    zoomed = place(opened, "fox")
    assert zoomed != (x, y)
    opened.press("ArrowLeft")
    assert place(opened, "fox")[0] == pytest.approx(zoomed[0] + 60, abs=1)
    opened.press("ArrowRight")
    opened.press("-")
    assert place(opened, "fox") == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))
    opened.press("+")
    opened.press("0")
    assert place(opened, "fox") == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))


def test_a_phone_shows_the_whole_map(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox"))
    opened.resize(400, 800)
    opened.wait("document.querySelector('svg').clientWidth < 400")
    assert_no_overlap(opened)
    assert seen(opened) == 25
    assert "fox" in names(opened)
    assert (
        opened.value("parseFloat(getComputedStyle(document.querySelector('text')).fontSize)") > 12
    )
    assert opened.value("document.documentElement.scrollWidth") <= 400
    search, theme = (
        opened.value(f"document.querySelector('{each}').getBoundingClientRect().top")
        for each in ("#search", "#theme")
    )
    assert search == pytest.approx(theme, abs=3)  # on one line


# Categories


def test_the_legend_hides_and_shows_a_category(browse: Browse, map_near: MakeMap) -> None:
    tag_map = map_near("fox")
    species = sum(spot.category == "species" for spot in tag_map.spots)
    opened = browse(tag_map)
    entry = "[data-category='species']"
    assert opened.value(f'document.querySelector("{entry}").textContent') == f"species {species}"
    opened.click(entry)
    assert seen(opened) == len(tag_map.spots) - species
    assert "fox" not in names(opened)
    assert opened.value(f'document.querySelector("{entry}").ariaPressed') == "false"
    opened.click(entry)
    assert seen(opened) == len(tag_map.spots)
    assert "fox" in names(opened)


# Mouse


def test_the_pointer_shows_category_posts_and_score(browse: Browse, map_near: MakeMap) -> None:
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
    expected = [first.tag, f"{first.category} · {first.posts:,} posts · query tag"]
    assert opened.value(TIP).splitlines() == expected
    opened.hover("h1")
    assert opened.value(TIP) is None


def test_a_click_copies_the_tag_and_says_so(browse: Browse, map_near: MakeMap) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    opened.click(name(2))
    opened.wait(TOAST)
    assert opened.value(TOAST) == f"copied {tag_map.spots[2].tag}"
    assert pasted(opened) == tag_map.spots[2].tag


def test_a_click_copies_without_the_clipboard_of_new_browsers(
    browse: Browse, map_near: MakeMap
) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    opened.value("void Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    opened.click(name(3))
    opened.wait(TOAST)
    assert pasted(opened) == tag_map.spots[3].tag


def test_a_chosen_tag_offers_the_command_for_its_neighbors(browse: Browse) -> None:
    for rank, command in (
        (3, "e6duck neighbors '_(artist)'"),
        (7, "e6duck neighbors 'a\"quote'\\''s_&amp;_<b>'"),
    ):
        opened = browse(odd_map())
        opened.click(name(rank))
        opened.wait("!document.querySelector('#card').hidden")
        assert opened.value("document.querySelector('#card b').textContent") == ODD_NAMES[rank]
        opened.click("#command")
        opened.wait(f"{TOAST} == {json.dumps('copied ' + command)}")
        assert pasted(opened) == command
        opened.press("Escape")
        assert opened.value("document.querySelector('#card').hidden")


def test_search_highlights_what_matches(browse: Browse, map_near: MakeMap) -> None:
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
    spots = [Spot(f"tag_number_{at}", "lore", 9, 0.5, 0, 0, at == 0) for at in range(75)]
    opened = browse(map_of(*spots))
    hidden = ({spot.tag for spot in spots} - names(opened)).pop()
    opened.click("#search")
    opened.type(hidden)
    assert hidden in names(opened)


# Keyboard


def test_the_keyboard_alone_is_enough(browse: Browse, map_near: MakeMap) -> None:
    tag_map = map_near("fox")
    opened = browse(tag_map)
    opened.press("/")
    opened.type(tag_map.spots[4].tag)
    opened.press("Enter")
    focused = "document.activeElement.dataset.tag"
    assert opened.value(focused) == tag_map.spots[4].tag
    opened.wait(f"{TIP}?.includes({json.dumps(tag_map.spots[4].tag)})")
    opened.press("Enter")
    opened.wait(TOAST)
    assert opened.value(TOAST) == f"copied {tag_map.spots[4].tag}"
    opened.press("Escape")
    assert opened.value("document.activeElement === document.body")
    assert opened.value("document.querySelector('#search').value") == ""


def test_arrow_keys_walk_over_the_map(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox"))
    for _ in range(6):
        opened.press("Tab")  # past the search, three buttons for the zoom, and the theme
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
    assert opened.value("document.scripts.length") == 2  # the tags, and what draws them
    assert opened.value("document.querySelector('h1').textContent") == odd_map().heading.title
    opened.click(name(8))
    opened.wait(TOAST)
    assert pasted(opened) == ODD_NAMES[8]


def test_no_odd_names_overlap(browse: Browse) -> None:
    assert_no_overlap(browse(odd_map()))


def test_the_page_says_how_it_was_made_and_from_what(browse: Browse, map_near: MakeMap) -> None:
    opened = browse(map_near("fox"))
    said = opened.value("document.body.innerText")
    assert "A subtitle." in said
    assert "A source." in said


def test_the_page_has_the_theme_asked_for_and_the_other_one(
    tmp_path: Path, open_page: Callable[[Path], Page]
) -> None:
    save(odd_map(), tmp_path / "map.html", light=True)
    opened = open_page(tmp_path / "map.html")
    color = "getComputedStyle(document.documentElement).backgroundColor"
    assert opened.value(color) == "rgb(255, 255, 255)"
    opened.click("#theme")
    assert opened.value(color) == "rgb(21, 47, 86)"


def test_paper_is_white_in_any_case(browse: Browse) -> None:
    opened = browse(odd_map())
    opened.call("Emulation.setEmulatedMedia", media="print")
    ground = opened.value("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert opened.value("getComputedStyle(document.querySelector('#tools')).display") == "none"
    dot = opened.value("getComputedStyle(document.querySelector('.c5 .dot')).fill")
    red, green, blue = (
        int(palette(light=True).dot("species")[at : at + 2], 16) for at in (1, 3, 5)
    )
    assert dot == f"rgb({red}, {green}, {blue})"
    assert opened.printed().startswith(b"%PDF")


def test_the_page_is_whole_in_itself() -> None:
    """No mark of the template is left, and no address is in it."""
    text = page(odd_map())
    assert set(re.findall(r"\{\{(\w+)\}\}", text)) == {"title"}  # which is the name of a tag
    assert not re.search(r"https?:|@import|url\(", text)
