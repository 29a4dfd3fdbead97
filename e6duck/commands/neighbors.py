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
    binary_target,
    category_option,
    completed,
    database_path,
    db_option,
    skip_unknown_option,
    target,
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
      e6duck neighbors fox -c species -o fox.png
      e6duck neighbors fox -c species -o fox.csv"""
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
    help="Only tags with at least this many posts.",
)
@click.option(
    "-k",
    "--topk",
    "k",
    type=AT_LEAST_1,
    help="Neighbors of each TAG.  [default: 10; in a picture 1.5 N / tags]",
)
@click.option(
    "--measure",
    type=click.Choice(_MEASURES),
    default="vectors",
    show_default=True,
    help="Similarity measure.",
)
@click.option("--together", is_flag=True, help="Take all the tags as one query.")
@click.option(
    "--not",
    "unwanted",
    multiple=True,
    metavar="TAG",
    shell_complete=completed("tag_names"),
    help="Tag to subtract; implies --together.",
)
@skip_unknown_option
@click.option("-d", "--first-pca", type=AT_LEAST_1, metavar="K", help="Compare in K dimensions.")
@click.option(
    "--min-score",
    type=float,
    metavar="SCORE",
    help="Leave out neighbors with a lower score.  [default in a picture: 15% of the best]",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="Format of the rows.  [default: table on a terminal, else csv]",
)
@click.option(
    "-o",
    "--output",
    type=NamedPath(),
    help="Write to this file; its ending says what. With - show a picture in a window.",
)
@click.option("--light", is_flag=True, help="Draw a picture on a light background.")
@click.option(
    "-n",
    "--global-topk",
    type=AT_LEAST_1,
    help="Number of neighbors that define the axes of a picture.  [default: those drawn]",
)
@click.option(
    "-N",
    "--display-topk",
    type=AT_LEAST_1,
    default=24,
    show_default=True,
    help="Number of neighbors to draw.",
)
def neighbors(
    db: Path | None,
    output: Path | None,
    light: bool,
    global_topk: int | None,
    display_topk: int,
    **options: Any,
) -> None:
    """Show the tags that are most similar to each TAG.

    They are compared by their vectors, or with --measure by the posts that hold both: by cosine,
    jaccard or lift (of 10 such posts at least). Together, the tags are one query: the mean of
    their vectors, or the posts that hold them all; --not subtracts vectors, or leaves out posts.

    -c and -f say which tags count as neighbors. Of these each TAG keeps -k.

    -o FILE writes the rows (.csv, .tsv, .json, .jsonl, .md, .txt, .parquet) or draws a map (.png,
    .svg, .pdf, .html) of the -N neighbors that are closest to all the tags. A map leaves out
    neighbors that are far less similar than the best one. Beside a map, --format prints its rows.
    """
    from ..db.connection import open_reading
    from ..tags.neighbors import Question, find_neighbors

    kind = options.pop("kind")
    for name in ("tags", "unwanted", "categories"):
        options[name] = [whole(text) for text in options[name]]
    is_picture = _draws_picture(output, kind)
    map_count = global_topk or display_topk
    question = Question(**options, map_count=map_count if is_picture else None)
    with (
        open_reading(database_path(db)) as connection,
        find_neighbors(connection, question, on_notice=tell) as found,
    ):
        if is_picture and output:
            if kind:
                _write_neighbors(found, None, kind)
            _draw(found, output, light, display_topk)
        else:
            _write_neighbors(found, output, kind)
    if output and str(output) != "-":
        tell(f"wrote {output}")


def _draws_picture(output: Path | None, kind: str | None) -> bool:
    """Tell whether a picture is asked for; raises `UsageError` for a file that cannot be written.

    That is before anything is asked of the database.
    """
    if not output or str(output) == "-":
        return output is not None
    from ..charts.save import SUFFIXES, check
    from .shared.formats import is_named_format

    if output.suffix.lower() in SUFFIXES:
        check(output)
        return True
    if not kind and not is_named_format(output):
        raise UsageError(
            f"{output}: unknown ending; use {', '.join(SUFFIXES)} for a picture, or .csv, .tsv,"
            " .json, .jsonl, .md, .txt, .parquet for rows"
        )
    return False


def _write_neighbors(found: Neighbors, output: Path | None, chosen: str | None) -> None:
    from .shared.formats import format_of, write_parquet
    from .shared.tag_tables import neighbor_batches, write_neighbors

    kind = format_of(output, chosen, sys.stdout.isatty(), with_parquet=True)
    if kind == "parquet":
        with binary_target(output) as binary:
            write_parquet(neighbor_batches(found), binary)
    else:
        with target(output) as text:
            write_neighbors(found, text, kind)


def _draw(found: Neighbors, output: Path, light: bool, drawn_count: int) -> None:
    from ..charts.save import save, show
    from ..charts.tag_map import NEAR, neighbor_map

    tag_map = neighbor_map(found, drawn_count=drawn_count)
    if tag_map.left_out:
        tell(
            f"left out {tag_map.left_out} less similar tag{'s' * (tag_map.left_out != 1)},"
            f" below {NEAR:.0%} of the best score; --min-score SCORE decides otherwise"
        )
    if str(output) == "-":
        show(tag_map, light=light)
    else:
        save(tag_map, output, light=light, on_notice=tell)


COMMANDS = (neighbors,)
