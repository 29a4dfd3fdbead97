"""The generated parts of the documents: relations, macros, SQL files, Python names, commands."""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click

import e6duck
from e6duck.__main__ import all_commands, commands
from e6duck.builder.columns import MORE_COLUMNS
from e6duck.db.catalog import Relation, described, relations
from e6duck.db.connection import Connection
from e6duck.db.sql_files import Script, scripts

from . import CHECKOUT
from .python_reference import classes, error_table, functions

_WIDTH = 98  # as on a terminal of 100 columns
_FIRST_SENTENCE = re.compile(r".*?\.(?=\s|$)", re.DOTALL)


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
            "build files": "".join(_file_table(scripts("build"))),
            "audit files": "".join(_file_table(scripts("build/audit"))),
            "queries": "".join(_query_table(scripts("queries"))),
            "functions": "".join(functions()),
            "classes": "".join(classes()),
            "errors": "".join(error_table()),
            "layers": "".join(_layers()),
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
        yield f"\n#### {each.name}\n\n| column | type | meaning |\n|---|---|---|\n"
        for name, kind, comment in described(connection, each.name)[1]:
            yield f"| `{name}` | `{kind}` | {_cell(comment)} |\n"


def _macro_table(macros: list[Relation]) -> Iterator[str]:
    yield "| macro | returns | example |\n|---|---|---|\n"
    for each in macros:
        yield f"| `{each.name}` | {_cell(each.comment)} | `{each.example}` |\n"


def _file_table(files: list[Script]) -> Iterator[str]:
    yield "| file | contents |\n|---|---|\n"
    for each in files:
        yield f"| `{each.path.name}` | {_cell(_sentence(each))} |\n"


def _query_table(files: list[Script]) -> Iterator[str]:
    yield "| name | parameters | returns |\n|---|---|---|\n"
    for each in files:
        parameters = (
            f"`{name}`" if default is None else f"`{name}` ({default})"
            for name, default in each.parameters.items()
        )
        yield f"| `{each.name}` | {', '.join(parameters)} | {_cell(_sentence(each))} |\n"


def _sentence(script: Script) -> str:
    """Return the first sentence of a file's leading comment, without the name in front of it."""
    lines = []
    for line in script.text.splitlines():
        if not line.startswith("-- ") or line.startswith("-- $"):
            break
        lines.append(line.removeprefix("-- "))
    text = " ".join(lines).removeprefix(f"{script.name}: ")
    sentence = _FIRST_SENTENCE.match(text)
    assert sentence, f"{script.path} does not begin with a sentence"
    return sentence[0].rstrip(".")


def _layers() -> Iterator[str]:
    """Yield the layers of the import contract, the highest first."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["name"] == "Arrows point down"]
    yield "```text\n" + "".join(f"{each}\n" for each in layers) + "```\n"


def _command_table() -> Iterator[str]:
    yield "| command | what it does |\n|---|---|\n"
    for name, command in sorted(all_commands().items()):
        yield f"| [`{name}`](#{name}) | {_cell(command.get_short_help_str(200))} |\n"


def _help_texts() -> Iterator[str]:
    root = click.Context(commands, info_name="e6duck")
    for name, command in sorted(all_commands().items()):
        settings = {**commands.context_settings, "terminal_width": _WIDTH}
        context = click.Context(command, info_name=name, parent=root, **settings)
        yield f"\n### {name}\n\n```text\n{context.get_help()}\n```\n"


def _cell(text: str | None) -> str:
    assert text
    return text.replace("|", "\\|")
