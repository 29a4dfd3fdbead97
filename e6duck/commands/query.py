"""The command that asks in SQL: query."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from .shared.options import (
    FORMATS,
    NamedPath,
    binary_target,
    database_path,
    db_option,
    memory_option,
    target,
    tell,
    threads_option,
    whole,
)

_SECONDS = click.FloatRange(min=0, min_open=True, max=threading.TIMEOUT_MAX)


@click.command(
    epilog="""\b
    Example:
      e6duck query "select name, post_count from tags limit 10"
      e6duck query -p tag=fox "from cooccurring(\\$tag) limit 20" --format json
      e6duck query --name top_tags -p category=species
      e6duck query --table mine=captions.csv "from mine join tags using (name)" -o found.csv"""
)
@click.argument("sql", required=False)
@db_option
@click.option("-f", "--file", "sql_file", type=NamedPath(), help="SQL from a file.")
@click.option("--name", "question", help="Ask a question that is shipped.")
@click.option("--list", "is_list", is_flag=True, help="List the questions that are shipped.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="For $NAME.")
@click.option("--table", "tables", multiple=True, metavar="NAME=FILE", help="Join your own file.")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: table or csv.")
@click.option("-o", "--output", type=NamedPath(), help="Write to a file.")
@click.option("--limit", type=click.IntRange(min=0), help="The most rows.")
@click.option("--timeout", type=_SECONDS, help="In seconds.")
@click.option("--trusted", is_flag=True, help="Your own SQL: it may use files, and spill.")
@memory_option
@threads_option
def query(is_list: bool, db: Path | None, output: Path | None, **options: Any) -> None:
    """Ask the database in SQL: an argument, -f FILE, or - for standard input.

    The query can read the database alone (and files given with --table), and write nothing. On a
    terminal the answer is a table; elsewhere all values are whole, as CSV or what --format says.
    """
    from ..db import query as asking
    from ..db.saved_queries import listed, require_posts
    from .shared.formats import format_of, write, write_parquet

    limits = {name: options.pop(name) for name in ("timeout", "limit")}
    kind = format_of(output, options.pop("kind"), sys.stdout.isatty())
    if is_list:
        with target(output) as file:
            write(listed(), file, kind)
        return
    question_name = options["question"]
    sql, parameters = _question(options)
    tables = {name: Path(file) for name, file in _pairs(options.pop("tables")).items()}
    with asking.session(database_path(db), tables=tables, **options) as connection:
        require_posts(connection, sql, question_name, tell)
        if kind == "parquet":
            with binary_target(output) as sink:
                write_parquet(asking.ask_arrow(connection, sql, parameters, **limits), sink)
        else:
            answer = asking.ask(connection, sql, parameters, **limits)
            with target(output) as file:
                write(answer, file, kind)


def _question(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL, from wherever it comes, and its parameters."""
    from ..db.saved_queries import question

    parameters = _pairs(options.pop("params"))
    given = [options.pop(name) for name in ("sql", "sql_file", "question")]
    if sum(each is not None for each in given) != 1:
        raise UsageError("give one of: a query, -f FILE, --name NAME, or - for standard input")
    sql, sql_file, name = given
    if name is not None:
        return question(name, parameters)
    if sql_file is not None or sql == "-":
        return _read(sql_file or Path("-")), parameters
    return whole(sql), parameters


def _read(path: Path) -> str:
    is_input = str(path) == "-"
    if is_input and sys.stdin is None:
        raise UsageError("standard input is closed; give the query otherwise")
    try:
        content = sys.stdin.buffer.read() if is_input else path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{'the query' if is_input else path} is no UTF-8: {error}") from error


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = whole(text).partition("=")
        if not (name and equals):
            raise UsageError(f'"{text}" is not of the form NAME=VALUE')
        if name in pairs:
            raise UsageError(f"{name} is given twice")
        pairs[name] = value
    return pairs


COMMANDS = (query,)
