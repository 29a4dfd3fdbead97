"""The index of the site's exports: which files there are, checked before anything is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...errors import SourceError
from ..source import COLUMNS, MORE_COLUMNS

INDEX_URL = "https://e621.net/db_exports.json"
TABLES = tuple(COLUMNS)
MORE_TABLES = tuple(MORE_COLUMNS)

_EXPECTED = "expected a list of objects with name, file_name, file_size, checksum, updated_at, url"
_SHA256 = re.compile("[0-9a-f]{64}")
_DATE = r"(?:-\d{4}-\d{2}-\d{2})?"


@dataclass(frozen=True)
class ManifestEntry:
    """A file as the index lists it."""

    table: str
    file_name: str
    size: int  # in bytes
    sha256: str
    updated_at: datetime
    url: str


def listed_files(content: bytes, index_url: str, tables: Collection[str]) -> list[ManifestEntry]:
    """Return the file of each table; raises `SourceError` for an index that is not as expected."""
    rows = _rows(content, index_url)
    files = []
    for table in tables:
        found = [row for row in rows if row.get("name") == table]
        if len(found) != 1:
            raise SourceError(f"{index_url} lists {len(found) or 'no'} {table} files; expected one")
        files.append(_listed(found[0], table, index_url))
    return files


def _rows(content: bytes, index_url: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(content)
    except ValueError as error:
        raise SourceError(f"{index_url} is no JSON; {_EXPECTED}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{index_url} has an unknown layout; {_EXPECTED}")
    return rows


def _listed(row: dict[str, Any], table: str, index_url: str) -> ManifestEntry:
    try:
        listed = ManifestEntry(
            table=table,
            file_name=_text(row["file_name"]),
            size=int(row["file_size"]),
            sha256=_text(row["checksum"]).lower(),
            updated_at=datetime.fromisoformat(_text(row["updated_at"])),
            url=_text(row["url"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{index_url} has an unknown layout of {table}; {_EXPECTED}") from error
    if not re.fullmatch(rf"{table}{_DATE}\.csv(?:\.gz)?", listed.file_name):
        raise SourceError(
            f"{index_url} names the file of {table} {json.dumps(listed.file_name)};"
            f" expected {table}.csv.gz"
        )
    if listed.size < 0 or not _SHA256.fullmatch(listed.sha256):
        raise SourceError(f"{index_url} lists no size and sha256 of {table}; {_EXPECTED}")
    return listed


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
