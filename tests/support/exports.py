"""Exports for tests: rows made by hand or drawn at random, and files as PostgreSQL writes them."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.support.reference import Export, Row


def _columns(names: str) -> list[str]:
    return names.split()


TABLES = ("posts", "tags", "tag_aliases", "tag_implications")
DATED_COLUMNS = {
    "posts": _columns(
        "id uploader_id created_at md5 source rating image_width image_height tag_string "
        "locked_tags fav_count file_ext parent_id change_seq approver_id file_size comment_count "
        "description duration updated_at is_deleted is_pending is_flagged score up_score "
        "down_score is_rating_locked is_status_locked is_note_locked"
    ),
    "tags": _columns("id name category post_count"),
    "tag_aliases": _columns("id antecedent_name consequent_name created_at status"),
    "tag_implications": _columns("id antecedent_name consequent_name created_at status"),
}
ADDED_COLUMNS = {
    "posts": _columns("bg_color last_noted_at last_commented_at"),
    "tags": _columns("created_at updated_at is_locked"),
    "tag_aliases": _columns(
        "forum_post_id forum_topic_id reason updated_at creator_id approver_id post_count "
        "down_votes meh_votes up_votes"
    ),
    "tag_implications": _columns(
        "forum_post_id forum_topic_id reason updated_at approver_id creator_id descendant_names "
        "down_votes meh_votes up_votes"
    ),
}
ALL_COLUMNS = {table: DATED_COLUMNS[table] + ADDED_COLUMNS[table] for table in TABLES}
ESSENTIAL_COLUMNS = {
    "posts": _columns("id rating tag_string file_ext is_deleted"),
    "tags": _columns("name category"),
    "tag_aliases": _columns("antecedent_name consequent_name status"),
    "tag_implications": _columns("antecedent_name consequent_name status"),
}
EXTRA_COLUMN = "brand_new"
EXTRA_VALUE = 'a column of tomorrow,\n"quoted"'


# Rows made by hand


def post(id: int, tags: str | None, **columns: object) -> Row:
    """A kept post, safe unless said otherwise, with these columns in place of the usual ones."""
    usual: dict[str, object] = {
        "uploader_id": 2,
        "created_at": "2007-02-10 07:08:33.123456",
        "md5": f"{id:032x}",
        "source": "",
        "rating": "s",
        "image_width": 800,
        "image_height": 600,
        "locked_tags": "",
        "fav_count": 5,
        "file_ext": "png",
        "change_seq": id,
        "file_size": 123456,
        "comment_count": 0,
        "description": "",
        "updated_at": "2008-02-10 07:08:33.5",
        "is_deleted": False,
        "is_pending": False,
        "is_flagged": False,
        "score": 3,
        "up_score": 4,
        "down_score": -1,
        "is_rating_locked": False,
        "is_status_locked": False,
        "is_note_locked": False,
    }
    return _row("posts", {**usual, "id": id, "tag_string": tags, **columns})


def tag(name: str, category: int = 0, post_count: int | None = 0, **columns: object) -> Row:
    """A row of tags."""
    return _row("tags", {"name": name, "category": category, "post_count": post_count, **columns})


def alias(antecedent: str, consequent: str, status: str = "active", **columns: object) -> Row:
    """A row of tag_aliases."""
    return _edge("tag_aliases", antecedent, consequent, status, columns)


def implication(antecedent: str, consequent: str, status: str = "active", **columns: object) -> Row:
    """A row of tag_implications."""
    return _edge("tag_implications", antecedent, consequent, status, columns)


def _edge(
    table: str, antecedent: str, consequent: str, status: str, columns: dict[str, object]
) -> Row:
    ends = {"antecedent_name": antecedent, "consequent_name": consequent, "status": status}
    return _row(table, {**ends, **columns})


def _row(table: str, values: dict[str, object]) -> Row:
    """A row with every column of its table, refusing a misspelt one."""
    unknown = values.keys() - set(ALL_COLUMNS[table])
    if unknown:
        raise TypeError(f"{table} has no column {', '.join(sorted(unknown))}")
    return {column: _as_text(values.get(column)) for column in ALL_COLUMNS[table]}


def _as_text(value: object) -> str | None:
    """A value as PostgreSQL prints it."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return None if value is None else str(value)


# Files as PostgreSQL writes them


@dataclass(frozen=True)
class Layout:
    """How an export is laid out in files."""

    date: str | None = None
    """None for the undated layout, which has more columns"""
    gzipped: bool = True
    line_end: str = "\n"
    essential_only: bool = False
    extra_column: bool = False
    """whether each table has a column that nobody knows yet"""
    column_seed: int | None = None
    """None for the site's order of columns, else a number that shuffles them"""

    def file_name(self, table: str) -> str:
        """The name of a table's file."""
        date = f"-{self.date}" if self.date else ""
        return f"{table}{date}.csv{'.gz' if self.gzipped else ''}"

    def columns(self, table: str) -> list[str]:
        """The columns of a table's file, in their order."""
        full = DATED_COLUMNS if self.date else ALL_COLUMNS
        columns = list((ESSENTIAL_COLUMNS if self.essential_only else full)[table])
        if self.extra_column:
            columns.append(EXTRA_COLUMN)
        if self.column_seed is not None:
            random.Random(f"{self.column_seed} {table}").shuffle(columns)
        return columns


def write_export(folder: Path, export: Export, layout: Layout | None = None) -> Export:
    """Write the four files and return what is in them: a column that was left out is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {table: write_table(folder, table, getattr(export, table), layout) for table in TABLES}
    return Export(**tables)


def write_table(
    folder: Path, table: str, rows: Iterable[Row], layout: Layout | None = None
) -> list[Row]:
    """Write one file and return the rows that are in it."""
    layout = layout or Layout()
    columns = layout.columns(table)
    written = [
        {column: _cell(row, column, number) for column in columns}
        for number, row in enumerate(rows, start=1)
    ]
    lines = [columns, *(row.values() for row in written)]
    content = "".join(csv_line(line) + layout.line_end for line in lines).encode()
    if layout.gzipped:
        content = gzip.compress(content, compresslevel=1)
    (folder / layout.file_name(table)).write_bytes(content)
    return written


def _cell(row: Row, column: str, number: int) -> str | None:
    """The value of a column; a row without an id is numbered by its place."""
    if column == EXTRA_COLUMN:
        return EXTRA_VALUE
    value = row.get(column)
    return str(number) if column == "id" and value is None else value


def csv_line(values: Iterable[str | None]) -> str:
    """The values as a line of COPY ... CSV, not ended."""
    return ",".join(map(_csv_field, values))


def _csv_field(value: str | None) -> str:
    """A field of COPY ... CSV, which quotes only where it must, and an empty string always."""
    if value is None:
        return ""
    if value == "" or any(character in value for character in ',"\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return value


# Exports drawn at random

PLAIN_NAMES = ("fox", "red_fox", "canine", "canid", "mammal", "wolf", "fur", "rating_explicit")
ODD_NAMES = (
    "null",  # the first ones look like numbers, booleans or nothing
    "nan",
    "n/a",
    "true",
    "007",
    "1e5",
    "16:9",
    ":3",
    ">:)",
    '"quoted"_x',
    "it's",
    "\\m/",
    "{canine,canid}",
    "comma,_inside",
    "лиса",
    "Éclair",
    "éclair",
    "wide\u3000space",
    "no\u00a0break",
    "laboratory_glassware",
    "laboratory_glassware\u200e",
    "\uff5e",  # after the emoji in UTF-16, before it in UTF-8
    "\U0001f98a",
    "a" * 120,
    "rating_safe",
    "safe",
)
STATUSES = (
    "active",
    "deleted",
    "pending",
    "retired",
    "processing",
    "queued",
    "Active",
    "error: undefined method `tag_count_' for an instance of Post",
)
RATINGS = ("s", "q", "e", None, "x", "S")
FILE_KINDS = (
    *("jpg", "png", "webp", "JPG", "Png", "WEBP"),
    *("gif", "webm", "mp4", "swf", "GIF", "jpeg", "bmp", "", None),
)
NUMBERS = (
    *("0", "1", "-1", "17", "-17", None),
    *("32767", "32768", "-32768", "-32769"),
    *("65535", "65536", "-65535", "-65536"),
    *("2147483648", "4294967295", "4294967296", "1099511627776", "-1099511627776"),
)
HASHES = (
    "c4ca4238a0b923820dcc509a6f75849b",
    "C4CA4238A0B923820DCC509A6F75849B",
    "c4ca4238a0b923820dcc509a6f75849",
    "c4ca4238a0b923820dcc509a6f75849b0",
    "g4ca4238a0b923820dcc509a6f75849b",
    " c4ca4238a0b923820dcc509a6f75849",
    "",
    None,
)
TIMES = (
    "2007-02-10 07:08:33.123456",
    "2011-01-01 00:00:00.12",
    "2010-05-05 10:00:00",
    "2012-12-12",
    None,
)
TEXTS = (
    "plain",
    "two\nlines",
    "CRLF\r\nthen,a comma",
    "a lone \r return",
    'he said "hi"',
    '"',
    "\\.",
    "\\N",
    '\n1,2,"2007-02-10",\n',
    "\u2028žluťoučký 🦊",
    "",
    None,
)
NUMBER_COLUMNS = _columns(
    "uploader_id image_width image_height fav_count file_size comment_count score up_score "
    "down_score"
)
FLAG_COLUMNS = _columns("is_pending is_flagged is_rating_locked is_status_locked is_note_locked")


def vocabularies() -> st.SearchStrategy[list[str]]:
    """A few names; so few that chains, cycles and collisions come by themselves."""
    name = st.sampled_from(PLAIN_NAMES) | st.sampled_from(PLAIN_NAMES + ODD_NAMES)
    return st.lists(name, min_size=3, max_size=8, unique=True)


@st.composite
def exports(draw: st.DrawFn) -> Export:
    """A small well-formed export with every quirk of the site's at hand."""
    names = draw(vocabularies())
    return Export(
        posts=draw(post_rows(names)),
        tags=draw(tag_rows(names)),
        tag_aliases=draw(edge_rows("tag_aliases", names, walks=(0, 0, 1, 2, 3))),
        tag_implications=draw(edge_rows("tag_implications", names, walks=(0, 2, 3, 4, 5))),
    )


def tag_rows(names: list[str]) -> st.SearchStrategy[list[Row]]:
    """Rows of tags for some of the names, for some of them twice."""
    row = st.builds(
        tag,
        st.sampled_from([*names, "rating_safe", "only_in_tags"]),
        st.integers(0, 8),
        st.sampled_from([0, 2, 123456, -1, None]),
    )
    return st.lists(row, max_size=len(names) + 3)


@st.composite
def edge_rows(
    draw: st.DrawFn, table: str, names: list[str], *, walks: tuple[int, ...]
) -> list[Row]:
    """Aliases or implications as walks over the names, so that one edge often goes on another."""
    rows: list[Row] = []
    for _ in range(draw(st.sampled_from(walks))):
        walk = draw(_walks(names))
        for ends in pairwise(walk):
            rows.append(_edge(table, *ends, draw(_statuses()), draw(_edge_columns())))
    if draw(st.booleans()) and rows:
        rows.append(draw(st.sampled_from(rows)) | {"status": draw(_statuses())})
    return draw(st.permutations(rows)) if draw(st.booleans()) else rows


@st.composite
def _walks(draw: st.DrawFn, names: list[str]) -> list[str]:
    """Two to five names in a row: a chain, a self edge, a cycle, or a cycle with a tail."""
    name = st.sampled_from(names)
    chain = draw(st.lists(name, min_size=2, max_size=4, unique=True))
    ending = draw(st.sampled_from(["chain"] * 5 + ["self", "cycle", "any"]))
    match ending:
        case "self":
            return [*chain, chain[-1]]
        case "cycle":
            return [*chain, draw(st.sampled_from(chain[:-1]))]
        case "any":
            return [*chain, draw(name)]
    # In one direction, else most chains would close to a cycle with another.
    return sorted(chain, key=names.index)


def _statuses() -> st.SearchStrategy[str]:
    # Three in four count, else hardly a chain would.
    return st.sampled_from(["active"] * 22 + list(STATUSES))


def _edge_columns() -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({"created_at": st.sampled_from(TIMES)})


@st.composite
def post_rows(draw: st.DrawFn, names: list[str]) -> list[Row]:
    """Posts with ids that mostly ascend, some of them given twice."""
    fewest = draw(st.sampled_from([0, 3, 6]))
    rows = draw(
        st.lists(posts(names), min_size=fewest, max_size=10, unique_by=lambda row: row["id"])
    )
    rows.sort(key=lambda row: int(row["id"] or 0))
    if rows and draw(st.integers(0, 2)) == 0:
        # At the end or at any other place, so that the later row is not always the new one.
        again = draw(posts(names)) | {"id": draw(st.sampled_from(rows))["id"]}
        rows.insert(draw(st.integers(0, len(rows))), again)
    return draw(st.permutations(rows)) if draw(st.integers(0, 3)) == 0 else rows


@st.composite
def posts(draw: st.DrawFn, names: list[str]) -> Row:
    """A post; half of them have nothing odd but their tags."""
    id = draw(st.integers(1, 40) | st.integers(1, 2**31 - 1))
    columns: dict[str, Any] = {"rating": draw(st.sampled_from(RATINGS))}
    if draw(st.booleans()):
        columns |= draw(_odd_columns())
    return post(id, draw(tag_strings(names)), **columns)


@st.composite
def tag_strings(draw: st.DrawFn, names: list[str]) -> str | None:
    """Names with single spaces between them, some repeated, now and then with spaces too many."""
    name = st.sampled_from(names) | st.sampled_from([*names, "only_in_posts", "rating_safe"])
    found = draw(st.lists(name, min_size=draw(st.sampled_from([0, 2, 4])), max_size=7))
    if not found:
        return draw(st.sampled_from(["", None, " "]))
    separators = st.sampled_from([" ", " ", " ", "  "])
    text = found[0] + "".join(draw(separators) + name for name in found[1:])
    return draw(st.sampled_from(["", "", "", " "])) + text + draw(st.sampled_from(["", "", " "]))


def _odd_columns() -> st.SearchStrategy[dict[str, Any]]:
    """Some columns of a post with values out of the ordinary."""
    text, time = st.sampled_from(TEXTS), st.sampled_from(TIMES)
    flag = st.sampled_from(["t", "f", None])
    return st.fixed_dictionaries(
        {"file_ext": st.sampled_from(["jpg", "webp"] * 6 + list(FILE_KINDS))},
        optional={
            **dict.fromkeys(NUMBER_COLUMNS, st.sampled_from(NUMBERS)),
            **dict.fromkeys(FLAG_COLUMNS, flag),
            **dict.fromkeys(("source", "description", "locked_tags"), text),
            **dict.fromkeys(("created_at", "updated_at", "last_noted_at"), time),
            "is_deleted": flag,
            "md5": st.sampled_from(HASHES),
            "parent_id": st.sampled_from(["1", None]),
            "approver_id": st.sampled_from(["17", None]),
            "change_seq": st.sampled_from(["12345678", None]),
            "duration": st.sampled_from(["12.5", "0", None]),
            "bg_color": st.sampled_from(["b4c7d9", None]),
        },
    )


def layouts() -> st.SearchStrategy[Layout]:
    """Any way in which an export may come."""
    return st.builds(
        Layout,
        date=st.sampled_from([None, "2025-05-01"]),
        gzipped=st.booleans(),
        line_end=st.sampled_from(["\n", "\n", "\r\n"]),
        essential_only=st.booleans(),
        extra_column=st.booleans(),
        column_seed=st.none() | st.integers(0, 99),
    )


def build_options() -> st.SearchStrategy[dict[str, Any]]:
    """Keyword arguments for the reference and for the build alike."""
    return st.fixed_dictionaries(
        {},
        optional={
            "min_posts": st.integers(1, 4),
            "all_files": st.booleans(),
            "include_deleted": st.booleans(),
        },
    )
