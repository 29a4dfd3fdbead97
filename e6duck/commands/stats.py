"""The command stats: statistics of the database as text, JSON, a picture or a page."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import click

from ..errors import UsageError
from .shared.options import NamedPath, database_path, db_option, tell


@click.command(
    epilog="""\b
    Example:
      e6duck stats
      e6duck stats --format json
      e6duck stats -o stats.html
      e6duck stats -o stats.png --light"""
)
@db_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(("text", "json")),
    help="Output format.  [default: text, or nothing with -o]",
)
@click.option(
    "-o",
    "--output",
    type=NamedPath(),
    help="Write a picture (.png, .svg, .pdf) or a page (.html).",
)
@click.option("--light", is_flag=True, help="Use a light background in the picture or page.")
def stats(db: Path | None, kind: str | None, output: Path | None, light: bool) -> None:
    """Show statistics of the database on the terminal, or draw them.

    That is: its tags by category and by number of uses, its posts by month, by number of tags and
    by rating, and the depth of its implications. A page (.html) follows the color scheme of the
    browser.
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
