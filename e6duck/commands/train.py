"""The command train: tag vectors from the posts of a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .shared.options import (
    AT_LEAST_1,
    FolderPath,
    database_path,
    db_option,
    quiet_option,
    threads_option,
)

_NOT_NEGATIVE = click.FloatRange(min=0)
_POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command(
    epilog="""\b
    Example:
      e6duck train --method svd --factors 128
      e6duck train --recipe e6db --seed 1"""
)
@db_option
@click.option("--recipe", type=click.Choice(["e6db"]), help="Use the settings of e6db's notebook.")
@click.option(
    "--method", type=click.Choice(["als", "svd"]), help="Training method.  [default: als]"
)
@click.option(
    "--factors",
    type=AT_LEAST_1,
    help="Dimensions of a vector.  [default: 256, or number of tags / 8]",
)
@click.option(
    "--weighting",
    type=click.Choice(["tfidf", "bm25", "none"]),
    help="ALS only: weight of a tag on a post.  [default: tfidf]",
)
@click.option(
    "--regularization",
    type=_NOT_NEGATIVE,
    help="ALS only: regularization.  [default: 0.4 sqrt(number of posts)]",
)
@click.option("--iterations", type=AT_LEAST_1, help="ALS only: iterations.  [default: 2]")
@click.option(
    "--alpha", type=_POSITIVE, help="ALS only: confidence in a use of a tag.  [default: 1]"
)
@click.option(
    "--start",
    type=click.Choice(["svd", "random"]),
    help="ALS only: initial vectors.  [default: svd]",
)
@click.option("--seed", type=click.IntRange(min=0), help="Random seed.  [default: 0]")
@click.option(
    "--vocabulary",
    default=32_768,
    show_default=True,
    help="Number of most used tags to train on.",
)
@click.option(
    "--min-tags",
    type=int,
    help="Minimum number of direct tags of a post.  [default: 11, or the median]",
)
@click.option(
    "--all-posts",
    is_flag=True,
    help="Train on all posts instead of a sample, however much memory it takes.",
)
@click.option("--post-factors", is_flag=True, help="ALS only: also write the vectors of the posts.")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="ALS only: where to train.",
)
@click.option(
    "--out",
    "out_dir",
    type=FolderPath(),
    help="Folder for the vector files.  [default: the database's folder]",
)
@click.option("--no-export", is_flag=True, help="Write the vectors to the database only.")
@threads_option
@quiet_option
def train(db: Path | None, quiet: bool, no_export: bool, **options: Any) -> None:
    """Train the vectors of the most used tags, which neighbors compares.

    als is alternating least squares. svd is a truncated SVD of the discounted PPMI matrix of pairs
    of tags, and takes about a third of the time. Which one finds better neighbors depends on the
    data. Existing vectors are replaced only on success.
    """
    from ..trainer.recipe import chosen_recipe
    from .shared.training import train_with_progress

    recipe = chosen_recipe(options)
    write_index = not no_export
    train_with_progress(database_path(db), quiet, recipe=recipe, write_index=write_index, **options)
