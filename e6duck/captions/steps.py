"""What happens to each piece of a caption, and the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .policy import TagPolicy
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


def kept_places(tokens: list[Token]) -> dict[TagPolicy, int]:
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


def stripped(policies: list[TagPolicy | None]) -> dict[TagPolicy, TagPolicy]:
    """Return the tags that are removed as implied, each with the first tag that implies it."""
    found: dict[TagPolicy, TagPolicy] = {}
    for policy in policies:
        if policy is not None and policy.strips:
            for other in policy.strips:
                found.setdefault(other, policy)
    return found


def among_others(
    token: Token,
    policy: TagPolicy,
    implied: dict[TagPolicy, TagPolicy],
    causes: dict[TagPolicy, TagPolicy],
    escapes: str,
) -> Step:
    """Return what happens to a tag that is implied, replaced or added."""
    if policy in causes and (policy in implied or policy.removal):
        return Step("", "", "implied")  # `_clean_caption` leaves it out
    if policy.replacement:
        return Step(token.text, "", policy.replacement, policy.text)
    if policy in implied:
        return Step(token.text, "", "implied", implied[policy].text)
    return Step("", token.written(escapes), "added", causes[policy].text)


def respelled(token: Token, policy: TagPolicy) -> tuple[str, str]:
    """Return why a tag is written differently, and what the reason names."""
    if token.kind in ("alias", "aliases", "aliases_overrides"):
        return token.kind, policy.text
    if policy.is_renamed and token.kind == "name":
        return "renames", policy.tag.name
    return "spelling", policy.text
