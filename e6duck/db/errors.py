"""Translate the errors of DuckDB and of the system into `E6DuckError`s."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..errors import E6DuckError, QueryError
from .interrupts import Timeout, is_interrupt

# A macro does not know the database that it is in: DuckDB finds its tables by the search path.
_MACRO_OF_ANOTHER_DATABASE = re.compile(
    r'Catalog Error: Table with name (\w+) does not exist!\nDid you mean "\w+\.\1\b'
)
_MACRO_HINT = (
    "hint: a macro finds its tables only in the current database; run first: use NAME, the name"
    " that its database is attached as"
)

# What DuckDB says of blocks that are not what it wrote: wrong, cut off, or not to be understood.
_DAMAGE = re.compile(
    r"Corrupt database file"
    r"|^(INTERNAL Error|FATAL Error|Serialization Error|IO Error: Could not read)"
    r"|[Cc]hecksum|[Dd]eserializ|not enough bytes|database has been invalidated"
)

# The system's own words: DuckDB passes them on as text, in errors of several classes.
_SHORT = ("Out of Memory", "could not allocate", "failed to allocate", "failed to pin")
_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "Could not write")
_FORBIDDEN = ("Permission denied", "Operation not permitted", "Read-only file system")


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return str(error).partition("\n")[0]


def out_of_memory() -> QueryError:
    """Return the error for a query that needs more memory than it may use."""
    return QueryError(
        "out of memory: raise memory_limit, or let the query spill to disk (trusted)",
        options=("memory_limit", "trusted"),
    )


def damage_reason(error: BaseException | None) -> str | None:
    """Return DuckDB's words if an error, or one that caused it, says that a database is damaged."""
    while error is not None:
        # Arrow raises an OSError with DuckDB's words where it reads from a query.
        is_damage = isinstance(error, (duckdb.Error, OSError)) and _DAMAGE.search(str(error))
        if is_damage and not isinstance(error, duckdb.OutOfMemoryException):
            return first_line(error)
        error = error.__cause__
    return None


@contextmanager
def translated_errors(timeout: Timeout | None = None) -> Iterator[None]:
    """Raise what a query raises as a `QueryError` with DuckDB's message.

    timeout: that of the query. A query that is interrupted by anything else raises
    `KeyboardInterrupt`.
    """
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise out_of_memory() from error
    except duckdb.InterruptException as error:
        if timeout and timeout.is_over:
            raise QueryError(
                f"stopped after {timeout.seconds:g} seconds (timeout)", options=("timeout",)
            ) from error
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        message = str(error)
        if _MACRO_OF_ANOTHER_DATABASE.match(message):
            message = f"{message.rstrip()}\n\n{_MACRO_HINT}"
        raise QueryError(message) from error
    except RuntimeError as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from error
        raise


@contextmanager
def plain_errors(*folders: Path, ways_out: Mapping[Path, str] | None = None) -> Iterator[None]:
    """Raise what the system refuses (space, rights, memory) as one line that names the way out.

    folders: those that are written to. ways_out: by folder, what to do if it cannot be written.
    """
    where = " or ".join(str(folder) for folder in dict.fromkeys(folders))
    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except (OSError, duckdb.Error) as error:
        text = str(error)
        if any(sign in text for sign in _SHORT):
            raise E6DuckError(
                f"out of memory ({first_line(error)}); raise memory_limit",
                options=("memory_limit",),
            ) from error
        if any(sign in text for sign in _FULL):
            raise E6DuckError(
                f"the disk of {where} is full; the old files are unchanged"
            ) from error
        if any(sign in text for sign in _FORBIDDEN):
            raise E6DuckError(_forbidden(error, folders, ways_out or {})) from error
        if isinstance(error, OSError) and error.strerror:
            raise E6DuckError(f"{error.filename or where}: {error.strerror}") from error
        if isinstance(error, duckdb.IOException):
            raise E6DuckError(first_line(error)) from error
        raise
    except RuntimeError as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from error
        raise


def _forbidden(error: Exception, folders: Sequence[Path], ways_out: Mapping[Path, str]) -> str:
    """Return the message about a folder that cannot be written: the one in the error, if any."""
    found = list(dict.fromkeys(folders))
    named = error.filename if isinstance(error, OSError) else None
    if named is not None:
        path = Path(named)
        found = [each for each in found if path in (each, *each.parents) or path.parent == each]
    where = " or ".join(map(str, found)) or str(named)
    ways = dict.fromkeys(ways_out[each] for each in found if each in ways_out)
    return "; ".join([f"cannot write to {where}", *ways])
