"""Find and read the SQL files; quote what goes into SQL as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_INPUT = re.compile(r"^-- input: (\w+) \(.*\)$", re.MULTILINE)
_TEMPORARY = re.compile(r"^-- temporary: ", re.MULTILINE)
_PARAMETER = re.compile(r"^-- \$(\w+)(?: = (.*?))?: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """One SQL file: its name without number and ending, and its text."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The relation, rule or query that the file defines."""
        return self.path.stem.lstrip("0123456789_")

    @property
    def sentence(self) -> str:
        """The first comment line, without the name at its beginning."""
        first = self.text.partition("\n")[0]
        return first.removeprefix("-- ").removeprefix(f"{self.name}: ")

    @property
    def is_lasting(self) -> bool:
        """Whether the relation is in the finished database, and not marked as temporary."""
        return not _TEMPORARY.search(self.text)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The relations made in Python that the file selects from, as its head comment names them.

        A line for each: `-- input: counted_names (builder/inputs.py)`.
        """
        return tuple(_INPUT.findall(self.text))

    @property
    def parameters(self) -> dict[str, str | None]:
        """The parameters in the leading comments, with their defaults (None: required)."""
        return {match[1]: match[2] for match in _PARAMETER.finditer(self.text)}

    @property
    def parameter_comments(self) -> dict[str, str]:
        """The comment on each parameter."""
        return {match[1]: match[3] for match in _PARAMETER.finditer(self.text)}


@cache
def folder() -> Path:
    """Return the folder of the SQL files: in the installed package, else in the checkout."""
    here = Path(__file__).resolve().parents[1]
    for candidate in (here / "sql", here.parent / "sql"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"no sql folder in {here} or {here.parent}: the installation is broken")


def sql_text(kind: str, name: str) -> str:
    """Return the text of a file of sql/kind."""
    return (folder() / kind / f"{name}.sql").read_text(encoding="utf-8")


def script(kind: str, name: str) -> Script:
    """Return a file of sql/kind, by its name without the ending."""
    return Script(folder() / kind / f"{name}.sql", sql_text(kind, name))


def scripts(kind: str) -> list[Script]:
    """Return the files of sql/kind in the order of their names."""
    return [
        Script(path, path.read_text(encoding="utf-8"))
        for path in sorted((folder() / kind).glob("*.sql"))
    ]


def more_scripts() -> list[Script]:
    """Return the files of the tables that a build makes only if the export has their files."""
    return scripts("build/optional")


def built_relations() -> set[str]:
    """Return the names of all relations that a build can leave in a database."""
    return {each.name for each in (*scripts("build"), *more_scripts()) if each.is_lasting}


def literal(text: str) -> str:
    """Quote text as an SQL string, for the few places that take no parameter."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """Quote a path for one of DuckDB's readers, which would take it as a pattern of files."""
    return literal(re.sub(r"[*?\[]", r"[\g<0>]", str(path)))


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
