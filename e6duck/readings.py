"""Pieces of captions as they are read: the word in each, if there is one, and how it got there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .captions import escaped, spelling, unwrapped
from .judging import Ban, Judge, Word
from .lexicon import Meaning


@dataclass(eq=False, slots=True)
class Reading:
    """A piece as it was read; pieces of the same letters share one."""

    text: str
    word: Word | None = None
    before: str = ""
    """Brackets of a weight"""
    after: str = ""
    kind: str = "unknown"
    """unknown, sentence, added, or why its spelling leads to the word (`Meaning.kind`)"""
    ban: Ban | None = None
    """The rule that removes a piece that is no tag"""
    ends_sentence: bool = False
    """Whether a sentence ends with it: a full stop or the like, and no tag"""
    _written: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_tag(self) -> bool:
        """Whether it is a tag, be it one that is left as written because it may mean several."""
        return self.kind not in ("unknown", "sentence")

    def written(self, escapes: str) -> str:
        """Return what is written for it, with backslashes before these characters."""
        if self.word is None:
            return self.text
        if escapes not in self._written:
            inner = escaped(self.word.text, escapes)
            self._written[escapes] = f"{self.before}{inner}{self.after}"
        return self._written[escapes]


class _Untrimmed(dict[str, Reading | None]):
    def __init__(self, readings: dict[str, Reading]) -> None:
        self._readings = readings

    def __missing__(self, piece: str) -> Reading | None:
        trimmed = piece.strip()
        found = self[piece] = self._readings[trimmed] if trimmed else None
        return found


class Reader:
    """Readings of pieces; looks up those that it has not met, all at once."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.readings: dict[str, Reading] = {}
        """Those of the pieces that were learnt"""
        self.untrimmed = _Untrimmed(self.readings)
        """The same, by pieces with the spaces that stood around them; None for spaces alone"""
        self.has_adding = False
        """Whether one of them adds what it implies"""
        self.has_ends = False
        """Whether a sentence ends with one of them"""
        self._sentences: dict[str, Reading] = {}
        self._added: dict[Word, Reading] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Read pieces that were not met yet."""
        fresh = {text for text in texts if text not in self.readings}
        if not fresh:
            return
        lexicon = self.judge.lexicon
        cores = {text: list(unwrapped(text)) for text in fresh}
        lexicon.learn(core for found in cores.values() for _, core, _ in found)
        meanings = {text: self._meaning(found) for text, found in cores.items()}
        lexicon.conflicts(fresh)
        read = [found[0] for found in meanings.values() if found]
        self.judge.judge(meaning.tag for meaning in read if meaning.is_applied)
        for text in sorted(fresh):
            self.readings[text] = reading = self._reading(text, meanings[text])
            self.has_adding |= bool(reading.word and reading.word.adds)
            self.has_ends |= reading.ends_sentence
        self._ban_texts([self.readings[text] for text in fresh])

    def is_tag(self, text: str) -> bool:
        """Tell whether a piece that was learnt is a tag."""
        return self.readings[text].is_tag

    def sentence(self, text: str) -> Reading:
        """Return the reading of a sentence: it is what it is."""
        return self._sentences.setdefault(text, Reading(text, kind="sentence"))

    def added(self, word: Word) -> Reading:
        """Return the reading of a word that was not written there."""
        found = self._added.get(word)
        if found is None:
            found = self._added[word] = Reading("", word, kind="added")
        return found

    def _meaning(
        self, cores: list[tuple[str, str, str]]
    ) -> tuple[Meaning, tuple[str, str, str]] | None:
        for core in cores:
            if found := self.judge.lexicon.meaning(core[1]):
                return found, core
        return None

    def _reading(self, text: str, found: tuple[Meaning, tuple[str, str, str]] | None) -> Reading:
        if found is None:
            return Reading(text, ends_sentence=text[-1] in ".!?")
        meaning, (before, core, after) = found
        if not meaning.is_applied:
            return Reading(text, kind="ambiguous")
        word = self.judge.word(meaning.tag)
        for each in (word, *word.adds):
            if each.tag in self.judge.unreadable:
                self._tell_unreadable(each, core if each is word else each.tag.name)
        return Reading(text, word, before, after, meaning.kind)

    def _tell_unreadable(self, word: Word, name: str) -> None:
        self.judge.lexicon.notices[
            f"{name} is written as {word.name}, which the rules read as something else: a second"
            " run may change it again"
        ] = None

    def _ban_texts(self, readings: list[Reading]) -> None:
        texts: dict[str, list[Reading]] = {}
        for reading in readings:
            if reading.word is None:
                for _, core, _ in unwrapped(reading.text):
                    texts.setdefault(spelling(core), []).append(reading)
        for key, ban in self.judge.banned_texts(texts.keys()).items():
            for reading in texts[key]:
                reading.ban = ban
