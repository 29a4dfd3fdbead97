"""Journals: what a run replaced, so that it can be undone. One file per run, one line per caption.

The first line describes the run and has the number of captions. Each other line has a caption's
name, mode, times, old text and the sha256 of its new bytes. A last line is added when the run has
ended. A journal gets its name only when all of it is on the disk.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ... import files
from ...errors import E6DuckError, UsageError

FOLDER = "normalize-journal"
_FORMAT = 1
_RUN = re.compile(r"[\w-]{1,64}")
_OPEN, _UNDONE = ".jsonl", ".undone.jsonl"


class Entry(NamedTuple):
    """A caption in a journal; before is None if the run created the file."""

    name: str
    before: bytes | None
    after_sha256: str
    mode: int = 0
    modified_ns: int = 0
    accessed_ns: int = 0


@dataclass(frozen=True)
class Journal:
    """A recorded run."""

    path: Path
    run: str
    root: str
    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    """Folders that the run created, outer ones first"""
    is_finished: bool


def write(folder: Path, root: Path, entries: Iterable[Entry], made: Iterable[str]) -> Path:
    """Write the journal of a run of root into a folder; returns its path once it is on the disk."""
    listed = list(entries)
    now = datetime.now(UTC)
    run = f"{now:%Y%m%d-%H%M%S}-{now.microsecond:06}-{secrets.token_hex(2)}"
    header = {
        "e6duck_normalize": _FORMAT,
        "run": run,
        "root": str(root),
        "captions": len(listed),
        "folders": list(made),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.sweep(folder)
        path = folder / f"{run}{_OPEN}"
        with files.draft(path) as draft, draft.open("w", encoding="ascii") as file:
            file.write(json.dumps(header) + "\n")
            file.writelines(json.dumps(_object(entry)) + "\n" for entry in listed)
    except OSError as error:
        raise E6DuckError(
            f"the journal cannot be written to {folder} ({error.strerror or error}); nothing was"
            " changed; choose another folder for backups"
        ) from error
    return path


def finish(path: Path, replaced: int) -> None:
    """Record in a journal that its run has ended."""
    with path.open("a", encoding="ascii") as file:
        file.write(json.dumps({"replaced": replaced}) + "\n")


def _object(entry: Entry) -> dict[str, Any]:
    old = None if entry.before is None else entry.before.decode("utf-8", "surrogateescape")
    return {
        "name": entry.name,
        "mode": entry.mode,
        "modified_ns": entry.modified_ns,
        "accessed_ns": entry.accessed_ns,
        "new_sha256": entry.after_sha256,
        "old": old,
    }


def find(folder: Path, root: Path, run: str | None) -> Journal:
    """Return the journal of a run of root; without a name, of the latest that was not undone."""
    if run is not None:
        if not _RUN.fullmatch(run):
            raise UsageError(f"{run[:40]} is not the name of a run{_known(folder)}")
        if (folder / f"{run}{_UNDONE}").exists():
            raise UsageError(f"run {run} was already undone")
        path = folder / f"{run}{_OPEN}"
        if not path.exists():
            raise UsageError(f"there is no run {run} in {folder}{_known(folder)}")
        return _of(root, load(path))
    for path in _open_journals(folder):
        if _header(path).get("root") == str(root):
            return load(path)
    raise UsageError(
        f"{folder} has no run of {root} to undo; if its backup is elsewhere, pass that as backup"
    )


def _of(root: Path, found: Journal) -> Journal:
    """Return the journal of a run of this folder, or of one that may have been moved here."""
    if found.root != str(root) and Path(found.root).is_dir():
        raise UsageError(f"run {found.run} belongs to another folder: {found.root}")
    return found


def _known(folder: Path) -> str:
    runs = [path.name.removesuffix(_OPEN) for path in _open_journals(folder)][:5]
    return f"; the runs are {', '.join(runs)}" if runs else ""


def _open_journals(folder: Path) -> list[Path]:
    """Return the journals of runs that were not undone, latest first."""
    found = folder.glob(f"*{_OPEN}") if folder.is_dir() else iter(())
    return sorted((path for path in found if not path.name.endswith(_UNDONE)), reverse=True)


def _header(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="ascii") as file:
            header = json.loads(file.readline())
    except (OSError, ValueError):
        return {}
    return header if isinstance(header, dict) and "e6duck_normalize" in header else {}


def load(path: Path) -> Journal:
    """Return a journal. Raises `E6DuckError` if it is broken."""
    header = _header(path)
    if header.get("e6duck_normalize") != _FORMAT:
        raise E6DuckError(f"{path} is not a journal that this e6duck can read; nothing was changed")
    try:
        with path.open(encoding="ascii") as file:
            lines = file.read().splitlines()[1:]
        count = header["captions"]
        entries = tuple(_entry(json.loads(line)) for line in lines[:count])
        if len(entries) != count:
            raise ValueError("it was cut off")
        made = tuple(map(str, header["folders"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise E6DuckError(f"{path} is broken ({error}); nothing was changed") from error
    return Journal(path, header["run"], header["root"], entries, made, len(lines) > count)


def _entry(values: dict[str, Any]) -> Entry:
    name = str(values["name"])
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError(f"{name} leads out of the folder")
    old = values["old"]
    return Entry(
        name,
        None if old is None else old.encode("utf-8", "surrogateescape"),
        str(values["new_sha256"]),
        int(values["mode"]),
        int(values["modified_ns"]),
        int(values["accessed_ns"]),
    )


def mark_undone(journal: Journal) -> None:
    """Rename a journal, so that its run is not undone again."""
    name = journal.path.name.removesuffix(_OPEN) + _UNDONE
    os.replace(journal.path, journal.path.with_name(name))  # noqa: PTH105
    files.sync_folder(journal.path.parent)
