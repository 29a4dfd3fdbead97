"""The command shell: opens the database in the DuckDB shell, or in harlequin."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ..errors import DatabaseError, E6DuckError, UsageError
from .shared.options import database_path, db_option, tell

_OLDEST = (1, 4)  # the first that opens our files: see STORAGE_VERSION in db/connection.py
_HINTS = {"duckdb": ".tables, .quit", "harlequin": "Ctrl-Q quits"}
_OPTIONS_WITH_C = ("md", "olumn", "sv")  # -cmd, -column and -csv of the DuckDB shell, without -c
_INSTALL = "pip install 'e6duck[shell]'"


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
    """Open the database in the DuckDB shell, read-only, with the macros ready to use.

    The shell is the program duckdb on the PATH, or that of the package duckdb-cli. ARGUMENTS are
    passed on to it.
    """
    path = database_path(db)
    command = shell_command(path, arguments, sql=sql, write=write, ui=ui)
    if not sql and sys.stdin and sys.stdin.isatty():
        tell(greeting(path, write=write, ui=ui))
    return run_shell(command)


def shell_command(
    path: Path,
    arguments: Sequence[str] = (),
    *,
    sql: Sequence[str] = (),
    write: bool = False,
    ui: str = "duckdb",
) -> list[str]:
    """Return the command that opens a database in a shell, read-only unless write.

    arguments: passed on to the shell. sql: statements to run, after which the shell ends. ui:
    "duckdb" or "harlequin". Raises `DatabaseError` if the file is not an e6duck database,
    `E6DuckError` if the shell is missing or too old, `UsageError` for SQL among the arguments.
    """
    _check_arguments(arguments, sql, ui)
    _check(path, write)
    if ui == "harlequin":
        read_only = [] if write else ["--read-only"]
        return [_harlequin(), *read_only, *arguments, str(path.resolve())]
    read_only = [] if write else ["-readonly"]
    run = [word for each in sql for word in ("-c", each)]
    return [_duckdb(), *read_only, *arguments, *run, str(path.resolve())]


def greeting(path: Path, *, write: bool = False, ui: str = "duckdb") -> str:
    """Return two lines: what the database holds, and what to try."""
    from ..db.connection import open_reading

    with open_reading(path) as connection:
        ((tag_count, post_count),) = connection.execute(
            "select (select count(*) from tags), (select count(*) from posts)"
        ).fetchall()
    mode = "your changes are saved" if write else "read-only; use --write to change it"
    return (
        f"{path}: {tag_count:,} tags on {post_count:,} posts ({mode})\n"
        "Try: from tags limit 10; from search_tags('fo*'); from cooccurring('fox');"
        f" {_HINTS[ui]}"
    )


def run_shell(command: Sequence[str]) -> int:
    """Replace this process by the shell; on Windows, run the shell and return its exit code."""
    if os.name == "nt":
        import subprocess

        return subprocess.call(command)
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(
        sys.stdout.fileno(), b""
    )  # fails if standard output is closed; the shell would say nothing
    os.execv(command[0], list(command))


def _check_arguments(arguments: Sequence[str], sql: Sequence[str], ui: str) -> None:
    """Raise `UsageError` for SQL without -c, and for an option of the shell that is read as -c."""
    if arguments and not arguments[0].startswith("-"):
        given = shlex.quote(arguments[0])
        raise UsageError(
            f"{given} is not an option of the shell;"
            f" did you mean: e6duck query {given}, or e6duck shell -c {given}"
        )
    if sql and ui == "harlequin":
        raise UsageError("harlequin cannot run SQL from the command line; leave out -c or --ui")
    for each in sql:
        if each in _OPTIONS_WITH_C:
            raise UsageError(f"give the shell its own options after --: e6duck shell -- -c{each}")


def _check(path: Path, write: bool) -> None:
    from ..db.connection import open_reading

    open_reading(path).close()
    if write and not os.access(path, os.W_OK):
        raise DatabaseError(f"{path} is not writable; leave out --write")


def _harlequin() -> str:
    for program in _programs("harlequin"):
        return program
    raise E6DuckError("harlequin is not installed; run: pip install harlequin")


def _duckdb() -> str:
    """Return the first DuckDB shell that is new enough."""
    too_old = ""
    for program in _programs("duckdb"):
        version = _version(program)
        if version >= _OLDEST:
            return program
        too_old = f"{program} is DuckDB {'.'.join(map(str, version)) or 'of an unknown version'}"
    if too_old:
        needed = ".".join(map(str, _OLDEST))
        raise E6DuckError(f"{too_old}, and the database needs {needed} or newer; run: {_INSTALL}")
    raise E6DuckError(f"the DuckDB shell is not installed; run: {_INSTALL}")


def _programs(name: str) -> Iterator[str]:
    """Yield the places of a program: on the PATH, beside this Python, in its package."""
    from importlib.util import find_spec

    spec = find_spec(f"{name}_cli")
    package = Path(spec.origin).parent if spec and spec.origin else None
    for folder in (None, Path(sys.executable).parent, package):
        if found := shutil.which(name, path=folder and str(folder)):
            yield found


def _version(program: str) -> tuple[int, ...]:
    """Return the version that a DuckDB shell prints, () if it prints none."""
    import subprocess

    try:
        ended = subprocess.run(
            [program, "-version"], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except OSError:
        return ()
    match = re.search(r"v?(\d+)\.(\d+)\.(\d+)", ended.stdout)
    return tuple(map(int, match.groups())) if match else ()
