"""The commands that make a database, and the vectors in it: build, import, train."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from ..errors import Interruption, UsageError
from .shared.options import (
    PLACES,
    DatabasePath,
    FolderPath,
    database_path,
    db_option,
    memory_option,
    quiet_option,
    tell,
    tell_summary,
    threads_option,
)


@click.command(
    epilog="""\b
    Example:
      e6duck build ./data
      e6duck build /mnt/export --db ~/tags/e6.duckdb
      e6duck build ~/exports --out ~/index --min-posts 5 --memory-limit 1GB"""
)
@click.argument("data_dir", type=FolderPath(), default="data")
@click.option("--db", type=DatabasePath(), help="Database to write. Default: DATA_DIR/e6.duckdb.")
@click.option("--out", "out_dir", type=FolderPath(), help="Folder of index files: the database's.")
@click.option("--no-export", is_flag=True, help="Write no index files.")
@click.option("--min-posts", default=2, show_default=True, help="Posts that give a tag an id.")
@click.option("--all-files", is_flag=True, help="Keep gif, webm, mp4 and swf, too.")
@click.option("--include-deleted", is_flag=True, help="Keep deleted posts, too.")
@click.option("--with-text", is_flag=True, help="Keep the columns source and description.")
@click.option("--strict", is_flag=True, help="Fail on malformed rows.")
@click.option("--no-train", is_flag=True, help="Skip training (neighbors will not work).")
@memory_option
@threads_option
@quiet_option
def build(quiet: bool, no_export: bool, no_train: bool, **options: Any) -> None:
    """Build the database and the index files from the newest export in DATA_DIR (./data).

    Old files are replaced only on success. A summary of what was kept and dropped comes at the end.
    Then the vectors of the tags are trained, as e6duck train does. With --db nothing is written to
    DATA_DIR, and the index files are beside the database.
    """
    from ..builder.build import build, stage_count
    from .shared.progress import progress_bar
    from .shared.summaries import summary

    with progress_bar(not quiet and sys.stderr.isatty(), stage_count()) as advance:
        built = build(write_index=not no_export, on_progress=advance, **options)
    if not quiet:
        tell_summary(summary(built))
        _point_to(built.database)
    if not no_train:
        _train_built(built.database, quiet, not no_export, options)


@click.command(
    "import",
    epilog="""\b
    Example:
      e6duck import ~/e6db/data
      e6duck import ~/e6db/data --db ~/tags.duckdb""",
)
@click.argument("index_dir", metavar="DIR", type=FolderPath())
@click.option("--db", "database", type=DatabasePath(), help="Default: DIR/e6.duckdb.")
@click.option("--force", is_flag=True, help="Replace a database that was built from posts, too.")
@quiet_option
def import_(quiet: bool, **options: Any) -> None:
    """Make a database from the index files in DIR alone: e6db's, or those of a build.

    It knows tags, aliases, implications and vectors, but no posts: what needs these says so.
    """
    from ..builder.from_index import import_index, stage_count
    from .shared.progress import progress_bar
    from .shared.summaries import import_summary

    with progress_bar(not quiet and sys.stderr.isatty(), stage_count()) as advance:
        imported = import_index(on_progress=advance, **options)
    if not quiet:
        tell_summary(import_summary(imported))
        _point_to(imported.database)


@click.command(
    epilog="""\b
    Example:
      e6duck train --method svd --factors 128
      e6duck train --recipe e6db --seed 1"""
)
@db_option
@click.option("--recipe", type=click.Choice(["e6db"]), help="The settings of e6db's notebook.")
@click.option("--method", type=click.Choice(["als", "svd"]), help="Algorithm. [default: als]")
@click.option(
    "--factors", type=click.IntRange(min=1), help="Numbers per vector. [default: 256, or tags / 8]"
)
@click.option(
    "--weighting",
    type=click.Choice(["tfidf", "bm25", "none"]),
    help="Weight of a use, for als. [default: tfidf]",
)
@click.option(
    "--regularization",
    type=click.FloatRange(min=0),
    help="Regularization of als. [default: 0.4 sqrt(posts)]",
)
@click.option("--iterations", type=click.IntRange(min=1), help="Iterations of als. [default: 2]")
@click.option(
    "--alpha",
    type=click.FloatRange(min=0, min_open=True),
    help="Confidence in a use, for als. [default: 1]",
)
@click.option(
    "--start", type=click.Choice(["svd", "random"]), help="First vectors of als. [default: svd]"
)
@click.option("--seed", type=click.IntRange(min=0), help="Random seed. [default: 0]")
@click.option(
    "--vocabulary", default=32_768, show_default=True, help="Number of most used tags to train on."
)
@click.option(
    "--min-tags",
    type=int,
    help="Minimum number of direct tags per post. [default: 11, or the median]",
)
@click.option(
    "--all-posts",
    is_flag=True,
    help="Train on all posts, not on a sample, however much memory it takes.",
)
@click.option("--post-factors", is_flag=True, help="Also write the vectors of the posts (als).")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where als runs.",
)
@click.option(
    "--out",
    "out_dir",
    type=FolderPath(),
    help="Folder for the files. [default: beside the database]",
)
@click.option("--no-export", is_flag=True, help="Write the database only, no files.")
@threads_option
@quiet_option
def train(db: Path | None, quiet: bool, no_export: bool, **options: Any) -> None:
    """Train the vectors of the most used tags, which neighbors compares.

    als is alternating least squares; svd takes the main directions of the discounted PPMI of pairs
    of tags, and takes about a third of the time. Which finds better neighbors depends on the data.
    Old vectors are replaced only on success.
    """
    from ..trainer.recipe import chosen_recipe

    recipe = chosen_recipe(options)
    _train(database_path(db), quiet, recipe=recipe, write_index=not no_export, **options)


def _train_built(database: Path, quiet: bool, write_index: bool, options: dict[str, Any]) -> None:
    """Train where there is enough to train on; the build stands where there is not."""
    out_dir, threads = options["out_dir"], options["threads"]
    try:
        _train(database, quiet, out_dir=out_dir, threads=threads, write_index=write_index)
    except UsageError as error:
        tell_summary(f"no vectors    {error}")
    except KeyboardInterrupt as error:
        raise Interruption("the build is complete; make its vectors with: e6duck train") from error


def _train(database: Path, quiet: bool, **options: Any) -> None:
    from ..trainer.train import train
    from .shared.progress import training_bar
    from .shared.summaries import training_summary

    with training_bar(not quiet and sys.stderr.isatty()) as advance:
        notice = (lambda line: None) if quiet else tell
        trained = train(database, on_progress=advance, on_notice=notice, **options)
    if not quiet:
        tell_summary(training_summary(trained))


def _point_to(database: Path) -> None:
    """Print how the other commands find a database that is not where they look."""
    if not any(place.exists() and place.samefile(database) for place in PLACES):
        name = "set" if os.name == "nt" else "export"
        path = shlex.quote(str(database.resolve()))
        tell(f"to use it from anywhere: {name} E6DUCK_DB={path}")


COMMANDS = (build, import_, train)
