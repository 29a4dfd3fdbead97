"""Text on a figure: how wide it is, how it is made to fit, and the fonts that have its characters.

Matplotlib takes each character from the first font of a list that has it, but has no such list for
all scripts and does not search for new fonts; so the fonts are found here.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.textpath import text_to_path

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


def printable(text: str) -> str:
    """Return text with a replacement character for each one that is not printable."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def measured(text: str, size: float, *, bold: bool = False) -> tuple[float, float, float]:
    """Return a text's width, and its height above and below the baseline, in points."""
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, height, descent = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return width, height - descent, descent


def shortened(text: str, room: float, width: Callable[[str], float]) -> str:
    """Return a printable text that fits, with an ellipsis for what was cut off."""
    text = printable(text)
    if width(text) <= room:
        return text
    count = bisect_left(range(len(text)), True, key=lambda end: width(text[:end] + "…") > room)
    return text[: max(count - 1, 0)] + "…"


def wrapped(text: str, room: float, most: int, width: Callable[[str], float]) -> list[str]:
    """Return a printable text in at most so many lines, with an ellipsis for what was cut off."""
    words = text.split()
    lines: list[str] = []
    while words and len(lines) < most:
        line = words.pop(0)
        is_last = len(lines) + 1 == most
        while words and (is_last or width(printable(f"{line} {words[0]}")) <= room):
            line = f"{line} {words.pop(0)}"
        lines.append(shortened(line, room, width))
    return lines


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
