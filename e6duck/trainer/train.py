"""Train the vectors of a database: read the posts, train, score, and save."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from .. import files
from ..db.connection import Connection, check_posts, interruptible, open_reading
from ..db.errors import plain_errors
from ..db.interrupts import explained_interrupts, files_state
from ..db.locate import DATABASE
from ..errors import UsageError
from ..index import matrix, write
from ..index.vectors import Vectors
from ..progress import IterationProgress, Notify, no_notice, no_progress
from .als import Device, choose_device
from .model import agreement, make_vectors
from .recipe import Recipe
from .save import Target, check_build, post_file, replace
from .score import SiblingShare, sibling_share

VOCABULARY = 32_768
MIN_TAGS = 11
# With more uses than this, training takes a sample of the posts, so that it needs less than 5 GB.
MOST_USES = 64_000_000
_MOST_TAGS = 2**32  # an id has 32 bits
_READING_MEMORY = "500MB"  # without a limit, DuckDB keeps all that it has read


@dataclass(frozen=True)
class TrainResult:
    """The files of a training, its recipe and data, and the seconds that it took.

    score: the share of a tag's 10 nearest neighbors in its category that directly imply the same
    tag, from 0 to 1; chance: the same for 10 random tags of its category. Both are None if there
    are too few such tags.
    """

    database: Path
    files: tuple[Path, ...]
    recipe: Recipe  # resolved: nothing is None
    post_count: int
    use_count: int
    tag_count: int  # with a vector
    score: float | None
    seconds: float
    chance: float | None = None


@dataclass(frozen=True)
class _Data:
    """The posts x tags matrix to train on, and the options that it was read with."""

    build_id: str
    uses: Any
    options: dict[str, Any]  # of `matrix.post_tag_matrix`
    post_ids: Any | None  # of the rows; None if the vectors of posts are not written

    def facts(self) -> dict[str, str]:
        """Return the size and the options of the matrix, as text."""
        posts, tags = self.uses.shape
        counts = {"posts": posts, "tags": tags, "uses": self.uses.nnz}
        options = {name: str(value) for name, value in self.options.items() if name != "seed"}
        return options | {name: str(count) for name, count in counts.items()}


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
    on_progress: IterationProgress = no_progress,
    on_notice: Notify = no_notice,
) -> TrainResult:
    """Train the vectors of the most used tags; old vectors are replaced only on success.

    database: the file, or the folder that holds e6.duckdb. recipe: default `Recipe()`. vocabulary:
    the number of tags. min_tags: minimum direct tags of a post (default: 11, or the median of all
    posts if that is less). all_posts: use all posts, even if they are more than a sample that needs
    5 GB of memory. post_factors: also write the vectors of posts. device: "cpu", "cuda", or "auto"
    for a GPU if one can be used. threads: default: all cores. out_dir: the folder for the files
    (default: that of the database); write_index=False writes none. on_progress: called with a
    stage, the steps of it that are done, and how many it has. on_notice: called with a line that
    the user should read.

    The same seed gives the same vectors, whatever the number of threads. Raises `DatabaseError` if
    there is no finished database or if it was rebuilt meanwhile, `UsageError` for options that do
    not fit the data.
    """
    started = time.monotonic()
    recipe = recipe or Recipe()
    _check(recipe, vocabulary, min_tags, post_factors, write_index)
    _check_device(recipe, device, threads)
    target = _target(Path(database), out_dir, write_index)
    with (
        explained_interrupts(files_state(target.database, None, what="vectors are")),
        threadpool_limits(limits=1, user_api="blas"),
        plain_errors(*target.folders),
    ):
        used_device = _device(recipe, device, on_notice)
        on_progress("reading posts", 0, 0)
        with _reading(target.database) as connection:
            _check_target(connection, target)
            options = _matrix_options(
                connection, vocabulary, min_tags, all_posts, recipe.seed, on_notice
            )
            data = _read(connection, options, post_factors)
        recipe = recipe.resolved(posts=data.uses.shape[0], tags=data.uses.shape[1])
        if used_device == "cuda":
            on_notice(agreement(data.uses, recipe, threads or 0))
        tag_vectors, post_vectors = make_vectors(
            data.uses, recipe, device=used_device, threads=threads or 0, progress=on_progress
        )
        on_progress("scoring", 0, 0)
        score = _score(target.database, data.build_id, tag_vectors)
        facts = data.facts() | recipe.facts() | _facts(data.build_id, used_device, score)
        post_writer = post_file(post_vectors, data.post_ids, facts)
        facts |= _run_facts(threads, time.monotonic() - started)
        written = replace(target, tag_vectors, facts, post_writer)
    return _result(target, written, recipe, data, tag_vectors, score, started)


def _result(
    target: Target,
    written: list[Path],
    recipe: Recipe,
    data: _Data,
    tag_vectors: Vectors,
    score: SiblingShare | None,
    started: float,
) -> TrainResult:
    return TrainResult(
        database=target.database,
        files=tuple(written),
        recipe=recipe,
        post_count=data.uses.shape[0],
        use_count=data.uses.nnz,
        tag_count=int((tag_vectors != 0).any(axis=1).sum()),
        score=score.share if score else None,
        chance=score.chance if score else None,
        seconds=time.monotonic() - started,
    )


def _check(
    recipe: Recipe, vocabulary: int, min_tags: int | None, post_factors: bool, write_index: bool
) -> None:
    """Raise `UsageError` for options that are never possible, before anything is read."""
    if vocabulary < 2:
        raise UsageError(f"vocabulary must be 2 or more, not {vocabulary}", option="vocabulary")
    if min_tags is not None and min_tags < 1:
        raise UsageError(f"min_tags must be 1 or more, not {min_tags}", option="min_tags")
    if post_factors and recipe.method == "svd":
        message = "post_factors needs the method als, as svd makes no vectors of posts"
        raise UsageError(message, option="post_factors")
    if post_factors and not write_index:
        message = "post_factors has no effect if no files are written; leave it out"
        raise UsageError(message, option="post_factors")


def _check_device(recipe: Recipe, device: str, threads: int | None) -> None:
    if recipe.method == "svd" and device == "cuda":
        message = "device has no effect with the method svd; leave it out"
        raise UsageError(message, option="device")
    if threads is not None and threads < 1:
        raise UsageError(f"threads must be 1 or more, not {threads}", option="threads")


def _target(database: Path, out_dir: Path | str | None, write_index: bool) -> Target:
    database = database / DATABASE if database.is_dir() else database
    folder = Path(out_dir) if out_dir is not None else database.parent
    return Target(database, folder if write_index else None)


def _device(recipe: Recipe, device: Device, on_notice: Notify) -> str:
    """Return the device to train on, after a notice if there is a GPU that cannot be used."""
    if recipe.method == "svd":
        return "cpu"
    used, notice = choose_device(device)
    if notice:
        on_notice(notice)
    return used


@contextmanager
def _reading(database: Path) -> Iterator[Connection]:
    """Open the database for the block only: DuckDB keeps in memory what it has read."""
    opened = open_reading(database, {"memory_limit": _READING_MEMORY})
    with closing(opened) as connection, interruptible(connection):
        yield connection


def _check_target(connection: Connection, target: Target) -> None:
    """Raise an error if the vectors could not be trained or written, before the long work."""
    check_posts(connection, "training")
    for folder in target.folders:
        with files.working_folder(folder):
            pass
    if target.out_dir is not None:
        write.check_same_build(target.out_dir, write.build_id_of(connection))


def _matrix_options(
    connection: Connection,
    vocabulary: int,
    min_tags: int | None,
    all_posts: bool,
    seed: int,
    on_notice: Notify,
) -> dict[str, Any]:
    """Return the options of `matrix.post_tag_matrix`: which tags and posts to train on."""
    query = (
        "select quantile_disc(len(tag_ids) - len(implied_ids), 0.5),"
        " (select coalesce(sum(tagged_count), 0) from tags where tag_id < $1) from posts"
    )
    ((median, uses),) = connection.execute(query, [min(vocabulary, _MOST_TAGS)]).fetchall()
    share = 1.0 if all_posts else min(1.0, MOST_USES / max(int(uses), 1))
    if share < 1:
        on_notice(
            f"training on a random sample of {share:.0%} of the posts, which needs less than 5 GB"
            " of memory; set the option all_posts to use all of them"
        )
    if min_tags is None:
        min_tags = max(1, min(MIN_TAGS, median or 1))
    return {"vocabulary": vocabulary, "min_tags": min_tags, "share": share, "seed": seed}


def _read(connection: Connection, options: dict[str, Any], post_factors: bool) -> _Data:
    """Read posts x tags; raises `UsageError` if there is nothing to train on."""
    uses = matrix.post_tag_matrix(connection, **options)
    if uses.shape[1] < 2:
        raise UsageError(f"training needs 2 tags or more, not {uses.shape[1]}")
    if not uses.shape[0]:
        message = f"no post has {options['min_tags']} direct tags of the vocabulary"
        raise UsageError(f"{message}; lower min_tags", option="min_tags")
    post_ids = matrix.post_ids(connection, **options) if post_factors else None
    return _Data(write.build_id_of(connection), uses, options, post_ids)


def _score(database: Path, build_id: str, tag_vectors: Vectors) -> SiblingShare | None:
    with _reading(database) as connection:
        check_build(connection, database, build_id)
        return sibling_share(connection, tag_vectors)


def _facts(build_id: str, device: str, score: SiblingShare | None) -> dict[str, str]:
    """Return the facts of a training that are not in its recipe and data."""
    text = f"{score.share:.4f}" if score else ""
    names = ("e6duck", "implicit", "numpy", "scipy")
    versions = {f"{name}_version": version(name) for name in names}
    return versions | {"build_id": build_id, "device": device, "score": text}


def _run_facts(threads: int | None, seconds: float) -> dict[str, str]:
    """Return the facts that differ between two trainings with the same options."""
    return {
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": f"{seconds:.1f}",
        "threads": str(threads or "all"),
    }
