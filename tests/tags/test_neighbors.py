"""Similar tags, on a board whose neighbours are known by construction."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pyarrow.parquet as pq
import pytest

import e6duck
from e6duck import DatabaseError, UsageError, files
from e6duck.builder.build import build
from e6duck.charts.tag_map import TagMap, neighbor_map
from e6duck.commands.neighbors import _MEASURES
from e6duck.db.connection import open_reading
from e6duck.index.ranks import curve_freq_to_rank
from e6duck.tags.neighbors import LEAST_COMMON, MEASURES, Question, find_neighbors
from tests.support.exports import alias, post, tag, write_export
from tests.support.reference import Export
from tests.support.terminal import Ran, command, imported, on_terminal
from tests.support.vectors import trained_copy, write_vectors

# A board: the tags of dark squares stand on the even posts, those of light squares on the odd ones,
# 120 each, and board on all. Names that a shell, SQL or a table may stumble over are light.
DARK = ["dog", "fox", "wolf"]
LIGHT = ['"quoted"_x', "100%", "cat", "forest", "it's", "null", "snow", "🦊"]
# dull has too few posts for the default of 100; twin_a and twin_b stand together, on two posts.
SPECIES = [*DARK, "cat", "dull"]


def board_post(number: int) -> str:
    names = ["board", *(DARK if number % 2 == 0 else LIGHT)]
    if number % 2 == 0 and number < 100:
        names.append("dull")
    if number < 2:
        names += ["twin_a", "twin_b"]
    if number < 1:
        names.append("okapi")
    if number in (2, 3):
        names += ["twin_a", "twin_b"]
    return " ".join(names)


BOARD = Export(
    posts=[post(number + 1, board_post(number)) for number in range(240)],
    tags=[*(tag(name, 5) for name in SPECIES), tag("100%", 1), tag("okapi", 5)],
    tag_aliases=[
        alias("todd", "fox"),
        alias("grey_wolf", "wolf"),
        alias("short_giraffe", "okapi"),
    ],
    tag_implications=[],
)
# Vectors on a circle, by their angle, and of any length: the cosine is that of the difference.
ANGLES = {
    "fox": 0,
    "forest": 5,
    "wolf": 10,
    "dull": 15,
    "dog": 25,
    "cat": 45,
    "100%": 60,
    '"quoted"_x': 70,
    "🦊": 80,
    "it's": 100,
    "null": 180,
}
ORDER = [name for name in ANGLES if name not in ("fox", "dull")]  # from fox, used enough
VECTORS = {
    name: [length * math.cos(math.radians(angle)), length * math.sin(math.radians(angle)), 0.0]
    for length, (name, angle) in enumerate(ANGLES.items(), start=1)
} | {
    # What a training of ours does not write, and a table of others may hold.
    "snow": [0.0, 0.0, 0.0],
    "board": [math.nan, 1.0, 1.0],
    "twin_a": [math.inf, 1.0, 1.0],
}  # rating_safe and twin_b have none


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    write_export(folder, BOARD)
    return build(folder, write_index=False).database


@pytest.fixture(scope="module")
def board(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained_copy(untrained, tmp_path_factory.mktemp("trained"), VECTORS)


def asked(board: Path, *args: object) -> list[dict[str, Any]]:
    """Return the rows that the command gives."""
    ran = command("neighbors", "--db", board, "--format", "json", *args)
    assert ran.code == 0, ran.err
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def tags(rows: list[dict[str, Any]]) -> list[str]:
    return [row["tag"] for row in rows]


def refused(board: Path, *args: object) -> Ran:
    ran = command("neighbors", "--db", board, *args)
    assert ran.code
    assert not ran.out
    assert "Traceback" not in ran.err
    return ran


def said(board: Path, *args: object) -> str:
    ran = command("neighbors", "--db", board, *args)
    assert ran.code == 0
    return ran.err


# Who is near


def test_neighbors_stand_by_the_angle_between_vectors(board: Path) -> None:
    rows = asked(board, "fox", "-k", 20)
    assert tags(rows) == ORDER
    for row in rows:
        assert row["score"] == pytest.approx(math.cos(math.radians(ANGLES[row["tag"]])), abs=1e-6)
    assert [row["rank"] for row in rows] == list(range(1, len(ORDER) + 1))
    assert {row["query"] for row in rows} == {"fox"}
    assert rows[1] == {
        "query": "fox",
        "rank": 2,
        "tag": "wolf",
        "category": "species",
        "posts": 120,
        "score": rows[1]["score"],
    }


def test_each_query_has_its_own_neighbors_and_none_is_a_query(board: Path) -> None:
    rows = asked(board, "fox", "it's", "-k", 2)
    assert [(row["query"], row["rank"], row["tag"]) for row in rows] == [
        ("fox", 1, "forest"),
        ("fox", 2, "wolf"),
        ("it's", 1, "🦊"),
        ("it's", 2, '"quoted"_x'),
    ]
    assert tags(asked(board, "fox", "wolf", "-k", 1)) == ["forest", "forest"]


def test_a_vector_that_is_zero_or_not_finite_is_never_shown(board: Path) -> None:
    shown = set(tags(asked(board, "fox", "-k", 100, "-f", 0)))
    assert shown == ANGLES.keys() - {"fox"}


def test_ties_stand_by_rank(untrained: Path, tmp_path: Path) -> None:
    same = {name: [1.0, 2.0] for name in ("fox", "wolf", "dog", "cat", "forest", "null")}
    board = trained_copy(untrained, tmp_path, same)
    with duckdb.connect(str(board), read_only=True) as opened:
        ranked = opened.execute("select name from tags order by tag_id").fetchall()
    expected = [name for (name,) in ranked if name in same and name != "fox"]
    assert tags(asked(board, "fox")) == expected


# Filters, in e6db's order


def test_the_default_asks_for_a_hundred_posts(board: Path) -> None:
    assert "dull" not in tags(asked(board, "fox"))
    assert tags(asked(board, "fox", "-f", 50))[:3] == ["forest", "wolf", "dull"]
    assert tags(asked(board, "fox", "-f", 51))[:3] == ["forest", "wolf", "dog"]


@pytest.mark.parametrize("name", ["species", "spec", "5", "SPECIES"])
def test_a_category_is_known_by_any_name(board: Path, name: str) -> None:
    assert tags(asked(board, "fox", "-c", name)) == ["wolf", "dog", "cat"]


def test_several_categories_are_one_filter(board: Path) -> None:
    rows = asked(board, "fox", "-c", "species", "-c", "art", "-k", 4)
    assert tags(rows) == ["wolf", "dog", "cat", "100%"]


def test_filters_go_before_the_number(board: Path) -> None:
    """e6db: too rare out, then other categories out, then the k most similar."""
    assert tags(asked(board, "fox", "-k", 2, "-c", "species")) == ["wolf", "dog"]


def test_no_neighbor_at_all_is_told(board: Path) -> None:
    ran = command("neighbors", "--db", board, "fox", "-c", "lore", "--format", "json")
    assert (ran.code, json.loads(ran.out)) == (0, [])
    assert ran.err == "fox has no neighbors that pass the filters\n"


# Names


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("fox", "fox", ""),
        ("Fox", "fox", '"Fox" is taken as fox\n'),
        (" fox ", "fox", '" fox " is taken as fox\n'),
        ("todd", "fox", '"todd" is taken as fox, of which todd is an alias\n'),
        ("Grey Wolf", "wolf", '"Grey Wolf" is taken as wolf, of which grey_wolf is an alias\n'),
        ("it's", "it's", ""),
        ('"quoted"_x', '"quoted"_x', ""),
        ('"Quoted" X', '"quoted"_x', '"\\"Quoted\\" X" is taken as "quoted"_x\n'),
        ("100%", "100%", ""),
        ("🦊", "🦊", ""),
        ("null", "null", ""),
        ("NULL", "null", '"NULL" is taken as null\n'),
    ],
)
def test_a_name_is_understood_and_what_was_taken_is_said(
    board: Path, text: str, name: str, line: str
) -> None:
    ran = command("neighbors", "--db", board, "--format", "json", text)
    assert (ran.code, ran.err) == (0, line)
    assert {row["query"] for row in json.loads(ran.out)} == {name}


def test_a_tag_under_two_names_counts_once(board: Path) -> None:
    assert asked(board, "fox", "todd", "FOX", "fox") == asked(board, "fox")
    assert asked(board, "fox", "todd", "--together") == asked(board, "fox", "--together")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("foxx", 'there is no tag "foxx"; the closest: fox'),
        ("wolff", 'there is no tag "wolff"; the closest: wolf'),
        ("qqqqqqqqq", 'there is no tag "qqqqqqqqq", and none has a similar spelling'),
        ("", 'there is no tag "", and none has a similar spelling'),
        (
            "two\nlines of text",
            'there is no tag "two\\nlines of text", and none has a similar spelling',
        ),
        ("okapi", "okapi is known, but too rare for a vector"),
        ("Short Giraffe", "okapi is known, but too rare for a vector"),
        (
            "twin_b",
            "twin_b is known, but has no vector: it is not among the 14 tags that were trained",
        ),
        ("snow", "snow has a vector that is zero or not finite, so it has no neighbors"),
        ("board", "board has a vector that is zero or not finite, so it has no neighbors"),
    ],
)
def test_a_tag_that_cannot_be_used_is_told(board: Path, text: str, line: str) -> None:
    assert refused(board, text) == Ran(2, "", f"e6duck: {line}\n")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["fox", "--not", "foxx"], 'there is no tag "foxx"; the closest: fox'),
        (["fox", "wolff"], 'there is no tag "wolff"; the closest: wolf'),
        (
            ["Fox", "qqqqqqqqq", "okapi", "--not", "foxx", "--not", "todt"],
            'there is no tag "qqqqqqqqq", and none has a similar spelling;'
            " okapi is known, but too rare for a vector;"
            ' there is no tag "foxx" (the closest: fox);'
            ' there is no tag "todt" (the closest: todd (alias of fox))',
        ),
    ],
)
def test_a_typo_is_an_error_that_names_all_of_them(board: Path, args: list[str], line: str) -> None:
    assert refused(board, *args) == Ran(2, "", f"e6duck: {line}\n")


def test_unknown_tags_are_skipped_where_that_is_asked_for(board: Path) -> None:
    given = ["foxx", "fox", "okapi", "--not", "dogg"]
    ran = command("neighbors", "--db", board, *given, "--skip-unknown", "--format", "json")
    assert ran.err.splitlines() == [
        'skipped: there is no tag "foxx"; the closest: fox',
        "skipped: okapi is known, but too rare for a vector",
        'skipped: there is no tag "dogg"; the closest: dog',
    ]
    assert (ran.code, json.loads(ran.out)) == (0, asked(board, "fox"))


def test_all_unknown_is_an_error_even_where_they_may_be_skipped(board: Path) -> None:
    ran = refused(board, "foxx", "--not", "fox", "--skip-unknown")
    assert ran == Ran(2, "", 'e6duck: there is no tag "foxx"; the closest: fox\n')


# Together


def test_together_is_the_mean_of_unit_vectors(board: Path) -> None:
    """Halfway between 0 and 80 degrees: lengths of vectors do not count."""
    rows = asked(board, "fox", "🦊", "--together", "-k", 3)
    assert tags(rows) == ["cat", "dog", "100%"]
    assert rows[0]["query"] == "fox 🦊"
    for row in rows:
        expected = math.cos(math.radians(ANGLES[row["tag"]] - 40))
        assert row["score"] == pytest.approx(expected, abs=1e-6)


def test_a_tag_alone_is_together_with_itself(board: Path) -> None:
    assert asked(board, "fox", "--together") == asked(board, "fox")


def test_not_subtracts_a_unit_vector(board: Path) -> None:
    """cat less fox: 45 degrees, and half of the way back from there to 180: 112.5."""
    rows = asked(board, "cat", "--not", "fox", "-k", 3)
    assert tags(rows) == ["it's", "🦊", '"quoted"_x']
    assert rows[0]["query"] == "cat -fox"
    assert rows[0]["score"] == pytest.approx(math.cos(math.radians(12.5)), abs=1e-6)
    assert "fox" not in tags(asked(board, "cat", "--not", "todd", "-k", 50))


def test_a_tag_cannot_be_asked_for_and_subtracted(board: Path) -> None:
    ran = refused(board, "fox", "--not", "todd")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        '"todd" is taken as fox, of which todd is an alias',
        "e6duck: fox is both wanted and subtracted; leave one out",
    ]


def test_opposite_tags_together_are_near_to_nothing(board: Path) -> None:
    ran = command("neighbors", "--db", board, "fox", "null", "--together", "--format", "json")
    assert (ran.code, json.loads(ran.out)) == (0, [])
    assert ran.err.startswith("fox null has no neighbors")


# By posts


@pytest.mark.parametrize(
    ("measure", "same_square", "whole_board"),
    [
        ("cosine", 1.0, 120 / math.sqrt(120 * 240)),
        ("jaccard", 1.0, 120 / 240),
        ("lift", 240 / 120, 1.0),
    ],
)
def test_posts_tell_the_squares_of_a_board(
    untrained: Path, measure: str, same_square: float, whole_board: float
) -> None:
    rows = asked(untrained, "fox", "--measure", measure)
    assert [(row["tag"], row["score"]) for row in rows] == [
        ("dog", pytest.approx(same_square)),
        ("wolf", pytest.approx(same_square)),
        ("board", pytest.approx(whole_board)),
        ("rating_safe", pytest.approx(whole_board)),
    ]


@pytest.mark.parametrize("measure", ["cosine", "jaccard", "lift"])
def test_posts_pass_the_same_filters(untrained: Path, measure: str) -> None:
    rows = asked(untrained, "fox", "--measure", measure, "-c", "spec", "-f", 0, "-k", 3)
    assert sorted(tags(rows)) == ["dog", "dull", "wolf"]
    rows = asked(untrained, "fox", "cat", "--measure", measure, "-k", 1)
    assert [(row["query"], row["tag"]) for row in rows] == [("fox", "dog"), ("cat", '"quoted"_x')]


def test_few_common_posts_give_no_lift(untrained: Path) -> None:
    """twin_a and twin_b are always together, but on four posts: that may be chance."""
    assert LEAST_COMMON > 4
    assert "twin_b" not in tags(asked(untrained, "twin_a", "--measure", "lift", "-f", 0))
    assert tags(asked(untrained, "twin_a", "--measure", "cosine", "-f", 0))[0] == "twin_b"


def test_together_is_the_posts_that_hold_all(untrained: Path) -> None:
    (row, *_) = asked(untrained, "fox", "dull", "--together", "--measure", "jaccard", "-c", "spec")
    assert (row["query"], row["tag"]) == ("fox dull", "dog")
    assert row["score"] == pytest.approx(50 / 120)


def test_not_leaves_posts_out(untrained: Path) -> None:
    (row, *_) = asked(untrained, "fox", "--not", "dull", "--measure", "jaccard", "-c", "spec")
    assert (row["query"], row["tag"]) == ("fox -dull", "dog")
    assert row["score"] == pytest.approx(70 / 120)


def test_no_post_that_holds_all_is_told(untrained: Path) -> None:
    ran = command("neighbors", "--db", untrained, "fox", "cat", "--together", "--measure", "cosine")
    assert (ran.code, ran.out) == (0, "query,rank,tag,category,posts,score\n")
    assert ran.err.startswith("fox cat has no neighbors")


def test_a_rare_tag_has_no_id_to_find_in_posts(untrained: Path) -> None:
    ran = refused(untrained, "okapi", "--measure", "cosine")
    assert ran == Ran(2, "", "e6duck: okapi is known, but too rare for an id\n")


def test_the_command_knows_the_measures() -> None:
    assert _MEASURES == MEASURES


# A first PCA


def test_a_first_pca_is_kept_and_used_again(board: Path, tmp_path: Path) -> None:
    from safetensors import safe_open

    board = trained_copy(board, tmp_path, VECTORS)
    rows = asked(board, "cat", "--first-pca", 1)
    kept = tmp_path / "implicit_tag_factors_pca1.safetensors"
    with safe_open(kept, framework="numpy") as file:
        reduced = file.get_tensor("tag_factors_pca1")
        build_id = json.loads(file.metadata()["e6duck"])["build_id"]
    # On one axis a tag is on either side of the mean.
    assert set(reduced.ravel().tolist()) == {-1.0, 0.0, 1.0}
    assert {round(row["score"], 6) for row in rows} <= {-1.0, 1.0}
    with e6duck.open(board) as db:
        assert build_id == db.info()["build_id"]
        assert reduced[db.tag_id("snow")] == 0
    before = kept.stat().st_mtime_ns
    assert asked(board, "cat", "--first-pca", 1) == rows
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("spoilt", [b"", b"no safetensors"])
def test_a_stale_or_broken_first_pca_is_made_anew(
    board: Path, tmp_path: Path, spoilt: bytes
) -> None:
    board = trained_copy(board, tmp_path, VECTORS)
    kept = tmp_path / "implicit_tag_factors_pca2.safetensors"
    first = asked(board, "cat", "-d", 2)
    kept.write_bytes(spoilt)
    assert asked(board, "cat", "-d", 2) == first
    write_vectors(board, VECTORS | {"cat": VECTORS["null"], "null": VECTORS["cat"]})
    swapped = asked(board, "null", "-d", 2)
    assert [row["score"] for row in swapped] == [row["score"] for row in first]


def test_a_folder_that_cannot_be_written_keeps_no_first_pca(board: Path, tmp_path: Path) -> None:
    board = trained_copy(board, tmp_path, VECTORS)
    with mock.patch.object(files, "draft_path", side_effect=PermissionError(13, "denied")):
        rows = asked(board, "cat", "-d", 2)
    assert rows
    assert [path.name for path in tmp_path.iterdir()] == [board.name]


@pytest.mark.parametrize("dimensions", [3, 4, 1000])
def test_no_fewer_dimensions_leave_vectors_as_they_are(
    board: Path, tmp_path: Path, dimensions: int
) -> None:
    board = trained_copy(board, tmp_path, VECTORS)
    assert asked(board, "cat", "--first-pca", dimensions) == asked(board, "cat")
    assert [path.name for path in tmp_path.iterdir()] == [board.name]


# A map


def mapped(
    board: Path, *names: str, drawn_count: int = 24, **options: Any
) -> list[tuple[Any, ...]]:
    """Return tag, score and whether it is a query, for the spots of a map."""
    with open_reading(board) as opened, find_neighbors(opened, Question(names, **options)) as found:
        spots = neighbor_map(found, drawn_count=drawn_count).spots
    return [(spot.tag, spot.score, spot.is_query) for spot in spots]


def test_a_map_shows_the_queries_and_the_best_of_their_mean_score(board: Path) -> None:
    """dog is nobody's best; forest and wolf are, and each is scored against both queries."""
    spots = mapped(board, "fox", "cat", map_count=3, drawn_count=2, k=2)
    cosine = {
        name: (math.cos(math.radians(angle)) + math.cos(math.radians(angle - 45))) / 2
        for name, angle in ANGLES.items()
    }
    # fox keeps forest and wolf, cat keeps 100% and dog; of these dog is closest to both.
    best = sorted(["forest", "wolf", "100%", "dog"], key=cosine.__getitem__, reverse=True)[:2]
    assert {spot for spot in spots if spot[2]} == {("fox", None, True), ("cat", None, True)}
    assert [(tag, score) for tag, score, is_query in spots if not is_query] == [
        (name, pytest.approx(cosine[name], abs=1e-6)) for name in best
    ]


@pytest.mark.parametrize(
    ("names", "map_count", "k"),
    [(("fox",), 4, 6), (("fox", "cat"), 4, 3), (("fox", "cat", "wolf"), 1, 1)],
)
def test_a_map_asks_for_more_than_it_shows(
    board: Path, names: tuple[str, ...], map_count: int, k: int
) -> None:
    """int(1.5 n / queries), at least 1, as e6db."""
    with (
        open_reading(board) as opened,
        find_neighbors(opened, Question(names, map_count=map_count)) as found,
    ):
        rows = found.select.answer().rows()
        spots = neighbor_map(found).spots
    assert len(rows) == k * len(names)
    assert len(spots) <= map_count + len(names)


def test_a_map_of_a_subtraction_shows_what_is_asked_for(board: Path) -> None:
    spots = mapped(board, "cat", unwanted=["fox"], map_count=3)
    assert [tag for tag, _, is_query in spots if is_query] == ["cat"]
    assert [tag for tag, _, is_query in spots if not is_query] == ["it's", "🦊", '"quoted"_x']


def map_of(board: Path, *names: str, **options: Any) -> TagMap:
    with (
        open_reading(board) as opened,
        find_neighbors(opened, Question(names, map_count=24, **options)) as found,
    ):
        return neighbor_map(found)


def drawn(tag_map: TagMap) -> list[str]:
    return [spot.tag for spot in tag_map.spots if not spot.is_query]


def test_a_map_leaves_out_what_is_far_less_similar_than_the_best(board: Path) -> None:
    """The cosine of 80 degrees is 0.17, of 100 it is negative."""
    tag_map = map_of(board, "fox")
    assert drawn(tag_map) == [name for name in ORDER if name not in ("it's", "null")]
    assert tag_map.left_out == 2


def test_what_is_near_one_of_several_queries_is_drawn(board: Path) -> None:
    """it's is the nearest to null, though not near at all to fox."""
    assert "it's" in drawn(map_of(board, "fox", "null"))


def test_a_map_with_a_least_score_draws_all_above_it(board: Path) -> None:
    assert drawn(map_of(board, "fox", min_score=-1)) == ORDER
    tag_map = map_of(board, "fox", min_score=0.9)
    assert drawn(tag_map) == ["forest", "wolf", "dog"]
    assert tag_map.left_out == 0


def test_neighbors_with_a_lower_score_are_left_out(board: Path) -> None:
    assert tags(asked(board, "fox", "--min-score", 0.9)) == ["forest", "wolf", "dog"]
    with e6duck.open(board) as db:
        assert db.neighbors("fox", min_score=0.95)["tag"].to_pylist() == ["forest", "wolf"]


@pytest.mark.parametrize(
    ("names", "options", "title"),
    [
        (["fox"], {}, "Tags most similar to fox"),
        (["fox"], {"categories": ["spec"]}, "Species most similar to fox"),
        (["fox"], {"categories": ["artist", "species"]}, "Artists and species most similar to fox"),
        (["fox"], {"categories": ["general"]}, "General tags most similar to fox"),
        (["fox", "cat", "dog"], {}, "Tags most similar to fox, cat and dog"),
        (["fox", "cat"], {"together": True}, "Tags most similar to fox and cat"),
        (["fox"], {"unwanted": ["cat"]}, "Tags most similar to fox without cat"),
    ],
)
def test_the_title_of_a_map_says_what_was_asked(
    board: Path, names: list[str], options: dict[str, Any], title: str
) -> None:
    assert map_of(board, *names, **options).heading.title == title


def test_a_map_says_how_it_was_made_and_from_what(board: Path) -> None:
    heading = map_of(board, "fox").heading
    assert "PCA (100% of the variance); tags with 100+ posts." in heading.about[0]
    assert re.fullmatch(r"Source: e621 tag export, newest post of \d{4}-\d\d-\d\d", heading.source)


def test_tags_that_are_not_drawn_still_define_the_axes(board: Path) -> None:
    with (
        open_reading(board) as opened,
        find_neighbors(opened, Question(("fox",), map_count=4)) as found,
    ):
        few, all_ = (neighbor_map(found, drawn_count=count).spots for count in (2, 4))
    assert few == all_[:3]
    with (
        open_reading(board) as opened,
        find_neighbors(opened, Question(("fox",), map_count=2)) as found,
    ):
        alone = neighbor_map(found, drawn_count=2).spots
    assert [spot.tag for spot in alone] == [spot.tag for spot in few]
    assert alone != few


def test_a_picture_has_no_rows_beside_it_unless_a_format_is_named(
    board: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "fox.svg"
    args = ["neighbors", "--db", board, "fox", "-N", 4, "-o", picture]
    ran = command(*args)
    assert (ran.code, ran.out, ran.err) == (0, "", f"wrote {picture}\n")
    assert picture.stat().st_size
    ran = command(*args, "--format", "csv")
    assert len(list(csv.reader(io.StringIO(ran.out)))) == 1 + 6


def test_a_picture_counts_what_it_leaves_out(board: Path, tmp_path: Path) -> None:
    ran = command("neighbors", "--db", board, "fox", "-o", tmp_path / "fox.html")
    assert "left out 2 less similar tags, below 15% of the best score" in ran.err


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".json", ".jsonl", ".md", ".txt", ".PARQUET"])
def test_the_ending_of_a_file_decides_what_is_written(
    board: Path, tmp_path: Path, suffix: str
) -> None:
    """The same as on standard output in the format of that name."""
    path = tmp_path / f"fox{suffix}"
    ran = command("neighbors", "--db", board, "fox", "-k", 2, "-o", path)
    assert (ran.code, ran.out, ran.err) == (0, "", f"wrote {path}\n")
    if suffix == ".PARQUET":
        assert pq.read_table(path)["tag"].to_pylist() == ["forest", "wolf"]
        return
    kind = {".md": "markdown", ".txt": "table"}.get(suffix, suffix[1:])
    ran = command("neighbors", "--db", board, "fox", "-k", 2, "--format", kind)
    assert path.read_text(encoding="utf-8") == ran.out


def test_a_format_goes_before_an_ending_of_another_one(board: Path, tmp_path: Path) -> None:
    path = tmp_path / "fox.data"
    ran = command("neighbors", "--db", board, "fox", "-k", 2, "-o", path, "--format", "json")
    assert (ran.code, ran.out) == (0, "")
    assert [row["tag"] for row in json.loads(path.read_text())] == ["forest", "wolf"]


# Three ways to ask


@pytest.mark.parametrize(
    ("name", "k", "category", "min_posts"),
    [("fox", 3, None, 100), ("todd", 20, "species", 0), ("🦊", 5, None, 50), ("Fox", 9, "5", 1)],
)
def test_command_macro_and_library_agree(
    board: Path, name: str, k: int, category: str | None, min_posts: int
) -> None:
    chosen = ("-c", category) if category else ()
    rows = asked(board, name, "-k", k, "-f", min_posts, *chosen)
    with e6duck.open(board) as db:
        table = db.neighbors([name], k=k, category=category or (), min_posts=min_posts)
        assert table.column_names == list(rows[0])
        assert table.to_pylist() == rows
        found = db.query(
            "from neighbors($name, k := $k, category := $category, min_posts := $min_posts)",
            name=name,
            k=k,
            category=category,
            min_posts=min_posts,
        )
    assert found["name"].to_pylist() == tags(rows)
    assert found["score"].to_pylist() == pytest.approx([row["score"] for row in rows])


def test_an_older_shell_knows_the_macro(board: Path) -> None:
    """duckdb-cli of PyPI, which people have."""
    shell = shutil.which("duckdb", path=str(Path(sys.executable).parent)) or shutil.which("duckdb")
    assert shell
    query = "select name from neighbors('fox', k := 3, category := 'species')"
    ran = subprocess.run(
        [shell, "-readonly", "-json", str(board), query],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = tags(asked(board, "fox", "-k", 3, "-c", "species"))
    assert [row["name"] for row in json.loads(ran.stdout)] == expected


def test_the_library_tells_what_it_took(board: Path) -> None:
    lines: list[str] = []
    with e6duck.open(board) as db:
        found = db.neighbors(["todd", "foxx"], skip_unknown=True, on_notice=lines.append)
        assert found["query"].unique().to_pylist() == ["fox"]
        assert db.neighbors("fox", unwanted="cat")["query"].unique().to_pylist() == ["fox -cat"]
        assert db.neighbors("fox", measure="lift", together=True, category="spec").num_rows == 2
    assert lines == [
        'skipped: there is no tag "foxx"; the closest: fox',
        '"todd" is taken as fox, of which todd is an alias',
    ]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"tags": []}, "name at least one tag"),
        ({"k": 0}, "k must be at least 1, not 0"),
        ({"first_pca": 0}, "first_pca must be at least 1, not 0"),
        ({"measure": "euclid"}, "measure must be one of vectors, cosine, .*, not euclid"),
        ({"measure": "lift", "first_pca": 2}, "first_pca needs the measure vectors"),
        ({"category": "beasts"}, 'there is no category "beasts"; there are general, artist'),
        ({"category": "specis"}, 'there is no category "specis"; did you mean species?'),
        ({"tags": ["fox", "wolff"]}, 'there is no tag "wolff"; the closest: wolf'),
        ({"unwanted": "foxx"}, 'there is no tag "foxx"; the closest: fox'),
    ],
)
def test_options_that_do_not_fit_are_a_usage_error(
    board: Path, options: dict[str, Any], line: str
) -> None:
    with e6duck.open(board) as db, pytest.raises(UsageError, match=line):
        db.neighbors(**{"tags": ["fox"]} | options)


# Without vectors that fit


def test_a_database_without_vectors_says_how_to_make_them(untrained: Path) -> None:
    line = f"e6duck: {untrained} has no vectors; run: e6duck train\n"
    assert refused(untrained, "fox") == Ran(1, "", line)
    with e6duck.open(untrained) as db, pytest.raises(DatabaseError, match="run: e6duck train"):
        db.neighbors("fox")


def test_vectors_of_another_build_are_refused(untrained: Path, tmp_path: Path) -> None:
    board = trained_copy(untrained, tmp_path, VECTORS)
    write_vectors(board, VECTORS, build_id="0123456789abcdef")
    line = f"e6duck: {board} has the vectors of another build; run: e6duck train\n"
    assert refused(board, "fox") == Ran(1, "", line)
    assert asked(board, "fox", "--measure", "lift")


def test_where_posts_are_not_counted_the_curve_tells(untrained: Path, tmp_path: Path) -> None:
    """As in an index of e6db that has no tags.parquet: the curve, fitted to the whole site."""
    board = trained_copy(untrained, tmp_path, VECTORS)
    with duckdb.connect(str(board)) as opened:
        opened.execute("update tags set post_count = null")
        names = [
            name for (name,) in opened.execute("select name from tags order by tag_id").fetchall()
        ]
        min_posts = 1_800_000
        limit = int(curve_freq_to_rank(min_posts))
        macro = f"select name from neighbors('fox', min_posts := {min_posts})"
        found = [name for (name,) in opened.execute(macro).fetchall()]
    used = set(names[:limit])
    ran = command("neighbors", "--db", board, "fox", "-f", min_posts, "--format", "json")
    rows = json.loads(ran.out)
    assert 0 < len(rows) < len(ORDER)
    assert tags(rows) == found == [name for name in ANGLES if name in used and name != "fox"]
    assert {row["posts"] for row in rows} == {None}
    assert ran.err == (
        f"this database has no post counts; e6db's curve estimates that the {limit} most used"
        " tags have 1,800,000 posts or more\n"
    )


# The command line


def mistakes() -> list[object]:
    return [
        pytest.param(args.split(), code, part, id=args)
        for args, code, part in [
            ("", 2, "Missing argument 'TAG...'"),
            ("fox -c beasts", 2, 'e6duck: there is no category "beasts"; there are general, '),
            ("fox -k 0", 2, "'-k'"),
            ("fox -f -1", 2, "'-f'"),
            ("fox -n 0", 2, "'-n'"),
            ("fox -N 0", 2, "'-N'"),
            ("fox --first-pca 0", 2, "--first-pca"),
            ("fox --measure euclid", 2, "--measure"),
            ("fox --format xml", 2, "--format"),
            ("fox --measure lift -o fox.png", 2, "e6duck: a map needs the --measure vectors"),
            ("fox --measure lift -d 3", 2, "e6duck: --first-pca needs the measure vectors"),
            (
                "fox -o fox.bmp",
                2,
                "fox.bmp: unknown ending; use .png, .svg, .pdf, .html for a picture, or .csv",
            ),
            ("fox --light", 2, "e6duck: --light is for a map; add -o FILE, such as -o map.png"),
            ("fox --light -o fox.csv", 2, "e6duck: --light is for a map"),
            ("fox -n 30", 2, "e6duck: -n is for a map"),
            ("fox -N 30 -o fox.csv", 2, "e6duck: -N is for a map"),
            ("fox --not dog --not fox", 2, "fox is both wanted and subtracted"),
        ]
    ]


@pytest.mark.parametrize(("args", "code", "part"), mistakes())
def test_a_mistake_is_told(board: Path, args: list[str], code: int, part: str) -> None:
    ran = refused(board, *args)
    assert ran.code == code
    assert part in ran.err


def test_an_argument_that_is_no_utf8_is_told(board: Path) -> None:
    for args in (["fox\udcff"], ["fox", "--not", "\udcff"], ["fox", "-c", "\udcff"]):
        assert refused(board, *args).err.startswith("e6duck: an argument is not valid UTF-8")


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    ran = refused(tmp_path / "no.duckdb", "fox")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "there is no database" in ran.err


def test_a_pipe_gets_rows_as_csv(board: Path) -> None:
    ran = command("neighbors", "--db", board, "🦊", '"quoted"_x', "-k", 1)
    assert (ran.code, ran.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(row["query"], row["tag"]) for row in rows] == [("🦊", "100%"), ('"quoted"_x', "100%")]


def test_parquet_has_the_rows(board: Path, tmp_path: Path) -> None:
    path = tmp_path / "found.parquet"
    args = ["neighbors", "--db", str(board), "fox", "--format", "parquet"]
    with path.open("wb") as file:
        subprocess.run([sys.executable, "-m", "e6duck", *args], stdout=file, check=True)
    assert pq.read_table(path).to_pylist() == asked(board, "fox")


def test_a_table_stands_for_each_query(board: Path) -> None:
    ran = command("neighbors", "--db", board, "fox", "it's", "-k", 1, "--format", "table")
    assert ran.out.splitlines() == [
        "fox",
        "rank  tag     category  posts  score",
        "────  ──────  ────────  ─────  ─────",
        "   1  forest  general     120  0.996",
        "",
        "it's",
        "rank  tag  category  posts  score",
        "────  ───  ────────  ─────  ─────",
        "   1  🦊   general     120  0.940",
    ]


def test_a_terminal_shows_a_tag_in_the_colour_of_its_category(
    board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = on_terminal("neighbors", "--db", board, "fox", "-k", 2)
    assert "\x1b[38;2;180;199;217mforest\x1b[0m" in shown  # general, #b4c7d9
    assert "\x1b[38;2;237;93;31mwolf  \x1b[0m" in shown  # species, #ed5d1f
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal("neighbors", "--db", board, "fox", "-k", 2)


@pytest.mark.parametrize("kind", ["csv", "table", "json"])
def test_neighbors_import_duckdb_alone(board: Path, kind: str) -> None:
    assert imported("neighbors", "--db", str(board), "fox", "--format", kind) == {"duckdb"}


def test_an_interrupt_ends_a_question(board: Path) -> None:
    code = (
        "import os, signal, threading\n"
        "from e6duck.tags import neighbors\n"
        "from e6duck.__main__ import main\n"
        "def endless(connection, *args):\n"
        "    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    connection.execute('select count(*) from range(1000000000) a, range(1000000000) b"
        " where hash(a.range + b.range) = 3').fetchall()\n"
        "neighbors.category_ids = endless\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "neighbors", "--db", str(board), "fox"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (130, "", "interrupted")
