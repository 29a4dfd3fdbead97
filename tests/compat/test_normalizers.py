"""Tags as ids and back, one by one and as sets without implied tags."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from e6duck.compat.loading import load_tags
from e6duck.compat.normalizers import (
    TagNormalizer,
    TagSetNormalizer,
    tag_categories,
    tag_categories_alt_colors,
    tag_categories_colors,
    tag_category2id,
)
from tests.support.index_set import (
    CANID,
    CANINE,
    FOX,
    IMPLICATIONS,
    MAMMAL,
    NAMES,
    ODD,
    RARE,
    RED_FOX,
    SNOW,
    TAG2IDX,
    TOD,
)

# -------------------------------------------------------------------------------- one tag


def test_categories_are_those_of_the_site_and_each_has_two_colours() -> None:
    assert tag_categories[2] == "contributor"
    assert [tag_category2id[name] for name in tag_categories] == list(range(10))
    assert len(tag_categories_colors) == len(tag_categories_alt_colors) == 10


def test_a_spelling_has_an_id_and_an_id_has_a_name(tags: TagNormalizer) -> None:
    assert tags.decode(tags.encode("foxes", "foxes")) == "fox"
    assert tags.encode("dragon") is None
    assert tags.encode("dragon", -1) == -1
    assert tags.decode("dragon") == "dragon"


def test_get_looks_up_either_way(tags: TagNormalizer) -> None:
    assert (tags.get("foxes"), tags.get(FOX)) == (FOX, "fox")
    assert (tags.get("dragon", 0), tags.get(8, "none"), tags.get(-1)) == (0, "none", None)


def test_the_category_of_an_id_or_a_spelling(tags: TagNormalizer) -> None:
    assert tags.get_category("foxes") == "species"
    assert tags.get_category(TOD, as_string=False) == 1
    with pytest.raises(KeyError, match="dragon"):
        tags.get_category("dragon")


def test_reverse_mapping_lists_the_spellings_of_each_id(tags: TagNormalizer) -> None:
    spellings = tags.get_reverse_mapping()
    assert len(spellings) == 8
    assert spellings[FOX] == ["foxes", "fox"]


def test_new_spellings_are_mapped_to_a_tag(tags: TagNormalizer) -> None:
    tags.add_input_mappings(["vulpes", "todd"], "foxes")
    tags.add_input_mappings("yuki", SNOW)
    assert [tags.encode(name) for name in ("vulpes", "todd", "yuki")] == [FOX, FOX, SNOW]


def test_a_spelling_cannot_be_mapped_to_an_unknown_tag(tags: TagNormalizer) -> None:
    with pytest.raises(KeyError):
        tags.add_input_mappings("wyrm", "dragon")
    with pytest.raises(IndexError):
        tags.add_input_mappings("wyrm", 8)


@pytest.mark.parametrize(
    ("on_conflict", "moved_to_rarer", "moved_to_more_frequent"),
    [
        ("overwrite", True, True),
        ("overwrite_rarest", False, True),
        ("warn", True, True),
        ("silent", False, False),
        ("ignore", False, False),
    ],
)
def test_on_conflict_decides_which_tag_a_spelling_means(
    tags: TagNormalizer, on_conflict: str, moved_to_rarer: bool, moved_to_more_frequent: bool
) -> None:
    tags.add_input_mappings("foxes", "red_fox", on_conflict=on_conflict)
    assert tags.encode("foxes") == (RED_FOX if moved_to_rarer else FOX)
    tags.add_input_mappings("tods", "snow", on_conflict=on_conflict)
    assert tags.encode("tods") == (SNOW if moved_to_more_frequent else TOD)


def test_a_conflict_raises_by_default(tags: TagNormalizer) -> None:
    with pytest.raises(ValueError, match=r"'foxes'.*'red_fox'.*'fox'"):
        tags.add_input_mappings("foxes", "red_fox")


def test_on_conflict_warn_logs_the_conflict(
    tags: TagNormalizer, caplog: pytest.LogCaptureFixture
) -> None:
    tags.add_input_mappings("foxes", "red_fox", on_conflict="warn")
    tags.add_input_mappings("foxes", "red_fox", on_conflict="warn")  # no conflict any more
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_spellings_can_be_removed(tags: TagNormalizer, caplog: pytest.LogCaptureFixture) -> None:
    tags.remove_input_mappings(["mammal", "tods", "dragon"])
    tags.remove_input_mappings("foxes")
    # The id 0 of mammal is as good as any other.
    assert not {"mammal", "tods", "foxes"} & tags.tag2idx.keys()
    assert caplog.messages == ["'dragon' is not a known spelling of a tag"]


def test_a_renamed_tag_is_decoded_to_its_new_name(tags: TagNormalizer) -> None:
    tags.rename_output("foxes", "vixen")
    tags.rename_output(SNOW, "white stuff")
    assert [tags.decode(FOX), tags.decode(SNOW)] == ["vixen", "white stuff"]
    assert tags.encode("vixen") is None


def test_a_normalizer_of_arrays_does_not_truncate_a_longer_name(e6db_set: Path) -> None:
    tags = TagNormalizer(load_tags(e6db_set, as_numpy=True))
    tags.rename_output(FOX, "x" * 50)
    assert tags.decode(FOX) == "x" * 50
    assert tags.get_category(FOX, as_string=False) == 5


def test_mapped_inputs_are_added_to_a_copy(tags: TagNormalizer) -> None:
    spaced = tags.map_inputs(lambda name, _: [name.replace("_", " ")])
    assert (spaced.encode("red fox"), spaced.encode("red_fox")) == (RED_FOX, RED_FOX)
    assert tags.encode("red fox") is None


def test_mapped_inputs_may_replace_all_spellings(tags: TagNormalizer) -> None:
    upper = tags.map_inputs(lambda name, _: name.upper(), prepopulate=False)
    assert upper.encode("FOXES") == FOX and upper.encode("foxes") is None


def test_on_conflict_decides_about_mapped_inputs_too(tags: TagNormalizer) -> None:
    def one_name_for_all(_name: str, _tag_id: int | None) -> list[str]:
        return ["it"]

    with pytest.raises(ValueError, match="'it'"):
        tags.map_inputs(one_name_for_all)
    # foxes is first in tag2idx, mammal is the most frequent tag, and the odd name is last.
    for on_conflict, winner in (("silent", FOX), ("overwrite_rarest", MAMMAL), ("overwrite", ODD)):
        assert tags.map_inputs(one_name_for_all, on_conflict=on_conflict).encode("it") == winner


def test_mapped_outputs_know_the_id(tags: TagNormalizer) -> None:
    numbered = tags.map_outputs(lambda name, tag_id: f"{tag_id} {name}")
    assert numbered.decode(FOX) == "3 fox"
    assert tags.decode(FOX) == "fox"


def test_copies_share_nothing_that_can_change(tag_sets: TagSetNormalizer) -> None:
    for changed in (
        tag_sets.map_inputs(lambda _name, _tag_id: []),
        tag_sets.map_outputs(lambda name, _: name),
    ):
        changed.tag_normalizer.tag2idx.clear()
        changed.tag_normalizer.rename_output(FOX, "vixen")
        changed.implications[FOX].clear()
        changed.implications_rej["null_fox"].clear()
    assert tag_sets.tag_normalizer.tag2idx == TAG2IDX
    assert tag_sets.tag_normalizer.idx2tag == NAMES
    assert (tag_sets.implications, tag_sets.implications_rej) == (IMPLICATIONS, RARE)


# ------------------------------------------------------------------------------- a set of tags


def test_implied_tags_of_an_id_a_spelling_or_a_rare_name(tag_sets: TagSetNormalizer) -> None:
    assert tag_sets.get_implied(FOX) == tag_sets.get_implied("foxes") == [MAMMAL, CANID, CANINE]
    assert tag_sets.get_implied("null_fox") == RARE["null_fox"]
    assert tag_sets.get_implied(SNOW) == tag_sets.get_implied("dragon") == []


def test_implied_and_repeated_tags_are_removed_and_unknown_ones_are_kept(
    tag_sets: TagSetNormalizer,
) -> None:
    encoded, implied = tag_sets.encode(["foxes", "mammal", "my own text", "fox", "snow"])
    assert encoded == [FOX, "my own text", SNOW]
    assert implied == {MAMMAL, CANID, CANINE}
    assert tag_sets.decode(encoded) == ["fox", "my own text", "snow"]


# Worked out by hand from e6db's algorithm. A tag that is not stripped of what it implies has it
# added after itself, the last implied one first. null_fox ranks behind all ten spellings.
E6DB_RESULTS = [
    pytest.param({}, ["null_fox", SNOW], id="a rare tag implies like any other"),
    pytest.param({"max_antecedent_rank": 0}, ["null_fox", SNOW], id="0 is no limit"),
    pytest.param({"max_antecedent_rank": 11}, ["null_fox", SNOW], id="a limit behind rare tags"),
    pytest.param({"max_antecedent_rank": 10}, ["null_fox", FOX, SNOW], id="only rare tags add"),
    pytest.param(
        {"max_antecedent_rank": 10, "keep_implied": True},
        ["null_fox", FOX, CANINE, CANID, MAMMAL, SNOW],
        id="the last implied is added first",
    ),
    pytest.param(
        {"max_antecedent_rank": 10, "keep_implied": {CANID}},
        ["null_fox", FOX, CANID, SNOW],
        id="one implied tag is kept",
    ),
    pytest.param(
        {"max_antecedent_rank": 3},
        ["null_fox", FOX, CANINE, SNOW],
        id="fox adds too, canine strips",
    ),
    pytest.param(
        {"max_antecedent_rank": 3, "drop_antecedent_rank": 3},
        [CANINE, SNOW],
        id="what adds goes itself",
    ),
    pytest.param(
        {"max_antecedent_rank": 1, "drop_antecedent_rank": 10},
        [FOX, CANINE, CANID, MAMMAL, SNOW],
        id="only rare tags go themselves",
    ),
    pytest.param(
        {"drop_antecedent_rank": 1}, ["null_fox", SNOW], id="only tags that add may go themselves"
    ),
]


@pytest.mark.parametrize(("options", "expected"), E6DB_RESULTS)
def test_encoding_a_rare_tag_gives_what_e6db_gives(
    tag_sets: TagSetNormalizer, options: dict[str, Any], expected: list[int | str]
) -> None:
    assert tag_sets.encode(["null_fox", "snow"], **options)[0] == expected


@pytest.mark.parametrize(
    ("keep_implied", "expected"),
    [
        (False, [RED_FOX]),
        (True, [MAMMAL, RED_FOX, FOX]),
        ({MAMMAL}, [MAMMAL, RED_FOX]),
        ([FOX], [RED_FOX, FOX]),
        (set(), [RED_FOX]),
    ],
)
def test_implied_tags_can_be_kept(
    tag_sets: TagSetNormalizer, keep_implied: Any, expected: list[int]
) -> None:
    encoded, implied = tag_sets.encode(["mammal", "red_fox", "fox"], keep_implied)
    assert encoded == expected
    assert implied == {MAMMAL, CANID, CANINE, FOX}


@pytest.mark.parametrize(
    ("max_antecedent_rank", "drop_antecedent_rank", "expected"),
    [
        pytest.param(None, None, ["rare", CANINE, SNOW], id="stripped"),
        pytest.param(SNOW, None, ["rare", SNOW, CANINE], id="one of the cycle adds"),
        pytest.param(1, None, ["rare", SNOW, MAMMAL, CANINE], id="all add"),
        pytest.param(1, 1, [MAMMAL], id="all are replaced by what they imply outside"),
    ],
)
def test_a_cycle_neither_loops_nor_removes_its_tags(
    tags: TagNormalizer,
    max_antecedent_rank: int | None,
    drop_antecedent_rank: int | None,
    expected: list[int | str],
) -> None:
    """A cycle as in e6db's files: both tags imply themselves and each other."""
    cyclic = {CANINE: [MAMMAL, CANINE, SNOW], SNOW: [MAMMAL, CANINE, SNOW]}
    tag_sets = TagSetNormalizer((tags, cyclic, {"rare": [CANINE, SNOW]}))
    written = ["rare", "canine", "mammal", "snow"]
    encoded = tag_sets.encode(written, {CANINE, SNOW}, max_antecedent_rank, drop_antecedent_rank)[0]
    assert encoded == expected


def test_a_cycle_that_implies_nothing_else_is_never_dropped(tags: TagNormalizer) -> None:
    cyclic = {FOX: [FOX, SNOW], SNOW: [FOX, SNOW]}
    tag_sets = TagSetNormalizer((tags, cyclic, {}))
    assert tag_sets.encode(["fox", "snow"], False, 1, 1) == ([FOX, SNOW], set())


def test_a_long_cycle_ends_too(tags: TagNormalizer) -> None:
    """Implications without the transitive ones: each tag implies only the next."""
    ring = {CANID: [CANINE], CANINE: [FOX], FOX: [SNOW], SNOW: [CANID]}
    tag_sets = TagSetNormalizer((tags, ring, {}))
    assert tag_sets.encode(["fox"], max_antecedent_rank=1)[0] == [FOX, SNOW, CANID, CANINE]


def test_mapped_inputs_reach_rare_tags_and_keep_their_names(tag_sets: TagSetNormalizer) -> None:
    spaced = tag_sets.map_inputs(lambda name, _: [name.replace("_", " ")])
    assert spaced.get_implied("null fox") == spaced.get_implied("null_fox") == RARE["null_fox"]
    assert spaced.encode(["null fox", "red fox", "fox"])[0] == ["null fox", RED_FOX]


@pytest.mark.parametrize(
    ("on_conflict", "expected"),
    [("overwrite", [SNOW]), ("silent", [FOX]), ("warn", [SNOW]), ("overwrite_rarest", [FOX])],
)
def test_two_rare_tags_with_one_spelling_are_a_conflict(
    tags: TagNormalizer, on_conflict: str, expected: list[int]
) -> None:
    rare = {"rare_a": [FOX], "rare_b": [SNOW]}
    tag_sets = TagSetNormalizer((tags, {}, rare))

    def shorten(name: str, tag_id: int | None) -> list[str]:
        return [name[:4]] if tag_id is None else []

    assert tag_sets.map_inputs(shorten, on_conflict=on_conflict).get_implied("rare") == expected
    with pytest.raises(ValueError, match="'rare'"):
        tag_sets.map_inputs(shorten)


def test_mapped_outputs_are_what_decode_gives(tag_sets: TagSetNormalizer) -> None:
    spaced = tag_sets.map_outputs(lambda name, _: name.replace("_", " "))
    assert spaced.decode([RED_FOX, "a_b"]) == ["red fox", "a_b"]
