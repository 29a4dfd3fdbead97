"""The export in a folder: which file of each table is the newest, its header, its health."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import shlex
import threading
import zlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from ..db.errors import first_line
from ..db.sql_files import file_literal, literal
from ..errors import SourceError

_INTEGER = "BIGINT"
_TEXT = "VARCHAR"
_TIME = "TIMESTAMP"
_FLAG = "BOOLEAN"

# Every column that the site has exported, with the type that it is read as.
COLUMNS: dict[str, dict[str, str]] = {
    "posts": {
        "id": _INTEGER,
        "uploader_id": _INTEGER,
        "created_at": _TIME,
        "md5": _TEXT,
        "source": _TEXT,
        "rating": _TEXT,
        "image_width": _INTEGER,
        "image_height": _INTEGER,
        "tag_string": _TEXT,
        "locked_tags": _TEXT,
        "fav_count": _INTEGER,
        "file_ext": _TEXT,
        "parent_id": _INTEGER,
        "change_seq": _INTEGER,
        "approver_id": _INTEGER,
        "file_size": _INTEGER,
        "comment_count": _INTEGER,
        "description": _TEXT,
        "duration": "DOUBLE",
        "updated_at": _TIME,
        "is_deleted": _FLAG,
        "is_pending": _FLAG,
        "is_flagged": _FLAG,
        "score": _INTEGER,
        "up_score": _INTEGER,
        "down_score": _INTEGER,
        "is_rating_locked": _FLAG,
        "is_status_locked": _FLAG,
        "is_note_locked": _FLAG,
        "bg_color": _TEXT,
        "last_noted_at": _TIME,
        "last_commented_at": _TIME,
    },
    "tags": {"name": _TEXT, "category": "UTINYINT", "post_count": _INTEGER},
    "tag_aliases": {"antecedent_name": _TEXT, "consequent_name": _TEXT, "status": _TEXT},
    "tag_implications": {
        "antecedent_name": _TEXT,
        "consequent_name": _TEXT,
        "status": _TEXT,
        "descendant_names": _TEXT,
    },
}

# The same for tables that are loaded where they are there.
MORE_COLUMNS: dict[str, dict[str, str]] = {
    "pools": {
        "id": _INTEGER,
        "name": _TEXT,
        "created_at": _TIME,
        "updated_at": _TIME,
        "creator_id": _INTEGER,
        "description": _TEXT,
        "is_active": _FLAG,
        "category": _TEXT,
        "post_ids": _TEXT,
    },
    "wiki_pages": {
        "id": _INTEGER,
        "created_at": _TIME,
        "updated_at": _TIME,
        "title": _TEXT,
        "body": _TEXT,
        "creator_id": _INTEGER,
        "updater_id": _INTEGER,
        "is_locked": _FLAG,
        "parent": _TEXT,
    },
    "artists": {
        "id": _INTEGER,
        "name": _TEXT,
        "other_names": _TEXT,
        "group_name": _TEXT,
        "linked_user_id": _INTEGER,
        "is_active": _FLAG,
        "is_locked": _FLAG,
        "creator_id": _INTEGER,
        "created_at": _TIME,
        "updated_at": _TIME,
        "active_urls": _TEXT,
        "inactive_urls": _TEXT,
    },
}

ESSENTIAL: dict[str, tuple[str, ...]] = {
    "posts": ("id", "rating", "tag_string", "file_ext", "is_deleted"),
    "tags": ("name", "category"),
    "tag_aliases": ("antecedent_name", "consequent_name", "status"),
    "tag_implications": ("antecedent_name", "consequent_name", "status"),
    "pools": ("id", "name", "post_ids"),
    "wiki_pages": ("id", "title", "body"),
    "artists": ("id", "name"),
}

_FILE_NAME = re.compile(r"(\w+?)(?:-(\d{4}-\d{2}-\d{2}))?\.csv(\.gz)?")
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_LONGEST_HEADER = 1 << 16
LONGEST_ROW = 1 << 21  # far above the 50,000 characters of the longest description
REJECTS_LIMIT = 100_000  # faults noted of a file: more is an error, and would fill the memory
_BUFFER = 1 << 22  # else DuckDB takes 16 times the longest row, and half the memory of a build


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


@dataclass(frozen=True)
class Checked:
    """What reading a whole file has shown: its size in bytes, the sha256 of its bytes and of its
    text, which differ where it is compressed.
    """

    size: int
    sha256: str
    content_sha256: str
    has_even_quotes: bool  # else one is open, or stands within a field without a second


def find_sources(folder: Path) -> dict[str, Source]:
    """Return the newest file of each of the four tables, with their headers read and checked.

    After them stand those of `MORE_COLUMNS` that are there.
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
    """Undated beats dated, a later date an earlier, then the later modified, then plain text."""
    candidates: dict[str, list[tuple[tuple[str, int, bool], Path, str | None]]] = {}
    for path in folder.iterdir():
        match = _FILE_NAME.fullmatch(path.name)
        if match and match[1] in ESSENTIAL and path.is_file():
            order = (match[2] or "undated", path.stat().st_mtime_ns, match[3] is None)
            candidates.setdefault(match[1], []).append((order, path, match[2]))
    return {table: max(found)[1:] for table, found in candidates.items()}


def inspect(table: str, path: Path, date: str | None = None) -> Source:
    """Return a file with its header read; raises `SourceError` where that is not the table's."""
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
        raise _unreadable(path, error) from error
    if not start:
        raise SourceError(f"{path} is empty; download it again")
    line, end, rest = start.partition(b"\n")
    try:
        text = line.decode("utf-8-sig").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not valid UTF-8; download it again") from error
    if text.lstrip()[:1] == "<":
        raise SourceError(f"{path} is a web page, not an export; download it again")
    columns = next(csv.reader([text]), [])
    named = (name or f"column_{number}" for number, name in enumerate(columns, start=1))
    return tuple(named), bool(end and rest.strip())


def _open(path: Path) -> IO[bytes]:
    if path.suffix != ".gz":
        return path.open("rb")
    with path.open("rb") as file:
        start = file.read(_CHUNK)
    if start and not start.startswith(_GZIP_MAGIC):
        kind = "is a web page" if start.lstrip()[:1] == b"<" else "is not gzip, whatever its name"
        raise SourceError(f"{path} {kind}; download it again (or rename it, if it is plain CSV)")
    if not start:
        return io.BytesIO()  # empty text, which the caller names for what it is
    return cast(IO[bytes], gzip.open(path))


def _unreadable(path: Path, error: BaseException) -> SourceError:
    if isinstance(error, EOFError):
        return SourceError(f"{path} is truncated; download it again")
    if isinstance(error, (gzip.BadGzipFile, zlib.error)):
        return SourceError(f"{path} is corrupt ({error}); download it again")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return SourceError(f"{path} cannot be read: {reason}")


def check(source: Source, is_over: Callable[[], bool] = lambda: False) -> Checked:
    """Read a whole file once: hash its bytes, prove gzip's CRC and length, and count its quotes.

    is_over: whether nobody waits for the answer any more; raises `CancelledError` then.
    """
    digest, content_digest = hashlib.sha256(), hashlib.sha256()
    quote_count = 0
    try:
        with source.path.open("rb") as file:
            reader = _Hashing(file, digest)
            text = gzip.GzipFile(fileobj=reader) if source.is_gzip else reader
            while data := text.read(_CHUNK):
                if is_over():
                    raise CancelledError
                quote_count += data.count(b'"')
                if source.is_gzip:
                    content_digest.update(data)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(source.path, error) from error
    content = content_digest if source.is_gzip else digest
    return Checked(reader.size, digest.hexdigest(), content.hexdigest(), quote_count % 2 == 0)


class _Hashing(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes], digest: hashlib._Hash) -> None:
        self._file = file
        self._digest = digest
        self.size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        self.size += len(data)
        return data


@contextmanager
def checking(sources: dict[str, Source]) -> Iterator[dict[str, Future[Checked]]]:
    """Check all files in a thread while the block reads them.

    When the block fails, a broken file is the better explanation: its error is raised instead.
    """
    over = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="check") as pool:
        results = {
            table: pool.submit(check, source, over.is_set) for table, source in sources.items()
        }
        try:
            yield results
        except Exception as error:
            for result in results.values():
                broken = result.exception()
                if isinstance(broken, SourceError):
                    raise broken from error
            if refusal := _refusal(error, sources.values()):
                raise refusal from error
            raise
        except BaseException:  # Ctrl-C waits for no file to be read to its end
            over.set()
            pool.shutdown(cancel_futures=True)
            raise


def _refusal(error: Exception, sources: Collection[Source]) -> SourceError | None:
    """Return what to say where DuckDB gives up a file as a whole that passes our check.

    It does so over a carriage return that stands alone, and over a gzip with flags that it does
    not know or with zeros after its end.
    """
    said = first_line(error)
    if isinstance(error, duckdb.InvalidInputException):
        named = re.search(r"^ *file = (.+)$", str(error), re.MULTILINE)
        return SourceError(f"{named[1]} is damaged ({said}); download it again") if named else None
    if isinstance(error, duckdb.IOException) and "GZIP" in said:
        names = " or ".join(str(source.path) for source in sources if source.is_gzip)
        return SourceError(f"DuckDB cannot read {names} ({said}); decompress it with gunzip")
    return None


def select_sql(source: Source, rejects_table: str) -> str:
    """Return a query that reads all known columns of a file; a missing one is null.

    The dialect is stated, never guessed: strict mode, since else one stray quote swallows the rows
    up to the next; no quoted nulls, since an empty string is no null. Not in parallel, since a part
    that begins inside a description would read the lines there as rows, should they look like some.
    The line end alone is left to the header: DuckDB 2.0 finds no row where "\\r\\n" is stated.
    Rows that break all this go to rejects_table. A view takes no parameter, so names and path are
    quoted here.
    """
    known = (COLUMNS | MORE_COLUMNS)[source.table]
    types = {column: known.get(column, _TEXT) for column in source.header}
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    selected = ", ".join(
        name if name in types else f"null::{kind} as {name}" for name, kind in known.items()
    )
    return f"""
        select {selected}
        from read_csv(
            {file_literal(source.path)},
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


def read_text(source: Source) -> IO[bytes]:
    """Open a file to read its text, decompressed."""
    return _open(source.path)
