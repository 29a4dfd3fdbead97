"""The built-in queries: how they are listed, and what each answers."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.db.saved_queries import saved_queries
from e6duck.db.sql_files import scripts
from tests.support.exports import implication, post, write_export
from tests.support.queries import asked, column, refused
from tests.support.reference import Export
from tests.support.terminal import command, on_terminal
from tests.support.zoo import SPECIES


def test_an_unknown_question_is_told_with_the_closest(zoo: Path) -> None:
    ran = command("query", "--db", zoo, "--name", "top_tag")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "e6duck: there is no built-in query top_tag; did you mean top_tags?\n"


def test_list_names_the_questions_with_parameters_and_defaults() -> None:
    ran = command("query", "--list", "--format", "json")
    listed = {row["name"]: row for row in json.loads(ran.out)}
    assert list(listed) == [script.name for script in scripts("queries")]
    assert listed["top_tags"] == {
        "name": "top_tags",
        "parameters": "-p category=general -p count=20",
        "description": "the most used tags of a category.",
    }
    assert listed["tags_of_post"]["parameters"] == "-p id=…"


def test_the_list_names_each_parameter_on_a_line_that_fits(zoo: Path) -> None:
    lines = on_terminal("query", "--list").splitlines()
    assert max(map(len, lines)) <= 60
    assert "…" not in "".join(line for line in lines if "=…" not in line)
    assert "    -p count=20          maximum number of tags" in lines
    for script in saved_queries():
        assert any(line.startswith(f"{script.name}: ") for line in lines)


def test_show_prints_the_sql_of_a_built_in_query(zoo: Path) -> None:
    ran = command("query", "--name", "top_tags", "--show")
    assert (ran.code, ran.err) == (0, "")
    given = ("-p", "category=species", "-p", "count=20")
    shown = asked(zoo, "-", *given, stdin=ran.out.encode())
    assert shown == asked(zoo, "--name", "top_tags", "-p", "category=species")


@pytest.mark.parametrize("script", saved_queries(), ids=lambda script: script.name)
def test_a_question_says_each_parameter_that_it_needs(script: Any) -> None:
    with duckdb.connect() as connection:
        (statement,) = connection.extract_statements(script.text)
    assert set(script.parameters) == statement.named_parameters


def test_every_question_is_asked_by_a_test() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    for script in saved_queries():
        assert f'"--name", "{script.name}"' in here, script.name


@pytest.mark.parametrize("category", ["species", "spec", "SPECIES", "5"])
def test_top_tags_are_those_of_a_category(zoo: Path, category: str) -> None:
    rows = asked(zoo, "--name", "top_tags", "-p", f"category={category}")
    assert column(rows, "name") == SPECIES
    assert rows[0] == {
        "name": "canine",
        "post_count": 2,
        "tagged_count": 7,
        "site_post_count": 0,
    }


def test_top_tags_are_general_and_twenty_where_nothing_is_said(zoo: Path, sample: Path) -> None:
    rows = asked(zoo, "--name", "top_tags")
    assert column(rows, "name") == ["rating_safe", "forest", "snow", "[x]"]
    assert len(asked(sample / "e6.duckdb", "--name", "top_tags")) == 20
    assert len(asked(zoo, "--name", "top_tags", "-p", "count=2")) == 2


def test_tags_of_post_are_the_direct_ones_first(zoo: Path) -> None:
    rows = asked(zoo, "--name", "tags_of_post", "-p", "id=1")
    assert [(row["name"], row["is_implied"]) for row in rows] == [
        ("forest", False),
        ("rating_safe", False),
        ("red_fox", False),
        ("canine", True),  # the post carries it, too
        ("fox", True),
    ]
    assert asked(zoo, "--name", "tags_of_post", "-p", "id=999") == []


def test_cooccurring_tags_stand_in_the_order_that_is_asked_for(zoo: Path) -> None:
    def names(order: str) -> list[str]:
        args = ("-p", "tag=vixen", "-p", "min_count=1", "-p", f"order={order}")
        return column(asked(zoo, "--name", "cooccurring_tags", *args), "name")

    assert names("common_count") == ["rating_safe", "canine", "snow", "forest", "red_fox", "[x]"]
    # 5 posts have fox. lift: canine 5*8/5*7, snow 3*8/5*3, forest 2*8/5*4, red_fox 2*8/5*2 …
    assert names("lift") == ["snow", "red_fox", "canine", "rating_safe", "forest", "[x]"]
    assert names("jaccard") == ["canine", "rating_safe", "snow", "red_fox", "forest", "[x]"]
    assert names("cosine") == ["canine", "rating_safe", "snow", "red_fox", "forest", "[x]"]
    args = ("--name", "cooccurring_tags", "-p", "tag=fox", "-p", "min_count=1", "-p", "order=size")
    assert refused(zoo, *args).startswith("Invalid Input Error: order must be common_")


def test_cooccurring_tags_agree_with_a_plain_count(sample: Path) -> None:
    database = sample / "e6.duckdb"
    rows = asked(database, "--name", "cooccurring_tags", "-p", "tag=fox", "-p", "count=5000")
    posts = [set(ids) for (ids,) in _fetched(database, "select tag_ids from posts")]
    names = dict(_fetched(database, "select tag_id, name from tags"))
    fox = next(tag_id for tag_id, name in names.items() if name == "fox")
    totals = Counter(tag_id for ids in posts for tag_id in ids)
    common = Counter(tag_id for ids in posts if fox in ids for tag_id in ids if tag_id != fox)
    expected = [
        (
            names[tag_id],
            count,
            count / math.sqrt(totals[fox] * totals[tag_id]),
            count / (totals[fox] + totals[tag_id] - count),
            count * len(posts) / (totals[fox] * totals[tag_id]),
        )
        for tag_id, count in common.items()
        if count >= 10
    ]
    found = [
        (row["name"], row["common_count"], row["cosine"], row["jaccard"], row["lift"])
        for row in rows
    ]
    assert [name for name, *_ in found[:3]] == [
        name for name, *_ in sorted(expected, key=lambda row: -row[2])[:3]
    ]
    assert len(expected) > 100
    for ours, plain in zip(sorted(found), sorted(expected), strict=True):
        assert ours == pytest.approx(plain)


def _fetched(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_growing_tags_are_those_whose_share_grew(zoo: Path) -> None:
    args = ("-p", "month=2025-03", "-p", "min_count=1")
    rows = asked(zoo, "--name", "growing_tags", *args)
    found = [
        (row["name"], row["current_count"], row["previous_count"], row["growth"]) for row in rows
    ]
    # Both months have 4 posts, so growth is (current + 1) / (previous + 1).
    assert found == [
        ("[x]", 2, 0, pytest.approx(3)),
        ("rating_safe", 4, 4, pytest.approx(1)),
        ("red_fox", 1, 1, pytest.approx(1)),
        ("wolf", 1, 1, pytest.approx(1)),
        ("canine", 3, 4, pytest.approx(4 / 5)),
        ("fox", 2, 3, pytest.approx(3 / 4)),
        ("snow", 1, 2, pytest.approx(2 / 3)),
        ("forest", 1, 3, pytest.approx(2 / 4)),
    ]
    assert asked(zoo, "--name", "growing_tags", "-p", "month=1999-01") == []


def test_implication_path_is_a_shortest_one(zoo: Path, tmp_path: Path) -> None:
    def path(database: Path, antecedent: str, consequent: str) -> list[tuple[int, str]]:
        args = ("-p", f"antecedent={antecedent}", "-p", f"consequent={consequent}")
        rows = asked(database, "--name", "implication_path", *args)
        return [(row["step_number"], row["name"]) for row in rows]

    assert path(zoo, "red_fox", "canine") == [(0, "red_fox"), (1, "fox"), (2, "canine")]
    assert path(zoo, "vixen", "canine") == [(0, "fox"), (1, "canine")]
    assert path(zoo, "fox", "fox") == [(0, "fox")]
    assert path(zoo, "canine", "fox") == []
    assert path(zoo, "no_such_tag", "fox") == []

    # kit to beast: over the rare middle (two steps, one between ranked tags) or over a and b; and
    # a cycle, which must not go on for ever.
    edges = ("kit middle", "middle beast", "kit a", "a b", "b beast", "ring ring2", "ring2 ring")
    used = "kit beast a b ring ring2"
    export = Export(
        posts=[post(number, used) for number in (1, 2)],
        tag_implications=[implication(*edge.split()) for edge in edges],
    )
    write_export(tmp_path, export)
    database = build(tmp_path).database
    assert path(database, "kit", "beast") in (
        [(0, "kit"), (1, "beast")],
        [(0, "kit"), (1, "a"), (2, "b"), (3, "beast")],
    )
    assert path(database, "ring", "ring2") == []


def test_implication_paths_of_the_sample_are_as_long_as_their_depth(sample: Path) -> None:
    database = sample / "e6.duckdb"
    pairs = _fetched(
        database,
        """
        select antecedent.name, consequent.name, pair.depth
        from tag_implications as pair
        join tags as antecedent on antecedent.tag_id = pair.antecedent_id
        join tags as consequent on consequent.tag_id = pair.consequent_id
        order by pair.depth desc, pair.antecedent_id, pair.consequent_id
        limit 5
        """,
    )
    for antecedent, consequent, depth in pairs:
        args = ("-p", f"antecedent={antecedent}", "-p", f"consequent={consequent}")
        rows = asked(database, "--name", "implication_path", *args)
        assert rows[0]["name"] == antecedent
        assert rows[-1]["name"] == consequent
        assert 1 < len(rows) <= depth + 1
