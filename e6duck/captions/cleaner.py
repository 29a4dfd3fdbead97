"""Applies the rules to one caption: what is kept, removed and added, and the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from .policy import TagPolicy
from .rules import Rules
from .steps import Result, Step, among_others, kept_places, respelled, stripped
from .syntax import separators
from .syntax.layout import candidates, layout
from .syntax.marks import COMMA, JOINT, Mark
from .syntax.pieces import Pieces
from .syntax.survey import Survey, Surveyor
from .text import Segment, framed, segments, spelling
from .tokens import Token, Tokenizer, respelled_unknown


def pieces_of(texts: Iterable[str], rules: Rules) -> set[str]:
    """Return the trimmed pieces of texts, for `Tokenizer.learn`."""
    found: set[str] = set()
    multiline, separator = rules.multiline, rules.separator
    for text in texts:
        if multiline == "captions" or "|||" in text or ";;;" in text:
            for body in _captions(text, multiline):
                for segment in segments(framed(body)[1]):
                    found.update(segment.text.split(","))
        else:
            found.update(framed(text)[1].replace("\n", ",").split(","))
        if separator not in separators.WRITTEN:
            if separators.has_other_signs(text):
                found.update(separators.listed(text))
        elif separator != separators.COMMA:
            found.update(separators.pieces(text, separator))
    trimmed = set(map(str.strip, found))
    for piece in list(trimmed):
        trimmed.update(candidates(piece))
    return trimmed - {""}


def _captions(text: str, multiline: str) -> list[str]:
    return text.split("\n") if multiline == "captions" else [text]


_AROUND = 9  # pieces before and after a sentence that may be part of it, by their costs
_OTHER_SEPARATORS = ("space", "semicolon", "pipe", "newline")


class _Writing(NamedTuple):
    """How the tags of a caption are read and written."""

    separator: str
    """What parts the pieces, by name"""
    escapes: str
    """The characters that get a backslash; with _ among them, tags have underscores"""


class Cleaner:
    """Cleans captions whose pieces the tokenizer has learned."""

    def __init__(self, tokenizer: Tokenizer, rules: Rules) -> None:
        self.tokenizer = tokenizer
        self.rules = rules
        # Captions repeat tags, and so their steps.
        self.alone = lru_cache(maxsize=100_000)(self._alone_uncached)
        """Returns the step of a token that has no other tags beside it"""
        self._is_joining = rules.multiline == "join"
        self._order = {category: place for place, category in enumerate(rules.order)}
        self._underscored = {spelling(name) for name in rules.keep_underscores}
        self._surveyor = Surveyor(rules, tokenizer.is_tag)
        self.usual_escapes = self._surveyor.alone("").escapes
        """The characters that get a backslash in a text without prompt syntax"""
        self.usual_separator = self._surveyor.separators[","]
        """What is written between tags that commas part"""

    def survey(self, texts: Iterable[tuple[str, str]], note: Callable[[str], None]) -> Survey:
        """Return what is decided once for a set of captions. texts: each with its name.

        note: called with each thing that the user should know about the set.
        """
        return self._surveyor.survey(texts, note)

    def clean(self, text: str, survey: Survey | None = None) -> Result:
        """Return a cleaned text: the same text if nothing is to be changed.

        survey: what was decided for the set that the text is from; without it, for the text alone.
        """
        survey = survey or self._surveyor.alone(text)
        separator = self._surveyor.separator(text, survey)
        writing = _Writing(separator, survey.escapes + "_" * (separator == separators.SPACE))
        results = [
            self._clean_caption(body, writing) for body in _captions(text, self.rules.multiline)
        ]
        if len(results) == 1:
            return results[0]
        return Result(
            "\n".join(result.text for result in results),
            tuple(step for result in results for step in result.steps),
            tuple(token for result in results for token in result.read),
            tuple(token for result in results for token in result.written),
        )

    def _clean_caption(self, text: str, writing: _Writing) -> Result:
        head, body, tail = framed(text)
        found = self._pieces(body, writing.separator)
        pieces, causes = self._with_added(found) if self.tokenizer.has_adding else (found, {})
        steps = self._steps(pieces, causes, writing.escapes)
        written = [step.after for step in steps]
        changed: set[int] = pieces.separated_otherwise(self._surveyor.output)
        if written != [step.before for step in steps]:
            pairs = zip(pieces.parts, steps, strict=True)
            changed |= {part for part, step in pairs if step.before != step.after}
        kept = pieces
        if "" in written:
            kept = pieces.without(written)
            written = list(filter(None, written))
        if self._order and (
            moved := kept.sorted_places(self._order, self.rules.keep_first)
        ) != list(range(len(kept.tokens))):
            changed |= {kept.parts[place] for place, old in enumerate(moved) if old != place}
            kept = replace(kept, tokens=[kept.tokens[place] for place in moved])
            written = [written[place] for place in moved]
            steps.append(Step("", "", "moved", ", ".join(self.rules.order)))
        if changed or (self._is_joining and "\n" in body):
            new = self._joined(kept, written, changed)
            text = head + new + tail
            if self._is_joining and new.count("\n") < body.count("\n"):
                steps.append(Step("", "", "joined"))
        if causes:  # an added tag that is removed again was never there
            steps = [step for step in steps if step.before or step.is_change]
        return Result(text, tuple(steps), tuple(found.tokens), tuple(kept.tokens))

    def _steps(
        self, pieces: Pieces, causes: dict[TagPolicy, TagPolicy], escapes: str
    ) -> list[Step]:
        """Return what happens to each piece beside the others of its caption."""
        tokens, keeps = pieces.tokens, self.rules.keep_weighted
        steps = list(map(self.alone, tokens, repeat(escapes)))
        for places in pieces.groups():
            group = [tokens[place] for place in places] if pieces.scopes else tokens
            implied = stripped([token.policy for token in group])
            kept = kept_places(group)
            for inner, place in enumerate(places):
                token = group[inner]
                policy = token.policy
                if policy is None:
                    continue
                if kept[policy] != inner:
                    by = group[kept[policy]].written(escapes)
                    steps[place] = Step(token.text, "", "duplicate", by)
                elif (
                    policy in causes
                    or policy.replacement
                    or (policy in implied and not (keeps and pieces.is_weighted(place)))
                ):
                    steps[place] = among_others(token, policy, implied, causes, escapes)
            if self.rules.duplicates == "all":
                self._remove_repeated(tokens, places, steps)
        return steps

    def _remove_repeated(self, tokens: list[Token], places: list[int], steps: list[Step]) -> None:
        """Remove the pieces that repeat an unknown one."""
        met: dict[str, str] = {}
        for place in places:
            token, step = tokens[place], steps[place]
            if token.is_repeatable and step.after:
                key = spelling(token.text)
                if key in met:
                    steps[place] = Step(token.text, "", "duplicate", met[key])
                met.setdefault(key, step.after)

    def _joined(self, pieces: Pieces, written: list[str], changed: set[int]) -> str:
        """Return the caption with new pieces in the segments that changed."""
        if self._is_joining:
            old = pieces
            pieces = pieces.on_one_line()
            numbers = dict(zip(old.parts, pieces.parts, strict=True))
            changed = {numbers[part] for part in changed if part in numbers} | {
                part for part in pieces.parts if "\n" in pieces.segments[part].text
            }
        return pieces.text(written, changed, self._surveyor.separators)

    def _pieces(self, body: str, separator: str) -> Pieces:
        token = self.tokenizer.token
        is_usual = separator == separators.COMMA or (
            separator == separators.AUTO and ";" not in body and "|" not in body
        )
        if is_usual and "\n" not in body and "|||" not in body and ";;;" not in body:
            tokens = list(filter(None, map(token, body.split(","))))
            if False not in [each.is_plain for each in tokens]:
                return Pieces([Segment("", body)], tokens, [0] * len(tokens))
        found = Pieces(segments(body), [], [])
        if is_usual:
            for place, segment in enumerate(found.segments):
                tokens = list(filter(None, map(token, segment.text.split(","))))
                if not all(each.is_plain for each in tokens):
                    break
                found.tokens += tokens
                found.parts += [place] * len(tokens)
            else:
                return found
        return self._laid_out(found.segments, separator)

    def _laid_out(self, parts: list[Segment], separator: str) -> Pieces:
        found = Pieces(parts, [], [])
        for part, segment in enumerate(parts):
            before, text, after = self._window(segment.text, separator)
            found.add_tags(before, part)
            atoms, tail = layout(text, separator, self.tokenizer.is_tag, self._surveyor.usual)
            if before and atoms:
                atoms[0] = replace(atoms[0], glue=(*COMMA, *atoms[0].glue))
            found.tails[part] = () if after else tail
            for atom in atoms:
                of = self.tokenizer.sentence if atom.is_sentence else self.tokenizer.token
                if token := of(atom.text):
                    if atom.is_weighted:
                        found.grouped.add(len(found.tokens))
                    found.tokens.append(token)
                    found.parts.append(part)
                    found.glues.append(atom.glue)
                    found.scopes.append(atom.scope)
            found.add_tags(after, part, tail)
        if not any(found.scopes):
            found.scopes = []
        joints = (mark for glue in found.glues for mark in glue if mark.kind == JOINT)
        usual = Mark(JOINT, separators.SIGNS.get(separator, ","))
        found.joint = next(joints, usual) if separator == separators.AUTO else usual
        return found

    def _window(self, text: str, separator: str) -> tuple[list[Token], str, list[Token]]:
        """Return the part of a line that may have sentences, and the pieces before and after it."""
        pieces = text.split(",")
        tokens = list(map(self.tokenizer.token, pieces))
        places = [place for place, each in enumerate(tokens) if each and not each.is_plain]
        if separator in _OTHER_SEPARATORS or None in tokens or not places:
            return [], text, []
        start, end = max(0, places[0] - _AROUND), places[-1] + 1 + _AROUND
        before = [each for each in tokens[:start] if each]
        after = [each for each in tokens[end:] if each]
        return before, ",".join(pieces[start:end]), after

    def _with_added(self, found: Pieces) -> tuple[Pieces, dict[TagPolicy, TagPolicy]]:
        """Return the pieces with the added tags, and for each added tag the one that adds it."""
        present = {token.policy for token in found.tokens}
        kept = kept_places(found.tokens)
        result = replace(
            found,
            tokens=list(found.tokens),
            parts=list(found.parts),
            glues=list(found.glues),
            scopes=list(found.scopes),
        )
        causes: dict[TagPolicy, TagPolicy] = {}
        last = -1  # the place in the result of the piece, or of the last tag added after it
        for place, token in enumerate(found.tokens):
            last += 1
            if not token.policy or kept[token.policy] != place:
                continue
            for other in token.policy.adds:
                if other not in present:
                    present.add(other)
                    if not other.replacement:
                        causes[other] = token.policy
                        result.insert(last, self.tokenizer.added(other))
                        last += 1
        return result, causes

    def _alone_uncached(self, token: Token, escapes: str) -> Step:
        """Return what happens to a token that has no other tags beside it."""
        policy = token.policy
        removal = policy.removal if policy else token.removal
        if removal:
            return Step(token.text, "", *removal)
        if policy is None:
            after = self._respelled_unknown(token, escapes)
            kind = token.kind if after == token.text else f"unknown_{self.rules.unknown}"
            return Step(token.text, after, kind)
        after = token.written(escapes)
        if after == token.text:
            return Step(after, after, "kept")
        return Step(token.text, after, *respelled(token, policy))

    def _respelled_unknown(self, token: Token, escapes: str) -> str:
        style = self.rules.unknown
        if style == "keep" or token.kind != "unknown" or "_" in escapes or not token.is_plain:
            return token.text
        if spelling(token.text) in self._underscored:
            return token.text
        return respelled_unknown(token.text, style)
