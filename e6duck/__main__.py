"""The command line: its commands, its help, and the exit code that a command ends with.

Runs as `e6duck` and as `python -m e6duck`.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from .commands.shared.options import tell
from .commands.shared.streams import drop_output, open_streams
from .commands.shared.terminal import is_forced
from .db.did_you_mean import did_you_mean
from .db.interrupts import EndingSignal, ending_signals, is_interrupt, is_refused_file
from .db.locate import database_path
from .errors import DatabaseError, E6DuckError, E6DuckWarning, Interruption

_show_other_warning = warnings.showwarning
# What the help lists, in this order; each line fits 80 columns.
_SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Build": {
        "fetch": "Download the newest export of the site.",
        "build": "Build the database and the index files from an export.",
        "import": "Make a database from index files alone, such as e6db's.",
        "train": "Train the tag vectors that neighbors compares.",
        "export": "Write index files, tag lists or vectors for other programs.",
    },
    "Explore": {
        "query": "Query the database with SQL.",
        "tables": "List the tables, views and macros, or the columns of one.",
        "search": "Search tags and aliases by words or a pattern.",
        "tag": "Show everything about a tag.",
        "neighbors": "Show or draw the tags that are most similar to a tag.",
        "stats": "Show statistics of the database, or draw them.",
        "diff": "Show what changed since an older build.",
        "shell": "Open the database in the DuckDB shell.",
    },
    "Captions": {"normalize": "Clean caption files: aliases, implied tags, blacklists."},
    "Setup": {"completion": "Print the completion script of a shell."},
}
_SUMMARIES = {name: text for section in _SECTIONS.values() for name, text in section.items()}
# Where a command is if not in the module of its name.
_MODULES = {"import": "import_", "normalize": "normalize.command"}


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    open_streams()
    warnings.showwarning = _show_warning
    with ending_signals() as ending:
        code = _run(ending)
    sys.exit(code)


def _run(ending: EndingSignal) -> int:
    """Run the command line and report what ends it early; returns the exit code."""
    try:
        code = commands(standalone_mode=False)
        sys.stdout.flush()
    except E6DuckError as error:
        tell(f"e6duck: {_with_flags(error)}")
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        return _interrupted(error, ending)
    except (BrokenPipeError, SystemExit):  # click turns the first into the second
        drop_output()  # the reader, such as head or less, needs no more
        return 0
    except OSError as error:
        if ending.is_received:  # such as the terminal, which is gone after SIGHUP
            return _interrupted(error, ending)
        if error.filename:
            raise
        reason = "it is closed" if error.errno == errno.EBADF else error.strerror or error
        tell(f"e6duck: standard output cannot be written: {reason}")
        drop_output()
        return 1
    except RuntimeError as error:
        if not is_interrupt(error):
            raise
        return _interrupted(error, ending)
    except Exception as error:
        if not is_refused_file(error):
            raise
        tell(f"e6duck: the database reads files, as e6duck makes none; do not use it ({error})")
        return 1
    return code if isinstance(code, int) else 0


def _show_warning(
    message: Warning | str, category: type[Warning], *place: Any, **more: Any
) -> None:
    """Print a warning of ours as one line, and any other as Python does."""
    if issubclass(category, E6DuckWarning):
        tell(f"warning: {message}")
    else:
        _show_other_warning(message, category, *place, **more)


def _with_flags(error: E6DuckError) -> str:
    """Return the message of an error with the flags of the options that it names.

    The library names parameters (`min_posts`), the command line flags (`--min-posts`).
    """
    flags = {
        parameter.name: max(parameter.opts, key=len)
        for command in all_commands().values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
    message = str(error)
    for name in error.options:
        flag = flags.get(name, f"--{name.replace('_', '-')}")
        # Whole words, and not the parts of a path.
        message = re.sub(rf"(?<![\w./\\-]){re.escape(name)}(?![\w/\\-]|\.\w)", flag, message)
    return message


def _interrupted(error: BaseException, ending: EndingSignal) -> int:
    """Report which signal ended the command, and the state of the files; returns the exit code.

    Ends the process at once if another thread is still working. That is ALS: Python would wait for
    the end of its iteration, and as a daemon thread it sometimes hung in BLAS while Python ended.
    """
    cause = error.__cause__ if isinstance(error, click.Abort) else error  # click's own class
    state = str(cause) if isinstance(cause, Interruption) else ""
    with suppress(OSError):  # the terminal may be gone
        tell("; ".join(filter(None, [ending.word, state])))
    others = set(threading.enumerate()) - {threading.main_thread()}
    if not all(thread.daemon for thread in others):
        os._exit(ending.exit_code)
    return ending.exit_code


def all_commands() -> dict[str, click.Command]:
    """Return the commands by their names, all of them imported."""
    return {name: _import_command(name) for name in sorted(_SUMMARIES)}


def _import_command(name: str) -> click.Command:
    module = import_module(f".commands.{_MODULES.get(name, name)}", __package__)
    command: click.Command = getattr(module, "import_" if name == "import" else name)
    command.short_help = _SUMMARIES[name]
    command.callback = _damage_explained(command.callback)
    return command


def _damage_explained(work: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """Return a callback that raises `DatabaseError` where DuckDB finds that a database is damaged.

    DuckDB reads a block, and compares its checksum, only when it is needed.
    """
    if work is None or hasattr(work, "__wrapped__"):
        return work

    @wraps(work)
    def explained(**options: Any) -> Any:
        try:
            return work(**options)
        except Exception as error:
            if not ("duckdb" in sys.modules and (reason := _damage_reason(error))):
                raise
            named = " or ".join(map(str, _databases(options)))
            raise DatabaseError(
                f"{named} is damaged ({reason}); build it again with: e6duck build"
            ) from error

    return explained


def _damage_reason(error: Exception) -> str | None:
    from .db.errors import damage_reason

    return damage_reason(error)


def _databases(options: Mapping[str, Any]) -> list[Path]:
    """Return the databases that a command reads, by its options."""
    named = options.get("db") or options.get("data_dir")
    return [database_path(named), *(database_path(old) for old in [options.get("old")] if old)]


class _Sections(click.Group):
    """A group whose help lists the commands in sections, and that imports the one that runs.

    To import all of them would take 10 ms of each command, a sixth of `e6duck --help`.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return sorted(_SUMMARIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; returns None for an unknown name that is an option or to be completed.

        Any other unknown name raises `click.UsageError` with the closest name: click would look for
        that among commands that were added.
        """
        if cmd_name in _SUMMARIES:
            return _import_command(cmd_name)
        if ctx.resilient_parsing or cmd_name.startswith("-"):
            return None
        raise click.UsageError(
            f"No such command '{cmd_name}'{did_you_mean(cmd_name, _SUMMARIES)}", ctx
        )

    def format_commands(
        self,
        ctx: click.Context,
        formatter: click.HelpFormatter,  # as click names it
    ) -> None:
        """Write a section for each kind of command, with all names in one width."""
        width = max(map(len, _SUMMARIES))
        for title, summaries in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), text) for name, text in summaries.items()])


@click.group(
    cls=_Sections,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="When to use colors; auto: on a terminal, unless NO_COLOR or FORCE_COLOR is set.",
)
@click.version_option(package_name="e6duck")
@click.pass_context
def commands(context: click.Context, color: str) -> None:
    """Turn the tag export of e621 into one DuckDB database, and query it."""
    if color != "auto":
        wish, other = ("FORCE_COLOR", "NO_COLOR")[:: 1 if color == "always" else -1]
        context.with_resource(_environment({wish: "1", other: None}))
    if is_forced():
        context.color = True  # otherwise click removes the colors


@contextmanager
def _environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables, or unset those with None, while the block runs."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


if __name__ == "__main__":
    main()
