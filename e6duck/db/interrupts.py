"""What ends a query early: Ctrl-C, which is always a KeyboardInterrupt here, and a timeout."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from ..errors import Interruption

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

_QUERY_INTERRUPTED = "Query interrupted"  # DuckDB's RuntimeError in place of a KeyboardInterrupt


@contextmanager
def interruptible(connection: DuckDBPyConnection) -> Iterator[None]:
    """Let Ctrl-C end what the connection does; the block then raises `KeyboardInterrupt`.

    Python handles a signal only after DuckDB has returned: with DuckDB 2.0.1, SIGINT did not end an
    endless `execute` within 12 seconds. The system writes to the wake-up descriptor at once, and a
    thread that reads it interrupts the connection. DuckDB, Arrow or SciPy then raise errors of
    several classes; each becomes a `KeyboardInterrupt`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    read_fd, write_fd = os.pipe()
    os.set_blocking(write_fd, False)
    before = signal.set_wakeup_fd(write_fd)
    received = threading.Event()

    def listen() -> None:
        while number := os.read(read_fd, 1):
            if number[0] == signal.SIGINT:
                received.set()
                with suppress(Exception):  # the connection is closed already
                    connection.interrupt()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    failure = None
    try:
        yield
    except Exception as error:
        failure = error
    finally:
        signal.set_wakeup_fd(before)
        os.close(write_fd)
        listener.join()
        os.close(read_fd)
    if failure and received.is_set():
        raise KeyboardInterrupt from failure
    if failure:
        raise failure


class SignalPoint:
    """Where a signal that is still pending is raised: the last item of a with statement.

    When DuckDB is ended by Ctrl-C, Python raises its KeyboardInterrupt in the first function that
    is called then. That is this one, which has nothing to clean up, and not one of the others.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None


def is_interrupt(error: BaseException) -> bool:
    """Return whether DuckDB raised an error in place of a KeyboardInterrupt."""
    return isinstance(error, RuntimeError) and str(error) == _QUERY_INTERRUPTED


def is_refused_file(error: BaseException) -> bool:
    """Return whether DuckDB refused a file to a view or a macro of a database."""
    return type(error).__name__ == "PermissionException" and "Cannot access file" in str(error)


class Timeout:
    """Interrupts a connection after some seconds; None seconds: never."""

    def __init__(self, connection: DuckDBPyConnection, seconds: float | None) -> None:
        self.seconds = seconds
        self.is_over = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._end) if seconds is not None else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def _end(self) -> None:
        self.is_over = True
        self._connection.interrupt()

    def stop(self) -> None:
        """Let the connection go on."""
        if self._timer:
            self._timer.cancel()


@contextmanager
def explained_interrupts(state: Callable[[], str]) -> Iterator[None]:
    """Raise `Interruption`, with the state of the files, if the block is interrupted."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interruption(state()) from error


def files_state(
    database: Path, index: Path | None, *, what: str | None = None
) -> Callable[[], str]:
    """Return a function that says, after an interrupt, whether the files are old or new.

    Call this before the work. index: one of the index files that are replaced together with the
    database, or None if none are. what: the subject and verb of the sentence, if not the files.
    """
    before = _identity(database), _identity(index)

    def state() -> str:
        is_new, is_index_new = _identity(database) != before[0], _identity(index) != before[1]
        if is_new and index and not is_index_new:
            return f"the new database is there; write its index files: e6duck export {index.parent}"
        named = what or ("database and index files are" if index else "database is")
        if is_new:
            return f"the new {named} there"
        return f"the old {named} unchanged" if before[0] else "nothing was written"

    return state


def _identity(path: Path | None) -> tuple[int, int, int] | None:
    """Return what differs between a file and one that replaces it; None if there is no file."""
    try:
        facts = path.stat() if path else None
    except OSError:
        return None
    return facts and (facts.st_dev, facts.st_ino, facts.st_mtime_ns)
