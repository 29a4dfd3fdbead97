"""The command that compares tags: neighbors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .shared.options import (
    AT_LEAST_1,
    FORMATS,
    NamedPath,
    category_option,
    completed,
    database_path,
    db_option,
    skip_unknown_option,
    tell,
    whole,
)

if TYPE_CHECKING:
    from ..tags.neighbors import Neighbors

_MEASURES = ("vectors", "cosine", "jaccard", "lift")


@click.command(
    epilog="""\b
    Example:
      e6duck neighbors fox
      e6duck neighbors fox wolf -c species --together -k 20
      e6duck neighbors fox --not feral --format json
      e6duck neighbors fox -c species -o fox.png"""
)
@click.argument(
    "tags", nargs=-1, required=True, metavar="TAG...", shell_complete=completed("tag_names")
)
@db_option
@category_option
@click.option(
    "-f",
    "--min-posts",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Only so used.",
)
@click.option("-k", "--topk", "k", type=AT_LEAST_1, help="Of each TAG; 10, or 1.5 n / tags.")
@click.option(
    "--measure", type=click.Choice(_MEASURES), default="vectors", show_default=True, help="By what."
)
@click.option("--together", is_flag=True, help="Those of all the tags at once.")
@click.option(
    "--not",
    "unwanted",
    multiple=True,
    metavar="TAG",
    shell_complete=completed("tag_names"),
    help="Subtract it; together.",
)
@skip_unknown_option
@click.option("-d", "--first-pca", type=AT_LEAST_1, metavar="K", help="Compare in K dimensions.")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: table or csv.")
@click.option("-o", "--output", type=NamedPath(), help="Picture, or - for a window.")
@click.option("--light", is_flag=True, help="A picture for paper.")
@click.option(
    "-n", "--global-topk", type=AT_LEAST_1, default=64, show_default=True, help="Make its axes."
)
@click.option(
    "-N", "--display-topk", type=AT_LEAST_1, default=24, show_default=True, help="Are drawn."
)
def neighbors(
    db: Path | None,
    output: Path | None,
    light: bool,
    global_topk: int,
    display_topk: int,
    **options: Any,
) -> None:
    """Show the tags that are most similar to each TAG.

    They are compared by their vectors, or with --measure by the posts that hold both: by cosine,
    jaccard or lift (of 10 such posts at least). Together, the tags are one query: the mean of
    their vectors, or the posts that hold them all; --not subtracts vectors, or leaves out posts.

    -c and -f say which tags count as neighbors. Of these each TAG keeps -k. Into a picture (.png,
    .svg, .pdf, .html) go the -n of them that are closest to all the tags; the -N best are drawn.
    """
    from ..db.connection import open_reading
    from ..tags.neighbors import Question, find_neighbors

    kind = options.pop("kind")
    for name in ("tags", "unwanted", "categories"):
        options[name] = [whole(text) for text in options[name]]
    question = Question(**options, map_count=global_topk if output else None)
    _check_picture(output)
    with (
        open_reading(database_path(db)) as connection,
        find_neighbors(connection, question, on_notice=tell) as found,
    ):
        _write_neighbors(found, kind)
        if output:
            _draw(found, output, light, display_topk)


def _write_neighbors(found: Neighbors, chosen: str | None) -> None:
    from .shared.formats import format_of, write_parquet
    from .shared.tag_tables import neighbor_batches, write_neighbors

    kind = format_of(None, chosen, sys.stdout.isatty())
    if kind != "parquet":
        write_neighbors(found, sys.stdout, kind)
    elif sys.stdout.isatty():
        raise UsageError("parquet is no text; let it go to a file: > FILE.parquet")
    else:
        write_parquet(neighbor_batches(found), sys.stdout.buffer)


def _check_picture(output: Path | None) -> None:
    """Raise `UsageError` where a picture cannot be drawn, before anything is asked."""
    if output and str(output) != "-":
        from ..charts.save import check

        check(output)


def _draw(found: Neighbors, output: Path, light: bool, drawn_count: int) -> None:
    from ..charts.mapping import neighbor_map
    from ..charts.save import save, show

    tag_map = neighbor_map(found, drawn_count=drawn_count)
    if str(output) == "-":
        show(tag_map, light=light)
    else:
        save(tag_map, output, light=light)


COMMANDS = (neighbors,)
