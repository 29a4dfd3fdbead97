"""A small vocabulary of foxes for tests of captions, and a folder of captions to clean."""

from __future__ import annotations

import hashlib
from pathlib import Path

from e6duck.builder.build import build
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.reference import Export

# Names and categories; all of them have 1,000 uses on the site but for the rare ones.
TAGS = {
    **dict.fromkeys(("fox", "red_fox", "canine", "canid", "mammal"), 5),
    **dict.fromkeys(("solo", "snow", "rose_(flower)", "^_^", ":3"), 0),
    **dict.fromkeys(("hi_res", "2019", "16:9"), 7),
    "blur_(disambiguation)": 0,
    "invalid_tag": 6,
    "judy_(character)": 4,
    "aurora_(zoo)": 4,
    "artie_(artist)": 1,
    "by_bert": 1,
    "carl": 1,
}
RARE = "null_fox"
UNHEARD = [
    tag(RARE, 5, 1),
    tag("kyoto_(an_oc)", 4, 0),
    tag("dusk_(artist)", 1, 1),
    tag("mild:wind", 0, 0),
]
CAPTION_EXPORT = Export(
    posts=[post(number, " ".join(TAGS)) for number in range(1, 4)],
    tags=[
        *(tag(name, category, 1000) for name, category in TAGS.items()),
        tag(RARE, 5, 1),
        *UNHEARD,
    ],
    tag_aliases=[
        alias("foxes", "fox"),
        alias("blurry", "blur_(disambiguation)"),
        alias("misc", "invalid_tag"),
        alias("oldcarl", "carl"),
        alias("vixen_(red)", "red_fox"),
    ],
    tag_implications=[
        implication("red_fox", "fox"),
        implication("fox", "canine"),
        implication("canine", "canid"),
        implication("canid", "mammal"),
        implication(RARE, "fox"),
    ],
)


def build_caption_database(folder: Path) -> Path:
    """Build the database of the foxes in folder; returns its path."""
    write_export(folder, CAPTION_EXPORT)
    return build(folder, write_index=False).database


def listing(folder: Path) -> dict[str, tuple[str, int, int]]:
    """The sha256, mode and time of every file of a folder, by name."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mode,
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
