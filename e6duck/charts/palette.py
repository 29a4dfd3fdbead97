"""Colours of a map: the site's categories on its dark page, and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..index import tag_categories, tag_categories_alt_colors, tag_categories_colors

Rgb: TypeAlias = tuple[int, int, int]

READABLE = 4.5  # the contrast that the web's accessibility guidelines ask of text
_NAMED = {"wheat": "#f5deb3"}


@dataclass(frozen=True)
class Palette:
    """The colours of a page, as #rrggbb: what lies behind, what is written, what stands back."""

    background: str
    ink: str
    faint: str
    line: str
    dots: dict[str, str]
    labels: dict[str, str]

    def dot(self, category: str) -> str:
        """Return the colour of a category's dots; that of general for an unknown one."""
        return self.dots.get(category, self.dots["general"])

    def label(self, category: str) -> str:
        """Return the colour of a category's names, which can be read on the background."""
        return self.labels.get(category, self.labels["general"])


def palette(*, light: bool = False) -> Palette:
    """Return the colours of the site's dark page, or those for paper.

    Dots are as the site paints the category there; on paper it is the one of its two colours that
    stands out. Names have the same colour with as much ink in it as reading asks for.
    """
    background, ink = ("#ffffff", "#16233a") if light else ("#152f56", "#ffffff")
    dots = {}
    for name, *both in zip(
        tag_categories, tag_categories_colors, tag_categories_alt_colors, strict=True
    ):
        colours = [_NAMED.get(colour, colour) for colour in both]
        dots[name] = (
            max(colours, key=lambda each: contrast(each, background)) if light else colours[0]
        )
    return Palette(
        background=background,
        ink=ink,
        faint=mixed(ink, background, 0.66),
        line=mixed(ink, background, 0.16),
        dots=dots,
        labels={name: readable(colour, ink, background) for name, colour in dots.items()},
    )


def readable(colour: str, ink: str, background: str) -> str:
    """Return a colour with as little ink mixed in as makes it readable on a background."""
    shares = (step / 20 for step in range(21))
    mixes = (mixed(ink, colour, share) for share in shares)
    return next((each for each in mixes if contrast(each, background) >= READABLE), ink)


def mixed(colour: str, other: str, share: float) -> str:
    """Return so large a share of a colour, and the rest of another one."""
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{round(one * share + two * (1 - share)):02x}" for one, two in pairs)


def contrast(colour: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as the WCAG define it."""
    dark, bright = sorted((_luminance(colour), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
        for level in (value / 255 for value in _rgb(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
