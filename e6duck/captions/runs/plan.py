"""A plan: every caption read and made clean, and what is to be written, before anything is."""

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
from ...tags.phrases import many
from ..steps import Result
from ..text import UnreadableError, decoded
from . import scan
from .scan import Content, Found

_SHOWN_CAPTIONS = 10  # in a notebook

Progress = Callable[[str, int], None]
"""Hears of a stage, and how many files it has done"""


class Edit(NamedTuple):
    """A file to be written: its old bytes (None where it does not stand there) and its new ones."""

    name: str
    target: str
    before: Content | None
    after: bytes | None
    """None where a file too large to be a caption is copied"""
    source: Content
    """What was read, whose mode and owner the new file gets"""
    source_path: str

    def __repr__(self) -> str:
        return f"Edit({self.name!r})"


class Caption(NamedTuple):
    """A caption that was read: its text, and what became of it."""

    name: str
    text: str
    result: Result

    @property
    def is_changed(self) -> bool:
        """Whether it is written otherwise."""
        return self.text != self.result.text

    def __repr__(self) -> str:
        return f"Caption({self.name!r}, {'changes' if self.is_changed else 'stays as it is'})"


@dataclass(frozen=True)
class Plan:
    """What a run would do."""

    source: Path
    target: Path
    captions: tuple[Caption, ...]
    edits: tuple[Edit, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    """Files that are left as they are, with the reason, and folders that cannot be read"""
    unreadable: frozenset[str] = frozenset()
    """Those of skipped that could not be read as captions"""
    not_captions: dict[str, str] = field(default_factory=dict)
    """Text files that were not taken for captions, with the reason"""
    blocked: dict[str, str] = field(default_factory=dict)
    """Files that cannot be written, with the reason"""

    @property
    def is_in_place(self) -> bool:
        """Whether the files are replaced where they were read."""
        return self.source == self.target

    @property
    def changed(self) -> tuple[Caption, ...]:
        """The captions that are written otherwise."""
        return tuple(caption for caption in self.captions if caption.is_changed)

    def __repr__(self) -> str:
        counts = [f"{many(len(self.captions), 'caption')}: {len(self.changed):,} change"]
        counts += [f"{len(self.skipped):,} skipped"] if self.skipped else []
        counts += [f"{len(self.blocked):,} blocked"] if self.blocked else []
        return f"Plan({', '.join(counts)})"

    def _repr_html_(self) -> str:
        first = self.changed[:_SHOWN_CAPTIONS]
        title = repr(self) + (f", the first {len(first)}" if first else "")
        rows = [(each.name, each.text, each.result.text) for each in first]
        return html_table(title, rows, ("caption", "before", "after"))


class Read(NamedTuple):
    """A file that was read: with its text, or with the reason why it is no caption."""

    found: Found
    content: Content | None
    text: str | None
    fault: str | None = None


def read_all(files: list[Found], progress: Progress) -> list[Read]:
    """Read files; one that cannot be read as a caption has the reason as its fault."""
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
    """Return the plan that replaces captions where they are."""
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
                blocked[name] = "its folder cannot be written to"
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
    """Return the plan that writes captions, and copies what is none, into another folder.

    Raises `UsageError` where two files would become one, or one would replace what is read.
    """
    _check_collisions(source, target, files)
    captions, edits, skipped, blocked = [], [], {}, {}
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
        path = target / name
        try:
            before = _standing(path)
        except OSError as error:
            blocked[name] = error.strerror or str(error)
            continue
        if before is None or after is None or before.data != after:
            if before and (before.data is None or after is None):
                skipped[name] = f"{file.fault}; not copied over the file that stands there"
                continue
            edits.append(Edit(name, str(path), before, after, file.content, file.found.path))
    unreadable = _unreadable(files)
    return Plan(
        *(source, target, tuple(captions), tuple(edits), skipped, unreadable), blocked=blocked
    )


def _standing(path: Path) -> Content | None:
    """Return what stands at a path; raises `OSError` where it is no file that may be replaced."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        raise OSError(0, "a link stands there")
    if scan.is_read_only(status.st_mode):
        raise OSError(0, "a read-only file stands there")
    return scan.read(str(path))


def _check_collisions(source: Path, target: Path, files: list[Read]) -> None:
    met: dict[str, str] = {}
    inputs = {os.path.realpath(file.found.path) for file in files}
    for file in files:
        name = file.found.name
        other = met.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            raise UsageError(
                f"{name} and {other} would be one file where capitals do not count; rename one"
            )
        if os.path.realpath(target / name) in inputs:  # reached by a link
            raise UsageError(f"{target / name} is an input, too; choose another OUTPUT_DIR")
    for folder in {(target / file.found.name).parent for file in files}:
        _check_inside(folder, target)


def _check_inside(folder: Path, root: Path) -> None:
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root)):
        raise UsageError(f"{folder} leads out of {root} by a link; remove the link")


def texts(files: list[Read]) -> Iterator[str]:
    """Yield the texts of what is a caption."""
    for file in files:
        if file.text is not None:
            yield file.text
