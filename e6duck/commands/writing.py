"""The commands that write files for other programs: export, normalize."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from .shared.options import FolderPath, NamedPath, database_path, db_option, quiet_option, tell

_COUNT = click.IntRange(min=0)


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
    from ..db.errors import plain_errors
    from ..index import lists as exporting

    paths = (out_dir, options["tag_list"], options["cooccurrence"])
    if not (any(paths) or options["projector"] or options["word2vec"]):
        raise UsageError("give OUT_DIR for the index files, --tag-list FILE or --cooccurrence FILE")
    connection = open_reading(database_path(db))
    with plain_errors(*filter(None, paths)):
        for line in exporting.export(connection, out_dir, **options):
            tell(line)


class _OptionalCounts(click.Command):
    """Takes -k and -j without a number for 100, so that a folder is never taken for it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give the options their number, up to where all are arguments."""
        whole = {"--print-topk": "-k100", "--print-implied-topk": "-j100"}
        end = args.index("--") if "--" in args else len(args)
        given = [
            f"{each}100" if re.fullmatch("-[bfqy]*[kj]", each) else whole.get(each, each)
            for each in args[:end]
        ]
        return super().parse_args(ctx, given + args[end:])


@click.command(
    cls=_OptionalCounts,
    epilog="""\b
    Example:
      e6duck normalize ~/dataset --diff
      e6duck normalize ~/dataset ~/clean --report changes.html
      e6duck normalize ~/dataset --undo
      e6duck normalize - --explain < caption.txt""",
)
@click.argument("input_dir", required=False, type=NamedPath(allow_dash=True))
@click.argument("output_dir", required=False, type=NamedPath())
@db_option
@click.option(
    "-c", "--config", type=NamedPath(), help="Rules; default: normalize.toml, also above."
)
@click.option("-f", "-y", "--yes", "--force", is_flag=True, help="Replace files without asking.")
@click.option("--check", is_flag=True, help="List files to change; exit code 3 if there are any.")
@click.option("--diff", is_flag=True, help="Show the changes without writing them.")
@click.option("--explain", is_flag=True, help="Show what becomes of each piece of one text.")
@click.option("--suggest", is_flag=True, help="Print aliases for frequent unknown pieces.")
@click.option("--undo", is_flag=True, help="Put back what the latest run replaced.")
@click.option("--run", metavar="ID", help="The run to undo; default: the latest.")
@click.option("--backup", type=NamedPath(), help="Folder for the journals, with what was replaced.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=NamedPath(),
    help="Each change with its reason: .json, .csv or .html.",
)
@click.option("-k", "--print-topk", metavar="[=N]", type=_COUNT, help="The N (100) top tags.")
@click.option(
    "-j", "--print-implied-topk", metavar="[=N]", type=_COUNT, help="The N (100) top implied tags."
)
@click.option(
    "-s",
    "--stats-categories",
    multiple=True,
    metavar="CATEGORY",
    help="Only this category (or unknown) in -k.",
)
@click.option("-b", "--print-blacklist", is_flag=True, help="Print the blacklisted tags.")
@click.option("--show-config", is_flag=True, help="Print the rules in force, and from where.")
@click.option("--write-config", is_flag=True, help="Write a commented file with the defaults.")
@click.option("--all-text", is_flag=True, help="Also text files without an image beside them.")
@click.option("--follow-links", is_flag=True, help="Enter folders that are links.")
@quiet_option
def normalize(db: Path | None, quiet: bool, **options: Any) -> int:
    """Clean caption files: aliases, implied tags, blacklists and names by the rules of a TOML file.

    INPUT_DIR's captions are written to OUTPUT_DIR, or replaced where they are: then you are asked
    first. What was replaced can be put back (--undo). For one text: -

    A .txt or .cap* file is a caption if an image or video of the same name is beside it, or if its
    folder holds nothing but captions (and normalize.toml). Names such as README.txt, LICENSE.txt
    and requirements.txt are never captions. --all-text takes the others, and a pattern of your own
    in include_filename_regexp all that it matches.
    """
    from .normalize_options import Options
    from .normalize_text import Terminal, normalize
    from .shared.progress import counter

    ask = _ask if sys.stdin and sys.stdin.isatty() else None
    with counter(not quiet and sys.stderr.isatty()) as progress:
        terminal = Terminal(sys.stdin, sys.stdout, tell, ask, progress, quiet)
        return normalize(Options(**options), lambda: database_path(db), terminal)


def _ask(question: str) -> bool:
    from ..db.results.values import shielded

    return click.confirm(shielded(question), err=True)


COMMANDS = (export, normalize)
