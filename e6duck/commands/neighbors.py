"""The command neighbors: the most similar tags, as a table or a map."""

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
    require_utf8,
    skip_unknown_option,
    tell,
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
    help="Only tags with at least this number of posts.",
)
@click.option(
    "-k",
    "--topk",
    "k",
    type=AT_LEAST_1,
    help="Neighbors per TAG.  [default: 10; with -o: 1.5 times -n / number of TAGs]",
)
@click.option(
    "--measure",
    type=click.Choice(_MEASURES),
    default="vectors",
    show_default=True,
    help="Similarity measure.",
)
@click.option("--together", is_flag=True, help="Treat all TAGs as one query.")
@click.option(
    "--not",
    "unwanted",
    multiple=True,
    metavar="TAG",
    shell_complete=completed("tag_names"),
    help="Tag to subtract; implies --together.",
)
@skip_unknown_option
@click.option(
    "-d",
    "--first-pca",
    type=AT_LEAST_1,
    metavar="K",
    help="Compare only the first K principal components of the vectors.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="Output format.  [default: table on a terminal, otherwise csv]",
)
@click.option(
    "-o",
    "--output",
    type=NamedPath(),
    help="Draw a map (.png, .svg, .pdf or .html); - opens a window.",
)
@click.option("--light", is_flag=True, help="Use a light background.")
@click.option(
    "-n",
    "--global-topk",
    type=AT_LEAST_1,
    default=64,
    show_default=True,
    help="Number of neighbors that define the axes of the map.",
)
@click.option(
    "-N",
    "--display-topk",
    type=AT_LEAST_1,
    default=24,
    show_default=True,
    help="Maximum number of tags to draw.",
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

    Tags are compared by their vectors or, with another --measure, by the posts that have both tags:
    by cosine, jaccard or lift (lift needs at least 10 such posts). With --together, the TAGs are
    one query: the mean of their vectors, or the posts that have all of them. --not subtracts
    vectors, or excludes posts.

    -c and -f select the tags that count as neighbors, and -k of them are listed for each TAG. A map
    is laid out by the -n neighbors closest to all TAGs, and the best -N of them are drawn. The
    short options are those of e6db.
    """
    from ..db.connection import open_reading
    from ..tags.neighbors import Question, find_neighbors

    kind = options.pop("kind")
    for name in ("tags", "unwanted", "categories"):
        options[name] = [require_utf8(text) for text in options[name]]
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
    from ..db.results.formats import format_of, write_parquet
    from .shared.tag_tables import neighbor_batches, write_neighbors

    kind = format_of(None, chosen, sys.stdout.isatty())
    if kind != "parquet":
        write_neighbors(found, sys.stdout, kind)
    elif sys.stdout.isatty():
        raise UsageError("parquet is not text; redirect it to a file: > FILE.parquet")
    else:
        write_parquet(neighbor_batches(found), sys.stdout.buffer)


def _check_picture(output: Path | None) -> None:
    """Raise `UsageError` if the picture cannot be drawn, before the tags are compared."""
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
