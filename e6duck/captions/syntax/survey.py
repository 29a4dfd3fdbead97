"""What is decided once for a set of captions: separators, and how parentheses are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..rules import Rules
from ..text import escaped_characters, framed, has_bare_names
from . import separators
from .layout import IsTag

_SHOWN = 3  # names of files in a note
_SIGNS = {"comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


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
        self.separators = {
            sign: self.output or separators.WRITTEN[name] for name, sign in _SIGNS.items()
        }
        """How each separator is written"""
        if given not in ("auto", *separators.WRITTEN):
            self.separators[","] = given  # an older file: the text between tags

    def alone(self, text: str) -> Survey:
        """Return the survey of one caption."""
        return Survey(self._escapes([text]), has_spaces=False)

    def survey(self, texts: Iterable[tuple[str, str]], note: Callable[[str], None]) -> Survey:
        """Return the survey of captions, each with its name; notes what the user should know."""
        named = dict(texts)
        escapes = self._escapes(named.values(), note)
        self._note_lines(named, note)
        if self._separator:
            return Survey(escapes, has_spaces=False)
        uncertain = {name: text for name, text in named.items() if self._signs(text)}
        first = {name: self._found(text, has_spaces=False) for name, text in uncertain.items()}
        spaced = sum(each.name == separators.SPACE for each in first.values())
        unsure = sum(each.is_unsure for each in first.values())
        survey = Survey(escapes, has_spaces=spaced > unsure)
        found = {
            name: self._found(text, has_spaces=survey.has_spaces)
            for name, text in uncertain.items()
        }
        for separator in ("space", "semicolon", "pipe"):
            names = [name for name, each in found.items() if each.name == separator]
            if names:
                note(f'separator "{separator}" found in {_files(names)}')
        if names := [name for name, each in found.items() if each.is_unsure]:
            note(f"separator unclear, left as it is, in {_files(names)}; set separator")
        return survey

    def separator(self, text: str, survey: Survey) -> str:
        """Return what separates the pieces of a caption, by name."""
        if self._separator:
            return self._separator
        if not self._signs(text):
            return separators.COMMA
        return self._found(text, has_spaces=survey.has_spaces).name

    def _signs(self, text: str) -> list[str]:
        return separators.signs(text)

    def _found(self, text: str, *, has_spaces: bool) -> separators.Separator:
        body = framed(text)[1]
        sign = next((sign for name, sign in _SIGNS.items() if self._is_output(name)), "")
        if sign and sign in body and "," not in body:
            return separators.Separator(self.rules.output_separator, is_shown=True)
        return separators.separator_of(body, self.is_tag, spaces_are_usual=has_spaces)

    def _is_output(self, name: str) -> bool:
        return name in ("semicolon", "pipe") and self.rules.output_separator == name

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
