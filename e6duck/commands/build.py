"""The command build: the database, the index files and the tag vectors from an export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..errors import Interruption, UsageError
from .shared.options import (
    DatabasePath,
    FolderPath,
    memory_option,
    quiet_option,
    tell_place,
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
@click.option(
    "--db", type=DatabasePath(), help="Database to write.  [default: e6.duckdb in DATA_DIR]"
)
@click.option(
    "--out",
    "out_dir",
    type=FolderPath(),
    help="Folder for the index files.  [default: the database's folder]",
)
@click.option("--no-export", is_flag=True, help="Write no index files.")
@click.option(
    "--min-posts", default=2, show_default=True, help="Minimum number of posts of an indexed tag."
)
@click.option("--all-files", is_flag=True, help="Also keep posts of gif, webm, mp4 and swf files.")
@click.option("--include-deleted", is_flag=True, help="Also keep deleted posts.")
@click.option("--with-text", is_flag=True, help="Also keep the columns source and description.")
@click.option("--strict", is_flag=True, help="Fail on malformed rows.")
@click.option("--no-train", is_flag=True, help="Skip training (neighbors will not work).")
@click.option("--profile", is_flag=True, help="Show how long each stage of the build took.")
@memory_option
@threads_option
@quiet_option
def build(quiet: bool, no_export: bool, no_train: bool, profile: bool, **options: Any) -> None:
    """Build the database and the index files from the newest export in DATA_DIR (./data).

    Existing files are replaced only on success. At the end, a summary lists what was kept and what
    was dropped. Then the tag vectors are trained, as e6duck train does. With --db, nothing is
    written to DATA_DIR, and the index files are written beside the database.
    """
    from ..builder.build import build, stage_count
    from .shared.progress import stage_progress
    from .shared.summaries import build_summary, stage_table

    with stage_progress(quiet, stage_count()) as advance:
        built = build(write_index=not no_export, on_progress=advance, **options)
    if not quiet:
        tell_summary(build_summary(built))
        tell_place(built.database)
    if profile:
        print(stage_table(built.stages), file=sys.stderr, flush=True)
    if not no_train:
        _train(
            built.database,
            quiet,
            out_dir=options["out_dir"],
            threads=options["threads"],
            write_index=not no_export,
        )


def _train(database: Path, quiet: bool, **options: Any) -> None:
    """Train the vectors; a database with too little to train on is complete without them."""
    from .shared.training import train_with_progress

    try:
        train_with_progress(database, quiet, **options)
    except UsageError as error:
        tell_summary(f"no vectors    {error}")
    except KeyboardInterrupt as error:
        raise Interruption("the build is complete; make its vectors with: e6duck train") from error
