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

import duckdb

from .. import files
from ..db.connection import drafting, first_line, memory_size
from ..db.sql_files import scripts
from ..errors import E6DuckError, UsageError
from ..index import write
from ..index.publish import replace, replaceable
from . import pipeline
from .age import exported_at
from .pipeline import Draft, Options
from .source import MORE_COLUMNS, Source, checking, find_sources

DATABASE = "e6.duckdb"
DEFAULT_MEMORY = "2GB"
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

    data_dir: holds the export, and gets e6.duckdb. out_dir: gets the index files (default: beside
    the database); none are written without write_index. min_posts: posts that give a tag an id.
    all_files: keep gif, webm, mp4 and swf. include_deleted: keep deleted posts. with_text: keep
    the columns source and description. strict: a malformed row is an error. memory_limit: as in
    DuckDB, such as "1GB" (2GB); the process stays about there. threads: all cores, if not given.
    on_progress: called with the name of a stage and the rows done since the last call.

    Raises `SourceError` for a bad export, `DatabaseError` where the old database is in use or not
    ours, `AuditError` where the result would break a rule, `UsageError` for bad options.
    """
    started = time.monotonic()
    if min_posts < 1:
        raise UsageError(f"--min-posts is {min_posts}; a tag needs 1 post or more")
    engine_memory = _engine_memory(memory_limit)
    data_dir = Path(data_dir)
    out_dir = Path(out_dir) if out_dir is not None else data_dir
    options = Options(min_posts, all_files, include_deleted, with_text, strict)
    with plain_errors(data_dir, out_dir), ExitStack() as stack:
        sources = find_sources(data_dir)
        written = (data_dir, out_dir) if write_index else (data_dir,)
        for folder in {folder.resolve(): folder for folder in written}.values():
            stack.enter_context(files.working_folder(folder))
        database = data_dir / DATABASE
        users = replaceable(database)
        path = files.draft_path(database)
        stack.callback(files.discard, path)
        spill = path.with_name(path.name + ".spill")
        stack.callback(spill.unlink, missing_ok=True)
        with (
            checking(sources) as checks,
            drafting(path, memory_limit=f"{engine_memory}B", threads=threads) as connection,
        ):
            draft = Draft(
                connection=connection,
                spill=spill,
                sources=sources,
                checks=checks,
                options=options,
                engine_memory=engine_memory,
                version=version("e6duck"),
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                progress=on_progress,
            )
            pipeline.run(draft)
            warnings = pipeline.audit(draft)
            exported = write.Exported({}, 0)
            if write_index:
                exported = write.write_drafts(connection, out_dir, progress=on_progress)
                for leftover in exported.drafts.values():
                    stack.callback(files.discard, leftover)
            facts = _facts(draft)
            on_progress("checkpoint", 0)
            connection.execute("checkpoint e6")
        kept_old, users = replace(database, path, exported.drafts, out_dir, users, on_progress)
    return BuildResult(
        database=database,
        sources=tuple(sources.values()),
        index_files=tuple(exported.drafts),
        kept_old=kept_old,
        user_relations=users,
        clamped_count=exported.clamped_count,
        warnings=tuple(warnings),
        seconds=time.monotonic() - started,
        **facts,
    )


def stage_count() -> int:
    """Return how many stages a build names as it goes on, for a progress bar."""
    every = (*scripts("build"), *pipeline.more_scripts())
    return len(every) + len(("audit", *write.NAMES, "checkpoint", "publish"))


@contextmanager
def plain_errors(*folders: Path) -> Iterator[None]:
    """Turn what the system refuses (space, rights, memory) into one line that names the way out."""
    where = " or ".join(str(folder) for folder in dict.fromkeys(folders))
    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except (OSError, duckdb.Error) as error:
        text = str(error)
        if any(sign in text for sign in _SHORT):
            raise E6DuckError(
                f"out of memory ({first_line(error)}); give more with --memory-limit"
            ) from error
        if any(sign in text for sign in _FULL):
            raise E6DuckError(
                f"the disk of {where} is full; the old files are as they were"
            ) from error
        if any(sign in text for sign in _FORBIDDEN):
            path = isinstance(error, OSError) and error.filename
            raise E6DuckError(f"{path or where} is not writable") from error
        if isinstance(error, OSError) and error.strerror:
            raise E6DuckError(f"{error.filename or where}: {error.strerror}") from error
        if isinstance(error, duckdb.IOException):
            raise E6DuckError(first_line(error)) from error
        raise


# As the system words it: DuckDB gives these on as text alone, in errors of several kinds.
_SHORT = ("Out of Memory", "could not allocate", "failed to allocate", "failed to pin")
_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "Could not write")
_FORBIDDEN = ("Permission denied", "Operation not permitted", "Read-only file system")


def _engine_memory(limit: str | None) -> int:
    """Return DuckDB's share of a limit for the whole process, of which the kernels need some."""
    size = memory_size(DEFAULT_MEMORY if limit is None else limit)
    if size < _LEAST_MEMORY:
        raise UsageError(f"--memory-limit {limit} is too little; a build needs 600MB or more")
    return size - _KERNEL_MEMORY


def _facts(draft: Draft) -> dict[str, Any]:
    """Return what the summary says of the database."""
    row = draft.connection.execute(
        """
        select
            (select count(*) from tags) as tag_count,
            (select count(*) from rare_tags) as rare_tag_count,
            (select count(*) from tag_aliases) as alias_count,
            (select count(*) from tag_implications) as implication_count,
            (select count(*) from rare_tag_implications) as rare_implication_count,
            (select coalesce(max(depth), 0) from tag_implications) as implication_depth,
            (
                select list(antecedent_name order by antecedent_name)
                from alias_row
                anti join alias_dropped using (record)
                where status = 'active' and antecedent_name = consequent_name
            ) as self_aliases,
            (
                select list(antecedent_name order by antecedent_name)
                from alias_edge
                anti join alias_end using (antecedent_name)
            ) as stuck_aliases,
            (
                select list(antecedent_name order by antecedent_name)
                from implication_path
                where antecedent_name = consequent_name
            ) as implication_cycle,
        """
    )
    names = [column[0] for column in row.description]
    facts = dict(zip(names, row.fetchall()[0], strict=True))
    for name in ("self_aliases", "stuck_aliases", "implication_cycle"):
        facts[name] = tuple(facts[name] or ())
    newest_post = draft.one("select max(created_at) from posts")
    made = exported_at(draft.sources["posts"], draft.checks["posts"].result(), newest_post)
    return facts | {
        "exported_at": made,
        "age_days": (datetime.fromisoformat(draft.built_at) - made).days if made else None,
        "more_counts": {
            table: count for table, count in draft.row_counts.items() if table in MORE_COLUMNS
        },
        "build_id": draft.build_id,
        "posts_read": draft.row_counts["posts"],
        "posts_kept": draft.counted.kept_count,
        "posts_dropped": draft.counted.dropped,
        "reject_counts": {
            table: len(draft.malformed[table]) + len(draft.dropped_rows[table])
            for table in draft.sources
        },
    }
