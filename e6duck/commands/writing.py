"""The command export, which writes files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from .shared.options import FolderPath, NamedPath, database_path, db_option, tell


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
@click.option("--only", multiple=True, metavar="NAME", help="One of the index files.")
@click.option("--tag-list", type=NamedPath(), help="Tags for prompt editors (CSV).")
@click.option("--min-posts", default=0, show_default=True, help="Posts that put a tag on the list.")
@click.option("--cooccurrence", type=NamedPath(), help="Pairs of tags (CSV).")
@click.option("--min-count", default=100, show_default=True, help="Common posts of a pair.")
@click.option("--projector", is_flag=True, help="Vectors for the TensorFlow projector (TSV).")
@click.option("--word2vec", is_flag=True, help="Vectors as gensim loads them.")
def export(db: Path | None, out_dir: Path | None, **options: Any) -> None:
    """Write the index files again into OUT_DIR, or lists for prompt editors, or the tags' vectors.

    --tag-list: name,category,posts,"alias,alias", most used first. --cooccurrence:
    tag_a,tag_b,count. --projector, --word2vec: into OUT_DIR, and then no index files.
    """
    from ..db.connection import open_reading
    from ..db.system_errors import plain_errors
    from ..index import lists as exporting

    paths = (out_dir, options["tag_list"], options["cooccurrence"])
    if not (any(paths) or options["projector"] or options["word2vec"]):
        raise UsageError("give OUT_DIR for the index files, --tag-list FILE or --cooccurrence FILE")
    connection = open_reading(database_path(db))
    with plain_errors(*filter(None, paths)):
        for line in exporting.export(connection, out_dir, **options):
            tell(line)


COMMANDS = (export,)
