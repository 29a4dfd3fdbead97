"""The posts are cut at ends of rows, wherever the blocks of the file end, or read in one piece."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e6duck.builder.build import build
from e6duck.builder.check import Checked, CheckingReader, check
from e6duck.builder.posts import count, parts, read
from e6duck.builder.posts.count import NumberedRows
from e6duck.builder.posts.parts import Part, UncertainError, cut
from e6duck.builder.posts.tokens import NameIds
from e6duck.builder.source import Source, inspect, select_sql
from e6duck.db.sql_files import sql_text
from tests.support.exports import DATED_COLUMNS, csv_line, post, write_export
from tests.support.reference import Export, Row

HEADER = f"{csv_line(DATED_COLUMNS['posts'])}\n".encode()
OPTIONS = {"include_deleted": False, "all_files": False, "with_text": True}


def line(row: Row) -> str:
    return csv_line(row.get(column) for column in DATED_COLUMNS["posts"]) + "\n"


FAKE = line(post(666, "wolf", description='a "fake" row')).rstrip()
TEXTS = [
    "",
    "one line",
    "two\nlines",
    'a "quoted" word, and a comma',
    f"\n{FAKE}\n{FAKE}",
    f'"\n{FAKE}"',
    '"',
    '""\n""',
    "\r\n,\r\n",
    "a fox \U0001f98a\n",
]


def write(path: Path, rows: list[Row]) -> Path:
    path.write_bytes(HEADER + "".join(map(line, rows)).encode())
    return path


Rows = tuple[list[dict[str, Any]], list[tuple[int, str | None]], list[tuple[int, str]]]


def as_rows(numbered: Iterator[NumberedRows], known: NameIds) -> Rows:
    """Kept rows with their names, id and reason of all rows, and place and reason of malformed."""
    kept: list[dict[str, Any]] = []
    logged: list[tuple[int, str | None]] = []
    malformed: list[tuple[int, str]] = []
    for rows in numbered:
        for row in rows.kept.to_pylist():
            names = [known.names[number] for number in row.pop("name_ids")]
            kept.append(row | {"names": sorted(names)})
        logged += zip(rows.ids.tolist(), rows.reasons.to_pylist(), strict=True)
        malformed += [(row.position, row.reason) for row in rows.malformed]
    return kept, logged, malformed


def in_parts(source: Source, workers: int = 2) -> tuple[Rows, Checked]:
    checked: Future[Checked] = Future()
    known = NameIds({}, ["fox"])
    with duckdb.connect() as connection:
        rows = read.read_parts(connection, source, OPTIONS, known, checked, workers)
        return as_rows(rows, known), checked.result()


def in_one_piece(source: Source) -> tuple[Rows, Checked]:
    checked: Future[Checked] = Future()
    known = NameIds({}, ["fox"])
    with duckdb.connect() as connection:
        for name, value in OPTIONS.items():
            connection.execute(f"set variable {name} = $1", [value])
        connection.execute(f"create temp view posts_csv as {select_sql(source, 'bad')}")
        connection.execute(sql_text("build", "40_post_row"))
        rows = read.read_whole(connection, source, "bad", known, checked)
        return as_rows(rows, known), checked.result()


def row_ends(text: bytes) -> set[int]:
    """The positions after the rows of a well-formed file."""
    lines = io.StringIO(text.decode(), newline="")
    ends = set()
    position = 0
    taken: list[str] = []

    def noted() -> Iterator[str]:
        for each in lines:
            taken.append(each)
            yield each

    for _ in csv.reader(noted()):
        position += len("".join(taken).encode())
        taken.clear()
        ends.add(position)
    return ends


class Blocks(CheckingReader):
    """A reader whose first block ends at a place."""

    def __init__(self, text: bytes, place: int) -> None:
        self.quote_count = 0
        self._blocks = text[:place], text[place:]

    def blocks(self, size: int) -> Iterator[bytes]:
        for block in filter(None, self._blocks):
            self.quote_count += block.count(b'"')
            yield block


def text_of(part: Part) -> bytes:
    return b"".join(map(bytes, part.pieces))


def test_a_file_cut_at_any_byte_gives_whole_rows(tmp_path: Path) -> None:
    rows = [post(1 + i, "fox", description=text) for i, text in enumerate(TEXTS)]
    text = write(tmp_path / "posts.csv", rows).read_bytes()
    ends = row_ends(text)
    for place in range(len(text) + 1):
        found = list(cut(Blocks(text, place), len(HEADER)))
        assert b"".join(map(text_of, found)) == text[len(HEADER) :]
        for part in found:
            assert {part.first, part.first + part.size} <= ends
            assert text[part.first :].startswith(text_of(part))


@pytest.mark.parametrize("size", [700, 20_000, 100_000])
def test_ten_thousand_rows_are_the_same_in_parts_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    chance = random.Random(size)
    count = 10_000 if size > 1_000 else 500
    rows = [
        post(1 + i, f"fox tag_{i % 50}", description=chance.choice(TEXTS), source=TEXTS[i % 7])
        for i in range(count)
    ]
    source = inspect("posts", write(tmp_path / "posts.csv", rows))
    whole, checked = in_one_piece(source)
    assert len(whole[0]) == count
    monkeypatch.setattr(parts, "PART_SIZE", size)
    for workers in (1, 3):
        assert in_parts(source, workers) == (whole, checked)


def test_a_compressed_file_is_checked_while_it_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = write(tmp_path / "posts.csv", [post(1 + i, "fox", description="\n") for i in range(99)])
    packed = tmp_path / "posts.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    monkeypatch.setattr(parts, "PART_SIZE", 3_000)
    rows, checked = in_parts(inspect("posts", packed))
    assert rows == in_parts(inspect("posts", plain))[0]
    assert checked == check(inspect("posts", packed))
    assert checked.content_sha256 == check(inspect("posts", plain)).sha256


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A few rows, and then bytes put in, left out or changed anywhere after the header."""
    texts = st.sampled_from(TEXTS) | st.text('a",\n', max_size=8)
    names = st.sampled_from(["fox", "fox  wolf", "", "fox fox tree", '"fox"'])
    rows = [
        post(1 + i, draw(names), description=draw(texts), source=draw(texts))
        for i in range(draw(st.integers(1, 6)))
    ]
    text = "".join(map(line, rows)).encode()
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        put_in = draw(st.sampled_from([b'"', b"\n", b",", b"\r", b"x", b"\xff", b'","', b""]))
        text = text[:place] + put_in + text[place + draw(st.integers(0, 2)) :]
    return HEADER + text


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=damaged_files(), size=st.integers(1, 900))
def test_parts_are_what_the_whole_is_or_uncertain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, size: int
) -> None:
    """Whatever is wrong with a file: its rows, its malformed rows, and their places."""
    path = tmp_path / "posts.csv"
    path.write_bytes(text)
    source = inspect("posts", path)
    monkeypatch.setattr(parts, "PART_SIZE", size)
    try:
        found = in_parts(source)
    except UncertainError:
        return
    assert found == in_one_piece(source)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('5" x', id="a quote in an unquoted field"),
        pytest.param('"left open', id="a quote that opens"),
    ],
)
def test_a_file_whose_quotes_do_not_pair_is_read_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    rows = [post(1 + i, "fox", description="a\nb", source="") for i in range(40)]
    path = write(tmp_path / "posts.csv", rows)
    path.write_text(path.read_text().replace(',"",s,', f",{text},s,", 1))
    monkeypatch.setattr(parts, "PART_SIZE", 2_000)
    with pytest.raises(UncertainError):
        in_parts(inspect("posts", path))


@pytest.mark.parametrize(("column", "noted"), [("fav_count", "faults"), ("duration", "malformed")])
def test_no_more_malformed_rows_are_noted_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, noted: str
) -> None:
    """Parts have few each; together they would fill the memory."""
    rows = [post(1 + i, "fox", **{column: "many"}) for i in range(40)] + [post(99, "fox")]
    source = inspect("posts", write(tmp_path / "posts.csv", rows))
    monkeypatch.setattr(parts, "PART_SIZE", 700)
    known = NameIds({})
    found = {}
    for limit in (10, 100):
        monkeypatch.setattr(count, "REJECTS_LIMIT", limit)
        with duckdb.connect() as connection:
            read_rows = read.read_parts(connection, source, OPTIONS, known, Future(), 2)
            counted = count.count(read_rows, known, tmp_path / "spill", lambda rows: None)
        assert counted.row_count == 1
        found[limit] = list(getattr(counted, noted))
    assert len(found[100]) == 40
    assert found[10] == found[100][:10]


def test_a_build_in_parts_notes_the_same_rejects_at_the_same_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [post(1 + i, "fox", description=TEXTS[i % len(TEXTS)]) for i in range(1_500)]
    rows[30], rows[700] = dict(rows[31]), dict(rows[701])  # replaced by a later row
    rows[900]["fav_count"] = "many"
    rows[901] = rows[901] | {"id": ""}
    found = []
    for size in (1 << 23, 4_000):
        monkeypatch.setattr(parts, "PART_SIZE", size)
        write_export(tmp_path, Export(posts=rows))
        build(tmp_path)
        with duckdb.connect(str(tmp_path / "e6.duckdb")) as connection:
            found.append(
                [
                    connection.execute(query).fetchall()
                    for query in ("from build_rejects", "from posts", "from tags")
                ]
            )
    assert len({row[3] for row in found[0][0]}) == 3, found[0][0]
    assert found[0] == found[1]
