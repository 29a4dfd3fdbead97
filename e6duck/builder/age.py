"""How old an export is: by the record of a fetch, else by its newest post."""

from __future__ import annotations

from datetime import UTC, datetime

from .fetch.record import recorded
from .source import Checked, Source

# The posts of the sample that the project ships, which never ages.
SAMPLE_SHA256 = "ee30fbfece338bc02219504cae14de52173ff370526441d31e9d4513ee4e4227"


def exported_at(posts: Source, checked: Checked, newest_post: datetime | None) -> datetime | None:
    """Return when the export was made, in UTC; None where nobody knows, and for the sample.

    A record of a fetch counts for the very file that was fetched. newest_post: without a zone.
    """
    if checked.sha256 == SAMPLE_SHA256:
        return None
    fetched = recorded(posts.path.parent).get(posts.path.name)
    if fetched and fetched.sha256 == checked.sha256:
        return fetched.updated_at
    return newest_post.replace(tzinfo=UTC) if newest_post else None
