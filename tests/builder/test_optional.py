"""Pools, wiki pages and artists are loaded if their files are in the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck import SourceError
from e6duck.builder.build import BuildResult, build
from tests.support.exports import csv_line, write_export
from tests.support.terminal import command
from tests.support.zoo import ZOO

POOLS = ["id", "name", "created_at", "updated_at", "creator_id", "description", "is_active"]
POOLS += ["category", "post_ids"]
WIKI = ["id", "created_at", "updated_at", "title", "body", "creator_id", "updater_id", "is_locked"]
TIMES = ["2020-01-02 03:04:05.6", "2021-01-02 03:04:05"]
BODY = (
    "h4. A heading\r\n\r\nthumb #12\r\n\r\n"
    'A [b]small[/b] [[canine|dog-like]] animal, as in {{fox_pounce}};\r\nsee "here":/wiki_pages/1.'
    "\r\n\r\nMore of it."
)


def write(folder: Path, name: str, *lines: list[str | None]) -> None:
    text = "".join(csv_line(line) + "\n" for line in lines)
    (folder / name).write_text(text, encoding="utf-8", newline="")


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    write_export(tmp_path, ZOO)
    return tmp_path


def rows(built: BuildResult, query: str) -> list[Any]:
    with duckdb.connect(str(built.database), read_only=True) as opened:
        return opened.execute(query).fetchall()


def test_the_posts_of_a_pool_are_a_list_in_order(zoo: Path) -> None:
    head = ["7", "Pounces", *TIMES, "2", "line one,\nline two", "t", "series"]
    write(zoo, "pools.csv", POOLS, [*head, "{3,1,2}"], ["8", "Empty", *[None] * 6, "{}"])
    built = build(zoo, write_index=False)
    assert rows(built, "select id, name, description, post_ids from pools") == [
        (7, "Pounces", "line one,\nline two", [3, 1, 2]),
        (8, "Empty", None, []),
    ]
    joined = "select count(*) from (select unnest(post_ids) as id from pools) join posts using (id)"
    assert rows(built, joined) == [(3,)]
    assert built.more_counts == {"pools": 2}
    counts = "select row_count, kept_count, dropped_count from build_sources"
    assert rows(built, f"{counts} where table_name = 'pools'") == [(2, 2, 0)]


def test_a_wiki_page_gives_a_tag_its_first_paragraph(zoo: Path) -> None:
    write(zoo, "wiki_pages.csv", WIKI, ["1", *TIMES, "fox", BODY, "2", "2", "f"])
    built = build(zoo, write_index=False)
    ran = command("tag", "--db", built.database, "fox", "wolf", "--format", "json")
    fox, wolf = json.loads(ran.out)
    assert fox["wiki"] == "A small dog-like animal, as in fox_pounce; see here."
    assert wolf["wiki"] is None


def test_an_artist_has_addresses(zoo: Path) -> None:
    names = ["id", "name", "other_names", "active_urls", "inactive_urls"]
    row = ["1", "ada", "{a,b}", "https://a.example https://b.example", ""]
    write(zoo, "artists-2025-05-01.csv", names, row)
    built = build(zoo, write_index=False)
    assert rows(built, "select name, active_urls, inactive_urls from artists") == [
        ("ada", ["https://a.example", "https://b.example"], None)
    ]


def test_the_other_names_of_an_artist_are_a_list(zoo: Path) -> None:
    expected: dict[str | None, list[str] | None] = {
        "{}": [],
        "{a,NULL,b}": ["a", "b"],
        '{"a, b","say \\"hi\\"","back\\\\slash","{x}","NULL"}': [
            *("a, b", 'say "hi"', "back\\slash", "{x}", "NULL"),
        ],
        "{лиса,é}": ["лиса", "é"],
        '{"two\nlines",""}': ["two\nlines", ""],
        None: None,
    }
    artists = [[str(id), f"artist {id}", text] for id, text in enumerate(expected, start=1)]
    write(zoo, "artists.csv", ["id", "name", "other_names"], *artists)
    found = rows(build(zoo, write_index=False), "select other_names from artists order by id")
    assert found == [(names,) for names in expected.values()]


def test_of_two_rows_with_one_id_the_later_wins(zoo: Path) -> None:
    pool = ["8", "First", *[None] * 6, "{1}"]
    later = ["8", "Later", *[None] * 6, "{2}"]
    write(zoo, "pools.csv", POOLS, pool, ["7", "b", *[None] * 6, "{}"], later)
    write(zoo, "wiki_pages.csv", WIKI, [None, *TIMES, "a", "b", "2", "2", "f"])
    write(zoo, "artists.csv", ["id", "name"], ["1", "a"], ["1", "b"], ["1", "c"])
    built = build(zoo, write_index=False)
    assert rows(built, "select id, name from pools") == [(7, "b"), (8, "Later")]
    assert rows(built, "select name from artists") == [("c",)]
    counts = "select row_count, kept_count, dropped_count from build_sources"
    assert rows(built, f"{counts} where table_name = 'pools'") == [(3, 2, 1)]
    same, none = "a later row has the same id", "the id is empty"
    assert rows(built, "select table_name, line, reason from build_rejects order by all") == [
        ("artists", 2, same),
        ("artists", 3, same),
        ("pools", 2, same),
        ("wiki_pages", 2, none),
    ]


def test_a_malformed_row_does_not_shift_which_wins(zoo: Path) -> None:
    """It is only malformed to a reading of its time, and stands before all others."""
    odd = ["6", "Odd", "no time", *[None] * 5, "{}"]
    pools = [[id, name, *[None] * 6, "{}"] for id, name in (("8", "a"), ("7", "b"), ("8", "c"))]
    write(zoo, "pools.csv", POOLS, odd, *pools)
    built = build(zoo, write_index=False)
    assert rows(built, "select id, name from pools") == [(7, "b"), (8, "c")]
    assert rows(built, "select line, content from build_rejects order by line") == [
        (2, "6,Odd,no time,,,,,,{}"),
        (3, "8,a,,,,,,,{}"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_of_windows_are_read(zoo: Path, end: str) -> None:
    lines = ["id,name,post_ids", "7,a,{1}", '8,b,"{1,2}"']
    (zoo / "pools.csv").write_text(end.join([*lines, ""]), newline="")
    built = build(zoo, write_index=False)
    assert rows(built, "select id, post_ids from pools") == [(7, [1]), (8, [1, 2])]


def test_each_relation_and_column_has_a_comment(zoo: Path) -> None:
    write(zoo, "pools.csv", POOLS)
    write(zoo, "wiki_pages.csv", WIKI)
    write(zoo, "artists.csv", ["id", "name"])
    built = build(zoo, write_index=False)
    assert not rows(built, "select table_name from duckdb_tables() where comment is null")
    query = "select column_name from duckdb_columns() where comment is null and not internal"
    assert not rows(built, query)


def test_a_malformed_row_is_kept_with_its_reason(zoo: Path) -> None:
    write(zoo, "pools.csv", POOLS, ["x", "Odd", *[None] * 6, "{}"], ["8", "b", *[None] * 6, "{1}"])
    built = build(zoo, write_index=False)
    assert rows(built, "select name from pools") == [("b",)]
    assert rows(built, "select table_name, line, reason from build_rejects") == [
        ("pools", 2, 'id: "x" is not a valid BIGINT')
    ]


def test_a_table_without_its_columns_is_refused(zoo: Path) -> None:
    write(zoo, "pools.csv", ["id", "name"])
    with pytest.raises(SourceError, match="has no column post_ids; is it the site's pools export"):
        build(zoo)


def test_what_is_not_there_is_not_made(zoo: Path) -> None:
    built = build(zoo, write_index=False)
    assert built.more_counts == {}
    assert not rows(built, "select 1 from duckdb_tables() where table_name = 'pools'")


def test_a_pool_of_an_old_database_is_none_of_the_users(zoo: Path) -> None:
    write(zoo, "pools.csv", POOLS)
    build(zoo, write_index=False)
    assert build(zoo, write_index=False).user_relations == ()
