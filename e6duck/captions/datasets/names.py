"""Which paths are datasets."""

from __future__ import annotations

import os
from pathlib import Path

ENDINGS = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_GLOB = frozenset("*?[")


def is_dataset(path: Path) -> bool:
    """Return whether a path is a file of a dataset, or a pattern of such files."""
    return path.suffix.lower() in ENDINGS and (path.is_file() or is_pattern(path))


def is_pattern(path: Path) -> bool:
    """Return whether a path is a pattern and not a file or folder."""
    return not _GLOB.isdisjoint(str(path)) and not os.path.lexists(path)
