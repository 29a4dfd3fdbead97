"""A plan: all captions read and cleaned, and the files to write, before anything is written."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ...db.results.html_table import html_table
from ...errors import UsageError
from ...progress import Progress
from ...tags.phrases import many
from ..steps import Result
from ..text import UnreadableError, decoded
from . import scan
from .scan import Content, Found

_SHOWN_CAPTIONS = 10  # in a notebook


class Edit(NamedTuple):
    """A file to write: its old bytes (None if it does not exist) and its new ones."""

    name: str
    target: str
    before: Content | None
    after: bytes | None
    """None if the file is too large to be a caption and is copied"""
    source: Content
    """The file that was read; a new file gets its mode and owner"""
    source_path: str

    @property
    def keeps_links(self) -> bool:
        """Whether a caption has several names (hard links): then it is written itself.

        In another folder a file is replaced: its other names may be those of the captions.
        """
        return self.before is self.source and self.source.status.st_nlink > 1

    def __repr__(self) -> str:
        return f"Edit({self.name!r})"


class Caption(NamedTuple):
    """A caption that was read: its text, and its cleaned text with all steps."""

    name: str
    text: str
    result: Result

    @property
    def is_changed(self) -> bool:
        """Whether the cleaned text differs."""
        return self.text != self.result.text

    def __repr__(self) -> str:
        return f"Caption({self.name!r}, {'changed' if self.is_changed else 'unchanged'})"


@dataclass(frozen=True)
class Plan:
    """The captions that were read, and the files that a run would write."""

    source: Path
    target: Path
    captions: tuple[Caption, ...]
    edits: tuple[Edit, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    """Files that are not changed, and folders that cannot be read, with the reasons"""
    unreadable: frozenset[str] = frozenset()
    """The names in skipped that could not be read"""
    not_captions: dict[str, str] = field(default_factory=dict)
    """Text files that are not captions, with the reasons"""
    blocked: dict[str, str] = field(default_factory=dict)
    """Files that cannot be written, with the reasons"""

    @property
    def is_in_place(self) -> bool:
        """Whether the files that were read are replaced."""
        return self.source == self.target

    @property
    def changed(self) -> tuple[Caption, ...]:
        """The captions whose cleaned text differs."""
        return tuple(caption for caption in self.captions if caption.is_changed)

    def __repr__(self) -> str:
        counts = [f"{many(len(self.captions), 'caption')}: {len(self.changed):,} to change"]
        counts += [f"{len(self.skipped):,} skipped"] if self.skipped else []
        counts += [f"{len(self.blocked):,} blocked"] if self.blocked else []
        return f"Plan({', '.join(counts)})"

    def _repr_html_(self) -> str:
        first = self.changed[:_SHOWN_CAPTIONS]
        title = repr(self) + (f", the first {len(first)}" if first else "")
        rows = [(each.name, each.text, each.result.text) for each in first]
        return html_table(title, rows, ("caption", "before", "after"))


class Read(NamedTuple):
    """A file that was read, with its text, or with the reason why it is not a caption."""

    found: Found
    content: Content | None
    text: str | None
    fault: str | None = None


def read_all(files: list[Found], progress: Progress) -> list[Read]:
    """Read files. One that cannot be read as a caption has a fault instead of a text."""
    done = []
    for found in files:
        done.append(_read(found))
        progress("read", 1)
    return done


def _read(found: Found) -> Read:
    try:
        content = scan.read(found.path)
    except OSError as error:
        return Read(found, None, None, f"cannot be read: {error.strerror or error}")
    try:
        if content.data is None:
            raise UnreadableError("larger than 1 MB")
        return Read(found, content, decoded(content.data))
    except UnreadableError as error:
        return Read(found, content, None, str(error))


def plan_in_place(root: Path, files: list[Read], clean: Callable[[str], Result]) -> Plan:
    """Return the plan that replaces captions in their folder."""
    captions, edits, skipped, blocked = [], [], {}, {}
    is_closed = cache(_is_closed)
    for file in files:
        (name, path, is_link, _), content, text, fault = file
        if text is None or content is None:
            skipped[name] = fault or ""
            continue
        if is_link:
            skipped[name] = "a link, which is not written through"
            continue
        caption = Caption(name, text, clean(text))
        if caption.is_changed:
            if scan.is_read_only(content.status.st_mode):
                skipped[name] = "read-only"
                continue
            if is_closed(os.path.dirname(path)):  # noqa: PTH120
                blocked[name] = "its folder is not writable"
            else:
                after = caption.result.text.encode()
                edits.append(Edit(name, path, content, after, content, path))
        captions.append(caption)
    unreadable = _unreadable(files)
    return Plan(root, root, tuple(captions), tuple(edits), skipped, unreadable, blocked=blocked)


def _unreadable(files: list[Read]) -> frozenset[str]:
    return frozenset(file.found.name for file in files if file.fault)


def _is_closed(folder: str) -> bool:
    return not os.access(folder, os.W_OK | os.X_OK)


def plan_copy(
    source: Path, target: Path, files: list[Read], clean: Callable[[str], Result]
) -> Plan:
    """Return the plan that writes captions, and copies unreadable ones, into another folder.

    Files that would become one on some systems are not written. Raises `UsageError` if a file would
    replace one that is read.
    """
    _check_target(target, files)
    blocked = _colliding(files)
    captions, edits, skipped = [], [], {}
    for file in files:
        name = file.found.name
        if file.fault:
            skipped[name] = file.fault
        if file.content is None:
            continue
        after = file.content.data
        if file.text is not None:
            caption = Caption(name, file.text, clean(file.text))
            captions.append(caption)
            after = caption.result.text.encode()
        if name in blocked:
            continue
        path = f"{target}/{name}"
        try:
            before = _standing(path)
        except OSError as error:
            blocked[name] = error.strerror or str(error)
            continue
        if before is None or after is None or before.data != after:
            if before and (before.data is None or after is None):
                skipped[name] = f"{file.fault}; not copied over the file that is there"
                continue
            edits.append(Edit(name, path, before, after, file.content, file.found.path))
    unreadable = _unreadable(files)
    return Plan(
        *(source, target, tuple(captions), tuple(edits), skipped, unreadable), blocked=blocked
    )


def _standing(path: str) -> Content | None:
    """Return the file at a path, if there is one. Raises `OSError` if it cannot be replaced."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        raise OSError(0, "there is a link in its place")
    if scan.is_read_only(status.st_mode):
        raise OSError(0, "there is a read-only file in its place")
    return scan.read(path)


def _colliding(files: list[Read]) -> dict[str, str]:
    """Return the files that a system may take for one and the same, with the reasons."""
    names: dict[str, list[str]] = {}
    for file in files:
        name = file.found.name
        names.setdefault(unicodedata.normalize("NFC", name).casefold(), []).append(name)
    found = {}
    for alike in names.values():
        for name in alike if len(alike) > 1 else ():
            other = alike[1] if name == alike[0] else alike[0]
            is_one = unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", other)
            what = "the encoding of its accents" if is_one else "capitals"
            found[name] = (
                f"its name differs from {other} only in {what}, and some systems take both for one"
                " file; rename one"
            )
    return found


def _check_target(target: Path, files: list[Read]) -> None:
    """Raise `UsageError` if a file would replace one that is read, or leave the folder."""
    real = cache(os.path.realpath)
    inputs = {_real_path(file.found, real) for file in files}
    folders = {file.found.name.rpartition("/")[0] for file in files}
    links = {folder: _links(f"{target}/{folder}") for folder in folders}
    for file in files:
        name = file.found.name
        folder, _, last = name.rpartition("/")
        place = os.path.join(real(f"{target}/{folder}"), last)  # noqa: PTH118
        if last in links[folder]:
            place = os.path.realpath(place)
        if place in inputs:  # reached by a link
            raise UsageError(f"{target / name} is also an input file; choose another output folder")
    for folder in folders:
        _check_inside(target / folder, target)


def _real_path(found: Found, real: Callable[[str], str]) -> str:
    """Return the path of a file without links; real: `os.path.realpath`, which is slow."""
    if found.is_link:
        return real(found.path)
    folder, last = os.path.split(found.path)
    return os.path.join(real(folder), last)  # noqa: PTH118


def _links(folder: str) -> set[str]:
    """Return the names of the links in a folder; none if there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if entry.is_symlink()}
    except OSError:
        return set()


def _check_inside(folder: Path, root: Path) -> None:
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)):
        raise UsageError(f"{folder} leads out of {root} by a link; remove the link")


def texts(files: list[Read]) -> Iterator[str]:
    """Yield the texts of captions."""
    for file in files:
        if file.text is not None:
            yield file.text
