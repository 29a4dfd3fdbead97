"""The command line: registers the commands, runs one, and ends with its exit code."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from ..db.interrupts import is_interrupt
from ..errors import E6DuckError, Interruption
from . import export, fetch, looking, making, neighbors, normalize, query, reviewing
from .shared.options import tell
from .shared.terminal import is_forced

_INTERRUPTED = 130
_STDOUT, _STDERR = 1, 2
_UNWAITED = "e6duck als"  # als.THREAD, which is not imported for each command
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# What the help lists, in this order: a line for each command that fits 80 columns.
_SECTIONS = {
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


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    _open_streams()
    try:
        code = commands(standalone_mode=False)
        sys.stdout.flush()
    except E6DuckError as error:
        tell(f"e6duck: {_with_flags(error)}")
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort) as error:
        code = _interrupted(error)
    except (BrokenPipeError, SystemExit):  # click makes the one into the other
        # The reader (head, less) has seen enough; nobody is left to tell.
        _drop_output()
        code = 0
    except OSError as error:
        if error.filename:
            raise
        reason = "it is closed" if error.errno == errno.EBADF else error.strerror or error
        tell(f"e6duck: standard output cannot be written: {reason}")
        _drop_output()
        code = 1
    except RuntimeError as error:
        if not is_interrupt(error):
            raise
        code = _interrupted(error)
    if any(thread.name == _UNWAITED for thread in threading.enumerate()):
        os._exit(code)  # sys.exit would wait until an iteration has ended
    sys.exit(code if isinstance(code, int) else 0)


def _with_flags(error: E6DuckError) -> str:
    """Return the message of an error with the flags of the options that it names.

    The library names parameters (`min_posts`), the command line flags (`--min-posts`).
    """
    flags = {
        parameter.name: max(parameter.opts, key=len)
        for command in commands.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
    message = str(error)
    for name in error.options:
        flag = flags.get(name, f"--{name.replace('_', '-')}")
        # Whole words, and not the parts of a path.
        message = re.sub(rf"(?<![\w./\\-]){re.escape(name)}(?![\w/\\-]|\.\w)", flag, message)
    return message


def _open_streams() -> None:
    """Give standard input, output and error a place where the caller has closed them.

    Else a file of ours, such as the database, would have their numbers. Writing to a standard
    output that was closed fails: no result is lost without a message.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(number)
    if sys.stdout is None:
        os.dup2(os.open(os.devnull, os.O_RDONLY), _STDOUT)
        sys.stdout = open(_STDOUT, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(_STDERR, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _interrupted(error: BaseException) -> int:
    """Say that Ctrl-C has ended the command, and how the files are; returns the exit code."""
    cause = error.__cause__ if isinstance(error, click.Abort) else error  # click's own class
    state = str(cause) if isinstance(cause, Interruption) else ""
    tell("; ".join(filter(None, ["interrupted", state])))
    return _INTERRUPTED


def _drop_output() -> None:
    """Let what is still to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Sections(click.Group):
    """A group whose help lists the commands in sections."""

    def format_commands(
        self,
        ctx: click.Context,
        formatter: click.HelpFormatter,  # as click names it
    ) -> None:
        """Write a section for each kind of command, the names of all in one width."""
        width = max(map(len, self.commands))
        for title, summaries in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), text) for name, text in summaries.items()])


@click.group(cls=_Sections, context_settings=_CONTEXT)
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="auto: on a terminal, as NO_COLOR and FORCE_COLOR say.",
)
@click.version_option(package_name="e6duck")
@click.pass_context
def commands(context: click.Context, color: str) -> None:
    """Turn the tag export of e621 into one DuckDB database, and query it."""
    if color != "auto":
        wish, other = ("FORCE_COLOR", "NO_COLOR")[:: 1 if color == "always" else -1]
        context.with_resource(_environment({wish: "1", other: None}))
    if is_forced():
        context.color = True  # else click takes the colours out


@contextmanager
def _environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables of the environment, or unset those that are None, while the block runs."""
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


for _module in (making, fetch, looking, query, neighbors, reviewing, export, normalize):
    for _command in _module.COMMANDS:
        commands.add_command(_command)
for _summaries in _SECTIONS.values():
    for _name, _summary in _summaries.items():
        commands.commands[_name].short_help = _summary
