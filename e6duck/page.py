"""A map as a web page: one file that needs no network, in which tags can be searched and copied."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape
from pathlib import Path

from .charts import svg
from .charts.fonts import house_style, measured
from .charts.palette import palette
from .charts.svg import category_class, style_rules
from .legend import Key
from .maps import Spot, TagMap
from .sheet import MARGIN, RING, Mark, Sheet, laid_out

_TEMPLATE = Path(__file__).with_name("page.html")
_HIT = 4  # points around a dot where it is hit, too


def page(tag_map: TagMap, *, light: bool = False) -> str:
    """Return a map as a page that looks like the picture of it."""
    with house_style():
        sheet = laid_out(tag_map, measured)
    width, height = _size(sheet)
    parts = {
        "theme": "light" if light else "dark",
        "title": escape(tag_map.title),
        "aspect": f"{width / height:.3f}",
        "colours": _colours({spot.category for spot in tag_map.spots}),
        "picture": "\n".join(_picture(sheet)),
    }
    template = _TEMPLATE.read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _size(sheet: Sheet) -> tuple[float, float]:
    """Return the size of what is shown of a sheet: no title and no margin, which the page has."""
    return sheet.width - 2 * MARGIN, sheet.height - sheet.top - MARGIN


def _colours(categories: Collection[str]) -> str:
    """Return the style rules of both palettes; on paper the light one comes after all others."""
    dark, light = palette(), palette(light=True)
    return "\n".join(
        [
            *style_rules(dark, '[data-theme="dark"]', "dark", categories),
            *style_rules(light, '[data-theme="light"]', "light", categories),
            "@media print {",
            *style_rules(light, "[data-theme]", "light", categories),
            "}",
        ]
    )


def _picture(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of the sheet as SVG, without its title."""
    width, height = _size(sheet)
    view = f"{MARGIN:g} {sheet.top:g} {width:g} {height:g}"
    yield f'<svg viewBox="{view}" role="group" aria-label="map of tags">'
    yield from (svg.line(line, "zero") for line in sheet.zero_lines)
    yield from (_key(key) for key in sheet.keys)
    yield from (svg.text(text, "words") for text in sheet.texts)
    rank = {mark.spot: number for number, mark in enumerate(sheet.marks)}
    for mark in sheet.back_to_front():
        yield from _mark(mark, rank[mark.spot])
    yield "</svg>"


def _mark(mark: Mark, rank: int) -> Iterator[str]:
    spot, disc = mark.spot, mark.disc
    facts = _facts(spot)
    name = f"spot {category_class(spot.category)}{' query' if spot.is_query else ''}"
    yield (
        f'<g class="{name}" role="button"'
        f' tabindex="{0 if rank == 0 else -1}" data-rank="{rank}" data-tag="{escape(spot.tag)}"'
        f' data-facts="{escape(facts)}" aria-label="{escape(f"{spot.tag}, {facts}")}">'
    )
    if mark.label.leader:
        yield svg.line(mark.label.leader, "leader")
    yield svg.circle(disc, "dot")
    if spot.is_query:
        yield svg.circle(disc, "ring", RING)
    yield svg.circle(disc, "hit", _HIT)
    box = mark.label.box
    kind = "spare" if mark.label.is_hidden else "name"
    yield svg.text(mark.label.text, kind, f' data-room="{box.right - box.left:.2f}"')
    yield "</g>"


def _facts(spot: Spot) -> str:
    """Return what the pointer shows of a spot, in a line."""
    # An imported database does not know them; a tag without posts has no id.
    posts = f"{spot.posts:,} post{'s' * (spot.posts != 1)}" if spot.posts else ""
    score = "" if spot.score is None else f"score {spot.score:.3f}"
    return " · ".join(filter(None, [spot.category, posts, score, "asked for" * spot.is_query]))


def _key(key: Key) -> str:
    if key.is_query:
        return svg.circle(key.disc, "ring") + svg.circle(key.disc, "key size", -RING)
    return svg.circle(
        key.disc, f"key {category_class(key.category)}" if key.category else "key size"
    )
