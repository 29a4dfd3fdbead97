"""Undoes a run: restores the old bytes, mode and time of each file that is still the run's."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ...errors import Interruption
from ...progress import Progress, no_progress
from . import journal, run_list, scan
from .apply import Run, digest, digest_of, locked, remove_folders
from .journal import Entry, Journal
from .links import is_mix, write_through
from .replace import CHANGED, each, remove, sweep, written

_EDITED = "edited after the run, left unchanged"
_EMPTIED = "emptied after the run, left unchanged; to restore it, delete it and undo again"


class _Step(NamedTuple):
    """A file to restore: from its draft, by writing it itself, or by removing it."""

    entry: Entry
    path: str
    now: scan.Content | None
    draft: str | None

    @property
    def inode(self) -> tuple[int, int] | str:
        """What all names of a file that is written itself have in common."""
        if self.draft or self.now is None:
            return self.path
        return self.now.status.st_dev, self.now.status.st_ino


def undo(root: Path, record: Journal, progress: Progress = no_progress) -> Run:
    """Restore the old bytes, mode and time of each file of a run.

    A file that was edited or emptied after the run is left unchanged and is listed in `Run.failed`;
    the run can then be undone again. One that was deleted is restored, and is in `Run.recreated`.
    """
    with locked(root):
        work = _Undo(root, record, progress)
        try:
            work.restore()
        except KeyboardInterrupt as error:
            raise Interruption(
                "every file is complete; undo the run again to restore the others"
            ) from error
        remove_folders(root, record.folders)
        if not work.failed:
            journal.mark_undone(record)
    if not work.failed and "." in record.folders:  # the lock was in it
        remove_folders(root, ["."])
    failed = {
        entry.name: work.failed[entry.name] for entry in record.entries if entry.name in work.failed
    }
    return Run(record.run, record.path, len(work.restored), failed, tuple(work.recreated))


def repair(root: Path, backup: Path) -> list[str]:
    """Restore the captions that a killed run or undo has left half-written; returns their names.

    Only files with several names can be: all others are replaced as a whole.
    """
    repaired = []
    for path in run_list.unfinished_links(backup, root):
        with locked(root):
            record = journal.load(path)
            for entry in record.entries if record.may_be_mixed else ():
                with suppress(OSError):  # it is gone, or a link is in its place
                    if entry.after is not None and _repair(f"{root}{os.sep}{entry.name}", entry):
                        repaired.append(entry.name)
            journal.note(path, repaired=len(repaired))
    return repaired


def _repair(path: str, entry: Entry) -> bool:
    now = scan.read(path, follow_links=False)
    if now.data in (None, entry.before, entry.after) or not _is_mixed(now, entry):
        return False
    _write_old(path, now, entry)
    return True


def _is_mixed(now: scan.Content, entry: Entry) -> bool:
    if now.data is None or entry.before is None or entry.after is None:
        return False
    return is_mix(now.data, entry.before, entry.after)


def _write_old(path: str, now: scan.Content, entry: Entry) -> None:
    write_through(path, now.data or b"", entry.before or b"")
    _set_status(path, entry, now.status)


class _Undo:
    """The undo of a run: what it has restored, and the files that failed, with the reasons."""

    def __init__(self, root: Path, record: Journal, progress: Progress) -> None:
        self.failed: dict[str, str] = {}
        self.restored: list[str] = []
        self.recreated: list[str] = []
        self._root, self._record, self._progress = str(root), record, progress
        self._real_root = os.path.realpath(root)
        self._is_inside = cache(self._is_inside_root)

    def restore(self) -> None:
        """Write all drafts first, then rename each over its file."""
        entries = self._record.entries
        paths = [f"{self._root}{os.sep}{entry.name}" for entry in entries]
        sweep(paths)
        steps: list[_Step] = []
        has_linked = any(entry.after is not None for entry in entries)
        if has_linked:
            journal.note(self._record.path, undoing=len(entries))
        try:
            for entry, path in zip(entries, paths, strict=True):
                self._progress("draft", 1)
                try:
                    step = self._look(entry, path)
                except OSError as error:
                    self.failed[entry.name] = error.strerror or str(error)
                else:
                    steps += [step] if step else []
            groups: dict[object, list[_Step]] = {}
            for step in steps:
                groups.setdefault(step.inode, []).append(step)
            each([*groups.values()], self._restore, self._report)
        except BaseException:
            sweep(paths)
            raise
        finally:
            done = {*self.restored}
            remove(step.draft for step in steps if step.draft and step.entry.name not in done)
        if has_linked:
            journal.note(self._record.path, restored=len(self.restored))

    def _report(self, group: list[_Step]) -> None:
        self._progress("undo", len(group))

    def _look(self, entry: Entry, path: str) -> _Step | None:
        """Return what restores a file, with its draft; None if it is as it was."""
        if not self._is_inside(path.rpartition(os.sep)[0]):
            raise OSError(0, "behind a link that leads out of the folder")
        now = _now(path)
        if now is not None and now.data == entry.before and entry.before is not None:
            _set_status(path, entry, now.status)
            return None
        if now is not None and not self._is_of_run(path, now, entry):
            is_emptied = now.data == b"" and entry.before is not None
            raise OSError(0, _EMPTIED if is_emptied else _EDITED)
        if entry.before is None:
            return _Step(entry, path, now, None) if now else None
        if now is None:
            os.makedirs(path.rpartition(os.sep)[0], exist_ok=True)  # noqa: PTH103
        elif entry.after is not None and now.status.st_nlink > 1:
            return _Step(entry, path, now, None)
        owner = (now.status.st_uid, now.status.st_gid) if now else None
        draft = written(path, entry.before, entry.mode, owner, path if now else None)
        step = _Step(entry, path, now, draft)
        try:
            os.utime(draft, ns=(entry.accessed_ns, entry.modified_ns))
        except BaseException:
            remove([draft])
            raise
        return step

    def _is_inside_root(self, folder: str) -> bool:
        return Path(os.path.realpath(folder)).is_relative_to(self._real_root)

    def _is_of_run(self, path: str, now: scan.Content, entry: Entry) -> bool:
        """Return whether a run wrote this; a crash during a run may have left the file empty."""
        if now.data is None:
            return digest_of(path) == entry.after_sha256 != ""
        if digest(now.data) == entry.after_sha256:
            return True
        if not now.data and entry.before is not None and not self._record.is_finished:
            return True
        return self._record.may_be_mixed and _is_mixed(now, entry)

    def _restore(self, group: list[_Step]) -> None:
        """Restore a file: one name of it, or all names of one that is written itself."""
        first, *others = group
        try:
            _check_unchanged(first)
            if first.draft:
                os.replace(first.draft, first.path)  # noqa: PTH105
            elif first.entry.before is None:
                os.unlink(first.path)  # noqa: PTH108
            elif first.now:
                _write_old(first.path, first.now, first.entry)
        except OSError as error:
            reason = error.strerror or str(error)
            self.failed.update((step.entry.name, reason) for step in group)
            return
        for step in others:
            if step.entry.before != first.entry.before:
                self.failed[step.entry.name] = _EDITED
        done = [step for step in group if step.entry.name not in self.failed]
        self.restored += [step.entry.name for step in done]
        self.recreated += [step.entry.name for step in done if step.now is None]


def _check_unchanged(step: _Step) -> None:
    if step.now is None:
        if os.path.lexists(step.path):
            raise OSError(0, CHANGED)
    elif not step.now.is_still(step.path, may_lose_links=step.now.status.st_nlink > 1):
        raise OSError(0, CHANGED)


def _now(path: str) -> scan.Content | None:
    try:
        return scan.read(path, follow_links=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        if os.path.islink(path):  # noqa: PTH114
            raise OSError(0, "there is a link in its place") from error
        raise


def _set_status(path: str, entry: Entry, status: os.stat_result) -> None:
    if stat.S_IMODE(status.st_mode) != entry.mode:
        os.chmod(path, entry.mode)  # noqa: PTH101
    if status.st_mtime_ns != entry.modified_ns or stat.S_IMODE(status.st_mode) != entry.mode:
        os.utime(path, ns=(entry.accessed_ns, entry.modified_ns))
