"""The command tables: the relations of the database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .shared.options import completed, database_path, db_option, require_utf8, text_format_option


@click.command(
    epilog="""\b
    Example:
      e6duck tables
      e6duck tables posts
      e6duck tables cooccurring"""
)
@click.argument("name", required=False, shell_complete=completed("relation_names"))
@db_option
@text_format_option
def tables(name: str | None, db: Path | None, kind: str | None) -> None:
    """List the tables, views and macros of the database, or the columns of NAME.

    Each is listed with its comment, a table with its number of rows, a macro with an example.
    """
    from ..db.catalog import described, relations
    from ..db.connection import open_reading
    from .shared.formats import format_of
    from .shared.relation_tables import write_described, write_relations

    kind = format_of(None, kind, sys.stdout.isatty())
    with open_reading(database_path(db)) as connection:
        if name is None:
            write_relations(relations(connection), sys.stdout, kind)
        else:
            write_described(*described(connection, require_utf8(name)), sys.stdout, kind)
