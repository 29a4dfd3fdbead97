"""Carries out a plan and undoes a run: first the journal, then each caption, as a whole file."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ... import files
from ...errors import E6DuckError, UsageError
from ...progress import Progress, no_progress
from ...tags.phrases import many
from . import journal, scan
from .journal import Entry, Journal
from .plan import Edit, Plan
from .replace import replace_all, sweep, written


@dataclass(frozen=True)
class Run:
    """The number of files that a run wrote or an undo restored, and the files that failed."""

    run: str | None
    """The name of the run, for undo; None if there was nothing to write"""
    journal: Path | None
    written: int
    failed: dict[str, str] = field(default_factory=dict)
    """Files that could not be written, with the reasons"""

    def __repr__(self) -> str:
        failed = f", {len(self.failed):,} failed" if self.failed else ""
        return f"Run({self.run!r}, {many(self.written, 'file')}{failed})"


class Interrupted(KeyboardInterrupt):
    """A run was interrupted while files were being replaced; each file is complete."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run = run


def apply(plan: Plan, backup: Path, progress: Progress = no_progress) -> Run:
    """Carry out a plan. The journal is written to backup before the first file is written.

    A file that changed after it was read is left unchanged and is listed in `Run.failed`.
    """
    if not plan.edits:
        return Run(None, None, 0)
    made = _missing_folders(plan)
    try:
        plan.target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{plan.target} cannot be created: {error.strerror or error}") from error
    with _locked(plan.target):
        progress("journal", 0)
        path = journal.write(backup, plan.target, map(_entry, plan.edits), made)
        progress("written", 0)
        for folder in made:
            (plan.target / folder).mkdir(exist_ok=True)
        sweep(edit.target for edit in plan.edits)
        run = path.name.partition(".")[0]
        try:
            failed = replace_all(plan.edits, progress)
        except KeyboardInterrupt as error:
            raise Interrupted(run) from error
        progress("finish", 0)
        written = len(plan.edits) - len(failed)
        with suppress(OSError):  # a full disk; the captions show how far the run got
            journal.finish(path, written)
    return Run(run, path, written, failed)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    busy = f"another e6duck is working in {folder}; wait until it ends"
    with ExitStack() as stack:
        try:
            stack.enter_context(files.exclusive(folder / files.LOCK, busy))
        except OSError as error:
            raise E6DuckError(f"{folder} cannot be written to: {error.strerror}") from error
        yield


def _entry(edit: Edit) -> Entry:
    after = _digest_of(edit.source_path) if edit.after is None else _digest(edit.after)
    if edit.before is None:
        return Entry(edit.name, None, after)
    status = edit.before.status
    mode = stat.S_IMODE(status.st_mode)
    return Entry(edit.name, edit.before.data, after, mode, status.st_mtime_ns, status.st_atime_ns)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest_of(path: Path | str) -> str:
    """Return the digest of a file that is too large to be a caption; empty if it is gone."""
    try:
        return files.sha256(Path(path))
    except OSError:
        return ""


def _missing_folders(plan: Plan) -> list[str]:
    """Return the folders below the target that must be created, outer ones first."""
    missing: set[str] = set()
    for folder in {edit.name.rpartition("/")[0] for edit in plan.edits}:
        while folder and folder not in missing and not (plan.target / folder).is_dir():
            missing.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(missing)


def undo(root: Path, record: Journal, progress: Progress = no_progress) -> Run:
    """Restore the old bytes, mode and time of each file of a run.

    A file that was edited after the run is left unchanged and is listed in `Run.failed`; the run
    can then be undone again.
    """
    failed: dict[str, str] = {}
    restored = 0
    with _locked(root):
        sweep(str(root / entry.name) for entry in record.entries)
        for entry in record.entries:
            progress("undo", 1)
            try:
                restored += _restore(root, entry)
            except OSError as error:
                failed[entry.name] = error.strerror or str(error)
        for folder in reversed(record.folders):
            with suppress(OSError):  # not empty: it contains files of the user
                (root / folder).rmdir()
        if not failed:
            journal.mark_undone(record)
    return Run(record.run, record.path, restored, failed)


def _restore(root: Path, entry: Entry) -> bool:
    """Restore a file; returns whether its content had changed."""
    path = root / entry.name
    if not Path(os.path.realpath(path.parent)).is_relative_to(os.path.realpath(root)):
        raise OSError(0, "behind a link that leads out of the folder")
    now = _now(path)
    if now is not None and now.data == entry.before and entry.before is not None:
        _set_status(path, entry, now.status)
        return False
    if now is not None and not _is_of_run(path, now.data, entry):
        raise OSError(0, "edited after the run, left unchanged")
    if entry.before is None:
        path.unlink(missing_ok=True)
        return now is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    owner = (now.status.st_uid, now.status.st_gid) if now else None
    draft = written(str(path), entry.before, entry.mode, owner)
    try:
        os.utime(draft, ns=(entry.accessed_ns, entry.modified_ns))
        os.replace(draft, path)  # noqa: PTH105
    finally:
        Path(draft).unlink(missing_ok=True)
    return True


def _is_of_run(path: Path, content: bytes | None, entry: Entry) -> bool:
    """Return whether a run wrote this; a system crash may have left the file empty."""
    if content is None:
        return _digest_of(path) == entry.after_sha256 != ""
    return _digest(content) == entry.after_sha256 or (not content and entry.before is not None)


def _now(path: Path) -> scan.Content | None:
    try:
        if path.is_symlink():
            raise OSError(0, "there is a link in its place")
        return scan.read(str(path))
    except FileNotFoundError:
        return None


def _set_status(path: Path, entry: Entry, status: os.stat_result) -> None:
    if stat.S_IMODE(status.st_mode) != entry.mode:
        path.chmod(entry.mode)
    if status.st_mtime_ns != entry.modified_ns:
        os.utime(path, ns=(entry.accessed_ns, entry.modified_ns))
