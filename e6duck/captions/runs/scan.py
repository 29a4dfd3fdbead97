"""The files below a folder of captions, and their contents."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from ... import files
from ...errors import E6DuckError, UsageError
from ..text import MAX_BYTES

# Without O_NONBLOCK, opening a pipe would wait forever.
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)

Matching = Callable[[str, Collection[str]], set[str]]
"""Returns the names that a regular expression matches as a whole"""


class Found(NamedTuple):
    """A file below a folder."""

    name: str
    """Relative to the folder, with slashes"""
    path: str
    is_link: bool
    """Whether it is a link, or is behind one that leads out of the folder"""
    is_regular: bool = True
    """Whether it is a file and not, for example, a pipe"""


class Content(NamedTuple):
    """A file when it was read: bytes (None if it is too large), mode, times and owner."""

    data: bytes | None
    status: os.stat_result

    def is_still(self, path: str, *, may_lose_links: bool = False) -> bool:
        """Return whether the file at path was neither written nor replaced since.

        may_lose_links: we may have replaced other names of the file ourselves.
        """
        try:
            now = os.lstat(path)
        except OSError:
            return False
        if not may_lose_links and now.st_ctime_ns != self.status.st_ctime_ns:
            return False  # even if the time of the content was put back
        return _identity(now) == _identity(self.status)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns


class Walked(NamedTuple):
    """The visible files below a folder, in a list for each folder, and the unreadable folders."""

    folders: list[list[Found]]
    unreadable: dict[str, str]
    """Folders with the reasons"""


def walk(root: Path, *, follow_links: bool = False) -> Walked:
    """Return the files below root.

    Names that begin with a dot are ignored. A folder is visited once, even if several links lead to
    it. Raises `UsageError` if root is not a folder, `E6DuckError` if it cannot be read.
    """
    if not root.is_dir():
        if not root.exists():
            raise UsageError(f"there is no folder {root}")
        raise UsageError(f"{root} is not a folder")
    walked = Walked([], {})
    seen: set[tuple[int, int]] = set()
    links: list[tuple[str, str]] = []
    folders = [(str(root), "", False)]
    while folders or (follow_links and links):
        if not folders:
            # Last, so that files in the folder itself are not found behind a link first.
            folders = [(path, name, True) for path, name in links]
            links = []
        folder, prefix, is_outside = folders.pop()
        try:
            number = _number(folder)
            entries = [] if number in seen else _visible(folder)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            if not prefix:
                raise E6DuckError(f"{folder} {reason}") from error
            walked.unreadable[prefix] = reason
            continue
        seen.add(number)
        found: list[Found] = []
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, f"{name}/", is_outside))
            elif entry.is_symlink() and _is_folder(entry):
                links.append((entry.path, f"{name}/"))
            else:
                is_link = entry.is_symlink()
                is_regular = is_link or entry.is_file(follow_symlinks=False)
                found.append(Found(name, entry.path, is_outside or is_link, is_regular))
        walked.folders.append(found)
    return walked


def _visible(folder: str) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, except drafts and names that begin with a dot."""
    with os.scandir(folder) as entries:
        return [
            entry
            for entry in entries
            if not (entry.name.startswith(".") or files.is_draft(entry.name))
        ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _number(folder: Path | str) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116
    return status.st_dev, status.st_ino


def read(path: str, *, follow_links: bool = True) -> Content:
    """Return a file's content. Raises `OSError` if it is not a readable regular file."""
    descriptor = os.open(path, _READING if follow_links else _READING | _NO_LINK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        if status.st_size > MAX_BYTES:
            return Content(None, status)
        return Content(_all(descriptor, status.st_size), status)
    finally:
        os.close(descriptor)


def _all(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size + 1)
    while len(data) != size:  # only part of it, or the file has grown
        more = os.read(descriptor, 65536)
        if not more:
            break
        data += more
    return data


def is_read_only(mode: int) -> bool:
    """Return whether a mode allows nobody to write; this also protects files from root."""
    return not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
