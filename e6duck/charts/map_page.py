"""A map as a web page: one file that needs no network, to zoom, search, filter and copy from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from html import escape
from pathlib import Path
from typing import Any

from ..compat.normalizers import tag_category2id
from .geometry import Box, Disc
from .map_layout import dots, page_size
from .palette import Palette, palette
from .tag_map import Spot, TagMap
from .text import printable

_TEMPLATE = Path(__file__).with_name("map.html")


def page(tag_map: TagMap, *, light: bool = False) -> str:
    """Return a map as a page, which lays out its labels at each zoom. light: its theme at first."""
    counts = Counter(spot.category for spot in tag_map.spots)
    parts = {
        "theme": "light" if light else "dark",
        "title": escape(tag_map.title),
        "subtitle": escape(tag_map.subtitle),
        "source": escape(tag_map.source),
        "colors": _colors(counts),
        "legend": "\n".join(_legend(counts)),
        "data": json.dumps(_spots(tag_map), ensure_ascii=False).replace("<", "\\u003c"),
    }
    template = _TEMPLATE.read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _colors(categories: Collection[str]) -> str:
    """Return the style rules of both palettes; on paper the light one comes after all others."""
    dark, light = palette(), palette(light=True)
    return "\n".join(
        [
            *_style_rules(dark, '[data-theme="dark"]', "dark", categories),
            *_style_rules(light, '[data-theme="light"]', "light", categories),
            "@media print {",
            *_style_rules(light, "[data-theme]", "light", categories),
            "}",
        ]
    )


def _style_rules(
    colors: Palette, scope: str, scheme: str, categories: Collection[str]
) -> Iterator[str]:
    """Yield the rules of a palette for what a scope selects: the page's, and each category's."""
    yield (
        f"{scope} {{ --scheme: {scheme}; --background: {colors.background}; --ink: {colors.ink};"
        f" --faint: {colors.faint}; --line: {colors.line}; }}"
    )
    for category in sorted(categories):
        dot, label = colors.dot(category), colors.label(category)
        yield f"{scope} .{_category_class(category)} {{ --dot: {dot}; --label: {label}; }}"


def _category_class(category: str) -> str:
    """Return the class that gives an element the colors of a category."""
    return f"c{tag_category2id.get(category, 0)}"


def _legend(counts: Counter[str]) -> Iterator[str]:
    """Yield a button for each category, the most frequent one first."""
    for category, count in counts.most_common():
        yield (
            f'<button class="{_category_class(category)}" type="button" aria-pressed="true"'
            f' data-category="{escape(category)}"><i></i>{escape(category)} {count:,}</button>'
        )


def _spots(tag_map: TagMap) -> list[dict[str, Any]]:
    """Return what the page's script draws: a tag each, with its place in points."""
    discs = dots(tag_map.spots, Box(0, 0, *page_size(len(tag_map.spots))))
    return [_spot(spot, disc) for spot, disc in zip(tag_map.spots, discs, strict=True)]


def _spot(spot: Spot, disc: Disc) -> dict[str, Any]:
    return {
        "tag": spot.tag,
        "label": printable(spot.tag),
        "facts": _facts(spot),
        "category": spot.category,
        "style": _category_class(spot.category),
        "isQuery": spot.is_query,
        "x": round(disc.x, 2),
        "y": round(disc.y, 2),
        "radius": round(disc.radius, 2),
    }


def _facts(spot: Spot) -> str:
    """Return what the pointer shows of a tag, in a line."""
    # An imported database does not know its posts.
    posts = f"{spot.posts:,} post{'s' * (spot.posts != 1)}" if spot.posts else ""
    score = "" if spot.score is None else f"score {spot.score:.3f}"
    return " · ".join(filter(None, [spot.category, posts, score, "asked for" * spot.is_query]))
