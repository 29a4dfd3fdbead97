"""The whole command: index, question, downloads, and a record of what came."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx

from . import files
from .building import plain_errors
from .downloading import OnBytes, download, is_here, part_path
from .errors import E6DuckError, SourceError, UsageError
from .http import Attempts, BusyError, Notify, Patience, client, joined, opened
from .site_index import INDEX_URL, MORE_TABLES, TABLES, Listed, listed_files
from .source import RECORD, inspect

_LONGEST_INDEX = 1 << 20


@dataclass(frozen=True)
class Plan:
    """What a fetch would do: the files of the index, and those of them that are not here."""

    listed: Sequence[Listed]
    missing: Sequence[Listed]
    size: int  # bytes to come; less where a download is resumed


@dataclass(frozen=True)
class Fetched:
    """What a fetch has done: which files came, which were here, and the seconds that it took."""

    data_dir: Path
    downloaded: tuple[Path, ...]
    skipped: tuple[Path, ...]  # they were here already
    seconds: float


def fetch(
    data_dir: Path | str = "data",
    *,
    contact: str,
    more: Collection[str] = (),
    index: str = INDEX_URL,
    confirm: Callable[[Plan], object] = lambda plan: None,
    on_bytes: OnBytes = lambda name, done: None,
    on_notice: Notify = lambda line: None,
    patience: Patience | None = None,
) -> Fetched:
    """Download the newest export of the four tables, and of more, into a folder.

    contact: an address for the site to reach you at. more: "pools", "wiki_pages", "artists".
    index: of a mirror. confirm: sees the plan, and raises to end it. on_bytes: is called with the
    name of a file and how many of its bytes are here; on_notice with what goes wrong for now.

    A file that is here is skipped, a broken download resumed; a file has its name only when it has
    the checksum that the index lists. patience: how long to wait for what, in seconds, and how
    often to try. Raises `SourceError` where index or files are not as expected, `UsageError` for
    bad arguments, `E6DuckError` where the files cannot be had.
    """
    started = time.monotonic()
    unknown = set(more) - set(MORE_TABLES)
    if unknown:
        raise UsageError(f"there is no {min(unknown)} to fetch; there are {', '.join(MORE_TABLES)}")
    patience = patience or Patience()
    folder = Path(data_dir)
    with client(contact, patience) as http:
        listed = _index(http, index, [*TABLES, *more], Attempts(patience, on_notice))
        with plain_errors(folder), files.tidied(folder):
            plan = _plan(listed, folder)
            confirm(plan)
            _check_space(plan, folder)
            _sweep(listed, folder)
            for each in plan.missing:
                download(
                    http,
                    each,
                    folder,
                    patience=patience,
                    prove=partial(inspect, each.table),
                    on_bytes=on_bytes,
                    on_notice=on_notice,
                )
            _record(plan, index, folder)
    paths = {each: folder / each.file_name for each in listed}
    return Fetched(
        data_dir=folder,
        downloaded=tuple(paths[each] for each in plan.missing),
        skipped=tuple(path for each, path in paths.items() if each not in plan.missing),
        seconds=time.monotonic() - started,
    )


def _index(
    http: httpx.Client, index: str, tables: Sequence[str], attempts: Attempts
) -> list[Listed]:
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


def _read(http: httpx.Client, index: str, attempts: Attempts) -> tuple[bytes, httpx.URL]:
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
        except (httpx.RequestError, BusyError) as error:
            attempts.wait(index, error)


def _plan(listed: Sequence[Listed], folder: Path) -> Plan:
    missing = [each for each in listed if not is_here(each, folder)]
    parts = (part_path(each, folder) for each in missing)
    resumed = sum(part.stat().st_size for part in parts if part.exists())
    return Plan(listed, missing, max(0, sum(each.size for each in missing) - resumed))


def _check_space(plan: Plan, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if plan.size > free:
        raise E6DuckError(
            f"{plan.size:,} bytes are to come, and the disk of {folder} has {free:,} free;"
            " name a folder elsewhere"
        )


def _sweep(listed: Sequence[Listed], folder: Path) -> None:
    """Remove what was loaded of older exports."""
    kept = {part_path(each, folder) for each in listed}
    for each in listed:
        for part in folder.glob(f".part-*-{each.file_name}"):
            if part not in kept:
                part.unlink()


def _record(plan: Plan, index: str, folder: Path) -> None:
    """Write down what was fetched, which tells a build how old its export is."""
    record = {
        "index": index,
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {
            each.file_name: {"sha256": each.sha256, "updated_at": each.updated_at.isoformat()}
            for each in plan.listed
        },
    }
    with files.draft(folder / RECORD) as draft:
        draft.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
