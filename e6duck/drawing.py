"""Lines, dots and texts drawn by Matplotlib: a point of the page is a point of the figure."""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from .charts.fonts import font
from .charts.geometry import Disc, Line
from .charts.palette import Palette
from .charts.text import FAINT, INK, Text

_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
_EDGE, _RING_WIDTH = 0.7, 1.3


def empty_axes(figure: Figure, width: float, height: float, palette: Palette) -> Axes:
    """Return axes all over a figure, in which y grows downward."""
    figure.set_facecolor(palette.background)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    return axes


def draw_line(axes: Axes, line: Line, colour: str, width: float, zorder: float = 0) -> None:
    """Draw a line; behind all dots, if not told otherwise."""
    ends = [line.x1, line.x2], [line.y1, line.y2]
    axes.add_line(Line2D(*ends, color=colour, linewidth=width, zorder=zorder))


def draw_dot(axes: Axes, disc: Disc, colour: str, edge: str, wider: float = 0) -> None:
    """Draw a dot with an edge that keeps it apart from others."""
    axes.add_patch(
        Circle((disc.x, disc.y), disc.radius + wider, fc=colour, ec=edge, linewidth=_EDGE)
    )


def draw_text(axes: Axes, text: Text, palette: Palette) -> Artist:
    """Draw a text in its fonts and its colour; returns what was drawn."""
    special = {INK: palette.ink, FAINT: palette.faint}
    return axes.text(
        text.x,
        text.y,
        text.text,
        color=special.get(text.colour) or palette.label(text.colour),
        fontproperties=font(text.size, text.is_bold),
        horizontalalignment=_ANCHORS[text.anchor],
        verticalalignment="baseline",
        rotation=90 if text.is_upright else 0,
        rotation_mode="anchor",
        parse_math=False,  # a tag may hold dollar signs
    )
