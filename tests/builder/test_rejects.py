"""Rows that cannot be used: dropped alone, kept with their place and reason, and never too many."""

from __future__ import annotations

import csv
import gzip
import hashlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder.build import BuildResult, build
from e6duck.builder.source import LONGEST_ROW, find_sources, select_sql
from e6duck.errors import SourceError
from tests.support.exports import Layout, alias, csv_line, implication, post, tag, write_export
from tests.support.reference import Export, Row

COLUMNS = Layout().columns("posts")
HEADER = csv_line(COLUMNS).encode()
LF, CRLF = b"\n", b"\r\n"


def line(row: Row) -> bytes:
    """A post as its row stands in the file, not ended."""
    return csv_line(row[column] for column in COLUMNS).encode()


def good(id: int, **columns: object) -> bytes:
    return line(post(id, "fox wolf", **columns))


def with_field(column: str, field: bytes) -> bytes:
    """Post 666 with these very bytes between the commas of a column."""
    row = post(666, "fox wolf") | {column: "FIELD"}
    return line(row).replace(b"FIELD", field)


def write_posts(
    folder: Path, lines: list[bytes], *, end: bytes = LF, gzipped: bool = True, last: bytes = b""
) -> Path:
    """Write an export whose posts are these rows; last stands after the last line end."""
    export = Export([post(1, "fox")], [tag("fox", 5), tag("wolf", 5)], [], [])
    write_export(folder, export)
    (folder / "posts.csv.gz").unlink()
    content = b"".join(row + end for row in [HEADER, *lines]) + last
    path = folder / ("posts.csv.gz" if gzipped else "posts.csv")
    path.write_bytes(gzip.compress(content, 1) if gzipped else content)
    return path


@contextmanager
def reading(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(folder / "e6.duckdb"), read_only=True) as connection:
        yield connection


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with reading(folder) as connection:
        return connection.execute(query).fetchall()


def post_ids(folder: Path) -> list[int]:
    return [id for (id,) in rows(folder, "select id from posts")]


def rejects(folder: Path) -> list[tuple[Any, ...]]:
    return rows(folder, "select file_name, line, reason, content from build_rejects order by all")


def post_counts(folder: Path) -> tuple[int, int, int]:
    """Rows of the posts file, those kept and those dropped."""
    query = "select row_count, kept_count, dropped_count from build_sources"
    [counts] = rows(folder, f"{query} where table_name = 'posts'")
    return counts


def built_without_index(folder: Path, **options: Any) -> BuildResult:
    return build(folder, write_index=False, **options)


# One malformed row

FULL = good(666)
COUNT = len(COLUMNS)
LONG_LINE = b"x," * 5000 + b"\n"
# The row in the file, and part of the reason that build_rejects gives.
MALFORMED = {
    "too few fields": (
        b",".join(FULL.split(b",")[:-3]),
        f"expected {COUNT} fields, found {COUNT - 3}",
    ),
    "one field": (b"666", f"expected {COUNT} fields, found 1"),
    "too many fields": (FULL + b",1,2", f"expected {COUNT} fields, found {COUNT + 1}"),
    "too many fields, a quoted one": (FULL + b',"a\nb"', f"found {COUNT + 1}"),
    "a word for a number": (with_field("id", b"many"), 'id: "many" is not a valid BIGINT'),
    "a number too large": (
        with_field("fav_count", b"99999999999999999999"),
        'fav_count: "99999999999999999999" is not a valid BIGINT',
    ),
    "a quoted empty number": (with_field("score", b'""'), 'score: "" is not a valid BIGINT'),
    "spaces alone": (b"   ", f"expected {COUNT} fields, found 1"),
    "a fraction as id": (with_field("id", b"1.6"), 'id: "1.6" is not a valid BIGINT'),
    "not a boolean": (
        with_field("is_deleted", b"maybe"),
        'is_deleted: "maybe" is not a valid BOOLEAN',
    ),
    "not a time": (
        with_field("created_at", b"soon"),
        'created_at: "soon" is not a valid TIMESTAMP',
    ),
    "no day": (
        with_field("updated_at", b"2007-02-30 07:08:33"),
        'updated_at: "2007-02-30 07:08:33" is not a valid TIMESTAMP',
    ),
    "not UTF-8 in the tags": (with_field("tag_string", b"fox \xff"), "tag_string: not valid UTF-8"),
    "a surrogate in the tags": (
        with_field("tag_string", b"fox \xed\xa0\x80"),
        "tag_string: not valid UTF-8",
    ),
    "not UTF-8 in the source": (with_field("source", b"a\xe9"), "source: not valid UTF-8"),
    "not UTF-8 in the description": (
        with_field("description", b'"two\nlines, \xc3("'),
        "description: not valid UTF-8",
    ),
    "not UTF-8 in a short text": (
        with_field("locked_tags", b"\x80"),
        "locked_tags: not valid UTF-8",
    ),
    "text after a closing quote": (with_field("source", b'"a"b'), "unterminated quote"),
    "text after a closing quote, on two lines": (
        with_field("source", b'"a\n2,2,"b" "'),
        "unterminated quote",
    ),
    "longer than any row": (with_field("description", b"x" * LONGEST_ROW), "Maximum line size"),
    "longer than any row, on many lines": (
        with_field("description", b'"' + LONG_LINE * (LONGEST_ROW // len(LONG_LINE) + 1) + b'"'),
        "Maximum line size",
    ),
}


@pytest.mark.parametrize("end", [LF, CRLF], ids=["LF", "CRLF"])
@pytest.mark.parametrize("gzipped", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize(("row", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_row_is_dropped_alone_and_kept_with_its_place(
    tmp_path: Path, row: bytes, reason: str, gzipped: bool, end: bytes
) -> None:
    # The first post has three lines, so that the malformed row is the second, on line 5. It stands
    # there twice, as after one such row DuckDB must find the line of the next.
    first = good(1, description="one,\n\n2,three")
    lines = [first, row, good(2), good(3, source='"'), row, good(4)]
    path = write_posts(tmp_path, lines, end=end, gzipped=gzipped)
    built = built_without_index(tmp_path)
    assert post_ids(tmp_path) == [1, 2, 3, 4]
    assert built.reject_counts["posts"] == 2
    assert post_counts(tmp_path) == (6, 4, 2)
    height = row.count(LF) + 1
    found = rejects(tmp_path)
    assert [found_line for _, found_line, _, _ in found] == [5, 5 + height + 2]
    for file_name, _, found_reason, content in found:
        assert file_name == path.name
        assert reason in found_reason
        assert content == row.decode("utf-8", "backslashreplace")


def test_malformed_first_and_last_rows_are_found(tmp_path: Path) -> None:
    write_posts(tmp_path, [b"first", good(1), good(2)], last=b"last,one")
    built_without_index(tmp_path)
    assert post_ids(tmp_path) == [1, 2]
    assert [(line, content) for _, line, _, content in rejects(tmp_path)] == [
        (2, "first"),
        (5, "last,one"),
    ]


@pytest.mark.parametrize("with_text", [False, True], ids=["without text", "with text"])
@pytest.mark.parametrize("column", ["source", "description"])
def test_bad_text_is_found_whether_it_is_kept_or_not(
    tmp_path: Path, column: str, with_text: bool
) -> None:
    write_posts(tmp_path, [good(1), with_field(column, b"\xff"), good(2)])
    built_without_index(tmp_path, with_text=with_text)
    assert post_ids(tmp_path) == [1, 2]
    [(_, line, reason, _)] = rejects(tmp_path)
    assert (line, reason) == (3, f"{column}: not valid UTF-8")


def test_bad_text_of_a_deleted_post_is_malformed_too(tmp_path: Path) -> None:
    deleted = line(post(666, "FIELD", is_deleted=True)).replace(b"FIELD", b"\xff")
    write_posts(tmp_path, [good(1), deleted])
    assert built_without_index(tmp_path).posts_dropped == {}
    assert post_counts(tmp_path) == (2, 1, 1)


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(b"a\0b", id="NUL"),
        pytest.param(b'a"b', id="quotes inside a field that is not quoted"),
    ],
)
def test_odd_text_that_can_be_read_is_kept(tmp_path: Path, field: bytes) -> None:
    # The second quote is for the first: see the test of the quote that is left open.
    write_posts(tmp_path, [good(1), with_field("source", field + field), good(2)])
    built_without_index(tmp_path, with_text=True)
    assert post_ids(tmp_path) == [1, 666, 2]
    assert rows(tmp_path, "select source from posts where id = 666") == [
        ((field + field).decode(),)
    ]
    assert rejects(tmp_path) == []


def test_nul_in_a_tag_is_part_of_its_name(tmp_path: Path) -> None:
    write_posts(tmp_path, [with_field("tag_string", b"a\0b fox"), good(2), good(3)])
    build(tmp_path, min_posts=1)
    assert ("a\0b",) in rows(tmp_path, "select name from tags")


def test_empty_lines_are_not_rows(tmp_path: Path) -> None:
    # The last row replaces the second one, whose line shows that empty lines were counted as lines.
    write_posts(tmp_path, [good(1), b"", good(2), b"", good(2)], last=b"\n")
    built_without_index(tmp_path)
    assert post_counts(tmp_path) == (3, 2, 1)
    [(_, line, reason, _)] = rejects(tmp_path)
    assert (line, reason) == (4, "a later row has the same id")


@pytest.mark.parametrize("gzipped", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([good(1), with_field("source", b'"a'), good(2)], id="swallowing a row"),
        pytest.param([good(1), good(2), with_field("source", b'"a')], id="in the last row"),
        pytest.param([good(1), good(2), good(3)[:60] + b',"'], id="where the file was cut off"),
    ],
)
def test_quote_that_is_left_open_is_an_error(
    tmp_path: Path, lines: list[bytes], gzipped: bool
) -> None:
    # All that follows it could be the text of one field: rows would be lost without a count.
    path = write_posts(tmp_path, lines, gzipped=gzipped)
    with pytest.raises(SourceError, match="has a quoted field that never ends") as caught:
        build(tmp_path)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "e6.duckdb").exists()


def test_quote_within_an_unquoted_field_is_text(tmp_path: Path) -> None:
    # PostgreSQL would have quoted it; but nothing is lost, though the quotes are odd in number.
    write_posts(tmp_path, [good(1), with_field("source", b'5" tall'), good(3)])
    built = build(tmp_path, with_text=True)
    assert built.posts_kept == 3
    assert built.reject_counts["posts"] == 0


# Its last column is not empty, so that what follows it is a part of that.
NOTED = good(2, last_commented_at="2007-02-10 07:08:33")


@pytest.mark.parametrize(
    ("end", "row"),
    [
        pytest.param(LF, with_field("source", b"a\rb"), id="CR in a field that is not quoted"),
        pytest.param(LF, NOTED + b"\r", id="CRLF in a file of LF"),
        pytest.param(CRLF, NOTED + b"\n" + good(3), id="LF in a file of CRLF"),
    ],
)
def test_stray_line_end_is_an_error(tmp_path: Path, end: bytes, row: bytes) -> None:
    path = write_posts(tmp_path, [good(1), row, good(4)], end=end)
    with pytest.raises(SourceError, match="is damaged") as caught:
        build(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


MALFORMED_ELSEWHERE = {
    "tags": [
        (b"3,wolf,many,0,,,f", 'category: "many" is not a valid UTINYINT'),
        (b"3,wolf,-1,0,,,f", 'category: "-1" is not a valid UTINYINT'),
        (b"3,w\xffolf,5,0,,,f", "name: not valid UTF-8"),
        (b"3,wolf", "expected 7 fields, found 2"),
        (b"3,wolf,1.5,0,,,f", 'category: "1.5" is not a valid UTINYINT'),
        (b"3,wolf,0x1,0,,,f", 'category: "0x1" is not a valid UTINYINT'),
        (b"3,wolf,1,1e3,,,f", 'post_count: "1e3" is not a valid BIGINT'),
    ],
    "tag_aliases": [
        (b"3,cat,fox", "fields, found 3"),
        (b"3,\xff,fox" + b"," * 12, "not valid UTF-8"),
    ],
    "tag_implications": [
        (b"3,fox", "fields, found 2"),
        (b"3,\xff,fox" + b"," * 12, "not valid UTF-8"),
    ],
}


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        pytest.param(table, row, reason, id=f"{table} {number}")
        for table, cases in MALFORMED_ELSEWHERE.items()
        for number, (row, reason) in enumerate(cases)
    ],
)
def test_malformed_row_of_another_table_is_dropped_alone(
    tmp_path: Path, table: str, row: bytes, reason: str
) -> None:
    export = Export(
        [post(1, "fox vixen"), post(2, "fox vixen")],
        [tag("fox", 5), tag("vixen", 5)],
        [alias("vixen", "fox"), alias("tod", "fox")],
        [implication("fox", "canine"), implication("canine", "mammal")],
    )
    write_export(tmp_path, export, Layout(gzipped=False))
    path = tmp_path / f"{table}.csv"
    header, first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header + first + row + b"\n" + second)
    built_without_index(tmp_path)
    [(file_name, line, found_reason, content)] = rejects(tmp_path)
    assert (file_name, line) == (path.name, 3)
    assert reason in found_reason
    assert content == row.decode("utf-8", "backslashreplace")
    counts = "select row_count, kept_count, dropped_count from build_sources where table_name = "
    assert rows(tmp_path, f"{counts}'{table}'") == [(3, 2, 1)]


# Numbers

NO_INTEGERS = [
    *("1.5", "1.", ".5", "1e3", "1E3", "10e-1", " 7", "7 ", "\t7", "+5", "0x10", "0X1f", "0b11"),
    *("1_000", "--1", "1-", "-", "\u0661", "1" * 20, "9223372036854775808", "1 000"),
]


@pytest.mark.parametrize("end", [LF, CRLF], ids=["in parts", "in one piece"])
def test_only_digits_with_a_minus_sign_are_an_integer(tmp_path: Path, end: bytes) -> None:
    lines, expected = [good(id) for id in range(3_001, 9_000)], []
    for place, text in enumerate(NO_INTEGERS):
        for at, column in enumerate(("id", "fav_count")):
            row = with_field(column, text.encode())
            lines.insert(place * 40 + at, row)
            expected.append((column, text, row.decode()))
    write_posts(tmp_path, [*lines, good(9_000, fav_count="-0", score="007")], end=end)
    built = built_without_index(tmp_path)
    assert post_ids(tmp_path) == list(range(3_001, 9_001))
    assert built.reject_counts["posts"] == len(expected)
    assert [(number, reason, content) for _, number, reason, content in rejects(tmp_path)] == [
        (place * 40 + at + 2, f'{column}: "{text}" is not a valid BIGINT', content)
        for number, (column, text, content) in enumerate(expected)
        for place, at in [divmod(number, 2)]
    ]
    query = "select fav_count, score from posts where id = 9000"
    assert rows(tmp_path, query) == [(0, 7)]


def test_an_id_that_is_not_an_integer_replaces_no_post(tmp_path: Path) -> None:
    write_posts(tmp_path, [good(1), good(2), with_field("id", b"1.6"), good(1)])
    built = built_without_index(tmp_path)
    assert post_ids(tmp_path) == [2, 1]
    assert built.posts_dropped == {"duplicate_id": 1}
    assert [row[1:3] for row in rejects(tmp_path)] == [
        (2, "a later row has the same id"),
        (4, 'id: "1.6" is not a valid BIGINT'),
    ]


def test_id_of_an_optional_table_is_an_integer(tmp_path: Path) -> None:
    write_posts(tmp_path, [good(1), good(2)])
    (tmp_path / "pools.csv").write_text("id,name,post_ids\n1,a,{}\n1.6,b,{}\n2,c,{}\n")
    built_without_index(tmp_path)
    assert rows(tmp_path, "select id, name from pools") == [(1, "a"), (2, "c")]
    assert rejects(tmp_path) == [("pools.csv", 3, 'id: "1.6" is not a valid BIGINT', "1.6,b,{}")]


# Rows that quotes join to one


def write_joined(folder: Path, table: str, column: str, count: int) -> tuple[Path, list[str]]:
    """Write an export in which quotes join that many rows of a table, after the 1,000th."""
    names = [f"tag_{number}" for number in range(3_000)]
    tables: dict[str, list[Row]] = {
        "posts": [post(1 + number, "fox") for number in range(3_000)],
        "tags": [tag(name, 5) for name in names],
        "tag_aliases": [alias(f"old_{name}", name, reason="typo") for name in names],
        "tag_implications": [implication(name, "fox", reason="") for name in names],
    }
    write_export(folder, Export(**tables), Layout(gzipped=False))
    path = folder / f"{table}.csv"
    lines = path.read_text().splitlines(keepends=True)
    place = lines[0].rstrip().split(",").index(column)
    first, last = lines[1_001].split(","), lines[1_000 + count].split(",")
    first[place] = f'"{first[place].strip(chr(34))}'
    last[place] = f'{last[place].strip(chr(34))}"'
    lines[1_001], lines[1_000 + count] = ",".join(first), ",".join(last)
    path.write_text("".join(lines), newline="")
    return path, [line.rstrip("\n") for line in lines[1_001 : 1_001 + count]]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tags", "name"),
        ("tags", "created_at"),
        ("tag_aliases", "antecedent_name"),
        ("tag_aliases", "consequent_name"),
        ("tag_aliases", "reason"),
        ("tag_implications", "consequent_name"),
        ("tag_implications", "descendant_names"),
        ("posts", "description"),
        ("posts", "source"),
        ("posts", "tag_string"),
        ("posts", "md5"),
    ],
)
@pytest.mark.parametrize("count", [2, 9])
def test_rows_that_quotes_join_are_counted_one_by_one(
    tmp_path: Path, table: str, column: str, count: int
) -> None:
    path, joined = write_joined(tmp_path, table, column, count)
    built = built_without_index(tmp_path)
    assert built.reject_counts[table] == count
    found = rejects(tmp_path)
    assert [(name, number, content) for name, number, _, content in found] == [
        (path.name, 1_002 + place, content) for place, content in enumerate(joined)
    ]
    assert column in found[0][2]
    counts = f"select row_count, dropped_count from build_sources where table_name = '{table}'"
    assert rows(tmp_path, counts) == [(3_000, count)]


def test_thousands_of_rows_that_quotes_join_are_an_error(tmp_path: Path) -> None:
    path, _ = write_joined(tmp_path, "tag_aliases", "antecedent_name", 1_900)
    with pytest.raises(SourceError, match=r"1900 malformed rows of 3000, first on line 1002") as e:
        build(tmp_path)
    assert str(path) in str(e.value)


@pytest.mark.parametrize("distance", [1, 5, 9])
def test_rows_between_two_stray_quotes_are_counted_one_by_one(
    tmp_path: Path, distance: int
) -> None:
    lines = [good(id, source="a") for id in range(1, 3_001)]
    opened = lines[1_000].replace(b",fox wolf,", b',"fox wolf,')
    closed = lines[1_000 + distance].replace(b",png,", b',p"ng,')
    lines[1_000], lines[1_000 + distance] = opened, closed
    write_posts(tmp_path, lines)
    built = built_without_index(tmp_path)
    assert post_counts(tmp_path) == (3_000, 3_000 - distance - 1, distance + 1)
    assert built.reject_counts["posts"] == distance + 1
    found = [(number, content) for _, number, _, content in rejects(tmp_path)]
    assert found == [
        (1_002 + place, line.decode()) for place, line in enumerate(lines[1_000 : 1_001 + distance])
    ]


def test_texts_with_lines_and_commas_are_not_joined_rows(tmp_path: Path) -> None:
    texts = ["a,b\nc,d", "1,2,3\n" * 40, good(7).decode(), f"\n{good(8).decode()}\n", "," * 40]
    write_posts(tmp_path, [good(1 + at, description=text) for at, text in enumerate(texts)])
    assert built_without_index(tmp_path).reject_counts["posts"] == 0
    assert post_ids(tmp_path) == list(range(1, 1 + len(texts)))


# How many may be malformed


def test_strict_makes_a_malformed_row_an_error(tmp_path: Path) -> None:
    path = write_posts(tmp_path, [good(1), b"x", good(2), b"y"])
    with pytest.raises(SourceError) as caught:
        build(tmp_path, strict=True)
    assert str(caught.value).startswith(f"{path} has 2 malformed rows, first on line 3: ")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "e6.duckdb").exists()


def test_strict_allows_rows_that_are_replaced(tmp_path: Path) -> None:
    write_posts(tmp_path, [good(1), good(1)])
    built_without_index(tmp_path, strict=True)
    assert post_counts(tmp_path) == (2, 1, 1)


@pytest.mark.parametrize(
    ("good_count", "bad_count", "is_error"),
    [
        pytest.param(1, 10, False, id="ten, more than there are good ones"),
        pytest.param(1, 11, True, id="eleven of few"),
        pytest.param(1188, 12, False, id="one in a hundred"),
        pytest.param(1187, 12, True, id="just over one in a hundred"),
    ],
)
def test_more_than_one_percent_and_ten_malformed_rows_are_an_error(
    tmp_path: Path, good_count: int, bad_count: int, is_error: bool
) -> None:
    lines = [*[b"x"] * bad_count, *(good(id) for id in range(1, good_count + 1))]
    write_posts(tmp_path, lines)
    if is_error:
        message = f"has {bad_count} malformed rows of {good_count + bad_count}, first on line 2"
        with pytest.raises(SourceError, match=message):
            build(tmp_path)
        assert not (tmp_path / "e6.duckdb").exists()
    else:
        built_without_index(tmp_path)
        assert post_counts(tmp_path) == (good_count + bad_count, good_count, bad_count)
        assert len(rejects(tmp_path)) == bad_count


# Rows that a later one replaces


@pytest.mark.parametrize("end", [LF, CRLF], ids=["LF", "CRLF"])
def test_later_post_of_an_id_wins(tmp_path: Path, end: bytes) -> None:
    lines = [
        good(7, description="of\nthree\nlines", score=1),
        with_field("source", b'"a"b'),  # malformed, and no row for those that follow
        good(8, score=1),
        good(7, score=2),
        good(8, score=2),
        good(7, score=3),
    ]
    write_posts(tmp_path, lines, end=end)
    built = built_without_index(tmp_path)
    assert rows(tmp_path, "select id, score from posts") == [(8, 2), (7, 3)]
    assert built.posts_dropped == {"duplicate_id": 3}
    replaced = [
        (line, content) for _, line, reason, content in rejects(tmp_path) if "later" in reason
    ]
    # The first post begins on line 2 and has three lines, the malformed one stands on line 5.
    assert replaced == [(number, lines[at].decode()) for number, at in ((2, 0), (6, 2), (7, 3))]


def test_post_that_a_deleted_one_replaces_is_gone(tmp_path: Path) -> None:
    write_posts(tmp_path, [good(1), good(2), good(1, is_deleted=True)])
    assert built_without_index(tmp_path).posts_dropped == {"duplicate_id": 1, "deleted": 1}
    assert post_ids(tmp_path) == [2]


def test_later_tag_and_later_active_alias_win(tmp_path: Path) -> None:
    export = Export(
        posts=[post(1, "vixen"), post(2, "vixen"), post(3, "wolf")],
        tags=[tag("fox", 1), tag("wolf", 5), tag("fox", 5)],
        tag_aliases=[
            alias("vixen", "wolf"),  # replaced by the third
            alias("vixen", "cat", "deleted"),  # does not count, so that nothing replaces it
            alias("vixen", "fox", reason="two\nlines"),
            alias("vixen", "cat", "pending"),
        ],
        tag_implications=[implication("fox", "canine")] * 2,  # the same twice is no harm
    )
    write_export(tmp_path, export)
    build(tmp_path)
    assert ("fox", 5) in rows(tmp_path, "select name, category from tags")
    assert rows(tmp_path, "select antecedent_name, consequent_name from tag_aliases") == [
        ("vixen", "fox")
    ]
    assert [found[:3] for found in rejects(tmp_path)] == [
        ("tag_aliases.csv.gz", 2, "a later active alias has the same antecedent"),
        ("tags.csv.gz", 2, "a later row has the same name"),
    ]


@pytest.mark.parametrize(
    ("table", "change", "reason"),
    [
        pytest.param("posts", {"id": None}, "the id is empty", id="post without an id"),
        pytest.param("tags", {"name": ""}, "the name is empty", id="tag without a name"),
        pytest.param("tags", {"name": None}, "the name is empty", id="tag whose name is null"),
        pytest.param(
            "tag_aliases", {"antecedent_name": ""}, "a name is empty", id="alias of nothing"
        ),
        pytest.param(
            "tag_aliases", {"consequent_name": None}, "a name is empty", id="alias to nothing"
        ),
        pytest.param(
            "tag_implications", {"consequent_name": ""}, "a name is empty", id="implies nothing"
        ),
    ],
)
def test_row_without_a_name_is_kept_among_the_rejects(
    tmp_path: Path, table: str, change: Row, reason: str
) -> None:
    tables: dict[str, list[Row]] = {
        "posts": [post(1, "fox"), post(2, "fox")],
        "tags": [tag("fox", 5), tag("wolf", 5)],
        "tag_aliases": [alias("tod", "fox"), alias("vixen", "fox")],
        "tag_implications": [implication("fox", "canine"), implication("canine", "mammal")],
    }
    write_export(tmp_path, Export(**tables), Layout(gzipped=False))
    columns = Layout().columns(table)
    row = csv_line((tables[table][0] | change)[column] for column in columns)
    path = tmp_path / f"{table}.csv"
    path.write_text(path.read_text() + row + "\n", newline="")
    built_without_index(tmp_path)
    assert rejects(tmp_path) == [(path.name, 4, reason, row)]


# Many rows, read in parts


def descriptions() -> Iterator[str]:
    """Texts of very different lengths; most lines of them would be rows of their own."""
    chance = random.Random(1)
    prose = 'She said "no", then 1,2,3 \U0001f98a.'
    while True:
        height = chance.choice([0, 0, 0, 1, 3, 30, 300])
        kinds = chance.choice([[prose], [good(666).decode()], [prose, good(667).decode(), ""]])
        yield chance.choice(["\n", "\r\n"]).join(chance.choice(kinds) for _ in range(height))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with more than 40 MB of posts, ten times what DuckDB reads at once."""
    folder = tmp_path_factory.mktemp("large")
    write_posts(folder, [good(1)], gzipped=False)
    texts = descriptions()
    with (folder / "posts.csv").open("wb") as file:
        file.write(HEADER + LF)
        id = 0
        while file.tell() < 42_000_000:
            id += 1
            file.write(good(id, description=next(texts)) + LF)
    return folder


def digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture(scope="module")
def read_by_python(large: Path) -> list[tuple[int, str]]:
    with (large / "posts.csv").open(encoding="utf-8", newline="") as file:
        return [(int(row["id"]), digest(row["description"])) for row in csv.DictReader(file)]


def as_it_is(folder: Path) -> None:
    pass


def zipped(folder: Path) -> None:
    content = (folder / "posts.csv").read_bytes()
    (folder / "posts.csv").unlink()
    (folder / "posts.csv.gz").write_bytes(gzip.compress(content, 1))


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("packed", [as_it_is, zipped], ids=["plain", "gzip"])
def test_texts_that_look_like_rows_are_never_read_as_rows(
    large: Path,
    read_by_python: list[tuple[int, str]],
    tmp_path: Path,
    packed: Callable[[Path], None],
    threads: int,
) -> None:
    for path in large.glob("*.csv*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    packed(tmp_path)
    query = select_sql(find_sources(tmp_path)["posts"], "rejected")
    with duckdb.connect(config={"threads": threads}) as connection:
        found = connection.execute(f"select id::bigint, md5(description) from ({query})").fetchall()
        assert found == read_by_python
        assert connection.execute("from rejected").fetchall() == []


@pytest.mark.parametrize("threads", [2, 4])
def test_malformed_rows_among_many_take_no_neighbours_with_them(
    large: Path, tmp_path: Path, threads: int
) -> None:
    for path in large.glob("*.csv.gz"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    bad = [b"too,few", with_field("source", b'"a"b'), with_field("tag_string", b"\xff")]
    places: list[tuple[int, bytes]] = []
    ids: list[int] = []
    texts = descriptions()
    line_number = 2
    with (tmp_path / "posts.csv").open("wb") as file:
        file.write(HEADER + LF)
        while file.tell() < 42_000_000:
            ids.append(len(ids) + 1)
            rows_here = [good(ids[-1], description=next(texts))]
            if len(ids) % 300 == 0:  # one in three hundred, which may be dropped
                rows_here.append(bad[len(places) % len(bad)])
                places.append((line_number + rows_here[0].count(LF) + 1, rows_here[1]))
            for row in rows_here:
                file.write(row + LF)
                line_number += row.count(LF) + 1
    built_without_index(tmp_path, threads=threads)
    assert post_ids(tmp_path) == ids
    assert [(number, content) for _, number, _, content in rejects(tmp_path)] == [
        (number, row.decode("utf-8", "backslashreplace")) for number, row in places
    ]
    assert post_counts(tmp_path) == (len(ids) + len(places), len(ids), len(places))
