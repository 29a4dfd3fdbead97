"""Where the database is, for the command line and for `e6duck.open`."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import DatabaseError

DATABASE = "e6.duckdb"
PLACES = (Path(DATABASE), Path("data") / DATABASE)


def database_path(given: Path | str | None = None) -> Path:
    """Return the database: the one given, else $E6DUCK_DB, else the first of PLACES that exists.

    A folder stands for the e6.duckdb in it. Raises `DatabaseError` if there is none.
    """
    if given is not None:
        path = Path(given)
        return path / DATABASE if path.is_dir() else path
    if os.environ.get("E6DUCK_DB"):
        return _database_of_variable(Path(os.environ["E6DUCK_DB"]))
    for place in PLACES:
        if place.exists():
            return place
    raise DatabaseError(
        f"there is no database {' or '.join(map(str, PLACES))} here; make one with: e6duck build"
        " DATA_DIR, or give its path (db or E6DUCK_DB)",
        option="db",
    )


def _database_of_variable(named: Path) -> Path:
    """Return the database that E6DUCK_DB names; raises `DatabaseError` if there is none."""
    if not named.exists():
        raise DatabaseError(f"E6DUCK_DB points to {named}, which does not exist")
    if not named.is_dir():
        return named
    if not (named / DATABASE).exists():
        raise DatabaseError(f"E6DUCK_DB points to {named}, which does not contain {DATABASE}")
    return named / DATABASE
