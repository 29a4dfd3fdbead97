"""Questions to a database: parameters, the shipped ones, the user's own tables, limits."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e6duck.builder.build import build
from e6duck.db.query import ask, ask_arrow, session
from e6duck.db.saved_queries import questions
from e6duck.db.sql_files import scripts
from e6duck.errors import QueryError, UsageError
from tests.support.exports import implication, post, write_export
from tests.support.reference import Export
from tests.support.terminal import ENDLESS, command, on_terminal
from tests.support.zoo import SPECIES


def asked(database: Path, *args: object, stdin: bytes = b"") -> list[dict[str, Any]]:
    """Return the rows that a query gives; it must go well."""
    ran = command("query", "--db", database, "--format", "json", *args, stdin=stdin)
    assert (ran.code, ran.err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def refused(database: Path, *args: object) -> str:
    """Return what is said of a query that fails; it must be no traceback."""
    ran = command("query", "--db", database, *args)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("e6duck: ")
    assert "Traceback" not in ran.err
    return ran.err.removeprefix("e6duck: ").rstrip("\n")


def column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]


# Where the SQL comes from


def test_a_query_comes_from_an_argument_a_file_or_standard_input(zoo: Path, tmp_path: Path) -> None:
    query = "select 'é' as letter"
    plain, marked = tmp_path / "plain.sql", tmp_path / "marked.sql"
    plain.write_text(query, encoding="utf-8")
    marked.write_text(query, encoding="utf-8-sig")  # as some editors on Windows save it
    for args in ([query], ["-f", plain], ["-f", marked], ["-"], ["-f", "-"]):
        assert asked(zoo, *args, stdin=query.encode()) == [{"letter": "é"}]


def test_standard_input_that_is_no_utf8_is_told(zoo: Path) -> None:
    ran = command("query", "--db", zoo, "-", stdin=b"select '\xff'")
    assert ran.code == 2
    assert ran.err.startswith("e6duck: the query is not valid UTF-8")


def test_the_last_of_several_statements_is_answered(zoo: Path) -> None:
    query = "create temp table mine as select 5 as n; from mine; -- the end"
    assert asked(zoo, query) == [{"n": 5}]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_result_that_is_not_shown_is_mentioned(zoo: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"last.{kind}"
    ran = command("query", "--db", zoo, "select 1 as n; select 2 as n", "-o", path)
    assert (ran.code, ran.err) == (0, "only the result of the last statement is shown\n")
    with duckdb.connect() as connection:
        assert connection.execute(f"from '{path}'").fetchall() == [(2,)]


def test_a_dot_command_points_to_the_shell_and_tables(zoo: Path) -> None:
    ran = command("query", "--db", zoo, " .tables")
    assert (ran.code, ran.out) == (2, "")
    assert "e6duck shell" in ran.err
    assert "e6duck tables" in ran.err


@pytest.mark.parametrize("query", ["", ";;", "-- nothing"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_query_without_a_statement_is_wrong_usage(zoo: Path, query: str, kind: str) -> None:
    ran = command("query", "--db", zoo, "--format", kind, "--", query)
    assert (ran.code, ran.err) == (2, "e6duck: there is no statement in the query\n")


def test_an_sql_error_is_told_as_duckdb_tells_it(zoo: Path) -> None:
    for kind in ("csv", "parquet", "table"):
        said = refused(zoo, "select name,\n nope\nfrom tags", "--format", kind)
        assert said.startswith('Binder Error: Referenced column "nope" not found in FROM clause!')
        *_, line, caret = said.splitlines()
        assert line == "LINE 2:  nope"
        assert caret.strip("^") == " " * line.index("nope")


def test_an_error_of_a_row_is_told(zoo: Path) -> None:
    said = refused(zoo, "select cast(name as integer) from tags")
    assert said.startswith("Conversion Error: Could not convert string 'rating_safe' to INT32")


# Parameters


def test_a_parameter_is_text_that_is_compared_as_its_column(zoo: Path) -> None:
    query = "select tag_id from tags where tag_id < $most and name <> $name order by tag_id"
    assert asked(zoo, query, "-p", "most=4", "-p", "name=snow") == [
        {"tag_id": 0},
        {"tag_id": 1},
        {"tag_id": 3},
    ]


@pytest.mark.parametrize("value", ["", "a=b", "'; drop table tags; --", "$name", "лиса 🦊", " "])
def test_a_parameter_is_bound_and_never_read_as_sql(zoo: Path, value: str) -> None:
    assert asked(zoo, "select $name as it", "-p", f"name={value}") == [{"it": value}]


def test_parameters_reach_each_statement_that_names_them(zoo: Path, tmp_path: Path) -> None:
    query = "create temp table mine as select $a as a; select a, $b as b from mine"
    given = ("-p", "a=1", "-p", "b=2")
    assert asked(zoo, query, *given) == [{"a": "1", "b": "2"}]
    command("query", "--db", zoo, query, *given, "-o", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("query", "given", "message"),
    [
        ("select $a, $b", [], "the query needs $a, $b; give it as -p a=VALUE"),
        ("select $b; select $a", ["a=1"], "the query needs $b; give it as -p b=VALUE"),
        ("select $a", ["a=1", "c=1"], "the query has no $c; it has $a"),
        ("select $a", ["a=1", "A=1"], "the query has no $A; it has $a"),
        ("select 1", ["a=1"], "the query has no $a; it has no parameter"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_missing_and_unknown_parameters_are_named(
    zoo: Path, query: str, given: list[str], message: str, kind: str
) -> None:
    args = [each for pair in given for each in ("-p", pair)]
    ran = command("query", "--db", zoo, query, *args, "--format", kind)
    assert (ran.code, ran.err) == (2, f"e6duck: {message}\n")


# The shipped questions


def test_an_unknown_question_is_told_with_the_closest(zoo: Path) -> None:
    ran = command("query", "--db", zoo, "--name", "top_tag")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "e6duck: there is no question top_tag; did you mean top_tags?\n"


def test_list_names_the_questions_with_parameters_and_defaults() -> None:
    ran = command("query", "--list", "--format", "json")
    listed = {row["name"]: row for row in json.loads(ran.out)}
    assert list(listed) == [script.name for script in scripts("queries")]
    assert listed["top_tags"] == {
        "name": "top_tags",
        "parameters": "-p category=general -p count=20",
        "answers": "the most used tags of a category.",
    }
    assert listed["tags_of_post"]["parameters"] == "-p id=…"


def test_the_list_names_each_parameter_on_a_line_that_fits(zoo: Path) -> None:
    lines = on_terminal("query", "--list").splitlines()
    assert max(map(len, lines)) <= 60
    assert "…" not in "".join(line for line in lines if "=…" not in line)
    assert "    -p count=20          maximum number of tags" in lines
    for script in questions():
        assert any(line.startswith(f"{script.name}: ") for line in lines)


def test_show_prints_the_sql_of_a_built_in_query(zoo: Path) -> None:
    ran = command("query", "--name", "top_tags", "--show")
    assert (ran.code, ran.err) == (0, "")
    given = ("-p", "category=species", "-p", "count=20")
    shown = asked(zoo, "-", *given, stdin=ran.out.encode())
    assert shown == asked(zoo, "--name", "top_tags", "-p", "category=species")


@pytest.mark.parametrize("script", questions(), ids=lambda script: script.name)
def test_a_question_says_each_parameter_that_it_needs(script: Any) -> None:
    with duckdb.connect() as connection:
        (statement,) = connection.extract_statements(script.text)
    assert set(script.parameters) == statement.named_parameters


def test_every_question_is_asked_by_a_test() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    for script in questions():
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
    assert refused(zoo, *args).startswith("Invalid Input Error: there is no order size: common_")


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


# The user's own tables


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A table in every format."""
    rows = [{"name": "fox", "note": "good"}, {"name": "lynx", "note": "bad"}]
    text = "name,note\nfox,good\nlynx,bad\n"
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "mine.csv").write_text(text)
    (tmp_path / "mine.TSV").write_text(text.replace(",", "\t"))
    (tmp_path / "mine.csv.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "mine.json").write_text(json.dumps(rows))
    (tmp_path / "mine.jsonl").write_text(lines)
    (tmp_path / "mine.ndjson").write_text(lines)
    (tmp_path / 'it\'s "my; file".csv').write_text(text)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "mine.parquet")
    return tmp_path


@pytest.mark.parametrize("suffix", ["csv", "TSV", "csv.gz", "json", "jsonl", "ndjson", "parquet"])
def test_a_table_of_ones_own_joins(zoo: Path, files: Path, suffix: str) -> None:
    query = "select name, note, post_count from mine join tags using (name)"
    rows = asked(zoo, query, "--table", f"mine={files / f'mine.{suffix}'}")
    assert rows == [{"name": "fox", "note": "good", "post_count": 2}]


def test_a_table_and_its_file_may_have_any_name(zoo: Path, files: Path) -> None:
    name = 'my "odd"; table'
    file = files / 'it\'s "my; file".csv'
    rows = asked(zoo, 'select count(*) as n from "my ""odd""; table"', "--table", f"{name}={file}")
    assert rows == [{"n": 2}]


# Limits


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("query", [ENDLESS, "use e6; " + ENDLESS, f"{ENDLESS} and $x = 'x'"])
def test_timeout_stops_a_query_that_never_ends(zoo: Path, kind: str, query: str) -> None:
    given = ["-p", "x=x"] if "$x" in query else []
    said = refused(zoo, query, *given, "--timeout", "0.2", "--format", kind, "--threads", 1)
    assert said == "stopped after 0.2 seconds (--timeout)"


def test_timeout_stops_rows_that_never_end(zoo: Path, tmp_path: Path) -> None:
    for name in ("rows.csv", "rows.parquet"):
        args = ("--timeout", "0.2", "-o", tmp_path / name)
        assert refused(zoo, "from range(1000000000000)", *args).startswith("stopped after 0.2")
    assert not list(tmp_path.iterdir())


def test_timeout_lets_a_quick_query_be(zoo: Path) -> None:
    assert asked(zoo, "select 1 as n", "--timeout", "1000") == [{"n": 1}]


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 1), (10_000, 10_000), (30_000, 25_000)])
def test_limit_is_the_most_rows(zoo: Path, tmp_path: Path, limit: int, count: int) -> None:
    with session(zoo) as connection:
        answer = ask(connection, "from range(25000)", limit=limit)
        rows = [row for batch in answer.batches for row in batch]
    assert rows == [(number,) for number in range(count)]
    with session(zoo) as connection:
        batches = list(ask_arrow(connection, "from range(25000)", limit=limit))
    assert pa.Table.from_batches(batches)["range"].to_pylist() == list(range(count))


HUGE = "select count(distinct i) as n from range(3000000) as numbers(i)"


def test_a_query_out_of_memory_names_the_ways_out(zoo: Path) -> None:
    for kind in ("csv", "parquet"):
        said = refused(zoo, HUGE, "--memory-limit", "20MB", "--threads", 1, "--format", kind)
        assert "--memory-limit" in said
        assert "--trusted" in said
        assert "\n" not in said


def test_a_trusted_query_reads_files_and_spills(zoo: Path, files: Path) -> None:
    assert asked(zoo, f"from '{files / 'mine.csv'}' limit 1", "--trusted") == [
        {"name": "fox", "note": "good"}
    ]
    said = refused(zoo, f"from '{files / 'mine.csv'}'")
    assert "LocalFileSystem" in said
    assert "--table NAME=FILE" in said
    assert "--trusted" in said
    numbers = "range(3000000) as numbers(i)"
    query = f"select count(*) as n from (select i from {numbers} order by hash(i))"
    limits = ("--memory-limit", "60MB", "--threads", 1)
    assert asked(zoo, query, "--trusted", *limits) == [{"n": 3_000_000}]


def test_a_trusted_query_joins_a_database_of_ones_own(zoo: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "my.duckdb")) as mine:
        mine.execute("create table notes as select 'fox' as name, 'good' as note")
    query = (
        f"attach '{tmp_path / 'my.duckdb'}' as my (read_only);"
        " select note, tag_id(name) = tag_id('vixen') as is_same from my.notes"
    )
    assert asked(zoo, query, "--trusted") == [{"note": "good", "is_same": True}]


def test_a_trusted_query_does_not_write_the_database(zoo: Path) -> None:
    assert "read-only" in refused(zoo, "drop table tags", "--trusted")


# What a library caller sees


def test_errors_are_of_our_tree(zoo: Path) -> None:
    with session(zoo) as connection:
        with pytest.raises(QueryError, match="Parser Error"):
            ask(connection, "selec 1")
        with pytest.raises(UsageError, match="needs"):
            ask(connection, "select $a")
        with pytest.raises(QueryError, match="Binder Error"):
            list(ask_arrow(connection, "select nope"))


def test_times_and_small_floats_come_as_duckdb_writes_them(zoo: Path) -> None:
    """Python has no infinite date, no month in an interval, no time zone without a package."""
    query = """
        select
            timestamptz '2020-01-01 00:00:00+00' = moment as is_same,
            'infinity'::date as "DATE",
            interval '1 month 2 days' as span,
            0.1::float as small,
            [0.1::float] as smalls,
            {'DATE': '-infinity'::timestamp, 'INTERVAL': 1} as "a ""struct"" here",
            map {'INTERVAL': time '10:00'} as map,
            $text as text,
        from (select timestamptz '2020-01-01 00:00:00+00' as moment)
        ; -- the end
    """
    assert asked(zoo, query, "-p", "text=DATE") == [
        {
            "is_same": True,
            "DATE": "infinity",
            "span": "1 month 2 days",
            "small": 0.1,
            "smalls": [0.1],
            'a "struct" here': {"DATE": "-infinity", "INTERVAL": 1},
            "map": {"INTERVAL": "10:00:00"},
            "text": "DATE",
        }
    ]
    (row,) = asked(zoo, "select timestamptz '2020-01-01 12:00:00+00' as moment")
    assert row["moment"].startswith(("2019-12-31", "2020-01-01", "2020-01-02"))


def test_the_order_of_rows_with_times_stays(zoo: Path) -> None:
    query = "select id, created_at, 1::float as one from posts order by created_at, id desc"
    assert column(asked(zoo, query), "id") == [4, 3, 2, 1, 8, 7, 6, 5]


@pytest.mark.parametrize(
    "query", ["show tables", "describe tags", "explain select 1", "call range(2)"]
)
def test_a_statement_that_is_no_select_is_answered_too(zoo: Path, query: str) -> None:
    assert asked(zoo, query)


def test_duckdb_draws_no_progress_into_the_answer(zoo: Path) -> None:
    # It would do so on standard output, among the rows, once a query takes two seconds.
    query = "select current_setting('enable_progress_bar') as is_drawn"
    assert column(asked(zoo, query), "is_drawn") == [False]
    assert column(asked(zoo, query, "--trusted"), "is_drawn") == [False]


def test_a_table_is_the_file_that_is_named_and_no_pattern(zoo: Path, tmp_path: Path) -> None:
    for folder, number in (("g[ab]", 1), ("ga", 99)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text(f"n\n{number}\n")
    assert asked(zoo, "from m", "--table", f"m={tmp_path}/g[ab]/x.csv") == [{"n": 1}]


def test_an_error_shows_the_line_that_the_user_wrote(zoo: Path) -> None:
    ran = command("query", "--db", zoo, "from read_text('/etc/hostname')")
    assert ran.code == 1
    assert "describe" not in ran.err
