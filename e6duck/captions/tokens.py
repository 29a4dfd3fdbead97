"""Pieces of captions as they are read: the word in each, if there is one, and how it got there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .policy import Policy, Removal, TagPolicy
from .resolver import Meaning
from .text import escaped, spelling, unwrapped


@dataclass(eq=False, slots=True)
class Token:
    """A piece as it was read; pieces of the same letters share one."""

    text: str
    word: TagPolicy | None = None
    before: str = ""
    """Brackets of a weight"""
    after: str = ""
    kind: str = "unknown"
    """unknown, sentence, added, or why its spelling leads to the word (`Meaning.kind`)"""
    removal: Removal | None = None
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


class _Untrimmed(dict[str, Token | None]):
    def __init__(self, readings: dict[str, Token]) -> None:
        self._readings = readings

    def __missing__(self, piece: str) -> Token | None:
        trimmed = piece.strip()
        found = self[piece] = self._readings[trimmed] if trimmed else None
        return found


class Tokenizer:
    """Readings of pieces; looks up those that it has not met, all at once."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.readings: dict[str, Token] = {}
        """Those of the pieces that were learnt"""
        self.untrimmed = _Untrimmed(self.readings)
        """The same, by pieces with the spaces that stood around them; None for spaces alone"""
        self.has_adding = False
        """Whether one of them adds what it implies"""
        self.has_ends = False
        """Whether a sentence ends with one of them"""
        self._sentences: dict[str, Token] = {}
        self._added: dict[TagPolicy, Token] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Read pieces that were not met yet."""
        fresh = {text for text in texts if text not in self.readings}
        if not fresh:
            return
        resolver = self.policy.resolver
        cores = {text: list(unwrapped(text)) for text in fresh}
        resolver.learn(core for found in cores.values() for _, core, _ in found)
        meanings = {text: self._meaning(found) for text, found in cores.items()}
        resolver.conflicts(fresh)
        read = [found[0] for found in meanings.values() if found]
        self.policy.policy(meaning.tag for meaning in read if meaning.is_applied)
        for text in sorted(fresh):
            self.readings[text] = reading = self._reading(text, meanings[text])
            self.has_adding |= bool(reading.word and reading.word.adds)
            self.has_ends |= reading.ends_sentence
        self._ban_texts([self.readings[text] for text in fresh])

    def is_tag(self, text: str) -> bool:
        """Tell whether a piece that was learnt is a tag."""
        return self.readings[text].is_tag

    def sentence(self, text: str) -> Token:
        """Return the reading of a sentence: it is what it is."""
        return self._sentences.setdefault(text, Token(text, kind="sentence"))

    def added(self, word: TagPolicy) -> Token:
        """Return the reading of a word that was not written there."""
        found = self._added.get(word)
        if found is None:
            found = self._added[word] = Token("", word, kind="added")
        return found

    def _meaning(
        self, cores: list[tuple[str, str, str]]
    ) -> tuple[Meaning, tuple[str, str, str]] | None:
        for core in cores:
            if found := self.policy.resolver.meaning(core[1]):
                return found, core
        return None

    def _reading(self, text: str, found: tuple[Meaning, tuple[str, str, str]] | None) -> Token:
        if found is None:
            return Token(text, ends_sentence=text[-1] in ".!?")
        meaning, (before, core, after) = found
        if not meaning.is_applied:
            return Token(text, kind="ambiguous")
        word = self.policy.word(meaning.tag)
        for each in (word, *word.adds):
            if each.tag in self.policy.unreadable:
                self._tell_unreadable(each, core if each is word else each.tag.name)
        return Token(text, word, before, after, meaning.kind)

    def _tell_unreadable(self, word: TagPolicy, name: str) -> None:
        self.policy.resolver.notices[
            f"{name} is written as {word.name}, which the rules read as something else: a second"
            " run may change it again"
        ] = None

    def _ban_texts(self, readings: list[Token]) -> None:
        texts: dict[str, list[Token]] = {}
        for reading in readings:
            if reading.word is None:
                for _, core, _ in unwrapped(reading.text):
                    texts.setdefault(spelling(core), []).append(reading)
        for key, removal in self.policy.banned_texts(texts.keys()).items():
            for reading in texts[key]:
                reading.removal = removal
