"""How old an export is: by the record of a fetch, else by its newest post."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from .source import RECORD, Checked, Source

# The posts of the sample that the project ships, which never ages.
SAMPLE_SHA256 = "ee30fbfece338bc02219504cae14de52173ff370526441d31e9d4513ee4e4227"


def exported_at(posts: Source, checked: Checked, newest_post: datetime | None) -> datetime | None:
    """Return when the export was made, in UTC; None where nobody knows, and for the sample.

    A record of a fetch counts for the very file that was fetched. newest_post: without a zone.
    """
    if checked.sha256 == SAMPLE_SHA256:
        return None
    fetched = _fetched(posts.path, checked.sha256)
    return fetched or (newest_post.replace(tzinfo=UTC) if newest_post else None)


def _fetched(path: Path, sha256: str) -> datetime | None:
    try:
        record = json.loads((path.parent / RECORD).read_text(encoding="utf-8"))
        facts = record["files"][path.name]
        listed = datetime.fromisoformat(facts["updated_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return listed.astimezone(UTC) if facts.get("sha256") == sha256 else None
