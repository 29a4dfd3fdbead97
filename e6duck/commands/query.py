"""The command query: SQL on the database, with the result in one of several formats."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import QueryError, UsageError
from .shared.options import (
    FORMATS,
    NamedPath,
    binary_target,
    database_path,
    db_option,
    memory_option,
    require_utf8,
    target,
    tell,
    threads_option,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


# By the beginning of DuckDB's message.
_HINTS = {
    "Permission Error: File system LocalFileSystem has been disabled": (
        "load a file with --table NAME=FILE, write the result with -o FILE, or use --trusted for"
        " SQL of your own"
    ),
    "Permission Error: Loading external extensions is disabled": (
        "use --trusted for SQL of your own, or the DuckDB shell: e6duck shell"
    ),
}
_LONGEST_QUERY = 16 << 20  # bytes


class _Seconds(click.FloatRange):
    """A number of seconds; unlike a FloatRange it refuses nan, which no comparison refuses."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; raises a usage error for one that is not in the range."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not a number of seconds", param, ctx)
        return number


_SECONDS = _Seconds(min=0, min_open=True, max=threading.TIMEOUT_MAX)


def _complete_built_in(
    context: click.Context, parameter: click.Parameter, prefix: str
) -> list[CompletionItem]:
    """Return the built-in queries whose names begin with prefix, each with its description."""
    from click.shell_completion import CompletionItem

    from ..db.saved_queries import saved_queries

    return [
        CompletionItem(script.name, help=script.sentence)
        for script in saved_queries()
        if script.name.startswith(prefix)
    ]


@click.command(
    epilog="""\b
    Example:
      e6duck query "select name, post_count from tags limit 10"
      e6duck query -p tag=fox "from cooccurring(\\$tag) limit 20" --format json
      e6duck query --name top_tags -p category=species
      e6duck query --table mine=captions.csv "from mine join tags using (name)" -o found.csv
      e6duck query --trusted "attach 'my.duckdb' as my; from my.notes join tags using (name)\""""
)
@click.argument("sql", required=False)
@db_option
@click.option(
    "-f",
    "--file",
    "sql_file",
    type=NamedPath(),
    help="Read the SQL from a file; - is standard input.",
)
@click.option(
    "--name", "question", shell_complete=_complete_built_in, help="Run this built-in query."
)
@click.option("--list", "is_list", is_flag=True, help="List the built-in queries.")
@click.option(
    "--show", is_flag=True, help="Print the SQL of the built-in query instead of running it."
)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of $NAME in the SQL; may be repeated.",
)
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME=FILE",
    help="Load your own file as the table NAME; may be repeated.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="Output format; line has one line for each value.  [default: the ending of -o, table on a"
    " terminal, otherwise csv]",
)
@click.option(
    "-o", "--output", type=NamedPath(), help="Write to a file; its ending selects the format."
)
@click.option("--limit", type=click.IntRange(min=0), help="Maximum number of rows.")
@click.option("--all", "is_all", is_flag=True, help="Show all rows on a terminal.")
@click.option("--timeout", type=_SECONDS, help="Maximum number of seconds.")
@click.option(
    "--trusted", is_flag=True, help="Allow file access and spilling to disk; for SQL you trust."
)
@memory_option
@threads_option
@click.option("--in-child", is_flag=True, hidden=True, help="Limit this process itself.")
def query(
    is_list: bool,
    show: bool,
    is_all: bool,
    in_child: bool,
    db: Path | None,
    output: Path | None,
    **options: Any,
) -> None:
    """Query the database with SQL: an argument, -f FILE, or - for standard input.

    The SQL can read only the database and the files given with --table, and it cannot write. On a
    terminal, the result is a table: the first and last rows that fit the screen, and the number of
    rows. Elsewhere it is CSV with all rows and columns, or the format of --format or -o.
    """
    if is_list or show:
        from .shared.built_in_queries import describe

        describe(options["question"], options["kind"], output, is_list)
        return
    timeout, memory = options["timeout"], options["memory_limit"]
    if not (in_child or (timeout is None and memory is None)):
        from .shared.child_process import run_in_child  # slow to import

        context = click.get_current_context()
        context.exit(run_in_child(context, output, timeout))
    is_whole = is_all or options["limit"] is not None
    with _limited(timeout, memory, options["threads"]) if in_child else nullcontext():
        _answer(database_path(db), output, is_whole, **options)


def _limited(
    timeout: float | None, memory: str | None, threads: int | None
) -> AbstractContextManager[None]:
    """Limit the time and the memory of this process."""
    from ..db.connection import memory_size
    from .shared.child_process import limited_process

    size = None if memory is None else memory_size(memory)
    return limited_process(timeout, size, threads or os.cpu_count() or 1)


def _answer(
    database: Path,
    output: Path | None,
    is_whole: bool,
    *,
    kind: str | None,
    timeout: float | None,
    limit: int | None,
    **options: Any,
) -> None:
    """Run the query and write its result; is_whole: with all rows, on a terminal too."""
    from ..db.query import ask, ask_arrow
    from ..db.sandbox import session
    from ..db.saved_queries import require_posts
    from .shared.formats import format_of, write, write_parquet
    from .shared.result_table import rows_of_screen

    found = format_of(output, kind, sys.stdout.isatty(), with_parquet=True)
    name = options["question"]
    sql, parameters = _question(options)
    tables = {name: Path(file) for name, file in _pairs(options.pop("tables")).items()}
    with _with_hints(), session(database, tables=tables, **options) as connection:
        require_posts(connection, sql, name, tell)
        if found == "parquet":
            batches = ask_arrow(
                connection, sql, parameters, timeout=timeout, limit=limit, on_notice=tell
            )
            with binary_target(output) as sink:
                write_parquet(batches, sink)
            return
        answer = ask(connection, sql, parameters, timeout=timeout, limit=limit, on_notice=tell)
        if answer.is_plan and not (kind or output):
            found = "table"
        with target(output) as file:
            write(answer, file, found, shown=None if is_whole else rows_of_screen())


@contextmanager
def _with_hints() -> Iterator[None]:
    """Add a hint to DuckDB's error about what the sandbox forbids."""
    from ..db.errors import out_of_memory

    try:
        yield
    except QueryError as error:
        message = str(error)
        for beginning, hint in _HINTS.items():
            if message.startswith(beginning):
                raise QueryError(f"{message.rstrip()}\n\nhint: {hint}") from error
        raise
    except MemoryError as error:  # in Python, of what DuckDB returned
        raise out_of_memory() from error


def _question(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL from the argument, a file or a built-in query, and its parameters."""
    from ..db.saved_queries import saved_query

    parameters = _pairs(options.pop("params"))
    given = [options.pop(name) for name in ("sql", "sql_file", "question")]
    if sum(each is not None for each in given) != 1:
        raise UsageError("give one of: a query, -f FILE, --name NAME, or - for standard input")
    sql, sql_file, name = given
    if name is not None:
        return saved_query(name, parameters)
    if sql_file is not None or sql == "-":
        return _read(sql_file or Path("-")), parameters
    return require_utf8(sql), parameters


def _read(path: Path) -> str:
    is_input = str(path) == "-"
    if is_input and sys.stdin is None:
        raise UsageError("standard input is closed; give the query as an argument or with -f FILE")
    try:
        with nullcontext(sys.stdin.buffer) if is_input else path.open("rb") as file:
            content = file.read(_LONGEST_QUERY + 1)
        if len(content) > _LONGEST_QUERY:
            raise UsageError(
                f"{'the query' if is_input else path} is longer than 16 MiB; load data with"
                " --table NAME=FILE"
            )
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{'the query' if is_input else path} is not valid UTF-8: {error}"
        ) from error


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = require_utf8(text).partition("=")
        if not (name and equals):
            raise UsageError(f'"{text}" is not of the form NAME=VALUE')
        if name in pairs:
            raise UsageError(f"{name} is given twice")
        pairs[name] = value
    return pairs
