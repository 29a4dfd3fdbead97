"""The command export: index files, lists for prompt editors, and vectors as text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .shared.options import FolderPath, NamedPath, database_path, db_option, tell

if TYPE_CHECKING:
    from ..db.connection import Connection

_ESTIMATED = "; the numbers of posts are estimates from e6db's curve"


@click.command(
    epilog="""\b
    Example:
      e6duck export ~/index
      e6duck export ~/index --only tags.parquet
      e6duck export --tag-list tags.csv --min-posts 50
      e6duck export ~/vectors --projector --word2vec"""
)
@click.argument("out_dir", required=False, type=FolderPath())
@db_option
@click.option("--only", multiple=True, metavar="NAME", help="Write only this index file.")
@click.option("--tag-list", type=NamedPath(), help="Write tags for prompt editors (CSV).")
@click.option("--min-posts", default=0, show_default=True, help="Minimum posts of a listed tag.")
@click.option("--cooccurrence", type=NamedPath(), help="Write pairs of tags (CSV).")
@click.option("--min-count", default=100, show_default=True, help="Minimum common posts of a pair.")
@click.option("--projector", is_flag=True, help="Write vectors for the TensorFlow projector (TSV).")
@click.option("--word2vec", is_flag=True, help="Write vectors in the text format of gensim.")
def export(db: Path | None, out_dir: Path | None, **options: Any) -> None:
    """Write the index files into OUT_DIR, lists for prompt editors, or the vectors of the tags.

    --tag-list: name,category,posts,"alias,alias", most used first. --cooccurrence:
    tag_a,tag_b,count. --projector, --word2vec: into OUT_DIR, without the index files.
    """
    from ..db.connection import close_files, open_reading
    from ..db.errors import plain_errors

    paths = [path for path in (out_dir, options["tag_list"], options["cooccurrence"]) if path]
    _check(out_dir, paths, **options)
    close = partial(close_files, folders=[out_dir] if out_dir else [])
    connection = open_reading(database_path(db), close=close)
    with plain_errors(*paths):
        for line in _write(connection, out_dir, **options):
            tell(line)


def _check(
    out_dir: Path | None,
    paths: Collection[Path],
    *,
    only: Collection[str],
    projector: bool,
    word2vec: bool,
    **_: Any,
) -> None:
    """Raise `UsageError` if there is nothing to write, or no folder to write it into."""
    if not (paths or projector or word2vec):
        raise UsageError("give OUT_DIR for the index files, --tag-list FILE or --cooccurrence FILE")
    if only and out_dir is None:
        raise UsageError("--only needs OUT_DIR, the folder of the index files")
    if (projector or word2vec) and out_dir is None:
        raise UsageError("--projector and --word2vec need OUT_DIR, the folder to write into")


def _write(
    connection: Connection,
    out_dir: Path | None,
    *,
    only: Collection[str],
    tag_list: Path | None,
    min_posts: int,
    cooccurrence: Path | None,
    min_count: int,
    projector: bool,
    word2vec: bool,
) -> Iterator[str]:
    """Write the files, and yield a line about each after it is written.

    OUT_DIR gets the index files, unless only vectors are requested.
    """
    from ..index import lists, text_vectors, write

    if out_dir is not None and (only or not (projector or word2vec)):
        written = write.write_index(connection, out_dir, only=only)
        yield f"{', '.join(path.name for path in written)} in {out_dir}"
    if out_dir is not None and projector:
        count = text_vectors.write_projector(connection, out_dir)
        yield f"{count:,} vectors in {out_dir / text_vectors.VECTORS}, with {text_vectors.METADATA}"
    if out_dir is not None and word2vec:
        count = text_vectors.write_word2vec(connection, out_dir)
        yield f"{count:,} vectors in {out_dir / text_vectors.WORD2VEC}"
    if tag_list is not None:
        count = lists.write_tag_list(connection, tag_list, min_posts=min_posts)
        note = "" if write.is_counted(connection) else _ESTIMATED
        yield f"{count:,} tags in {tag_list}{note}"
    if cooccurrence is not None:
        count = lists.write_cooccurrence(connection, cooccurrence, min_count=min_count)
        yield f"{count:,} pairs in {cooccurrence}"


COMMANDS = (export,)
