"""The record of a folder: which of its files a fetch has put there, and of when they are."""

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
    """What is known of a file that was fetched."""

    sha256: str
    updated_at: datetime  # on the site, in UTC


def recorded(folder: Path) -> dict[str, Recorded]:
    """Return what is recorded of each file by its name; nothing where a record is broken."""
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
    """Note a file that was fetched; what is noted of others stays."""
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
