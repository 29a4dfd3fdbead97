"""Run a command again in a process of its own, which the system ends at its limits.

DuckDB's own limits are not enough: some functions allocate memory that it does not count, and some
steps, such as planning, do not end when they are interrupted.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from ...errors import E6DuckError, QueryError
from .options import tell

IN_CHILD = "--in-child"  # the hidden flag of a command that runs in such a process
_GRACE = 1  # seconds in which a query can end by itself after its timeout
_INTERRUPT_GRACE = 2  # seconds in which it can end by itself after Ctrl-C
_START = 5  # seconds in which the process starts
_LEAST_MARGIN = 512 << 20  # bytes: Python, DuckDB and pyarrow before any query, with 2 threads
_THREAD_MARGIN = 16 << 20  # bytes of each thread: its stack, and what its allocator keeps
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
_INTERRUPTED = 130

# As `python -m e6duck`, but without the current folder in the path, where modules of others may be.
_PROGRAM = """
import sys
sys.path.append(sys.argv.pop(1))
sys.argv[0] = "e6duck"
from e6duck.__main__ import main
main()
"""


def run_in_child(context: click.Context, output: Path | None, timeout: float | None) -> int:
    """Run the command of a context again, in a process with the same streams; returns its code.

    output: the file that it writes, which is left whole or absent. timeout: that of the command, in
    seconds. Raises `QueryError` if the process was ended at its timeout, `E6DuckError` if something
    else ended it, and `KeyboardInterrupt` if it had to be ended after Ctrl-C.
    """
    package = str(Path(__file__).resolve().parents[3])
    program = [sys.executable, "-P", "-c", _PROGRAM, package]
    child = subprocess.Popen([*program, str(context.info_name), IN_CHILD, *_arguments(context)])
    try:
        code = _wait(child, timeout)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.returncode not in (0, 1, 2) and output is not None:
            _discard_drafts(output, child.pid)
    if code >= 0:
        return code
    if timeout is not None and -code == getattr(signal, "SIGALRM", None):
        raise _timeout_error(timeout)
    raise E6DuckError(
        f"the query was ended by {signal.Signals(-code).name}; if it needs more memory, raise"
        " memory_limit",
        options=("memory_limit",),
    )


def _wait(child: subprocess.Popen[bytes], timeout: float | None) -> int:
    """Return the exit code of a process, which gets a chance to clean up after Ctrl-C."""
    # Elsewhere the process has its own alarm, which also ends it if we are killed.
    is_watched = timeout is not None and not hasattr(signal, "setitimer")
    try:
        return child.wait(timeout + _GRACE + _START if timeout and is_watched else None)
    except subprocess.TimeoutExpired as error:
        raise _timeout_error(timeout or 0) from error
    except KeyboardInterrupt:
        with suppress(ValueError):  # Windows cannot send it, but its console has
            child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            if child.wait(_INTERRUPT_GRACE) == _INTERRUPTED:
                return _INTERRUPTED  # it has said so
        raise


def _timeout_error(seconds: float) -> QueryError:
    return QueryError(f"stopped after {seconds:g} seconds (timeout)", options=("timeout",))


def _discard_drafts(output: Path, owner: int) -> None:
    from ... import files

    files.discard_drafts(files.through_link(output), owner)


def _arguments(context: click.Context) -> list[str]:
    """Return the arguments that give a command the parameters of a context."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in context.command.params:
        value: Any = context.params.get(str(parameter.name))
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        if isinstance(parameter, click.Argument):
            arguments += map(str, values)
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            options += [parameter.opts[-1]] * bool(value)
        else:
            options += [f"{max(parameter.opts, key=len)}={each}" for each in values]
    return [*options, "--", *arguments]


@contextmanager
def limited_process(timeout: float | None, memory: int | None, threads: int) -> Iterator[None]:
    """Let the system end this process if the block outlasts its timeout, or refuse it more memory.

    timeout: in seconds. memory: in bytes, what the command itself may use. threads: those that it
    uses. A system that can limit no memory is named to the user.
    """
    _interrupt_once()
    _die_with_parent()
    if memory is not None:
        limit_memory(memory + _LEAST_MARGIN + threads * _THREAD_MARGIN)
    if timeout is None or not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, timeout + _GRACE)
    try:
        yield
    finally:  # what is left is to print the error
        signal.setitimer(signal.ITIMER_REAL, 0)


def _interrupt_once() -> None:
    """Ignore Ctrl-C after the first: the terminal and our parent may both send it."""

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored
        signal.signal(signal.SIGINT, interrupt)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def limit_memory(size: int) -> None:
    """Limit the memory that this process can write to, in bytes; Linux counts that of all kinds."""
    if sys.platform != "linux":
        tell("this system cannot limit memory: --memory-limit limits only what DuckDB counts")
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or size < most:
        with suppress(OverflowError):  # more than a machine can have
            resource.setrlimit(resource.RLIMIT_DATA, (size, most))
