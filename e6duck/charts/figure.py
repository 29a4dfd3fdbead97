"""What all pictures share: fonts, Matplotlib's parameters, and a page in points with its heading.

Matplotlib takes each character from the first font of a list that has it, but has no such list for
all scripts and does not search for new fonts; so the fonts are found here.
"""

from __future__ import annotations

import logging
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.textpath import text_to_path

from .headings import Heading
from .palette import Palette
from .text import printable, wrapped

POINTS = 72  # an inch
MARGIN = 28.0  # of a page, in points
SMALL = 8.5  # the size of text beside headings, as in pictures.mplstyle
_TITLE, _ABOUT, _TITLE_LINES = 19.0, 9.5, 2
_LINE = 1.4  # the height of a line, as a multiple of its font size
_STYLE = Path(__file__).with_name("pictures.mplstyle")
_LATIN = "DejaVu Sans"  # comes with Matplotlib
_WELL_KNOWN = (  # on the usual systems, the best ones first
    "Noto Sans CJK JP",
    "Hiragino Sans",
    "Yu Gothic",
    "Noto Sans JP",
    "IPAGothic",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Arial Unicode MS",
    "Segoe UI Symbol",
    "Noto Emoji",
    "Symbola",
)
_BOXES = "Last Resort"  # comes with Matplotlib and has a box for each character
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")
_SHOWN = 8  # characters in a notice


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


def fonts_for(texts: Iterable[str]) -> tuple[list[str], str]:
    """Return the font families that texts need, and the characters that no installed font has."""
    families = [_LATIN]
    characters = {each for each in printable("".join(texts)) if not _is_blank(each)}
    missing = _without(characters, font_manager.findfont(_LATIN))
    for search in (_listed_fonts, _new_fonts):
        for family, path in search() if missing else ():
            left = _without(missing, path) if missing else missing
            if left != missing:
                families.append(family)
                missing = left
    return families, "".join(sorted(missing))


def _is_blank(character: str) -> bool:
    """Return whether a character is a space, or only changes how the one before it looks."""
    return character == " " or "VARIATION SELECTOR" in unicodedata.name(character, "")


def _listed_fonts() -> Iterator[tuple[str, str]]:
    """Yield the families and files that Matplotlib lists: well-known ones first, then by name."""
    paths = {entry.name: entry.fname for entry in reversed(fontManager.ttflist)}
    for family in dict.fromkeys([*_WELL_KNOWN, *sorted(paths)]):
        if family in paths and not family.startswith(_BOXES):
            yield family, paths[family]


def _new_fonts() -> Iterator[tuple[str, str]]:
    """Yield the fonts after a search for files that Matplotlib does not list yet.

    Matplotlib keeps its list in a file and does not see what was installed since.
    """
    for path in {*font_manager.findSystemFonts()} - {entry.fname for entry in fontManager.ttflist}:
        # Matplotlib cannot use every font, such as one of colored bitmaps.
        with suppress(OSError, RuntimeError, ValueError):
            fontManager.addfont(path)
    return _listed_fonts()


def _without(characters: set[str], path: str) -> set[str]:
    """Return the characters that the font in a file does not have."""
    try:
        font = font_manager.get_font(path)
    except (OSError, RuntimeError):
        return characters
    return {each for each in characters if not font.get_char_index(ord(each))}


def missing_notice(characters: str) -> str:
    """Return a line that names the characters without a font, and the package that helps."""
    count = len(characters)
    shown = characters[:_SHOWN] + "…" * (count > _SHOWN)
    names = [unicodedata.name(each, "") for each in characters]
    is_east_asian = any(name.startswith(_EAST_ASIAN) for name in names)
    package = "fonts-noto-cjk" if is_east_asian else "fonts-noto-core"
    are = "character has" if count == 1 else "characters have"
    return f"{count} {are} no font ({shown}); install one, for example {package}"


def measured(text: str, size: float, *, bold: bool = False) -> tuple[float, float, float]:
    """Return a text's width, and its height above and below the baseline, in points."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, height, descent = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return width, height - descent, descent


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
    """Write the source of the data on the last line, and a note at its end."""
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
    """Write a text in at most `most` lines, room wide; returns the top of the next line."""
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
