"""The runs that have journals in a folder: to list, to undo or to forget."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ... import files
from ...errors import E6DuckError, UsageError
from . import journal
from .journal import OPEN, UNDONE, Journal

_RUN = re.compile(r"[\w-]{1,64}")
_END = 400  # bytes that hold the last lines of a journal
DONE_STATE, UNFINISHED, UNDONE_STATE = "done", "unfinished", "undone"


class RecordedRun(NamedTuple):
    """A run that has a journal."""

    run: str
    time: datetime | None
    """When it began; None if the journal does not say"""
    folder: str
    files: int
    size: int
    """Bytes of the journal"""
    state: str
    """done, undone, or unfinished: it is at work, or was killed or interrupted"""
    path: Path


def recorded_runs(folder: Path, root: Path | None = None) -> list[RecordedRun]:
    """Return the runs that have a journal in a folder, the latest first; root: only of this one."""
    found = []
    for path in _journals(folder):
        header = journal.header_of(path)
        if not header or (root is not None and header.get("root") != str(root)):
            continue
        with suppress(OSError):  # another process has just removed it
            found.append(_recorded(path, header))
    return found


def _recorded(path: Path, header: dict[str, object]) -> RecordedRun:
    time = None
    with suppress(TypeError, ValueError):
        time = datetime.fromisoformat(str(header["time"])) if "time" in header else None
    count = header.get("captions")
    return RecordedRun(
        path.name.partition(".")[0],
        time,
        str(header.get("root")),
        count if isinstance(count, int) else 0,
        path.stat().st_size,
        _state(path),
        path,
    )


def _state(path: Path) -> str:
    if path.name.endswith(UNDONE):
        return UNDONE_STATE
    return DONE_STATE if any("replaced" in each for each in _last_states(path)) else UNFINISHED


def _last_states(path: Path) -> list[dict[str, object]]:
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _END))
        return journal.states_of(file.read().decode("ascii", "replace"))


def _journals(folder: Path) -> list[Path]:
    """Return all journals, also of runs that were undone, the latest first."""
    found = folder.glob(f"*{OPEN}") if folder.is_dir() else iter(())
    return sorted(found, key=lambda path: path.name, reverse=True)


def _open_journals(folder: Path) -> list[Path]:
    return [path for path in _journals(folder) if not path.name.endswith(UNDONE)]


def disk_use(folder: Path) -> tuple[int, int]:
    """Return the number of journals in a folder, and their bytes."""
    sizes = []
    for path in _journals(folder):
        with suppress(OSError):
            sizes.append(path.stat().st_size)
    return len(sizes), sum(sizes)


def unfinished_links(folder: Path, root: Path) -> Iterator[Path]:
    """Yield the journals after which a file with several names may be half-written."""
    for path in _open_journals(folder):
        header = journal.header_of(path)
        if header.get("root") == str(root) and header.get("linked"):
            states = _last_states(path)
            if not states or "undoing" in states[-1]:
                yield path


def find(folder: Path, root: Path, run: str | None) -> Journal:
    """Return the journal of a run of root; without a name, of the latest that was not undone."""
    if run is not None:
        path = _path_of(folder, run)
        if path.name.endswith(UNDONE):
            raise UsageError(f"run {run} was already undone")
        return _of(root, journal.load(path))
    for path in _open_journals(folder):
        if journal.header_of(path).get("root") == str(root):
            return journal.load(path)
    raise UsageError(
        f"{folder} has no run of {root} to undo; if its backup is elsewhere, pass that as backup"
    )


def _path_of(folder: Path, run: str) -> Path:
    """Return the journal of a run. Raises `UsageError` if there is none."""
    if not _RUN.fullmatch(run):
        raise UsageError(f"{run[:40]} is not the name of a run{_known(folder)}")
    for ending in (UNDONE, OPEN):
        if (path := folder / f"{run}{ending}").exists():
            return path
    raise UsageError(f"there is no run {run} in {folder}{_known(folder)}")


def is_recorded(folder: Path, run: str) -> bool:
    """Return whether there is a journal of a run with this name."""
    return any((folder / f"{run}{ending}").exists() for ending in (UNDONE, OPEN))


def _of(root: Path, found: Journal) -> Journal:
    """Return the journal of a run of this folder, or of one that may have been moved here."""
    if found.root != str(root) and Path(found.root).is_dir():
        raise UsageError(f"run {found.run} belongs to another folder: {found.root}")
    return found


def _known(folder: Path) -> str:
    runs = [path.name.removesuffix(OPEN) for path in _open_journals(folder)][:5]
    return f"; the runs are {', '.join(runs)}" if runs else ""


def to_forget(folder: Path, root: Path | None, run: str | None) -> list[RecordedRun]:
    """Return the runs whose journals are to be removed: all, those of root, or one by its name."""
    found = recorded_runs(folder, root)
    if run is None:
        return found
    path = _path_of(folder, run)
    if chosen := [each for each in found if each.path == path]:
        return chosen
    if root is not None and journal.header_of(path):
        raise UsageError(f"run {run} belongs to another folder")
    raise UsageError(f"{path} is not a journal of e6duck")


def older(folder: Path, root: Path, count: int) -> list[RecordedRun]:
    """Return the runs of root but for the latest ones."""
    return recorded_runs(folder, root)[count:]


def forget(runs: Iterable[RecordedRun]) -> int:
    """Remove the journals of runs; returns the bytes that they had.

    Raises `E6DuckError` before the first one is removed if one of the runs is at work.
    """
    listed = list(runs)
    with ExitStack() as stack:
        for folder in {each.folder for each in listed if each.state == UNFINISHED}:
            busy = f"another e6duck is working in {folder}; wait until it ends"
            with suppress(OSError):  # the folder is gone, or cannot be written to
                stack.enter_context(files.exclusive(Path(folder) / files.LOCK, busy))
        for each in listed:
            try:
                each.path.unlink(missing_ok=True)
            except OSError as error:
                raise E6DuckError(f"{each.path} cannot be removed: {error.strerror}") from error
    return sum(each.size for each in listed)
