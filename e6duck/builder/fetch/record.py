"""The record in a folder: which of its files were downloaded, and when the site made them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ... import files

RECORD = "e6duck-fetch.json"


@dataclass(frozen=True)
class Recorded:
    """A file that was downloaded."""

    sha256: str
    updated_at: datetime  # on the site, in UTC


def recorded(folder: Path) -> dict[str, Recorded]:
    """Return the recorded files by their names; none if the record is missing or broken."""
    try:
        return {
            str(name): Recorded(
                str(facts["sha256"]), datetime.fromisoformat(facts["updated_at"]).astimezone(UTC)
            )
            for name, facts in _read(folder).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


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
    try:
        content: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
    except OSError:
        return {}
    return content
