"""Programs to look at the database with: the DuckDB shell, harlequin."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from .database import open_reading
from .errors import DatabaseError, E6DuckError, UsageError

_OLDEST = (1, 4)  # that opens our files: see database.STORAGE_VERSION
_QUITS = {"duckdb": ".tables, .quit", "harlequin": "Ctrl-Q quits"}
_OPTIONS_WITH_C = ("md", "olumn", "sv")  # -cmd, -column and -csv of the DuckDB shell, less -c
_GET = "pip install 'e6duck[shell]'"


def shell_command(
    path: Path,
    arguments: Sequence[str] = (),
    *,
    sql: Sequence[str] = (),
    write: bool = False,
    ui: str = "duckdb",
) -> list[str]:
    """Return the command that opens a database in a shell, read-only unless write.

    arguments: go to the shell. sql: statements that are run, and then the shell ends. ui: "duckdb"
    or "harlequin". Raises `DatabaseError` where the database is not ours, `E6DuckError` where the
    shell is missing or too old, `UsageError` for SQL among the arguments.
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
    with open_reading(path) as connection:
        ((tag_count, post_count),) = connection.execute(
            "select (select count(*) from tags), (select count(*) from posts)"
        ).fetchall()
    mode = "what you change is kept" if write else "read-only; --write changes it"
    return (
        f"{path}: {tag_count:,} tags on {post_count:,} posts ({mode})\n"
        "Try: from tags limit 10; from search_tags('fo*'); from cooccurring('fox');"
        f" {_QUITS[ui]}"
    )


def run_shell(command: Sequence[str]) -> int:
    """Let the shell take the place of this process; returns its exit code where none can."""
    if os.name == "nt":
        return subprocess.call(command)
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(sys.stdout.fileno(), b"")  # a shell would not tell that standard output is closed
    os.execv(command[0], list(command))


def _check_arguments(arguments: Sequence[str], sql: Sequence[str], ui: str) -> None:
    """Raise `UsageError` for SQL where the shell expects a file, and for what -c does not mean."""
    if arguments and not arguments[0].startswith("-"):
        given = shlex.quote(arguments[0])
        raise UsageError(
            f"{given} is not an option of the shell;"
            f" did you mean: e6duck query {given}, or e6duck shell -c {given}"
        )
    if sql and ui == "harlequin":
        raise UsageError("harlequin runs no SQL that it is given; leave out -c or --ui")
    for each in sql:
        if each in _OPTIONS_WITH_C:
            raise UsageError(f"give the shell its own options after --: e6duck shell -- -c{each}")


def _check(path: Path, write: bool) -> None:
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
        raise E6DuckError(f"{too_old}, and the database needs {needed} or newer; run: {_GET}")
    raise E6DuckError(f"the DuckDB shell is not installed; run: {_GET}")


def _programs(name: str) -> Iterator[str]:
    """Yield where a program is: on the PATH, beside this Python, in its package."""
    spec = find_spec(f"{name}_cli")
    package = Path(spec.origin).parent if spec and spec.origin else None
    for folder in (None, Path(sys.executable).parent, package):
        if found := shutil.which(name, path=folder and str(folder)):
            yield found


def _version(program: str) -> tuple[int, ...]:
    """Return the version that a DuckDB shell says it is, () where it says none."""
    try:
        told = subprocess.run(
            [program, "-version"], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except OSError:
        return ()
    match = re.search(r"v?(\d+)\.(\d+)\.(\d+)", told.stdout)
    return tuple(map(int, match.groups())) if match else ()
