"""The whole command: index, question, downloads, and a record of what came."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx

from ... import files
from ...db.errors import plain_errors
from ...db.interrupts import explained_interrupts
from ...errors import E6DuckError, SourceError, UsageError
from ..source import inspect
from .client import Notify, Retries, RetryableError, RetryPolicy, client, joined, opened
from .download import OnBytes, download, is_here, part_path, sha256
from .manifest import INDEX_URL, MORE_TABLES, TABLES, ManifestEntry, listed_files
from .record import Recorded, record, recorded

_LONGEST_INDEX = 1 << 20


@dataclass(frozen=True)
class FetchPlan:
    """What a fetch would do: the files of the index, and those of them that are not here."""

    listed: Sequence[ManifestEntry]
    missing: Sequence[ManifestEntry]
    size: int  # bytes to download; less where a download is resumed
    untracked: Sequence[Path]  # files to be replaced that no fetch has put there


@dataclass(frozen=True)
class FetchResult:
    """What a fetch has done: which files came, which were here, and the seconds that it took."""

    data_dir: Path
    downloaded: tuple[Path, ...]
    skipped: tuple[Path, ...]  # they were here already
    seconds: float


def refuse_overwrite(plan: FetchPlan) -> None:
    """Raise `UsageError` where a fetch would replace a file that no fetch has put there."""
    if plan.untracked:
        names = ", ".join(path.name for path in plan.untracked)
        raise UsageError(
            f"{plan.untracked[0].parent} has {names}, not from a fetch;"
            " say --yes to replace them, or name another folder"
        )


def fetch(
    data_dir: Path | str = "data",
    *,
    contact: str,
    more: Collection[str] = (),
    index: str = INDEX_URL,
    confirm: Callable[[FetchPlan], object] = refuse_overwrite,
    on_bytes: OnBytes = lambda name, done: None,
    on_notice: Notify = lambda line: None,
    retry_policy: RetryPolicy | None = None,
) -> FetchResult:
    """Download the newest export of the four tables, and of more, into a folder.

    contact: an address for the site to reach you at. more: "pools", "wiki_pages", "artists".
    index: of a mirror. confirm: sees the plan, and raises to end it; if not given, no file is
    replaced that no fetch has put there. on_bytes: is called with the name of a file and how many
    of its bytes are here; on_notice with what goes wrong for now.

    A file that is here is skipped, a broken download resumed; a file has its name only when it has
    the checksum that the index lists. retry_policy: how long to wait for what, in seconds, and how
    often to try. Raises `SourceError` where index or files are not as expected, `UsageError` for
    bad arguments, `E6DuckError` where the files cannot be downloaded.
    """
    started = time.monotonic()
    retry_policy = retry_policy or RetryPolicy()
    folder = Path(data_dir)
    with client(contact, retry_policy) as http:
        listed = _index(http, index, _tables(more), Retries(retry_policy, on_notice))
        with (
            explained_interrupts(partial(_downloaded_state, listed, folder)),
            plain_errors(folder, ways_out={folder: "name another folder"}),
            files.working_folder(folder),
        ):
            plan = _plan(listed, folder)
            confirm(plan)
            _check_space(plan, folder)
            _sweep(listed, folder)
            get = partial(
                download, http, retry_policy=retry_policy, on_bytes=on_bytes, on_notice=on_notice
            )
            for each in listed:
                if each in plan.missing:
                    get(each, folder, prove=partial(inspect, each.table))
                # At once: an interrupted fetch knows its files again.
                record(folder, each.file_name, Recorded(each.sha256, each.updated_at), index)
    return _fetched(plan, folder, time.monotonic() - started)


def _downloaded_state(listed: Sequence[ManifestEntry], folder: Path) -> str:
    """Return what an interrupted fetch says of what has come."""
    if any(part_path(each, folder).exists() for each in listed):
        return "the downloaded part is kept and will be resumed"
    return "the files that are whole are kept"


def _tables(more: Collection[str]) -> list[str]:
    unknown = set(more) - set(MORE_TABLES)
    if unknown:
        raise UsageError(f"there is no {min(unknown)} to fetch; there are {', '.join(MORE_TABLES)}")
    return [*TABLES, *dict.fromkeys(more)]


def _fetched(plan: FetchPlan, folder: Path, seconds: float) -> FetchResult:
    skipped = [each for each in plan.listed if each not in plan.missing]
    return FetchResult(
        data_dir=folder,
        downloaded=tuple(folder / each.file_name for each in plan.missing),
        skipped=tuple(folder / each.file_name for each in skipped),
        seconds=seconds,
    )


def _index(
    http: httpx.Client, index: str, tables: Sequence[str], attempts: Retries
) -> list[ManifestEntry]:
    """Return the files that an index lists, their addresses made whole."""
    _check_address(index)
    content, base = _read(http, index, attempts)
    return [
        replace(each, url=joined(base, each.url)) for each in listed_files(content, index, tables)
    ]


def _check_address(index: str) -> None:
    try:
        url = httpx.URL(index)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("https", "http") or not url.host:
        raise UsageError(f"--index {index!a} is no http or https address")


def _read(http: httpx.Client, index: str, attempts: Retries) -> tuple[bytes, httpx.URL]:
    """Return what an index holds, and where it was at last."""
    while True:
        try:
            with opened(http, index) as response:
                content = b""
                for data in response.iter_bytes():
                    content += data
                    if len(content) > _LONGEST_INDEX:
                        raise SourceError(f"{index} is too long for an index; name another")
                return content, response.url
        except (httpx.RequestError, RetryableError) as error:
            attempts.wait(index, error)


def _plan(listed: Sequence[ManifestEntry], folder: Path) -> FetchPlan:
    missing = [each for each in listed if not is_here(each, folder)]
    parts = (part_path(each, folder) for each in missing)
    resumed = sum(part.stat().st_size for part in parts if part.exists())
    size = max(0, sum(each.size for each in missing) - resumed)
    return FetchPlan(listed, missing, size, _strangers(missing, folder))


def _strangers(missing: Sequence[ManifestEntry], folder: Path) -> list[Path]:
    """Return the files that would be replaced, and are not as a fetch has recorded them."""
    known = recorded(folder)
    untracked = []
    for path in (folder / each.file_name for each in missing):
        if path.exists() and not path.is_file():
            raise SourceError(f"{path} is no file; move it away, or name another folder")
        if path.exists() and (path.name not in known or known[path.name].sha256 != sha256(path)):
            untracked.append(path)
    return untracked


def _check_space(plan: FetchPlan, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if plan.size > free:
        raise E6DuckError(
            f"{plan.size:,} bytes are to be downloaded, and the disk of {folder} has {free:,} free;"
            " name a folder elsewhere"
        )


def _sweep(listed: Sequence[ManifestEntry], folder: Path) -> None:
    """Remove what was loaded of older exports."""
    kept = {part_path(each, folder) for each in listed}
    for each in listed:
        for part in folder.glob(f".part-*-{each.file_name}"):
            if part not in kept:
                part.unlink()
