"""The whole command: matrix, vectors, score; then database and files are replaced at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from .. import files
from ..db.connection import (
    DEFAULT_MEMORY,
    Connection,
    check_posts,
    drafting,
    interruptible,
    open_reading,
    shared_lock,
)
from ..db.errors import plain_errors
from ..db.locate import DATABASE
from ..db.sql_files import scripts
from ..errors import DatabaseError, Interruption, UsageError
from ..index import matrix, vectors, write
from ..index.vectors import POST_FACTORS, TAG_FACTORS, Vectors
from .als import Device, choose_device
from .model import agreement, make_vectors
from .ppmi import Progress
from .recipe import Recipe
from .score import Kinship, sibling_share

VOCABULARY = 32_768
MIN_TAGS = 11
# Where more uses than these remain, a sample of the posts is trained on, which keeps under 5 GB.
MOST_USES = 64_000_000
_MOST_TAGS = 2**32  # an id has 32 bits
_READING_MEMORY = "500MB"  # else DuckDB keeps what it has read


@dataclass(frozen=True)
class TrainResult:
    """What a training has made, of how many posts and uses of tags, and the seconds that it took.

    score: the share of a tag's 10 nearest of its category that imply directly a tag that it implies
    directly, from 0 to 1; chance: the same of any 10 of its category. None where there are too few
    tags to tell.
    """

    database: Path
    files: tuple[Path, ...]
    recipe: Recipe  # with nothing left open
    post_count: int
    use_count: int
    tag_count: int  # with a vector
    score: float | None
    seconds: float
    chance: float | None = None


@dataclass(frozen=True)
class _Data:
    """What is trained on: posts x tags, and what chose it."""

    build_id: str
    uses: Any
    choice: dict[str, Any]  # options of `matrix.post_tag_matrix`

    def facts(self) -> dict[str, str]:
        posts, tags = self.uses.shape
        counts = {"posts": posts, "tags": tags, "uses": self.uses.nnz}
        chosen = {name: str(value) for name, value in self.choice.items() if name != "seed"}
        return chosen | {name: str(count) for name, count in counts.items()}


def train(
    database: Path | str = DATABASE,
    *,
    recipe: Recipe | None = None,
    vocabulary: int = VOCABULARY,
    min_tags: int | None = None,
    all_posts: bool = False,
    post_factors: bool = False,
    device: Device = "auto",
    threads: int | None = None,
    out_dir: Path | str | None = None,
    write_index: bool = True,
    on_progress: Progress = lambda stage, done, total: None,
    on_notice: Callable[[str], object] = lambda line: None,
) -> TrainResult:
    """Train the vectors of the most used tags, replacing old ones only when all went well.

    database: the file, or the folder that holds e6.duckdb. recipe: default `Recipe()`. vocabulary:
    how many tags. min_tags: direct tags that a post needs (default: 11, or as many as half of the
    posts have). all_posts: where a sample would do. post_factors: write the posts' vectors, too.
    device: "cpu", "cuda", or "auto" for a GPU where one can be used. threads: all cores, if not
    given. out_dir: gets the files (default: beside the database); none are written without
    write_index. on_progress: called with a stage, what is done of it, and of how much. on_notice:
    is told, a line each, what the user should know.

    The same seed gives the same vectors, on however many threads. Raises `DatabaseError` for no
    finished database or one rebuilt meanwhile, `UsageError` for options that do not fit the data.
    """
    started = time.monotonic()
    recipe = recipe or Recipe()
    _check(recipe, vocabulary, min_tags, post_factors, write_index)
    _check_device(recipe, device, threads)
    database = Path(database)
    database = database / DATABASE if database.is_dir() else database
    out_dir = Path(out_dir) if out_dir is not None else database.parent
    with (
        _explained_interrupts(database),
        threadpool_limits(limits=1, user_api="blas"),
        plain_errors(database.parent, out_dir),
    ):
        used, trouble = choose_device(device) if recipe.method == "als" else ("cpu", None)
        on_progress("reading posts", 0, 0)
        with _reading(database) as connection:
            check_posts(connection, "training")
            _tidy(database.parent, out_dir if write_index else database.parent)
            if write_index:
                write.check_same_build(out_dir, write.build_id_of(connection))
            choice = _choice(connection, vocabulary, min_tags, all_posts, recipe.seed, on_notice)
            data = _read(connection, choice)
            post_ids = matrix.post_ids(connection, **choice) if post_factors else None
        if trouble:
            on_notice(trouble)
        resolved = recipe.resolved(posts=data.uses.shape[0], tags=data.uses.shape[1])
        if used == "cuda":
            on_notice(agreement(data.uses, resolved, threads or 0))
        tag_vectors, post_vectors = make_vectors(
            data.uses, resolved, device=used, threads=threads or 0, progress=on_progress
        )
        on_progress("scoring", 0, 0)
        with _reading(database) as connection:
            _check_build(connection, database, data.build_id)
            kinship = sibling_share(connection, tag_vectors)
        facts = data.facts() | resolved.facts() | _versions()
        facts |= {"build_id": data.build_id, "device": used, "score": _text(kinship)}
        written = _replace(
            database,
            tag_vectors,
            facts | _circumstances(threads, time.monotonic() - started),
            out_dir if write_index else None,
            _post_file(post_vectors, post_ids, facts),
        )
    return TrainResult(
        database=database,
        files=tuple(written),
        recipe=resolved,
        post_count=data.uses.shape[0],
        use_count=data.uses.nnz,
        tag_count=int((tag_vectors != 0).any(axis=1).sum()),
        score=kinship.share if kinship else None,
        chance=kinship.chance if kinship else None,
        seconds=time.monotonic() - started,
    )


def _post_file(
    found: Any | None, ids: Any | None, facts: dict[str, str]
) -> dict[str, Callable[[Path], object]]:
    """Return how the file of the posts' vectors is written, where there are any, by its name."""
    if found is None or ids is None:
        return {}
    return {POST_FACTORS: lambda path: vectors.write_post_factors(path, found, ids, facts)}


@contextmanager
def _explained_interrupts(database: Path) -> Iterator[None]:
    """Raise `Interruption` on Ctrl-C, which says which vectors the database has."""
    before = _identity(database)
    try:
        yield
    except KeyboardInterrupt as error:
        is_old = _identity(database) == before
        state = "the old vectors are unchanged" if is_old else "the new vectors are there"
        raise Interruption(state) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from one that replaces it; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


@contextmanager
def _reading(database: Path) -> Iterator[Connection]:
    """Open the database as long as it is read, and no longer: it keeps what it has read."""
    opened = open_reading(database, {"memory_limit": _READING_MEMORY})
    with closing(opened) as connection, interruptible(connection):
        yield connection


def _tidy(*folders: Path) -> None:
    """Find now, and not after the long work, that a folder cannot be written or is in use."""
    for folder in _folders(*folders):
        with files.working_folder(folder):
            pass


def _folders(*folders: Path) -> list[Path]:
    """Return each folder once, whatever it is called."""
    return list({each.resolve(): each for each in folders}.values())


def _check_build(connection: Connection, database: Path, build_id: str) -> None:
    if write.build_id_of(connection) != build_id:
        raise DatabaseError(f"{database} was built anew meanwhile; train again")


def _choice(
    connection: Connection,
    vocabulary: int,
    min_tags: int | None,
    all_posts: bool,
    seed: int,
    notice: Callable[[str], object],
) -> dict[str, Any]:
    """Return which tags and posts are read."""
    query = (
        "select quantile_disc(len(tag_ids) - len(implied_ids), 0.5),"
        " (select coalesce(sum(tagged_count), 0) from tags where tag_id < $1) from posts"
    )
    ((median, uses),) = connection.execute(query, [min(vocabulary, _MOST_TAGS)]).fetchall()
    share = 1.0 if all_posts else min(1.0, MOST_USES / max(int(uses), 1))
    if share < 1:
        notice(
            f"training on a sample of {share:.0%} of the posts, to stay under 5 GB of memory;"
            " --all-posts takes them all"
        )
    if min_tags is None:
        min_tags = max(1, min(MIN_TAGS, median or 1))
    return {"vocabulary": vocabulary, "min_tags": min_tags, "share": share, "seed": seed}


def _read(connection: Connection, choice: dict[str, Any]) -> _Data:
    uses = matrix.post_tag_matrix(connection, **choice)
    if uses.shape[1] < 2:
        raise UsageError(f"{uses.shape[1]} tags are too few to compare; it takes 2")
    if not uses.shape[0]:
        least = choice["min_tags"]
        raise UsageError(f"no post has {least} direct tags of the vocabulary; lower --min-tags")
    return _Data(write.build_id_of(connection), uses, choice)


def _check(
    recipe: Recipe, vocabulary: int, min_tags: int | None, post_factors: bool, write_index: bool
) -> None:
    """Raise `UsageError` for what cannot be meant, before anything is read."""
    if vocabulary < 2:
        raise UsageError(f"--vocabulary {vocabulary} is too few tags to compare; take 2 or more")
    if min_tags is not None and min_tags < 1:
        raise UsageError(f"--min-tags {min_tags} is less than 1")
    if post_factors and recipe.method == "svd":
        raise UsageError("svd makes no vectors of posts; --post-factors needs --method als")
    if post_factors and not write_index:
        raise UsageError("--post-factors writes a file, and --no-export none; leave one out")


def _check_device(recipe: Recipe, device: str, threads: int | None) -> None:
    if recipe.method == "svd" and device == "cuda":
        raise UsageError("--device has no effect with --method svd; leave it out")
    if threads is not None and threads < 1:
        raise UsageError(f"--threads {threads} is less than 1")


def _text(kinship: Kinship | None) -> str:
    return "" if kinship is None else f"{kinship.share:.4f}"


def _versions() -> dict[str, str]:
    return {f"{name}_version": version(name) for name in ("e6duck", "implicit", "numpy", "scipy")}


def _circumstances(threads: int | None, seconds: float) -> dict[str, str]:
    return {
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": f"{seconds:.1f}",
        "threads": str(threads or "all"),
    }


def _replace(
    database: Path,
    tag_vectors: Vectors,
    facts: Mapping[str, str],
    out_dir: Path | None,
    post_file: Mapping[str, Callable[[Path], object]],
) -> list[Path]:
    """Put the vectors into a copy of the database, and replace it and the files; returns these.

    What another program has written to the database meanwhile is in the copy; a shared lock keeps
    writers away from then on.
    """
    with ExitStack() as stack:
        for folder in _folders(database.parent, out_dir or database.parent):
            stack.enter_context(files.working_folder(folder))
        held = stack.enter_context(shared_lock(database))
        _check_build(held, database, facts["build_id"])
        draft = files.draft_path(database)
        stack.callback(files.discard, draft)
        # To close it would free the lock.
        source = stack.enter_context(database.open("rb"))
        with draft.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        drafts: dict[Path, Path] = {}
        with drafting(draft, memory_limit=DEFAULT_MEMORY, threads=None) as connection:
            vectors.register_vectors(connection, tag_vectors, facts)
            for script in scripts("build"):
                if script.name in ("tag_factors", "training_info"):
                    connection.execute(script.text)
            connection.execute("checkpoint e6")
            if out_dir is not None:
                drafts = write.write_drafts(
                    connection, out_dir, only=[TAG_FACTORS], more=post_file
                ).drafts
                for leftover in drafts.values():
                    stack.callback(files.discard, leftover)
        list(write.publish(database, draft, drafts, out_dir))
    return [path for path in drafts if path.name != write.INDEX]
