"""Journals: what a run replaced, so that it can be undone. One file per run, one line per caption.

The first line describes the run and has the number of captions. Each other line has a caption's
name, mode, times, old text and the sha256 of its new bytes. Lines are added when the run has ended
and when an undo begins and ends. A journal gets its name only when all of it is on the disk.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ... import files
from ...errors import E6DuckError

FOLDER = "normalize-journal"
_FORMAT = 1
OPEN, UNDONE = ".jsonl", ".undone.jsonl"
_NAMED = re.compile(r"\d{8}-\d{6}-\d{6}-")
_STAMP = 22  # characters of a name are its time


class Entry(NamedTuple):
    """A caption in a journal; before is None if the run created the file."""

    name: str
    before: bytes | None
    after_sha256: str
    mode: int = 0
    modified_ns: int = 0
    accessed_ns: int = 0
    after: bytes | None = None
    """The new bytes, if the file has several names, so that it is written itself"""


@dataclass(frozen=True)
class Journal:
    """A recorded run."""

    path: Path
    run: str
    root: str
    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    """Folders that the run created, outer ones first; "." is the root"""
    is_finished: bool
    may_be_mixed: bool
    """Whether the run, or an undo, was killed and may have left files half-written"""


def write(folder: Path, root: Path, entries: Iterable[Entry], made: Iterable[str]) -> Path:
    """Write the journal of a run of root into a folder; returns its path once it is on the disk."""
    listed = list(entries)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.sweep(folder)
        now = datetime.now(UTC)
        run = _new_run(folder, now)
        header = {
            "e6duck_normalize": _FORMAT,
            "run": run,
            "time": now.isoformat(timespec="seconds"),
            "root": str(root),
            "captions": len(listed),
            "linked": sum(entry.after is not None for entry in listed),
            "folders": list(made),
        }
        path = folder / f"{run}{OPEN}"
        with files.draft(path) as draft, draft.open("w", encoding="ascii") as file:
            file.write(json.dumps(header) + "\n")
            file.writelines(json.dumps(_object(entry)) + "\n" for entry in listed)
    except OSError as error:
        raise E6DuckError(
            f"the journal cannot be written to {folder} ({error.strerror or error}); nothing was"
            " changed; choose another folder for backups"
        ) from error
    return path


def _new_run(folder: Path, now: datetime) -> str:
    """Return a name that is later than those of all runs before, even if the clock was put back."""
    stamp = f"{now:%Y%m%d-%H%M%S-%f}"
    names = (path.name for path in folder.glob(f"*{OPEN}"))
    latest = max((name[:_STAMP] for name in names if _NAMED.match(name)), default="")
    if latest >= stamp:
        with suppress(ValueError, OverflowError):  # a name that only looks like ours
            after = datetime.strptime(latest, "%Y%m%d-%H%M%S-%f") + timedelta(microseconds=1)
            stamp = f"{after:%Y%m%d-%H%M%S-%f}"
    return f"{stamp}-{secrets.token_hex(2)}"


def note(path: Path, **state: object) -> None:
    """Add a line to a journal: failed and replaced once the run has ended; undoing and restored."""
    with path.open("a", encoding="ascii") as file:
        file.write(json.dumps(state) + "\n")


def _object(entry: Entry) -> dict[str, Any]:
    new = {} if entry.after is None else {"new": _text(entry.after)}
    return {
        "name": entry.name,
        "mode": entry.mode,
        "modified_ns": entry.modified_ns,
        "accessed_ns": entry.accessed_ns,
        "new_sha256": entry.after_sha256,
        "old": None if entry.before is None else _text(entry.before),
        **new,
    }


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogateescape")


def header_of(path: Path) -> dict[str, Any]:
    """Return the first line of a journal; empty if the file is not one."""
    try:
        with path.open(encoding="ascii") as file:
            header = json.loads(file.readline())
    except (OSError, ValueError):
        return {}
    return header if isinstance(header, dict) and "e6duck_normalize" in header else {}


def load(path: Path) -> Journal:
    """Return a journal. Raises `E6DuckError` if it is broken."""
    header = header_of(path)
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
    states = states_of("\n".join(lines[count:]))
    failed = {name for state in states for name in state.get("failed", ())}
    entries = tuple(entry for entry in entries if entry.name not in failed)  # as they were
    is_finished = any("replaced" in state for state in states)
    may_be_mixed = not states or "undoing" in states[-1]
    return Journal(path, header["run"], header["root"], entries, made, is_finished, may_be_mixed)


def states_of(text: str) -> list[dict[str, Any]]:
    """Return the lines that were added to a journal since it was written; text: its end."""
    states = []
    for line in text.splitlines():
        with suppress(ValueError):  # the first may be a part of a line
            state = json.loads(line)
            if isinstance(state, dict) and not state.keys() & {"name", "root"}:
                states.append(state)
    return states


def _entry(values: dict[str, Any]) -> Entry:
    name = str(values["name"])
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError(f"{name} leads out of the folder")
    return Entry(
        name,
        _bytes(values["old"]),
        str(values["new_sha256"]),
        int(values["mode"]),
        int(values["modified_ns"]),
        int(values["accessed_ns"]),
        _bytes(values.get("new")),
    )


def mark_undone(journal: Journal) -> None:
    """Rename a journal, so that its run is not undone again."""
    name = journal.path.name.removesuffix(OPEN) + UNDONE
    os.replace(journal.path, journal.path.with_name(name))  # noqa: PTH105
    files.sync_folder(journal.path.parent)
