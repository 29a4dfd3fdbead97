"""A short cut for plain lists of tags, of which datasets have very many; all else takes its time.

`Cleaner` says what is right: a test proves that both give the same texts and counts.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import NamedTuple

from ..cleaner import Cleaner, pieces_of
from ..policy import TagPolicy
from ..rules import Rules
from ..syntax.separators import has_other_signs
from ..tokens import Token, Tokenizer
from .counts import Counts, counts_of

_REMEMBERED = 200_000
# Pieces; then all are forgotten.
_PLAIN = re.compile(r"[a-z0-9_' -]+")
_TAG, _AFTER, _STRIPS, _BEFORE, _KIND = map(itemgetter, range(5))  # of a `_Piece`
_ODD = ("\n", "\\", "|||", ";;;", "\ufeff")


class _Piece(NamedTuple):
    """A piece of a caption, and what becomes of it if no other tag concerns it."""

    tag: TagPolicy | str
    """The tag, or the text if it is not one"""
    after: str
    strips: frozenset[TagPolicy | str] | None
    """The tags that it removes; None if there are none"""
    before: str
    kind: str


class PlainCleaner:
    """Cleans many texts, with totals but without the steps of each."""

    def __init__(self, tokenizer: Tokenizer, cleaner: Cleaner) -> None:
        self._tokenizer = tokenizer
        self._cleaner = cleaner
        self._pieces: dict[str, _Piece | None] = {}
        rules = cleaner.rules
        self._is_usual = not rules.order and all(
            getattr(rules, name) == getattr(Rules, name)
            for name in ("separator", "output_separator", "duplicates", "unknown")
        )

    def clean(self, texts: list[str]) -> tuple[list[str], Counts]:
        """Return the cleaned texts, and their totals."""
        counts = Counts(read=len(texts))
        found: list[str | None] = [None] * len(texts)
        lists = [None if self._is_odd(text) else text.split(",") for text in texts]
        self._learn([pieces for pieces in lists if pieces is not None])
        if self._is_usual and not self._tokenizer.has_adding:
            for place, pieces in enumerate(lists):
                if pieces is not None:
                    found[place] = self._plain(texts[place], pieces, counts)
        slow = [place for place, text in enumerate(found) if text is None]
        rest = [texts[place] for place in slow]
        self._tokenizer.learn(pieces_of(rest, self._cleaner.rules))
        for place, text in zip(slow, rest, strict=True):
            result = self._cleaner.clean(text)
            found[place] = result.text
            counts.add(counts_of(text, result))
        return [text for text in found if text is not None], counts

    def _is_odd(self, text: str) -> bool:
        return (
            not text
            or text[0].isspace()
            or text[-1].isspace()
            or any(each in text for each in _ODD)
            or has_other_signs(text)
        )

    def _learn(self, lists: list[list[str]]) -> None:
        if len(self._pieces) > _REMEMBERED:
            self._pieces.clear()
        fresh = set().union(*lists) - self._pieces.keys()
        if not fresh:
            return
        self._tokenizer.learn({piece.strip() for piece in fresh} - {""})
        for piece in fresh:
            token = self._tokenizer.token(piece)
            self._pieces[piece] = self._made(token) if token else None

    def _made(self, token: Token) -> _Piece | None:
        """Return a piece; None if what becomes of it depends on more than the tags beside it."""
        policy = token.policy
        if not token.is_plain or (
            policy is None and (token.kind != "unknown" or not _PLAIN.fullmatch(token.text))
        ):
            return None
        if token.before or token.after or (policy and policy.replacement):
            return None
        step = self._cleaner.alone(token, self._cleaner.usual_escapes)
        strips = frozenset(policy.strips) if policy and policy.strips else None
        return _Piece(policy or token.text, step.after, strips, step.before, step.kind)

    def _plain(self, text: str, given: list[str], counts: Counts) -> str | None:
        """Return a cleaned text; None if it is not a plain list of tags."""
        found = list(map(self._pieces.__getitem__, given))
        if None in found:
            return None
        pieces: list[_Piece] = found  # type: ignore[assignment]
        left = pieces
        tags = list(map(_TAG, pieces))
        if len(set(tags)) != len(tags):
            if _repeats_text(tags):
                return None
            # Of one tag, all pieces are written the same, in the place of the first.
            left = list(dict(zip(tags, pieces, strict=True)).values())
        stripped: frozenset[TagPolicy | str] = frozenset()
        if strips := list(filter(None, map(_STRIPS, pieces))):
            stripped = strips[0].union(*strips[1:])
            written = [after for tag, after, *_ in left if after and tag not in stripped]
        else:
            written = list(filter(None, map(_AFTER, left)))
        before = list(map(_BEFORE, pieces))
        if "unknown" in map(_KIND, pieces):
            counts.unknown.update(piece.before for piece in pieces if piece.kind == "unknown")
        if written == before:
            return text
        if len(written) != len(before):
            removed = _removed(len(pieces) - len(left), left, stripped)
            for kind, number in removed.items():
                counts.removed[kind] += number
        new = self._cleaner.usual_separator.join(written)
        if new != text:
            counts.changed += 1
            counts.emptied += not new
        return new


def _repeats_text(tags: list[TagPolicy | str]) -> bool:
    texts = [tag for tag in tags if isinstance(tag, str)]
    return len(set(texts)) != len(texts)


def _removed(
    duplicates: int, left: list[_Piece], stripped: frozenset[TagPolicy | str]
) -> dict[str, int]:
    """Return how many pieces are removed, by kind of step."""
    found = {"duplicate": duplicates} if duplicates else {}
    for piece in left:
        if piece.tag in stripped or not piece.after:
            kind = "implied" if piece.tag in stripped else piece.kind
            found[kind] = found.get(kind, 0) + 1
    return found
