"""The command neighbors: the most similar tags, as rows or as a map."""

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
    require_utf8,
    skip_unknown_option,
    target,
    tell,
)

if TYPE_CHECKING:
    from ..tags.neighbors import Neighbors

_DRAWN = 24  # neighbors in a map
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
    help="Neighbors per TAG.  [default: 10; in a map 1.5 times -N / number of TAGs]",
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
    "--min-score",
    type=float,
    metavar="SCORE",
    help="Leave out neighbors with a lower score.  [default: none; in a map 15% of the best]",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="Format of the rows.  [default: the ending of -o, table on a terminal, otherwise csv]",
)
@click.option(
    "-o",
    "--output",
    type=NamedPath(),
    help="Write rows or a map to a file; its ending selects the format. - shows a map in a window.",
)
@click.option("--light", is_flag=True, help="Use a light background in the map.")
@click.option(
    "-n",
    "--global-topk",
    type=AT_LEAST_1,
    help="Number of neighbors that define the axes of the map.  [default: that of -N]",
)
@click.option(
    "-N",
    "--display-topk",
    type=AT_LEAST_1,
    help=f"Number of neighbors to draw in a map.  [default: {_DRAWN}]",
)
def neighbors(
    db: Path | None,
    output: Path | None,
    light: bool,
    global_topk: int | None,
    display_topk: int | None,
    **options: Any,
) -> None:
    """Show the tags that are most similar to each TAG.

    Tags are compared by their vectors or, with another --measure, by the posts that have both tags:
    by cosine, jaccard or lift (lift needs at least 10 such posts). With --together, the TAGs are
    one query: the mean of their vectors, or the posts that have all of them. --not subtracts
    vectors, or excludes posts.

    -c and -f select the tags that count as neighbors, and -k of them are listed for each TAG. The
    short options are those of e6db.

    -o FILE writes the rows (.csv, .tsv, .json, .jsonl, .md, .txt, .parquet) or draws a map (.png,
    .svg, .pdf, .html) of the -N neighbors that are closest to all the tags. A map leaves out
    neighbors that are far less similar than the best one. Beside a map, --format prints its rows.
    """
    from ..db.connection import open_reading
    from ..tags.neighbors import Question, find_neighbors

    kind = options.pop("kind")
    for name in ("tags", "unwanted", "categories"):
        options[name] = [require_utf8(text) for text in options[name]]
    is_map = _draws_map(output, kind)
    for name, value in {"--light": light, "-n": global_topk, "-N": display_topk}.items():
        if value and not is_map:
            raise UsageError(f"{name} is for a map; add -o FILE, such as -o map.png")
    drawn_count = display_topk or _DRAWN
    map_count = global_topk or drawn_count
    question = Question(**options, map_count=map_count if is_map else None)
    with (
        open_reading(database_path(db)) as connection,
        find_neighbors(connection, question, on_notice=tell) as found,
    ):
        if is_map and output:
            if kind:
                _write_neighbors(found, None, kind)
            _draw(found, output, light, drawn_count)
        else:
            _write_neighbors(found, output, kind)
    if output and str(output) != "-":
        tell(f"wrote {output}")


def _draws_map(output: Path | None, kind: str | None) -> bool:
    """Return whether to draw a map; raises `UsageError` if the file cannot be written.

    Call it before the tags are compared, which may take a long time.
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
            f" below {NEAR:.0%} of the best score; use --min-score SCORE to change this"
        )
    if str(output) == "-":
        show(tag_map, light=light)
    else:
        save(tag_map, output, light=light, on_notice=tell)
