"""Search: what fits a pattern, what is meant by words."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

import e6duck
from e6duck import UsageError
from e6duck.builder.build import build
from tests.support.exports import alias, post, tag, write_export
from tests.support.reference import Export
from tests.support.terminal import command, imported, on_terminal

# Uses: wolf 4, red_fox 3, fox 2; the others are too rare for an id.
CAPTION_EXPORT = Export(
    posts=[
        post(1, "wolf red_fox fox"),
        post(2, "wolf red_fox fox"),
        post(3, "wolf red_fox [x]"),
        post(4, "wolf"),
    ],
    tags=[
        *(tag(name, 5) for name in ("wolf", "fox", "red_fox", "red_wolf")),
        tag("fox_in_red_coat"),
        tag("[x]"),
    ],
    tag_aliases=[alias("grey_wolf", "wolf"), alias("vixen", "fox")],
    tag_implications=[],
)


@pytest.fixture(scope="module")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kennel")
    write_export(folder, CAPTION_EXPORT)
    return build(folder, write_index=False).database


def found(caption_database: Path, *args: object) -> list[dict[str, Any]]:
    ran = command("search", "--db", caption_database, "--format", "json", *args)
    assert (ran.code, ran.err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def tags(caption_database: Path, *args: object) -> list[str]:
    return [row["tag"] for row in found(caption_database, *args)]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*fox", ["red_fox", "fox"]),  # the most used first
        ("re?_*", ["red_fox", "red_wolf"]),  # a rare one last
        ("RED *", ["red_fox", "red_wolf"]),
        ("[?]", ["[x]"]),
        ("grey_*", ["wolf"]),
    ],
)
def test_a_pattern_is_that_of_a_whole_name(
    caption_database: Path, pattern: str, names: list[str]
) -> None:
    assert tags(caption_database, pattern) == names


def test_the_alias_that_fits_is_shown(caption_database: Path) -> None:
    assert found(caption_database, "v*n") == [
        {"tag": "fox", "category": "species", "posts": 2, "alias": "vixen"}
    ]
    assert found(caption_database, "vixen") == [
        {"tag": "fox", "category": "species", "posts": 2, "alias": "vixen", "closeness": 1.0}
    ]


def test_words_stand_in_any_order(caption_database: Path) -> None:
    assert (
        tags(caption_database, "fox", "red")
        == tags(caption_database, "fox red")
        == ["red_fox", "fox_in_red_coat"]
    )


def test_the_name_itself_comes_first_however_little_used(caption_database: Path) -> None:
    assert tags(caption_database, "fox")[0] == "fox"
    assert tags(caption_database, "red wolf")[0] == "red_wolf"


def test_a_misspelt_word_finds_what_it_is_spelt_like(caption_database: Path) -> None:
    (row, *_) = found(caption_database, "wolff")
    assert (row["tag"], row["closeness"]) == ("wolf", 0.8)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["zzzzzzzz"], 'no name or alias contains "zzzzzzzz"'),
        (["fox", "wolf"], 'no name or alias contains all of "fox", "wolf"; the closest: fox, wolf'),
        (["?"], 'no name or alias matches the pattern "?"'),
        (["wlof*"], 'no name or alias matches the pattern "wlof*"; the closest: wolf'),
        (
            ["fox", "-c", "artist"],
            'no name or alias contains "fox", among the tags that pass the filters',
        ),
    ],
)
def test_nothing_found_is_said_and_is_exit_code_1(
    caption_database: Path, args: list[str], said: str
) -> None:
    ran = command("search", "--db", caption_database, *args, "--format", "json")
    assert (ran.code, ran.out) == (1, "[]\n")
    assert ran.err.startswith(f"nothing found: {said}")
    assert command("search", "--db", caption_database, *args, "--format", "table").out == ""


def test_filters_go_before_the_limit(caption_database: Path) -> None:
    assert tags(caption_database, "*", "-c", "spec", "-f", 3, "--limit", 1) == ["wolf"]
    assert tags(caption_database, "*", "-c", "general", "-c", "meta") == [
        "rating_safe",
        "[x]",
        "fox_in_red_coat",
    ]
    assert set(tags(caption_database, "fox", "-f", 2)) == {"fox", "red_fox"}


def test_a_pipe_gets_rows_as_csv(caption_database: Path) -> None:
    ran = command("search", "--db", caption_database, "*fox")
    assert [row["tag"] for row in csv.DictReader(io.StringIO(ran.out))] == ["red_fox", "fox"]


def test_a_terminal_shows_a_tag_in_the_colour_of_its_category(
    caption_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[38;2;237;93;31mwolf\x1b[0m" in on_terminal(
        "search", "--db", caption_database, "w*"
    )
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal("search", "--db", caption_database, "w*")


@pytest.mark.parametrize(
    ("args", "part"),
    [
        ([], "Missing argument"),
        ([" _ "], "e6duck: give a word, or a pattern with * and ?"),
        (["fox", "-c", "beasts"], 'e6duck: there is no category "beasts"; there are general'),
        (["fox", "--limit", "0"], "--limit"),
        (["fox\udcff"], "e6duck: an argument is not valid UTF-8"),
    ],
)
def test_a_mistake_is_told(caption_database: Path, args: list[str], part: str) -> None:
    ran = command("search", "--db", caption_database, *args)
    assert (ran.code, ran.out) == (2, "")
    assert part in ran.err


@pytest.mark.parametrize("text", ["re?_*", "fox red", "wolff", "vixen"])
def test_a_script_gets_the_same(caption_database: Path, text: str) -> None:
    with e6duck.open(caption_database) as db:
        assert db.search(text).to_pylist() == found(caption_database, text)
        assert db.search(text.split()).to_pylist() == found(caption_database, *text.split())
        assert db.search("*", category="spec", min_posts=3, limit=1)["tag"].to_pylist() == ["wolf"]


def test_a_script_hears_of_a_mistake(caption_database: Path) -> None:
    with e6duck.open(caption_database) as db, pytest.raises(UsageError, match="give a word"):
        db.search(" _")


def test_a_search_imports_duckdb_alone(caption_database: Path) -> None:
    assert imported("search", "--db", str(caption_database), "fox") == {"duckdb"}
