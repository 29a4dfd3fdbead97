"""A database in the making: what it is made from, and what its stages find."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..db.connection import Connection
from ..progress import Progress
from . import rejects
from .check import Checked
from .posts.count import Counted
from .posts.encode import Encoded
from .source import Source

_MOST_WORKERS = 8  # each needs some 40 MB


@dataclass(frozen=True)
class Options:
    """Which parts of the export are kept."""

    min_posts: int = 2
    all_files: bool = False
    include_deleted: bool = False
    with_text: bool = False
    strict: bool = False


@dataclass
class Results:
    """What the stages find; later stages and the summary read it."""

    counted: Counted  # empty before name_use
    encoded: Encoded | None = None  # None before posts
    malformed: dict[str, list[rejects.Malformed]] = field(default_factory=dict)
    dropped_rows: dict[str, list[rejects.DroppedRow]] = field(default_factory=dict)
    faults: dict[str, dict[int, str]] = field(default_factory=dict)  # reasons, by record
    row_counts: dict[str, int] = field(default_factory=dict)
    build_id: str = ""


@dataclass(frozen=True)
class Draft:
    """A database in the making: its connection, what it is made from, and the results so far."""

    connection: Connection
    spill: Path  # the kept posts, between the two passes over them
    posts_file: Path | None  # the draft of posts.parquet; None if no index files are written
    open_files: ExitStack  # what is written while the posts are encoded
    sources: Mapping[str, Source]
    checks: Mapping[str, Future[Checked]]
    options: Options
    engine_memory: int  # DuckDB's share, in bytes
    threads: int  # of DuckDB
    built_at: datetime
    progress: Progress
    results: Results

    @property
    def workers(self) -> int:
        """How many threads of Python read or encode posts."""
        return min(self.threads, _MOST_WORKERS)

    def one(self, query: str) -> Any:
        """Return the single value of a query."""
        return self.connection.execute(query).fetchall()[0][0]

    def rejects_table(self, table: str) -> str:
        """Return the name of the table where DuckDB notes the malformed rows of a file."""
        return f"reject_{table}"
