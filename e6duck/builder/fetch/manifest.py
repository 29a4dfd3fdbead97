"""The manifest of the site's exports, checked before anything in it is used.

Messages call it the index, as the option does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ...errors import SourceError
from ..columns import COLUMNS, MORE_COLUMNS

INDEX_URL = "https://e621.net/db_exports.json"
TABLES = tuple(COLUMNS)
MORE_TABLES = tuple(MORE_COLUMNS)

_EXPECTED = "expected a list of objects with name, file_name, file_size, checksum, updated_at, url"
_SHA256 = re.compile("[0-9a-f]{64}")
_DATE = r"(?:-\d{4}-\d{2}-\d{2})?"


@dataclass(frozen=True)
class ManifestEntry:
    """A file of the export, as the manifest lists it."""

    table: str
    file_name: str
    size: int  # in bytes
    sha256: str
    updated_at: datetime  # in UTC
    url: str


def manifest_entries(
    content: bytes, index_url: str, tables: Collection[str]
) -> list[ManifestEntry]:
    """Return the entry of each table; raises `SourceError` if the manifest is not as expected."""
    rows = _rows(content, index_url)
    entries = []
    for table in tables:
        found = [row for row in rows if row.get("name") == table]
        if len(found) != 1:
            raise SourceError(f"{index_url} lists {len(found) or 'no'} {table} files; expected one")
        entries.append(_entry(found[0], table, index_url))
    return entries


def _rows(content: bytes, index_url: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{index_url} is not valid JSON; {_EXPECTED}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{index_url} has an unknown layout; {_EXPECTED}")
    return rows


def _entry(row: dict[str, Any], table: str, index_url: str) -> ManifestEntry:
    try:
        entry = ManifestEntry(
            table=table,
            file_name=_text(row["file_name"]),
            size=int(row["file_size"]),
            sha256=_text(row["checksum"]).lower(),
            updated_at=datetime.fromisoformat(_text(row["updated_at"])).astimezone(UTC),
            url=_text(row["url"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise SourceError(f"{index_url} has an unknown layout of {table}; {_EXPECTED}") from error
    if not re.fullmatch(rf"{table}{_DATE}\.csv(?:\.gz)?", entry.file_name):
        raise SourceError(
            f"{index_url} names the file of {table} {json.dumps(entry.file_name)};"
            f" expected {table}.csv.gz"
        )
    if entry.size < 0 or not _SHA256.fullmatch(entry.sha256):
        raise SourceError(f"{index_url} lists no valid size and sha256 of {table}; {_EXPECTED}")
    return entry


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
