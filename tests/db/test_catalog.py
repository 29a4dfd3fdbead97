"""The relations and macros of a database, as `e6duck tables` lists them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.builder.test_macros import build_zoo
from tests.commands.test_main import Ran, command, imported, on_terminal


def told(zoo: Path, *args: str) -> list[dict[str, Any]]:
    ran = command("tables", "--db", zoo, "--format", "json", *args)
    assert (ran.code, ran.err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def test_each_relation_has_a_comment_and_each_table_its_rows(zoo: Path) -> None:
    found = {row["name"]: row for row in told(zoo)}
    assert all(row["comment"] for row in found.values())
    assert (found["posts"]["kind"], found["posts"]["rows"]) == ("table", 8)
    assert (found["post_tags"]["kind"], found["post_tags"]["rows"]) == ("view", None)


def test_a_known_name_is_a_tag_or_an_alias_of_one(zoo: Path) -> None:
    names = {row["name"]: row for row in told(zoo)}
    assert names["known_names"]["kind"] == "view"
    columns = told(zoo, "known_names")
    assert [row["column"] for row in columns] == [
        *("spelling", "name", "is_alias", "tag_id", "category", "post_count", "site_post_count")
    ]
    assert all(row["comment"] for row in columns)
    with duckdb.connect(str(zoo), read_only=True) as opened:
        query = "select spelling, name, is_alias, tag_id from known_names where spelling = $1"
        fox = opened.execute("select tag_id('fox')").fetchall()[0][0]
        assert opened.execute(query, ["fox"]).fetchall() == [("fox", "fox", False, fox)]
        assert opened.execute(query, ["vixen"]).fetchall() == [("vixen", "fox", True, fox)]
        assert opened.execute(query, ["arctic_fox"]).fetchall() == [
            ("arctic_fox", "arctic_fox", False, None)
        ]
        total = """
            select count(*) = (select count(*) from tags)
                + (select count(*) from rare_tags) + (select count(*) from tag_aliases)
            from known_names
        """
        assert opened.execute(total).fetchall() == [(True,)]


@pytest.mark.parametrize(
    "args",
    [
        ("query", "select name from known_names where spelling = 'vixen'"),
        ("search", "vixen"),
        ("tag", "vixen", "--format", "json"),
        ("neighbors", "vixen", "--measure", "cosine", "-f", "0"),
        ("stats", "--format", "json"),
        ("normalize", "-"),
    ],
    ids=lambda args: args[0],
)
def test_a_database_from_before_known_names_gives_the_same(
    zoo: Path, older: Path, args: tuple[str, ...]
) -> None:
    name, *rest = args
    ran = [command(name, "--db", path, *rest, stdin=b"vixen, wolf") for path in (zoo, older)]
    now, before = (
        (each.code, each.out.replace(str(path), ""), each.err.replace(str(path), ""))
        for each, path in zip(ran, (zoo, older), strict=True)
    )
    assert now[0] == 0
    assert before == now


@pytest.fixture(scope="module")
def older(zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(zoo, tmp_path_factory.mktemp("older")))
    with duckdb.connect(str(path)) as opened:
        opened.execute("drop view known_names")
    return path


def test_each_macro_has_an_example_that_runs(zoo: Path) -> None:
    examples = {row["name"]: row["example"] for row in told(zoo) if row["kind"] == "macro"}
    assert examples.keys() == {
        *("cooccurring", "implied_by", "implies", "neighbors", "search_tags", "tag_id")
    }
    with duckdb.connect(str(zoo), read_only=True) as opened:
        for name, example in examples.items():
            assert f"{name}(" in example
            opened.execute(example).fetchall()


def test_a_relation_of_the_user_is_listed_too(tmp_path: Path) -> None:
    database = build_zoo(tmp_path)
    with duckdb.connect(str(database)) as opened:
        opened.execute("create table \"my 'own' $1\" as select 1 as a")
    found = {row["name"]: row for row in told(database)}
    assert found["my 'own' $1"]["rows"] == 1
    assert told(database, "my 'own' $1") == [{"column": "a", "type": "INTEGER", "comment": None}]


def test_a_relation_has_its_columns(zoo: Path) -> None:
    (first, *_) = told(zoo, "tags")
    assert first == {
        "column": "tag_id",
        "type": "UINTEGER",
        "comment": "Rank: 0 is the most used tag",
    }
    assert all(row["comment"] for row in told(zoo, "post_tags"))


def test_capitals_do_not_count(zoo: Path) -> None:
    assert told(zoo, "POSTS") == told(zoo, "posts")


def test_a_macro_has_the_columns_that_it_gives(zoo: Path) -> None:
    columns = [row["column"] for row in told(zoo, "implies")]
    assert columns == ["tag_id", "name", "category_name", "post_count", "depth"]


def test_tables_are_drawn(zoo: Path) -> None:
    said = command("tables", "--db", zoo, "--format", "table").out
    (line,) = (line for line in said.splitlines() if line.startswith("posts "))
    assert line.split(None, 2) == ["posts", "8", "A kept post, in the order of the export"]
    assert "implies: What a tag implies, nearest first\n    from implies('red_fox')\n" in said
    said = command("tables", "--db", zoo, "implies", "--format", "table").out
    assert said.startswith("implies, a macro: What a tag implies, nearest first\n    from implies(")


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("name", [[], ["posts"], ["neighbors"]])
def test_comments_are_whole_on_a_terminal(zoo: Path, name: list[str], columns: int) -> None:
    said = on_terminal("tables", "--db", zoo, *name, columns=columns)
    comments = [row["comment"] or "" for row in told(zoo, *name)]
    assert "…" not in said
    for comment in comments:
        assert all(word in said for word in comment.split())
    if name != ["posts"]:
        examples = [row.get("example") or "" for row in told(zoo)]
        lines = [line for line in said.splitlines() if line.strip() not in examples]
        assert max(map(len, lines)) <= columns
        assert "use e6;" in " ".join(said.split())


def test_an_unknown_relation_is_told_with_the_closest_or_those_that_are(zoo: Path) -> None:
    ran = command("tables", "--db", zoo, "tgas")
    assert ran == Ran(2, "", "e6duck: there is no relation tgas; did you mean tags?\n")
    ran = command("tables", "--db", zoo, "zzz")
    assert ran.err.startswith("e6duck: there is no relation zzz; there are build_info, ")


def test_tables_import_duckdb_alone(zoo: Path) -> None:
    assert imported("tables", "--db", str(zoo)) == {"duckdb"}
