"""The colors of pictures and pages: the site's, on its dark page or on white paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compat.normalizers import tag_categories, tag_categories_alt_colors, tag_categories_colors

READABLE = 4.5  # the contrast that WCAG 2 (AA) requires of text
_NAMED = {"wheat": "#f5deb3"}  # matplotlib.colors knows it, but takes 0.15 s to import for a page


@dataclass(frozen=True)
class Palette:
    """Colors as #rrggbb. faint: secondary text. line: grids, borders. card: behind a page's chart.

    dots and labels: by category; labels are readable on the background.
    """

    background: str
    ink: str
    faint: str
    line: str
    card: str
    dots: dict[str, str]
    labels: dict[str, str]

    def dot(self, category: str) -> str:
        """Return the color of a category's dots; that of general for an unknown one."""
        return self.dots.get(category, self.dots["general"])

    def label(self, category: str) -> str:
        """Return the color of a category's names; that of general for an unknown one."""
        return self.labels.get(category, self.labels["general"])


def palette(*, light: bool = False) -> Palette:
    """Return the colors of the site's dark page, or those for paper.

    On paper a category has the one of its two colors with more contrast.
    """
    background, ink = ("#ffffff", "#16233a") if light else ("#152f56", "#ffffff")
    dots = {}
    for name, *pair in zip(
        tag_categories, tag_categories_colors, tag_categories_alt_colors, strict=True
    ):
        both = [_NAMED.get(color, color) for color in pair]
        dots[name] = max(both, key=lambda one: contrast(one, background)) if light else both[0]
    return Palette(
        background=background,
        ink=ink,
        faint=mixed(ink, background, 0.66),
        line=mixed(ink, background, 0.16),
        card=mixed(ink, background, 0.05),
        dots=dots,
        labels={name: _readable(color, ink, background) for name, color in dots.items()},
    )


def css_palette() -> Palette:
    """Return the colors of a web page: its color-scheme chooses the light or the dark one."""
    return mapped(
        lambda light, dark: f"light-dark({light}, {dark})", palette(light=True), palette()
    )


def mapped(function: Callable[..., str], *palettes: Palette) -> Palette:
    """Return a palette of what function returns for each color of the palettes."""
    fields: dict[str, Any] = {}
    for name, first in vars(palettes[0]).items():
        values = [vars(each)[name] for each in palettes]
        if isinstance(first, str):
            fields[name] = function(*values)
        else:
            fields[name] = {key: function(*(value[key] for value in values)) for key in first}
    return Palette(**fields)


def _readable(color: str, ink: str, background: str) -> str:
    """Return the color mixed with as little ink as makes it readable on the background."""
    mixes = (mixed(ink, color, step / 20) for step in range(21))
    return next((each for each in mixes if contrast(each, background) >= READABLE), ink)


def mixed(color: str, other: str, share: float) -> str:
    """Return a mix of two colors, of which the first has this share."""
    levels = share * _levels(color) + (1 - share) * _levels(other)
    return "#" + "".join(f"{round(level):02x}" for level in levels.tolist())


def contrast(color: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    dark, bright = sorted((_luminance(color), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    levels = _levels(color) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _levels(color: str) -> NDArray[np.float64]:
    """Return red, green and blue, from 0 to 255."""
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
