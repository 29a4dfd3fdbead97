"""Applies the rules to one caption: what is kept, removed and added, and the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, repeat

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
    """The pieces of a caption as tokens, each with the number of its segment."""

    segments: list[Segment]
    tokens: list[Token]
    parts: list[int]


def pieces_of(texts: Iterable[str], multiline: str) -> set[str]:
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
    """Cleans captions whose pieces the tokenizer has learned."""

    def __init__(self, tokenizer: Tokenizer, rules: Rules) -> None:
        self.tokenizer = tokenizer
        self.rules = rules
        # Captions repeat tags, and so their steps.
        self.alone = lru_cache(maxsize=100_000)(_alone)
        """Returns the step of a token that has no other tags beside it"""
        self._is_joining = rules.multiline == "join"
        self._order = {category: place for place, category in enumerate(rules.order)}

    def clean(self, text: str) -> Result:
        """Return a cleaned text: the same text if nothing is to be changed."""
        escapes = self.escapes_of(text)
        results = [
            self._clean_caption(body, escapes) for body in _captions(text, self.rules.multiline)
        ]
        if len(results) == 1:
            return results[0]
        return Result(
            "\n".join(result.text for result in results),
            tuple(step for result in results for step in result.steps),
            tuple(token for result in results for token in result.read),
            tuple(token for result in results for token in result.written),
        )

    def escapes_of(self, text: str) -> str:
        """Return which characters get a backslash in a cleaned text."""
        found = escaped_characters(text)
        if self.rules.escape_parens == "auto":
            return found
        return "(" * (self.rules.escape_parens == "always") + found.replace("(", "")

    def _clean_caption(self, text: str, escapes: str) -> Result:
        head, body, tail = framed(text)
        found = self._pieces(body)
        pieces, causes = self._with_added(found) if self.tokenizer.has_adding else (found, {})
        steps = self._steps(pieces.tokens, causes, escapes)
        kept, parts, written = pieces.tokens, pieces.parts, [step.after for step in steps]
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
            kept, written = moved, [token.written(escapes) for token in moved]
            steps.append(Step("", "", "moved", ", ".join(self.rules.order)))
        if changed or (self._is_joining and "\n" in body):
            new = self._joined(found.segments, written, parts, changed)
            text = head + new + tail
            if self._is_joining and new.count("\n") < body.count("\n"):
                steps.append(Step("", "", "joined"))
        if causes:  # an added tag that is removed again was never there
            steps = [step for step in steps if step.before or step.is_change]
        return Result(text, tuple(steps), tuple(found.tokens), tuple(kept))

    def _steps(
        self, tokens: list[Token], causes: dict[TagPolicy, TagPolicy], escapes: str
    ) -> list[Step]:
        """Return what happens to each token beside the others of its caption."""
        steps = list(map(self.alone, tokens, repeat(escapes)))
        policies = [token.policy for token in tokens]
        stripped = _stripped(policies)
        kept = _kept_places(tokens)
        for place, policy in enumerate(policies):
            if policy is None:
                continue
            if kept[policy] != place:
                by = tokens[kept[policy]].written(escapes)
                steps[place] = Step(tokens[place].text, "", "duplicate", by)
            elif policy in stripped or policy in causes or policy.replacement:
                steps[place] = _among_others(tokens[place], policy, stripped, causes, escapes)
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
        token = self.tokenizer.token
        if "\n" not in body and "|||" not in body and ";;;" not in body:
            tokens = list(filter(None, map(token, body.split(","))))
            if not self.tokenizer.has_ends or not any(each.ends_sentence for each in tokens):
                return _Pieces([Segment("", body)], tokens, [0] * len(tokens))
        found = _Pieces(segments(body), [], [])
        for place, segment in enumerate(found.segments):
            for unit, is_sentence in units(segment.pieces, self.tokenizer.is_tag):
                each = self.tokenizer.sentence(unit) if is_sentence else token(unit)
                if each:
                    found.tokens.append(each)
                    found.parts.append(place)
        return found

    def _with_added(self, found: _Pieces) -> tuple[_Pieces, dict[TagPolicy, TagPolicy]]:
        """Return the pieces with the added tags, and for each added tag the one that adds it."""
        present = {token.policy for token in found.tokens}
        kept = _kept_places(found.tokens)
        result = _Pieces(found.segments, [], [])
        causes: dict[TagPolicy, TagPolicy] = {}
        for place, (token, part) in enumerate(zip(found.tokens, found.parts, strict=True)):
            result.tokens.append(token)
            result.parts.append(part)
            if not token.policy or kept[token.policy] != place:
                continue
            for other in token.policy.adds:
                if other not in present:
                    present.add(other)
                    if not other.replacement:
                        causes[other] = token.policy
                        result.tokens.append(self.tokenizer.added(other))
                        result.parts.append(part)
        return result, causes

    def _sorted(self, kept: list[Token], parts: list[int]) -> list[Token]:
        """Return the pieces with the tags of each segment sorted by category.

        Text that is not a tag keeps its place, and so do the first `keep_first` pieces.
        """
        result = list(kept)
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, token in enumerate(result):
            if place >= self.rules.keep_first and token.policy:
                places[parts[place]].append(place)
        for group in places.values():
            chosen = sorted((result[place] for place in group), key=self._rank)
            for place, token in zip(group, chosen, strict=True):
                result[place] = token
        return result

    def _rank(self, token: Token) -> int:
        category = token.policy.tag.category if token.policy else ""
        return self._order.get(category, len(self._order))


def _kept_places(tokens: list[Token]) -> dict[TagPolicy, int]:
    """Return which of a tag's places is kept: the first with a weight, else the first."""
    places: dict[TagPolicy, int] = {}
    for place, token in enumerate(tokens):
        policy = token.policy
        if policy is None:
            continue
        first = places.setdefault(policy, place)
        if first != place and token.before and not tokens[first].before:
            places[policy] = place
    return places


def _stripped(policies: list[TagPolicy | None]) -> dict[TagPolicy, TagPolicy]:
    """Return the tags that are removed as implied, each with the first tag that implies it."""
    found: dict[TagPolicy, TagPolicy] = {}
    for policy in policies:
        if policy is not None and policy.strips:
            for other in policy.strips:
                found.setdefault(other, policy)
    return found


def _among_others(
    token: Token,
    policy: TagPolicy,
    stripped: dict[TagPolicy, TagPolicy],
    causes: dict[TagPolicy, TagPolicy],
    escapes: str,
) -> Step:
    """Return what happens to a tag that is implied, replaced or added."""
    if policy in causes and (policy in stripped or policy.removal):
        return Step("", "", "implied")  # `_clean_caption` leaves it out
    if policy.replacement:
        return Step(token.text, "", policy.replacement, policy.text)
    if policy in stripped:
        return Step(token.text, "", "implied", stripped[policy].text)
    return Step("", token.written(escapes), "added", causes[policy].text)


def _alone(token: Token, escapes: str) -> Step:
    """Return what happens to a token that has no other tags beside it."""
    policy = token.policy
    removal = policy.removal if policy else token.removal
    if removal:
        return Step(token.text, "", *removal)
    if policy is None:
        return Step(token.text, token.text, token.kind)
    after = token.written(escapes)
    if after == token.text:
        return Step(after, after, "kept")
    return Step(token.text, after, *_respelled(token, policy))


def _respelled(token: Token, policy: TagPolicy) -> tuple[str, str]:
    """Return why a tag is written differently, and what the reason names."""
    if token.kind in ("alias", "aliases", "aliases_overrides"):
        return token.kind, policy.text
    if policy.is_renamed and token.kind == "name":
        return "renames", policy.tag.name
    return "spelling", policy.text
