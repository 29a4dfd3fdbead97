"""Which text files of a folder are captions: by their names, and by what is beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..rules import RULES_FILE, Rules
from .scan import Found, Matching

IMAGES = frozenset(
    (
        *("png", "apng", "jpg", "jpeg", "jfif", "webp", "gif", "avif", "jxl", "heic", "heif"),
        *("bmp", "tif", "tiff", "mp4", "m4v", "webm", "mov", "mkv", "avi", "swf"),
    )
)
"""Endings of images and videos, in small letters"""
_UNRELATED = frozenset((RULES_FILE, "Thumbs.db", "desktop.ini"))
NO_IMAGE = "no image beside it"
PROJECT_FILE = "named like a project's own files"

_PROJECT = "readme|license|licence|copying|notice|changelog|contributing|authors"
_PROJECT += "|requirements|constraints|cmakelists|robots"
# Never captions, not even beside an image.
_PROJECT_FILE = re.compile(rf"(?i)(?:{_PROJECT})")
# Not captions unless an image is beside them: license plate.txt may be one.
_LIKE_PROJECT_FILE = re.compile(
    rf"(?i)(?:{_PROJECT}|changes|history|install|news|todo|version|copyright|credits|security)"
    r"(?![a-z]).*|.*[-_.]requirements"
)


class Chosen(NamedTuple):
    """The captions below a folder, by name, and why other text files are not captions."""

    captions: list[Found]
    others: dict[str, str]


def choose(
    folders: Iterable[list[Found]], rules: Rules, matching: Matching, *, all_text: bool = False
) -> Chosen:
    """Return which files are captions. Each of folders is the files of one folder.

    The rules include and do not exclude their names. An image or video of the same name is beside
    each, or the files of its folder are nothing but captions and rules; unless all_text, which
    needs neither. Names of `_PROJECT_FILE` are not captions. None of this applies where the rules
    have a pattern of their own for what to include.
    """
    named = [[(_name(found), found) for found in files] for files in folders]
    included = matching(
        rules.include_filename_regexp, {name for files in named for name, _ in files}
    )
    wanted = included - matching(rules.exclude_filename_regexp, included)
    has_pattern = rules.include_filename_regexp != Rules.include_filename_regexp
    unrelated = _UNRELATED | {Path(rules.source).name}
    chosen = Chosen([], {})
    for files in named:
        needs_no_image = all_text or _has_only_captions(files, included, unrelated)
        images = _images(name for name, _ in files)
        for name, found in files:
            if name not in wanted:
                continue
            reason = None if has_pattern else _reason(name, images, needs_no_image)
            if reason:
                chosen.others[found.name] = reason
            else:
                chosen.captions.append(found)
    chosen.captions.sort(key=lambda found: found.name)
    return Chosen(chosen.captions, dict(sorted(chosen.others.items())))


def _has_only_captions(
    files: Iterable[tuple[str, Found]], included: set[str], unrelated: frozenset[str]
) -> bool:
    """Tell whether the files of a folder are captions by their names, but for unrelated ones."""
    return all(
        name in unrelated or (name in included and not _LIKE_PROJECT_FILE.fullmatch(_stem(name)))
        for name, found in files
        if found.is_regular
    )


def _reason(name: str, images: set[str], needs_no_image: bool) -> str | None:
    """Return why a file is not a caption; None where it is one."""
    if _PROJECT_FILE.fullmatch(_stem(name)):
        return PROJECT_FILE
    if any(stem.lower() in images for stem in _image_names(name)):
        return None
    if _LIKE_PROJECT_FILE.fullmatch(_stem(name)):
        return PROJECT_FILE
    return None if needs_no_image else NO_IMAGE


def _images(names: Iterable[str]) -> set[str]:
    """Return what a caption beside these images may be called, without its ending."""
    found = set()
    for name in map(str.lower, names):
        stem, _, ending = name.rpartition(".")
        if ending in IMAGES:
            found |= {name, stem}
    return found


def _image_names(name: str) -> Iterator[str]:
    """Yield what an image of a caption may be called: a of a.txt and of a.caption.txt."""
    stem = _stem(name)
    yield stem
    inner, _, ending = stem.rpartition(".")
    if ending.lower().startswith("cap"):
        yield inner


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _name(found: Found) -> str:
    """Return a file's own name as text, whatever bytes are in it."""
    name = found.name.rpartition("/")[2]
    return (
        name
        if name.isascii()
        else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )
