"""What all pictures share: Matplotlib's parameters, and a page in points with its heading."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .headings import Heading
from .palette import Palette
from .text import fonts_for, measured, wrapped

POINTS = 72  # an inch
MARGIN = 28.0  # of a page, in points
SMALL = 8.5  # the size of text beside headings, as in pictures.mplstyle
_TITLE, _ABOUT, _TITLE_LINES = 19.0, 9.5, 2
_LINE = 1.4  # the height of a line, as a multiple of its font size
_STYLE = Path(__file__).with_name("pictures.mplstyle")


@contextmanager
def style(colors: Palette, texts: Iterable[str]) -> Iterator[str]:
    """Set Matplotlib's parameters and fonts that have the texts, whatever the user's matplotlibrc.

    Yields the characters that no installed font has; a picture shows a box for each.
    """
    logger = logging.getLogger(font_manager.__name__)
    level = logger.level
    with matplotlib.rc_context(), warnings.catch_warnings():
        logger.setLevel(logging.ERROR)  # else each font without a bold face is reported
        try:
            families, missing = fonts_for(texts)
            matplotlib.rcdefaults()
            matplotlib.rc_file(_STYLE)
            matplotlib.rc("font", family=[*families, "sans-serif"])
            matplotlib.rc("figure", facecolor=colors.background)
            matplotlib.rc("text", color=colors.ink)
            matplotlib.rc("axes", edgecolor=colors.line, labelcolor=colors.faint)
            for each in ("xtick", "ytick", "legend"):
                matplotlib.rc(each, labelcolor=colors.faint)
            matplotlib.rc("grid", color=colors.line)
            warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
            warnings.filterwarnings("ignore", r"Matplotlib currently does not support", UserWarning)
            yield missing
        finally:
            logger.setLevel(level)


def page_axes(figure: Figure, width: float, height: float) -> Axes:
    """Return axes over the whole figure, in points from its top left corner, to write on."""
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return axes


def write_heading(page: Axes, heading: Heading, colors: Palette) -> float:
    """Write the title and what is below it; returns the top of the rest of the page."""
    room = page.get_xlim()[1] - 2 * MARGIN
    top = write(page, MARGIN, MARGIN, heading.title, room, _TITLE, colors.ink, bold=True)
    for line in heading.about:
        top = write(page, MARGIN, top, line, room, _ABOUT, colors.faint)
    return top


def write_source(page: Axes, heading: Heading, colors: Palette, note: str = "") -> None:
    """Write where the data are from on the last line, and a note at its end."""
    right, bottom = page.get_xlim()[1] - MARGIN, page.get_ylim()[0] - MARGIN
    page.text(MARGIN, bottom, heading.source, color=colors.faint)
    page.text(right, bottom, note, color=colors.faint, ha="right")


def write(
    page: Axes,
    left: float,
    top: float,
    text: str,
    room: float,
    size: float,
    color: str,
    *,
    bold: bool = False,
    most: int = _TITLE_LINES,
) -> float:
    """Write a text in at most so many lines of a width; returns the top of the next line."""
    for line in wrapped(text, room, most, lambda part: measured(part, size, bold=bold)[0]):
        page.text(
            left,
            top + 0.8 * size,
            line,
            size=size,
            color=color,
            weight="bold" if bold else "normal",
        )
        top += _LINE * size
    return top
