"""The command line: registers the commands, runs one, and ends with its exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
import threading

import click

from .commands import asking, comparing, getting, looking, making, reviewing, writing
from .commands.arguments import tell
from .errors import E6DuckError, Interruption
from .interrupts import is_interrupt

_INTERRUPTED = 130
_STDOUT, _STDERR = 1, 2
_UNWAITED = "e6duck als"  # als.THREAD, which is not imported for each command
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    _open_streams()
    try:
        code = commands(standalone_mode=False)
        sys.stdout.flush()
    except E6DuckError as error:
        tell(f"e6duck: {error}")
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


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="e6duck")
def commands() -> None:
    """Turn the tag export of e621 into one DuckDB database, and ask it."""


for _module in (making, getting, looking, asking, comparing, reviewing, writing):
    for _command in _module.COMMANDS:
        commands.add_command(_command)
