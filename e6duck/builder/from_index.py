"""Index files to database: what is published of a build, without its posts, can be asked again.

The files of sql/build/from_index stand before, between and in the place of those of sql/build.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
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
from ..db.sql_files import Script, scripts
from ..errors import UsageError
from ..index import vectors
from ..index.publish import replace, replaceable
from ..index.read import StrPath, read_set
from ..index.tables import IndexTables, read_published
from . import pipeline
from .build import database_place
from .source import COLUMNS

# What makes no relation that stays, and is the same for names from whatever source.
_SHARED = {"implication_path", "implied_name", "post_row"}
_SITE_RULE = "warn_site_closure"  # asks what the export says of the site's own closure


@dataclass(frozen=True)
class ImportResult:
    """What an import has made, and what it found on the way."""

    database: Path
    build_id: str
    files: tuple[str, ...]  # that were read
    kept_old: Path | None  # the old database, where a user's own relations were in it
    user_relations: tuple[str, ...]
    tag_count: int
    is_counted: bool  # by tags.parquet; else e6db's curve tells how many posts a rank has
    rare_tag_count: int
    alias_count: int
    implication_count: int
    rare_implication_count: int
    implication_depth: int
    implication_cycle: tuple[str, ...]
    lost_names: tuple[str, ...]  # entries that are not used, as a name means one tag
    vector_count: int
    seconds: float


def import_index(
    index_dir: StrPath,
    database: StrPath | None = None,
    *,
    force: bool = False,
    on_progress: pipeline.Progress = lambda stage, rows: None,
) -> ImportResult:
    """Make a database from a set of index files, e6db's or ours, replacing one of that kind alone.

    index_dir: holds the files. database: the file, or a folder that gets e6.duckdb (default:
    index_dir). force: replace a database that was built from posts, too. on_progress: called with
    the name of a stage and the rows done since the last call.

    Raises `IndexFilesError` for files that are missing, broken or of different builds,
    `DatabaseError` where the old database is in use or not ours, `UsageError` where it has posts.
    """
    started = time.monotonic()
    index_dir = Path(index_dir)
    target = database_place(index_dir if database is None else Path(database))
    on_progress("reading files", 0)
    published = read_set(index_dir, read_published)
    ways_out = {target.parent: "import elsewhere with --db PATH"}
    with (
        explained_interrupts(files_state(target, None)),
        plain_errors(target.parent, ways_out=ways_out),
        ExitStack() as stack,
        SignalPoint(),
    ):
        stack.enter_context(files.working_folder(target.parent))
        users = replaceable(target)
        if not force:
            _check_replaced(target)
        path = files.draft_path(target)
        stack.callback(files.discard, path)
        with (
            drafting(path, memory_limit=DEFAULT_MEMORY, threads=None) as connection,
            SignalPoint(),
        ):
            build_id = _run(connection, published, on_progress)
            rules = [rule for rule in scripts("build/audit") if rule.name != _SITE_RULE]
            pipeline.warned(connection, rules, on_progress)
            facts = _facts(connection)
            on_progress("checkpoint", 0)
            connection.execute("checkpoint e6")
        kept_old, users = replace(target, path, {}, None, users, on_progress)
    return ImportResult(
        database=target,
        build_id=build_id,
        files=tuple(each.name for each in published.files),
        kept_old=kept_old,
        user_relations=users,
        is_counted=not published.counts.null_count,
        seconds=time.monotonic() - started,
        **facts,
    )


def stage_count() -> int:
    """Return how many stages an import names as it goes on, for a progress bar."""
    return len(import_scripts()) + len(("reading files", "audit", "checkpoint", "publish"))


def import_scripts() -> list[Script]:
    """Return the files that an import runs, in the order of their names.

    Those of sql/build/from_index, and of sql/build those that make a relation that stays, or are as true of
    index files; but a file of sql/build/from_index stands in for its namesake.
    """
    own = scripts("build/from_index")
    named = {script.name for script in own}
    shared = [
        script
        for script in scripts("build")
        if script.name not in named and (script.is_lasting or script.name in _SHARED)
    ]
    return sorted([*own, *shared], key=lambda script: script.path.name)


def _check_replaced(database: Path) -> None:
    """Raise `UsageError` where a database that took a build to make would be lost."""
    if not database.exists():
        return
    with open_reading(database, is_replaced=True) as connection:
        if has_posts(connection):
            raise UsageError(
                f"{database} was built from posts, which index files have none of; name another"
                " place with --db, or replace it with --force"
            )


def _run(connection: Connection, published: IndexTables, on_progress: pipeline.Progress) -> str:
    """Make the relations of a draft; returns the id of the build that the files are of."""
    connection.execute("set variable left_out = $1::varchar[]", [list(pipeline.TEXT_COLUMNS)])
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in COLUMNS["posts"].items())
    connection.execute(f"create temp view posts_csv as select {columns} where false")
    build_id = published.build_id or _content_id(published)
    found = published.vectors
    facts = published.vector_facts
    if found is not None:
        facts = {**facts, "build_id": build_id, "tags": str(len(found))}
    vectors.register_vectors(connection, found, facts)
    for name, table in {**published.tables(), "build_facts": _build_facts(build_id)}.items():
        connection.register(name, table)
    for script in import_scripts():
        on_progress(script.name, 0)
        connection.execute(script.text)
    return build_id


def _content_id(published: IndexTables) -> str:
    """Return 16 hexadecimal digits that files of the same bytes always get."""
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


def _facts(connection: Connection) -> Mapping[str, Any]:
    """Return what the summary says of the database."""
    row = connection.execute(
        """
        select
            (select count(*) from tags) as tag_count,
            (select count(*) from rare_tags) as rare_tag_count,
            (select count(*) from tag_aliases) as alias_count,
            (select count(*) from tag_implications) as implication_count,
            (select count(*) from rare_tag_implications) as rare_implication_count,
            (select coalesce(max(depth), 0) from tag_implications) as implication_depth,
            (select count(*) from tag_factors) as vector_count,
            (
                select coalesce(list(antecedent_name order by antecedent_name), [])
                from closed_pair
                where antecedent_name = consequent_name
            ) as implication_cycle,
            (select coalesce(list(content order by content), []) from lost_row) as lost_names,
        """
    )
    names = [column[0] for column in row.description]
    facts = dict(zip(names, row.fetchall()[0], strict=True))
    return facts | {name: tuple(facts[name]) for name in ("implication_cycle", "lost_names")}
