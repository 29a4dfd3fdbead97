"""Download the newest export: manifest, plan, confirmation, downloads, record."""

from __future__ import annotations

import shutil
import time
import warnings
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx

from ... import files
from ...db.errors import plain_errors
from ...db.interrupts import explained_interrupts
from ...errors import E6DuckError, SourceError, UsageError
from ...progress import Notify, no_notice, no_progress
from ..source import inspect
from .client import Retries, RetryableError, RetryPolicy, client, joined, opened
from .deadline import Deadline
from .download import OnBytes, download, is_downloaded, part_path
from .manifest import INDEX_URL, MORE_TABLES, TABLES, ManifestEntry, manifest_entries
from .record import Recorded, record, recorded

_LONGEST_MANIFEST = 1 << 20


@dataclass(frozen=True)
class FetchPlan:
    """The files that the index lists, and those of them that a fetch will download."""

    listed: Sequence[ManifestEntry]
    missing: Sequence[ManifestEntry]
    size: int  # bytes to download, without the parts that were downloaded before
    untracked: Sequence[Path]  # files that will be replaced and that no fetch has written


@dataclass(frozen=True)
class FetchResult:
    """The files that a fetch downloaded, and those that it skipped."""

    data_dir: Path
    downloaded: tuple[Path, ...]
    skipped: tuple[Path, ...]  # they were up to date
    seconds: float


def refuse_overwrite(plan: FetchPlan) -> None:
    """Raise `UsageError` if a fetch would replace a file that no fetch has written."""
    if plan.untracked:
        names = ", ".join(path.name for path in plan.untracked)
        raise UsageError(
            f"{plan.untracked[0].parent} has {names}, which e6duck did not download;"
            " name another folder, or use yes to replace them",
            option="yes",
        )


def fetch(
    data_dir: Path | str = "data",
    *,
    contact: str,
    more: Collection[str] = (),
    index: str = INDEX_URL,
    confirm: Callable[[FetchPlan], object] = refuse_overwrite,
    on_bytes: OnBytes = no_progress,
    on_notice: Notify = no_notice,
    retry_policy: RetryPolicy | None = None,
    patience: RetryPolicy | None = None,
) -> FetchResult:
    """Download the newest export of the four tables, and of more tables, into a folder.

    contact: an address where the site can reach you. more: "pools", "wiki_pages", "artists".
    index: address of the index of a mirror. confirm: called with the plan, and raises to stop; the
    default refuses to replace a file that no fetch has written. on_bytes: called with the name of
    a file and the number of its bytes that are downloaded so far. on_notice: called with one line
    for each failure before another try.
    retry_policy: how often to try again, and how long to wait, in seconds. patience: deprecated
    name of retry_policy.

    Files that are up to date are skipped, and a broken download is resumed. A file gets its final
    name only after its checksum was verified. Raises `SourceError` if the index or a file is not as
    expected, `UsageError` for bad arguments, `E6DuckError` if the download fails.
    """
    started = time.monotonic()
    if patience is not None:
        warnings.warn("patience is deprecated: use retry_policy", DeprecationWarning, stacklevel=2)
    retry_policy = retry_policy or patience or RetryPolicy()
    folder = Path(data_dir)
    with client(contact, retry_policy) as http:
        listed = _manifest(http, index, _tables(more), retry_policy, on_notice)
        with (
            explained_interrupts(partial(_downloaded_state, listed, folder)),
            plain_errors(folder, ways_out={folder: "name another folder"}),
            files.working_folder(folder),
        ):
            plan = _plan(listed, folder)
            confirm(plan)
            _check_space(plan, folder)
            _remove_old_parts(listed, folder)
            get = partial(
                download, http, retry_policy=retry_policy, on_bytes=on_bytes, on_notice=on_notice
            )
            for entry in listed:
                if entry in plan.missing:
                    get(entry, folder, check=partial(inspect, entry.table))
                # After each file, so that an interrupted fetch recognizes its files later.
                record(folder, entry.file_name, Recorded(entry.sha256, entry.updated_at), index)
    return _fetched(plan, folder, time.monotonic() - started)


def _downloaded_state(listed: Sequence[ManifestEntry], folder: Path) -> str:
    """Return what an interrupted fetch reports about the files."""
    if any(part_path(entry, folder).exists() for entry in listed):
        return "the downloaded part is kept and will be resumed"
    return "the complete files are kept"


def _tables(more: Collection[str]) -> list[str]:
    unknown = set(more) - set(MORE_TABLES)
    if unknown:
        raise UsageError(f"there is no {min(unknown)} to fetch; there are {', '.join(MORE_TABLES)}")
    return [*TABLES, *dict.fromkeys(more)]


def _fetched(plan: FetchPlan, folder: Path, seconds: float) -> FetchResult:
    skipped = [entry for entry in plan.listed if entry not in plan.missing]
    return FetchResult(
        data_dir=folder,
        downloaded=tuple(folder / entry.file_name for entry in plan.missing),
        skipped=tuple(folder / entry.file_name for entry in skipped),
        seconds=seconds,
    )


def _manifest(
    http: httpx.Client,
    index: str,
    tables: Sequence[str],
    retry_policy: RetryPolicy,
    on_notice: Notify,
) -> list[ManifestEntry]:
    """Return the entries of an index, with absolute addresses."""
    _check_address(index)
    content, base = _read(http, index, retry_policy, Retries(retry_policy, on_notice))
    return [
        replace(entry, url=joined(base, entry.url))
        for entry in manifest_entries(content, index, tables)
    ]


def _check_address(index: str) -> None:
    try:
        url = httpx.URL(index)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if url.scheme not in ("https", "http") or not url.host:
        raise UsageError(f"index {index!a} is not an http or https address", option="index")


def _read(
    http: httpx.Client, index: str, retry_policy: RetryPolicy, retries: Retries
) -> tuple[bytes, httpx.URL]:
    """Return the content of an index, and its address after redirects."""
    while True:
        try:
            with opened(http, index, Deadline(retry_policy.deadline)) as response:
                content = b""
                for data in response.iter_raw():
                    content += data
                    if len(content) > _LONGEST_MANIFEST:
                        raise _too_long(index)
                encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
                return _decoded(content, encoding, index), response.url
        except (httpx.RequestError, RetryableError) as error:
            retries.wait(index, error)


def _decoded(content: bytes, encoding: str, index: str) -> bytes:
    """Return the content of an index that may be packed, although that was not asked for."""
    if encoding == "identity":
        return content
    if encoding != "gzip":
        raise SourceError(f"{index} is sent packed with {encoding!a}; name another index")
    try:
        unpacked = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(
            content, _LONGEST_MANIFEST + 1
        )
    except zlib.error as error:
        raise SourceError(f"{index} is not valid gzip; try again later") from error
    if len(unpacked) > _LONGEST_MANIFEST:
        raise _too_long(index)
    return unpacked


def _too_long(index: str) -> SourceError:
    return SourceError(f"{index} is too long for an index; name another")


def _plan(listed: Sequence[ManifestEntry], folder: Path) -> FetchPlan:
    missing = [entry for entry in listed if not is_downloaded(entry, folder)]
    parts = (part_path(entry, folder) for entry in missing)
    resumed = sum(part.stat().st_size for part in parts if part.exists())
    size = max(0, sum(entry.size for entry in missing) - resumed)
    return FetchPlan(listed, missing, size, _untracked(missing, folder))


def _untracked(missing: Sequence[ManifestEntry], folder: Path) -> list[Path]:
    """Return the files that will be replaced and that differ from the record of a fetch."""
    known = recorded(folder)
    untracked = []
    for path in (folder / entry.file_name for entry in missing):
        if path.exists() and not path.is_file():
            raise SourceError(f"{path} is not a file; move it away, or name another folder")
        if path.exists() and (
            path.name not in known or known[path.name].sha256 != files.sha256(path)
        ):
            untracked.append(path)
    return untracked


def _check_space(plan: FetchPlan, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if plan.size > free:
        raise E6DuckError(
            f"{plan.size:,} bytes are to be downloaded, but the disk of {folder} has {free:,} free;"
            " name a folder on another disk"
        )


def _remove_old_parts(listed: Sequence[ManifestEntry], folder: Path) -> None:
    """Remove the downloaded parts of older exports."""
    kept = {part_path(entry, folder) for entry in listed}
    for entry in listed:
        for part in folder.glob(f".part-*-{entry.file_name}"):
            if part not in kept:
                part.unlink()
