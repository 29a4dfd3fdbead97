"""The commands that review a database as a whole: diff, stats."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import click

from ..errors import UsageError
from .shared.options import AT_LEAST_1, FORMATS, NamedPath, database_path, db_option, target, tell


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
    help="Also the caption files that are cleaned otherwise now.",
)
@click.option("-c", "--config", type=NamedPath(), help="Rules of --captions; normalize.toml.")
@click.option("--limit", type=AT_LEAST_1, default=10, show_default=True, help="Risers, fallers.")
@click.option("--format", "kind", type=click.Choice(FORMATS[:-1]), help="Default: table or csv.")
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

    Tags that were renamed, merged, dropped, are new or of another category; aliases and direct
    implications; the tags whose share of the posts rose and fell most. A table shows the first rows
    of each; elsewhere a row is a change. --captions changes no file.
    """
    from ..captions.diff import touched_captions
    from ..db.connection import open_reading
    from ..tags.categories import category_colors
    from ..tags.diff import comparing
    from .shared.formats import format_of
    from .shared.tag_tables import write_sections

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


@click.command(
    epilog="""\b
    Example:
      e6duck stats
      e6duck stats --format json
      e6duck stats -o stats.html
      e6duck stats -o stats.png --light"""
)
@db_option
@click.option("--format", "kind", type=click.Choice(("text", "json")), help="Default: text.")
@click.option("-o", "--output", type=NamedPath(), help="Picture (.png .svg .pdf) or page (.html).")
@click.option("--light", is_flag=True, help="Light background of -o.")
def stats(db: Path | None, kind: str | None, output: Path | None, light: bool) -> None:
    """Show the database in figures: on the terminal, or as a picture.

    Its tags by category and by use, its posts by month, by number of tags and by rating, and how
    deep its implications are. A page (.html) is dark or light as its reader's browser asks.
    """
    from ..charts.save import check, save
    from ..db.connection import open_reading
    from ..tags.categories import category_colors
    from ..tags.stats import stats
    from ..tags.stats_text import screen
    from .shared.terminal import is_colored

    if light and not output:
        raise UsageError("--light is for a picture or page; add -o FILE")
    if output:
        check(output)
    with open_reading(database_path(db)) as connection:
        found = stats(connection)
        colors = category_colors(connection) if is_colored(sys.stdout) else {}
    if kind == "json":
        click.echo(json.dumps(vars(found), ensure_ascii=False, indent=1))
    elif kind or not output:
        click.echo("\n".join(screen(found, colors, shutil.get_terminal_size().columns)))
    if output:
        save(found, output, light=light, on_notice=tell)


COMMANDS = (diff, stats)
