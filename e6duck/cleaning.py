"""The rules applied to one caption: what stays, what goes, what comes, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .captions import escaped_characters, framed, joined, segments, units
from .judging import Word
from .readings import Reader, Reading
from .rules import Rules

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
    written: tuple[Reading, ...] = field(repr=False, default=())
    implied: frozenset[Word] = field(repr=False, default=frozenset())

    @property
    def changes(self) -> tuple[Step, ...]:
        """What was changed, each with its reason."""
        return tuple(step for step in self.steps if step.is_change)


class _Piece(NamedTuple):
    """A piece on its way: what it is, and in which part between marks it stands."""

    reading: Reading
    part: int
    fate: str = ""
    """Why it goes, where that is not for its neighbours or the blacklists"""
    cause: Word | None = None
    """What it was added for"""


def texts_of(text: str, multiline: str) -> Iterator[str]:
    """Yield the trimmed pieces of a text, for `Reader.learn`."""
    for body in _captions(text, multiline):
        for segment in segments(framed(body)[1]):
            for piece in segment.pieces:
                if trimmed := piece.strip():
                    yield trimmed


def _captions(text: str, multiline: str) -> list[str]:
    return text.split("\n") if multiline == "captions" else [text]


class Cleaner:
    """Cleans captions whose pieces the reader has learnt."""

    def __init__(self, reader: Reader, rules: Rules) -> None:
        self.reader = reader
        self.rules = rules
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
            tuple(reading for result in results for reading in result.written),
            frozenset().union(*(result.implied for result in results)),
        )

    def _escapes(self, text: str) -> str:
        found = escaped_characters(text)
        if self.rules.escape_parens == "auto":
            return found
        return found.replace("(", "") + "(" * (self.rules.escape_parens == "always")

    def _clean_caption(self, text: str, escapes: str) -> Result:
        head, body, tail = framed(text)
        marks, pieces = self._pieces(body)
        met, stripped, implied = self._weighed(pieces)
        steps: list[Step] = []
        kept: list[_Piece] = []
        for piece in met:
            step = self._step(piece, stripped, escapes)
            if step.before or step.after:
                steps.append(step)
            if step.after:
                kept.append(piece)
        if self._order:
            moved = self._sorted(kept)
            if moved != kept:
                steps.append(Step("", "", "moved", ", ".join(self.rules.order)))
            kept = moved
        written = [piece.reading.written(escapes) for piece in kept]
        if written != [piece.reading.text for piece in pieces]:
            parts: list[tuple[str, list[str]]] = [(mark, []) for mark in marks]
            for each, piece in zip(written, kept, strict=True):
                parts[piece.part][1].append(each)
            text = head + joined(parts, self.rules.separator) + tail
        return Result(text, tuple(steps), tuple(piece.reading for piece in kept), implied)

    def _pieces(self, body: str) -> tuple[list[str], list[_Piece]]:
        """Return the marks before the parts of a caption, the first one empty, and its pieces."""
        reader = self.reader
        marks = [""]
        pieces: list[_Piece] = []
        for segment in segments(body):
            if segment.is_marked:
                marks.append(segment.mark)
            part = len(marks) - 1
            for unit, is_sentence in units(segment.pieces, reader.is_tag):
                reading = reader.sentence(unit) if is_sentence else reader.reading(unit)
                pieces.append(_Piece(reading, part))
        return marks, pieces

    def _weighed(
        self, pieces: list[_Piece]
    ) -> tuple[list[_Piece], dict[Word, Word], frozenset[Word]]:
        """Return the pieces and what is added; what is stripped, for what; and all implied."""
        there = {piece.reading.word for piece in pieces}
        met: set[Word] = set()
        stripped: dict[Word, Word] = {}
        implied: set[Word] = set()
        found: list[_Piece] = []
        for piece in pieces:
            word = piece.reading.word
            if word is None:
                found.append(piece)
            elif word in met:
                found.append(piece._replace(fate="duplicate"))
            else:
                met.add(word)
                found.append(piece._replace(fate=word.fate) if word.fate else piece)
                if not word.implied:
                    continue
                implied.update(word.implied)
                for other in word.strips:
                    stripped.setdefault(other, word)
                for other in word.adds:
                    if other in there or other in met:
                        continue
                    met.add(other)
                    if not other.fate:
                        added = self.reader.added(other)
                        found.append(_Piece(added, piece.part, cause=word))
                    for further in other.strips:
                        stripped.setdefault(further, other)
        return found, stripped, frozenset(implied)

    def _step(self, piece: _Piece, stripped: dict[Word, Word], escapes: str) -> Step:
        reading = piece.reading
        word = reading.word
        if word is None:
            if reading.ban and reading.kind != "sentence":
                return Step(reading.text, "", *reading.ban)
            return Step(reading.text, reading.text, reading.kind)
        if piece.fate:
            return Step(reading.text, "", piece.fate, word.text)
        if word in stripped:
            return Step(reading.text, "", "implied", stripped[word].text)
        if word.ban:
            return Step(reading.text, "", *word.ban)
        after = reading.written(escapes)
        if after == reading.text:
            return Step(after, after, "kept")
        if piece.cause:
            return Step("", after, "added", piece.cause.text)
        return Step(reading.text, after, *_respelt(reading, word))

    def _sorted(self, pieces: list[_Piece]) -> list[_Piece]:
        """Return the pieces with the tags of each part sorted by category.

        What is no tag keeps its place, and so do the first ones.
        """
        result = list(pieces)
        last = len(self._order)
        places: dict[int, list[int]] = {}
        for place, piece in enumerate(pieces):
            if place >= self.rules.keep_first and piece.reading.word:
                places.setdefault(piece.part, []).append(place)
        for group in places.values():
            chosen = sorted(
                (pieces[place] for place in group),
                key=lambda piece: self._order.get(_category(piece), last),
            )
            for place, piece in zip(group, chosen, strict=True):
                result[place] = piece
        return result


def _category(piece: _Piece) -> str:
    return piece.reading.word.tag.category if piece.reading.word else ""


def _respelt(reading: Reading, word: Word) -> tuple[str, str]:
    """Return why a tag is written otherwise, and what the reason names."""
    if reading.kind in ("alias", "aliases", "aliases_overrides"):
        return reading.kind, word.text
    if word.is_renamed and reading.kind == "name":
        return "renames", word.tag.name
    return "spelling", word.text
