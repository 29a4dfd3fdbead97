"""Which text files of a folder are captions, by their names and by the files beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..rules import RULES_FILE, Rules
from ..rules_file import RulesFile
from .scan import Found, Matching

IMAGES = frozenset(
    (
        *("png", "apng", "jpg", "jpeg", "jfif", "webp", "gif", "avif", "jxl", "heic", "heif"),
        *("bmp", "tif", "tiff", "mp4", "m4v", "webm", "mov", "mkv", "avi", "swf"),
    )
)
"""Endings of images and videos, in lower case"""
_UNRELATED = frozenset((RULES_FILE, "Thumbs.db", "desktop.ini"))
NO_IMAGE = "no image beside it"
PROJECT_FILE = "named like a project file"

_PROJECT = "readme|license|licence|copying|notice|changelog|contributing|authors"
_PROJECT += "|requirements|constraints|cmakelists|robots"
# Never captions, not even with an image beside them.
_PROJECT_FILE = re.compile(rf"(?i)(?:{_PROJECT})")
# Captions only with an image beside them, such as license plate.txt.
_LIKE_PROJECT_FILE = re.compile(
    rf"(?is)(?:{_PROJECT}|changes|history|install|news|todo|version|copyright|credits|security)"
    r"(?![a-z]).*|.*[-_.]requirements"
)


class Chosen(NamedTuple):
    """The captions below a folder, sorted by name, and why other text files are not captions."""

    captions: list[Found]
    others: dict[str, str]


def choose(
    folders: Iterable[list[Found]],
    rules_file: RulesFile,
    matching: Matching,
    *,
    all_text: bool = False,
) -> Chosen:
    """Return which files are captions. folders: a list of files for each folder.

    The names of captions are included, and not excluded, by the rules. An image or video of the
    same name is beside each, or its folder contains only captions and rules; with all_text, neither
    is needed. Names that match `_PROJECT_FILE` are not captions. If the rules have their own
    pattern of names to include, only the names count.
    """
    rules = rules_file.rules
    named = [[(_name(found), found) for found in files] for files in folders]
    included = _matching(
        {name for files in named for name, _ in files}, rules, "include_filename_regexp", matching
    )
    wanted = included - _matching(included, rules, "exclude_filename_regexp", matching)
    has_pattern = rules.include_filename_regexp != Rules.include_filename_regexp
    unrelated = _UNRELATED | {Path(rules_file.source).name}
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


def _matching(names: set[str], rules: Rules, setting: str, matching: Matching) -> set[str]:
    """Return the names that the pattern of a setting matches. The defaults ignore case.

    A point matches line breaks, too: a name may contain some.
    """
    setting_pattern = getattr(rules, setting)
    pattern = f"(?s:{setting_pattern})"
    if setting_pattern != getattr(Rules, setting):
        return matching(pattern, names)
    matched = matching(pattern, {name.lower() for name in names})
    return {name for name in names if name.lower() in matched}


def _has_only_captions(
    files: Iterable[tuple[str, Found]], included: set[str], unrelated: frozenset[str]
) -> bool:
    """Return whether all files of a folder are captions by their names, except unrelated ones."""
    return all(
        name in unrelated or (name in included and not _LIKE_PROJECT_FILE.fullmatch(_stem(name)))
        for name, found in files
        if found.is_regular
    )


def _reason(name: str, images: set[str], needs_no_image: bool) -> str | None:
    """Return why a file is not a caption; None if it is one."""
    if _PROJECT_FILE.fullmatch(_stem(name)):
        return PROJECT_FILE
    if any(stem.lower() in images for stem in _image_names(name)):
        return None
    if _LIKE_PROJECT_FILE.fullmatch(_stem(name)):
        return PROJECT_FILE
    return None if needs_no_image else NO_IMAGE


def _images(names: Iterable[str]) -> set[str]:
    """Return the names, without endings, of captions that belong to these images."""
    found = set()
    for name in map(str.lower, names):
        stem, _, ending = name.rpartition(".")
        if ending in IMAGES:
            found |= {name, stem}
    return found


def _image_names(name: str) -> Iterator[str]:
    """Yield the names that an image of a caption may have: a for a.txt and for a.caption.txt."""
    stem = _stem(name)
    yield stem
    inner, _, ending = stem.rpartition(".")
    if ending.lower().startswith("cap"):
        yield inner


def _stem(name: str) -> str:
    return name.rpartition(".")[0]


def _name(found: Found) -> str:
    """Return a file's own name as valid text, even if its bytes are not UTF-8."""
    name = found.name.rpartition("/")[2]
    return (
        name
        if name.isascii()
        else name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )
