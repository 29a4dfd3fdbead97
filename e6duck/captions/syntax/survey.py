"""What is decided once for a set of captions: separators, and how parentheses are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..rules import Rules
from ..text import escaped_characters, framed, has_bare_names
from . import separators
from .separators import IsTag

_SHOWN = 3  # names of files in a note


class Survey(NamedTuple):
    """What a set of captions has in common."""

    escapes: str
    """The characters that are written with a backslash before them"""
    has_spaces: bool
    """Whether spaces separate the tags of captions that do not show it themselves"""


class Surveyor:
    """Surveys captions, as far as the rules leave it open."""

    def __init__(self, rules: Rules, is_tag: IsTag) -> None:
        self.rules = rules
        self.is_tag = is_tag
        given = rules.separator
        self._separator = given if given in separators.WRITTEN else None
        wanted = rules.output_separator
        self.output = None if wanted == "auto" else separators.WRITTEN.get(wanted, wanted)
        """The separator to write; None for the one that was read"""
        self.usual = separators.SIGNS.get(wanted, "")
        """The sign of the separator to write"""
        self.separators = {
            sign: self.output or separators.WRITTEN[name] for name, sign in separators.SIGNS.items()
        }
        """How each separator is written"""
        if given not in ("auto", *separators.WRITTEN):
            self.separators[","] = given  # an older file: the text between tags

    def alone(self, text: str) -> Survey:
        """Return the survey of one caption."""
        if self.rules.escape_parens == "auto":
            return Survey(escaped_characters(text), has_spaces=False)
        return Survey(self._escapes([text]), has_spaces=False)

    def survey(self, texts: Iterable[tuple[str, str]], note: Callable[[str], None]) -> Survey:
        """Return the survey of captions, each with its name; notes what the user should know."""
        named = dict(texts)
        escapes = self._escapes(named.values(), note)
        self._note_lines(named, note)
        if self._separator:
            return Survey(escapes, has_spaces=False)
        uncertain = {
            name: framed(text)[1]
            for name, text in named.items()
            if separators.has_other_signs(text)
        }
        first = [self._found(text, has_spaces=False) for text in uncertain.values()]
        spaced = sum(each.name == separators.SPACE for each in first)
        survey = Survey(escapes, has_spaces=spaced > sum(each.is_unsure for each in first))
        self._note_separators(uncertain, survey, note)
        return survey

    def separator(self, text: str, survey: Survey) -> str:
        """Return what separates the pieces of a caption, by name; auto also for commas."""
        if self._separator:
            return self._separator
        if not separators.has_other_signs(text):
            return separators.COMMA
        return self._found(framed(text)[1], has_spaces=survey.has_spaces).name

    def _found(self, body: str, *, has_spaces: bool) -> separators.Separator:
        return separators.separator_of(body, self.is_tag, spaces_are_usual=has_spaces)

    def _note_separators(
        self, texts: dict[str, str], survey: Survey, note: Callable[[str], None]
    ) -> None:
        names: dict[str, list[str]] = {}
        for name, text in texts.items():
            found = self._found(text, has_spaces=survey.has_spaces)
            if found.is_unsure:
                names.setdefault("", []).append(name)
            elif found.name == separators.SPACE:
                names.setdefault(found.name, []).append(name)
            for sign in self._list_signs(text):
                names.setdefault(sign, []).append(name)
        unsure = names.pop("", [])
        for separator, found_in in sorted(names.items()):
            note(f'separator "{separator}" found in {_files(found_in)}')
        if unsure:
            note(f"separator unclear, taken as commas, in {_files(unsure)}; set separator")

    def _list_signs(self, text: str) -> set[str]:
        signs = {
            line[place]
            for line in text.splitlines()
            for place in separators.list_signs(line, self.is_tag, self.usual)
        }
        return {name for name, sign in separators.SIGNS.items() if sign in signs}

    # Parentheses

    def _escapes(self, texts: Iterable[str], note: Callable[[str], None] = lambda _: None) -> str:
        """Return the characters to escape: as most captions do that show it, for all of them."""
        if self.rules.escape_parens != "auto":
            found = {character for text in texts for character in escaped_characters(text)}
            always = self.rules.escape_parens == "always"
            return "(" * always + ":" * (":" in found)
        found, bare, escaped = set(), 0, 0
        for text in texts:
            characters = escaped_characters(text)
            found.update(characters)
            if "(" in characters:
                escaped += 1
            elif has_bare_names(text):
                bare += 1
        is_escaped = escaped >= max(bare, 1)
        if escaped and bare:
            note(
                f"parentheses of tags are written {'with' if is_escaped else 'without'} \\ in all"
                f" captions: {escaped:,} had or needed it, {bare:,} had none; escape_parens sets it"
            )
        return "(" * is_escaped + ":" * (":" in found)

    # Lines

    def _note_lines(self, named: dict[str, str], note: Callable[[str], None]) -> None:
        if self.rules.multiline == "captions":
            return
        names = [name for name, text in named.items() if "\n" in text and _has_captions(text)]
        if names:
            what = "joined" if self.rules.multiline == "join" else "cleaned as one caption"
            note(
                f"several lines of tags in {_files(names)} are {what}; if each line is a caption"
                ' of its own, set multiline = "captions"'
            )


def _has_captions(text: str) -> bool:
    """Return whether several lines of a caption may be captions: lists that end without a comma."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lists = [line for line in lines if "," in line.rstrip(",") and not line.endswith(",")]
    return len(lists) > 1 and len(lists) * 2 > len(lines)


def _files(names: list[str]) -> str:
    first = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return f"{len(names):,} caption{'s' * (len(names) != 1)} ({first})"
