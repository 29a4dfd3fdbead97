"""Maps for tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from e6duck.charts.headings import Heading
from e6duck.charts.tag_map import Spot, TagMap
from e6duck.compat.normalizers import tag_categories

MakeMap = Callable[..., TagMap]
ODD_NAMES = (
    "x" * 140,
    "_".join(["very_long_name"] * 9),
    "cost_$5_or_$x^2$",
    "_(artist)",
    "キツネ",
    "лисица",
    "🦊",
    "a\"quote's_&amp;_<b>",
    "</script><script>alert(1)</script>",
    "back\\slash",
    "laboratory_glassware\u200e",
    "\u0e01\u0e33\u0e1b\u0e31\u0e48\u0e19",
    "e\u0301\u0302\u0303\u0304",
    "{{title}}",
    "%d",
)


def odd_map() -> TagMap:
    """Return a map of names that are hard to write, of all categories and an unknown one."""
    places = np.random.default_rng(3).normal(size=(len(ODD_NAMES), 2)).tolist()
    categories = [*tag_categories, "unheard_of"]
    spots = tuple(
        Spot(name, categories[at % len(categories)], 10**at, None if at < 2 else 0.5, x, y, at < 2)
        for at, (name, (x, y)) in enumerate(zip(ODD_NAMES, places, strict=True))
    )
    return TagMap(Heading(" and ".join(ODD_NAMES), (), ""), spots)


def map_of(*spots: Spot) -> TagMap:
    return TagMap(Heading("", (), ""), spots)
