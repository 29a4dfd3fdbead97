"""The record in a folder: which of its files were downloaded, and when the site made them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ... import files

RECORD = "e6duck-fetch.json"
_LARGEST = 1 << 20  # bytes


@dataclass(frozen=True)
class Recorded:
    """A file that was downloaded."""

    sha256: str
    updated_at: datetime  # on the site, in UTC


def recorded(folder: Path) -> dict[str, Recorded]:
    """Return the recorded files by their names, without those whose record is damaged."""
    found = {name: _parsed(facts) for name, facts in _read(folder).items()}
    return {name: each for name, each in found.items() if each}


def _parsed(facts: Any) -> Recorded | None:
    try:
        updated_at = datetime.fromisoformat(facts["updated_at"]).astimezone(UTC)
        return Recorded(str(facts["sha256"]), updated_at)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def record(folder: Path, name: str, fetched: Recorded, index: str) -> None:
    """Record a file that was downloaded; the other files stay recorded."""
    known = recorded(folder) | {name: fetched}
    content = {
        "index": index,
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {
            name: {"sha256": each.sha256, "updated_at": each.updated_at.isoformat()}
            for name, each in known.items()
        },
    }
    with files.draft(folder / RECORD) as draft:
        draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _read(folder: Path) -> dict[str, Any]:
    """Return the entries of the record; none if it is missing or damaged."""
    path = folder / RECORD
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return {}
        content = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
