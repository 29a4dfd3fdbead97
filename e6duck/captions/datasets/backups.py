"""The old files of datasets that were replaced, so that they can be restored."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ... import files
from ...errors import E6DuckError, UsageError

_OPEN, _UNDONE = ".dataset.json", ".dataset.undone.json"


@dataclass(frozen=True)
class Backup:
    """A recorded run: the files that it replaced, with their old contents and new digests."""

    path: Path
    run: str
    root: str
    entries: tuple[dict[str, Any], ...]


class Journal:
    """Keeps the old files of one run in a folder; a link costs no space, a copy is the fallback."""

    def __init__(self, folder: Path, root: Path) -> None:
        now = datetime.now(UTC)
        self.run = f"{now:%Y%m%d-%H%M%S}-{now.microsecond:06}-{secrets.token_hex(2)}"
        self._folder = folder
        self._root = root
        self._entries: list[dict[str, Any]] = []

    @property
    def has_files(self) -> bool:
        """Whether a file was replaced."""
        return bool(self._entries)

    def keep(self, path: Path, draft: Path) -> None:
        """Keep the file at path, which draft is about to replace."""
        name = f"{self.run}.{len(self._entries)}.old"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            files.sweep(self._folder)
            try:
                os.link(path, self._folder / name)
            except OSError:  # another file system
                with files.draft(self._folder / name) as copy:
                    shutil.copy2(path, copy)
            entry = {"path": str(path), "old": name, "new_sha256": files.sha256(draft)}
            self._entries.append(entry)
            values = {"e6duck_dataset": 1, "run": self.run, "root": str(self._root)}
            with files.draft(self._folder / f"{self.run}{_OPEN}") as record:
                record.write_text(json.dumps(values | {"files": self._entries}), encoding="utf-8")
        except OSError as error:
            raise E6DuckError(
                f"the old {path.name} cannot be kept in {self._folder}"
                f" ({error.strerror or error}); it was not replaced; choose another folder for"
                " backups"
            ) from error


def find(folder: Path, root: Path, run: str | None) -> Backup | None:
    """Return the run that replaced a dataset, by default the latest that was not undone."""
    found = folder.glob(f"*{_OPEN}") if folder.is_dir() else iter(())
    for path in sorted(found, reverse=True):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            backup = Backup(path, values["run"], values["root"], tuple(values["files"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if backup.root == str(root) and run in (None, backup.run):
            return backup
    return None


def undo(backup: Backup) -> tuple[int, dict[str, str]]:
    """Restore the old files; returns their number, and those that failed, with the reasons.

    A file that was edited after the run is left unchanged.
    """
    restored, failed = 0, {}
    for entry in backup.entries:
        path, old = Path(entry["path"]), backup.path.parent / entry["old"]
        try:
            restored += _restore(path, old, entry["new_sha256"])
        except OSError as error:
            failed[str(path)] = error.strerror or str(error)
    if not failed:
        name = backup.path.name.removesuffix(_OPEN) + _UNDONE
        backup.path.replace(backup.path.with_name(name))
        for entry in backup.entries:
            with suppress(OSError):
                (backup.path.parent / entry["old"]).unlink()
    return restored, failed


def _restore(path: Path, old: Path, new_sha256: str) -> bool:
    now = files.sha256(path) if path.exists() else ""
    if now != new_sha256:
        if now and now == files.sha256(old):
            return False
        raise OSError(0, "edited or removed after the run, left unchanged")
    with files.draft(path) as draft:
        shutil.copy2(old, draft)
    shutil.copystat(old, path)
    return True


def check(root: Path, folder: Path, run: str | None) -> Backup:
    """Return the run that `find` finds. Raises `UsageError` if there is none."""
    found = find(folder, root, run)
    if found is None:
        what = f"run {run} of {root}" if run else f"run of {root}"
        raise UsageError(f"{folder} has no {what} to undo")
    return found
