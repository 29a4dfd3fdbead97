"""What the system refuses, a full disk or a folder of somebody else's, as one line of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ..errors import E6DuckError
from .connection import first_line
from .interrupts import is_interrupt

# As the system words it: DuckDB gives these on as text alone, in errors of several kinds.
_SHORT = ("Out of Memory", "could not allocate", "failed to allocate", "failed to pin")
_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "Could not write")
_FORBIDDEN = ("Permission denied", "Operation not permitted", "Read-only file system")


@contextmanager
def plain_errors(*folders: Path, ways_out: Mapping[Path, str] | None = None) -> Iterator[None]:
    """Turn what the system refuses (space, rights, memory) into one line that names the way out.

    folders: that are written to. ways_out: what to do where one of them cannot be written.
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
                f"out of memory ({first_line(error)}); give more with --memory-limit"
            ) from error
        if any(sign in text for sign in _FULL):
            raise E6DuckError(
                f"the disk of {where} is full; the old files are as they were"
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
    """Return the line about a folder that cannot be written: the one that is meant, if one is."""
    found = list(dict.fromkeys(folders))
    named = error.filename if isinstance(error, OSError) else None
    if named is not None:
        path = Path(named)
        found = [each for each in found if path in (each, *each.parents) or path.parent == each]
    where = " or ".join(map(str, found)) or str(named)
    ways = dict.fromkeys(ways_out[each] for each in found if each in ways_out)
    return "; ".join([f"cannot write to {where}", *ways])
