"""Check files of the export while they are read: bytes, checksums, gzip, and quotes."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import threading
import zlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

import duckdb
import numpy as np

from ..db.errors import first_line
from ..errors import SourceError
from .source import Source, unreadable

_CHUNK = 1 << 20
_QUOTE = 0x22


@dataclass(frozen=True)
class Checked:
    """What is known about a file after it was read completely."""

    size: int  # in bytes
    sha256: str  # of its bytes
    content_sha256: str  # of its text; the same as sha256 if it is not compressed
    has_even_quotes: bool  # if not, a quoted field is not closed, or a field contains a quote


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
            raise unreadable(self._source.path, error) from error

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
