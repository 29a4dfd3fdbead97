"""The blacklist in force, as lines: each tag that goes, with the rule."""

from __future__ import annotations

from collections.abc import Iterator

from .policy import underscored
from .resolver import Resolver


def effective(resolver: Resolver) -> Iterator[str]:
    """Yield what is blacklisted: by name, by pattern, by category, and what these imply."""
    rules, vocabulary = resolver.rules, resolver.vocabulary
    named, texts = resolver.tagged(rules.blacklist)
    banned = [tag.name for tag in named]
    for tag, name in named.items():
        yield tag.name if tag.name == name.replace(" ", "_") else f"{tag.name}  ({name})"
    for name in texts.values():
        yield f"{name}  (no tag, matched as text)"
    for pattern in rules.blacklist_regexp:
        found = vocabulary.named_like(underscored(pattern))
        banned += found
        for name in found:
            yield f"{name}  ({pattern})"
    for category in rules.blacklist_categories:
        yield f"every tag of the category {category}"
    if rules.blacklist_implied:
        yield from _implied(resolver, banned)


def _implied(resolver: Resolver, names: list[str]) -> Iterator[str]:
    resolver.vocabulary.learn(names)
    for name in names:
        tag = resolver.vocabulary.claims(name)["name"]
        for other in tag.implied:
            yield f"{other.name}  (implied by {name})"
