"""The files of the export: find the newest of each table, check them, read them as SQL."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shlex
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from ..db.sql_files import file_literal, literal
from ..errors import SourceError
from .columns import COLUMNS, ESSENTIAL, MORE_COLUMNS, TEXT
from .row_faults import INTEGERS, kinds, merged_rows

_FILE_NAME = re.compile(r"(\w+?)(?:-(\d{4}-\d{2}-\d{2}))?\.csv(\.gz)?")
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_QUOTE = 0x22
_LONGEST_HEADER = 1 << 16
LONGEST_ROW = 1 << 21  # the longest description has 50,000 characters
REJECTS_LIMIT = 100_000  # faults noted per file: more is an error, and would fill the memory
_BUFFER = 1 << 22  # the default, 16 times the longest row, is half the memory of a build


@dataclass(frozen=True)
class Source:
    """One CSV file of the export."""

    table: str
    path: Path
    date: str | None  # as in the file name; None in the undated layout
    header: tuple[str, ...]
    has_rows: bool

    @property
    def is_gzip(self) -> bool:
        """Whether the file is compressed."""
        return self.path.suffix == ".gz"


def find_sources(folder: Path) -> dict[str, Source]:
    """Return the newest file of each of the four tables, then those of the optional tables.

    The headers are read and checked. Raises `SourceError` if one of the four files is missing.
    """
    _check_folder(folder)
    newest = _newest_files(folder)
    if missing := [table for table in COLUMNS if table not in newest]:
        raise SourceError(
            f"{folder} has no {_listed(missing)} (.csv, .csv.gz or -YYYY-MM-DD.csv.gz); name the"
            f" folder of an export, or download one: e6duck fetch {shlex.quote(str(folder))}"
        )
    known = (*COLUMNS, *(table for table in MORE_COLUMNS if table in newest))
    sources = {table: inspect(table, *newest[table]) for table in known}
    if not sources["posts"].has_rows:
        raise SourceError(f"{sources['posts'].path} has a header but no posts; download it again")
    return sources


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        place = "DIR" if folder.exists() else shlex.quote(str(folder))
        raise SourceError(
            f"{folder} {what}; name the folder of an export, or download one: e6duck fetch {place}"
        )


def _listed(names: Collection[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _newest_files(folder: Path) -> dict[str, tuple[Path, str | None]]:
    """Return the newest file of each table, with the date in its name.

    A file without a date comes before a dated one, then a later date, then a later modification,
    then plain text.
    """
    candidates: dict[str, list[tuple[tuple[str, int, bool], Path, str | None]]] = {}
    for path in folder.iterdir():
        match = _FILE_NAME.fullmatch(path.name)
        if match and match[1] in ESSENTIAL and path.is_file():
            order = (match[2] or "undated", path.stat().st_mtime_ns, match[3] is None)
            candidates.setdefault(match[1], []).append((order, path, match[2]))
    return {table: max(found)[1:] for table, found in candidates.items()}


def inspect(table: str, path: Path, date: str | None = None) -> Source:
    """Read the header of a file; raises `SourceError` if it is not that of the table's export."""
    header, has_rows = _read_header(path)
    for column in ESSENTIAL[table]:
        if column not in header:
            raise SourceError(f"{path} has no column {column}; is it the site's {table} export?")
    names = [column.lower() for column in header]  # as DuckDB compares them
    for column in header:
        if names.count(column.lower()) > 1:
            raise SourceError(f"{path} has the column {column} twice")
    return Source(table, path, date, header, has_rows)


def _read_header(path: Path) -> tuple[tuple[str, ...], bool]:
    """Return the column names and whether any row follows."""
    try:
        with _open(path) as file:
            start = file.read(_LONGEST_HEADER)
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, error) from error
    if not start:
        raise SourceError(f"{path} is empty; download it again")
    line, end, rest = start.partition(b"\n")
    try:
        text = line.decode("utf-8-sig").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not valid UTF-8; download it again") from error
    if text.lstrip()[:1] == "<":
        raise SourceError(f"{path} is a web page, not an export; download it again")
    if "\r" in text:
        raise SourceError(
            f"{path} has lines that end in CR alone, or a CR in its header; write it with LF as"
            " line end"
        )
    try:
        columns = next(csv.reader([text]), [])
    except csv.Error as error:
        raise SourceError(f"{path} has a header that is damaged ({error})") from error
    named = (name or f"column_{number}" for number, name in enumerate(columns, start=1))
    return tuple(named), bool(end and rest.strip())


def _open(path: Path) -> IO[bytes]:
    if path.suffix != ".gz":
        return path.open("rb")
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    if start and not start.startswith(_GZIP_MAGIC):
        kind = "is a web page" if start.lstrip()[:1] == b"<" else "is not a gzip file"
        raise SourceError(f"{path} {kind}; download it again (or rename it, if it is plain CSV)")
    if not start:
        return io.BytesIO()  # empty text, which the caller reports
    return cast(IO[bytes], gzip.open(path))


def unreadable(path: Path, error: BaseException) -> SourceError:
    """Return the error for a file that cannot be read."""
    if isinstance(error, EOFError):
        return SourceError(f"{path} is truncated; download it again")
    if isinstance(error, (gzip.BadGzipFile, zlib.error)):
        return SourceError(f"{path} is corrupt ({error}); download it again")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return SourceError(f"{path} cannot be read: {reason}")


def select_sql(source: Source, rejects_table: str, *, file: str | None = None) -> str:
    """Return a query that reads all known columns of a file; a missing column is null.

    Integers are read as text. A last column, row_fault, says why a row must be several rows.

    file: an expression for the path of another file with the same header (default: of the source).

    The dialect is stated, not detected. Strict mode: without it, one stray quote swallows the rows
    up to the next. No quoted nulls: an empty string is not null. Not parallel: a thread that starts
    inside a description would read lines of text as rows if they look like rows. Only the line end
    is detected from the header, because DuckDB 2.0 finds no rows if "\\r\\n" is stated. Rows that
    do not fit go to rejects_table. A view takes no parameters, so names and path are quoted here.
    """
    known = (COLUMNS | MORE_COLUMNS)[source.table]
    types = kinds(source.table, source.header)
    read = {name: TEXT if kind in INTEGERS else kind for name, kind in types.items()}
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in read.items())
    selected = ", ".join(
        name if name in types else f"null::{kind} as {name}" for name, kind in known.items()
    )
    return f"""
        select {selected}, {merged_rows(types)} as row_fault
        from read_csv(
            {file or file_literal(source.path)},
            auto_detect = false,
            columns = {{{columns}}},
            header = true,
            delim = ',',
            quote = '"',
            escape = '"',
            nullstr = '',
            allow_quoted_nulls = false,
            strict_mode = true,
            parallel = false,
            max_line_size = {LONGEST_ROW},
            buffer_size = {_BUFFER},
            store_rejects = true,
            rejects_limit = {REJECTS_LIMIT},
            rejects_table = {literal(rejects_table)},
            rejects_scan = {literal(rejects_table + "_scan")}
        )
    """


def header_line(source: Source) -> bytes:
    """Return the first line of a file, with its end."""
    with read_text(source) as file:
        return file.readline()


def read_text(source: Source) -> IO[bytes]:
    """Open a file to read its text, decompressed."""
    return _open(source.path)
