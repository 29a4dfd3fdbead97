"""Where normalize.toml is found, what a commented one looks like, and what is in force."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .resolver import Resolver
from .rules import RULES_FILE, SETTINGS, TABLES, Rules
from .text import spelling

_COMMENTS = {
    "include_filename_regexp": """\
Files whose whole name this matches are captions (RE2). With this pattern only those with an
image of the same name beside them, or in a folder of nothing but captions; with any other
pattern all that match.""",
    "exclude_filename_regexp": "But not these.",
    "use_underscores": "Write blue_sky, not blue sky.",
    "keep_underscores": 'Tags that keep their underscores all the same, such as ["^_^"].',
    "keep_implied": """\
Leave implied tags in: true, false, or a list of those to leave in. true goes before
what "implied" says.""",
    "min_antecedent_freq": """\
A tag with fewer posts has what it implies added, not removed: a model learns little
of rare tags by themselves.""",
    "drop_antecedent_freq": "And with fewer than this it goes itself; not above the former.",
    "artist_by_prefix": 'Write artists with "by ".',
    "remove_parens": "Write judy_(character) as judy where that means no other tag.",
    "blacklist": """\
Tags to remove, or texts. Many remove what says nothing of the picture:
["hi res", "absurd res", "tagme", "conditional dnp", "invalid tag"].""",
    "blacklist_regexp": """\
What one of these matches as a whole is removed (RE2), be it a tag, with underscores for
spaces, or not. Years, shapes, and what is not known at the source, for example:
["\\\\d{4}", "\\\\d+:\\\\d+", ".*_at_source"].""",
    "blacklist_categories": """\
Categories to remove: general, artist, contributor, copyright, character, species,
invalid, meta, lore, pool.""",
    "blacklist_implied": "Remove what the tags on the blacklist imply, too.",
    "on_alias_conflict": """\
What a spelling of [aliases], or one made of a name, does that means another tag already:
  ignore, silent    it leaves it alone, with or without a note
  warn, overwrite   it takes it over, with or without a note
  overwrite_rarest  it takes it over from a tag that is less used
  raise             it is an error.""",
    "remove_aliases": """\
Spellings that are to mean nothing, so that they stay as they are: say, those that the
site leads to invalid_tag.""",
    "implied": 'Implied tags: "remove", "keep" or "add".',
    "order": 'Sort by category, such as ["species", "character"]; the others follow.',
    "keep_first": "So many at the beginning stay where they are.",
    "disambiguation": '"keep" leaves what may mean several tags, "apply" takes the alias.',
    "terminate": "Tags to replace by what they imply.",
    "multiline": """\
Lines of a file:
  tags      one caption; line breaks separate tags and stay as they are
  join      one caption; line breaks become separators
  captions  each line is a caption of its own""",
    "separator": "What is written between tags.",
    "escape_parens": '"auto" writes \\( where a file does, "always", "never".',
    "aliases": """\
Spellings for tags: what stands in captions on the left, the tag on the right. One that
means a tag already is left alone, unless on_alias_conflict says otherwise.
"my fox" = "fox\"""",
    "aliases_overrides": """\
The same, but whatever the spelling meant before.
"kitten" = "domestic_cat\"""",
    "renames": """\
Tags to write otherwise: the tag on the left, what is written on the right, which is read
back as the tag.
"domestic_cat" = "cat\"""",
}


def find(given: Path | None, *folders: Path | None) -> Path | None:
    """Return the file with the rules: given, or normalize.toml in or above one of the folders."""
    if given:
        return given
    for folder in (*filter(None, folders), Path.cwd()):
        absolute = folder.resolve()
        for place in (absolute, *absolute.parents):
            if os.path.lexists(place / RULES_FILE):  # also a broken link: reading it fails
                return place / RULES_FILE
    return None


def template() -> str:
    """Return a commented normalize.toml with the defaults."""
    lines = ["# What e6duck normalize does to captions. What is not set has the default.\n"]
    defaults = Rules()
    for key in SETTINGS:
        lines += ["\n", *(f"# {line}\n" for line in _COMMENTS[key].splitlines())]
        value = getattr(defaults, key)
        lines.append(f"[{key}]\n" if key in TABLES else f"{key} = {toml(value)}\n")
    return "".join(lines)


def toml(value: Any) -> str:
    """Return a value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml, value))}]"
    return str(value)


def in_force(rules: Rules, resolver: Resolver) -> Iterator[str]:
    """Yield every setting as a line of TOML, with where it came from and what it is matched as."""
    for key in SETTINGS:
        value = getattr(rules, key)
        if key in TABLES:
            yield ""
            yield f"[{key}]  # {rules.place(key)}"
            yield from _pairs(rules, key, value)
        else:
            notes = [rules.place(key), *_notes(rules, key, resolver)]
            yield f"{key} = {toml(value)}  # {'; '.join(notes)}"


def _pairs(rules: Rules, table: str, pairs: Mapping[str, str]) -> Iterator[str]:
    for name, value in pairs.items():
        yield f"{toml(name)} = {toml(value)}  # {rules.place(table, name)}"


def _notes(rules: Rules, key: str, resolver: Resolver) -> Iterator[str]:
    if key in ("blacklist", "keep_underscores"):
        names = getattr(rules, key)
        _, texts = resolver.tagged(names)
        unknown = [toml(name) for name in names if spelling(name) in texts]
        if unknown:
            yield f"no tag, matched as text: {_list(unknown)}"
    elif key == "min_antecedent_freq":
        yield f"counted by {resolver.vocabulary.counted_by()}"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(texts)
