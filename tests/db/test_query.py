"""Queries: statements, parameters, the user's own tables, limits."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e6duck.db.query import ask, ask_arrow
from e6duck.db.sandbox import session
from e6duck.errors import QueryError, UsageError
from tests.support.queries import asked, column, refused
from tests.support.terminal import ENDLESS, command

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
        ("select $a, $b", [], "the query needs $a, $b; set --param a=VALUE"),
        ("select $b; select $a", ["a=1"], "the query needs $b; set --param b=VALUE"),
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


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_statement_that_python_has_no_name_for_is_refused(zoo: Path, kind: str) -> None:
    said = refused(zoo, "update extensions", "--format", kind)
    assert said.startswith("Permission Error: File system LocalFileSystem has been disabled")
