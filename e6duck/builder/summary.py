"""The summary of a build or an import, by the fields of `BuildResult` and `ImportResult`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..db.connection import Connection
from ..db.sql_files import sql_text
from .check import Checked
from .columns import MORE_COLUMNS
from .draft import Draft
from .fetch.record import recorded
from .source import Source

# The posts of the sample that comes with the project. The sample never gets old.
SAMPLE_SHA256 = "ee30fbfece338bc02219504cae14de52173ff370526441d31e9d4513ee4e4227"


def build_facts(draft: Draft) -> dict[str, Any]:
    """Return the summary of a finished draft of a build."""
    results = draft.results
    query = "select max(created_at) from posts where created_at <= $1"  # later ones are damaged
    [(newest_post,)] = draft.connection.execute(
        query, [draft.built_at.replace(tzinfo=None)]
    ).fetchall()
    made = exported_at(draft.sources["posts"], draft.checks["posts"].result(), newest_post)
    row_counts = results.row_counts.items()
    return {
        **_row(draft.connection, "counts"),
        **_row(draft.connection, "ignored"),
        "exported_at": made,
        "age_days": (draft.built_at - made).days if made else None,
        "more_counts": {table: count for table, count in row_counts if table in MORE_COLUMNS},
        "build_id": results.build_id,
        "posts_read": results.row_counts["posts"],
        "posts_kept": results.counted.kept_count,
        "posts_dropped": results.counted.dropped,
        "reject_counts": {
            table: len(results.malformed[table]) + len(results.dropped_rows[table])
            for table in draft.sources
        },
    }


def import_facts(connection: Connection) -> dict[str, Any]:
    """Return the summary of a finished draft of an import."""
    return _row(connection, "counts") | _row(connection, "from_index")


def _row(connection: Connection, name: str) -> dict[str, Any]:
    """Return the row of a query in sql/build/summary, with tuples for lists."""
    result = connection.execute(sql_text("build/summary", name))
    names = [column[0] for column in result.description]
    (row,) = result.fetchall()
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in zip(names, row, strict=True)
    }


def exported_at(posts: Source, checked: Checked, newest_post: datetime | None) -> datetime | None:
    """Return when the export was made, in UTC; None if that is not known, and for the sample.

    That is the date in the record of the fetch, if it is about this very file, else the date of the
    newest post. newest_post: in UTC, without a time zone.
    """
    if checked.sha256 == SAMPLE_SHA256:
        return None
    fetched = recorded(posts.path.parent).get(posts.path.name)
    if fetched and fetched.sha256 == checked.sha256:
        return fetched.updated_at
    return newest_post.replace(tzinfo=UTC) if newest_post else None
