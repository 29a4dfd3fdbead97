"""A plot between two axes: their lines and values, and words that are set to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .charts.geometry import Box, Line
from .charts.stats_charts import MARK
from .charts.text import FAINT, Measure, Text
from .phrases import YEAR
from .scales import Scale, round_steps, short

SIZE, GAP = 8.0, 6.0  # of words, and between these and the plot
_VALUES, _NAME = 14.0, 27.0  # below the plot: the lines of the axis's values and of its name
_TOP = 14.0  # above the plot, for words that rise over it
_MOST_YEARS, _MOST_NUMBERS = 7, 8  # on an axis
_WIDE = 200  # from so many values on the middle of one is no place of its own


@dataclass(frozen=True)
class Plot:
    """The part of a box between two axes; levels are the values of the upright one."""

    box: Box
    x: Scale
    y: Scale
    levels: Sequence[int]

    def grid(self) -> list[Line]:
        """Return the lines of the levels."""
        places = map(self.y.at, self.levels)
        return [Line(self.box.left, place, self.box.right, place) for place in places]

    def level_texts(self) -> list[Text]:
        """Return the levels as texts beside the plot."""
        left, lower = self.box.left - GAP, 0.36 * SIZE
        return [
            Text(short(level), left, self.y.at(level) + lower, SIZE, FAINT, "end")
            for level in self.levels
        ]

    def below(self, value: float, text: str) -> Text:
        """Return the text of a value of the lower axis."""
        return Text(text, self.x.at(value), self.box.bottom + _VALUES, SIZE, FAINT, "middle")

    def name(self, text: str) -> Text:
        """Return the name of the lower axis."""
        x = (self.box.left + self.box.right) / 2
        return Text(text, x, self.box.bottom + _NAME, SIZE, FAINT, "middle")

    def years(self) -> list[Text]:
        """Return years as values of the lower axis, which counts months."""
        first, end = self.x.low / YEAR, self.x.high / YEAR
        years = round_steps(first, end - 1 / YEAR, _MOST_YEARS)
        if years:
            return [self.below(year * YEAR, str(year)) for year in years]
        return [self.below((self.x.low + self.x.high) / 2, str(int(first)))]

    def numbers(self) -> list[Text]:
        """Return round numbers as values of the lower axis, each in the middle of its column."""
        middle = 0.5 if self.x.high - self.x.low < _WIDE else 0
        numbers = round_steps(self.x.low, self.x.high - 1, _MOST_NUMBERS)
        return [self.below(each + middle, f"{each:,}") for each in numbers]

    def mark(self, value: float, words: str, measure: Measure) -> tuple[Line, Text]:
        """Return an upright line at a value, and its words above, where these have room."""
        x = self.x.at(value)
        half = measure(words, SIZE, False)[0] / 2
        middle = min(max(x, self.box.left + half), self.box.right - half)
        text = Text(words, middle, self.box.top - 5, SIZE, MARK, "middle")
        return Line(x, self.box.top - 2, x, self.box.bottom), text


def plot_in(
    box: Box,
    x: tuple[float, float],
    y: tuple[float, float],
    levels: Sequence[int],
    measure: Measure,
    *,
    is_log: bool = False,
) -> Plot:
    """Return a plot in a box, with room for words around it; x and y: the ends of its axes."""
    room = max(measure(short(level), SIZE, False)[0] for level in levels) + GAP
    inner = Box(box.left + room, box.top + _TOP, box.right - GAP, box.bottom - _NAME - 3)
    across = Scale(*x, inner.left, inner.right, is_log)
    return Plot(inner, across, Scale(*y, inner.bottom, inner.top, is_log), levels)
