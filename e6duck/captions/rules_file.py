"""A normalize.toml, checked strictly: its rules, the line of each setting, and its faults."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import UsageError
from .rules import (
    CATEGORIES,
    CHOICES,
    SEPARATORS,
    SETTINGS,
    TABLES,
    Fault,
    Rules,
    changed_settings,
)
from .syntax.words import final_mark, sentence_ends
from .text import keys, spelling, unwrapped

_BETWEEN_TAGS = re.compile(r"[,\n]|\|\|\||;;;")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=""")


@dataclass(frozen=True)
class RulesFile:
    """Rules with their source, for messages about them."""

    rules: Rules
    source: str = "the rules"
    """The file that they come from"""
    text: str = ""
    """The content of the file"""
    given: frozenset[str] = frozenset()
    """The settings that it names"""
    faults: tuple[Fault, ...] = ()
    """What is wrong with it; a setting with a fault has its default"""

    def place(self, key: str, item: str | None = None) -> str:
        """Return where a setting, or an item of it, is made: file and line, or "default"."""
        if key not in self.given:
            return "default"
        line = line_of(self.text, key, item, in_table=key in TABLES)
        return f"{self.source}:{line}" if line else self.source

    def fault(self, key: str, message: str, item: str | None = None) -> Fault:
        """Return a fault of a setting, or of an item of it."""
        return Fault(self.place(key, item), key, item, message)


def rules_file(given: RulesFile | Rules | Mapping[str, Any] | Path | str | None) -> RulesFile:
    """Return the rules of a file, a mapping or a `Rules`; the defaults for None."""
    if isinstance(given, RulesFile):
        return given
    if isinstance(given, Rules):
        return RulesFile(given, given=frozenset(changed_settings(given)))
    if isinstance(given, (str, Path)):
        return read_rules(Path(given))
    return rules_from(given or {})


def read_rules(path: Path) -> RulesFile:
    """Return the rules in a file. Raises `UsageError` if it cannot be read or is not TOML."""
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
        raise UsageError(f"{path} is not valid TOML: lists are nested too deeply") from None
    return rules_from(values, source=str(path), text=text)


def rules_from(
    values: Mapping[str, Any], *, source: str = "the rules", text: str = ""
) -> RulesFile:
    """Return the rules in a mapping such as TOML gives."""
    file = RulesFile(Rules(), source, text, frozenset(values))
    faults = list(_faults(file, values))
    wrong = {fault.setting for fault in faults}
    file = replace(
        file, rules=Rules(**{key: _frozen(values[key]) for key in values if key not in wrong})
    )
    return replace(file, faults=(*faults, *_contradictions(file)))


def _frozen(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(value)
    if isinstance(value, Mapping):
        return MappingProxyType({key.strip(): item.strip() for key, item in value.items()})
    return value


# Faults


def _faults(file: RulesFile, values: Mapping[str, Any]) -> Iterator[Fault]:
    for key, value in values.items():
        if key not in SETTINGS:
            yield file.fault(key, f"there is no such setting{_nearest(key, SETTINGS)}")
        elif key in TABLES and isinstance(value, Mapping):
            yield from _table_faults(file, key, value)
        elif expected := _mismatch(key, value):
            yield file.fault(key, f"expected {expected}, not {value!r}")
        elif key in ("blacklist_categories", "order"):
            for name in value:
                if name not in CATEGORIES:
                    message = f"there is no category {name}{_nearest(name, CATEGORIES)}"
                    yield file.fault(key, message, name)


def _table_faults(file: RulesFile, table: str, values: Mapping[str, Any]) -> Iterator[Fault]:
    met: dict[str, str] = {}
    for key, value in values.items():
        if not isinstance(value, str):
            hint = f"; {key} belongs above the first [table]" if key in SETTINGS else ""
            yield file.fault(table, f"expected a tag, not {value!r}{hint}", key)
            continue
        first = met.setdefault(spelling(key.strip()), key)
        if first != key:
            yield file.fault(table, f"{first} and {key} are the same tag; remove one", key)
        if not (key.strip() and value.strip()) or _BETWEEN_TAGS.search(key + value):
            yield file.fault(
                table, "a tag must not be empty, or contain a comma, line break, ||| or ;;;", key
            )
        elif table == "renames" and (reason := _unreadable(value.strip())):
            yield file.fault(table, f"{value} would be read as {reason}; choose another name", key)


def _unreadable(name: str) -> str | None:
    """Return what a caption would have instead of a tag with this name; None if it has the tag."""
    if len(list(unwrapped(name))) > 1:
        return "a tag with an attention weight"
    if final_mark(name) or sentence_ends(name):
        return "a sentence"
    return None if keys(name) and not set(name) & set("|<>") else "part of the prompt syntax"


def _nearest(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def _mismatch(key: str, value: Any) -> str | None:
    """Return the kind of value that a setting takes if this is not one."""
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
    str: ("a string", lambda value: isinstance(value, str)),
    tuple: ("a list of strings", _is_texts),
    dict: ("a table of strings", lambda value: isinstance(value, Mapping)),
}


def _contradictions(file: RulesFile) -> Iterator[Fault]:
    rules = file.rules
    if rules.drop_antecedent_freq > rules.min_antecedent_freq:
        limit = rules.min_antecedent_freq
        message = f"{rules.drop_antecedent_freq} is above min_antecedent_freq, which is {limit}"
        yield file.fault("drop_antecedent_freq", message)
    if rules.keep_implied is True and rules.implied == "add":
        yield file.fault("implied", "add contradicts keep_implied = true")
    yield from _separator_faults(file)
    yield from _rename_cycles(file)


def _separator_faults(file: RulesFile) -> Iterator[Fault]:
    rules = file.rules
    is_literal = rules.separator not in SEPARATORS
    names = ", ".join(SEPARATORS)
    if is_literal and not _is_separator(rules.separator):
        yield file.fault("separator", f"expected one of {names}, or a comma or line break")
    elif is_literal and rules.output_separator != "auto":
        yield file.fault("separator", f"expected one of {names} beside output_separator")
    output = rules.output_separator
    if output not in SEPARATORS and not _is_separator(output):
        yield file.fault("output_separator", f"expected one of {names}, or a comma or line break")
    elif output == "space" and rules.separator != "space":
        yield file.fault("output_separator", 'space requires separator = "space"')
    for key in ("separator", "output_separator"):
        value = getattr(rules, key)
        is_break = value not in SEPARATORS and "\n" in value
        is_break |= key == "output_separator" and value == "newline"
        if is_break and rules.multiline == "captions":
            yield file.fault(key, 'a line break contradicts multiline = "captions"')


def _is_separator(text: str) -> bool:
    return not set(text) - set(", \t\n") and bool(set(text) & set(",\n"))


def _rename_cycles(file: RulesFile) -> Iterator[Fault]:
    renames = file.rules.renames
    links = {spelling(old): spelling(new) for old, new in renames.items()}
    for old in renames:
        trail = [spelling(old)]
        while trail[-1] in links and trail[-1] not in trail[:-1]:
            trail.append(links[trail[-1]])
        if len(trail) > 2 and trail[-1] == trail[0]:
            yield file.fault("renames", f"{' -> '.join(trail)} is a cycle", old)


# Lines, which Python's TOML parser does not report


def line_of(text: str, key: str, item: str | None = None, *, in_table: bool = False) -> int | None:
    """Return the line, from 1, of a key, or of an item in its list or (in_table) its table.

    None if the key is not found at the beginning of a line. The line of the key if the item is not
    found.
    """
    lines = text.splitlines()
    start = _key_line(lines, key)
    if start is None or item is None:
        return start
    if in_table:
        return _key_line(lines, f"{key}.{item}") or start
    forms = {json.dumps(item), json.dumps(item, ensure_ascii=False), f"'{item}'"}
    for number, line in enumerate(lines[start - 1 :], start=start):
        if any(form in line for form in forms):
            return number
    return start


def _key_line(lines: list[str], key: str) -> int | None:
    table = ""
    for number, line in enumerate(lines, start=1):
        if match := _TABLE.fullmatch(line):
            table = _unquoted(match[1])
            found = table
        elif match := _KEY.match(line):
            name = _unquoted(match[1])
            found = f"{table}.{name}" if table else name
        else:
            continue
        if found == key:
            return number
    # A dotted key, or a table named only by its keys.
    dotted = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(key)}\s*\.", line))
    return next(dotted, None)


def _unquoted(name: str) -> str:
    """Return a key without its quotes, and without spaces at its ends."""
    if name.startswith('"'):
        try:
            return str(json.loads(name)).strip()
        except ValueError:
            return name
    return name[1:-1].strip() if name.startswith("'") else name
