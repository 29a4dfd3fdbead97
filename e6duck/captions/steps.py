"""What becomes of the pieces of a caption, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .tokens import Token

_REASONS = {
    "alias": "alias of {by}",
    "aliases": "alias of {by}, by the rules",
    "aliases_overrides": "alias of {by}, by the rules",
    "spelling": "spelling of {by}",
    "renames": "renamed from {by}",
    "implied": "implied by {by}",
    "duplicate": "duplicate of {by}",
    "dropped": "too little used: what it implies stands for it",
    "terminated": "what it implies stands for it",
    "added": "implied by {by}",
    "moved": "in the order of categories: {by}",
    "joined": "lines joined",
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
        return self.before != self.after or self.kind in ("moved", "joined")


@dataclass(frozen=True, slots=True)
class Result:
    """A caption, clean, and what became of each of its pieces."""

    text: str
    steps: tuple[Step, ...]
    read: tuple[Token, ...] = field(repr=False, default=())
    """Its pieces"""
    written: tuple[Token, ...] = field(repr=False, default=())
    """Those that are left, and what was added"""

    @property
    def changes(self) -> tuple[Step, ...]:
        """What was changed, each with its reason."""
        return tuple(step for step in self.steps if step.is_change)
