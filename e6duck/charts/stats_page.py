"""The statistics as a web page: one file without a script, which needs no network."""

from __future__ import annotations

import re
from html import escape
from io import StringIO
from pathlib import Path

from matplotlib.figure import Figure

from ..figures import Figures
from .fonts import house_style
from .palette import Palette, mixed, palette
from .stats_charts import Cell, Chart, charts, heading
from .stats_figure import POINTS, draw_chart, use_style

_TEMPLATE = Path(__file__).with_name("stats.html")
_WIDTH, _HEIGHT, _ABOVE = 350, 215, 10  # of each chart, in points
_NUMBER = ' class="number"'


def page(figures: Figures, *, light: bool = False) -> str:
    """Return the statistics as a page, dark or light as its reader likes it, or always light."""
    (title, about, source), (colors, css) = heading(figures), _colors()
    with house_style():
        use_style(colors)
        cards = "\n".join(_card(chart, colors) for chart in charts(figures))
    parts = {
        "scheme": "light" if light else "light dark",
        "title": escape(title),
        "about": "<br>".join(map(escape, about)),
        "source": escape(source),
        "cards": cards,
        "background": f"light-dark({palette(light=True).background}, {palette().background})",
        **{name: getattr(colors, name) for name in ("ink", "faint", "line")},
        "card": colors.background,
    }
    template = _TEMPLATE.read_text(encoding="utf-8")
    text = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)
    return re.sub(r": (#00..01)\b", lambda found: f": {css[found[1]]}", text)


def _colors() -> tuple[Palette, dict[str, str]]:
    """Return stand-ins for the colors of cards, and the CSS for each: its light and dark color."""
    css: dict[str, str] = {}

    def pair(light: str, dark: str) -> str:
        css[f"#00{len(css):02x}01"] = f"light-dark({light}, {dark})"
        return list(css)[-1]

    light, dark = palette(light=True), palette()
    colors = Palette(
        pair(*(mixed(each.ink, each.background, 0.05) for each in (light, dark))),
        pair(light.ink, dark.ink),
        pair(light.faint, dark.faint),
        pair(light.line, dark.line),
        {name: pair(light.dots[name], color) for name, color in dark.dots.items()},
        {name: pair(light.labels[name], color) for name, color in dark.labels.items()},
    )
    return colors, css


def _card(chart: Chart, colors: Palette) -> str:
    """Return a chart with its title, and its numbers as a table."""
    title, about = escape(chart.title), escape(chart.about)
    parts = [f"<figure>\n<figcaption><h2>{title}</h2>\n<p>{about}</p></figcaption>"]
    if chart.marks:
        heads = "".join(map(_head, chart.heads, chart.rows[0]))
        parts.append(f'<svg role="img" aria-label="{title}. {about}" {_svg(chart, colors)}')
        parts.append("<details><summary>Show the table</summary><div><table>")
        parts.append(f"<tr>{heads}</tr>")
        parts += (f"<tr>{''.join(map(_cell, row))}</tr>" for row in chart.rows)
        parts.append("</table></div></details>")
    return "\n".join([*parts, "</figure>"])


def _head(head: str, below: Cell) -> str:
    return f'<th scope="col"{_NUMBER * isinstance(below, int)}>{head}</th>'


def _cell(cell: Cell) -> str:
    return f"<td{_NUMBER * isinstance(cell, int)}>{_text(cell)}</td>"


def _text(cell: Cell) -> str:
    return escape(f"{cell:,}" if isinstance(cell, int) else cell)


def _svg(chart: Chart, colors: Palette) -> str:
    """Return a chart as SVG, of which each mark has a tooltip, but for the start of its tag."""
    figure = Figure((_WIDTH / POINTS, _HEIGHT / POINTS))
    figure.patch.set_visible(False)
    box = 0, _ABOVE, _WIDTH, _HEIGHT - _ABOVE
    for place, artist in enumerate(draw_chart(figure, chart, colors, box)):
        artist.set_gid(f"tip-{place}")
    file = StringIO()
    figure.savefig(file, format="svg")
    text = file.getvalue().partition("</defs>")[2]
    text = re.sub(r'(?<=<g) id="tip-(\d+)">', lambda found: _tip(chart, int(found[1])), text)
    text = re.sub(r'(?<=<g) id="[\w.]+"', "", text)  # they would be the same in each chart
    return f'viewBox="0 0 {_WIDTH} {_HEIGHT}">{text}'.rstrip()


def _tip(chart: Chart, place: int) -> str:
    cells = zip(chart.heads, map(_text, chart.rows[place]), strict=True)
    lines = "\n".join(f"{head}: {cell}" for head, cell in cells)
    return f' class="tip"><title>{lines}</title>'
