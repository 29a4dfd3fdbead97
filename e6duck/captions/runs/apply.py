"""Carries out a plan: first the journal, then each caption, as a whole file."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ... import files
from ...errors import E6DuckError, Interruption, UsageError
from ...progress import Progress, no_progress
from ...tags.phrases import many
from . import journal
from .journal import Entry
from .plan import Edit, Plan
from .replace import drafts_of, replace_all, sweep


@dataclass(frozen=True)
class Run:
    """The number of files that a run wrote or an undo restored, and the files that failed."""

    run: str | None
    """The name of the run, for undo; None if there was nothing to write"""
    journal: Path | None
    written: int
    failed: dict[str, str] = field(default_factory=dict)
    """Files that could not be written, with the reasons"""
    recreated: tuple[str, ...] = ()
    """Files that an undo brought back, although they were deleted after the run"""

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
    run = Run(None, None, 0)
    try:
        with locked(plan.target):
            run = _apply(plan, backup, made, progress)
    finally:
        if not run.written:
            remove_folders(plan.target, made)
    return run


def _apply(plan: Plan, backup: Path, made: list[str], progress: Progress) -> Run:
    """Write the journal and replace the files. No journal stays of a run that replaced none."""
    progress("journal", 0)
    path = journal.write(backup, plan.target, map(_entry, plan.edits), made)
    run = path.name.removesuffix(journal.OPEN)
    has_begun = False
    try:
        progress("written", 0)
        for folder in made:
            (plan.target / folder).mkdir(exist_ok=True)
        sweep(edit.target for edit in plan.edits)
        with drafts_of(plan.edits, progress) as drafts:
            has_begun = True
            failed = replace_all(plan.edits, drafts, progress)
    except BaseException as error:
        if not has_begun:
            path.unlink(missing_ok=True)
        if not isinstance(error, KeyboardInterrupt):
            raise
        raise (Interrupted(run) if has_begun else Interruption("nothing was changed")) from error
    written = len(plan.edits) - len(failed)
    if not written:
        path.unlink(missing_ok=True)
        return Run(None, None, 0, failed)
    progress("finish", 0)
    with suppress(OSError):  # a full disk; the captions show how far the run got
        if failed:
            journal.note(path, failed=list(failed))
        journal.note(path, replaced=written)
    return Run(run, path, written, failed)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs away from a folder while the block runs."""
    busy = f"another e6duck is working in {folder}; wait until it ends"
    with ExitStack() as stack:
        try:
            stack.enter_context(files.exclusive(folder / files.LOCK, busy))
        except OSError as error:
            raise E6DuckError(f"{folder} cannot be written to: {error.strerror}") from error
        yield


def _entry(edit: Edit) -> Entry:
    after = digest_of(edit.source_path) if edit.after is None else digest(edit.after)
    if edit.before is None:
        return Entry(edit.name, None, after)
    status = edit.before.status
    mode = stat.S_IMODE(status.st_mode)
    times = (status.st_mtime_ns, status.st_atime_ns)
    through = edit.after if edit.keeps_links else None
    return Entry(edit.name, edit.before.data, after, mode, *times, through)


def digest(content: bytes) -> str:
    """Return the sha256 of a text."""
    return hashlib.sha256(content).hexdigest()


def digest_of(path: Path | str) -> str:
    """Return the digest of a file that is too large to be a caption; empty if it is gone."""
    try:
        return files.sha256(Path(path))
    except OSError:
        return ""


def _missing_folders(plan: Plan) -> list[str]:
    """Return the folders that must be created, outer ones first; "." is the target."""
    missing: set[str] = set()
    for folder in {edit.name.rpartition("/")[0] for edit in plan.edits}:
        while folder and folder not in missing and not (plan.target / folder).is_dir():
            missing.add(folder)
            folder = folder.rpartition("/")[0]
    return ([] if plan.target.is_dir() else ["."]) + sorted(missing)


def remove_folders(root: Path, made: Iterable[str]) -> None:
    """Remove folders that a run made, as far as they are empty."""
    for folder in reversed([*made]):
        with suppress(OSError):
            (root / folder).rmdir()
