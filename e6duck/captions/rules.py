"""The rules of a clean caption, as a frozen dataclass, and the faults that they may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ..errors import UsageError
from ..index.categories import CATEGORY_NAMES

RULES_FILE = "normalize.toml"
CATEGORIES = CATEGORY_NAMES
CHOICES = {
    "implied": ("remove", "keep", "add"),
    "on_alias_conflict": ("ignore", "silent", "overwrite", "overwrite_rarest", "warn", "raise"),
    "disambiguation": ("keep", "apply"),
    "multiline": ("tags", "join", "captions"),
    "escape_parens": ("auto", "always", "never"),
    "unknown": ("keep", "spaces", "underscores"),
    "duplicates": ("tags", "all"),
}
SEPARATORS = ("auto", "comma", "space", "semicolon", "pipe", "newline")
TABLES = ("aliases", "aliases_overrides", "renames")
_SHOWN_LETTERS = 60  # of a value


@dataclass(frozen=True)
class Fault:
    """What is wrong with a setting, and its place: file and line."""

    place: str
    setting: str
    item: str | None
    message: str

    def __str__(self) -> str:
        item = f".{self.item}" if self.item is not None and self.setting in TABLES else ""
        return f"{self.place}: {self.setting}{item}: {self.message}"


class RulesError(UsageError):
    """The rules have faults: all of them, one per line, with file and line (`.faults`)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Rules:
    """How captions are cleaned. Names and defaults are e6db's; implied and all after it are new.

    Tags are written with spaces or underscores. Patterns are RE2 and match whole names.
    `e6duck normalize --write-config` writes a normalize.toml that explains each setting.
    """

    include_filename_regexp: str = r".*?\.(txt|cap.*)$"
    exclude_filename_regexp: str = r".*samples?-prompts?.*"
    use_underscores: bool = False
    keep_underscores: tuple[str, ...] = ()
    keep_implied: bool | tuple[str, ...] = False
    min_antecedent_freq: int = 0
    drop_antecedent_freq: int = 0
    artist_by_prefix: bool = True
    remove_parens: bool = True
    blacklist: tuple[str, ...] = ("invalid tag",)
    blacklist_regexp: tuple[str, ...] = ()
    blacklist_categories: tuple[str, ...] = ("pool",)
    blacklist_implied: bool = True
    on_alias_conflict: str = "ignore"
    remove_aliases: tuple[str, ...] = ()
    implied: str = "remove"
    order: tuple[str, ...] = ()
    keep_first: int = 0
    disambiguation: str = "keep"
    terminate: tuple[str, ...] = ()
    multiline: str = "tags"
    separator: str = "auto"
    output_separator: str = "auto"
    escape_parens: str = "auto"
    unknown: str = "keep"
    duplicates: str = "tags"
    keep_weighted: bool = True
    aliases: Mapping[str, str] = field(default_factory=dict)
    aliases_overrides: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        chosen = ", ".join(f"{key}={_short(getattr(self, key))}" for key in changed_settings(self))
        return f"Rules({chosen})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make it again in another process, where tables are read-only as here."""
        values = {key: getattr(self, key) for key in changed_settings(self)}
        tables = {key: dict(value) for key, value in values.items() if key in TABLES}
        return _rules_of, (values | tables,)


def _rules_of(values: dict[str, Any]) -> Rules:
    tables = {key: MappingProxyType(values[key]) for key in TABLES if key in values}
    return Rules(**(values | tables))


SETTINGS = tuple(each.name for each in fields(Rules))


def changed_settings(rules: Rules) -> list[str]:
    """Return the settings that do not have their default."""
    default = Rules()
    return [key for key in SETTINGS if getattr(rules, key) != getattr(default, key)]


def _short(value: Any) -> str:
    """Return a value as Python writes it; a long one is cut off."""
    shown = repr(dict(value) if isinstance(value, Mapping) else value)
    return shown if len(shown) <= _SHOWN_LETTERS else shown[:_SHOWN_LETTERS] + "…"
