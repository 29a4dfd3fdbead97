"""A database in figures, counted by hand on the zoo of the macros, and told on a terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

import e6duck
from e6duck.builder.build import build
from e6duck.db.sql_files import scripts
from e6duck.tags.stats import median
from tests.support.exports import implication, post, write_export
from tests.support.reference import Export
from tests.support.terminal import command, imported, on_terminal
from tests.support.zoo import TAG_IDS


@pytest.fixture
def without_posts(zoo: Path, tmp_path: Path) -> Path:
    """A database as one that was made from index files alone."""
    database = Path(shutil.copy(zoo, tmp_path))
    with duckdb.connect(str(database)) as opened:
        opened.execute("delete from posts; update tags set post_count = null")
    return database


def told(database: Path) -> dict[str, Any]:
    ran = command("stats", "--db", database, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def made(folder: Path, *posts: Any, **tables: Any) -> Path:
    write_export(folder, Export(list(posts), [], [], tables.get("implications", [])))
    return build(folder, write_index=False).database


def test_a_database_has_its_totals(zoo: Path) -> None:
    total = told(zoo)["total"]
    assert (total["posts"], total["tags"], total["rare_tags"]) == (8, 8, 2)
    assert (total["aliases"], total["direct_implications"], total["implications"]) == (8, 4, 6)
    assert total["vectors"] == 0
    # rating_safe 8, forest 4, snow 3 and five tags of 2 posts; the first three make 15 of 25.
    assert (total["uses"], total["common_tags"]) == (25, 3)


def test_tags_are_counted_by_category(zoo: Path) -> None:
    assert told(zoo)["categories"] == [
        {"category": "general", "tags": 4, "rare_tags": 1, "uses": 17},
        {"category": "species", "tags": 4, "rare_tags": 1, "uses": 8},
    ]


def test_ranks_begin_with_the_most_used_tag_and_end_with_the_last(zoo: Path) -> None:
    ranks = told(zoo)["ranks"]
    first = {"rank": 1, "tag": "rating_safe", "category": "general", "posts": 8}
    assert ranks[0] == first
    assert (ranks[-1]["rank"], ranks[-1]["tag"], ranks[-1]["posts"]) == (8, "wolf", 2)
    assert [row["rank"] for row in ranks] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_posts_are_counted_by_month_size_and_rating(zoo: Path) -> None:
    found = told(zoo)
    assert found["months"] == [
        {"year": 2025, "month": 2, "posts": 4, "first_day": 14, "last_day": 14},
        {"year": 2025, "month": 3, "posts": 4, "first_day": 14, "last_day": 14},
    ]
    sizes = [len(names) for names in TAG_IDS.values()]
    assert {row["tags"]: row["posts"] for row in found["post_sizes"] if row["posts"]} == {
        size: sizes.count(size) for size in set(sizes)
    }
    assert sum(row["direct_posts"] for row in found["post_sizes"]) == 8
    assert found["ratings"] == [{"rating": "safe", "posts": 8}]
    # red_fox and arctic_fox imply canine by way of fox.
    assert found["depths"] == [
        {"depth": 1, "implications": 4},
        {"depth": 2, "implications": 2},
    ]


def test_the_figures_of_the_sample_add_up(sample: Path) -> None:
    found = told(sample)
    posts, tags = found["total"]["posts"], found["total"]["tags"]
    for part, column in (("months", "posts"), ("ratings", "posts"), ("post_sizes", "posts")):
        assert sum(row[column] for row in found[part]) == posts
    assert sum(row["direct_posts"] for row in found["post_sizes"]) == posts
    assert sum(row["tags"] for row in found["categories"]) == tags
    assert sum(row["uses"] for row in found["categories"]) == found["total"]["uses"]
    with e6duck.open(sample) as db:
        held = db.query("select sum(tagged_count)::bigint as held from tags")["held"][0].as_py()
    assert sum(row["tags"] * row["posts"] for row in found["post_sizes"]) == held


def test_dates_and_ratings_may_be_missing(tmp_path: Path) -> None:
    found = told(
        made(tmp_path, post(1, "fox", created_at=None), post(2, "fox", created_at=None, rating="x"))
    )
    assert found["months"] == []
    assert [row["rating"] for row in found["ratings"]] == ["safe", "another or none"]


def test_the_middle_post_is_found() -> None:
    rows = [{"tags": tags, "posts": posts} for tags, posts in ((1, 1), (5, 1), (9, 2))]
    assert median(rows) == 5
    assert median(rows[2:]) == 9
    assert median([]) is None


# On a terminal


def test_a_screen_shows_them(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    ran = command("stats", "--db", zoo)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "posts         8 from February 2025 to March 2025",
        "tags          8, and 2 too rare for an id",
        "uses          25, 3.1 per post; 3 tags make up half of all uses",
        "aliases       8",
        "implications  4 direct, 6 including transitive ones",
        "vectors       none; run: e6duck train",
        "",
        "tags          general 4 " + 40 * "█",
        "              species 4 " + 40 * "█",
        "",
        "ratings       safe 8 " + 40 * "█",
        "",
        "implications  direct  4 " + 40 * "█",
        "              2 steps 2 " + 20 * "█",
        "",
        "uses by rank  █▆▆▅▅▅▅▅",
        "              from rating_safe on 8 posts to rank 8 on 2; both are logarithmic",
        "posts by time ██",
        "              February 2025 to March 2025, each bar is a month; most in February 2025: 4",
        "tags per post ▆██",
        "              3 to 5; median 4",
    ]


@pytest.mark.parametrize("columns", [20, 39, 40, 57, 80, 200])
def test_no_line_is_wider_than_the_terminal(
    sample: Path, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = command("stats", "--db", sample / "e6.duckdb").out.splitlines()
    assert max(map(len, lines)) <= columns
    assert len(lines) > 20


def test_a_terminal_shows_categories_in_their_colours(
    zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[38;2;237;93;31mspecies\x1b[0m 4 \x1b[38;2" in on_terminal("stats", "--db", zoo)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in on_terminal("stats", "--db", zoo)


def test_without_posts_what_is_known_is_shown(without_posts: Path) -> None:
    said = command("stats", "--db", without_posts).out
    assert said.startswith("posts         this database has no posts\ntags          8, ")
    assert not {"uses", "ratings", "by time", "a post"} & set(said.split())
    assert "general 4" in said


def test_the_smallest_database_has_a_screen(tmp_path: Path) -> None:
    said = command("stats", "--db", made(tmp_path, post(1, "fox"))).out
    assert "posts         1 of February 2007\ntags          0, and 2 too rare for an id\n" in said


def test_an_implication_of_rare_tags_counts(tmp_path: Path) -> None:
    posts = [post(1, "canine"), post(2, "canine")]
    database = made(tmp_path, *posts, implications=[implication("fox", "canine")])
    assert told(database)["depths"] == [{"depth": 1, "implications": 1}]


def test_a_script_gets_figures(zoo: Path) -> None:
    with e6duck.open(zoo) as db:
        assert vars(db.stats()) == told(zoo)


def test_each_question_is_asked(zoo: Path) -> None:
    names = {script.name for script in scripts("tags/stats")}
    assert names == {"total", "category", "rank", "month", "post_size", "rating", "depth"}


def test_figures_import_duckdb_alone(zoo: Path) -> None:
    assert imported("stats", "--db", str(zoo)) == {"duckdb"}
