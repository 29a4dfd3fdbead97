"""What lies in a folder, for tests that compare it before and after."""

from __future__ import annotations

from pathlib import Path

LOCK = ".e6duck.lock"


def content(folder: Path) -> dict[str, bytes]:
    """What is in the files of a folder, by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def names(folder: Path) -> list[str]:
    """What lies in a folder, by name."""
    return sorted(path.name for path in folder.iterdir())
