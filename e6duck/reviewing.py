"""The commands that review a database as a whole: diff, stats."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .arguments import AT_LEAST_1, FORMATS, database_path, db_option, target, tell
from .errors import UsageError


@click.command(
    epilog="""\b
    Example:
      e6duck diff last_month.duckdb
      e6duck diff last_month.duckdb --captions ~/dataset
      e6duck diff last_month.duckdb -o changes.csv"""
)
@click.argument("old", type=click.Path(path_type=Path))
@db_option
@click.option(
    "--captions",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also the caption files that are cleaned otherwise now.",
)
@click.option(
    "-c", "--config", type=click.Path(path_type=Path), help="Rules of --captions; normalize.toml."
)
@click.option("--limit", type=AT_LEAST_1, default=20, show_default=True, help="Risers, fallers.")
@click.option("--format", "kind", type=click.Choice(FORMATS[:-1]), help="Default: table or csv.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file.")
def diff(
    old: Path,
    db: Path | None,
    captions: Path | None,
    config: Path | None,
    limit: int,
    kind: str | None,
    output: Path | None,
) -> None:
    """Show what changed since the database OLD was built.

    Tags that were renamed, merged, dropped, are new or of another category; aliases and direct
    implications; the tags whose share of the posts rose and fell most. A table shows the first rows
    of each; elsewhere a row is a change. --captions changes no file.
    """
    from .categories import category_colors
    from .database import open_reading
    from .differences import comparing
    from .listing import write_sections
    from .output import format_of
    from .touched import touched_captions

    if config and not captions:
        raise UsageError("--config holds rules for captions; give the folder, too: --captions DIR")
    kind = format_of(output, kind, sys.stdout.isatty())
    with (
        open_reading(database_path(db)) as connection,
        comparing(connection, database_path(old), limit=limit) as compared,
    ):
        sections = compared.sections
        if captions:
            sections.append(
                touched_captions(connection, compared.old, captions, config=config, on_notice=tell)
            )
        with target(output) as file:
            write_sections(sections, category_colors(connection), file, kind)


COMMANDS = (diff,)
