"""Replaces files: first writes all drafts, then renames each over its file, in several threads."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Event, Lock

from ... import files
from ...errors import E6DuckError
from ...progress import Progress
from .plan import Edit

_THREADS = 8  # each waits for the disk: to rename over a file writes its content first
_NUMBERS = count()
_US = (os.geteuid(), os.getegid()) if hasattr(os, "geteuid") else (0, 0)
# Errors that all other files would run into as well.
_FATAL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


def replace_all(edits: Sequence[Edit], progress: Progress) -> dict[str, str]:
    """Write files; returns those that could not be written, with the reasons.

    All drafts are written before the first one replaces a caption, so that a full disk is noticed
    while nothing has changed. It is also faster on file systems that do not reuse the inode of a
    file that was just removed.
    """
    drafts: dict[str, str] = {}
    failed: dict[str, str] = {}

    def draft(edit: Edit) -> None:
        try:
            drafts[edit.target] = _drafted(edit)
        except OSError as error:
            failed[edit.name] = reason = error.strerror or str(error)
            if error.errno in _FATAL:
                raise E6DuckError(
                    f"{edit.target} cannot be written: {reason}; nothing was changed"
                ) from error

    def replace(edit: Edit) -> None:
        try:
            _check_unchanged(edit)
            os.replace(drafts[edit.target], edit.target)  # noqa: PTH105
            del drafts[edit.target]
        except OSError as error:
            failed[edit.name] = error.strerror or str(error)

    try:
        for edit in edits:
            progress("draft", 1)
            draft(edit)
        drafted = [edit for edit in edits if edit.target in drafts]
        _each(drafted, replace, lambda: progress("replace", 1))
    except BaseException:  # a draft may have been interrupted before it was listed
        sweep(edit.target for edit in edits)
        raise
    finally:
        for path in drafts.values():
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108
    return {edit.name: failed[edit.name] for edit in edits if edit.name in failed}


def sweep(targets: Iterable[str]) -> None:
    """Remove the drafts that killed or interrupted runs left beside files."""
    for folder in {target.rpartition(os.sep)[0] for target in targets}:
        files.sweep(Path(folder))


def _each(edits: Sequence[Edit], do: Callable[[Edit], None], report: Callable[[], object]) -> None:
    """Report and do each edit. If one fails, or the user interrupts, the others stop."""
    is_stopped, alone = Event(), Lock()

    def work(part: Sequence[Edit]) -> None:
        for edit in part:
            if is_stopped.is_set():
                return
            with alone:
                report()
            do(edit)

    size = -(-len(edits) // _THREADS) or 1
    parts = [edits[start : start + size] for start in range(0, len(edits), size)]
    with ThreadPoolExecutor(_THREADS) as pool:
        futures = [pool.submit(work, part) for part in parts]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            is_stopped.set()
    for future in futures:
        future.result()


def _check_unchanged(edit: Edit) -> None:
    if edit.before is None:
        if os.path.lexists(edit.target):
            raise OSError(0, "a file was created in its place since the plan was made")
    elif not edit.before.is_still(edit.target):
        raise OSError(0, "changed since it was read")


def _drafted(edit: Edit) -> str:
    """Write the draft of a file, beside it; returns its path."""
    if edit.after is None:
        draft = _draft_beside(edit.target)
        shutil.copyfile(edit.source_path, draft)
        shutil.copymode(edit.source_path, draft)
        return draft
    status = (edit.before or edit.source).status
    owner = (status.st_uid, status.st_gid)
    return written(edit.target, edit.after, stat.S_IMODE(status.st_mode), owner)


def _draft_beside(target: str) -> str:
    # Not the name of the caption, which may be as long as the system allows.
    folder = target.rpartition(os.sep)[0]
    return f"{folder}{os.sep}{files.draft_name('e6duck', next(_NUMBERS))}"


def written(target: str, content: bytes, mode: int, owner: tuple[int, int] | None) -> str:
    """Write a draft beside target, completely or not at all; returns its path."""
    draft = _draft_beside(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(draft, flags, mode)
    try:
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(descriptor, left) :]
            if hasattr(os, "fchmod"):
                _set_mode_and_owner(descriptor, mode, owner)
        finally:
            os.close(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)  # noqa: PTH108
        raise
    return draft


def _set_mode_and_owner(descriptor: int, mode: int, owner: tuple[int, int] | None) -> None:
    is_other = owner is not None and owner != _US
    if owner and is_other:
        with suppress(OSError):  # only an administrator can
            os.fchown(descriptor, *owner)
    if is_other or stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)
