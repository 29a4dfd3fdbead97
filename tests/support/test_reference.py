"""Cases worked out by hand that pin the reference, since everything else is compared with it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.exports import (
    ADDED_COLUMNS,
    ESSENTIAL_COLUMNS,
    EXTRA_COLUMN,
    EXTRA_VALUE,
    TABLES,
    Layout,
    alias,
    build_options,
    csv_line,
    exports,
    implication,
    layouts,
    post,
    tag,
    write_export,
)
from tests.support.reference import (
    Export,
    Reference,
    Row,
    derive,
    differences,
    load_index,
    read_export,
)


def posts_of(*tag_strings: str, **columns: object) -> list[Row]:
    """Posts numbered from 1 with these tags, without a rating unless one is given."""
    rating = columns.pop("rating", None)
    return [
        post(number, tags, rating=rating, **columns)
        for number, tags in enumerate(tag_strings, start=1)
    ]


def counts(reference: Reference) -> dict[str, int]:
    """The ranked names with their posts."""
    return {name: count for name, _, count, _ in reference.tags}


def named(reference: Reference, position: int, column: str) -> set[str]:
    """The tags in a list column of a post, by name."""
    return {reference.tags[tag_id][0] for tag_id in reference.posts[position][column]}


def implied_by(reference: Reference, name: str) -> set[str]:
    """The names that a ranked tag implies."""
    return {
        reference.tags[tag_id][0]
        for tag_id in reference.implications.get(reference.tag2idx[name], [])
    }


# Step 1: which posts are kept


def test_a_deleted_post_is_left_out() -> None:
    posts = [post(1, "fox"), post(2, "fox", is_deleted=True)]
    reference = derive(Export(posts=posts))
    assert [kept["id"] for kept in reference.posts] == [1]
    assert reference.dropped == {"deleted": 1}


def test_a_post_without_a_deletion_mark_is_kept() -> None:
    assert len(derive(Export(posts=[post(1, "fox", is_deleted=None)])).posts) == 1


@pytest.mark.parametrize("column", ["is_pending", "is_flagged"])
def test_pending_and_flagged_posts_stay(column: str) -> None:
    assert len(derive(Export(posts=[post(1, "fox", **{column: True})])).posts) == 1


def test_deleted_posts_are_kept_on_request() -> None:
    posts = [post(1, "fox", is_deleted=True)]
    assert len(derive(Export(posts=posts), include_deleted=True).posts) == 1


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "JPG", "WebP"])
def test_still_pictures_are_kept_under_their_own_spelling(kind: str) -> None:
    (kept,) = derive(Export(posts=[post(1, "fox", file_ext=kind)])).posts
    assert kept["file_ext"] == kind


@pytest.mark.parametrize("kind", ["gif", "webm", "mp4", "swf", "GIF", "bmp", "", None])
def test_other_files_are_left_out(kind: str | None) -> None:
    reference = derive(Export(posts=[post(1, "fox", file_ext=kind)]))
    assert (reference.posts, reference.dropped) == ([], {"file_ext": 1})


def test_all_files_are_the_seven_kinds_of_the_site() -> None:
    kinds = ["jpg", "png", "webp", "gif", "webm", "MP4", "swf", "bmp", "", None]
    posts = [post(number, "fox", file_ext=kind) for number, kind in enumerate(kinds, start=1)]
    reference = derive(Export(posts=posts), all_files=True)
    assert [kept["file_ext"] for kept in reference.posts] == kinds[:7]


def test_a_deleted_film_counts_as_deleted() -> None:
    reference = derive(Export(posts=[post(1, "fox", is_deleted=True, file_ext="webm")]))
    assert reference.dropped == {"deleted": 1}


def test_the_later_of_two_posts_with_one_id_wins_at_its_own_place() -> None:
    posts = [post(7, "fox", score=1), post(8, "fox"), post(7, "wolf", score=2)]
    reference = derive(Export(posts=posts))
    assert [(kept["id"], kept["score"]) for kept in reference.posts] == [(8, 3), (7, 2)]
    assert reference.dropped == {"duplicate_id": 1}
    assert reference.duplicates["posts"] == posts[:1]


def test_the_later_post_wins_even_if_it_is_deleted() -> None:
    reference = derive(Export(posts=[post(7, "fox"), post(7, "fox", is_deleted=True)]))
    assert reference.posts == []
    assert reference.dropped == {"duplicate_id": 1, "deleted": 1}


# Step 2: the tag of the rating


@pytest.mark.parametrize(
    ("rating", "name"),
    [("s", "rating_safe"), ("q", "rating_questionable"), ("e", "rating_explicit")],
)
def test_a_rating_is_one_more_tag(rating: str, name: str) -> None:
    reference = derive(Export(posts=posts_of("fox", "wolf", rating=rating)))
    assert counts(reference) == {name: 2}


@pytest.mark.parametrize("rating", [None, "x", "S"])
def test_another_rating_adds_no_tag_and_stays_as_it_is(rating: str | None) -> None:
    reference = derive(Export(posts=posts_of("fox", "fox", rating=rating)))
    assert counts(reference) == {"fox": 2}
    assert reference.posts[0]["rating"] == rating


@pytest.mark.parametrize("tags", ["", " ", None])
def test_a_post_without_tags_has_its_rating_tag_only(tags: str | None) -> None:
    reference = derive(Export(posts=[post(1, tags), post(2, tags)]))
    assert counts(reference) == {"rating_safe": 2}
    assert reference.posts[0]["stripped_tags"] == [0]


def test_a_rating_tag_that_the_post_already_has_counts_once() -> None:
    assert counts(derive(Export(posts=posts_of("rating_safe", "fox", rating="s")))) == {
        "rating_safe": 2
    }


def test_a_rating_tag_goes_through_the_aliases() -> None:
    export = Export(
        posts=posts_of("safe", "", rating="s"), tag_aliases=[alias("rating_safe", "safe")]
    )
    reference = derive(export)
    assert counts(reference) == {"safe": 2}
    assert reference.tag2idx == {"safe": 0, "rating_safe": 0}


def test_a_rating_tag_has_the_category_of_its_row() -> None:
    export = Export(posts=posts_of("", "", rating="s"), tags=[tag("rating_safe", 7)])
    assert derive(export).tags == [("rating_safe", 7, 2, 2)]


# Step 3: counting


def test_a_repeated_name_counts_once() -> None:
    assert counts(derive(Export(posts=posts_of("fox fox", "fox")))) == {"fox": 2}


def test_a_name_and_its_alias_on_one_post_count_once() -> None:
    export = Export(posts=posts_of("fox vulpine", "fox"), tag_aliases=[alias("vulpine", "fox")])
    assert counts(derive(export)) == {"fox": 2}


def test_only_kept_posts_count() -> None:
    posts = [post(1, "fox"), post(2, "fox wolf"), post(3, "wolf", is_deleted=True)]
    assert "wolf" not in counts(derive(Export(posts=posts)))


def test_spaces_too_many_make_no_tag() -> None:
    assert counts(derive(Export(posts=posts_of("  fox  wolf ", "fox   wolf")))) == {
        "fox": 2,
        "wolf": 2,
    }


@pytest.mark.parametrize("name", ["a\u3000b", "a\u00a0b", "a\u2028b", "a\u200e"])
def test_only_the_plain_space_separates(name: str) -> None:
    assert counts(derive(Export(posts=posts_of(name, name)))) == {name: 2}


@pytest.mark.parametrize("name", ["null", "nan", "n/a", "true", "007", "1e5", ":3", '"a"_b'])
def test_a_name_is_always_text(name: str) -> None:
    export = Export(posts=posts_of(name, name), tags=[tag(name, 4)])
    assert derive(export).tags == [(name, 4, 2, 2)]


def test_names_that_look_alike_are_different_tags() -> None:
    names = ["7", "007", "éclair", "Éclair", "glass", "glass\u200e"]
    assert len(counts(derive(Export(posts=posts_of(" ".join(names), " ".join(names)))))) == 6


# Step 4: ranks


def test_the_most_used_tag_is_number_0() -> None:
    reference = derive(Export(posts=posts_of("a b", "a b", "b")))
    assert reference.tag2idx == {"b": 0, "a": 1}


def test_a_tie_is_broken_by_the_bytes_of_the_name() -> None:
    # UTF-16 would put the emoji first, a dictionary the small letters with the capital ones.
    names = ["\U0001f98a", "\uff5e", "b", "B", "a", "é"]
    reference = derive(Export(posts=posts_of(" ".join(names), " ".join(names))))
    assert list(counts(reference)) == ["B", "a", "b", "é", "\uff5e", "\U0001f98a"]


def test_a_tag_with_one_post_has_no_id() -> None:
    reference = derive(Export(posts=posts_of("fox wolf", "fox")))
    assert reference.tag2idx == {"fox": 0}
    assert reference.post_counts == {"fox": 2, "wolf": 1}


def test_the_fewest_posts_can_be_chosen() -> None:
    export = Export(posts=posts_of("fox wolf", "fox"))
    assert counts(derive(export, min_posts=1)) == {"fox": 2, "wolf": 1}
    assert counts(derive(export, min_posts=3)) == {}


def test_a_tag_that_is_not_in_the_table_is_general() -> None:
    assert derive(Export(posts=posts_of("fox", "fox"))).tags == [("fox", 0, 2, 2)]


def test_a_tag_that_no_post_uses_has_no_id() -> None:
    # The site's own figure does not count.
    assert derive(Export(tags=[tag("fox", 5, post_count=1000)])).tags == []


def test_the_later_of_two_rows_of_a_tag_wins() -> None:
    rows = [tag("fox", 5), tag("fox", 4)]
    reference = derive(Export(posts=posts_of("fox", "fox"), tags=rows))
    assert reference.tags == [("fox", 4, 2, 2)]
    assert reference.duplicates["tags"] == rows[:1]


def test_implied_uses_count_in_tagged_count_only() -> None:
    export = Export(
        posts=posts_of("fox", "fox", "canine", "canine fox"),
        tag_implications=[implication("fox", "canine")],
    )
    assert derive(export).tags == [("fox", 0, 3, 3), ("canine", 0, 2, 4)]


# Step 5: aliases


def test_an_alias_chain_leads_to_its_end() -> None:
    export = Export(posts=posts_of("a", "b", "c"), tag_aliases=[alias("a", "b"), alias("b", "c")])
    reference = derive(export)
    assert counts(reference) == {"c": 3}
    assert reference.aliases == {"a": "c", "b": "c"}
    assert reference.tag2idx == {"a": 0, "b": 0, "c": 0}


def test_an_alias_is_followed_even_when_its_name_has_a_row_of_its_own() -> None:
    export = Export(
        posts=posts_of("vulpine", "vulpine"),
        tags=[tag("vulpine", 5), tag("fox", 4)],
        tag_aliases=[alias("vulpine", "fox")],
    )
    assert derive(export).tags == [("fox", 4, 2, 2)]


def test_an_alias_of_a_rare_tag_has_no_id_but_is_known() -> None:
    export = Export(posts=posts_of("fox"), tag_aliases=[alias("vulpine", "fox")])
    reference = derive(export)
    assert reference.tag2idx == {}
    assert reference.aliases == {"vulpine": "fox"}


@pytest.mark.parametrize("status", ["deleted", "pending", "retired", "error: active", "Active", ""])
def test_an_alias_that_is_not_active_does_nothing(status: str) -> None:
    export = Export(posts=posts_of("a", "a"), tag_aliases=[alias("a", "b", status)])
    assert derive(export).tag2idx == {"a": 0}


def test_a_self_alias_does_nothing() -> None:
    reference = derive(Export(posts=posts_of("a", "a"), tag_aliases=[alias("a", "a")]))
    assert reference.tag2idx == {"a": 0}
    assert (reference.aliases, reference.self_aliases) == ({}, {"a"})
    assert reference.alias_cycles == set()


def test_an_alias_may_end_at_a_self_alias() -> None:
    export = Export(posts=posts_of("a", "b"), tag_aliases=[alias("a", "b"), alias("b", "b")])
    assert derive(export).tag2idx == {"a": 0, "b": 0}


def test_names_in_an_alias_cycle_stay_themselves() -> None:
    export = Export(posts=posts_of("a b", "a b"), tag_aliases=[alias("a", "b"), alias("b", "a")])
    reference = derive(export)
    assert reference.tag2idx == {"a": 0, "b": 1}
    assert (reference.aliases, reference.alias_cycles) == ({}, {"a", "b"})


def test_aliases_that_lead_into_a_cycle_stay_themselves() -> None:
    edges = [alias("x", "y"), alias("y", "a"), alias("a", "b"), alias("b", "c"), alias("c", "a")]
    reference = derive(Export(posts=posts_of("x y a", "x y a"), tag_aliases=edges))
    assert counts(reference) == {"x": 2, "y": 2, "a": 2}
    assert reference.alias_cycles == {"x", "y", "a", "b", "c"}


def test_the_later_of_two_active_aliases_of_a_name_wins() -> None:
    rows = [alias("a", "b"), alias("a", "c"), alias("a", "d", "deleted")]
    reference = derive(Export(tag_aliases=rows))
    assert reference.aliases == {"a": "c"}
    assert reference.duplicates["tag_aliases"] == rows[:1]


def test_a_later_self_alias_wins_over_an_alias() -> None:
    reference = derive(Export(tag_aliases=[alias("a", "b"), alias("a", "a")]))
    assert (reference.aliases, reference.self_aliases) == ({}, {"a"})


def test_an_earlier_self_alias_that_lost_is_none() -> None:
    reference = derive(Export(tag_aliases=[alias("a", "a"), alias("a", "b")]))
    assert (reference.aliases, reference.self_aliases) == ({"a": "b"}, set())


# Step 6: implications


def test_implications_are_transitive() -> None:
    export = Export(
        posts=posts_of("a b c", "a b c"),
        tag_implications=[implication("a", "b"), implication("b", "c")],
    )
    reference = derive(export)
    assert reference.implications == {0: [1, 2], 1: [2]}
    assert reference.depths == {("a", "b"): 1, ("a", "c"): 2, ("b", "c"): 1}


def test_the_depth_is_that_of_the_shortest_path() -> None:
    edges = [implication("a", "b"), implication("b", "c"), implication("a", "c")]
    reference = derive(Export(posts=posts_of("a b c", "a b c"), tag_implications=edges))
    assert reference.depths["a", "c"] == 1


def test_an_implication_path_may_pass_a_rare_tag() -> None:
    edges = [implication("a", "rare"), implication("rare", "c")]
    reference = derive(Export(posts=posts_of("a c", "a c rare"), tag_implications=edges))
    assert reference.implications == {0: [1]}
    assert reference.implications_rej == {"rare": [1]}
    assert reference.depths == {("a", "c"): 2, ("rare", "c"): 1}


def test_an_antecedent_that_no_post_uses_is_rejected_by_name() -> None:
    reference = derive(Export(posts=posts_of("c", "c"), tag_implications=[implication("z", "c")]))
    assert reference.implications_rej == {"z": [0]}


def test_an_antecedent_of_rare_tags_alone_has_no_entry() -> None:
    export = Export(posts=posts_of("a", "a b"), tag_implications=[implication("a", "b")])
    reference = derive(export)
    assert (reference.implications, reference.implications_rej, reference.depths) == ({}, {}, {})


def test_both_ends_of_an_implication_go_through_the_aliases() -> None:
    export = Export(
        posts=posts_of("fox canine", "fox canine"),
        tag_aliases=[alias("vulpine", "fox"), alias("canid", "canine")],
        tag_implications=[implication("vulpine", "canid")],
    )
    assert derive(export).depths == {("fox", "canine"): 1}


def test_a_rejected_antecedent_is_named_after_its_alias() -> None:
    export = Export(
        posts=posts_of("c", "c"),
        tag_aliases=[alias("old", "new")],
        tag_implications=[implication("old", "c")],
    )
    assert derive(export).implications_rej == {"new": [0]}


@pytest.mark.parametrize("consequent", ["fox", "vulpine"])
def test_a_tag_never_implies_itself(consequent: str) -> None:
    export = Export(
        posts=posts_of("fox", "fox"),
        tag_aliases=[alias("vulpine", "fox")],
        tag_implications=[implication("fox", consequent)],
    )
    reference = derive(export)
    assert (reference.depths, reference.implication_cycles) == ({}, set())


def test_tags_of_a_cycle_do_not_imply_each_other_but_all_that_one_implies() -> None:
    edges = [
        implication("a", "b"),
        implication("b", "c"),
        implication("c", "a"),
        implication("b", "out"),
        implication("in", "c"),
    ]
    reference = derive(Export(posts=posts_of(*["a b c in out"] * 2), tag_implications=edges))
    assert reference.implication_cycles == {"a", "b", "c"}
    assert {name: implied_by(reference, name) for name in ("a", "b", "c", "in", "out")} == {
        "a": {"out"},
        "b": {"out"},
        "c": {"out"},
        "in": {"a", "b", "c", "out"},
        "out": set(),
    }
    # in - c - a - b - out
    assert reference.depths["in", "out"] == 4


def test_a_cycle_can_come_from_an_alias() -> None:
    export = Export(
        posts=posts_of("a b", "a b"),
        tag_aliases=[alias("old_a", "a")],
        tag_implications=[implication("a", "b"), implication("b", "old_a")],
    )
    reference = derive(export)
    assert reference.implication_cycles == {"a", "b"}
    assert reference.depths == {}


@pytest.mark.parametrize("status", ["deleted", "pending", "queued", "ACTIVE"])
def test_an_implication_that_is_not_active_does_nothing(status: str) -> None:
    export = Export(posts=posts_of("a b", "a b"), tag_implications=[implication("a", "b", status)])
    assert derive(export).implications == {}


def test_a_pair_given_twice_counts_if_one_row_is_active() -> None:
    edges = [implication("a", "b"), implication("a", "b", "deleted")]
    reference = derive(Export(posts=posts_of("a b", "a b"), tag_implications=edges))
    assert reference.implications == {0: [1]}


def test_the_closure_has_no_greatest_depth() -> None:
    chain = [f"n{number:02}" for number in range(30)]
    edges = [implication(*pair) for pair in pairwise(chain)]
    reference = derive(Export(posts=posts_of("n00 n29", "n00 n29"), tag_implications=edges))
    assert reference.depths["n00", "n29"] == 29


# Step 7: the tags of a post


def test_implied_tags_are_taken_from_the_stripped_ones() -> None:
    export = Export(
        posts=posts_of("fox canine red", "fox canine red"),
        tag_implications=[implication("fox", "canine")],
    )
    reference = derive(export)
    assert named(reference, 0, "implied_tags") == {"canine"}
    assert named(reference, 0, "stripped_tags") == {"fox", "red"}
    assert named(reference, 0, "tag_ids") == {"fox", "canine", "red"}


def test_an_implied_tag_is_listed_though_the_post_does_not_carry_it() -> None:
    export = Export(
        posts=posts_of("fox", "fox", "canine", "canine"),
        tag_implications=[implication("fox", "canine")],
    )
    reference = derive(export)
    assert named(reference, 0, "implied_tags") == {"canine"}
    assert named(reference, 2, "implied_tags") == set()


def test_a_rare_tag_implies_even_under_its_alias() -> None:
    export = Export(
        posts=posts_of("old_rare canine", "canine"),
        tag_aliases=[alias("old_rare", "rare")],
        tag_implications=[implication("rare", "canine")],
    )
    reference = derive(export)
    assert reference.posts[0]["implied_tags"] == [0]
    assert reference.posts[0]["stripped_tags"] == []
    assert reference.posts[1]["stripped_tags"] == [0]


def test_a_rating_tag_may_imply() -> None:
    export = Export(
        posts=posts_of("adult", "adult", rating="e"),
        tag_implications=[implication("rating_explicit", "adult")],
    )
    assert named(derive(export), 0, "implied_tags") == {"adult"}


def test_both_tags_of_a_cycle_stay_on_a_post() -> None:
    edges = [implication("a", "b"), implication("b", "a")]
    reference = derive(Export(posts=posts_of("a b", "a b"), tag_implications=edges))
    assert named(reference, 0, "stripped_tags") == {"a", "b"}
    assert reference.posts[0]["implied_tags"] == []


def test_lists_of_ids_ascend() -> None:
    text = "a b c d e f g h i j k l"
    edges = [implication("a", name) for name in "lkjihg"]
    reference = derive(Export(posts=posts_of(text, text), tag_implications=edges))
    assert reference.implications == {0: [6, 7, 8, 9, 10, 11]}
    assert reference.posts[0]["implied_tags"] == [6, 7, 8, 9, 10, 11]
    assert reference.posts[0]["stripped_tags"] == [0, 1, 2, 3, 4, 5]
    assert reference.posts[0]["tag_ids"] == list(range(12))


def test_a_post_without_anything_has_empty_lists() -> None:
    (kept,) = derive(Export(posts=[post(1, None, rating=None)])).posts
    assert (kept["implied_tags"], kept["stripped_tags"], kept["tag_ids"]) == ([], [], [])


# The other columns of a post


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("fav_count", "65536", 65535),
        ("fav_count", "-1", 0),
        ("image_width", "70000", 65535),
        ("image_height", "-5", 0),
        ("comment_count", "65536", 65535),
        ("uploader_id", "4294967296", 4294967295),
        ("file_size", "1099511627776", 4294967295),
        ("score", "32768", 32767),
        ("score", "-32769", -32768),
        ("up_score", "-1", 0),
        ("up_score", "100000", 65535),
        ("down_score", "-65536", 65535),
    ],
)
def test_a_number_that_does_not_fit_is_clamped(column: str, text: str, value: int) -> None:
    reference = derive(Export(posts=[post(1, "fox", **{column: text})]))
    assert reference.posts[0][column] == value
    assert reference.clamped == 1


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("fav_count", "65535", 65535),
        ("file_size", "4294967295", 4294967295),
        ("score", "32767", 32767),
        ("score", "-32768", -32768),
        ("down_score", "0", 0),
        ("down_score", "-3", 3),
        ("down_score", "-65535", 65535),
    ],
)
def test_a_number_that_fits_is_kept(column: str, text: str, value: int) -> None:
    reference = derive(Export(posts=[post(1, "fox", **{column: text})]))
    assert reference.posts[0][column] == value
    assert reference.clamped == 0


def test_a_positive_down_score_is_0_and_counts_as_clamped() -> None:
    reference = derive(Export(posts=[post(1, "fox", down_score=4)]))
    assert reference.posts[0]["down_score"] == 0
    assert reference.clamped == 1


def test_every_clamped_value_of_a_kept_post_is_counted() -> None:
    posts = [
        post(1, "fox", fav_count=-1, score=40000),
        post(2, "fox", fav_count=-1, is_deleted=True),
    ]
    assert derive(Export(posts=posts)).clamped == 2


def test_an_empty_number_stays_null() -> None:
    columns = ["uploader_id", "fav_count", "file_size", "score", "down_score"]
    reference = derive(Export(posts=[post(1, "fox", **dict.fromkeys(columns))]))
    assert [reference.posts[0][column] for column in columns] == [None] * 5
    assert reference.clamped == 0


@pytest.mark.parametrize(
    "text", ["c4ca4238a0b923820dcc509a6f75849b", "C4CA4238A0B923820DCC509A6F75849B"]
)
def test_a_hash_is_16_bytes(text: str) -> None:
    (kept,) = derive(Export(posts=[post(1, "fox", md5=text)])).posts
    assert kept["md5"] == bytes.fromhex(text) and len(kept["md5"]) == 16


@pytest.mark.parametrize("text", ["", None, "c4ca", "0" * 31, "0" * 33, "g" * 32, " " + "0" * 31])
def test_a_hash_of_another_form_is_null(text: str | None) -> None:
    assert derive(Export(posts=[post(1, "fox", md5=text)])).posts[0]["md5"] is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2007-02-10 07:08:33.123456", datetime(2007, 2, 10, 7, 8, 33, 123456)),
        ("2007-02-10 07:08:33.12", datetime(2007, 2, 10, 7, 8, 33, 120000)),
        ("2007-02-10 07:08:33", datetime(2007, 2, 10, 7, 8, 33)),
        ("2007-02-10", datetime(2007, 2, 10)),
        (None, None),
    ],
)
def test_a_time_may_lack_its_fraction_or_be_a_date(
    text: str | None, value: datetime | None
) -> None:
    assert derive(Export(posts=[post(1, "fox", created_at=text)])).posts[0]["created_at"] == value


def test_a_missing_optional_column_is_null() -> None:
    row = {column: post(1, "fox")[column] for column in ESSENTIAL_COLUMNS["posts"]}
    (kept,) = derive(Export(posts=[row])).posts
    assert [kept[column] for column in ("uploader_id", "md5", "created_at", "score")] == [None] * 4


def test_an_export_without_rows_becomes_nothing() -> None:
    reference = derive(Export())
    assert (reference.tags, reference.posts, reference.dropped) == ([], [], {})


# Comparing with written files


POST_TYPES = {
    "id": pa.uint32(),
    "uploader_id": pa.uint32(),
    "created_at": pa.timestamp("us"),
    "md5": pa.binary(),
    "rating": pa.string(),
    "image_width": pa.uint16(),
    "image_height": pa.uint16(),
    "fav_count": pa.uint16(),
    "file_ext": pa.string(),
    "file_size": pa.uint32(),
    "comment_count": pa.uint16(),
    "score": pa.int16(),
    "up_score": pa.uint16(),
    "down_score": pa.uint16(),
    "implied_tags": pa.list_(pa.uint32()),
    "stripped_tags": pa.list_(pa.uint32()),
}


def write_index(folder: Path, reference: Reference) -> None:
    """The index files of a reference, written in the plainest way."""
    names = [name for name, *_ in reference.tags]
    categories = [category for _, category, *_ in reference.tags]
    by_name = sorted(reference.tag2idx)
    contents = {
        "tags.txt.gz": "".join(name + "\n" for name in names).encode(),
        "tags_categories.bin.gz": bytes(categories),
        "tag2idx.json.gz": json.dumps({name: reference.tag2idx[name] for name in by_name}).encode(),
        "implications.json.gz": json.dumps(
            {
                str(tag_id): reference.implications[tag_id]
                for tag_id in sorted(reference.implications)
            }
        ).encode(),
        "implications_rej.json.gz": json.dumps(reference.implications_rej, sort_keys=True).encode(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(gzip.compress(content, mtime=0))
    tables = {
        "tags": {
            "tag": pa.array(names, pa.string()),
            "freq": pa.array([count for *_, count, _ in reference.tags], pa.uint32()),
            "category": pa.array(categories, pa.uint8()),
        },
        "tag2idx": {
            "index": pa.array([reference.tag2idx[name] for name in by_name], pa.uint32()),
            "tag": pa.array(by_name, pa.string()),
        },
        "posts": {
            column: pa.array([kept[column] for kept in reference.posts], kind)
            for column, kind in POST_TYPES.items()
        },
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")


SMALL = Export(
    posts=posts_of("fox canine лиса", "fox canine", "rare mammal", "mammal", rating="s"),
    tags=[tag("fox", 5)],
    tag_aliases=[alias("лиса", "fox")],
    tag_implications=[
        implication("fox", "canine"),
        implication("canine", "mammal"),
        implication("rare", "mammal"),
    ],
)


@pytest.fixture
def index_folder(tmp_path: Path) -> Path:
    """A folder with the right index files of SMALL."""
    write_index(tmp_path, derive(SMALL))
    return tmp_path


def test_right_files_have_no_differences(index_folder: Path) -> None:
    assert differences(derive(SMALL), load_index(index_folder)) == []


def test_the_files_of_an_empty_export_have_no_differences(tmp_path: Path) -> None:
    write_index(tmp_path, derive(Export()))
    assert differences(derive(Export()), load_index(tmp_path)) == []


def rewritten(change: Callable[[bytes], bytes] = bytes, mtime: int = 0) -> Callable[[Path], None]:
    """A change of a .gz file's content or time stamp."""

    def rewrite(path: Path) -> None:
        content = change(gzip.decompress(path.read_bytes()))
        path.write_bytes(gzip.compress(content, mtime=mtime))

    return rewrite


def retyped(column: str, kind: pa.DataType) -> Callable[[Path], None]:
    """A change of the type of one Parquet column."""

    def change(path: Path) -> None:
        table = pq.read_table(path)
        position = table.schema.get_field_index(column)
        pq.write_table(table.set_column(position, column, table[column].cast(kind)), path)

    return change


def selected(columns: list[str]) -> Callable[[Path], None]:
    """A change of the columns of a Parquet file."""
    return lambda path: pq.write_table(pq.read_table(path).select(columns), path)


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        pytest.param(
            "tags.txt.gz",
            rewritten(lambda content: content.replace(b"fox", b"vox")),
            "expected 'fox', found 'vox'",
            id="wrong name",
        ),
        pytest.param(
            "tags.txt.gz",
            rewritten(lambda content: content.rstrip(b"\n")),
            "the last line is not ended",
            id="line not ended",
        ),
        pytest.param(
            "tags.txt.gz",
            rewritten(mtime=1),
            "time stamp",
            id="time stamp",
        ),
        pytest.param(
            "tags_categories.bin.gz",
            rewritten(lambda content: content[:-1]),
            "expected 4 entries, found 3",
            id="too short",
        ),
        pytest.param(
            "tag2idx.json.gz",
            rewritten(lambda content: json.dumps(json.loads(content), ensure_ascii=False).encode()),
            "order or spelling",
            id="characters not escaped",
        ),
        pytest.param(
            "implications.json.gz",
            rewritten(
                lambda content: json.dumps(dict([*json.loads(content).items()][::-1])).encode()
            ),
            "order or spelling",
            id="keys not in order",
        ),
        pytest.param(
            "implications_rej.json.gz",
            rewritten(lambda content: b"{}"),
            "'rare' is missing",
            id="missing key",
        ),
        pytest.param(
            "tags.parquet", retyped("freq", pa.int64()), "('freq', 'INT64')", id="wrong type"
        ),
        pytest.param(
            "posts.parquet",
            retyped("md5", pa.binary(16)),
            "FIXED_SIZE_BINARY[16]",
            id="hash of a fixed size",
        ),
        pytest.param(
            "posts.parquet",
            retyped("created_at", pa.timestamp("us", "UTC")),
            "TIMESTAMP[US, TZ=UTC]",
            id="time with a zone",
        ),
        pytest.param(
            "posts.parquet",
            retyped("stripped_tags", pa.list_(pa.uint64())),
            "LIST(UINT64)",
            id="wrong type in a list",
        ),
        pytest.param(
            "tag2idx.parquet", selected(["tag", "index"]), "expected columns", id="order of columns"
        ),
        pytest.param(
            "tag2idx.parquet",
            lambda path: pq.write_table(pq.read_table(path).take([1, 0, 2, 3, 4]), path),
            "[0]['tag']: expected 'canine', found 'fox'",
            id="order of rows",
        ),
    ],
)
def test_a_difference_is_named(
    index_folder: Path, file: str, change: Callable[[Path], None], said: str
) -> None:
    change(index_folder / file)
    found = differences(derive(SMALL), load_index(index_folder))
    assert any(line.startswith(file) and said in line for line in found), found


# Files of an export


def test_only_an_empty_string_is_quoted_without_need() -> None:
    assert csv_line(["a b", None, "", "\\.", "it's", "\u2028"]) == 'a b,,"",\\.,it\'s,\u2028'


@pytest.mark.parametrize("text", ["a,b", 'say "hi"', "two\nlines", "two\r\nlines", "\r"])
def test_a_field_is_quoted_where_it_must_be(text: str) -> None:
    assert csv_line([text]) == '"' + text.replace('"', '""') + '"'


def read_written(folder: Path, layout: Layout, table: str) -> list[list[str]]:
    """The records of a written file, as Python's own reader finds them."""
    content = (folder / layout.file_name(table)).read_bytes()
    text = (gzip.decompress(content) if layout.gzipped else content).decode()
    assert text.endswith(layout.line_end)
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(export=exports(), layout=layouts())
def test_a_written_export_holds_its_rows(
    tmp_path_factory: pytest.TempPathFactory, export: Export, layout: Layout
) -> None:
    folder = tmp_path_factory.mktemp("export")
    written = write_export(folder, export, layout)
    for table in TABLES:
        header, *records = read_written(folder, layout, table)
        rows = getattr(written, table)
        assert header == layout.columns(table)
        assert records == [[row[column] or "" for column in header] for row in rows]
        for row, original in zip(rows, getattr(export, table), strict=True):
            assert row.items() - original.items() <= {
                ("id", row.get("id")),
                (EXTRA_COLUMN, EXTRA_VALUE),
            }


def test_the_undated_layout_is_the_usual_one(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "posts.csv.gz",
        "tag_aliases.csv.gz",
        "tag_implications.csv.gz",
        "tags.csv.gz",
    ]
    assert set(ADDED_COLUMNS["posts"]) < set(Layout().columns("posts"))


def test_a_misspelt_column_is_refused() -> None:
    with pytest.raises(TypeError, match="posts has no column fav_counts"):
        post(1, "fox", fav_counts=3)


@pytest.mark.parametrize("layout", [Layout(), Layout(date="2025-05-01", gzipped=False)])
def test_a_folder_is_read_back(tmp_path: Path, layout: Layout) -> None:
    write_export(tmp_path, SMALL, layout)
    assert derive(read_export(tmp_path)) == derive(SMALL)


# Whatever the export


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(export=exports(), options=build_options())
def test_what_holds_for_every_export(export: Export, options: dict[str, Any]) -> None:
    reference = derive(export, **options)
    assert len(reference.posts) + reference.dropped.total() == len(export.posts)
    assert not reference.aliases.keys() & reference.aliases.values()
    assert not reference.aliases.keys() & reference.alias_cycles
    assert all(start != end for start, end in reference.depths)
    assert not reference.depths.keys() & {(end, start) for start, end in reference.depths}
    for start, middle in reference.depths:
        onward = {(start, end) for first, end in reference.depths if first == middle}
        assert onward <= reference.depths.keys()
    for name, _, count, tagged_count in reference.tags:
        tag_id = reference.tag2idx[name]
        assert count <= tagged_count == sum(tag_id in kept["tag_ids"] for kept in reference.posts)
    for kept in reference.posts:
        assert not set(kept["implied_tags"]) & set(kept["stripped_tags"])
