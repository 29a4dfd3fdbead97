"""Run `e6duck query`, and look at what it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.terminal import command


def asked(database: Path, *args: object, stdin: bytes = b"") -> list[dict[str, Any]]:
    """Return the rows that a query gives; it must go well."""
    ran = command("query", "--db", database, "--format", "json", *args, stdin=stdin)
    assert (ran.code, ran.err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def refused(database: Path, *args: object) -> str:
    """Return what is said of a query that fails; it must be no traceback."""
    ran = command("query", "--db", database, *args)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("e6duck: ")
    assert "Traceback" not in ran.err
    return ran.err.removeprefix("e6duck: ").rstrip("\n")


def column(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]
