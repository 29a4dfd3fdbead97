"""The generated parts of README.md: relations and macros, names for Python, commands."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

import e6duck
from e6duck.__main__ import commands
from e6duck.builder.source import MORE_COLUMNS
from e6duck.db.catalog import Relation, described, relations
from e6duck.db.connection import Connection

from . import CHECKOUT

_WIDTH = 98  # as on a terminal of 100 columns


def parts() -> dict[str, str]:
    """Return the generated parts by name, from a database of the sample."""
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as database:
        connection = database.connection
        every = relations(connection)
        tables = [each for each in every if each.kind != "macro"]
        macros = [each for each in every if each.kind == "macro"]
        return {
            "relations": "".join(_relation_table(tables)),
            "columns": "".join(_column_tables(connection, tables)),
            "macros": "".join(_macro_table(macros)),
            "python": "".join(_python_table()),
            "commands": "".join(_command_table()),
            "help": "".join(_help_texts()),
        }


def _database(folder: Path) -> e6duck.Database:
    """Return a database with every relation that there can be; some are empty."""
    for path in (CHECKOUT / "data").glob("*.csv.gz"):
        shutil.copy(path, folder)
    for table, columns in MORE_COLUMNS.items():
        (folder / f"{table}.csv").write_text(",".join(columns) + "\n", encoding="utf-8")
    e6duck.build(folder, write_index=False)
    return e6duck.open(folder)


def _relation_table(tables: list[Relation]) -> Iterator[str]:
    yield "| relation | one row is |\n|---|---|\n"
    for each in tables:
        kind = " (a view)" if each.kind == "view" else ""
        yield f"| `{each.name}`{kind} | {_cell(each.comment)} |\n"


def _column_tables(connection: Connection, tables: list[Relation]) -> Iterator[str]:
    for each in tables:
        yield f"\n**`{each.name}`**\n\n| column | type | |\n|---|---|---|\n"
        for name, kind, comment in described(connection, each.name)[1]:
            yield f"| `{name}` | `{kind}` | {_cell(comment)} |\n"


def _macro_table(macros: list[Relation]) -> Iterator[str]:
    yield "| macro | answers | for example |\n|---|---|---|\n"
    for each in macros:
        yield f"| `{each.name}` | {_cell(each.comment)} | `{each.example}` |\n"


def _python_table() -> Iterator[str]:
    yield "| name | |\n|---|---|\n"
    for name in sorted(e6duck.__all__, key=lambda name: (name[0].isupper(), name)):
        value = getattr(e6duck, name)
        if not (isinstance(value, type) and issubclass(value, Exception)):
            yield f"| `e6duck.{name}` | {_cell(value.__doc__).splitlines()[0]} |\n"


def _command_table() -> Iterator[str]:
    yield "| command | |\n|---|---|\n"
    for name, command in sorted(commands.commands.items()):
        yield f"| [`{name}`](#{name}) | {_cell(command.get_short_help_str(200))} |\n"


def _help_texts() -> Iterator[str]:
    root = click.Context(commands, info_name="e6duck")
    for name, command in sorted(commands.commands.items()):
        settings = {**commands.context_settings, "terminal_width": _WIDTH}
        context = click.Context(command, info_name=name, parent=root, **settings)
        yield f"\n#### {name}\n\n```text\n{context.get_help()}\n```\n"


def _cell(text: str | None) -> str:
    assert text
    return text.replace("|", "\\|")
