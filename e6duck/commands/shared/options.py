"""What the commands share: where the database is, where text goes, what an argument may be."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from ...db.locate import DATABASE
from ...db.locate import PLACES as PLACES
from ...db.locate import database_path as database_path
from ...errors import E6DuckError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FORMATS = ("table", "line", "csv", "tsv", "json", "jsonl", "markdown", "parquet")
AT_LEAST_1 = click.IntRange(min=1)


class NamedPath(click.Path):
    """A path; an empty one, as of a variable that is not set, is not taken for this folder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; raises a usage error for an empty text."""
        if value == "":
            self.fail("it is empty; name a file or a folder", param, ctx)
        return super().convert(value, param, ctx)


class FolderPath(NamedPath):
    """A path of a folder; a shell completes folders alone."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return what makes a shell complete folders."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="dir")]


class DatabasePath(NamedPath):
    """A path of a database to write; e6.duckdb in a folder where it ends like one, in a slash."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; raises a usage error for an empty text."""
        path = super().convert(value, param, ctx)
        is_folder = isinstance(value, str) and value.endswith(("/", os.sep))
        return path / DATABASE if is_folder else path


db_option = click.option(
    "--db",
    type=NamedPath(),
    help="The database; else $E6DUCK_DB, ./e6.duckdb or ./data/e6.duckdb.",
)
memory_option = click.option("--memory-limit", metavar="SIZE", help='Such as "2GB".')
threads_option = click.option("--threads", type=click.IntRange(1, 1024), help="Default: all cores.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress and no summary.")


def completed(names: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes an argument: the function of completing that names the names."""

    def complete(context: click.Context, parameter: click.Parameter, prefix: str) -> list[str]:
        from ...db import completion

        try:
            found: list[str] = getattr(completion, names)(
                database_path(context.params.get("db")), prefix
            )
        except (E6DuckError, UnicodeError):  # there is nobody to tell
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
    help="Only this category.",
)


skip_unknown_option = click.option(
    "--skip-unknown", is_flag=True, help="Warn of tags that are unknown or unusable, and go on."
)


def tell(text: str) -> None:
    """Tell the user text, on standard error."""
    if sys.stderr.isatty():
        from ...db.results.values import shielded

        text = shielded(text)
    print(text, file=sys.stderr, flush=True)  # a progress bar makes room for it


def tell_summary(text: str) -> None:
    """Tell lines with heads, on standard error; a terminal shows them folded and in colour."""
    if sys.stderr.isatty():
        from ...db.results.values import shielded
        from .summaries import screen_lines
        from .terminal import is_colored

        columns = shutil.get_terminal_size((0, 0)).columns  # of standard output, or $COLUMNS
        width = columns or os.get_terminal_size(sys.stderr.fileno()).columns or 80
        lines = screen_lines(shielded(text), width, is_colored=is_colored(sys.stderr))
        text = "\n".join(lines)
    print(text, file=sys.stderr, flush=True)


def whole(text: str) -> str:
    """Return an argument; raises `UsageError` where bytes in it are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"an argument is no UTF-8: {text!a}") from error
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
    """Give the file to write bytes to, likewise; a terminal takes none."""
    if output is None or str(output) == "-":
        if sys.stdout.isatty():
            raise UsageError("parquet is no text; name a file with -o FILE.parquet")
        yield sys.stdout.buffer
        return
    with _written(output) as draft, draft.open("wb") as file:
        yield file


@contextmanager
def _written(output: Path) -> Iterator[Path]:
    from ... import files  # with what makes random names, which a completion has no time for

    try:
        with files.draft(output) as draft:
            yield draft
    except OSError as error:
        raise E6DuckError(f"{output} cannot be written: {error.strerror or error}") from error
