"""Files replaced by new ones: all drafts first, then one rename each, in a few threads."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import count
from threading import Event, Lock

from ...errors import E6DuckError
from . import scan
from .plan import Edit, Progress

_THREADS = 8  # they wait for the disk, which a rename over a file makes write its content
_NUMBERS = count()
_US = (os.geteuid(), os.getegid()) if hasattr(os, "geteuid") else (0, 0)
# What a further file would meet likewise.
_HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


def replace_all(edits: Sequence[Edit], progress: Progress) -> dict[str, str]:
    """Write files; returns those that could not be, with the reason.

    All drafts are written before the first one replaces a caption, so that a full disk is met when
    nothing has changed yet; and a system that keeps the place of a file just removed free for a
    while is not made to search for another at every file.
    """
    drafts: dict[str, str] = {}
    failed: dict[str, str] = {}

    def draft(edit: Edit) -> None:
        try:
            drafts[edit.target] = _drafted(edit)
        except OSError as error:
            failed[edit.name] = reason = error.strerror or str(error)
            if error.errno in _HOPELESS:
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
    except BaseException:  # one may have been interrupted before it had a name here
        sweep(edit.target for edit in edits)
        raise
    finally:
        for path in drafts.values():
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108
    return {edit.name: failed[edit.name] for edit in edits if edit.name in failed}


def sweep(targets: Iterable[str]) -> None:
    """Remove the drafts that killed or interrupted runs have left beside files."""
    for folder in {target.rpartition(os.sep)[0] for target in targets}:
        scan.sweep(folder)


def _each(edits: Sequence[Edit], do: Callable[[Edit], None], tell: Callable[[], None]) -> None:
    """Tell of each edit and do it; where one fails, or the user interrupts, the others stop."""
    is_stopped, alone = Event(), Lock()

    def work(part: Sequence[Edit]) -> None:
        for edit in part:
            if is_stopped.is_set():
                return
            with alone:
                tell()
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
            raise OSError(0, "something stands there since it was looked at")
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
    # A short name: one made of the caption's could be too long for the system.
    folder = target.rpartition(os.sep)[0]
    return f"{folder}{os.sep}{scan.DRAFT}-{os.getpid()}-{next(_NUMBERS):x}"


def written(target: str, content: bytes, mode: int, owner: tuple[int, int] | None) -> str:
    """Write a draft beside target, whole or not at all; returns its path."""
    draft = _draft_beside(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(draft, flags, mode)
    try:
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(descriptor, left) :]
            if hasattr(os, "fchmod"):
                _give(descriptor, mode, owner)
        finally:
            os.close(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)  # noqa: PTH108
        raise
    return draft


def _give(descriptor: int, mode: int, owner: tuple[int, int] | None) -> None:
    is_other = owner is not None and owner != _US
    if owner and is_other:
        with suppress(OSError):  # only an administrator can
            os.fchown(descriptor, *owner)
    if is_other or stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)
