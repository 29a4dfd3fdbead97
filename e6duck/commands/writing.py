"""The command normalize."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from .shared.options import NamedPath, database_path, db_option, quiet_option, tell

_COUNT = click.IntRange(min=0)


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
@click.option("-c", "--config", type=NamedPath(), help="Else normalize.toml.")
@click.option("-f", "-y", "--yes", "--force", is_flag=True, help="Replace files without asking.")
@click.option("--check", is_flag=True, help="List what would change; exit code 3 if any.")
@click.option("--diff", is_flag=True, help="Show what would change.")
@click.option("--explain", is_flag=True, help="Tell what becomes of each piece of one text.")
@click.option("--suggest", is_flag=True, help="Print aliases for frequent unknown pieces.")
@click.option("--undo", is_flag=True, help="Put back what the latest run replaced.")
@click.option("--run", metavar="ID", help="Undo this run.")
@click.option("--backup", type=NamedPath(), help="Folder of the journals.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=NamedPath(),
    help="Each change with its reason: .json, .csv or .html.",
)
@click.option("-k", "--print-topk", metavar="[=N]", type=_COUNT, help="The N (100) top tags.")
@click.option("-j", "--print-implied-topk", metavar="[=N]", type=_COUNT, help="And implied ones.")
@click.option(
    "-s",
    "--stats-categories",
    multiple=True,
    metavar="CATEGORY",
    help="Only these (or unknown) in -k.",
)
@click.option("-b", "--print-blacklist", is_flag=True, help="Print what is blacklisted.")
@click.option("--show-config", is_flag=True, help="Print the rules in force, and from where.")
@click.option("--write-config", is_flag=True, help="Write a commented file with the defaults.")
@click.option("--follow-links", is_flag=True, help="Enter folders that are links.")
@quiet_option
def normalize(db: Path | None, quiet: bool, **options: Any) -> int:
    """Clean caption files: aliases, implied tags, blacklists and names by the rules of a TOML file.

    INPUT_DIR's captions are written to OUTPUT_DIR, or replaced where they are: then you are asked
    first, unless git has them. What was replaced can be put back (--undo). For one text: -
    """
    from .normalize_options import Options
    from .normalize_text import Terminal, normalize
    from .shared.progress import counter

    ask = _ask if sys.stdin and sys.stdin.isatty() else None
    with counter(not quiet and sys.stderr.isatty()) as progress:
        terminal = Terminal(sys.stdin, sys.stdout, tell, ask, progress, quiet)
        return normalize(Options(**options), lambda: database_path(db), terminal)


def _ask(question: str) -> bool:
    return click.confirm(question, err=True)


COMMANDS = (normalize,)
