"""How the rules treat a tag: how it is written, whether it is removed, which tags it affects."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .lookup.spellings import is_storable
from .resolver import Resolver
from .vocabulary import Tag

_SUFFIX = re.compile(r"_\([^)]+\)$")
# An underscore with at most one letter or digit on each side: ^_^, >_o, (x)_(x), 6_9
_EMOTICON = re.compile(r"\W*[^\W_]?\W*_\W*[^\W_]?\W*")


class Removal(NamedTuple):
    """The rule that removes something: the setting, and the item of it that applies."""

    rule: str
    by: str


@dataclass(eq=False, slots=True)
class TagPolicy:
    """How the rules treat a tag. There is one object for each tag."""

    tag: Tag
    name: str
    """The name to write, with underscores"""
    text: str
    """The name as it is written"""
    is_renamed: bool = False
    """Whether the rules give the tag another name"""
    removal: Removal | None = None
    implied: tuple[TagPolicy, ...] = ()
    strips: tuple[TagPolicy, ...] = ()
    """The tags that are removed from a caption that has this one"""
    adds: tuple[TagPolicy, ...] = ()
    """The tags that are added after this one"""
    replacement: str | None = None
    """dropped or terminated: the tag is replaced by those that it adds"""


class Policies:
    """The policies of tags, each worked out once."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.rules = rules = resolver.rules
        self.blacklisted, self._blacklisted_texts = resolver.tagged(rules.blacklist)
        self._terminated, _ = resolver.tagged(rules.terminate)
        self._underscored, _ = resolver.tagged(rules.keep_underscores)
        self._underscored_names = {name.replace(" ", "_") for name in rules.keep_underscores}
        kept = rules.keep_implied if isinstance(rules.keep_implied, tuple) else ()
        self._kept, _ = resolver.tagged(kept)
        self._policies: dict[Tag, TagPolicy] = {}
        self._mode = "keep" if rules.keep_implied is True else rules.implied
        # Names have no spaces, so neither have the patterns; messages show them as they were.
        self._patterns = {underscored(each): each for each in reversed(rules.blacklist_regexp)}
        patterns = dict.fromkeys(map(underscored, rules.blacklist_regexp))
        self._blacklist_patterns = resolver.vocabulary.patterns(patterns)
        self.unreadable: set[Tag] = set()
        """Tags with no name that is read back as the tag"""

    def of(self, tag: Tag) -> TagPolicy:
        """Return the policy of a tag that was learned."""
        return self._policies[tag]

    def learn(self, tags: Iterable[Tag]) -> None:
        """Work out the policies of tags, and of all tags that they imply."""
        asked = dict.fromkeys(tags)
        fresh = [
            tag
            for tag in dict.fromkeys((*asked, *(other for tag in asked for other in tag.implied)))
            if tag not in self._policies
        ]
        if not fresh:
            return
        names = self.resolver.new_names
        self.resolver.learn(names[tag] for tag in fresh if tag in names)
        plain = (name for tag in fresh for name in self._plain_names(tag) if name != tag.name)
        self.resolver.learn(plain)
        for tag in fresh:
            name = self._name(tag)
            self._policies[tag] = TagPolicy(
                tag, name, self._text(tag, name), name == self.resolver.new_names.get(tag)
            )
        removals = self._removals(fresh)
        for tag in fresh:
            self._complete(self._policies[tag], removals.get(tag))

    def text_removals(self, spellings: Collection[str]) -> dict[str, Removal]:
        """Return the spellings that are not tags and are removed, each with the rule."""
        found = {
            spelling: Removal("blacklist_regexp", self._patterns[pattern])
            for spelling, pattern in self._matched(spellings).items()
        }
        for spelling in spellings:
            if spelling in self._blacklisted_texts:
                found[spelling] = Removal("blacklist", self._blacklisted_texts[spelling])
        return found

    def _complete(self, policy: TagPolicy, removal: Removal | None) -> None:
        policy.removal = removal
        policy.implied = implied = tuple(self._policies[other] for other in policy.tag.implied)
        if not implied:
            return
        use_count = self._use_count(policy.tag)
        if policy.tag in self._terminated:
            policy.replacement = "terminated"
        elif use_count < self.rules.drop_antecedent_freq:
            policy.replacement = "dropped"
        is_rare = use_count < self.rules.min_antecedent_freq
        if policy.replacement or is_rare or self._mode == "add":
            policy.adds = implied
        elif self._mode == "remove":
            policy.strips = tuple(other for other in implied if other.tag not in self._kept)

    def _use_count(self, tag: Tag) -> float:
        if tag.use_count is not None:
            return tag.use_count
        from ..index.ranks import curve_rank_to_freq

        return 0 if tag.tag_id is None else curve_rank_to_freq(tag.tag_id)

    # Names

    def _plain_names(self, tag: Tag) -> list[str]:
        """Return the name without its category's suffix, and with by_, as the rules require."""
        return self._written_forms(tag.name, tag.category)

    def _written_forms(self, name: str, category: str) -> list[str]:
        names = [name]
        if self.rules.remove_parens and name.endswith(f"_({category})"):
            names.insert(0, name.removesuffix(f"_({category})"))
        if category == "artist" and self.rules.artist_by_prefix:
            names += [f"by_{each}" for each in names if not each.startswith("by_")]
        return names

    def _spare_names(self, tag: Tag) -> list[str]:
        """Return names for a tag whose other names mean something else."""
        return [] if _SUFFIX.search(tag.name) else [f"{tag.name}_({tag.category})"]

    def _name(self, tag: Tag) -> str:
        """Return the name to write. It must be read back as the tag, or a second run would differ.

        A tag without such a name keeps its own and is noted in `unreadable`.
        """
        new_name = self.resolver.new_names.get(tag)
        if new_name and self._leads_back(new_name, tag):
            return new_name
        plain = self._plain_names(tag)
        if len(plain) == 1 and self._leads_back(tag.name, tag):
            return tag.name
        # The short name of a rare artist means nothing by itself.
        is_free = self._leads_back(plain[0], tag) or not self.resolver.is_known(plain[0])
        name = plain[0] if is_free else tag.name
        with_by = [f"by_{name}"] if f"by_{name}" in plain else []
        for form in (*with_by, name, *plain, *self._spare_names(tag)):
            if self._leads_back(form, tag):
                return form
        self.unreadable.add(tag)
        return tag.name

    def _leads_back(self, name: str, tag: Tag) -> bool:
        if name == tag.name and self.resolver.is_left_alone(name):
            return True
        found = self.resolver.meaning(name)
        return found is not None and found.is_applied and found.tag is tag

    def _text(self, tag: Tag, name: str) -> str:
        if (
            self.rules.use_underscores
            or tag in self._underscored
            or name in self._underscored_names
            or name.strip("_") != name  # a space there would be lost
            or is_emoticon(name)
        ):
            return name
        return name.replace("_", " ")

    # Blacklists

    def _removals(self, tags: list[Tag]) -> dict[Tag, Removal]:
        """Return the tags that the blacklists remove; if several rules apply, with the first."""
        rules = self.rules
        found = {
            tag: Removal("blacklist", self.blacklisted[tag])
            for tag in tags
            if tag in self.blacklisted
        }
        for tag, pattern in self._matched_tags(tags).items():
            found.setdefault(tag, Removal("blacklist_regexp", pattern))
        for tag in tags:
            if tag.category in rules.blacklist_categories:
                found.setdefault(tag, Removal("blacklist_categories", tag.category))
        if rules.blacklist_implied:
            for tag, name in self._implied_by_blacklisted(tags).items():
                found.setdefault(tag, Removal("blacklist_implied", name))
        return found

    def _matched(self, names: Collection[str]) -> dict[str, str]:
        """Return the names that a pattern of the blacklist matches, each with the first one."""
        if not self._patterns:
            return {}
        return self._blacklist_patterns.first([*filter(is_storable, names)])

    def _matched_tags(self, tags: list[Tag]) -> dict[Tag, str]:
        """Return the tags of which a name matches the blacklist, each with the first pattern."""
        if not self._patterns:
            return {}
        names = {tag: {*self._plain_names(tag), self._policies[tag].name} for tag in tags}
        matched = self._matched(set().union(*names.values()))
        places = {pattern: place for place, pattern in enumerate(self._blacklist_patterns)}
        firsts = {
            tag: min((matched[name] for name in each if name in matched), key=places.__getitem__)
            for tag, each in names.items()
            if not matched.keys().isdisjoint(each)
        }
        return {tag: self._patterns[pattern] for tag, pattern in firsts.items()}

    def _implied_by_blacklisted(self, tags: list[Tag]) -> dict[Tag, str]:
        found = {other: tag.name for tag in self.blacklisted for other in tag.implied}
        by_id = self._implied_by_matched
        found |= {tag: by_id[tag.tag_id] for tag in tags if tag.tag_id in by_id}
        return {tag: found[tag] for tag in tags if tag in found}

    @cached_property
    def _implied_by_matched(self) -> dict[int | None, str]:
        """The ids of tags implied by one that a pattern matches, each with that one's name."""
        if not self._patterns:
            return {}
        antecedents = self.resolver.vocabulary.antecedents()
        forms = {
            (name, category): self._written_forms(name, category)
            for name, category, _ in antecedents
        }
        matched = self._matched(set().union(*forms.values()))
        found: dict[int | None, str] = {}
        for name, category, tag_id in antecedents:
            if not matched.keys().isdisjoint(forms[name, category]):
                found[tag_id] = min(found.get(tag_id, name), name)
        return found


def is_emoticon(name: str) -> bool:
    """Return whether a name is an emoticon with an underscore, such as ^_^."""
    return _EMOTICON.fullmatch(name) is not None


def underscored(pattern: str) -> str:
    """Return a pattern for names, which have no spaces."""
    return pattern.replace(" ", "_")
