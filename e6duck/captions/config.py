"""Finds, writes and explains normalize.toml: the settings in force with their sources."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import files
from ..errors import E6DuckError, UsageError
from .resolver import Resolver
from .rules import RULES_FILE, SETTINGS, TABLES
from .text import spelling


def find(given: Path | None, *folders: Path | None) -> Path | None:
    """Return the file with the rules: given, or normalize.toml in or above one of the folders."""
    if given:
        return given
    for folder in (*filter(None, folders), Path.cwd()):
        absolute = folder.resolve()
        for place in (absolute, *absolute.parents):
            if os.path.lexists(place / RULES_FILE):  # also a broken link: reading it fails
                return place / RULES_FILE
    return None


def template() -> str:
    """Return a normalize.toml with all settings, their defaults and comments."""
    return Path(__file__).with_name(RULES_FILE).read_text(encoding="utf-8")


def write_template(path: Path) -> None:
    """Write the template to a new file. Raises `UsageError` if the file exists."""
    if os.path.lexists(path):
        raise UsageError(f"{path} already exists; choose another file")
    try:
        with files.draft(path) as draft:
            draft.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise E6DuckError(f"{path} cannot be written: {error.strerror or error}") from error


def toml(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml, value))}]"
    return str(value)


def in_force(resolver: Resolver) -> Iterator[str]:
    """Yield each setting as a line of TOML, with a comment on its source and its unknown tags."""
    file = resolver.rules_file
    for key in SETTINGS:
        value = getattr(file.rules, key)
        if key in TABLES:
            yield ""
            yield f"[{key}]  # {file.place(key)}"
            yield from _pairs(resolver, key, value)
        else:
            notes = [file.place(key), *_notes(resolver, key)]
            yield f"{key} = {toml(value)}  # {'; '.join(notes)}"


def _pairs(resolver: Resolver, table: str, pairs: Mapping[str, str]) -> Iterator[str]:
    for name, value in pairs.items():
        yield f"{toml(name)} = {toml(value)}  # {resolver.rules_file.place(table, name)}"


def _notes(resolver: Resolver, key: str) -> Iterator[str]:
    if key in ("blacklist", "keep_underscores"):
        names = getattr(resolver.rules, key)
        _, texts = resolver.tagged(names)
        unknown = [toml(name) for name in names if spelling(name) in texts]
        if unknown:
            yield f"not a tag, matched as text: {', '.join(unknown)}"
    elif key == "min_antecedent_freq":
        yield f"counted by {resolver.vocabulary.counted_by()}"
