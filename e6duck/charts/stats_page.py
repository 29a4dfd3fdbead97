"""The figures of a database as a web page: one file that needs no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from ..tags.stats import DatabaseStats
from . import svg
from .fonts import house_style, measured
from .geometry import Box
from .palette import mixed, palette
from .panels import Block, Dot, Panel, panel, wanted_height
from .stats_charts import Chart, charts, headline
from .stats_poster import TITLE
from .svg import category_class, style_rules
from .text import FAINT, INK, Text

_TEMPLATE = Path(__file__).with_name("stats.html")
_WIDTH = 330.0
_HIT = 3.0  # points around a dot where it is hit, too


def page(stats: DatabaseStats, *, light: bool = False) -> str:
    """Return the figures as a page, dark or light as its reader likes it, or light in any case."""
    with house_style():
        panels = [_panel(chart) for chart in charts(stats)]
    parts = {
        "theme": ' data-theme="light"' if light else "",
        "title": escape(TITLE),
        "colours": "\n".join(_colours(stats)),
        "about": "<br>\n".join(map(escape, headline(stats))),
        "panels": "\n".join(line for each in panels for line in _card(each)),
    }
    template = _TEMPLATE.read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _panel(chart: Chart) -> Panel:
    return panel(chart, Box(0, 0, _WIDTH, wanted_height(chart.drawing)), measured)


def _colours(stats: DatabaseStats) -> Iterator[str]:
    """Yield the style rules of both palettes; the later ones come before the earlier."""
    dark, light = palette(), palette(light=True)
    categories = {*dark.dots, *(row["category"] for row in stats.categories)}
    for start, scope, scheme, colours, end in (
        ("", ":root", "dark", dark, ""),
        ("@media (prefers-color-scheme: light) {", ":root", "light", light, "}"),
        ("", '[data-theme="light"]', "light", light, ""),
        ("@media print {", ":root", "light", light, "}"),
    ):
        yield start
        yield from style_rules(colours, scope, scheme, categories)
        card = mixed(colours.ink, colours.background, 0.05)
        yield f"{scope} {{ --card: {card}; }}"
        yield end


def _card(panel: Panel) -> Iterator[str]:
    """Yield the lines of a chart with its title, and its figures as a table."""
    chart, box = panel.chart, panel.box
    told: list[Block | Dot] = [*panel.blocks, *panel.dots]
    yield f"<figure>\n<figcaption><h2>{escape(chart.title)}</h2>"
    yield f"<p>{escape(chart.about)}</p></figcaption>"
    yield (
        f'<svg viewBox="0 0 {box.right:g} {box.bottom:g}" role="img"'
        f' aria-label="{escape(f"{chart.title}: {chart.about}")}">'
    )
    yield from _shapes(panel)
    yield "</svg>"
    if told:
        yield "<details><summary>as a table</summary><div><table>"
        for each in told:
            yield f"<tr><th>{escape(each.name)}</th><td>{escape(each.tip)}</td></tr>"
        yield "</table></div></details>"
    yield "</figure>"


def _shapes(panel: Panel) -> Iterator[str]:
    yield from (svg.line(each, "grid") for each in panel.lines)
    if panel.curve:
        places = " ".join(f"{x:.2f},{y:.2f}" for x, y in panel.curve)
        yield f'<polyline class="curve {category_class("general")}" points="{places}"/>'
    yield from (_block(each) for each in panel.blocks)
    yield from (_dot(each) for each in panel.dots)
    yield from (svg.line(each, f"mark {category_class('artist')}") for each in panel.marks)
    yield from (_text(each) for each in panel.texts)


def _block(block: Block) -> str:
    shapes = svg.rectangle(block.hit, "hit") + svg.rectangle(block.box, "block")
    return f"<g {_facts(block)}>{shapes}</g>"


def _dot(dot: Dot) -> str:
    shapes = svg.circle(dot.disc, "hit", _HIT) + svg.circle(dot.disc, "dot")
    return f"<g {_facts(dot)}>{shapes}</g>"


def _facts(each: Block | Dot) -> str:
    return (
        f'class="told {category_class(each.color)}" data-name="{escape(each.name)}"'
        f' data-tip="{escape(each.tip)}"'
    )


def _text(each: Text) -> str:
    if each.colour in (INK, FAINT):
        return svg.text(each, each.colour)
    return svg.text(each, f"label {category_class(each.colour)}")
