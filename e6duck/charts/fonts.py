"""Fonts of a picture: those that the names need, and how much room a text takes in them."""

from __future__ import annotations

import logging
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.textpath import text_to_path

from .text import printable

_LATIN = "DejaVu Sans"  # Matplotlib brings it along
_OTHERS = (  # of the usual systems; each has what the ones before may lack
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
_LAST = ("Verdana", "Arial", "Helvetica")  # what an SVG asks for where there is no DejaVu
_BOXES = "Last Resort"  # comes with Matplotlib and has a box for each character
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")
_SHOWN = 8  # characters in a notice


@contextmanager
def house_style(names: Iterable[str] | None = None) -> Iterator[str]:
    """Draw the same whatever the user's matplotlibrc says, in fonts that have what names need.

    Gives the characters that no installed font has; a picture shows a box for each. None: it is
    not known which names will be written, so any of the well-known fonts may be used.
    """
    logger = logging.getLogger(font_manager.__name__)
    level = logger.level
    with matplotlib.rc_context(), warnings.catch_warnings():
        logger.setLevel(logging.ERROR)  # else each font without a bold face is reported
        try:
            families, missing = (
                ([_LATIN, *dict(_usual())], "") if names is None else fonts_for(names)
            )
            matplotlib.rcdefaults()
            matplotlib.rcParams["font.family"] = [*families, "sans-serif"]
            matplotlib.rcParams["font.sans-serif"] = [_LATIN, *_LAST]
            matplotlib.rcParams["svg.fonttype"] = "none"  # texts stay texts
            matplotlib.rcParams["svg.hashsalt"] = "e6duck"  # else ids are random
            matplotlib.rcParams["text.hinting"] = "none"  # else texts are wider than measured
            warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
            warnings.filterwarnings("ignore", r"Matplotlib currently does not support", UserWarning)
            yield missing
        finally:
            logger.setLevel(level)


def fonts_for(names: Iterable[str]) -> tuple[list[str], str]:
    """Return the families to write names in, and the characters that no installed font has.

    Matplotlib's list of fonts may be older than a font: if one is missing, the system's folders
    are searched, too. The list is extended in this process alone.
    """
    families = [_LATIN]
    missing = {each for name in names for each in printable(name) if each.isprintable()}
    missing = {each for each in missing if not _is_invisible(each)} - {" "}
    for find in (_usual, _new, _any):
        missing = _without(missing, font_manager.findfont(_LATIN))
        if missing:
            for family, path in find():
                left = _without(missing, path)
                if left != missing:
                    families.append(family)
                    missing = left
                if not missing:
                    break
    return families, "".join(sorted(missing))


def _is_invisible(character: str) -> bool:
    """Tell whether a character only changes how the one before it looks."""
    return "VARIATION SELECTOR" in unicodedata.name(character, "")


def _usual() -> Iterator[tuple[str, str]]:
    """Yield the families and files of well-known fonts that Matplotlib lists."""
    paths = {entry.name: entry.fname for entry in reversed(fontManager.ttflist)}
    return ((family, paths[family]) for family in _OTHERS if family in paths)


def _new() -> Iterator[tuple[str, str]]:
    """Yield the well-known fonts after a search for files that Matplotlib does not list yet."""
    listed = {entry.fname for entry in fontManager.ttflist}
    for path in font_manager.findSystemFonts():
        if path not in listed:
            _add(path)
    return _usual()


def _add(path: str) -> None:
    # Matplotlib cannot draw with every font, such as one of coloured bitmaps.
    with suppress(OSError, RuntimeError, ValueError):
        fontManager.addfont(path)


def _any() -> Iterator[tuple[str, str]]:
    """Yield all other fonts, by their names."""
    paths = {entry.name: entry.fname for entry in reversed(fontManager.ttflist)}
    return ((name, path) for name, path in sorted(paths.items()) if not name.startswith(_BOXES))


def _without(characters: set[str], path: str) -> set[str]:
    """Return the characters that the font of a file does not have."""
    if not characters:
        return characters
    try:
        face = font_manager.get_font(path)
    except (OSError, RuntimeError):
        return characters
    return {each for each in characters if not face.get_char_index(ord(each))}


def missing_notice(characters: Sequence[str]) -> str:
    """Return a line that says which characters are shown as boxes, and what helps."""
    count = len(characters)
    shown = "".join(characters[:_SHOWN]) + "…" * (count > _SHOWN)
    names = [unicodedata.name(each, "") for each in characters]
    is_east_asian = any(name.startswith(_EAST_ASIAN) for name in names)
    package = "fonts-noto-cjk" if is_east_asian else "fonts-noto-core"
    are = "character has" if count == 1 else "characters have"
    return f"{count} {are} no font ({shown}); install one, for example {package}"


def font(size: float, bold: bool) -> FontProperties:
    """Return the fonts to write in: the first one that has a glyph gives it."""
    return _properties(tuple(matplotlib.rcParams["font.family"]), size, bold)


@cache
def _properties(families: tuple[str, ...], size: float, bold: bool) -> FontProperties:
    return FontProperties(family=list(families), size=size, weight="bold" if bold else "normal")


def measured(text: str, size: float, bold: bool) -> tuple[float, float, float]:
    """Return the width of a text in points, and how far it rises above and hangs below its line."""
    width, height, descent = text_to_path.get_text_width_height_descent(
        text, font(size, bold), ismath=False
    )
    return width, height - descent, descent
