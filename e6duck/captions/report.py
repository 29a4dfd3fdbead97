"""What a plan contains, as data: counts by rule, frequent changes, unknown texts, lists of tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..tags.lookup import suggest
from .policy import TagPolicy, underscored
from .resolver import Resolver
from .runs.plan import Caption, Plan
from .steps import REASONS, Step
from .tokens import Token
from .vocabulary import Vocabulary, is_ambiguous

_SUGGESTED = 200  # texts of a report that get suggestions
_BLANK = "\ufeff \t\r\n"


@dataclass(frozen=True)
class Findings:
    """Totals over all captions of a plan."""

    read: int
    changed: int
    unchanged: int
    skipped: dict[str, str]
    not_captions: dict[str, str]
    emptied: tuple[str, ...]
    """Captions that lose all their text"""
    removed: Counter[str]
    """Pieces removed, by kind of step"""
    changes: Counter[tuple[str, str, str]]
    """Text before, text after and reason of each change"""
    unknown: Counter[str]
    ambiguous: Counter[str]


def findings(plan: Plan) -> Findings:
    """Return the totals of a plan."""
    steps: Counter[Step] = Counter()
    for caption in plan.captions:
        steps.update(caption.result.steps)
    removed: Counter[str] = Counter()
    changes: Counter[tuple[str, str, str]] = Counter()
    unknown: Counter[str] = Counter()
    ambiguous: Counter[str] = Counter()
    for step, number in steps.items():
        if REASONS[step.kind].removed:
            removed[step.kind] += number
        if step.is_change:
            changes[step.before, step.after, step.reason] += number
        elif step.kind == "unknown":
            unknown[step.before] += number
        elif step.kind == "ambiguous":
            ambiguous[step.before] += number
    changed = plan.changed
    return Findings(
        read=len(plan.captions) + sum(not name.endswith("/") for name in plan.skipped),
        changed=len(changed),
        unchanged=len(plan.captions) - len(changed),
        skipped=plan.skipped,
        not_captions=plan.not_captions,
        emptied=tuple(each.name for each in changed if not each.result.text.strip(_BLANK)),
        removed=removed,
        changes=changes,
        unknown=unknown,
        ambiguous=ambiguous,
    )


def frequent(counts: Counter[str], count: int = _SUGGESTED) -> list[tuple[str, int]]:
    """Return the most frequent texts; equally frequent ones in the order of code points."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]


def suggestions(vocabulary: Vocabulary, texts: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the known tags that are closest to unknown texts, except ambiguous ones."""
    near = suggest(vocabulary.connection, list(texts)) if texts else {}
    return {
        text: tuple(each.name for each in found if not is_ambiguous(each.name))
        for text, found in near.items()
    }


# Lists of tags


class CountedTag(NamedTuple):
    """A tag, or a text that is not one, with how often it is in the captions."""

    name: str
    category: str
    """`unknown` for a text that is not a tag"""
    times: int


class TopTags(NamedTuple):
    """The most frequent tags, and how many different ones there are."""

    tags: list[CountedTag]
    total: int


def top_tags(plan: Plan, count: int, categories: Collection[str] = ()) -> TopTags:
    """Return the most frequent tags of the cleaned captions.

    categories: only of these; `unknown` is what is not a tag. Sentences are not counted.
    """
    written = (token for caption in plan.captions for token in caption.result.written)
    return _top(map(_listed, _without_sentences(written)), count, categories)


def top_implied(plan: Plan, count: int) -> TopTags:
    """Return the tags that most captions imply, whether they contain them or not."""
    policies = (policy for caption in plan.captions for policy in _implied(caption))
    return _top(((policy.text, policy.tag.category) for policy in policies), count)


def _without_sentences(tokens: Iterable[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.kind != "sentence")


def _implied(caption: Caption) -> set[TagPolicy]:
    policies = [token.policy for token in caption.result.read if token.policy]
    return {other for policy in policies for other in policy.implied}


def _top(
    listed: Iterable[tuple[str, str]], count: int, categories: Collection[str] = ()
) -> TopTags:
    counts = Counter(each for each in listed if not categories or each[1] in categories)
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]
    return TopTags([CountedTag(*each, number) for each, number in top], len(counts))


def _listed(token: Token) -> tuple[str, str]:
    """Return the text and the category of a token in a list."""
    if token.policy is None:
        return token.text, "unknown"
    return token.policy.text, token.policy.tag.category


class Blacklisted(NamedTuple):
    """A tag, a text or a category that the rules remove."""

    name: str
    reason: str = ""
    """Why, unless the rules have it under this name"""


def blacklisted(resolver: Resolver) -> Iterator[Blacklisted]:
    """Yield what is blacklisted: by name, pattern or category, or implied by a blacklisted tag."""
    rules, vocabulary = resolver.rules, resolver.vocabulary
    tags, texts = resolver.tagged(rules.blacklist)
    names = [tag.name for tag in tags]
    for tag, name in tags.items():
        yield Blacklisted(tag.name, "" if tag.name == name.replace(" ", "_") else name)
    for name in texts.values():
        yield Blacklisted(name, "not a tag, matched as text")
    for pattern in rules.blacklist_regexp:
        found = vocabulary.named_like(underscored(pattern))
        names += found
        for name in found:
            yield Blacklisted(name, pattern)
    for category in rules.blacklist_categories:
        yield Blacklisted(f"all tags of the category {category}")
    if rules.blacklist_implied:
        vocabulary.learn(names)
        for name in names:
            for other in vocabulary.claims(name)["name"].implied:
                yield Blacklisted(other.name, f"implied by {name}")
