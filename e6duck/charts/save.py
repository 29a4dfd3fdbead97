"""Maps and statistics as files: pictures or pages. A map in a window, too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .. import files
from ..errors import E6DuckError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..tags.stats import DatabaseStats
    from .tag_map import TagMap

_DPI = 160
# Without what differs from run to run, such as the time.
_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": "e6duck"},
    ".svg": {"Creator": "e6duck", "Date": None},
    ".pdf": {"Creator": "e6duck", "Producer": "e6duck", "CreationDate": None},
}
SUFFIXES = (*_METADATA, ".html")
Notify = Callable[[str], object]


def save(
    shown: TagMap | DatabaseStats,
    path: Path,
    *,
    light: bool = False,
    on_notice: Notify = lambda line: None,
) -> None:
    """Write a map or the statistics to a .png, .svg, .pdf or .html file, always the same bytes.

    light: use a light background instead of the site's dark one; without it, a page of statistics
    follows the color scheme of the browser. on_notice: called with a line if no installed font
    has a character of a picture.
    """
    check(path)
    try:
        with files.draft(files.through_link(path)) as draft:
            if path.suffix.lower() == ".html":
                from .pages import page

                draft.write_text(page(shown, light=light), encoding="utf-8")
            else:
                _draw(shown, draft, path.suffix.lower(), light, on_notice)
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error


def check(path: Path) -> None:
    """Raise `UsageError` unless the path has the ending of a picture and its folder exists."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path} must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")


def _draw(
    shown: TagMap | DatabaseStats, path: Path, suffix: str, light: bool, on_notice: Notify
) -> None:
    from matplotlib.figure import Figure

    from .figure import missing_notice, style
    from .palette import palette
    from .tag_map import TagMap

    if isinstance(shown, TagMap):
        from .map_figure import draw_page

        texts, fill = shown.texts, partial(draw_page, shown)
    else:
        from . import stats_charts, stats_figure

        texts, fill = stats_charts.texts(shown), partial(stats_figure.draw, shown)
    colors = palette(light=light)
    with style(colors, texts) as missing:
        # An SVG is shown with the fonts of the program that shows it.
        if missing and suffix != ".svg":
            on_notice(missing_notice(missing))
        figure = Figure(dpi=_DPI)
        fill(figure, colors)
        figure.savefig(path, format=suffix[1:], metadata=_METADATA[suffix])


def show(tag_map: TagMap, *, light: bool = False) -> None:
    """Show a map in a window, until it is closed; raises `UsageError` if there is no display.

    The map is laid out again when the size of the window changes.
    """
    from matplotlib import pyplot

    from .figure import style
    from .map_figure import draw, draw_page
    from .palette import palette

    def draw_again(event: object) -> None:
        figure.clear()
        draw(tag_map, figure, colors)
        figure.canvas.draw_idle()

    colors = palette(light=light)
    with style(colors, tag_map.texts):
        figure = _window(tag_map.heading.title)
        draw_page(tag_map, figure, colors)
        figure.canvas.mpl_connect("resize_event", draw_again)
        pyplot.show(block=True)


def _window(title: str) -> Figure:
    """Return an empty figure in a window, if Matplotlib finds a way to show one."""
    from matplotlib import pyplot

    error = UsageError(
        "there is no display for a window; use output with a file name, such as fox.png",
        option="output",
    )
    try:
        figure = pyplot.figure(num=title)
    except ImportError as cause:  # MPLBACKEND names a backend that does not work here
        raise error from cause
    if not figure.canvas.required_interactive_framework:  # a backend without windows
        pyplot.close(figure)
        raise error
    return figure
