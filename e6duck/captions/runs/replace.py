"""Replaces files: first writes all drafts, then renames each over its file, in several threads."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event, Lock
from typing import NamedTuple, TypeVar

from ... import files
from ...errors import E6DuckError
from ...progress import Progress
from .links import copy_attributes, write_through
from .plan import Edit

_THREADS = 8  # each waits for the disk: to rename over a file writes its content first
_NUMBERS = count()
_US = (os.geteuid(), os.getegid()) if hasattr(os, "geteuid") else (0, 0)
# Errors that all other files would run into as well.
_FATAL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
CHANGED = "changed since it was read"
_Item = TypeVar("_Item")


class Drafts(NamedTuple):
    """The drafts of files, by the paths that they replace, and the files that failed."""

    paths: dict[str, str]
    failed: dict[str, str]
    """Names with the reasons"""


@contextmanager
def drafts_of(edits: Sequence[Edit], progress: Progress) -> Iterator[Drafts]:
    """Write the drafts of all files, except those that are written themselves.

    All are written before the block replaces the first caption, so that a full disk is noticed
    while nothing has changed. It is also faster on file systems that do not reuse the inode of a
    file that was just removed. Those that are left when the block ends are removed.
    """
    drafts = Drafts({}, {})
    try:
        for edit in edits:
            progress("draft", 1)
            if not edit.keeps_links:
                _draft(edit, drafts)
        yield drafts
    except BaseException:  # a draft may have been interrupted before it was listed
        sweep(edit.target for edit in edits)
        raise
    finally:
        remove(drafts.paths.values())


def _draft(edit: Edit, drafts: Drafts) -> None:
    try:
        drafts.paths[edit.target] = _drafted(edit)
    except OSError as error:
        drafts.failed[edit.name] = reason = error.strerror or str(error)
        if error.errno in _FATAL:
            raise E6DuckError(
                f"{edit.target} cannot be written: {reason}; nothing was changed"
            ) from error


def remove(paths: Iterable[str]) -> None:
    """Remove drafts, as far as they are there."""
    for path in paths:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108


def replace_all(edits: Sequence[Edit], drafts: Drafts, progress: Progress) -> dict[str, str]:
    """Replace files by their drafts; returns those that could not be written, with the reasons."""
    failed = drafts.failed

    def replace(group: list[Edit]) -> None:
        first = group[0]
        try:
            _check_unchanged(first)
            if first.target in drafts.paths:
                os.replace(drafts.paths[first.target], first.target)  # noqa: PTH105
                del drafts.paths[first.target]
            elif first.before and first.before.data is not None and first.after is not None:
                write_through(first.target, first.before.data, first.after)
        except OSError as error:
            failed.update((edit.name, error.strerror or str(error)) for edit in group)
            return
        failed.update((edit.name, CHANGED) for edit in group if edit.after != first.after)

    each(_groups(edits, drafts), replace, lambda group: progress("replace", len(group)))
    return {edit.name: failed[edit.name] for edit in edits if edit.name in failed}


def _groups(edits: Iterable[Edit], drafts: Drafts) -> list[list[Edit]]:
    """Return the edits that have a draft, and those of one file under all its names together."""
    groups: dict[object, list[Edit]] = {}
    for edit in edits:
        if edit.target in drafts.paths:
            groups[edit.target] = [edit]
        elif edit.keeps_links and edit.before:
            status = edit.before.status
            groups.setdefault((status.st_dev, status.st_ino), []).append(edit)
    return list(groups.values())


def sweep(targets: Iterable[str]) -> None:
    """Remove the drafts that killed or interrupted runs left beside files."""
    for folder in {target.rpartition(os.sep)[0] for target in targets}:
        files.sweep(Path(folder))


def each(
    items: Sequence[_Item], do: Callable[[_Item], None], report: Callable[[_Item], object]
) -> None:
    """Report and do each item. If one fails, or the user interrupts, the others stop."""
    is_stopped, alone = Event(), Lock()

    def work(part: Sequence[_Item]) -> None:
        for item in part:
            if is_stopped.is_set():
                return
            with alone:
                report(item)
            do(item)

    size = -(-len(items) // _THREADS) or 1
    parts = [items[start : start + size] for start in range(0, len(items), size)]
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
        return
    may_lose_links = edit.before.status.st_nlink > 1 and not edit.keeps_links
    if not edit.before.is_still(edit.target, may_lose_links=may_lose_links):
        raise OSError(0, CHANGED)


def _drafted(edit: Edit) -> str:
    """Write the draft of a file, beside it; returns its path."""
    if edit.after is None:
        draft = _draft_beside(edit.target)
        shutil.copyfile(edit.source_path, draft)
        shutil.copymode(edit.source_path, draft)
        return draft
    status = (edit.before or edit.source).status
    owner = (status.st_uid, status.st_gid)
    like = edit.target if edit.before else None
    return written(edit.target, edit.after, stat.S_IMODE(status.st_mode), owner, like)


def _draft_beside(target: str) -> str:
    # Not the name of the caption, which may be as long as the system allows.
    folder = target.rpartition(os.sep)[0]
    return f"{folder}{os.sep}{files.draft_name('e6duck', next(_NUMBERS))}"


def written(
    target: str,
    content: bytes,
    mode: int,
    owner: tuple[int, int] | None,
    like: str | None,
) -> str:
    """Write a draft beside target, completely or not at all; returns its path.

    like: the file whose extended attributes it gets.
    """
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
            if like is not None:
                copy_attributes(like, descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        remove([draft])
        raise
    return draft


def _set_mode_and_owner(descriptor: int, mode: int, owner: tuple[int, int] | None) -> None:
    is_other = owner is not None and owner != _US
    if owner and is_other:
        with suppress(OSError):  # only an administrator can
            os.fchown(descriptor, *owner)
    if is_other or stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)
