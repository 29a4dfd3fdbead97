"""Where the database is, if nobody says: for the command line and for `e6duck.open`."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import DatabaseError

DATABASE = "e6.duckdb"
PLACES = (Path(DATABASE), Path("data") / DATABASE)


def database_path(given: Path | str | None = None) -> Path:
    """Return the database: the one given, else $E6DUCK_DB, else the first of PLACES that exists.

    A folder stands for the e6.duckdb in it. Raises `DatabaseError` where there is none to choose.
    """
    named = given if given is not None else os.environ.get("E6DUCK_DB") or None
    if named is not None:
        path = Path(named)
        return path / DATABASE if path.is_dir() else path
    for place in PLACES:
        if place.exists():
            return place
    raise DatabaseError(
        f"there is no database {' or '.join(map(str, PLACES))} here; make one with: e6duck build"
        " DATA_DIR, or give its path (--db PATH or E6DUCK_DB)"
    )
