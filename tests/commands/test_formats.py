"""Answers as text and Parquet: a golden file for each format, and what each promises."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from e6duck.commands.shared.formats import WRITERS, format_of, write
from e6duck.db.answer import Answer
from e6duck.errors import UsageError
from tests.support.terminal import E6DUCK, command, on_terminal

GOLDEN = Path(__file__).parent / "golden"
QUERY = GOLDEN / "odd_values.sql"
SUFFIXES = {
    "csv": "csv",
    "tsv": "tsv",
    "json": "json",
    "jsonl": "jsonl",
    "markdown": "md",
    "table": "txt",
    "line": "line",
}


def told(zoo: Path, *args: object) -> str:
    """Return what a query that goes well says."""
    ran = command("query", "--db", zoo, *args)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def golden(kind: str) -> str:
    return (GOLDEN / f"odd_values.{SUFFIXES[kind]}").read_bytes().decode()


def texts() -> list[str | None]:
    """Return the column of texts that are easy to write wrongly."""
    with duckdb.connect() as connection:
        rows = connection.execute(f'select "text, odd" from ({QUERY.read_text()})').fetchall()
    return [text for (text,) in rows]


def drawn(rows: list[tuple[Any, ...]], names: str, types: str, kind: str = "table") -> str:
    """Return rows in a format, as they stand in a file."""
    file = io.StringIO(newline="")
    answer = Answer(tuple(names.split()), tuple(types.split()), iter([rows]))
    assert write(answer, file, kind) == len(rows)
    return file.getvalue()


# Every format


def test_every_format_has_a_golden_file() -> None:
    assert SUFFIXES.keys() == WRITERS.keys()


@pytest.mark.parametrize("kind", SUFFIXES)
def test_odd_values_are_written_as_in_the_golden_file(zoo: Path, kind: str) -> None:
    assert told(zoo, "-f", QUERY, "--format", kind) == golden(kind)


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_file_is_written_as_a_pipe_is(zoo: Path, tmp_path: Path, kind: str) -> None:
    """The file's ending says the format, but for lines, which have none."""
    path = tmp_path / f"found.{SUFFIXES[kind]}"
    chosen = ["--format", "line"] * (kind == "line")
    assert told(zoo, "-f", QUERY, "-o", path, *chosen) == ""
    assert path.read_bytes().decode() == golden(kind)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("csv", "a,b\n"),
        ("tsv", "a\tb\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("markdown", "| a | b |\n| --- | --- |\n"),
        ("table", "a  b\n─  ─\n"),
        ("line", ""),
    ],
)
def test_an_answer_without_rows_keeps_its_columns(zoo: Path, kind: str, expected: str) -> None:
    assert told(zoo, "select 1 as a, 2 as b where false", "--format", kind) == expected


@pytest.mark.parametrize(
    ("path", "chosen", "is_terminal", "kind"),
    [
        (None, None, True, "table"),
        (None, None, False, "csv"),
        (None, "json", True, "json"),
        ("a.JSON", None, True, "json"),
        ("a.ndjson", None, True, "jsonl"),
        ("a.md", None, False, "markdown"),
        ("-", None, True, "table"),
        ("a.parquet", "csv", False, "csv"),
        ("a.csv.txt", None, False, "table"),
        ("a", None, True, "csv"),
        ("a.xyz", "csv", True, "csv"),
    ],
)
def test_the_format_is_the_chosen_one_or_the_files(
    path: str | None, chosen: str | None, is_terminal: bool, kind: str
) -> None:
    assert format_of(Path(path) if path else None, chosen, is_terminal) == kind


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv.gz", "a.CSVX", "a.parquet"])
def test_an_ending_that_no_format_has_is_refused(name: str) -> None:
    """search and diff write no Parquet."""
    with pytest.raises(UsageError, match=r"a known format; use one of \.csv, \.tsv, "):
        format_of(Path(name), None, False)
    assert format_of(Path("a.parquet"), None, False, with_parquet=True) == "parquet"


def test_no_command_writes_a_file_with_an_unknown_ending(zoo: Path, tmp_path: Path) -> None:
    for args in (["query", "select 1"], ["query", "--list"], ["search", "fox"], ["diff", zoo]):
        ran = command(*args, "--db", zoo, "-o", tmp_path / "found.xlsx")
        assert (ran.code, ran.out) == (2, "")
        assert "found.xlsx: .xlsx is not the ending of a known format" in ran.err
    assert not list(tmp_path.iterdir())


# Nulls


def test_a_null_differs_from_an_empty_text_where_people_read() -> None:
    rows = [(None, "", 1), ("NULL", None, None)]
    assert drawn(rows, "a b c", "VARCHAR VARCHAR BIGINT").splitlines()[2:] == [
        "NULL           1",
        "NULL  NULL  NULL",
    ]
    assert drawn(rows, "a b c", "VARCHAR VARCHAR BIGINT", "markdown").splitlines()[2:] == [
        "| NULL |  | 1 |",
        "| NULL | NULL | NULL |",
    ]
    assert drawn(rows, "a b c", "VARCHAR VARCHAR BIGINT", "csv") == "a,b,c\n,,1\nNULL,,\n"


def test_a_null_is_grey_on_a_terminal(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    query = "select null as a, 'NULL' as b"
    *_, line = on_terminal("query", "--db", zoo, query).splitlines()
    assert line == "\x1b[38;2;128;128;128mNULL\x1b[0m  NULL"
    *_, line = on_terminal("--color", "never", "query", "--db", zoo, query).splitlines()
    assert line == "NULL  NULL"


def test_colors_are_as_the_user_wishes(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def has_colors(*args: object, **wishes: str) -> bool:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in wishes.items():
            monkeypatch.setenv(name, value)
        query = ("query", "--db", zoo, "--format", "table", "select null as a")
        both = command(*args, *query).out, command(*args, "tag", "--db", zoo, "fox").out
        assert len({"\x1b[" in said for said in both}) == 1
        return "\x1b[" in both[0]

    assert not has_colors()
    assert has_colors(FORCE_COLOR="1")
    assert not has_colors(FORCE_COLOR="0")
    assert not has_colors(FORCE_COLOR="1", NO_COLOR="1")
    assert has_colors("--color", "always", NO_COLOR="1")
    assert not has_colors("--color", "never", FORCE_COLOR="1")


def test_colors_never_go_into_a_file(
    zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    told(zoo, "select null as a", "-o", tmp_path / "a.txt")
    assert "\x1b" not in (tmp_path / "a.txt").read_text(encoding="utf-8")


# Lines


def test_a_line_holds_a_column_and_a_value(zoo: Path) -> None:
    query = "select 1 as id, 'a' || chr(10) || 'b' as name union all select 2, null"
    assert told(zoo, query, "--format", "line") == (
        "  id = 1\nname = a\\nb\n\n  id = 2\nname = NULL\n"
    )


# Plans


def test_a_plan_is_written_as_it_is_drawn(zoo: Path) -> None:
    query = "explain from tags"
    for said in (told(zoo, query), on_terminal("query", "--db", zoo, query)):
        first, *_, last = said.splitlines()
        assert "Seq Scan" in first
        assert set(last) == {"╰", "─", "╯"}
    (row,) = json.loads(told(zoo, query, "--format", "json"))
    assert row.keys() == {"explain_key", "explain_value"}


# Separated values


@pytest.mark.parametrize(("kind", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_separated_values_are_read_back_by_python(kind: str, delimiter: str) -> None:
    header, *rows = csv.reader(io.StringIO(golden(kind), newline=""), delimiter=delimiter)
    assert header[:2] == ["whole", "text, odd"]
    assert [row[1] for row in rows] == [text or "" for text in texts()]
    assert {len(row) for row in rows} == {len(header)}
    assert rows[1][0] == "9007199254740993"  # no float holds it


def test_separated_values_are_read_back_by_duckdb(zoo: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    told(zoo, "-f", QUERY, "-o", path)
    with duckdb.connect() as connection:
        query = 'select "text, odd" from read_csv($1, all_varchar = true)'
        found = connection.execute(query, [str(path)]).fetchall()
    assert [text or None for (text,) in found] == [text or None for text in texts()]


def test_a_single_null_is_no_empty_line(zoo: Path) -> None:
    """Many readers skip empty lines, and would lose a row."""
    assert told(zoo, "select null as a union all select 'x'") == 'a\n""\nx\n'


# JSON


def test_json_and_json_lines_are_read_back(zoo: Path) -> None:
    rows = json.loads(golden("json"))
    assert rows == [json.loads(line) for line in golden("jsonl").split("\n")[:-1]]
    assert [row["text, odd"] for row in rows] == texts()
    assert rows[1]["whole"] == 2**53 + 1
    assert rows[2]["whole"] == -(2**127)
    assert rows[0]["struct"] == {"name": "fox", "count": 1}
    assert rows[2]["list"] == [None]
    assert rows[1]["float64"] is None  # JSON has no NaN


def test_json_loses_no_column_of_a_name_that_is_there_twice(zoo: Path) -> None:
    query = "select 1 as a, 2 as a, 3 as a_1, 4 as a"
    (row,) = json.loads(told(zoo, query, "--format", "json"))
    assert list(row.values()) == [1, 2, 3, 4]
    assert told(zoo, query) == "a,a,a_1,a\n1,2,3,4\n"


def test_json_keeps_every_digit_of_a_decimal(zoo: Path) -> None:
    query = "select 0.1::decimal(38, 20) as a, 1.00000000000000000001::decimal(38, 20) as b"
    found = told(zoo, query, "--format", "jsonl")
    assert found == '{"a": 0.1, "b": "1.00000000000000000001"}\n'


def test_a_small_decimal_is_written_without_exponent(zoo: Path) -> None:
    query = "select 0.0000001::decimal(18, 10) as a, 0::decimal(18, 10) as b"
    assert told(zoo, query) == "a,b\n0.0000001000,0.0000000000\n"
    assert Decimal("0E-10") == 0  # as Python would write it


# Markdown


def test_markdown_keeps_a_row_on_a_line_and_a_cell_in_its_column() -> None:
    rows = [("a|b\\", "one\ntwo\r\nthree\rfour")]
    assert drawn(rows, "x|y z", "VARCHAR VARCHAR", "markdown") == (
        "| x\\|y | z |\n| --- | --- |\n| a\\|b\\\\ | one<br>two<br>three<br>four |\n"
    )


# Parquet


def test_parquet_keeps_types_and_values(zoo: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    # Arrow has no integers of 128 bits, writes no intervals, and takes a UUID for text.
    unknown = "exclude (whole, span, uuid)"
    query = f"from ({QUERY.read_text()}) select * {unknown}"
    told(zoo, query, "-o", path)
    with duckdb.connect() as connection:
        described = connection.execute(f"describe {query}").fetchall()
        expected = connection.execute(query).fetchall()
        read = f"from '{path}'"
        found = connection.execute(f"describe {read}").fetchall()
        rows = connection.execute(read).fetchall()
    assert [row[:2] for row in found] == [row[:2] for row in described]
    assert repr(rows) == repr(expected)  # NaN equals nothing


def test_a_type_that_parquet_has_not_is_told(zoo: Path, tmp_path: Path) -> None:
    for query in ("select interval 1 day as span", "select union_value(a := 1) as either"):
        ran = command("query", "--db", zoo, query, "-o", tmp_path / "none.parquet")
        assert ran.code == 1
        assert ran.err.startswith("e6duck: Parquet cannot hold a column; cast it to varchar")
    assert not list(tmp_path.iterdir())


def test_parquet_goes_through_a_pipe(zoo: Path) -> None:
    args = ("query", "--db", zoo, "from range(250000)", "--format", "parquet")
    ended = subprocess.run([*E6DUCK, *map(str, args)], stdout=subprocess.PIPE, check=True)
    table = pq.read_table(io.BytesIO(ended.stdout))
    assert table["range"].to_pylist() == list(range(250_000))


def test_parquet_without_rows_has_columns(zoo: Path, tmp_path: Path) -> None:
    told(zoo, "select name from tags where false", "-o", tmp_path / "none.parquet")
    assert pq.read_table(tmp_path / "none.parquet").to_pydict() == {"name": []}


def test_parquet_is_nothing_for_a_terminal(zoo: Path) -> None:
    said = on_terminal("query", "--db", zoo, "select 1", "--format", "parquet", columns=100)
    assert said == "e6duck: parquet is not text; name a file with -o FILE.parquet\n"


# The table


def test_numbers_stand_to_the_right() -> None:
    rows = [(5, "a", 0.5, [1]), (500, "b", None, [22])]
    found = drawn(rows, "id name share list", "UINTEGER VARCHAR DOUBLE INTEGER[]")
    assert found.splitlines() == [
        " id  name  share  list",
        "───  ────  ─────  ────",
        "  5  a       0.5  [1]",
        "500  b      NULL  [22]",
    ]


def test_a_table_is_whole_where_it_is_no_terminal(zoo: Path) -> None:
    query = "select range as number, repeat('long ', 100) as text from range(1000)"
    lines = told(zoo, query, "--format", "table").splitlines()
    assert len(lines) == 1002
    assert "…" not in "".join(lines)
    assert lines[-1] == "   999  " + "long " * 99 + "long"


def test_wide_characters_take_two_places() -> None:
    rows = [("漢字", "a"), ("🦊", "b"), ("e\u0301", "c"), ("abcd", "d")]
    assert drawn(rows, "x y", "VARCHAR VARCHAR").splitlines()[2:] == [
        "漢字  a",
        "🦊    b",
        "e\u0301     c",
        "abcd  d",
    ]


def test_what_is_cut_on_a_terminal_is_marked(zoo: Path) -> None:
    query = "select 1234567890 as number, repeat('long ', 20) as text, 'short' as word"
    said = on_terminal("query", "--db", zoo, query).splitlines()
    assert said == [
        "    number  text                                       word",
        "──────────  " + "─" * 41 + "  ─────",
        "1234567890  long long long long long long long long …  short",
    ]


def test_a_wide_character_is_not_cut_in_half(zoo: Path) -> None:
    for text in ("漢" * 40, "a" + "漢" * 40):
        *_, line = on_terminal("query", "--db", zoo, f"select '{text}' as text").splitlines()
        assert line.endswith("漢…")
        assert 59 <= len(line) + line.count("漢") <= 60


def test_columns_without_room_on_a_terminal_are_named(zoo: Path) -> None:
    numbers = ", ".join(f"{10**7 + number} as column_{number}" for number in range(10))
    said = on_terminal("query", "--db", zoo, f"select {numbers}").splitlines()
    assert said == [
        "column_0  column_1  column_2  column_3  column_4  …",
        "────────  ────────  ────────  ────────  ────────  …",
        "10000000  10000001  10000002  10000003  10000004  …",
        "5 more columns: column_5, column_6, column_7, column_8,",
        "column_9; --format line shows all",
    ]


def test_headers_of_numbers_give_their_room_to_text(zoo: Path) -> None:
    query = "select 12 as site_post_count, 'a_rather_long_name' as name, 345678 as tagged_count"
    assert on_terminal("query", "--db", zoo, query, columns=35).splitlines() == [
        " site_",
        " post_                      tagged_",
        " count  name                  count",
        "──────  ──────────────────  ───────",
        "    12  a_rather_long_name   345678",
    ]


@pytest.mark.parametrize("columns", [30, 40, 60])
def test_numbers_and_times_are_never_cut(zoo: Path, columns: int) -> None:
    query = """
        select
            repeat('text ', 30) as text,
            123456789012 as number,
            timestamp '2008-03-01 19:12:08' as moment,
    """
    said = on_terminal("query", "--db", zoo, query, columns=columns)
    assert "123456789012" in said
    assert "2008-03-01 19:12:08" in said or "moment;" in said
    assert "2008-03-01 19:12:0…" not in said


@pytest.mark.parametrize("columns", [7, 20, 60, 200])
def test_no_line_is_longer_than_the_terminal(zoo: Path, columns: int) -> None:
    said = on_terminal("query", "--db", zoo, "from posts", columns=columns)
    for line in re.sub(r"\x1b\[[\d;]*m", "", said).splitlines():
        assert len(line) <= columns


def test_the_first_and_last_rows_are_shown_with_their_number(zoo: Path) -> None:
    said = on_terminal("query", "--db", zoo, "from range(1239)").splitlines()
    numbers = [line.strip() for line in said[2:-1]]
    assert numbers == [*map(str, range(8)), "…", *map(str, range(1231, 1239))]  # of 24 lines
    assert said[-1] == "1,239 rows (16 shown); --all shows all"


@pytest.mark.parametrize(("count", "last"), [(0, "0 rows"), (10, "    9"), (17, "17 rows")])
def test_rows_that_fit_are_shown_and_counted_where_they_are_many(
    zoo: Path, count: int, last: str
) -> None:
    said = on_terminal("query", "--db", zoo, f"from range({count})").splitlines()
    assert len(said) == 2 + count + ("rows" in last)
    assert said[-1] == last


@pytest.mark.parametrize("wish", [["--all"], ["--limit", 500]])
def test_rows_that_are_asked_for_are_all_shown(zoo: Path, wish: list[object]) -> None:
    said = on_terminal("query", "--db", zoo, "from range(500)", *wish).splitlines()
    assert [int(line) for line in said[2:-1]] == list(range(500))
    assert said[-1] == "500 rows"


def test_a_large_result_is_not_counted_to_its_end(zoo: Path) -> None:
    said = on_terminal("query", "--db", zoo, "from range(1000000000000)").splitlines()
    assert [int(line) for line in said[2:-1]] == list(range(16))
    assert said[-1] == "more than 100,000 rows (16 shown); --all shows all"


TURNS = "\u202e\u2066\u200f\u061c"  # they turn the direction of the text after them
ESCAPE = f"select chr(27) || '[31m' || chr(155) || chr(7) || '{TURNS}' || chr(10) as \"a\x1b[1m\""


@pytest.mark.parametrize("kind", SUFFIXES)
def test_a_terminal_gets_no_control_characters(zoo: Path, kind: str) -> None:
    said = on_terminal("query", "--db", zoo, ESCAPE, "--format", kind, columns=200)
    assert not set(said) & set(f"\x1b\x9b\x07{TURNS}")
    assert r"\u202e\u2066\u200f\u061c" in said
    assert re.search(r"\\(x|u00)1b\[31m", said)


@pytest.mark.parametrize("kind", ["csv", "tsv", "markdown"])
def test_a_pipe_gets_values_as_they_are(zoo: Path, kind: str) -> None:
    assert f"\x1b[31m\x9b\x07{TURNS}" in told(zoo, ESCAPE, "--format", kind)


# Files


def test_a_file_is_replaced_only_when_all_went_well(zoo: Path, tmp_path: Path) -> None:
    query = "select if(range < 150000, 1, error('late')) as n from range(200000)"
    for name in ("old.csv", "old.json", "old.txt", "old.md", "old.parquet"):
        path = tmp_path / name
        path.write_text("old")
        path.chmod(0o640)
        ran = command("query", "--db", zoo, query, "-o", path)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("e6duck: Invalid Input Error: late")
        assert path.read_text() == "old"
        told(zoo, "select 1 as n", "-o", path)
        assert path.read_bytes()[:3] != b"old"
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert len(list(tmp_path.iterdir())) == 5


def test_a_minus_is_standard_output(zoo: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert told(zoo, "select 1 as n", "-o", "-") == "n\n1\n"
    assert not list(tmp_path.iterdir())


def test_the_list_of_questions_goes_to_a_file_too(zoo: Path, tmp_path: Path) -> None:
    told(zoo, "--list", "-o", tmp_path / "list.json")
    assert json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))


# Memory

# The system's own account of a process begins with the memory of the one that started it.
LIMITED = """
import sys
from e6duck.__main__ import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(*(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory in /proc")
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_ten_million_rows_take_little_memory(zoo: Path, kind: str) -> None:
    query = "select range as n from range($count::bigint)"
    args = ("query", "--db", zoo, query, "-p", "count=10000000", "-o", "/dev/null")
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, args), "--format", kind],
        stderr=subprocess.PIPE,
        check=True,
    )
    assert int(ended.stderr) * 1024 < 400_000_000
