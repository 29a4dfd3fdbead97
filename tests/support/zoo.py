"""A zoo small enough to count by hand: eight posts, and what their tags imply."""

from __future__ import annotations

from pathlib import Path

from e6duck.builder.build import build
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.reference import Export

FEBRUARY, MARCH = "2025-02-14 12:00:00", "2025-03-14 12:00:00"

# Ids: 0 rating_safe (8 posts), 1 forest (4), 2 snow (3), then with 2 posts each in byte order
# 3 [x], 4 canine, 5 fox, 6 red_fox, 7 wolf. Too rare for an id: arctic_fox, pack.
ZOO = Export(
    posts=[
        post(1, "red_fox forest canine", created_at=FEBRUARY),
        post(2, "fox snow", created_at=FEBRUARY),
        post(3, "wolf forest pack canine", created_at=FEBRUARY),
        post(4, "vixen snow forest", created_at=FEBRUARY),  # an alias of fox
        post(5, "arctic_fox snow", created_at=MARCH),  # rare, but implies fox
        post(6, "wolf", created_at=MARCH),
        post(7, "red_fox [x]", created_at=MARCH),
        post(8, "forest [x]", created_at=MARCH),
    ],
    tags=[
        *(tag(name, 5) for name in ("fox", "red_fox", "arctic_fox", "wolf", "canine")),
        *(tag(name) for name in ("forest", "snow", "pack", "[x]")),
    ],
    tag_aliases=[
        alias("vixen", "fox"),
        alias("todd", "fox"),
        alias("polar_fox", "arctic_fox"),
        alias("woods", "forest"),
        alias("woods,_the", "forest"),  # a comma, which no list for prompt editors can hold
        alias('"box"', "[x]"),
        alias("\\m/", "pack"),
        alias("\\o/", "snow"),
    ],
    tag_implications=[
        implication("red_fox", "fox"),
        implication("fox", "canine"),
        implication("wolf", "canine"),
        implication("arctic_fox", "fox"),
    ],
)
TAG_IDS = {  # by post: its tags, and all that they imply
    1: {"rating_safe", "forest", "red_fox", "fox", "canine"},
    2: {"rating_safe", "snow", "fox", "canine"},
    3: {"rating_safe", "forest", "wolf", "canine"},
    4: {"rating_safe", "forest", "snow", "fox", "canine"},
    5: {"rating_safe", "snow", "fox", "canine"},
    6: {"rating_safe", "wolf", "canine"},
    7: {"rating_safe", "[x]", "red_fox", "fox", "canine"},
    8: {"rating_safe", "[x]", "forest"},
}
IMPLIED = {
    1: {"fox", "canine"},
    2: {"canine"},
    3: {"canine"},
    4: {"canine"},
    5: {"fox", "canine"},
    6: {"canine"},
    7: {"fox", "canine"},
    8: set(),
}
NAMES = ["rating_safe", "forest", "snow", "[x]", "canine", "fox", "red_fox", "wolf"]
SPECIES = ["canine", "fox", "red_fox", "wolf"]


def build_zoo(folder: Path) -> Path:
    """Build the zoo in a folder; returns the database."""
    write_export(folder, ZOO)
    return build(folder).database
