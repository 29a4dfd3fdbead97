"""The categories of tags: names, short names and colors.

The table `categories` of a database holds the same rows (sql/build/10_categories.sql).
"""

from __future__ import annotations

from typing import NamedTuple


class Category(NamedTuple):
    """A category of tags. Its id is its place in `CATEGORIES`."""

    name: str
    short_names: tuple[str, ...]  # other names that the site accepts
    color: str  # CSS color on a dark page
    alt_color: str  # CSS color on a light page


# 2 exists on the site since 2025. 9 is e6db's own; index files may contain it.
CATEGORIES = (
    Category("general", ("gen",), "#b4c7d9", "#2e76b4"),
    Category("artist", ("art",), "#f2ac08", "#fbd67f"),
    Category("contributor", ("cont", "contrib"), "#c0c0c0", "#71706e"),
    Category("copyright", ("copy", "co"), "#dd00dd", "#ff5eff"),
    Category("character", ("char", "ch", "oc"), "#00aa00", "#2bff2b"),
    Category("species", ("spec",), "#ed5d1f", "#f6b295"),
    Category("invalid", ("inv",), "#ff3d3d", "#ffbdbd"),
    Category("meta", (), "#ffffff", "#666666"),
    Category("lore", ("lor",), "#228822", "#5fdb5f"),
    Category("pool", (), "wheat", "#d0b27a"),
)
CATEGORY_NAMES = tuple(category.name for category in CATEGORIES)
