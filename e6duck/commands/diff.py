"""The command diff: what changed since an older build."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from ..errors import UsageError
from .shared.options import (
    AT_LEAST_1,
    NamedPath,
    database_path,
    db_option,
    target,
    tell,
    text_format_option,
)


@click.command(
    epilog="""\b
    Example:
      e6duck diff last_month.duckdb
      e6duck diff last_month.duckdb --captions ~/dataset
      e6duck diff last_month.duckdb -o changes.csv"""
)
@click.argument("old", type=NamedPath())
@db_option
@click.option(
    "--captions",
    type=NamedPath(),
    metavar="DIR",
    help="Also list the caption files that normalize now cleans differently.",
)
@click.option(
    "-c",
    "--config",
    type=NamedPath(),
    help="Rules for --captions.  [default: normalize.toml in or above DIR]",
)
@click.option(
    "--limit",
    type=AT_LEAST_1,
    default=10,
    show_default=True,
    help="Maximum number of rising and of falling tags.",
)
@text_format_option
@click.option("-o", "--output", type=NamedPath(), help="Write to a file.")
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

    Lists the tags that were renamed, merged, dropped, added or moved to another category, the
    changed aliases and direct implications, and the tags whose share of the posts rose or fell
    most. A table shows the first rows of each list; other formats have one row for each change.
    --captions changes no file.
    """
    from ..captions.diff import touched_captions
    from ..db.connection import close_files, open_reading
    from ..tags.categories import category_colors
    from ..tags.diff import comparing
    from .shared.formats import format_of
    from .shared.tag_tables import write_sections

    if config and not captions:
        raise UsageError("--config names rules for captions; add their folder: --captions DIR")
    kind = format_of(output, kind, sys.stdout.isatty())
    path = database_path(old)
    with (
        open_reading(database_path(db), close=partial(close_files, databases=[path])) as connection,
        comparing(connection, path, limit=limit) as compared,
    ):
        sections = compared.sections
        if captions:
            sections.append(
                touched_captions(connection, compared.old, captions, config=config, on_notice=tell)
            )
        with target(output) as file:
            write_sections(sections, category_colors(connection), file, kind)
