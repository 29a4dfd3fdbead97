"""The command tag: everything about a tag."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import click

from .shared.options import (
    completed,
    database_path,
    db_option,
    require_utf8,
    skip_unknown_option,
    tell,
)


@click.command(
    epilog="""\b
    Example:
      e6duck tag fox
      e6duck tag vixen wolf --format json"""
)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME...", shell_complete=completed("tag_names")
)
@db_option
@skip_unknown_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="Output format.",
)
def tag(names: tuple[str, ...], db: Path | None, kind: str, skip_unknown: bool) -> None:
    """Show everything about each tag, found by its name or an alias.

    That is: its counts, its aliases, its implications with their depths, the most similar tags, the
    tags that are most often on the same posts compared with chance, its uses by year, and its wiki
    page if the wiki was loaded.
    """
    from ..db.connection import open_reading
    from ..db.results.values import shielded
    from ..tags.categories import category_colors
    from ..tags.profile import profiles
    from ..tags.profile_text import screen
    from .shared.terminal import is_colored

    texts = [require_utf8(name) for name in names]
    with open_reading(database_path(db)) as connection:
        found = profiles(connection, texts, skip_unknown=skip_unknown, on_notice=tell)
        colors = category_colors(connection) if is_colored(sys.stdout) else {}
    if kind == "json":
        text = json.dumps([vars(each) for each in found], ensure_ascii=False, indent=1)
        click.echo(shielded(text) if sys.stdout.isatty() else text)
        return
    columns = shutil.get_terminal_size().columns
    click.echo("\n\n".join("\n".join(screen(each, colors, columns)) for each in found))
