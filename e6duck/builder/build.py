"""Build a database from an export: check, run the SQL files, audit, and replace the old files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import files
from ..db.connection import DEFAULT_MEMORY, Connection, drafting, memory_size, second_connection
from ..db.errors import plain_errors
from ..db.interrupts import SignalPoint, explained_interrupts, files_state
from ..db.locate import DATABASE
from ..db.prefetch import Workers
from ..db.sql_files import more_scripts, scripts
from ..errors import UsageError
from ..index import write
from ..index.posts import POSTS
from ..index.publish import replace, replaceable
from ..progress import Progress, no_progress
from . import pipeline
from .check import checking
from .draft import Draft, Options, Results
from .posts.count import Counted
from .profile import Profile, StageTime
from .source import Source, find_sources
from .summary import build_facts

_LEAST_MEMORY = 600_000_000
_PYTHON_MEMORY = 400_000_000


@dataclass(frozen=True)
class BuildResult:
    """The files that a build wrote, and counts of what it read, kept and dropped.

    Counts are rows of the relations of the same names. posts_dropped: numbers of posts by reason.
    reject_counts: rows of build_rejects by table. implication_depth: the longest of the shortest
    paths between two tags. clamped_count: numbers cut to fit posts.parquet. warnings: one line for
    each broken rule of sql/build/audit that is not an error. age_days: full days since the export
    was made. stages: what each stage took, in order.
    """

    database: Path
    build_id: str  # that of the index files
    sources: tuple[Source, ...]
    index_files: tuple[Path, ...]
    kept_old: Path | None  # the old database, if it has relations of the user
    user_relations: tuple[str, ...]
    posts_read: int
    posts_kept: int
    posts_dropped: dict[str, int]
    tag_count: int
    rare_tag_count: int
    alias_count: int
    self_aliases: tuple[str, ...]
    stuck_aliases: tuple[str, ...]  # on an alias cycle, or leading to one
    implication_count: int
    rare_implication_count: int
    implication_depth: int
    implication_cycle: tuple[str, ...]
    clamped_count: int
    reject_counts: dict[str, int]
    warnings: tuple[str, ...]
    exported_at: datetime | None  # in UTC; None if unknown, and for the sample
    age_days: int | None
    more_counts: dict[str, int]  # rows of the optional tables
    seconds: float
    stages: tuple[StageTime, ...]


def build(
    data_dir: Path | str = "data",
    *,
    db: Path | str | None = None,
    out_dir: Path | str | None = None,
    write_index: bool = True,
    min_posts: int = 2,
    all_files: bool = False,
    include_deleted: bool = False,
    with_text: bool = False,
    strict: bool = False,
    memory_limit: str | None = None,
    threads: int | None = None,
    on_progress: Progress = no_progress,
) -> BuildResult:
    """Build and audit a database and its index files; old files are replaced only on success.

    data_dir: the folder of the export. db: the database to write, or a folder that gets e6.duckdb
    (default: data_dir); nothing is written to data_dir if db is elsewhere. out_dir: gets the index
    files (default: the folder of the database). write_index: whether to write index files.
    min_posts: posts that a tag needs for an id. all_files: keep gif, webm, mp4 and swf.
    include_deleted: keep deleted posts. with_text: keep the columns source and description.
    strict: fail on malformed rows. memory_limit: of the process, roughly; written as in DuckDB,
    such as "1GB" (default: "2GB"). threads: default: all cores. on_progress: called with the name
    of a stage and the rows done since the last call.

    Raises `SourceError` for a bad export, `DatabaseError` if the old database is in use or not
    one of e6duck, `AuditError` if the result would break a rule, `UsageError` for bad options.
    """
    profile = Profile(on_progress)
    started = time.monotonic()
    if min_posts < 1:
        raise UsageError(f"min_posts must be 1 or more, not {min_posts}", option="min_posts")
    options = Options(min_posts, all_files, include_deleted, with_text, strict)
    engine = _Engine(_engine_memory(memory_limit), threads)
    place = _place(Path(data_dir), db, out_dir, write_index)
    with place.guarded(), ExitStack() as stack, SignalPoint():
        sources = find_sources(Path(data_dir))
        users = _prepare(place, stack)
        made = _make_draft(place, sources, options, engine, profile, stack)
        kept_old, users = replace(
            place.database, made.path, made.exported, place.out_dir, users, profile
        )
    return _built(
        place,
        sources,
        made,
        kept_old,
        users,
        seconds=time.monotonic() - started,
        stages=profile.finish(made.row_counts),
    )


@dataclass(frozen=True)
class _Engine:
    """What DuckDB may use."""

    memory: int  # in bytes
    threads: int | None


@dataclass(frozen=True)
class _Place:
    """The files and folders that a build writes."""

    database: Path
    out_dir: Path | None  # of the index files; None if none are written
    ways_out: dict[Path, str]  # what to do if a folder cannot be written

    @property
    def folders(self) -> list[Path]:
        """The folders, each once even if it has two names."""
        named = (self.database.parent, self.out_dir or self.database.parent)
        return list({folder.resolve(): folder for folder in named}.values())

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Report an interrupt or a system error in one line, with the state of the files."""
        index = self.out_dir and self.out_dir / write.INDEX
        with (
            explained_interrupts(files_state(self.database, index)),
            plain_errors(*self.folders, ways_out=self.ways_out),
        ):
            yield


def _place(
    data_dir: Path, db: Path | str | None, out_dir: Path | str | None, write_index: bool
) -> _Place:
    database = data_dir / DATABASE if db is None else database_place(db)
    folder = Path(out_dir) if out_dir is not None else database.parent
    ways_out = {folder: "choose another folder for the index files"}
    ways_out[database.parent] = "choose another place for the database"
    return _Place(database, folder if write_index else None, ways_out)


def _prepare(place: _Place, stack: ExitStack) -> tuple[str, ...]:
    """Lock the folders until the stack closes; returns the user's relations in the old database."""
    for folder in place.folders:
        stack.enter_context(files.working_folder(folder))
    return replaceable(place.database)


@dataclass(frozen=True)
class _Made:
    """A finished draft, not yet renamed to its final name, and the drafts of its index files."""

    path: Path
    warnings: list[str]
    exported: write.Exported
    facts: dict[str, Any]
    row_counts: dict[str, int]  # by the name of a table


def _make_draft(
    place: _Place,
    sources: dict[str, Source],
    options: Options,
    engine: _Engine,
    on_progress: Progress,
    stack: ExitStack,
) -> _Made:
    """Build and audit a draft beside the database; the stack removes what was not renamed."""
    path = files.draft_path(place.database)
    stack.callback(files.discard, path)
    spill = path.with_name(path.name + ".spill")
    stack.callback(spill.unlink, missing_ok=True)
    posts_file = files.draft_path(place.out_dir / POSTS) if place.out_dir else None
    if posts_file:
        stack.callback(files.discard, posts_file)
    memory_limit = f"{engine.memory}B"
    with (
        checking(sources) as checks,
        drafting(path, memory_limit=memory_limit, threads=engine.threads) as connection,
        ExitStack() as open_files,
        SignalPoint(),
    ):
        draft = Draft(
            connection=connection,
            spill=spill,
            posts_file=posts_file,
            open_files=open_files,
            sources=sources,
            checks=checks,
            options=options,
            engine_memory=engine.memory,
            threads=int(connection.execute("select current_setting('threads')").fetchall()[0][0]),
            built_at=datetime.now(UTC).replace(microsecond=0),
            progress=on_progress,
            results=Results(Counted(spill)),
        )
        pipeline.run(draft)
        with (
            second_connection(connection) as reading,
            second_connection(connection) as saving,
            Workers(2, "e6duck audit") as pool,
            SignalPoint(),
        ):
            on_progress("audit", 0)
            auditing = pool.submit(_audit, draft)
            saved = pool.submit(saving.execute, "checkpoint e6")
            exported = _write_index(draft, reading, place, stack)
            on_progress("checkpoint", 0)
            warnings, facts = auditing.result()
            saved.result()
        row_counts = pipeline.row_counts(draft)
    return _Made(path, warnings, exported, facts, row_counts)


def _audit(draft: Draft) -> tuple[list[str], dict[str, Any]]:
    """Return the warnings of the audit, and the facts about a draft."""
    return pipeline.audit(draft), build_facts(draft)


def _write_index(
    draft: Draft, connection: Connection, place: _Place, stack: ExitStack
) -> write.Exported:
    """Write drafts of the index files, if any are wanted; the stack removes what is left."""
    if not place.out_dir or not draft.posts_file:
        return write.NOTHING
    written = {POSTS: draft.posts_file}
    exported = write.write_drafts(
        connection,
        place.out_dir,
        written=written,
        workers=draft.workers,
        progress=draft.progress,
    )
    for leftover in exported.drafts.values():
        stack.callback(files.discard, leftover)
    return exported


def _built(
    place: _Place,
    sources: dict[str, Source],
    made: _Made,
    kept_old: Path | None,
    users: tuple[str, ...],
    **times: Any,
) -> BuildResult:
    return BuildResult(
        database=place.database,
        sources=tuple(sources.values()),
        index_files=tuple(made.exported.drafts),
        kept_old=kept_old,
        user_relations=users,
        clamped_count=made.exported.clamped_count,
        warnings=tuple(made.warnings),
        **times,
        **made.facts,
    )


def database_place(named: Path | str) -> Path:
    """Return the path of a database: named itself, or e6.duckdb in it if it is a folder."""
    path = Path(named)
    return path / DATABASE if path.is_dir() else path


def stage_count() -> int:
    """Return how many stages a build reports, for a progress bar."""
    every = (*scripts("build"), *more_scripts())
    return len(every) + len(("audit", *write.NAMES, "checkpoint", "publish"))


def _engine_memory(limit: str | None) -> int:
    """Return DuckDB's share of the memory; the passes over the posts need the rest."""
    size = memory_size(DEFAULT_MEMORY if limit is None else limit)
    if size < _LEAST_MEMORY:
        raise UsageError(
            f"memory_limit {limit} is too little; a build needs 600MB or more",
            option="memory_limit",
        )
    return size - _PYTHON_MEMORY
