"""The command search: tags and aliases by words or a pattern."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .shared.options import (
    AT_LEAST_1,
    NamedPath,
    category_option,
    completed,
    database_path,
    db_option,
    require_utf8,
    target,
    tell,
    text_format_option,
)


@click.command(
    epilog="""\b
    Example:
      e6duck search 'red_*'
      e6duck search fox red
      e6duck search wolff -c species --format json"""
)
@click.argument("pattern", nargs=-1, required=True, shell_complete=completed("tag_names"))
@db_option
@category_option
@click.option(
    "-f",
    "--min-posts",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Minimum number of posts.",
)
@click.option(
    "--limit", type=AT_LEAST_1, default=20, show_default=True, help="Maximum number of tags."
)
@text_format_option
@click.option("-o", "--output", type=NamedPath(), help="Write to a file.")
def search(
    pattern: tuple[str, ...], db: Path | None, kind: str | None, output: Path | None, **options: Any
) -> int:
    """Search the tags and their aliases.

    With * or ?, PATTERN must match a whole name, and the most used tags come first. Otherwise a
    name must contain all the words, in any order, or have a similar spelling; the closest and most
    used names come first. The exit code is 1 if nothing was found.
    """
    from ..db.connection import open_reading
    from ..tags.categories import category_colors
    from ..tags.search import nothing_found, search
    from .shared.formats import format_of
    from .shared.tag_tables import write_tags

    texts = [require_utf8(text) for text in pattern]
    options["categories"] = [require_utf8(name) for name in options["categories"]]
    with open_reading(database_path(db)) as connection:
        answer = search(connection, texts, on_notice=tell, **options).answer()
        with target(output) as file:
            kind = format_of(output, kind, sys.stdout.isatty())
            count = write_tags(answer, category_colors(connection), file, kind)
        if not count:
            is_filtered = bool(options["categories"] or options["min_posts"])
            tell(nothing_found(connection, texts, is_filtered=is_filtered))
    return 0 if count else 1
