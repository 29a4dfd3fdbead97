"""A poster drawn by Matplotlib: a point of the poster is a point of the figure."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from .charts.palette import Palette
from .charts.stats_charts import ACCENT, MARK
from .drawing import draw_dot, draw_line, draw_text, empty_axes
from .panels import Block, Panel
from .poster import Poster

_GRID, _CURVE, _MARK, _HALO = 0.6, 1.0, 1.0, 2.5


def draw_poster(poster: Poster, figure: Figure, palette: Palette) -> None:
    """Draw a poster on an empty figure of its size."""
    axes = empty_axes(figure, poster.width, poster.height, palette)
    for panel in poster.panels:
        _draw_panel(axes, panel, palette)
    for text in poster.texts:
        draw_text(axes, text, palette)


def _draw_panel(axes: Axes, panel: Panel, palette: Palette) -> None:
    for line in panel.lines:
        draw_line(axes, line, palette.line, _GRID)
    for block in panel.blocks:
        axes.add_patch(_rectangle(block, palette))
    if panel.curve:
        across, down = zip(*panel.curve, strict=True)
        axes.add_line(Line2D(across, down, color=palette.dot(ACCENT), linewidth=_CURVE, zorder=1))
    for dot in panel.dots:
        draw_dot(axes, dot.disc, palette.dot(dot.color), palette.background)
    for line in panel.marks:
        draw_line(axes, line, palette.dot(MARK), _MARK, zorder=3)
    for text in panel.texts:
        # The names of tags may stand on a line of the grid.
        halo = withStroke(linewidth=_HALO, foreground=palette.background)
        draw_text(axes, text, palette).set_path_effects([halo])


def _rectangle(block: Block, palette: Palette) -> Rectangle:
    box = block.box
    size = box.right - box.left, box.bottom - box.top
    return Rectangle((box.left, box.top), *size, facecolor=palette.dot(block.color), linewidth=0)
