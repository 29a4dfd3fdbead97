"""Fonts of a picture: those that the names need, and how much room a text takes in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import matplotlib
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.textpath import text_to_path

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


@contextmanager
def house_style() -> Iterator[None]:
    """Draw the same whatever the user's matplotlibrc says, and without a word on missing glyphs.

    No font has them all: a box in a picture is what any program shows there, and no fault.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams["svg.hashsalt"] = "e6duck"  # else ids are random
        matplotlib.rcParams["text.hinting"] = "none"  # else texts are wider than they are measured
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        warnings.filterwarnings("ignore", r"Matplotlib currently does not support", UserWarning)
        yield


@cache
def font(size: float, bold: bool) -> FontProperties:
    """Return the fonts to write in: the first one that has a glyph gives it."""
    installed = set(fontManager.get_font_names())
    families = [_LATIN, *(family for family in _OTHERS if family in installed)]
    return FontProperties(family=families, size=size, weight="bold" if bold else "normal")


def measured(text: str, size: float, bold: bool) -> tuple[float, float, float]:
    """Return the width of a text in points, and how far it rises above and hangs below its line."""
    width, height, descent = text_to_path.get_text_width_height_descent(
        text, font(size, bold), ismath=False
    )
    return width, height - descent, descent
