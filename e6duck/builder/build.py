"""The whole command: sources, draft, stages, audits, index files; then all is replaced at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import files
from ..db.connection import DEFAULT_MEMORY, drafting, memory_size
from ..db.errors import plain_errors
from ..db.interrupts import SignalPoint, explained_interrupts, files_state
from ..db.locate import DATABASE
from ..db.sql_files import scripts
from ..errors import UsageError
from ..index import write
from ..index.publish import replace, replaceable
from . import pipeline
from .pipeline import Draft, Options
from .source import Source, checking, find_sources
from .summary import build_facts

_LEAST_MEMORY = 600_000_000
_KERNEL_MEMORY = 400_000_000


@dataclass(frozen=True)
class BuildResult:
    """What a build has made, and what it found on the way.

    Counts are rows of the relations of the same names. posts_dropped: how many by reason.
    reject_counts: malformed rows by table of the export, as in build_rejects. implication_depth:
    the longest shortest chain. clamped_count: numbers cut to fit posts.parquet. warnings: a line
    for each rule of sql/build/audit that is broken without harm. age_days: of the export, in full days.
    """

    database: Path
    build_id: str  # that of the index files
    sources: tuple[Source, ...]
    index_files: tuple[Path, ...]
    kept_old: Path | None  # the old database, where a user's own relations were in it
    user_relations: tuple[str, ...]
    posts_read: int
    posts_kept: int
    posts_dropped: dict[str, int]
    tag_count: int
    rare_tag_count: int
    alias_count: int
    self_aliases: tuple[str, ...]
    stuck_aliases: tuple[str, ...]  # on an alias cycle, or leading into one
    implication_count: int
    rare_implication_count: int
    implication_depth: int
    implication_cycle: tuple[str, ...]
    clamped_count: int
    reject_counts: dict[str, int]
    warnings: tuple[str, ...]
    exported_at: datetime | None  # in UTC; None for the sample, or where nobody knows
    age_days: int | None
    more_counts: dict[str, int]  # rows of the tables beyond the four
    seconds: float


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
    on_progress: pipeline.Progress = lambda stage, rows: None,
) -> BuildResult:
    """Build and audit a database and its index files, replacing old ones only when all went well.

    data_dir: holds the export. db: the database to write, or a folder that gets e6.duckdb (default:
    data_dir); nothing is written to data_dir where it is elsewhere. out_dir: gets the index files
    (default: beside the database); none are written without write_index. min_posts: posts that give
    a tag an id. all_files: keep gif, webm, mp4 and swf. include_deleted: keep deleted posts.
    with_text: keep the columns source and description. strict: a malformed row is an error.
    memory_limit: as in DuckDB, such as "1GB" (2GB); the process stays about there. threads: all
    cores, if not given. on_progress: called with the name of a stage and the rows done since the
    last call.

    Raises `SourceError` for a bad export, `DatabaseError` where the old database is in use or not
    ours, `AuditError` where the result would break a rule, `UsageError` for bad options.
    """
    started = time.monotonic()
    if min_posts < 1:
        raise UsageError(f"--min-posts is {min_posts}; a tag needs 1 post or more")
    options = Options(min_posts, all_files, include_deleted, with_text, strict)
    engine = _Engine(_engine_memory(memory_limit), threads)
    place = _place(Path(data_dir), db, out_dir, write_index)
    with place.guarded(), ExitStack() as stack, SignalPoint():
        sources = find_sources(Path(data_dir))
        users = _prepare(place, stack)
        made = _make_draft(place, sources, options, engine, on_progress, stack)
        kept_old, users = replace(
            place.database, made.path, made.exported.drafts, place.out_dir, users, on_progress
        )
    return _built(place, sources, made, kept_old, users, time.monotonic() - started)


@dataclass(frozen=True)
class _Engine:
    """What DuckDB may use."""

    memory: int  # in bytes
    threads: int | None


@dataclass(frozen=True)
class _Place:
    """Where a build writes."""

    database: Path
    out_dir: Path | None  # of the index files, where they are written
    ways_out: dict[Path, str]  # what to do where a folder cannot be written

    @property
    def folders(self) -> list[Path]:
        """Each folder once, whatever it is called."""
        named = (self.database.parent, self.out_dir or self.database.parent)
        return list({folder.resolve(): folder for folder in named}.values())

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Let an interrupt, and what the system refuses, say in one line how the files are."""
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
    ways_out = {folder: "write the index files elsewhere with --out FOLDER"}
    ways_out[database.parent] = "build elsewhere with --db PATH"
    return _Place(database, folder if write_index else None, ways_out)


def _prepare(place: _Place, stack: ExitStack) -> tuple[str, ...]:
    """Take the folders to write in, until the stack ends; returns the user's own relations."""
    for folder in place.folders:
        stack.enter_context(files.working_folder(folder))
    return replaceable(place.database)


@dataclass(frozen=True)
class _Made:
    """A finished draft, not yet under its name, and the drafts of its index files."""

    path: Path
    warnings: list[str]
    exported: write.Exported
    facts: dict[str, Any]


def _make_draft(
    place: _Place,
    sources: dict[str, Source],
    options: Options,
    engine: _Engine,
    on_progress: pipeline.Progress,
    stack: ExitStack,
) -> _Made:
    """Build and audit a draft beside the database; the stack removes what is not in its place."""
    path = files.draft_path(place.database)
    stack.callback(files.discard, path)
    spill = path.with_name(path.name + ".spill")
    stack.callback(spill.unlink, missing_ok=True)
    memory_limit = f"{engine.memory}B"
    with (
        checking(sources) as checks,
        drafting(path, memory_limit=memory_limit, threads=engine.threads) as connection,
        SignalPoint(),
    ):
        draft = Draft(
            connection=connection,
            spill=spill,
            sources=sources,
            checks=checks,
            options=options,
            engine_memory=engine.memory,
            version=version("e6duck"),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            progress=on_progress,
        )
        pipeline.run(draft)
        warnings = pipeline.audit(draft)
        exported = write.Exported({}, 0)
        if place.out_dir is not None:
            exported = write.write_drafts(connection, place.out_dir, progress=on_progress)
            for leftover in exported.drafts.values():
                stack.callback(files.discard, leftover)
        facts = build_facts(draft)
        on_progress("checkpoint", 0)
        connection.execute("checkpoint e6")
    return _Made(path, warnings, exported, facts)


def _built(
    place: _Place,
    sources: dict[str, Source],
    made: _Made,
    kept_old: Path | None,
    users: tuple[str, ...],
    seconds: float,
) -> BuildResult:
    return BuildResult(
        database=place.database,
        sources=tuple(sources.values()),
        index_files=tuple(made.exported.drafts),
        kept_old=kept_old,
        user_relations=users,
        clamped_count=made.exported.clamped_count,
        warnings=tuple(made.warnings),
        seconds=seconds,
        **made.facts,
    )


def database_place(named: Path | str) -> Path:
    """Return the file of a database: the one that is named, or e6.duckdb in a folder that is."""
    path = Path(named)
    return path / DATABASE if path.is_dir() else path


def stage_count() -> int:
    """Return how many stages a build names as it goes on, for a progress bar."""
    every = (*scripts("build"), *pipeline.more_scripts())
    return len(every) + len(("audit", *write.NAMES, "checkpoint", "publish"))


def _engine_memory(limit: str | None) -> int:
    """Return DuckDB's share of a limit for the whole process, of which the kernels need some."""
    size = memory_size(DEFAULT_MEMORY if limit is None else limit)
    if size < _LEAST_MEMORY:
        raise UsageError(f"--memory-limit {limit} is too little; a build needs 600MB or more")
    return size - _KERNEL_MEMORY
