"""The pieces of one caption as tokens, with what stands between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

from ..text import Rewritten, Segment, joined, without_lines
from ..tokens import Token
from .layout import Scope
from .marks import COMMA, JOINT, Mark, Marks, leading, merged, trailing, written


@dataclass(slots=True)
class Pieces:
    """The pieces of a caption as tokens, each with the number of its segment."""

    segments: list[Segment]
    tokens: list[Token]
    parts: list[int]
    glues: list[Marks] = field(default_factory=list)
    """What stands before each piece of its segment; empty if only commas part the pieces"""
    tails: dict[int, Marks] = field(default_factory=dict)
    """What stands after the last piece of a segment"""
    scopes: list[Scope] = field(default_factory=list)
    """The wildcards around each piece; empty if there are none"""
    grouped: set[int] = field(default_factory=set)
    """The places of pieces that share the brackets of a weight"""

    joint: Mark = COMMA[0]
    """What separates an added piece from the one before it"""

    def groups(self) -> list[list[int]]:
        """Return the places of the pieces that are together in a caption: by alternatives."""
        if not self.scopes:
            return [list(range(len(self.tokens)))]
        groups: defaultdict[Scope, list[int]] = defaultdict(list)
        for place, scope in enumerate(self.scopes):
            groups[scope].append(place)
        return list(groups.values())

    def is_weighted(self, place: int) -> bool:
        """Return whether a piece has an attention weight."""
        return bool(self.tokens[place].before) or place in self.grouped

    def add_tags(self, tokens: Sequence[Token], part: int, tail: Marks = ()) -> None:
        """Add pieces that only commas separate. tail: what stands before them, without a comma."""
        for place, token in enumerate(tokens):
            is_first = not self.parts or self.parts[-1] != part
            glue = () if is_first else COMMA
            self.glues.append((*tail, *glue) if place == 0 else glue)
            self.tokens.append(token)
            self.parts.append(part)
            self.scopes.append(())

    def separated_otherwise(self, wanted: str | None) -> set[int]:
        """Return the segments whose pieces have another separator than the rules want."""
        if wanted is None:
            return set()
        if not self.glues:
            is_other = wanted.strip(" ")[:1] != ","
            return {
                part
                for place, part in enumerate(self.parts)
                if is_other and place and self.parts[place - 1] == part
            }
        return {
            part
            for glue, part in zip(self.glues, self.parts, strict=True)
            for mark in glue
            if mark.kind == JOINT and mark.text != (wanted.strip(" ")[:1] or " ")
        }

    def sorted_places(self, order: Mapping[str, int], keep_first: int) -> list[int]:
        """Return the places of the pieces with the tags of each segment sorted by category.

        order: the rank of a category; others follow. Text that is not a tag, or is in the brackets
        of others, keeps its place, and so do the first pieces.
        """

        def rank(place: int) -> int:
            policy = self.tokens[place].policy
            return order.get(policy.tag.category if policy else "", len(order))

        result = list(range(len(self.tokens)))
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for place, token in enumerate(self.tokens):
            is_free = place not in self.grouped and not (self.scopes and self.scopes[place])
            if place >= keep_first and token.policy and is_free:
                groups[self.parts[place]].append(place)
        for group in groups.values():
            for place, origin in zip(group, sorted(group, key=rank), strict=True):
                result[place] = origin
        return result

    def insert(self, place: int, token: Token) -> None:
        """Add a tag after the piece at a place."""
        self.tokens.insert(place + 1, token)
        self.parts.insert(place + 1, self.parts[place])
        if self.glues:
            self.glues.insert(place + 1, (self.joint,))
        if self.scopes:
            self.scopes.insert(place + 1, self.scopes[place])
        moved = {each + (each > place) for each in self.grouped}
        self.grouped = moved | ({place + 1} if place in self.grouped else set())

    def without(self, is_kept: Sequence[object]) -> Pieces:
        """Return the pieces that are kept; brackets and separators around nothing vanish."""
        tokens = list(compress(self.tokens, is_kept))
        parts = list(compress(self.parts, is_kept))
        if not self.glues:
            return Pieces(self.segments, tokens, parts)
        glues, tails = self._merged(is_kept)
        numbers = [place for place, kept in enumerate(is_kept) if kept]
        grouped = {new for new, place in enumerate(numbers) if place in self.grouped}
        scopes = list(compress(self.scopes, is_kept))
        return Pieces(self.segments, tokens, parts, glues, tails, scopes, grouped)

    def _merged(self, is_kept: Sequence[object]) -> tuple[list[Marks], dict[int, Marks]]:
        glues: list[Marks] = []
        tails = dict(self.tails)
        pending: Marks = ()
        has_pieces = lost = False
        for place, (glue, part) in enumerate(zip(self.glues, self.parts, strict=True)):
            if place == 0 or part != self.parts[place - 1]:
                pending, has_pieces, lost = (), False, False
            pending = (*pending, *glue)
            if is_kept[place]:
                marks = merged(pending) if lost else pending
                glues.append(marks if has_pieces else leading(marks))
                pending, has_pieces, lost = (), True, False
            else:
                lost = True
            if place + 1 == len(self.parts) or part != self.parts[place + 1]:
                if lost:
                    tails[part] = trailing(merged((*pending, *tails.get(part, ()))))
                    pending = ()
                if not has_pieces:
                    tails[part] = ()
        return glues, tails

    def text(self, pieces: Sequence[str], changed: set[int], separators: Mapping[str, str]) -> str:
        """Return the caption with these pieces in the segments that changed."""
        if len(self.segments) == 1 and changed and not self.glues:
            return separators[","].join(pieces)
        texts = ["" for _ in self.segments]
        is_first = [True for _ in self.segments]
        for place, (piece, part) in enumerate(zip(pieces, self.parts, strict=True)):
            glue = self.glues[place] if self.glues else () if is_first[part] else COMMA
            glue = leading(glue) if is_first[part] else glue
            texts[part] += written(glue, separators) + piece
            is_first[part] = False
        for part, tail in self.tails.items():
            if not is_first[part]:
                texts[part] += written(trailing(tail), separators)
        return joined(
            [
                Rewritten(segment, texts[part] if part in changed else None)
                for part, segment in enumerate(self.segments)
            ]
        )

    def on_one_line(self) -> Pieces:
        """Return the pieces with the lines between two of kohya's marks as one segment."""
        segments, numbers = without_lines(self.segments)
        parts = [numbers[part] for part in self.parts]
        if not self.glues:
            return Pieces(segments, self.tokens, parts)
        glues: list[Marks] = []
        tails: dict[int, Marks] = {}
        for place, glue in enumerate(self.glues):
            before = self.parts[place - 1] if place else None
            is_next = before is not None and before != self.parts[place]
            if is_next and before is not None and numbers[before] == parts[place]:
                glue = (*trailing(self.tails.get(before, ())), *COMMA, *leading(glue))
            glues.append(glue)
            tails[parts[place]] = self.tails.get(self.parts[place], ())
        return Pieces(segments, self.tokens, parts, glues, tails, self.scopes, self.grouped)
