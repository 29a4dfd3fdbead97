"""Make a database from index files: tags, aliases, implications and vectors, but no posts."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from .. import files
from ..db.connection import (
    DEFAULT_MEMORY,
    INDEX_FILES,
    SCHEMA_VERSION,
    Connection,
    drafting,
    has_posts,
    open_reading,
)
from ..db.errors import plain_errors
from ..db.interrupts import SignalPoint, explained_interrupts, files_state
from ..db.sql_files import Script, script, scripts
from ..errors import UsageError
from ..index import vectors
from ..index.publish import replace, replaceable
from ..index.read import StrPath, read_set
from ..index.tables import IndexTables, read_index_tables
from ..index.write import NOTHING
from ..progress import Progress, no_progress
from .build import database_place
from .columns import COLUMNS, TEXT_COLUMNS
from .graphs import register_implication_paths
from .pipeline import check_rules
from .summary import import_facts

# The SQL files that an import runs, in this order. A file of from_index replaces the file of a
# build that makes the same relation from the export, or makes what the others select from.
SCRIPTS = (
    ("build", "10_categories"),
    ("build/from_index", "20_ranked_tag"),
    ("build/from_index", "25_lost_row"),
    ("build/from_index", "26_alias_end"),
    ("build/from_index", "30_listed_pair"),
    ("build/from_index", "31_closed_pair"),
    ("build/from_index", "32_implication_edge"),
    ("build", "33_implication_path"),
    ("build", "34_implied_name"),
    ("build", "40_post_row"),
    ("build/from_index", "41_encoded_posts"),
    ("build/from_index", "42_tagged_counts"),
    ("build", "43_tag_aliases"),
    ("build", "44_tag_implications"),
    ("build", "45_rare_tag_implications"),
    ("build", "50_posts"),
    ("build", "51_post_tags"),
    ("build", "52_tags"),
    ("build/from_index", "53_rare_tags"),
    ("build", "54_tag_factors"),
    ("build", "55_training_info"),
    ("build", "56_known_names"),
    ("build", "60_tag_id"),
    ("build", "61_implies"),
    ("build", "62_implied_by"),
    ("build/from_index", "63_cooccurring"),
    ("build", "64_search_tags"),
    ("build", "65_neighbors"),
    ("build/from_index", "69_source_facts"),
    ("build", "70_build_sources"),
    ("build/from_index", "70_rejected_rows"),
    ("build", "71_build_rejects"),
    ("build", "72_build_info"),
)
_SITE_RULE = "warn_site_closure"  # compares with the site's own closure, which only an export has


@dataclass(frozen=True)
class ImportResult:
    """The database that an import wrote, and counts of what it read.

    Counts are rows of the relations of the same names. implication_depth: the longest of the
    shortest paths between two tags.
    """

    database: Path
    build_id: str
    files: tuple[str, ...]  # names of the files that were read
    kept_old: Path | None  # the old database, if it has relations of the user
    user_relations: tuple[str, ...]
    tag_count: int
    is_counted: bool  # by tags.parquet; else numbers of posts are estimated from e6db's curve
    rare_tag_count: int
    alias_count: int
    implication_count: int
    rare_implication_count: int
    implication_depth: int
    implication_cycle: tuple[str, ...]
    lost_names: tuple[str, ...]  # entries that are not used, because their name is another tag's
    vector_count: int
    seconds: float


def import_index(
    index_dir: StrPath,
    database: StrPath | None = None,
    *,
    force: bool = False,
    on_progress: Progress = no_progress,
) -> ImportResult:
    """Make a database from a set of index files; the old database is replaced only on success.

    index_dir: the folder of the files, from e6db or from a build. database: the file to write, or a
    folder that gets e6.duckdb (default: index_dir). A database from an earlier import is replaced;
    one that was built from posts is replaced only with force. on_progress: called with the name of
    a stage and the rows done since the last call.

    Raises `IndexFilesError` for files that are missing, broken or of different builds,
    `DatabaseError` if the old database is in use or not one of e6duck, `UsageError` if
    it has posts and force is not set.
    """
    started = time.monotonic()
    index_dir = Path(index_dir)
    target = database_place(index_dir if database is None else Path(database))
    state = files_state(target, None)
    with explained_interrupts(state):
        on_progress("reading files", 0)
        published = read_set(index_dir, read_index_tables)
    ways_out = {target.parent: "choose another place for the database"}
    with (
        explained_interrupts(state),
        plain_errors(target.parent, ways_out=ways_out),
        ExitStack() as stack,
        SignalPoint(),
    ):
        stack.enter_context(files.working_folder(target.parent))
        users = replaceable(target)
        if not force:
            _check_replaced(target)
        made = _make_draft(target, published, on_progress, stack)
        kept_old, users = replace(target, made.path, NOTHING, None, users, on_progress)
    return ImportResult(
        database=target,
        build_id=made.build_id,
        files=tuple(each.name for each in published.files),
        kept_old=kept_old,
        user_relations=users,
        is_counted=not published.counts.null_count,
        seconds=time.monotonic() - started,
        **made.facts,
    )


def stage_count() -> int:
    """Return how many stages an import reports, for a progress bar."""
    return len(SCRIPTS) + len(("reading files", "audit", "checkpoint", "publish"))


def import_scripts() -> list[Script]:
    """Return the SQL files that an import runs, in order."""
    return [script(kind, name) for kind, name in SCRIPTS]


def _check_replaced(database: Path) -> None:
    """Raise `UsageError` if an import would replace a database that was built from posts."""
    if not database.exists():
        return
    with open_reading(database, is_replaced=True) as connection:
        if has_posts(connection):
            raise UsageError(
                f"{database} was built from posts, and index files have none; choose another place"
                " for the database, or use force to replace it",
                option="force",
            )


@dataclass(frozen=True)
class _Made:
    """A finished draft, not yet renamed to its final name."""

    path: Path
    build_id: str
    facts: dict[str, Any]


def _make_draft(
    target: Path, published: IndexTables, on_progress: Progress, stack: ExitStack
) -> _Made:
    """Make and audit a draft beside target; the stack removes it if it was not renamed."""
    path = files.draft_path(target)
    stack.callback(files.discard, path)
    with (
        drafting(path, memory_limit=DEFAULT_MEMORY, threads=None) as connection,
        SignalPoint(),
    ):
        build_id = _run(connection, published, on_progress)
        rules = [rule for rule in scripts("build/audit") if rule.name != _SITE_RULE]
        on_progress("audit", 0)
        check_rules(connection, rules)
        facts = import_facts(connection)
        on_progress("checkpoint", 0)
        connection.execute("checkpoint e6")
    return _Made(path, build_id, facts)


def _run(connection: Connection, published: IndexTables, on_progress: Progress) -> str:
    """Make the relations of a draft; returns the id of the build that the files are from."""
    connection.execute("set variable left_out = $1::varchar[]", [list(TEXT_COLUMNS)])
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in COLUMNS["posts"].items())
    connection.execute(f"create temp view posts_csv as select {columns} where false")
    build_id = published.build_id or _content_id(published)
    facts = published.vector_facts
    if published.vectors is not None:
        facts = {**facts, "build_id": build_id, "tags": str(len(published.vectors))}
    vectors.register_vectors(connection, published.vectors, facts)
    for name, table in {**published.tables(), "build_facts": _build_facts(build_id)}.items():
        connection.register(name, table)
    for each in import_scripts():
        on_progress(each.name, 0)
        if "implication_paths" in each.inputs:
            register_implication_paths(connection)
        connection.execute(each.text)
    return build_id


def _content_id(published: IndexTables) -> str:
    """Return 16 hexadecimal digits that are the same for files with the same bytes."""
    digests = [[each.name, each.sha256] for each in published.files]
    return hashlib.sha256(json.dumps([SCHEMA_VERSION, digests]).encode()).hexdigest()[:16]


def _build_facts(build_id: str) -> pa.Table:
    import duckdb

    facts = {
        "build_id": build_id,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "duckdb_version": f"v{duckdb.__version__}",
        "e6duck_version": version("e6duck"),
        "made_from": INDEX_FILES,
        "schema_version": str(SCHEMA_VERSION),
    }
    return pa.table({"name": list(facts), "value": list(facts.values())})
