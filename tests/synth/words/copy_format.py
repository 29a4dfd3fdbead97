"""The undated layout, written byte by byte as PostgreSQL's COPY … WITH CSV HEADER does."""

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text; a list of forty quoted words is hard to read and to change."""
    return tuple(text.split())


COLUMNS: dict[str, tuple[str, ...]] = {
    "posts": words("""
        id uploader_id created_at md5 source rating image_width image_height tag_string
        locked_tags fav_count file_ext parent_id change_seq approver_id file_size comment_count
        description duration updated_at is_deleted is_pending is_flagged score up_score
        down_score is_rating_locked is_status_locked is_note_locked bg_color last_noted_at
        last_commented_at
    """),
    "tags": words("id name category post_count created_at updated_at is_locked"),
    "tag_aliases": words("""
        id antecedent_name consequent_name created_at status forum_post_id forum_topic_id reason
        updated_at creator_id approver_id post_count down_votes meh_votes up_votes
    """),
    "tag_implications": words("""
        id antecedent_name consequent_name created_at status forum_post_id forum_topic_id reason
        updated_at approver_id creator_id descendant_names down_votes meh_votes up_votes
    """),
}

# Characters that make an array element quoted; the word NULL would mean a missing element.
_ARRAY_SPECIAL = frozenset('{},"\\ \t\n\r\v\f')


def field(value: str | int | None) -> str:
    """Return one CSV field: NULL is nothing at all, an empty string is a pair of quotes."""
    if value is None:
        return ""
    text = str(value)
    if not text:
        return '""'
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def boolean(value: bool) -> str:
    """Return PostgreSQL's letter for a truth value."""
    return "t" if value else "f"


def array(names: Iterable[str]) -> str:
    """Return a PostgreSQL array literal, before CSV quoting."""
    return "{" + ",".join(map(_array_element, names)) + "}"


def _array_element(name: str) -> str:
    """Return one element of an array literal, quoted where the server would quote it."""
    if name and name.upper() != "NULL" and _ARRAY_SPECIAL.isdisjoint(name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def timestamp(iso: str) -> str:
    """Return an ISO time with six fraction digits as the server prints it, its last zeros cut."""
    return iso.replace("T", " ").rstrip("0").rstrip(".")


class TableFile:
    """One open table: its header is written, rows are appended as ready-made fields."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, table: str) -> None:
        self._stream = stream
        self.write_rows([COLUMNS[table]])

    def write_rows(self, rows: Iterable[Iterable[str]]) -> None:
        """Append rows whose fields already went through `field` and its like."""
        lines = "\n".join(map(",".join, rows))
        if lines:
            self._stream.write(lines.encode() + b"\n")


@contextmanager
def table_file(
    folder: Path, table: str, *, compressed: bool, level: int = 6
) -> Iterator[TableFile]:
    """Yield the table's new file in folder; a gzip header names neither time nor file."""
    with (folder / (f"{table}.csv" + ".gz" * compressed)).open("wb") as raw:
        if not compressed:
            yield TableFile(raw, table)
            return
        with gzip.GzipFile("", "wb", level, raw, mtime=0) as stream:
            yield TableFile(stream, table)
