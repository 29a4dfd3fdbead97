"""The files of the export: find the newest of each table, check them, read them as SQL."""

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
import numpy as np

from ..db.errors import first_line
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


@dataclass(frozen=True)
class Checked:
    """What is known about a file after it was read completely."""

    size: int  # in bytes
    sha256: str  # of its bytes
    content_sha256: str  # of its text; the same as sha256 if it is not compressed
    has_even_quotes: bool  # if not, a quoted field is not closed, or a field contains a quote


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


def _unreadable(path: Path, error: BaseException) -> SourceError:
    if isinstance(error, EOFError):
        return SourceError(f"{path} is truncated; download it again")
    if isinstance(error, (gzip.BadGzipFile, zlib.error)):
        return SourceError(f"{path} is corrupt ({error}); download it again")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return SourceError(f"{path} cannot be read: {reason}")


def check(source: Source, is_over: Callable[[], bool] = lambda: False) -> Checked:
    """Read a whole file once; returns what is known about it then.

    is_over: returns whether the result is no longer needed; `CancelledError` is raised then.
    """
    reader = CheckingReader(source)
    for _ in reader.blocks(_CHUNK):
        if is_over():
            raise CancelledError
    return reader.checked()


class CheckingReader:
    """Reads a file once: hashes its bytes, verifies gzip's CRC and length, counts its quotes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._digest, self._content_digest = hashlib.sha256(), hashlib.sha256()
        self._mask = np.empty(0, bool)
        self._size = 0
        self.quote_count = 0  # in the blocks that were read

    def blocks(self, size: int) -> Iterator[bytes]:
        """Yield the text, decompressed, in blocks of size bytes; the last may be shorter."""
        is_gzip = self._source.is_gzip
        try:
            with self._source.path.open("rb", buffering=0) as file:
                hashing = _Hashing(file, self._digest)
                text: IO[bytes] = cast(IO[bytes], hashing)
                if is_gzip:
                    text = cast(IO[bytes], gzip.GzipFile(fileobj=hashing))
                while data := text.read(size):
                    self.quote_count += self._quotes_in(data)
                    if is_gzip:
                        self._content_digest.update(data)
                    yield data
                self._size = hashing.size
        except (OSError, EOFError, zlib.error) as error:
            raise _unreadable(self._source.path, error) from error

    def _quotes_in(self, data: bytes) -> int:
        # Other than bytes.count, NumPy lets other threads of Python work meanwhile.
        if len(self._mask) < len(data):
            self._mask = np.empty(len(data), bool)
        found = np.equal(np.frombuffer(data, np.uint8), _QUOTE, out=self._mask[: len(data)])
        return int(np.count_nonzero(found))

    def checked(self) -> Checked:
        """Return what is known about the file after all blocks were read."""
        content = self._content_digest if self._source.is_gzip else self._digest
        return Checked(
            size=self._size,
            sha256=self._digest.hexdigest(),
            content_sha256=content.hexdigest(),
            has_even_quotes=self.quote_count % 2 == 0,
        )


class _Hashing(io.RawIOBase):
    """A file that hashes the bytes that are read from it, and counts them."""

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
    """Check the files in a thread while the block reads them; it checks the posts itself.

    If the block fails and a file is broken, the error about the file is raised instead, because it
    explains the failure better.
    """
    over = threading.Event()
    results: dict[str, Future[Checked]] = {"posts": Future()}
    with ThreadPoolExecutor(1, thread_name_prefix="check") as pool:
        for table, source in sources.items():
            if table != "posts":
                results[table] = pool.submit(check, source, over.is_set)
        try:
            yield results
        except Exception as error:
            for table, result in results.items():
                if table == "posts" and not result.done():
                    result = pool.submit(check, sources["posts"], over.is_set)
                broken = result.exception()
                if isinstance(broken, SourceError):
                    raise broken from error
            if refusal := _refusal(error, sources.values()):
                raise refusal from error
            raise
        except BaseException:  # Ctrl-C does not wait until a file is read completely
            over.set()
            pool.shutdown(cancel_futures=True)
            raise


def _refusal(error: Exception, sources: Collection[Source]) -> SourceError | None:
    """Return the error to raise if DuckDB cannot read a file that passes our check, else None.

    DuckDB rejects a whole file for a single carriage return, and a gzip file for flags that it does
    not know or for zeros after its end.
    """
    reason = first_line(error)
    if isinstance(error, duckdb.InvalidInputException):
        named = re.search(r"^ *file = (.+)$", str(error), re.MULTILINE)
        text = f"is damaged ({reason}); download it again"
        return SourceError(f"{named[1]} {text}") if named else None
    if isinstance(error, duckdb.IOException) and "GZIP" in reason:
        names = " or ".join(str(source.path) for source in sources if source.is_gzip)
        return SourceError(f"DuckDB cannot read {names} ({reason}); decompress it with gunzip")
    return None


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
