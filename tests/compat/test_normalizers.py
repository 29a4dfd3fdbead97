"""The index files in memory: loading, refusing mixed sets, names, implied ids, ranks and counts."""

from __future__ import annotations

import gzip
import json
import logging
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from e6duck.compat.normalizers import (
    TagNormalizer,
    TagSetNormalizer,
    tag_categories,
    tag_categories_alt_colors,
    tag_categories_colors,
    tag_category2id,
)
from e6duck.errors import IndexFilesError
from e6duck.index import ranks, read
from e6duck.index.ranks import tag_freq_to_rank, tag_rank_to_freq
from e6duck.index.read import load_implications, load_tags
from tests.support.index_sets import (
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
    VOCABULARY,
    write_counts,
    write_e6db_set,
    write_manifest,
)


@pytest.fixture(autouse=True)
def nothing_read_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts like a fresh process: no folder was read last."""
    monkeypatch.setattr(read, "_last_set", None)


@pytest.fixture
def e6db_set(tmp_path: Path) -> Path:
    return write_e6db_set(tmp_path / "e6db")


@pytest.fixture
def our_set(tmp_path: Path) -> Path:
    folder = write_e6db_set(tmp_path / "ours")
    write_counts(folder)
    write_manifest(folder)
    return folder


@pytest.fixture
def tags(e6db_set: Path) -> TagNormalizer:
    return TagNormalizer(e6db_set)


@pytest.fixture
def tag_sets(e6db_set: Path) -> TagSetNormalizer:
    return TagSetNormalizer(e6db_set)


# ------------------------------------------------------------------------------------- loading


@pytest.mark.parametrize("kind", ["e6db_set", "our_set"])
def test_a_set_loads_with_ids_as_ranks(kind: str, request: pytest.FixtureRequest) -> None:
    tag2idx, idx2tag, categories = load_tags(request.getfixturevalue(kind))
    assert tag2idx["foxes"] == tag2idx["fox"] == FOX
    assert idx2tag == NAMES
    assert categories == bytes([5, 5, 5, 5, 0, 5, 1, 0])


def test_a_folder_may_be_named_by_a_string(e6db_set: Path) -> None:
    assert load_tags(str(e6db_set))[1] == TagNormalizer(str(e6db_set)).idx2tag


def test_as_numpy_gives_arrays_that_index_arrays(e6db_set: Path) -> None:
    tag2idx, idx2tag, categories = load_tags(e6db_set, as_numpy=True)
    assert isinstance(tag2idx, dict)
    assert (idx2tag.dtype.kind, categories.dtype.name) == ("U", "uint8")
    assert idx2tag[categories == tag_category2id["artist"]].tolist() == ["tod_(artist)"]


def test_implied_ids_are_keyed_by_number_and_rare_ones_by_name(our_set: Path) -> None:
    assert load_implications(our_set) == (IMPLICATIONS, RARE)


def test_a_file_of_another_build_is_refused(our_set: Path) -> None:
    names = "".join(f"{name}\n" for name in reversed(NAMES)).encode()
    (our_set / "tags.txt.gz").write_bytes(gzip.compress(names))
    with pytest.raises(IndexFilesError, match=r"tags\.txt\.gz.*export` again.*remove index\.json"):
        load_tags(our_set)
    load_implications(our_set)  # reads other files
    (our_set / "index.json").unlink()
    assert load_tags(our_set)[1] == NAMES[::-1]


def test_a_file_that_the_index_does_not_list_is_refused(our_set: Path) -> None:
    manifest = json.loads((our_set / "index.json").read_text())
    del manifest["files"]["implications_rej.json.gz"]
    (our_set / "index.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexFilesError, match="implications_rej"):
        TagSetNormalizer(our_set)


def test_a_set_that_is_published_while_it_is_read_is_read_again(
    our_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = read._listed
    outdated = [replace(look_up(our_set / "index.json"), digests=(("tags.txt.gz", "0" * 64),))]

    def listed(manifest: Path) -> Any:
        return outdated.pop() if outdated else look_up(manifest)

    monkeypatch.setattr(read, "_listed", listed)
    assert load_tags(our_set)[1] == NAMES


def test_a_publication_that_was_cut_off_is_finished_before_reading(e6db_set: Path) -> None:
    """The journal and the draft are what a kill between two renames leaves behind."""
    draft = e6db_set / "tags.txt.gz.building-1-00000000"
    draft.write_bytes(gzip.compress("".join(f"new_{name}\n" for name in NAMES).encode()))
    done = ["tags_categories.bin.gz.building-1-00000000", "tags_categories.bin.gz"]
    journal = [done, [draft.name, "tags.txt.gz"]]
    (e6db_set / ".e6duck-publish.json").write_text(json.dumps(journal))
    assert load_tags(e6db_set)[1][FOX] == "new_fox"


@pytest.mark.parametrize(
    "name",
    ["tags.txt.gz", "tags_categories.bin.gz", "tag2idx.json.gz", "implications.json.gz"],
)
def test_a_missing_file_is_named_with_the_way_out(e6db_set: Path, name: str) -> None:
    (e6db_set / name).unlink()
    with pytest.raises(IndexFilesError) as caught:
        TagSetNormalizer(e6db_set)
    assert name in str(caught.value) and "e6duck export" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexFilesError, match="nowhere"):
        load_tags(tmp_path / "nowhere")


def flip_last_byte(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-9], id="truncated"),
        pytest.param(flip_last_byte, id="flipped byte"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"<html>not found</html>", id="error page"),
        pytest.param(lambda _: gzip.compress(b'"\xff'), id="bad UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["tags.txt.gz", "tag2idx.json.gz", "implications_rej.json.gz"])
def test_a_broken_file_is_named_in_one_line(
    e6db_set: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    path = e6db_set / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IndexFilesError, match=name) as caught:
        TagSetNormalizer(e6db_set)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("tags_categories.bin.gz", bytes(7), id="fewer categories than tags"),
        pytest.param("tag2idx.json.gz", b'{"fox": 8}', id="a name of no tag"),
        pytest.param("tag2idx.json.gz", b'{"fox": "3"}', id="a name of text"),
        pytest.param("implications.json.gz", b'{"3": [8]}', id="an implied id of no tag"),
        pytest.param("implications.json.gz", b'{"fox": [1]}', id="a name for an id"),
        pytest.param("implications_rej.json.gz", b'{"null_fox": 1}', id="no list"),
        pytest.param("implications_rej.json.gz", b"[]", id="no object"),
    ],
)
def test_files_that_do_not_fit_together_are_refused_without_an_index_too(
    e6db_set: Path, name: str, content: bytes
) -> None:
    (e6db_set / name).write_bytes(gzip.compress(content))
    with pytest.raises(IndexFilesError, match=name):
        TagSetNormalizer(e6db_set)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is broken"),
        ("[]", "is broken"),
        ('{"format": 1, "files": []}', "is broken"),
        ('{"format": 2}', "format 2"),
    ],
)
def test_an_index_that_cannot_be_read_is_no_reason_to_trust_the_files(
    our_set: Path, text: str, message: str
) -> None:
    (our_set / "index.json").write_text(text)
    with pytest.raises(IndexFilesError, match=message):
        load_tags(our_set)


# -------------------------------------------------------------------------------- one tag


def test_categories_are_those_of_the_site_and_each_has_two_colours() -> None:
    assert tag_categories[2] == "contributor"
    assert [tag_category2id[name] for name in tag_categories] == list(range(10))
    assert len(tag_categories_colors) == len(tag_categories_alt_colors) == 10


def test_a_spelling_leads_to_an_id_and_an_id_to_the_name(tags: TagNormalizer) -> None:
    assert tags.decode(tags.encode("foxes", "foxes")) == "fox"
    assert tags.encode("dragon") is None
    assert tags.encode("dragon", -1) == -1
    assert tags.decode("dragon") == "dragon"


def test_get_looks_up_either_way(tags: TagNormalizer) -> None:
    assert (tags.get("foxes"), tags.get(FOX)) == (FOX, "fox")
    assert (tags.get("dragon", 0), tags.get(8, "none"), tags.get(-1)) == (0, "none", None)


def test_a_category_is_asked_by_id_or_spelling(tags: TagNormalizer) -> None:
    assert tags.get_category("foxes") == "species"
    assert tags.get_category(TOD, as_string=False) == 1
    with pytest.raises(KeyError, match="dragon"):
        tags.get_category("dragon")


def test_reverse_mapping_lists_the_spellings_of_each_id(tags: TagNormalizer) -> None:
    spellings = tags.get_reverse_mapping()
    assert len(spellings) == 8
    assert spellings[FOX] == ["foxes", "fox"]


def test_new_spellings_lead_to_a_tag(tags: TagNormalizer) -> None:
    tags.add_input_mappings(["vulpes", "todd"], "foxes")
    tags.add_input_mappings("yuki", SNOW)
    assert [tags.encode(name) for name in ("vulpes", "todd", "yuki")] == [FOX, FOX, SNOW]


def test_a_spelling_cannot_lead_to_an_unknown_tag(tags: TagNormalizer) -> None:
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
def test_a_conflict_is_settled_as_asked(
    tags: TagNormalizer, on_conflict: str, moved_to_rarer: bool, moved_to_more_frequent: bool
) -> None:
    tags.add_input_mappings("foxes", "red_fox", on_conflict=on_conflict)
    assert tags.encode("foxes") == (RED_FOX if moved_to_rarer else FOX)
    tags.add_input_mappings("tods", "snow", on_conflict=on_conflict)
    assert tags.encode("tods") == (SNOW if moved_to_more_frequent else TOD)


def test_a_conflict_raises_by_default(tags: TagNormalizer) -> None:
    with pytest.raises(ValueError, match=r"'foxes'.*'red_fox'.*'fox'"):
        tags.add_input_mappings("foxes", "red_fox")


def test_a_conflict_is_logged_when_a_warning_is_asked_for(
    tags: TagNormalizer, caplog: pytest.LogCaptureFixture
) -> None:
    tags.add_input_mappings("foxes", "red_fox", on_conflict="warn")
    tags.add_input_mappings("foxes", "red_fox", on_conflict="warn")  # no conflict any more
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_spellings_are_forgotten(tags: TagNormalizer, caplog: pytest.LogCaptureFixture) -> None:
    tags.remove_input_mappings(["mammal", "tods", "dragon"])
    tags.remove_input_mappings("foxes")
    # The id 0 of mammal is as good as any other.
    assert not {"mammal", "tods", "foxes"} & tags.tag2idx.keys()
    assert caplog.messages == ["'dragon' is no known spelling of a tag"]


def test_a_renamed_tag_comes_back_under_its_new_name(tags: TagNormalizer) -> None:
    tags.rename_output("foxes", "vixen")
    tags.rename_output(SNOW, "white stuff")
    assert [tags.decode(FOX), tags.decode(SNOW)] == ["vixen", "white stuff"]
    assert tags.encode("vixen") is None


def test_a_name_longer_than_all_others_survives_in_a_normalizer_of_arrays(e6db_set: Path) -> None:
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


def test_mapped_inputs_settle_conflicts_as_asked(tags: TagNormalizer) -> None:
    def one_name_for_all(_name: str, _tag_id: int | None) -> list[str]:
        return ["it"]

    with pytest.raises(ValueError, match="'it'"):
        tags.map_inputs(one_name_for_all)
    # foxes comes first in tag2idx, mammal is the most frequent, the odd name comes last.
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


def test_implied_tags_are_asked_by_id_spelling_or_rare_name(tag_sets: TagSetNormalizer) -> None:
    assert tag_sets.get_implied(FOX) == tag_sets.get_implied("foxes") == [MAMMAL, CANID, CANINE]
    assert tag_sets.get_implied("null_fox") == RARE["null_fox"]
    assert tag_sets.get_implied(SNOW) == tag_sets.get_implied("dragon") == []


def test_implied_duplicate_and_aliased_tags_go_and_unknown_ones_stay(
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
def test_implied_tags_may_be_kept(
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
    """As e6db's files hold a cycle: both tags imply themselves and each other."""
    cyclic = {CANINE: [MAMMAL, CANINE, SNOW], SNOW: [MAMMAL, CANINE, SNOW]}
    tag_sets = TagSetNormalizer((tags, cyclic, {"rare": [CANINE, SNOW]}))
    written = ["rare", "canine", "mammal", "snow"]
    encoded = tag_sets.encode(written, {CANINE, SNOW}, max_antecedent_rank, drop_antecedent_rank)[0]
    assert encoded == expected


def test_a_cycle_that_implies_nothing_else_is_never_dropped(tags: TagNormalizer) -> None:
    cyclic = {FOX: [FOX, SNOW], SNOW: [FOX, SNOW]}
    tag_sets = TagSetNormalizer((tags, cyclic, {}))
    assert tag_sets.encode(["fox", "snow"], False, 1, 1) == ([FOX, SNOW], set())


def test_a_long_way_round_ends_too(tags: TagNormalizer) -> None:
    """Implications that nobody closed: each tag implies only the next."""
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


# ------------------------------------------------------------------------------ ranks and counts


def test_counts_are_exact_where_the_folder_has_them(our_set: Path) -> None:
    assert [tag_rank_to_freq(rank, data_dir=our_set) for rank in (0, FOX, 8)] == [900.0, 300.0, 0.0]


@pytest.mark.parametrize(("posts", "expected"), [(901, 0), (900, 1), (40, 7), (41, 5), (0, 8)])
def test_a_slice_up_to_the_rank_holds_the_tags_with_so_many_posts(
    our_set: Path, posts: int, expected: int
) -> None:
    rank = tag_freq_to_rank(posts, data_dir=our_set)
    assert rank == expected
    assert [name for name, _, count in VOCABULARY if count >= posts] == NAMES[: int(rank)]


@pytest.mark.parametrize("load", [load_tags, TagNormalizer, TagSetNormalizer])
def test_the_folder_read_last_gives_the_counts(load: Any, our_set: Path, e6db_set: Path) -> None:
    load(our_set)
    assert tag_rank_to_freq(FOX) == 300.0
    load(e6db_set)  # has no tags.parquet
    assert tag_rank_to_freq(FOX) == ranks.curve_rank_to_freq(FOX)


def test_counts_of_another_build_are_refused(our_set: Path) -> None:
    write_counts(our_set, [1] * 8)
    load_tags(our_set)
    with pytest.raises(IndexFilesError, match=r"tags\.parquet is not of the build"):
        tag_rank_to_freq(FOX)


def test_counts_of_a_newer_build_than_the_loaded_tags_are_refused(our_set: Path) -> None:
    load_tags(our_set)
    (our_set / "index.json").unlink()
    write_counts(our_set, [10] * 8)
    write_manifest(our_set)
    with pytest.raises(IndexFilesError, match="load them again"):
        tag_rank_to_freq(FOX)
    load_tags(our_set)
    assert tag_rank_to_freq(FOX) == 10.0


def test_a_broken_counts_file_is_named(e6db_set: Path) -> None:
    (e6db_set / "tags.parquet").write_bytes(b"PAR1")
    with pytest.raises(IndexFilesError, match=r"tags\.parquet is broken"):
        tag_rank_to_freq(FOX, data_dir=e6db_set)


def test_a_counts_file_without_counts_leaves_the_curve(e6db_set: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"tag": NAMES}), e6db_set / "tags.parquet")
    assert ranks.tag_counts(e6db_set) is None


def test_the_curve_is_that_of_e6db() -> None:
    """The figures are what e6db's functions return."""
    freqs = [tag_rank_to_freq(rank) for rank in (1, 1000, 100_000)]
    assert freqs == pytest.approx([2643532.8855542974, 23384.729908758283, 17.862042635873973])
    ranks = [tag_freq_to_rank(freq) for freq in (1, 100, 10_000)]
    assert ranks == pytest.approx([624420.5122997687, 34172.80237302956, 1796.1613954364775])


def test_the_curve_is_finite_at_its_ends_and_falls() -> None:
    limit = math.exp(26.4284 - 11.492)
    assert tag_rank_to_freq(0) == tag_rank_to_freq(-1) == limit
    assert tag_freq_to_rank(0) == tag_freq_to_rank(1) < 1e6
    assert tag_freq_to_rank(10**9) == 0.0
    freqs = [tag_rank_to_freq(rank) for rank in range(0, 100_000, 997)]
    assert freqs == sorted(freqs, reverse=True)


def test_a_rank_from_an_array_is_as_good_as_an_int() -> None:
    np = pytest.importorskip("numpy")
    assert tag_rank_to_freq(np.int64(5)) == tag_rank_to_freq(5)
    assert tag_freq_to_rank(np.uint32(5)) == tag_freq_to_rank(5)
