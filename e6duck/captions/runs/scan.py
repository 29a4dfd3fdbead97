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
    """A file that is a caption by its name."""

    name: str
    """Relative to the folder, with slashes"""
    path: str
    is_link: bool
    """Whether it is a link, or lies behind one that leads out of the folder"""


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


def walk(
    root: Path,
    *,
    include: str,
    exclude: str,
    matching: Matching,
    follow_links: bool = False,
    without: Path | None = None,
) -> list[Found]:
    """Return the files below root whose whole name is included and not excluded, by name.

    Folders that begin with a dot are passed over, and so is the folder without. A folder is visited
    once, however many links lead to it. One that cannot be entered stands there itself.
    """
    if not root.is_dir():
        if not root.exists():
            raise UsageError(f"there is no folder {root}")
        raise UsageError(f"{root} is no folder; a text is cleaned by: e6duck normalize - < {root}")
    files, closed = _files(root, follow_links, without)
    names = {found: _shown(found.name.rpartition("/")[2]) for found in files}
    included = matching(include, set(names.values()))
    wanted = included - matching(exclude, included)
    chosen = [found for found, name in names.items() if name in wanted]
    return sorted((*chosen, *closed), key=lambda found: found.name)


def _shown(name: str) -> str:
    """Return a file's name as text, whatever bytes are in it."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _files(root: Path, follow_links: bool, without: Path | None) -> tuple[list[Found], list[Found]]:
    """Return the files below root, and the folders that cannot be entered."""
    found: list[Found] = []
    closed: list[Found] = []
    seen = {_number(without)} if without and without.is_dir() else set()
    links: list[tuple[str, str]] = []
    folders = [(str(root), "", False)]
    while folders:
        folder, prefix, is_outside = folders.pop()
        number = _number(folder)
        if number in seen:
            continue
        seen.add(number)
        entries: list[os.DirEntry[str]] = []
        try:
            entries = _entries(folder)
        except OSError as error:
            if not prefix:
                raise E6DuckError(f"{folder} cannot be read: {error.strerror or error}") from error
            closed.append(Found(prefix.rstrip("/"), folder, is_outside))
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    folders.append((entry.path, f"{name}/", is_outside))
            elif entry.is_symlink() and _is_folder(entry):
                if not entry.name.startswith("."):
                    links.append((entry.path, f"{name}/"))
            elif not _DRAFT.fullmatch(entry.name):
                found.append(Found(name, entry.path, is_outside or entry.is_symlink()))
        if not folders and follow_links and links:
            # Last, so that what lies in the folder itself is met there and not behind a link.
            folders = [(path, name, True) for path, name in links]
            links = []
    return found, closed


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


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
            raise OSError(0, "no regular file")
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
