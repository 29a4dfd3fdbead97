"""Maps and statistics as files: pictures or pages; a map in a window, too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .. import files
from ..errors import E6DuckError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


def save(
    tag_map: TagMap,
    path: Path,
    *,
    light: bool = False,
    on_notice: Callable[[str], object] = lambda line: None,
) -> None:
    """Write a map to a file of the kind that its suffix says: .png, .svg, .pdf or .html.

    light: for paper, instead of the site's dark background. on_notice: called with a line if no
    installed font has a character of a picture. The same map gives the same bytes.
    """

    def page() -> str:
        from .map_page import page

        return page(tag_map, light=light)

    _save(path, page, lambda figure: _fill(figure, tag_map, light), _names(tag_map), on_notice)


def save_stats(stats: DatabaseStats, path: Path, *, light: bool = False) -> None:
    """Write the statistics of a database to a file of such a kind, likewise.

    A page is dark or light as its reader's browser asks, unless light.
    """

    def page() -> str:
        from .stats_page import page

        return page(stats, light=light)

    _save(path, page, lambda figure: _fill_stats(figure, stats, light))


def _names(tag_map: TagMap) -> list[str]:
    return [spot.tag for spot in tag_map.spots]


def _save(
    path: Path,
    page: Callable[[], str],
    fill: Callable[[Figure], None],
    names: Sequence[str] | None = None,
    on_notice: Callable[[str], object] = lambda line: None,
) -> None:
    """Write a page or draw a picture. names: what to find fonts for; None if it is not known."""
    check(path)
    suffix = path.suffix.lower()
    try:
        with files.draft(path) as draft:
            if suffix == ".html":
                draft.write_text(page(), encoding="utf-8")
            else:
                _draw(fill, draft, suffix, names, on_notice)
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error


def check(path: Path) -> None:
    """Raise `UsageError` unless a picture can be drawn: of that suffix, into a folder that is."""
    if path.suffix.lower() not in SUFFIXES:
        kinds = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise UsageError(f"{path} is not a picture that can be drawn; end its name in {kinds}")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}")


def _draw(
    fill: Callable[[Figure], None],
    path: Path,
    suffix: str,
    names: Sequence[str] | None,
    on_notice: Callable[[str], object],
) -> None:
    from matplotlib.figure import Figure

    from .fonts import house_style, missing_notice

    with house_style(names) as missing:
        # Whoever shows an SVG has fonts of its own.
        if missing and suffix != ".svg":
            on_notice(missing_notice(missing))
        figure = Figure(dpi=_DPI)
        fill(figure)
        figure.savefig(path, format=suffix[1:], dpi=_DPI, metadata=_METADATA[suffix])


def _fill(
    figure: Figure, tag_map: TagMap, light: bool, size: tuple[float, float] | None = None
) -> None:
    """Draw a map on an empty figure: on as large a page as it needs, or on one of that size."""
    from .map_figure import draw
    from .map_layout import page_size
    from .palette import palette

    if not size:
        size = page_size(len(tag_map.spots))
        figure.set_size_inches(size[0] / _POINTS, size[1] / _POINTS)
    draw(tag_map, figure, palette(light=light), size)


def _fill_stats(figure: Figure, stats: DatabaseStats, light: bool) -> None:
    from .palette import palette
    from .stats_figure import draw

    draw(figure, stats, palette(light=light))


def show(tag_map: TagMap, *, light: bool = False) -> None:
    """Show a map in a window, until it is closed; raises `UsageError` where there is no display.

    The map is laid out anew whenever the window's size changes.
    """
    from matplotlib import pyplot

    from .fonts import house_style

    with house_style(_names(tag_map)):
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
