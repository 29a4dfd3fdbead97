"""Run the files of sql/build on a draft, each after the inputs that it names."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from ..db.connection import Connection
from ..db.sql_files import Script, literal, more_scripts, scripts
from ..errors import AuditError
from .columns import TEXT_COLUMNS
from .draft import Draft
from .inputs import INPUTS


def run(draft: Draft) -> None:
    """Run the files of the optional tables in the export, then those of sql/build in order."""
    for option, value in vars(draft.options).items():
        draft.connection.execute(f"set variable {option} = $1", [value])
    left_out = [] if draft.options.with_text else list(TEXT_COLUMNS)
    draft.connection.execute("set variable left_out = $1::varchar[]", [left_out])
    for script in more_scripts():
        if script.name in draft.sources:
            _run_script(draft, script)
            draft.connection.execute(f"drop table {script.name}_csv ")
    for script in scripts("build"):
        _run_script(draft, script)
    if draft.options.with_text:
        for column, comment in TEXT_COLUMNS.items():
            draft.connection.execute(f"comment on column posts.{column} is {literal(comment)}")


def _run_script(draft: Draft, script: Script) -> None:
    draft.progress(script.name, 0)
    for name in script.inputs:
        INPUTS[name](draft)
    try:
        draft.connection.execute(script.text)
    except duckdb.Error:
        # DuckDB knows only the text of an error that an Arrow reader raised while it was read.
        failure = draft.results.encoded.failure if draft.results.encoded else None
        if failure and not isinstance(failure, GeneratorExit):
            raise failure from None
        raise


def row_counts(draft: Draft) -> dict[str, int]:
    """Return how many rows each table of a draft has."""
    query = "select table_name, estimated_size from duckdb_tables() where not internal"
    return dict(draft.connection.execute(query).fetchall())


def audit(draft: Draft) -> list[str]:
    """Check the rules of sql/build/audit; returns warnings, raises `AuditError` for a violation."""
    return check_rules(draft.connection, scripts("build/audit"))


def check_rules(connection: Connection, rules: Iterable[Script]) -> list[str]:
    """Check rules about a draft: queries that return the rows that break them.

    Returns a line for each broken rule with a name that begins with "warn"; raises `AuditError`
    for any other.
    """
    warnings = []
    for script in rules:
        broken = connection.execute(script.text).fetchall()
        if broken and script.name.startswith("warn_"):
            warnings.append(f"{len(broken):,} {script.sentence}")
        elif broken:
            raise AuditError(
                f"the draft breaks the rule {script.path.name} ({len(broken):,} times), as in"
                f" {broken[0]}"
            )
    return warnings
