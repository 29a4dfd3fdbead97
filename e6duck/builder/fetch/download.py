"""One file of the export: resumed where it broke off, proved, and only then given its name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import httpx

from ... import files
from ...errors import SourceError
from .client import Notify, Retries, RetryableError, RetryPolicy, opened
from .manifest import ManifestEntry

OnBytes = Callable[[str, int], object]  # the name of a file, and how many of its bytes are here


def is_here(listed: ManifestEntry, folder: Path) -> bool:
    """Tell whether a file is in folder with the checksum that is listed."""
    path = folder / listed.file_name
    return path.is_file() and path.stat().st_size == listed.size and sha256(path) == listed.sha256


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def part_path(listed: ManifestEntry, folder: Path) -> Path:
    """Return where a file grows: a name of its content, so that no other export is resumed."""
    return folder / f".part-{listed.sha256[:16]}-{listed.file_name}"


def download(
    http: httpx.Client,
    listed: ManifestEntry,
    folder: Path,
    *,
    retry_policy: RetryPolicy,
    prove: Callable[[Path], object],
    on_bytes: OnBytes,
    on_notice: Notify,
) -> None:
    """Download a file; what was loaded stays in folder if that fails, for the next time.

    prove: raises where a file with the right checksum is still of no use. Raises `SourceError`
    for a file that is not as listed.
    """
    part = part_path(listed, folder)
    is_resumed = part.exists()
    _fill(http, listed, part, Retries(retry_policy, on_notice), on_bytes)
    if is_resumed and sha256(part) != listed.sha256:
        on_notice(f"{listed.file_name}: what was resumed does not fit; starting anew")
        part.unlink()
        _fill(http, listed, part, Retries(retry_policy, on_notice), on_bytes)
    try:
        if sha256(part) != listed.sha256:
            raise SourceError(
                f"{listed.url} has another checksum than the index lists; try again later"
            )
        prove(part)
    except SourceError:
        part.unlink()
        raise
    files.sync(part)
    part.replace(folder / listed.file_name)
    files.sync_folder(folder)


def _fill(
    http: httpx.Client, listed: ManifestEntry, part: Path, attempts: Retries, on_bytes: OnBytes
) -> None:
    """Load what is missing of a part, trying again where the server is busy or the line cut."""
    while (size := _size(part)) != listed.size or not part.exists():
        if size > listed.size:
            part.unlink()
            size = 0
        try:
            _load(http, listed, part, size, attempts, on_bytes)
            if _size(part) != listed.size:
                raise RetryableError("the download was cut off", None)
        except (httpx.RequestError, RetryableError) as error:
            attempts.wait(listed.file_name, error)


def _load(
    http: httpx.Client,
    listed: ManifestEntry,
    part: Path,
    start: int,
    attempts: Retries,
    on_bytes: OnBytes,
) -> None:
    with opened(http, listed.url, start) as response:
        is_resumed = bool(start) and _begins_at(response, start)
        if response.status_code != httpx.codes.OK and not is_resumed:
            part.unlink(missing_ok=True)  # the next try starts anew
            raise RetryableError("the download cannot be resumed there", None)
        done = start if is_resumed else 0
        with part.open("ab" if is_resumed else "wb") as file:
            for data in response.iter_raw():
                done += len(data)
                if done > listed.size:
                    raise SourceError(
                        f"{listed.url} is longer than the index lists; try again later"
                    )
                file.write(data)
                attempts.progress(done)
                on_bytes(listed.file_name, done)


def _begins_at(response: httpx.Response, start: int) -> bool:
    """Tell whether an answer is the part of the file that was asked for."""
    given = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return response.status_code == httpx.codes.PARTIAL_CONTENT and bool(
        given and int(given[1]) == start
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
