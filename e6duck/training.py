"""The whole command: matrix, vectors, score; then database and files are replaced at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from . import export, files, matrix, vectors
from .als import Device, als_vectors, choose_device, weighted
from .building import DATABASE, DEFAULT_MEMORY, plain_errors
from .database import Connection, drafting, holding, open_reading
from .errors import DatabaseError, E6DuckError, UsageError
from .recipes import Recipe
from .scoring import kin_share, overlap
from .script import scripts
from .spectral import Progress, svd_vectors
from .vectors import POST_FACTORS, TAG_FACTORS, Vectors

VOCABULARY = 32_768
MIN_TAGS = 11
# Where more uses than these remain, a sample of the posts is trained on: about 3.5 GB at its peak.
MOST_USES = 80_000_000
_COMPARED_POSTS = 50_000
_READING_MEMORY = "500MB"  # else DuckDB keeps what it has read


@dataclass(frozen=True)
class Trained:
    """What a training has made."""

    database: Path
    files: tuple[Path, ...]
    recipe: Recipe  # settled
    post_count: int
    use_count: int
    tag_count: int  # with a vector
    score: float | None  # `scoring.kin_share`
    seconds: float


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
) -> Trained:
    """Train the vectors of the most used tags, replacing old ones only when all went well.

    database: the file, or the folder that holds e6.duckdb. recipe: default `Recipe()`. vocabulary:
    how many tags. min_tags: direct tags that a post needs (default: 11, or as many as half of the
    posts have). all_posts: where a sample would do. post_factors: write the posts' vectors, too.
    out_dir: gets the files (default: beside the database). on_progress: called with a stage, what
    is done of it, and of how much. on_notice: is told, a line each, what the user should know.

    Raises `DatabaseError` for no finished database or one rebuilt meanwhile, `UsageError` for
    options that do not fit the data.
    """
    recipe = recipe or Recipe()
    started = time.monotonic()
    database = Path(database)
    database = database / DATABASE if database.is_dir() else database
    out_dir = database.parent if out_dir is None else Path(out_dir)
    _check(recipe, vocabulary, min_tags, post_factors)
    with threadpool_limits(limits=1, user_api="blas"), plain_errors(database.parent, out_dir):
        connection = open_reading(database, {"memory_limit": _READING_MEMORY})
        try:
            job = _Job(connection, recipe, vocabulary, min_tags, all_posts, on_progress, on_notice)
            if write_index:
                export.check_same_build(out_dir, job.build_id)
            made = job.run(device, threads or 0)
        finally:
            connection.close()
        facts = made.facts | _circumstances(threads, time.monotonic() - started)
        post_file = {POST_FACTORS: made.write_posts(facts)} if post_factors else {}
        written = _replace(
            database, made.vectors, facts, out_dir if write_index else None, post_file
        )
    return Trained(
        database=database,
        files=tuple(written),
        recipe=made.recipe,
        post_count=made.shape[0],
        use_count=made.use_count,
        tag_count=int(made.vectors.any(axis=1).sum()),
        score=made.score,
        seconds=time.monotonic() - started,
    )


@dataclass(frozen=True)
class _Made:
    """What a job comes to."""

    vectors: Vectors
    post_vectors: Vectors | None
    post_ids: Any
    recipe: Recipe
    shape: tuple[int, int]
    use_count: int
    score: float | None
    facts: dict[str, str]

    def write_posts(self, facts: Mapping[str, str]) -> Callable[[Path], None]:
        """Return what writes the vectors of the posts into a file."""
        found, ids = self.post_vectors, self.post_ids
        assert found is not None
        return lambda path: vectors.write_post_factors(path, found, ids, facts)


@dataclass
class _Job:
    """A training on an open database."""

    connection: Connection
    recipe: Recipe
    vocabulary: int
    min_tags: int | None
    all_posts: bool
    progress: Progress
    notice: Callable[[str], object]

    @property
    def build_id(self) -> str:
        """The build of the database."""
        return export.build_id_of(self.connection)

    def run(self, device: Device, threads: int) -> _Made:
        """Read, train and score."""
        chosen, trouble = choose_device(device) if self.recipe.method == "als" else ("cpu", None)
        if trouble:
            self.notice(trouble)
        options = self._options()
        self.progress("reading posts", 0, 0)
        uses = matrix.post_tag_matrix(self.connection, **options)
        _check_size(uses, options["min_tags"])
        recipe = self.recipe.settled(posts=uses.shape[0], tags=uses.shape[1])
        tag_vectors, post_vectors = make_vectors(
            uses, recipe, device=chosen, threads=threads, progress=self.progress
        )
        if chosen == "cuda":
            self._compare(uses, recipe, threads)
        self.progress("scoring", 0, 0)
        score = kin_share(self.connection, tag_vectors)
        facts = {
            "build_id": self.build_id,
            "e6duck_version": version("e6duck"),
            "implicit_version": version("implicit"),
            **recipe.facts(),
            "device": chosen,
            "vocabulary": str(self.vocabulary),
            "min_tags": str(options["min_tags"]),
            "share_of_posts": f"{options['share']:.4f}",
            "posts": str(uses.shape[0]),
            "tags": str(uses.shape[1]),
            "uses": str(uses.nnz),
            "score": "" if score is None else f"{score:.4f}",
        }
        return _Made(
            vectors=tag_vectors,
            post_vectors=post_vectors,
            post_ids=None if post_vectors is None else matrix.post_ids(self.connection, **options),
            recipe=recipe,
            shape=uses.shape,
            use_count=uses.nnz,
            score=score,
            facts=facts,
        )

    def _options(self) -> dict[str, Any]:
        """Return what of the posts is read."""
        query = (
            "select quantile_disc(len(tag_ids) - len(implied_ids), 0.5),"
            " (select coalesce(sum(tagged_count), 0) from tags where tag_id < $1) from posts"
        )
        ((median, uses),) = self.connection.execute(query, [self.vocabulary]).fetchall()
        share = 1.0 if self.all_posts else min(1.0, MOST_USES / max(int(uses), 1))
        if share < 1:
            self.notice(
                f"training on a sample of {share:.0%} of the posts, to stay under 5 GB of memory;"
                " --all-posts takes them all"
            )
        least = self.min_tags if self.min_tags is not None else max(1, min(MIN_TAGS, median or 1))
        return {
            "vocabulary": self.vocabulary,
            "min_tags": least,
            "share": share,
            "seed": self.recipe.seed,
        }

    def _compare(self, uses: Any, recipe: Recipe, threads: int) -> None:
        """Tell how much the neighbours differ between CUDA and the CPU, on some of the posts."""
        sample = uses[:_COMPARED_POSTS]
        recipe = self.recipe.settled(posts=sample.shape[0], tags=sample.shape[1])
        sets = [
            make_vectors(sample, recipe, device=device, threads=threads)[0]
            for device in ("cuda", "cpu")
        ]
        self.notice(
            f"CUDA and CPU agree on {overlap(*sets):.1%} of the 10 nearest of the most used tags,"
            f" trained on {sample.shape[0]:,} posts each"
        )


def make_vectors(
    uses: Any,
    recipe: Recipe,
    *,
    device: str = "cpu",
    threads: int = 0,
    progress: Progress = lambda stage, done, total: None,
) -> tuple[Vectors, Vectors | None]:
    """Return a vector a tag and, of als, a post, from posts x tags (CSR of ones).

    recipe: settled. threads: 0 is all cores; the result is the same.
    """
    start = None
    if recipe.method == "svd" or recipe.start == "svd":
        assert recipe.factors is not None
        start = svd_vectors(uses, factors=recipe.factors, seed=recipe.seed, progress=progress)
    if recipe.method == "svd":
        assert start is not None
        return start, None
    tag_vectors, post_vectors = als_vectors(
        weighted(uses, recipe.weighting),
        recipe,
        start=start,
        device=device,
        threads=threads,
        progress=progress,
    )
    tag_vectors[np.bincount(uses.indices, minlength=len(tag_vectors)) == 0] = 0
    if not np.isfinite(tag_vectors).all():
        raise E6DuckError("the vectors are not finite; try more --regularization or less --alpha")
    return tag_vectors if start is None else averaged(start, tag_vectors), post_vectors


def averaged(start: Vectors, end: Vectors) -> Vectors:
    """Return vectors as long as end that point to the middle between start and end."""
    length = np.linalg.norm(end, axis=1, keepdims=True)
    middle = start + np.divide(end, length, out=np.zeros_like(end), where=length > 0)
    now = np.linalg.norm(middle, axis=1, keepdims=True)
    lengthened: Vectors = middle * np.divide(length, now, out=np.zeros_like(now), where=now > 0)
    return lengthened


def _check(recipe: Recipe, vocabulary: int, min_tags: int | None, post_factors: bool) -> None:
    """Raise `UsageError` for what cannot be meant, before anything is read."""
    if vocabulary < 2:
        raise UsageError(f"--vocabulary {vocabulary} is too few tags to compare; take 2 or more")
    if min_tags is not None and min_tags < 1:
        raise UsageError(f"--min-tags {min_tags} is less than 1")
    if post_factors and recipe.method == "svd":
        raise UsageError("svd makes no vectors of posts; --post-factors needs --method als")


def _check_size(uses: Any, min_tags: int) -> None:
    if not uses.shape[0]:
        raise UsageError(f"no post has {min_tags} tags of the vocabulary; lower --min-tags")
    if uses.shape[1] < 2:
        raise UsageError(f"{uses.shape[1]} tag is too few to compare with others")


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
        folders = (database.parent, out_dir or database.parent)
        for folder in {each.resolve(): each for each in folders}.values():
            stack.enter_context(files.tidied(folder))
        held = stack.enter_context(holding(database))
        if export.build_id_of(held) != facts["build_id"]:
            raise DatabaseError(f"{database} was built anew meanwhile; train again")
        draft = files.draft_path(database)
        stack.callback(files.discard, draft)
        # To close it would free the lock.
        source = stack.enter_context(database.open("rb"))
        with draft.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        drafts: dict[Path, Path] = {}
        with drafting(draft, memory_limit=DEFAULT_MEMORY, threads=None) as connection:
            vectors.offer(connection, tag_vectors, facts)
            for script in scripts("build"):
                if script.name in ("tag_factors", "training_info"):
                    connection.execute(script.text)
            connection.execute("checkpoint e6")
            if out_dir is not None:
                drafts = export.write_drafts(
                    connection, out_dir, only=[TAG_FACTORS], more=post_file
                ).drafts
                for leftover in drafts.values():
                    stack.callback(files.discard, leftover)
        list(export.publish(database, draft, drafts, out_dir))
    return [path for path in drafts if path.name != export.INDEX]
