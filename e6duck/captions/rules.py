"""The rules of a clean caption: normalize.toml, strictly checked, as a frozen dataclass."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import UsageError
from .text import spelling
from .toml_lines import line_of

RULES_FILE = "normalize.toml"
_BETWEEN_TAGS = re.compile(r"[,\n]|\|\|\||;;;")
CATEGORIES = (
    *("general", "artist", "contributor", "copyright", "character"),
    *("species", "invalid", "meta", "lore", "pool"),
)
CHOICES = {
    "implied": ("remove", "keep", "add"),
    "on_alias_conflict": ("ignore", "silent", "overwrite", "overwrite_rarest", "warn", "raise"),
    "disambiguation": ("keep", "apply"),
    "multiline": ("tags", "join", "captions"),
    "escape_parens": ("auto", "always", "never"),
}
TABLES = ("aliases", "aliases_overrides", "renames")
DEFAULT = "default"
_SHOWN_LETTERS = 60  # of a value


@dataclass(frozen=True)
class Fault:
    """What is wrong with a setting, and where it stands: file and line."""

    place: str
    setting: str
    item: str | None
    message: str

    def __str__(self) -> str:
        item = f".{self.item}" if self.item is not None and self.setting in TABLES else ""
        return f"{self.place}: {self.setting}{item}: {self.message}"


class RulesError(UsageError):
    """Settings that do not fit: all of them, a line each, with file and line (`.faults`)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Rules:
    """What is done to a caption. The names and defaults are e6db's; those from implied on are new.

    Tags are written with spaces or underscores, patterns are matched by RE2 against whole names.
    `e6duck normalize --write-config` writes a normalize.toml that explains each of them.
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
    separator: str = ", "
    escape_parens: str = "auto"
    aliases: Mapping[str, str] = field(default_factory=dict)
    aliases_overrides: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    source: str = field(default="the rules", compare=False)
    """The file that they come from"""
    text: str = field(default="", compare=False, repr=False)
    """What stands in it"""
    faults: tuple[Fault, ...] = field(default=(), compare=False, repr=False)
    """What is wrong with them; such a setting has its default"""
    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """The settings that it names"""

    def __repr__(self) -> str:
        default = Rules()
        chosen = [key for key in SETTINGS if getattr(self, key) != getattr(default, key)]
        return f"Rules({', '.join(f'{key}={_short(getattr(self, key))}' for key in chosen)})"

    def place(self, key: str, item: str | None = None) -> str:
        """Return where a setting, or an item of it, was made: file and line, or that it was not."""
        if key not in self.given:
            return DEFAULT
        line = line_of(self.text, key, item, in_table=key in TABLES)
        return f"{self.source}:{line}" if line else self.source

    def fault(self, key: str, message: str, item: str | None = None) -> Fault:
        """Return a fault of a setting, or of an item of it."""
        return Fault(self.place(key, item), key, item, message)


SETTINGS = tuple(each.name for each in fields(Rules) if each.compare)


def _short(value: Any) -> str:
    """Return a value as Python writes it, a long one without its end."""
    shown = repr(dict(value) if isinstance(value, Mapping) else value)
    return shown if len(shown) <= _SHOWN_LETTERS else shown[:_SHOWN_LETTERS] + "…"


def read_rules(path: Path) -> Rules:
    """Return the rules in a file, with what is wrong in it as `faults`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        values = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not valid UTF-8 at byte {error.start + 1:,}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    except RecursionError:
        raise UsageError(f"{path} is not valid TOML: too many lists in lists") from None
    return rules_from(values, source=str(path), text=text)


def rules_from(values: Mapping[str, Any], *, source: str = "the rules", text: str = "") -> Rules:
    """Return the rules of a mapping such as TOML gives, with what is wrong in it as `faults`."""
    named = Rules(source=source, text=text, given=frozenset(values))
    faults = list(_faults(named, values))
    wrong = {fault.setting for fault in faults}
    fitting = {key: _frozen(value) for key, value in values.items() if key not in wrong}
    rules = replace(named, **fitting)
    return replace(rules, faults=(*faults, *_contradictions(rules)))


def _frozen(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value


def _faults(rules: Rules, values: Mapping[str, Any]) -> Iterator[Fault]:
    for key, value in values.items():
        if key not in SETTINGS:
            yield rules.fault(key, f"there is no such setting{_nearest(key, SETTINGS)}")
        elif key in TABLES and isinstance(value, Mapping):
            yield from _table_faults(rules, key, value)
        elif expected := _mismatch(key, value):
            yield rules.fault(key, f"{expected} is expected, not {value!r}")
        elif key in ("blacklist_categories", "order"):
            for name in value:
                if name not in CATEGORIES:
                    message = f"there is no category {name}{_nearest(name, CATEGORIES)}"
                    yield rules.fault(key, message, name)


def _table_faults(rules: Rules, table: str, values: Mapping[str, Any]) -> Iterator[Fault]:
    for key, value in values.items():
        if not isinstance(value, str):
            hint = f"; {key} belongs above the first [table]" if key in SETTINGS else ""
            yield rules.fault(table, f"a tag is expected, not {value!r}{hint}", key)
        elif not (key.strip() and value.strip()) or _BETWEEN_TAGS.search(key + value):
            yield rules.fault(
                table, "a tag must not be empty, or contain a comma, line break, ||| or ;;;", key
            )


def _nearest(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0)
    return f"; did you mean {near[0]}?" if near else ""


def _mismatch(key: str, value: Any) -> str | None:
    """Return what kind of value a setting takes, where this is none."""
    if key in CHOICES:
        return None if value in CHOICES[key] else f"one of {', '.join(CHOICES[key])}"
    if key == "keep_implied" and isinstance(value, bool):
        return None
    expected, fits = _KINDS[type(getattr(Rules(), key))]
    if key == "keep_implied":
        expected, fits = "true, false or a list of tags", _is_texts
    return None if fits(value) else expected


def _is_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_KINDS: dict[type, tuple[str, Callable[[Any], bool]]] = {
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number from 0", _is_count),
    str: ("a text", lambda value: isinstance(value, str)),
    tuple: ("a list of texts", _is_texts),
    dict: ("a table of texts", lambda value: isinstance(value, Mapping)),
}


def _contradictions(rules: Rules) -> Iterator[Fault]:
    if rules.drop_antecedent_freq > rules.min_antecedent_freq:
        limit = rules.min_antecedent_freq
        message = f"{rules.drop_antecedent_freq} is above min_antecedent_freq, which is {limit}"
        yield rules.fault("drop_antecedent_freq", message)
    if rules.keep_implied is True and rules.implied == "add":
        yield rules.fault("implied", "add contradicts keep_implied = true")
    if set(rules.separator) - set(", \t\n") or not set(rules.separator) & set(",\n"):
        yield rules.fault("separator", "a comma or line break, and spaces, is expected")
    elif "\n" in rules.separator and rules.multiline == "captions":
        yield rules.fault("separator", 'a line break contradicts multiline = "captions"')
    yield from _rename_cycles(rules)


def _rename_cycles(rules: Rules) -> Iterator[Fault]:
    links = {spelling(old): spelling(new) for old, new in rules.renames.items()}
    for old in rules.renames:
        trail = [spelling(old)]
        while trail[-1] in links and trail[-1] not in trail[:-1]:
            trail.append(links[trail[-1]])
        if len(trail) > 2 and trail[-1] == trail[0]:
            yield rules.fault("renames", f"{' -> '.join(trail)} is a cycle", old)
