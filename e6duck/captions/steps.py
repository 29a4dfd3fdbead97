"""What happens to each piece of a caption, and the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .tokens import Token


class Reason(NamedTuple):
    """A kind of step in words."""

    text: str
    """The reason for one piece; {by} is the tag, rule or category that it is due to"""
    removed: str = ""
    """What all pieces removed for this reason have in common; empty if it removes none"""


REASONS = {
    "alias": Reason("alias of {by}"),
    "aliases": Reason("alias of {by}, by the rules"),
    "aliases_overrides": Reason("alias of {by}, by the rules"),
    "spelling": Reason("spelling of {by}"),
    "renames": Reason("renamed from {by}"),
    "unknown_spaces": Reason("unknown tag, with spaces"),
    "unknown_underscores": Reason("unknown tag, with underscores"),
    "added": Reason("implied by {by}"),
    "moved": Reason("sorted by category: {by}"),
    "joined": Reason("lines joined"),
    "implied": Reason("implied by {by}", removed="implied by another tag"),
    "duplicate": Reason("duplicate of {by}", removed="duplicates"),
    "dropped": Reason("too rare; replaced by the tags it implies", removed="too rare"),
    "terminated": Reason(
        "replaced by the tags it implies", removed="replaced by the tags they imply"
    ),
    "blacklist": Reason("on the blacklist: {by}", removed="on the blacklist"),
    "blacklist_regexp": Reason(
        "matches the blacklist pattern {by}", removed="matched by a blacklist pattern"
    ),
    "blacklist_categories": Reason(
        "in the blacklisted category {by}", removed="in a blacklisted category"
    ),
    "blacklist_implied": Reason(
        "implied by {by}, which is blacklisted", removed="implied by a blacklisted tag"
    ),
    "kept": Reason("a tag, spelled correctly"),
    "sentence": Reason("sentence, unchanged"),
    "unknown": Reason("unknown tag, unchanged"),
    "ambiguous": Reason("may mean several tags, unchanged"),
}
"""The kinds of steps; the reports and the command take their texts from here."""


class Step(NamedTuple):
    """What happened to a piece: its text before and after, empty if it was added or removed."""

    before: str
    after: str
    kind: str
    """A key of `REASONS`"""
    by: str = ""

    @property
    def reason(self) -> str:
        """The reason in words."""
        return REASONS[self.kind].text.format(by=self.by)

    @property
    def is_change(self) -> bool:
        """Whether the step changes the caption."""
        return self.before != self.after or self.kind in ("moved", "joined")


@dataclass(frozen=True, slots=True)
class Result:
    """A cleaned caption, and what happened to each of its pieces."""

    text: str
    steps: tuple[Step, ...]
    read: tuple[Token, ...] = field(repr=False, default=())
    """The pieces that were read"""
    written: tuple[Token, ...] = field(repr=False, default=())
    """The pieces that are left, with those that were added"""

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that change the caption."""
        return tuple(step for step in self.steps if step.is_change)
