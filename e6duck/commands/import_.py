"""The command import: a database from index files, without posts."""

from __future__ import annotations

from typing import Any

import click

from .shared.options import DatabasePath, FolderPath, quiet_option, tell_place, tell_summary


@click.command(
    "import",
    epilog="""\b
    Example:
      e6duck import ~/e6db/data
      e6duck import ~/e6db/data --db ~/tags.duckdb""",
)
@click.argument("index_dir", metavar="DIR", type=FolderPath())
@click.option(
    "--db",
    "database",
    type=DatabasePath(),
    help="Database to write.  [default: e6.duckdb in DIR]",
)
@click.option("--force", is_flag=True, help="Also replace a database that was built from posts.")
@quiet_option
def import_(quiet: bool, **options: Any) -> None:
    """Make a database from the index files in DIR, from e6db or from a build.

    The database has tags, aliases, implications and vectors, but no posts. Commands that need
    posts fail with a message.
    """
    from ..builder.from_index import import_index, stage_count
    from .shared.progress import stage_progress
    from .shared.summaries import import_summary

    with stage_progress(quiet, stage_count()) as advance:
        imported = import_index(on_progress=advance, **options)
    if not quiet:
        tell_summary(import_summary(imported))
        tell_place(imported.database)
