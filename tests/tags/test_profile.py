"""All there is about a tag, on the zoo of the macros."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

import e6duck
from e6duck import UsageError
from e6duck.builder.build import build
from e6duck.db.results.table import folded
from e6duck.tags.neighbors import LEAST_COMMON
from e6duck.tags.profile_text import sparkline
from tests.support.exports import implication, post, tag, write_export
from tests.support.reference import Export
from tests.support.terminal import command, imported, on_terminal
from tests.support.vectors import write_vectors
from tests.support.zoo import build_zoo


@pytest.fixture(scope="module")
def zoo(zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = Path(shutil.copy(zoo, tmp_path_factory.mktemp("zoo")))
    write_vectors(database, {"fox": [1, 0], "wolf": [1, 1], "forest": [0, 1]})
    return database


def known(database: Path, *names: str) -> list[dict[str, Any]]:
    ran = command("tag", "--db", database, "--format", "json", *names)
    assert ran.code == 0, ran.err
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def test_a_tag_has_its_facts(zoo: Path) -> None:
    (fox,) = known(zoo, "Vixen")
    assert (fox["asked"], fox["alias"], fox["tag"]) == ("Vixen", "vixen", "fox")
    assert (fox["category"], fox["rank"], fox["aliases"]) == ("species", 5, ["todd", "vixen"])
    assert (fox["posts"], fox["tagged_posts"], fox["site_posts"]) == (2, 5, 0)
    assert fox["years"] == [{"year": 2025, "posts": 5}]


def test_implications_have_their_depth_and_the_tag_before(zoo: Path) -> None:
    (red_fox,) = known(zoo, "red_fox")
    steps = [(row["tag"], row["depth"], row["parent"]) for row in red_fox["implies"]]
    assert steps == [("fox", 1, "red_fox"), ("canine", 2, "fox")]


def test_rare_tags_are_among_those_that_imply_a_tag(zoo: Path) -> None:
    (canine,) = known(zoo, "canine")
    steps = {row["tag"]: (row["depth"], row["parent"]) for row in canine["implied_by"]}
    assert steps == {
        "fox": (1, "canine"),
        "wolf": (1, "canine"),
        "red_fox": (2, "fox"),
        "arctic_fox": (2, "fox"),
    }


def test_a_rare_tag_has_what_is_known_of_it(zoo: Path) -> None:
    (polar,) = known(zoo, "polar fox")
    assert (polar["tag"], polar["rank"], polar["posts"]) == ("arctic_fox", None, 1)
    assert [row["tag"] for row in polar["implies"]] == ["fox", "canine"]
    assert polar["similar"] == polar["surprising"] == polar["years"] == []
    assert "too rare for an id" in polar["notes"][0]


def test_no_vectors_are_a_note(tmp_path: Path) -> None:
    (fox,) = known(build_zoo(tmp_path), "fox")
    assert fox["similar"] == []
    assert fox["notes"] == [f"{tmp_path / 'e6.duckdb'} has no vectors; run: e6duck train"]


def test_no_posts_are_a_note(tmp_path: Path) -> None:
    database = build_zoo(tmp_path)
    with duckdb.connect(str(database)) as opened:
        opened.execute("delete from posts")
    (fox,) = known(database, "fox")
    assert fox["surprising"] == fox["years"] == []
    assert "this database has no posts: no uses by year, nothing surprising" in fox["notes"]


def test_what_is_implied_is_no_surprise(tmp_path: Path) -> None:
    """canine is on all posts of fox, by implication; den, on as many, by choice."""
    posts = [post(number, "fox den") for number in range(LEAST_COMMON)]
    posts += [post(100 + number, "fox lone") for number in range(LEAST_COMMON - 1)]
    posts += [post(200 + number, "meadow") for number in range(19)]
    write_export(
        tmp_path,
        Export(posts, [tag("fox", 5)], [], [implication("fox", "canine")]),
    )
    (fox,) = known(build(tmp_path, write_index=False).database, "fox")
    assert fox["surprising"] == [
        {"tag": "den", "category": "general", "common_posts": LEAST_COMMON, "lift": 2.0}
    ]


def test_a_screen_shows_it(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    ran = command("tag", "--db", zoo, "vixen", "canine")
    assert (ran.code, ran.err) == (0, "")
    fox, canine = ran.out.split("\n\n")
    assert fox.splitlines() == [
        "fox (by its alias vixen): species, rank 5",
        "posts         2 kept, 5 including implied, 0 on the site",
        "aliases       todd, vixen",
        "implies       1 tag",
        "              └─ canine 1",
        "implied by    2 tags",
        "              ├─ red_fox 1",
        "              └─ arctic_fox 1",
        "uses          2025 █ 2025, most in 2025: 5",
    ]
    assert "              │  ├─ red_fox 2\n" in canine


def test_a_terminal_shows_tags_in_the_colours_of_their_categories(
    zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "└─ \x1b[38;2;237;93;31mcanine\x1b[0m 1" in on_terminal("tag", "--db", zoo, "fox")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal("tag", "--db", zoo, "fox")


def test_an_unknown_tag_is_told_with_the_closest(zoo: Path) -> None:
    ran = command("tag", "--db", zoo, "foxx")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == 'e6duck: there is no tag "foxx"; the closest: fox\n'
    ran = command("tag", "--db", zoo, "vixn", "wolf")
    assert (ran.code, ran.out) == (2, "")
    assert 'there is no tag "vixn"; the closest: vixen (alias of fox)' in ran.err
    ran = command("tag", "--db", zoo, "foxx", "wolf", "--skip-unknown")
    assert (ran.code, ran.err) == (0, 'skipped: there is no tag "foxx"; the closest: fox\n')
    assert ran.out.startswith("wolf: species")


def test_a_text_without_end_is_told_by_its_beginning(zoo: Path) -> None:
    ran = command("tag", "--db", zoo, "x" * 20_000)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert len(ran.err) < 300


def test_an_unknown_category_has_no_name(tmp_path: Path) -> None:
    write_export(tmp_path, Export([post(n, "odd") for n in (1, 2)], [tag("odd", 42)], [], []))
    database = build(tmp_path, write_index=False).database
    assert known(database, "odd")[0]["category"] is None
    assert command("tag", "--db", database, "odd").out.startswith("odd: of no known category, ")


def test_a_list_is_folded_by_the_room_that_names_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wide letters take two places each."""
    names = ["狐狐狐狐狐", "狼狼狼狼狼", "猫猫猫猫猫"]
    posts = [post(n, " ".join(["fox", *names])) for n in range(LEAST_COMMON)]
    posts += [post(100 + n, "meadow") for n in range(LEAST_COMMON)]
    write_export(tmp_path, Export(posts, [], [], []))
    database = build(tmp_path, write_index=False).database
    monkeypatch.setenv("COLUMNS", "44")
    said = command("tag", "--db", database, "fox").out
    assert [line.count("times") for line in said.splitlines() if "times" in line] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("red fox, きつね, vixen", ["red fox,", "きつね,", "vixen"]),
        ("きつねきつね fox", ["きつねき", "つね fox"]),
        ("a b c d e f g h i j", ["a b c d", "e f g h", "i j"]),
        ("a b c d e f g h i j k l m n", ["a b c d", "e f g h", "i j k …"]),
        ("きつ ねき つね きつ ねき", ["きつ", "ねき", "つね …"]),
    ],
)
def test_a_text_is_folded_by_the_places_that_it_takes(text: str, lines: list[str]) -> None:
    """Wide letters take two places each; what is cut ends in an ellipsis."""
    assert folded(text, 8, 3) == lines


def test_a_tag_stands_once_under_the_first_name(zoo: Path) -> None:
    assert [each["asked"] for each in known(zoo, "wolf", "todd", "fox")] == ["wolf", "todd"]


@pytest.mark.parametrize(
    ("uses", "line"),
    [
        ([1, 8, 4], "2007 ▁█▄ 2009, most in 2008: 8"),
        ([0, 1000, 1], "2007 ·█▁ 2009, most in 2008: 1,000"),
        ([0, 0], ""),
        ([], ""),
    ],
)
def test_a_sparkline_tells_none_from_few(uses: list[int], line: str) -> None:
    years = [{"year": 2007 + number, "posts": posts} for number, posts in enumerate(uses)]
    assert sparkline(years) == line


def test_a_script_gets_a_profile(zoo: Path) -> None:
    with e6duck.open(zoo) as db:
        assert vars(db.tag("vixen")) == known(zoo, "vixen")[0]
        with pytest.raises(UsageError, match='there is no tag "foxx"; the closest: fox'):
            db.tag("foxx")


def test_a_tag_imports_duckdb_alone(zoo: Path) -> None:
    assert imported("tag", "--db", str(zoo), "fox") == {"duckdb"}


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_terminal_shows_what_turns_the_direction_of_a_name(tmp_path: Path, kind: str) -> None:
    write_export(tmp_path, Export(posts=[post(1, "fox\u202e"), post(2, "fox\u202e")]))
    build(tmp_path, min_posts=1)
    said = on_terminal("tag", "fox\u202e", "--db", tmp_path, "--format", kind)
    assert r"fox\u202e" in said
    assert "\u202e" not in said
