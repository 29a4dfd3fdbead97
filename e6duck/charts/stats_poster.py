"""The charts of a database on one page, laid out."""

from __future__ import annotations

from dataclasses import dataclass

from ..tags.stats import DatabaseStats
from .geometry import Box
from .panels import Panel, panel, wanted_height
from .stats_charts import Chart, charts, headline
from .text import FAINT, Measure, Text, shortened

TITLE = "The database in figures"
_WIDTH, _MARGIN = 720.0, 30.0
_COLUMNS = 2
_GAP_ACROSS, _GAP_DOWN = 34.0, 24.0
_TITLE_SIZE, _HEAD_SIZE, _HEAD_LINE = 17.0, 9.0, 13.5
_CHART_SIZE, _ABOUT_SIZE, _CHART_HEAD = 11.0, 8.5, 38.0


@dataclass(frozen=True)
class Poster:
    """A page with its title, and panels with theirs."""

    width: float
    height: float
    texts: tuple[Text, ...]
    panels: tuple[Panel, ...]


def poster(stats: DatabaseStats, measure: Measure) -> Poster:
    """Return the page of a database, as high as its charts need."""
    texts = _title(stats, measure)
    top = texts[-1].y + 26
    width = (_WIDTH - 2 * _MARGIN - _GAP_ACROSS * (_COLUMNS - 1)) / _COLUMNS
    panels = []
    drawn = charts(stats)
    for first in range(0, len(drawn), _COLUMNS):
        row = drawn[first : first + _COLUMNS]
        bottom = top + _CHART_HEAD + max(wanted_height(chart.drawing) for chart in row)
        for column, chart in enumerate(row):
            left = _MARGIN + column * (width + _GAP_ACROSS)
            texts += _heading(chart, left, top)
            box = Box(left, top + _CHART_HEAD, left + width, bottom)
            panels.append(panel(chart, box, measure))
        top = bottom + _GAP_DOWN
    return Poster(_WIDTH, top - _GAP_DOWN + _MARGIN, tuple(texts), tuple(panels))


def _title(stats: DatabaseStats, measure: Measure) -> list[Text]:
    def width(text: str) -> float:
        return measure(text, _HEAD_SIZE, False)[0]

    base = _MARGIN + 0.8 * _TITLE_SIZE
    return [
        Text(TITLE, _MARGIN, base, _TITLE_SIZE, is_bold=True),
        *(
            Text(
                shortened(line, _WIDTH - 2 * _MARGIN, width),
                _MARGIN,
                base + 6 + _HEAD_LINE * number,
                _HEAD_SIZE,
                FAINT,
            )
            for number, line in enumerate(headline(stats), start=1)
        ),
    ]


def _heading(chart: Chart, left: float, top: float) -> list[Text]:
    """Return the title of a chart and what it is about."""
    title = Text(chart.title, left, top + _CHART_SIZE, _CHART_SIZE, is_bold=True)
    return [title, Text(chart.about, left, title.y + 14, _ABOUT_SIZE, FAINT)]
