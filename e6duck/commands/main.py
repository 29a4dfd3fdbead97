"""The command line: registers the commands, runs one, and ends with its exit code."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import click

from ..errors import E6DuckError
from . import export, fetch, looking, making, neighbors, query, reviewing, writing
from .shared.options import tell

_INTERRUPTED = 130
_UNWAITED = "e6duck als"  # als.THREAD, which is not imported for each command
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
        getattr(sys, name).reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = commands(standalone_mode=False)
        sys.stdout.flush()
    except E6DuckError as error:
        tell(f"e6duck: {error}")
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        tell("interrupted")
        code = _INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click makes the one into the other
        # The reader (head, less) has seen enough; nobody is left to tell.
        _drop_output()
        code = 0
    except OSError as error:
        if error.filename:
            raise
        tell(f"e6duck: standard output cannot be written: {error.strerror or error}")
        _drop_output()
        code = 1
    if any(thread.name == _UNWAITED for thread in threading.enumerate()):
        os._exit(code)  # sys.exit would wait until an iteration has ended
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """Let what is still to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="e6duck")
def commands() -> None:
    """Turn the tag export of e621 into one DuckDB database, and ask it."""


for _module in (making, fetch, looking, query, neighbors, reviewing, export, writing):
    for _command in _module.COMMANDS:
        commands.add_command(_command)
