"""The commands that look around: search, tag, tables, shell, completion."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from .shared.options import (
    AT_LEAST_1,
    FORMATS,
    NamedPath,
    category_option,
    completed,
    database_path,
    db_option,
    skip_unknown_option,
    target,
    tell,
    whole,
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
@click.option("-f", "--min-posts", type=click.IntRange(min=0), default=0, help="Only so used (0).")
@click.option("--limit", type=AT_LEAST_1, default=20, show_default=True, help="The most tags.")
@click.option("--format", "kind", type=click.Choice(FORMATS[:-1]), help="Default: table or csv.")
@click.option("-o", "--output", type=NamedPath(), help="Write to a file.")
def search(
    pattern: tuple[str, ...], db: Path | None, kind: str | None, output: Path | None, **options: Any
) -> int:
    """Search the tags and their aliases.

    With * or ? PATTERN is that of a whole name, and the most used tags come first. Else a name
    holds all its words, in any order, or is spelt like it; the closest and most used come first.
    Exit code 1: nothing was found.
    """
    from ..db.connection import open_reading
    from ..tags.categories import category_colors
    from ..tags.search import nothing_found, search
    from .shared.formats import format_of
    from .shared.tag_tables import write_tags

    texts = [whole(text) for text in pattern]
    with open_reading(database_path(db)) as connection:
        options["categories"] = [whole(name) for name in options["categories"]]
        answer = search(connection, texts, on_notice=tell, **options).answer()
        with target(output) as file:
            kind = format_of(output, kind, sys.stdout.isatty())
            count = write_tags(answer, category_colors(connection), file, kind)
        if count:
            return 0
        is_filtered = bool(options["categories"] or options["min_posts"])
        tell(nothing_found(connection, texts, is_filtered=is_filtered))
        return 1


@click.command(
    epilog="""\b
    Example:
      e6duck tag fox
      e6duck tag vixen wolf --format json"""
)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME...", shell_complete=completed("tag_names")
)
@db_option
@skip_unknown_option
@click.option("--format", "kind", type=click.Choice(("text", "json")), default="text", help="text.")
def tag(names: tuple[str, ...], db: Path | None, kind: str, skip_unknown: bool) -> None:
    """Show all there is about each tag, by its name or an alias.

    Its counts, aliases and implications (with their depths), the most similar tags, what stands
    with it most often compared with chance, its uses by year, and the wiki where it is loaded.
    """
    from ..db.connection import open_reading
    from ..tags.categories import category_colors
    from ..tags.profile import profiles
    from ..tags.profile_text import screen
    from .shared.terminal import is_colored

    with open_reading(database_path(db)) as connection:
        texts = [whole(name) for name in names]
        found = profiles(connection, texts, skip_unknown=skip_unknown, on_notice=tell)
        colors = category_colors(connection) if is_colored(sys.stdout) else {}
    if kind == "json":
        click.echo(json.dumps([vars(each) for each in found], ensure_ascii=False, indent=1))
        return
    for number, each in enumerate(found):
        lines = screen(each, colors, shutil.get_terminal_size().columns)
        click.echo("\n" * bool(number) + "\n".join(lines))


@click.command(
    epilog="""\b
    Example:
      e6duck tables
      e6duck tables posts
      e6duck tables cooccurring"""
)
@click.argument("name", required=False, shell_complete=completed("relation_names"))
@db_option
@click.option("--format", "kind", type=click.Choice(FORMATS[:-1]), help="Default: table or csv.")
def tables(name: str | None, db: Path | None, kind: str | None) -> None:
    """List the relations and macros of the database, or the columns of NAME.

    Each with its comment; a relation with its rows, a macro with an example to try.
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
            write_described(*described(connection, whole(name)), sys.stdout, kind)


@click.command(
    epilog="""\b
    Example:
      e6duck shell
      e6duck shell --write
      e6duck shell -c 'from tags limit 3'
      e6duck shell -c 'from tags limit 3' -- -csv"""
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@db_option
@click.option("-c", "--command", "sql", metavar="SQL", multiple=True, help="Run SQL and exit.")
@click.option("--write", is_flag=True, help="Let the shell change the database.")
@click.option(
    "--ui",
    type=click.Choice(("duckdb", "harlequin")),
    default="duckdb",
    show_default=True,
    help="Shell to open.",
)
def shell(
    arguments: tuple[str, ...], db: Path | None, sql: tuple[str, ...], write: bool, ui: str
) -> int:
    """Open the database in the DuckDB shell, read-only, with the macros at hand.

    The shell is duckdb on the PATH, or that of the package duckdb-cli. ARGUMENTS go to it.
    """
    from .shells import greeting, run_shell, shell_command

    path = database_path(db)
    command = shell_command(path, arguments, sql=sql, write=write, ui=ui)
    if not sql and sys.stdin and sys.stdin.isatty():
        tell(greeting(path, write=write, ui=ui))
    return run_shell(command)


@click.command(
    epilog="""\b
    Example:
      e6duck completion bash >> ~/.bashrc
      e6duck completion zsh >> ~/.zshrc
      e6duck completion fish > ~/.config/fish/completions/e6duck.fish"""
)
@click.argument("name", metavar="SHELL", type=click.Choice(("bash", "zsh", "fish")))
def completion(name: str) -> None:
    """Print what makes a shell complete commands, options and the names of tags."""
    script = Path(__file__).with_name("completions") / f"e6duck.{name}"
    click.echo(script.read_text(encoding="utf-8"), nl=False)


COMMANDS = (search, tag, tables, shell, completion)
