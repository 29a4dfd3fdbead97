"""A vocabulary of everyday words, which sentences use too, for tests of tags between sentences."""

from __future__ import annotations

from pathlib import Path

from e6duck.builder.build import build
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.reference import Export

SPECIES = (
    *("fox", "red_fox", "arctic_fox", "wolf", "bear", "rabbit", "cat", "dog", "dragon", "deer"),
    *("raccoon", "red_panda", "canine", "mammal", "feline"),
)
GENERAL = (
    *("anthro", "feral", "solo", "duo", "male", "female", "smile", "hat", "clothing", "clothed"),
    *("scarf", "orange_scarf", "tea", "tea_cup", "teapot", "chair", "table", "tree", "forest"),
    *("mountain", "snow", "rain", "sunset", "sky", "blue_sky", "cloud", "grass", "flower", "hill"),
    *("blue_eyes", "green_eyes", "gray_fur", "orange_fur", "standing", "sitting", "running"),
    *("looking_at_viewer", "looking_back", "outside", "inside", "day", "night", "book", "reading"),
    *("food", "drinking", "water", "fluffy_tail", "tail", "ears", "open_mouth", "kitchen"),
    *("white_background", "simple_background", "holding_object", "holding_cup", "holding_book"),
    *("sword", "lantern", "sleeping", "closed_eyes", "^_^", "o_o", ">_<", ":3", "umbrella"),
    *("judy_(character)", "rose_(flower)", "eyes", "fur", "white", "gold", "boots", "on_back"),
)
CHARACTERS = ("nick_wilde", "judy_hopps")
META = ("hi_res", "absurd_res", "2019")
ALIASES = {
    **{"foxes": "fox", "vixen": "fox", "wolves": "wolf", "smiling": "smile", "trees": "tree"},
    **{"outdoors": "outside", "indoors": "inside", "clouds": "cloud", "two_characters": "duo"},
    **{"bears": "bear", "dragons": "dragon", "mountains": "mountain", "flowers": "flower"},
}


def build_prose_database(folder: Path) -> Path:
    """Build a database of everyday words in folder; returns its path."""
    names = {
        **dict.fromkeys(SPECIES, 5),
        **dict.fromkeys(GENERAL, 0),
        **dict.fromkeys(CHARACTERS, 4),
        **dict.fromkeys(META, 7),
        "brushfox": 1,
    }
    export = Export(
        posts=[post(number, " ".join(names)) for number in range(1, 4)],
        tags=[tag(name, category, 1000) for name, category in names.items()],
        tag_aliases=[alias(old, new) for old, new in ALIASES.items()],
        tag_implications=[
            implication("red_fox", "fox"),
            implication("fox", "canine"),
            implication("canine", "mammal"),
            implication("hat", "clothing"),
        ],
    )
    write_export(folder, export)
    return build(folder, write_index=False).database
