"""Maps and statistics as web pages: each is one file that needs no network."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any

from ..compat.normalizers import tag_category2id
from ..tags.phrases import many
from ..tags.stats import DatabaseStats
from .headings import Heading, stats_heading
from .labels import Box, Disc
from .map_layout import dots, page_size
from .palette import Palette, css_palette, mapped
from .stats_charts import Cell, Chart, charts, texts
from .tag_map import Spot, TagMap
from .text import printable

_WIDTH, _HEIGHT, _ABOVE = 350, 215, 10  # of a chart of the statistics, in points
_NUMBER = ' class="number"'


def page(shown: TagMap | DatabaseStats, *, light: bool = False) -> str:
    """Return a map or the statistics as a page. light: the theme of a map at first."""
    if isinstance(shown, DatabaseStats):
        return stats_page(shown, light=light)
    return map_page(shown, light=light)


def map_page(tag_map: TagMap, *, light: bool = False) -> str:
    """Return a map as a page, which lays out its labels at each zoom. light: its first theme."""
    colors, spots = css_palette(), tag_map.spots
    counts = Counter(spot.category for spot in spots)
    discs = dots(spots, Box(0, 0, *page_size(len(spots))))
    data = [_spot(spot, disc) for spot, disc in zip(spots, discs, strict=True)]
    return _filled(
        "map.html",
        tag_map.heading,
        colors,
        theme="light" if light else "dark",
        categories="\n".join(
            f".{_category_class(each)} {{ --dot: {colors.dot(each)};"
            f" --label: {colors.label(each)}; }}"
            for each in sorted(counts)
        ),
        legend="\n".join(
            f'<button class="{_category_class(each)}" type="button" aria-pressed="true"'
            f' data-category="{escape(each)}"><i></i>{escape(each)} {count:,}</button>'
            for each, count in counts.most_common()
        ),
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _category_class(category: str) -> str:
    return f"c{tag_category2id.get(category, 0)}"


def _spot(spot: Spot, disc: Disc) -> dict[str, Any]:
    """Return what the page's script draws of a tag, with its place in points."""
    facts = [
        spot.category,
        many(spot.posts, "post") if spot.posts else "",  # unknown in an imported database
        "" if spot.score is None else f"score {spot.score:.3f}",
        "query tag" * spot.is_query,
    ]
    return {
        "tag": spot.tag,
        "label": printable(spot.tag),
        "facts": " · ".join(filter(None, facts)),
        "category": spot.category,
        "style": _category_class(spot.category),
        "isQuery": spot.is_query,
        "x": round(disc.x, 2),
        "y": round(disc.y, 2),
        "radius": round(disc.radius, 2),
    }


def stats_page(stats: DatabaseStats, *, light: bool = False) -> str:
    """Return the statistics as a page in the color scheme of the browser, or a light one."""
    from .figure import style

    # Matplotlib cannot draw with CSS colors, so it draws with a stand-in for each.
    css: dict[str, str] = {}

    def stand_in(color: str) -> str:
        css[f"#00{len(css):02x}01"] = color
        return list(css)[-1]

    colors = css_palette()
    stand_ins = mapped(stand_in, replace(colors, background=colors.card))
    with style(stand_ins, texts(stats)):
        cards = "\n".join(_card(chart, stand_ins) for chart in charts(stats))
    return _filled(
        "stats.html",
        stats_heading(stats),
        colors,
        scheme="light" if light else "light dark",
        cards=re.sub(r": (#00..01)\b", lambda found: f": {css[found[1]]}", cards),
    )


def _card(chart: Chart, colors: Palette) -> str:
    """Return a chart with its title, and its numbers as a table."""
    title, about = escape(chart.title), escape(chart.about)
    parts = [f"<figure>\n<figcaption><h2>{title}</h2>\n<p>{about}</p></figcaption>"]
    if chart.marks:
        heads = "".join(map(_head, chart.heads, chart.rows[0]))
        rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in chart.rows)
        parts.append(f'<svg role="img" aria-label="{title}. {about}" {_svg(chart, colors)}')
        parts.append("<details><summary>Show the table</summary><div><table>")
        parts.append(f"<tr>{heads}</tr>\n{rows}\n</table></div></details>")
    return "\n".join([*parts, "</figure>"])


def _head(head: str, below: Cell) -> str:
    return f'<th scope="col"{_NUMBER * isinstance(below, int)}>{head}</th>'


def _cell(cell: Cell) -> str:
    return f"<td{_NUMBER * isinstance(cell, int)}>{_text(cell)}</td>"


def _text(cell: Cell) -> str:
    return escape(f"{cell:,}" if isinstance(cell, int) else cell)


def _svg(chart: Chart, colors: Palette) -> str:
    """Return a chart as SVG without the start of its tag. Each mark has a tooltip with its row."""
    from matplotlib.figure import Figure

    from .figure import POINTS
    from .stats_figure import draw_chart

    def tip(found: re.Match[str]) -> str:
        cells = zip(chart.heads, map(_text, chart.rows[int(found[1])]), strict=True)
        lines = "\n".join(f"{head}: {cell}" for head, cell in cells)
        return f' class="tip"><title>{lines}</title>'

    figure = Figure((_WIDTH / POINTS, _HEIGHT / POINTS))
    figure.patch.set_visible(False)
    frame = 0, _ABOVE, _WIDTH, _HEIGHT - _ABOVE
    for number, artist in enumerate(draw_chart(figure, chart, colors, frame)):
        artist.set_gid(f"tip-{number}")
    file = StringIO()
    figure.savefig(file, format="svg")
    text = file.getvalue().partition("</defs>")[2]
    text = re.sub(r'(?<=<g) id="tip-(\d+)">', tip, text)
    text = re.sub(r'(?<=<g) id="[\w.]+"', "", text)  # they would be the same in each chart
    return f'viewBox="0 0 {_WIDTH} {_HEIGHT}">{text}'.rstrip()


def _filled(template: str, heading: Heading, colors: Palette, **parts: str) -> str:
    """Return a template with its parts, of which the heading and colors are in each."""
    parts |= {
        "title": escape(heading.title),
        "about": "<br>".join(map(escape, heading.about)),
        "source": escape(heading.source),
        "colors": "\n".join(
            f"--{name}: {getattr(colors, name)};"
            for name in ("background", "card", "ink", "faint", "line")
        ),
    }
    text = Path(__file__).with_name(template).read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], text)
