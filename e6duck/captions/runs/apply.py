"""A plan carried out, and undone: journal first, then caption after caption, each as a whole."""

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
from ...tags.phrases import many
from . import journal, scan
from .journal import Entry, Journal
from .plan import Edit, Plan, Progress
from .replace import replace_all, sweep, written


@dataclass(frozen=True)
class Run:
    """What a run wrote, or an undo put back."""

    run: str | None
    """Its number, by which it is undone; None where there was nothing to write"""
    journal: Path | None
    written: int
    failed: dict[str, str] = field(default_factory=dict)
    """Files that are left as they were, with the reason"""

    def __repr__(self) -> str:
        failed = f", {len(self.failed):,} failed" if self.failed else ""
        return f"Run({self.run!r}, {many(self.written, 'file')}{failed})"


class Interrupted(KeyboardInterrupt):
    """A run was interrupted when some files were replaced; each is whole."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run = run


def apply(plan: Plan, backup: Path, progress: Progress = lambda stage, done: None) -> Run:
    """Carry out a plan. The journal is on the disk, in backup, before the first file is written.

    What has changed since it was read is left alone, and told.
    """
    if not plan.edits:
        return Run(None, None, 0)
    made = _missing_folders(plan)
    try:
        plan.target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{plan.target} cannot be made: {error.strerror or error}") from error
    with _alone(plan.target):
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
        with suppress(OSError):  # a full disk: the captions themselves tell how far it came
            journal.finish(path, written)
    return Run(run, path, written, failed)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    busy = f"another e6duck is at work in {folder}; let it end"
    with ExitStack() as stack:
        try:
            stack.enter_context(files.exclusive(folder / files.LOCK, busy))
        except OSError as error:
            raise E6DuckError(f"{folder} cannot be written to: {error.strerror}") from error
        yield


def _entry(edit: Edit) -> Entry:
    after = _digest_of(edit.source_path) if edit.after is None else journal.digest(edit.after)
    if edit.before is None:
        return Entry(edit.name, None, after)
    status = edit.before.status
    mode = stat.S_IMODE(status.st_mode)
    return Entry(edit.name, edit.before.data, after, mode, status.st_mtime_ns, status.st_atime_ns)


def _digest_of(path: Path | str) -> str:
    """Return the digest of a file that is too large to be a caption; none where it is gone."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _missing_folders(plan: Plan) -> list[str]:
    """Return the folders below the target that are to be made, outer ones first."""
    missing: set[str] = set()
    for folder in {edit.name.rpartition("/")[0] for edit in plan.edits}:
        while folder and folder not in missing and not (plan.target / folder).is_dir():
            missing.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(missing)


def undo(root: Path, record: Journal, progress: Progress = lambda stage, done: None) -> Run:
    """Put the old bytes, mode and time of each file of a run back.

    A file that was edited since is left as it is, and told; then the run can be undone again.
    """
    failed: dict[str, str] = {}
    restored = 0
    with _alone(root):
        sweep(str(root / entry.name) for entry in record.entries)
        for entry in record.entries:
            progress("undo", 1)
            try:
                restored += _restore(root, entry)
            except OSError as error:
                failed[entry.name] = error.strerror or str(error)
        for folder in reversed(record.folders):
            with suppress(OSError):  # not empty: something of the user's is in it
                (root / folder).rmdir()
        if not failed:
            journal.mark_undone(record)
    return Run(record.run, record.path, restored, failed)


def _restore(root: Path, entry: Entry) -> bool:
    """Put a file back; returns whether it was another."""
    path = root / entry.name
    if not Path(os.path.realpath(path.parent)).is_relative_to(os.path.realpath(root)):
        raise OSError(0, "behind a link that leads out of the folder")
    now = _now(path)
    if now is not None and now.data == entry.before and entry.before is not None:
        _set_status(path, entry, now.status)
        return False
    if now is not None and not _is_of_run(path, now.data, entry):
        raise OSError(0, "edited since, and left as it is")
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
    """Tell whether a run wrote this; an empty file is what a crash of the system makes of one."""
    if content is None:
        return _digest_of(path) == entry.after_sha256 != ""
    return journal.digest(content) == entry.after_sha256 or (
        not content and entry.before is not None
    )


def _now(path: Path) -> scan.Content | None:
    try:
        if path.is_symlink():
            raise OSError(0, "a link stands there")
        return scan.read(str(path))
    except FileNotFoundError:
        return None


def _set_status(path: Path, entry: Entry, status: os.stat_result) -> None:
    if stat.S_IMODE(status.st_mode) != entry.mode:
        path.chmod(entry.mode)
    if status.st_mtime_ns != entry.modified_ns:
        os.utime(path, ns=(entry.accessed_ns, entry.modified_ns))
