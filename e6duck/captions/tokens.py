"""The pieces of captions as tokens: the tag that a piece means, and how that was found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from .policy import Policies, Removal, TagPolicy, is_emoticon
from .resolver import Meaning
from .syntax.layout import is_plain
from .text import escaped, keys, spelling, unwrapped

_OTHER = re.compile(r"[<>/\\|{}]")

_REMEMBERED = 200_000  # pieces; each takes 0.3 to 2 kB


@dataclass(eq=False, slots=True)
class Token:
    """A piece of a caption. Pieces of the same text share one token."""

    text: str
    policy: TagPolicy | None = None
    """The tag that the piece means, as the rules treat it; None if it is not a tag"""
    before: str = ""
    """The opening brackets of an attention weight"""
    after: str = ""
    """The weight and its closing brackets"""
    kind: str = "unknown"
    """unknown, sentence, added, or why the text leads to the tag (`Meaning.kind`)"""
    removal: Removal | None = None
    """The rule that removes the piece if it is not a tag"""
    is_plain: bool = True
    """Whether it is a tag, or has neither prompt syntax nor the words of a sentence"""
    _written: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_tag(self) -> bool:
        """Whether it is a tag, including an ambiguous one that is left unchanged."""
        return self.kind not in ("unknown", "sentence")

    @property
    def is_repeatable(self) -> bool:
        """Whether it is an unknown tag, and not a word of the prompt syntax."""
        is_syntax = self.text in ("BREAK", "AND") or self.text[0] == "<"
        return self.kind == "unknown" and not is_syntax

    def written(self, escapes: str) -> str:
        """Return the text to write, with a backslash before each of these characters.

        With _ among them, the spaces of a tag are underscores.
        """
        if self.policy is None:
            return self.text
        if escapes not in self._written:
            inner = escaped(self.policy.name if "_" in escapes else self.policy.text, escapes)
            self._written[escapes] = f"{self.before}{inner}{self.after}"
        return self._written[escapes]


class Tokenizer:
    """Turns pieces into tokens; looks up all pieces that are new to it in one query."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self.has_adding = False
        """Whether one of the tags adds those that it implies"""
        self._tokens: dict[str, Token] = {}
        self.token = cache(self._token)
        """Returns the token of a piece, None for white space"""
        self.sentence = lru_cache(maxsize=1_000)(_sentence)
        """Returns the token of a sentence, which is never changed"""
        self.added = cache(_added)
        """Returns the token of a tag that is added to captions"""

    def learn(self, texts: Iterable[str]) -> None:
        """Look up trimmed pieces that were not looked up yet.

        If very many are remembered, all others are forgotten first.
        """
        if len(self._tokens) > _REMEMBERED:
            self._tokens.clear()
            self.token.cache_clear()
        fresh = {text for text in texts if text not in self._tokens}
        if not fresh:
            return
        resolver = self.policies.resolver
        cores = {text: list(unwrapped(text)) for text in fresh}
        resolver.learn(core for found in cores.values() for _, core, _ in found)
        meanings = {text: self._meaning(found) for text, found in cores.items()}
        resolver.check_conflicts(fresh)
        read = [found[0] for found in meanings.values() if found]
        self.policies.learn(meaning.tag for meaning in read if meaning.is_applied)
        for text in sorted(fresh):
            self._tokens[text] = token = self._made(text, meanings[text])
            self.has_adding |= bool(token.policy and token.policy.adds)
        self._remove_texts([self._tokens[text] for text in fresh])

    def is_tag(self, text: str) -> bool:
        """Return whether a trimmed piece is a tag; it is faster to learn many at once."""
        token = self.token(text)
        return token is not None and token.is_tag

    def _token(self, piece: str) -> Token | None:
        trimmed = piece.strip()
        if trimmed and trimmed not in self._tokens:
            self.learn([trimmed])
        return self._tokens[trimmed] if trimmed else None

    def _meaning(
        self, cores: list[tuple[str, str, str]]
    ) -> tuple[Meaning, tuple[str, str, str]] | None:
        for core in cores:
            if found := self.policies.resolver.meaning(core[1]):
                return found, core
        return None

    def _made(self, text: str, found: tuple[Meaning, tuple[str, str, str]] | None) -> Token:
        if found is None:
            return Token(text, is_plain=is_plain(text))
        meaning, (before, core, after) = found
        if not meaning.is_applied:
            return Token(text, kind="ambiguous")
        policy = self.policies.of(meaning.tag)
        for each in (policy, *policy.adds):
            if each.tag in self.policies.unreadable:
                self._note_unreadable(each, core if each is policy else each.tag.name)
        return Token(text, policy, before, after, meaning.kind)

    def _note_unreadable(self, policy: TagPolicy, name: str) -> None:
        self.policies.resolver.note(
            f"{name} is written as {policy.name}, which the rules read as something else: a second"
            " run may change it again"
        )

    def _remove_texts(self, tokens: list[Token]) -> None:
        """Set the removal of tokens that are not tags but are blacklisted as text."""
        by_spelling: dict[str, list[Token]] = {}
        for token in tokens:
            if token.policy is None:
                for _, core, _ in unwrapped(token.text):
                    by_spelling.setdefault(spelling(core), []).append(token)
        for key, removal in self.policies.text_removals(by_spelling.keys()).items():
            for token in by_spelling[key]:
                token.removal = removal


def respelled_unknown(text: str, style: str) -> str:
    """Return an unknown piece with spaces or underscores between its words.

    Emoticons, addresses and the prompt syntax stay as they are.
    """
    before, core, after = list(unwrapped(text))[-1]
    is_other = _OTHER.search(core) or is_emoticon(core) or core.strip("_ ") != core
    if is_other or keys(core) == ():
        return text
    old, new = ("_", " ") if style == "spaces" else (" ", "_")
    return before + core.replace(old, new) + after


def _sentence(text: str) -> Token:
    return Token(text, kind="sentence")


def _added(policy: TagPolicy) -> Token:
    return Token("", policy, kind="added")
