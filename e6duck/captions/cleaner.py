"""The rules applied to one caption: what stays, what goes, what comes, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress

from .policy import TagPolicy
from .rules import Rules
from .steps import Result, Step
from .text import (
    Rewritten,
    Segment,
    escaped_characters,
    framed,
    joined,
    segments,
    units,
    without_lines,
)
from .tokens import Token, Tokenizer


@dataclass(slots=True)
class _Pieces:
    """The pieces of a caption, and for each the number of the segment that it is in."""

    segments: list[Segment]
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
        self._is_joining = rules.multiline == "join"
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
        changed: set[int] = set()
        if written != [step.before for step in steps]:
            pairs = zip(parts, steps, strict=True)
            changed = {part for part, step in pairs if step.before != step.after}
        if "" in written:
            kept, parts = list(compress(kept, written)), list(compress(parts, written))
            written = list(filter(None, written))
        if self._order and (moved := self._sorted(kept, parts)) != kept:
            places = zip(parts, kept, moved, strict=True)
            changed |= {part for part, old, new in places if old is not new}
            kept, written = moved, [reading.written(escapes) for reading in moved]
            steps.append(Step("", "", "moved", ", ".join(self.rules.order)))
        if changed or (self._is_joining and "\n" in body):
            new = self._joined(found.segments, written, parts, changed)
            text = head + new + tail
            if self._is_joining and new.count("\n") < body.count("\n"):
                steps.append(Step("", "", "joined"))
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
        kept = _kept_places(readings)
        for place, word in enumerate(words):
            if word is None:
                continue
            if kept[word] != place:
                by = readings[kept[word]].written(escapes)
                steps[place] = Step(readings[place].text, "", "duplicate", by)
            elif word in stripped or word in causes or word.replacement:
                steps[place] = _among_others(readings[place], word, stripped, causes, escapes)
        return steps

    def _joined(
        self, parts: list[Segment], written: list[str], places: list[int], changed: set[int]
    ) -> str:
        """Return the caption with new pieces in the segments that changed."""
        if self._is_joining:
            parts, numbers = without_lines(parts)
            places = [numbers[place] for place in places]
            changed = {numbers[place] for place in changed}
            changed |= {place for place in places if "\n" in parts[place].text}
        if len(parts) == 1 and changed:
            return self.rules.separator.join(written)
        pieces: list[list[str]] = [[] for _ in parts]
        for each, place in zip(written, places, strict=True):
            pieces[place].append(each)
        rewritten = [
            Rewritten(part, pieces[place] if place in changed else None)
            for place, part in enumerate(parts)
        ]
        return joined(rewritten, self.rules.separator)

    def _pieces(self, body: str) -> _Pieces:
        if "\n" not in body and "|||" not in body and ";;;" not in body:
            readings = list(filter(None, map(self.reader.untrimmed.__getitem__, body.split(","))))
            if not self.reader.has_ends or not any(each.ends_sentence for each in readings):
                return _Pieces([Segment("", body)], readings, [0] * len(readings))
        known = self.reader.readings
        found = _Pieces(segments(body), [], [])
        for place, segment in enumerate(found.segments):
            for unit, is_sentence in units(segment.pieces, self.reader.is_tag):
                found.readings.append(self.reader.sentence(unit) if is_sentence else known[unit])
                found.parts.append(place)
        return found

    def _with_added(self, found: _Pieces) -> tuple[_Pieces, dict[TagPolicy, TagPolicy]]:
        """Return the pieces with what is added after them, and for which word each was."""
        there = {reading.word for reading in found.readings}
        kept = _kept_places(found.readings)
        result = _Pieces(found.segments, [], [])
        causes: dict[TagPolicy, TagPolicy] = {}
        for place, (reading, part) in enumerate(zip(found.readings, found.parts, strict=True)):
            result.readings.append(reading)
            result.parts.append(part)
            if not reading.word or kept[reading.word] != place:
                continue
            for other in reading.word.adds:
                if other not in there:
                    there.add(other)
                    if not other.replacement:
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


def _kept_places(readings: list[Token]) -> dict[TagPolicy, int]:
    """Return which of the pieces of a word stays: the first one with a weight, else the first."""
    places: dict[TagPolicy, int] = {}
    for place, reading in enumerate(readings):
        word = reading.word
        if word is None:
            continue
        first = places.setdefault(word, place)
        if first != place and reading.before and not readings[first].before:
            places[word] = place
    return places


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
