"""The rules applied to one caption: what stays, what goes, what comes, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from .policy import TagPolicy
from .rules import Rules
from .text import escaped_characters, framed, joined, segments, units
from .tokens import Token, Tokenizer

_REASONS = {
    "alias": "alias of {by}",
    "aliases": "alias of {by}, by the rules",
    "aliases_overrides": "alias of {by}, by the rules",
    "spelling": "spelling of {by}",
    "renames": "renamed from {by}",
    "implied": "implied by {by}",
    "duplicate": "stands there already, as {by}",
    "dropped": "too little used: what it implies stands for it",
    "terminated": "what it implies stands for it",
    "added": "implied by {by}",
    "moved": "in the order of categories: {by}",
    "blacklist": "on the blacklist: {by}",
    "blacklist_regexp": "blacklisted by the pattern {by}",
    "blacklist_categories": "of the category {by}, which is blacklisted",
    "blacklist_implied": "implied by {by}, which is blacklisted",
    "kept": "a tag, written as it should be",
    "sentence": "a sentence, left untouched",
    "unknown": "no known tag, left as it is",
    "ambiguous": "may mean several tags, left as it is",
}
REMOVALS = (
    *("implied", "duplicate", "dropped", "terminated"),
    *("blacklist", "blacklist_regexp", "blacklist_categories", "blacklist_implied"),
)


class Step(NamedTuple):
    """What became of a piece: before and after are its text, empty where it was not or is gone."""

    before: str
    after: str
    kind: str
    by: str = ""

    @property
    def reason(self) -> str:
        """Why, in words."""
        return _REASONS[self.kind].format(by=self.by)

    @property
    def is_change(self) -> bool:
        """Whether something is written otherwise."""
        return self.before != self.after or self.kind == "moved"


@dataclass(frozen=True, slots=True)
class Result:
    """A caption, clean, and what became of each of its pieces."""

    text: str
    steps: tuple[Step, ...]
    read: tuple[Token, ...] = field(repr=False, default=())
    """Its pieces"""
    written: tuple[Token, ...] = field(repr=False, default=())
    """Those that are left, and what was added"""

    @property
    def changes(self) -> tuple[Step, ...]:
        """What was changed, each with its reason."""
        return tuple(step for step in self.steps if step.is_change)


@dataclass(slots=True)
class _Pieces:
    """The pieces of a caption, and for each the part between marks that it stands in."""

    marks: list[str]
    readings: list[Token]
    parts: list[int]


def texts_of(texts: Iterable[str], multiline: str) -> set[str]:
    """Return the trimmed pieces of texts, for `Tokenizer.learn`."""
    found: set[str] = set()
    for text in texts:
        if multiline == "captions" or "|||" in text or ";;;" in text:
            for body in _captions(text, multiline):
                for segment in segments(framed(body)[1]):
                    found.update(segment.pieces)
        else:
            found.update(framed(text)[1].replace("\n", ",").split(","))
    return set(map(str.strip, found)) - {""}


def _captions(text: str, multiline: str) -> list[str]:
    return text.split("\n") if multiline == "captions" else [text]


class Cleaner:
    """Cleans captions whose pieces the reader has learnt."""

    def __init__(self, reader: Tokenizer, rules: Rules) -> None:
        self.reader = reader
        self.rules = rules
        self._outcomes = {escapes: _Outcomes(escapes) for escapes in ("", "(", ":", "(:")}
        self._order = {category: place for place, category in enumerate(rules.order)}

    def clean(self, text: str) -> Result:
        """Return a text clean: the same text, where nothing is to be changed."""
        escapes = self._escapes(text)
        results = [
            self._clean_caption(body, escapes) for body in _captions(text, self.rules.multiline)
        ]
        if len(results) == 1:
            return results[0]
        return Result(
            "\n".join(result.text for result in results),
            tuple(step for result in results for step in result.steps),
            tuple(reading for result in results for reading in result.read),
            tuple(reading for result in results for reading in result.written),
        )

    def _escapes(self, text: str) -> str:
        found = escaped_characters(text)
        if self.rules.escape_parens == "auto":
            return found
        return "(" * (self.rules.escape_parens == "always") + found.replace("(", "")

    def _clean_caption(self, text: str, escapes: str) -> Result:
        head, body, tail = framed(text)
        found = self._pieces(body)
        weighed, causes = self._with_added(found) if self.reader.has_adding else (found, {})
        steps = self._steps(weighed.readings, causes, escapes)
        kept, parts, written = weighed.readings, weighed.parts, [step.after for step in steps]
        is_changed = written != [step.before for step in steps]
        if "" in written:
            kept, parts = list(compress(kept, written)), list(compress(parts, written))
            written = list(filter(None, written))
        if self._order and (moved := self._sorted(kept, parts)) != kept:
            kept, is_changed = moved, True
            written = [reading.written(escapes) for reading in kept]
            steps.append(Step("", "", "moved", ", ".join(self.rules.order)))
        if is_changed:
            text = head + self._joined(found.marks, written, parts) + tail
        if causes:
            steps = [step for step in steps if step is not _NOTHING]
        return Result(text, tuple(steps), tuple(found.readings), tuple(kept))

    def _steps(
        self, readings: list[Token], causes: dict[TagPolicy, TagPolicy], escapes: str
    ) -> list[Step]:
        """Return what becomes of each piece, for what else stands in the caption."""
        steps = list(map(self._outcomes[escapes].__getitem__, readings))
        words = [reading.word for reading in readings]
        stripped = _stripped(words)
        met: set[TagPolicy] = set()
        for place, word in enumerate(words):
            if word is None:
                continue
            if word in met:
                steps[place] = Step(readings[place].text, "", "duplicate", word.text)
            elif word in stripped or word in causes or word.replacement:
                steps[place] = _among_others(readings[place], word, stripped, causes, escapes)
            met.add(word)
        return steps

    def _joined(self, marks: list[str], written: list[str], parts: list[int]) -> str:
        if len(marks) == 1:
            return self.rules.separator.join(written)
        by_part: list[tuple[str, list[str]]] = [(mark, []) for mark in marks]
        for each, part in zip(written, parts, strict=True):
            by_part[part][1].append(each)
        return joined(by_part, self.rules.separator)

    def _pieces(self, body: str) -> _Pieces:
        if "\n" not in body and "|||" not in body and ";;;" not in body:
            readings = list(filter(None, map(self.reader.untrimmed.__getitem__, body.split(","))))
            if not self.reader.has_ends or not any(each.ends_sentence for each in readings):
                return _Pieces([""], readings, [0] * len(readings))
        known = self.reader.readings
        found = _Pieces([""], [], [])
        for segment in segments(body):
            if segment.is_marked:
                found.marks.append(segment.mark)
            for unit, is_sentence in units(segment.pieces, self.reader.is_tag):
                found.readings.append(self.reader.sentence(unit) if is_sentence else known[unit])
                found.parts.append(len(found.marks) - 1)
        return found

    def _with_added(self, found: _Pieces) -> tuple[_Pieces, dict[TagPolicy, TagPolicy]]:
        """Return the pieces with what is added after them, and for which word each was."""
        there = {reading.word for reading in found.readings}
        result = _Pieces(found.marks, [], [])
        causes: dict[TagPolicy, TagPolicy] = {}
        for reading, part in zip(found.readings, found.parts, strict=True):
            result.readings.append(reading)
            result.parts.append(part)
            for other in reading.word.adds if reading.word else ():
                if other not in there:
                    there.add(other)
                    if not other.replacement and reading.word:
                        causes[other] = reading.word
                        result.readings.append(self.reader.added(other))
                        result.parts.append(part)
        return result, causes

    def _sorted(self, kept: list[Token], parts: list[int]) -> list[Token]:
        """Return the pieces with the tags of each part sorted by category.

        What is no tag keeps its place, and so do the first ones.
        """
        result = list(kept)
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, reading in enumerate(result):
            if place >= self.rules.keep_first and reading.word:
                places[parts[place]].append(place)
        for group in places.values():
            chosen = sorted((result[place] for place in group), key=self._rank)
            for place, reading in zip(group, chosen, strict=True):
                result[place] = reading
        return result

    def _rank(self, reading: Token) -> int:
        category = reading.word.tag.category if reading.word else ""
        return self._order.get(category, len(self._order))


_NOTHING = Step("", "", "implied")


def _stripped(words: list[TagPolicy | None]) -> dict[TagPolicy, TagPolicy]:
    """Return the words that others imply, and which does so first."""
    found: dict[TagPolicy, TagPolicy] = {}
    for word in words:
        if word is not None and word.strips:
            for other in word.strips:
                found.setdefault(other, word)
    return found


def _among_others(
    reading: Token,
    word: TagPolicy,
    stripped: dict[TagPolicy, TagPolicy],
    causes: dict[TagPolicy, TagPolicy],
    escapes: str,
) -> Step:
    """Return what becomes of a tag that is implied, goes or was added."""
    if word in causes and (word in stripped or word.removal):
        return _NOTHING
    if word.replacement:
        return Step(reading.text, "", word.replacement, word.text)
    if word in stripped:
        return Step(reading.text, "", "implied", stripped[word].text)
    return Step("", reading.written(escapes), "added", causes[word].text)


class _Outcomes(dict[Token, Step]):
    """What becomes of each piece where nothing else stands, under the same backslashes."""

    def __init__(self, escapes: str) -> None:
        self.escapes = escapes

    def __missing__(self, reading: Token) -> Step:
        step = self[reading] = _outcome(reading, self.escapes)
        return step


def _outcome(reading: Token, escapes: str) -> Step:
    """Return what becomes of a piece where nothing else stands."""
    word = reading.word
    removal = word.removal if word else reading.removal
    if removal:
        return Step(reading.text, "", *removal)
    if word is None:
        return Step(reading.text, reading.text, reading.kind)
    after = reading.written(escapes)
    if after == reading.text:
        return Step(after, after, "kept")
    return Step(reading.text, after, *_respelt(reading, word))


def _respelt(reading: Token, word: TagPolicy) -> tuple[str, str]:
    """Return why a tag is written otherwise, and what the reason names."""
    if reading.kind in ("alias", "aliases", "aliases_overrides"):
        return reading.kind, word.text
    if word.is_renamed and reading.kind == "name":
        return "renames", word.tag.name
    return "spelling", word.text
