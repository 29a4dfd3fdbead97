"""What web pages draw with: SVG elements, and style rules for the colours of categories."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape

from ..index import tag_category2id
from .geometry import Box, Disc, Line
from .palette import Palette
from .text import Text


def style_rules(
    colours: Palette, scope: str, scheme: str, categories: Collection[str]
) -> Iterator[str]:
    """Yield the rules of a palette for what a scope selects: the page's, and each category's."""
    yield (
        f"{scope} {{ --scheme: {scheme}; --background: {colours.background}; --ink: {colours.ink};"
        f" --faint: {colours.faint}; --line: {colours.line}; }}"
    )
    for category in sorted(categories):
        dot, label = colours.dot(category), colours.label(category)
        yield f"{scope} .{category_class(category)} {{ --dot: {dot}; --label: {label}; }}"


def category_class(category: str) -> str:
    """Return the class that gives an element the colours of a category."""
    return f"c{tag_category2id.get(category, 0)}"


def circle(disc: Disc, name: str, wider: float = 0) -> str:
    """Return a dot of a class."""
    radius = disc.radius + wider
    return f'<circle class="{name}" cx="{disc.x:.2f}" cy="{disc.y:.2f}" r="{radius:.2f}"/>'


def line(line: Line, name: str) -> str:
    """Return a line of a class."""
    ends = f'x1="{line.x1:.2f}" y1="{line.y1:.2f}" x2="{line.x2:.2f}" y2="{line.y2:.2f}"'
    return f'<line class="{name}" {ends}/>'


def rectangle(box: Box, name: str) -> str:
    """Return a rectangle of a class."""
    size = f'width="{box.right - box.left:.2f}" height="{box.bottom - box.top:.2f}"'
    return f'<rect class="{name}" x="{box.left:.2f}" y="{box.top:.2f}" {size}/>'


def text(text: Text, name: str, more: str = "") -> str:
    """Return a text of a class; more are attributes."""
    turn = f' transform="rotate(-90 {text.x:.2f} {text.y:.2f})"' if text.is_upright else ""
    return (
        f'<text class="{name}" x="{text.x:.2f}" y="{text.y:.2f}" font-size="{text.size:g}"'
        f' text-anchor="{text.anchor}"{turn}{more}>{escape(text.text)}</text>'
    )
