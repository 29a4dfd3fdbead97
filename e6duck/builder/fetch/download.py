"""Download one file of the export: resume it, check it, then give it its final name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import httpx

from ... import files
from ...errors import SourceError
from ...progress import Notify
from .client import Retries, RetryableError, RetryPolicy, opened
from .deadline import Deadline
from .manifest import ManifestEntry

OnBytes: TypeAlias = Callable[[str, int], object]
"""Called with the name of a file and the number of its bytes that are downloaded so far"""


def is_downloaded(entry: ManifestEntry, folder: Path) -> bool:
    """Return whether a file is in folder with the checksum of its entry."""
    path = folder / entry.file_name
    return (
        path.is_file() and path.stat().st_size == entry.size and files.sha256(path) == entry.sha256
    )


def part_path(entry: ManifestEntry, folder: Path) -> Path:
    """Return the path of a file until it is complete.

    It depends on the checksum, so that the part of another export is not resumed.
    """
    return folder / f".part-{entry.sha256[:16]}-{entry.file_name}"


def download(
    http: httpx.Client,
    entry: ManifestEntry,
    folder: Path,
    *,
    retry_policy: RetryPolicy,
    check: Callable[[Path], object],
    on_bytes: OnBytes,
    on_notice: Notify,
) -> None:
    """Download a file; if that fails, the downloaded part stays in folder for the next time.

    check: raises `SourceError` if a file with the right checksum is still not usable. Raises
    `SourceError` if the file differs from its entry.
    """
    part = part_path(entry, folder)
    is_resumed = part.exists()
    fill = partial(_fill, http, entry, part, retry_policy.deadline, on_bytes=on_bytes)
    fill(Retries(retry_policy, on_notice))
    if is_resumed and files.sha256(part) != entry.sha256:
        on_notice(f"{entry.file_name}: the resumed file has another checksum; starting again")
        part.unlink()
        fill(Retries(retry_policy, on_notice))
    try:
        if files.sha256(part) != entry.sha256:
            raise SourceError(
                f"{entry.url} has another checksum than the index lists; try again later"
            )
        check(part)
    except SourceError:
        part.unlink()
        raise
    files.sync(part)
    part.replace(folder / entry.file_name)
    files.sync_folder(folder)


def _fill(
    http: httpx.Client,
    entry: ManifestEntry,
    part: Path,
    seconds: float,
    retries: Retries,
    on_bytes: OnBytes,
) -> None:
    """Download the missing bytes of a part; tries again if the server is busy or the line cut."""
    while (size := _size(part)) != entry.size or not part.exists():
        if size > entry.size:
            part.unlink()
            size = 0
        try:
            _append(http, entry, part, size, Deadline(seconds), retries, on_bytes)
            if _size(part) != entry.size:
                raise RetryableError("the download was cut off", None)
        except (httpx.RequestError, RetryableError) as error:
            retries.wait(entry.file_name, error)


def _append(
    http: httpx.Client,
    entry: ManifestEntry,
    part: Path,
    start: int,
    deadline: Deadline,
    retries: Retries,
    on_bytes: OnBytes,
) -> None:
    """Write the bytes from start on to a part; a server without ranges sends all bytes again."""
    with opened(http, entry.url, deadline, start) as response:
        deadline.stop()  # the file itself may take any time
        is_resumed = bool(start) and _begins_at(response, start)
        if response.status_code != httpx.codes.OK and not is_resumed:
            part.unlink(missing_ok=True)  # the next try starts from the beginning
            raise RetryableError("the server cannot resume the download", None)
        done = start if is_resumed else 0
        with part.open("ab" if is_resumed else "wb") as file:
            for data in response.iter_raw():
                done += len(data)
                if done > entry.size:
                    raise SourceError(
                        f"{entry.url} is longer than the index lists; try again later"
                    )
                file.write(data)
                retries.progress(done)
                on_bytes(entry.file_name, done)


def _begins_at(response: httpx.Response, start: int) -> bool:
    """Return whether a response is the part of a file that was requested."""
    found = re.match(r"bytes ([0-9]{1,18})-", response.headers.get("Content-Range", ""))
    return response.status_code == httpx.codes.PARTIAL_CONTENT and bool(
        found and int(found[1]) == start
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
