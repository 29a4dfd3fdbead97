"""Options and argument types that several commands share, and the outputs that they write to."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from ...db.locate import DATABASE, PLACES
from ...db.locate import database_path as database_path
from ...errors import E6DuckError, UsageError
from .streams import terminal_columns

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FORMATS = ("table", "line", "csv", "tsv", "json", "jsonl", "markdown", "parquet")
AT_LEAST_1 = click.IntRange(min=1)


class NamedPath(click.Path):
    """A path that is not empty; an empty one, as from an unset variable, would mean this folder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; raises a usage error for an empty text."""
        if value == "":
            self.fail("it is empty; name a file or a folder", param, ctx)
        return super().convert(value, param, ctx)


class FolderPath(NamedPath):
    """The path of a folder; a shell completes only folders."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return what makes a shell complete the names of folders."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="dir")]


class DatabasePath(NamedPath):
    """The path of a database to write; one that ends in a slash is a folder for e6.duckdb."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; raises a usage error for an empty text."""
        path = super().convert(value, param, ctx)
        is_folder = isinstance(value, str) and value.endswith(("/", os.sep))
        return path / DATABASE if is_folder else path


db_option = click.option(
    "--db",
    type=NamedPath(),
    help="Database.  [default: $E6DUCK_DB, ./e6.duckdb or ./data/e6.duckdb]",
)
memory_option = click.option(
    "--memory-limit", metavar="SIZE", help="Maximum memory for DuckDB, such as 2GB."
)
threads_option = click.option(
    "--threads", type=click.IntRange(1, 1024), help="Number of threads.  [default: all cores]"
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary.")


def completed(names: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes an argument; names: the function of db.completion that lists them."""

    def complete(context: click.Context, parameter: click.Parameter, prefix: str) -> list[str]:
        from ...db import completion

        try:
            found: list[str] = getattr(completion, names)(
                database_path(context.params.get("db")), prefix
            )
        except (E6DuckError, UnicodeError):  # a shell shows no message here
            return []
        return found

    return complete


category_option = click.option(
    "-c",
    "--category",
    "categories",
    multiple=True,
    metavar="NAME",
    shell_complete=completed("category_names"),
    help="Only tags of this category; may be repeated.",
)
skip_unknown_option = click.option(
    "--skip-unknown", is_flag=True, help="Skip tags that are unknown or unusable, with a warning."
)
text_format_option = click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS[:-1]),
    help="Output format.  [default: table on a terminal, otherwise csv]",
)


def tell(text: str) -> None:
    """Write a text for the user to standard error."""
    if not sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)
        return
    from ...db.results.values import shielded
    from .progress import erased_bars

    with erased_bars():
        print(shielded(text), file=sys.stderr, flush=True)


def tell_summary(text: str) -> None:
    """Write the lines of a summary to standard error; a terminal gets them folded, in color."""
    if sys.stderr.isatty():
        from ...db.results.values import shielded
        from .summaries import screen_lines
        from .terminal import is_colored

        lines = screen_lines(shielded(text), terminal_columns(), is_colored=is_colored(sys.stderr))
        text = "\n".join(lines)
    print(text, file=sys.stderr, flush=True)


def tell_place(database: Path) -> None:
    """Write how the other commands find a database, unless they find it by default."""
    if not any(place.exists() and place.samefile(database) for place in PLACES):
        name = "set" if os.name == "nt" else "export"
        path = shlex.quote(str(database.resolve()))
        tell(f"to use it from anywhere: {name} E6DUCK_DB={path}")


def require_utf8(text: str) -> str:
    """Return an argument; raises `UsageError` if it is not valid UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"an argument is not valid UTF-8: {text!a}") from error
    return text


@contextmanager
def target(output: Path | None) -> Iterator[TextIO]:
    """Give the file to write text to: standard output, or a draft that replaces output."""
    if output is None or str(output) == "-":
        yield sys.stdout
        return
    with _written(output) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def binary_target(output: Path | None) -> Iterator[BinaryIO]:
    """Give the file to write bytes to, as `target` does; raises `UsageError` for a terminal."""
    if output is None or str(output) == "-":
        if sys.stdout.isatty():
            raise UsageError("parquet is not text; name a file with -o FILE.parquet")
        yield sys.stdout.buffer
        return
    with _written(output) as draft, draft.open("wb") as file:
        yield file


@contextmanager
def _written(output: Path) -> Iterator[Path]:
    from ... import files  # imports secrets, which would slow down completion

    try:
        with files.draft(files.through_link(output)) as draft:
            yield draft
    except OSError as error:
        raise E6DuckError(f"{output} cannot be written: {error.strerror or error}") from error
