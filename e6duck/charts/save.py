"""A map or a poster as a picture: a file; a map in a window, too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .. import files
from ..errors import E6DuckError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from ..tags.stats import DatabaseStats
    from .tag_map import TagMap

_DPI = 160
_POINTS = 72  # an inch
_LEAST_WINDOW = 300.0, 240.0  # points; a map in a smaller one is cut
# Without what differs from run to run, such as the time.
_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": "e6duck"},
    ".svg": {"Creator": "e6duck", "Date": None},
    ".pdf": {"Creator": "e6duck", "Producer": "e6duck", "CreationDate": None},
}
SUFFIXES = (*_METADATA, ".html")


def save(tag_map: TagMap, path: Path, *, light: bool = False) -> None:
    """Write a map to a file of the kind that its suffix says: .png, .svg, .pdf or .html.

    light: for paper, instead of the site's dark background. The same map gives the same bytes.
    """

    def page() -> str:
        from .map_page import page

        return page(tag_map, light=light)

    _save(path, page, lambda figure: _fill(figure, tag_map, light))


def save_poster(stats: DatabaseStats, path: Path, *, light: bool = False) -> None:
    """Write the figures of a database to a file of such a kind, likewise.

    A page is dark or light as its reader's browser likes it, if not asked to be light.
    """

    def page() -> str:
        from .stats_page import page

        return page(stats, light=light)

    _save(path, page, lambda figure: _fill_poster(figure, stats, light))


def _save(path: Path, page: Callable[[], str], fill: Callable[[Figure], None]) -> None:
    check(path)
    suffix = path.suffix.lower()
    try:
        with files.draft(path) as draft:
            if suffix == ".html":
                draft.write_text(page(), encoding="utf-8")
            else:
                _draw(fill, draft, suffix)
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error


def check(path: Path) -> None:
    """Raise `UsageError` unless a picture can be drawn: of that suffix, into a folder that is."""
    if path.suffix.lower() not in SUFFIXES:
        kinds = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise UsageError(f"{path} is no kind of picture that can be drawn; end its name in {kinds}")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")


def _draw(fill: Callable[[Figure], None], path: Path, suffix: str) -> None:
    from matplotlib.figure import Figure

    from .fonts import house_style

    with house_style():
        figure = Figure(dpi=_DPI)
        fill(figure)
        figure.savefig(path, format=suffix[1:], dpi=_DPI, metadata=_METADATA[suffix])


def _fill(
    figure: Figure, tag_map: TagMap, light: bool, size: tuple[float, float] | None = None
) -> None:
    """Draw a map on an empty figure: on as large a page as it needs, or on one of that size."""
    from .fonts import measured
    from .map_figure import draw
    from .map_layout import laid_out
    from .palette import palette

    sheet = laid_out(tag_map, measured, size)
    if not size:
        figure.set_size_inches(sheet.width / _POINTS, sheet.height / _POINTS)
    draw(sheet, figure, palette(light=light))


def _fill_poster(figure: Figure, stats: DatabaseStats, light: bool) -> None:
    from .fonts import measured
    from .palette import palette
    from .stats_figure import draw_poster
    from .stats_poster import poster

    page = poster(stats, measured)
    figure.set_size_inches(page.width / _POINTS, page.height / _POINTS)
    draw_poster(page, figure, palette(light=light))


def show(tag_map: TagMap, *, light: bool = False) -> None:
    """Show a map in a window, until it is closed; raises `UsageError` where there is no display.

    The map is laid out anew whenever the window's size changes.
    """
    from matplotlib import pyplot

    from .fonts import house_style

    with house_style():
        figure = _window(tag_map.title)
        _fill(figure, tag_map, light)
        figure.canvas.mpl_connect("resize_event", lambda _: _refill(figure, tag_map, light))
        pyplot.show(block=True)


def _window(title: str) -> Figure:
    """Return an empty figure in a window, where Matplotlib finds what can show one."""
    from matplotlib import pyplot

    message = "there is no display for a window; write the picture with -o FILE.png"
    try:
        figure = pyplot.figure(num=title)
    except ImportError as error:  # MPLBACKEND names one that cannot
        raise UsageError(message) from error
    if not figure.canvas.required_interactive_framework:  # it draws, but shows nothing
        pyplot.close(figure)
        raise UsageError(message)
    return figure


def _refill(figure: Figure, tag_map: TagMap, light: bool) -> None:
    """Draw a map again, on a page as large as the window is now."""
    width, height = (inches * _POINTS for inches in figure.get_size_inches())
    figure.clear()
    size = max(width, _LEAST_WINDOW[0]), max(height, _LEAST_WINDOW[1])
    _fill(figure, tag_map, light, size)
    figure.canvas.draw_idle()
