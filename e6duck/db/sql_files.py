"""Find and read the SQL files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PARAMETER = re.compile(r"^-- \$(\w+)(?: = (.*?))?: (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """One SQL file: its name without number and ending, and its text."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The relation, rule or question that the file is about."""
        return self.path.stem.lstrip("0123456789_")

    @property
    def sentence(self) -> str:
        """The first comment line, without the name that it begins with."""
        first = self.text.partition("\n")[0]
        return first.removeprefix("-- ").removeprefix(f"{self.name}: ")

    @property
    def is_lasting(self) -> bool:
        """Whether the relation stays when what made it has ended."""
        return "create temp" not in self.text

    @property
    def parameters(self) -> dict[str, str | None]:
        """The parameters named in the leading comments, with their defaults (None: required)."""
        return {match[1]: match[2] for match in _PARAMETER.finditer(self.text)}

    @property
    def parameter_comments(self) -> dict[str, str]:
        """What the leading comments say of each parameter."""
        return {match[1]: match[3] for match in _PARAMETER.finditer(self.text)}


@cache
def folder() -> Path:
    """Return the folder of the SQL files: in the package where installed, else in the checkout."""
    here = Path(__file__).resolve().parents[1]
    for candidate in (here / "sql", here.parent / "sql"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"no sql folder in {here} or {here.parent}: the installation is broken")


def sql_text(kind: str, name: str) -> str:
    """Return the text of a file of sql/kind."""
    return (folder() / kind / f"{name}.sql").read_text(encoding="utf-8")


def scripts(kind: str) -> list[Script]:
    """Return the files of a kind (build, import, audit, query) in the order of their names."""
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
