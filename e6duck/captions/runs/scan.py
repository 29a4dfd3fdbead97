"""The files of a folder of captions: which there are, and why some are not to be written."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ... import files
from ...errors import E6DuckError, UsageError
from ..text import MAX_BYTES

# To open a pipe would else wait for ever.
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
DRAFT = "e6duck.builder.build"
_DRAFT = re.compile(rf"{re.escape(DRAFT)}-(\d{{1,10}})-[0-9a-f]{{1,8}}")

Matching = Callable[[str, Collection[str]], set[str]]
"""Which names a regular expression matches as a whole"""


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
    """A file as it was when it was read: bytes (None where it is too large), mode, times, owner."""

    data: bytes | None
    status: os.stat_result

    def is_still(self, path: str) -> bool:
        """Tell whether the file was not written or replaced since."""
        try:
            now = os.lstat(path)
        except OSError:
            return False
        return _identity(now) == _identity(self.status)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns


class Walked(NamedTuple):
    """The visible files below a folder, in a list for each folder, and what cannot be read."""

    folders: list[list[Found]]
    unreadable: dict[str, str]
    """Folders, with the reason"""


def walk(root: Path, *, follow_links: bool = False) -> Walked:
    """Return the files below root.

    What begins with a dot is passed over. A folder is visited once, however many links lead to it.
    Raises `UsageError` where root is not a folder, `E6DuckError` where it cannot be read.
    """
    if not root.is_dir():
        if not root.exists():
            raise UsageError(f"there is no folder {root}")
        raise UsageError(f"{root} is not a folder; for one text: e6duck normalize - < {root}")
    walked = Walked([], {})
    seen: set[tuple[int, int]] = set()
    links: list[tuple[str, str]] = []
    folders = [(str(root), "", False)]
    while folders or (follow_links and links):
        if not folders:
            # Last, so that what is in the folder itself is met there and not behind a link.
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
    """Return what is in a folder, but for drafts and what begins with a dot."""
    with os.scandir(folder) as entries:
        return [
            entry
            for entry in entries
            if not (entry.name.startswith(".") or _DRAFT.fullmatch(entry.name))
        ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _number(folder: Path | str) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116
    return status.st_dev, status.st_ino


def read(path: str) -> Content:
    """Return a file's content; raises `OSError` where it is no regular file that can be read."""
    descriptor = os.open(path, _READING)
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
    while len(data) != size:  # a part of it, or it grows as it is read
        more = os.read(descriptor, 65536)
        if not more:
            break
        data += more
    return data


def is_read_only(mode: int) -> bool:
    """Tell whether a mode lets nobody write, which a system's administrator is to respect, too."""
    return not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def sweep(folder: str) -> None:
    """Remove the drafts that killed runs have left in a folder."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            found = _DRAFT.fullmatch(entry.name)
            if found and entry.is_file(follow_symlinks=False) and files.is_over(int(found[1])):
                os.unlink(entry.path)  # noqa: PTH108
