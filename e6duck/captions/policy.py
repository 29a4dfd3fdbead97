"""A tag as the rules treat it: how it is written, whether it goes, what comes or goes with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .resolver import Resolver
from .vocabulary import Tag

_SUFFIX = re.compile(r"_\([^)]+\)$")


class Removal(NamedTuple):
    """The rule that removes something: the setting, and which of its items."""

    rule: str
    by: str


@dataclass(eq=False, slots=True)
class TagPolicy:
    """A tag as the rules treat it; there is one object for each."""

    tag: Tag
    name: str
    """As it is written, with underscores"""
    text: str
    """As it is written"""
    is_renamed: bool = False
    """Whether the rules give it another name"""
    removal: Removal | None = None
    implied: tuple[TagPolicy, ...] = ()
    strips: tuple[TagPolicy, ...] = ()
    """What is removed where it stands"""
    adds: tuple[TagPolicy, ...] = ()
    """What is added after it"""
    replacement: str | None = None
    """dropped or terminated: what it adds stands for it"""


class Policy:
    """Words for tags, each judged once."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.rules = resolver.rules
        rules = resolver.rules
        self.banned, self._banned_texts = resolver.tagged(rules.blacklist)
        self._terminated, _ = resolver.tagged(rules.terminate)
        self._underscored, _ = resolver.tagged(rules.keep_underscores)
        self._underscored_names = {name.replace(" ", "_") for name in rules.keep_underscores}
        kept = rules.keep_implied if isinstance(rules.keep_implied, tuple) else ()
        self._kept, _ = resolver.tagged(kept)
        self._words: dict[Tag, TagPolicy] = {}
        self._mode = "keep" if rules.keep_implied is True else rules.implied
        self.unreadable: set[Tag] = set()
        """Tags that no name is read back as"""

    def word(self, tag: Tag) -> TagPolicy:
        """Return the word of a tag that was judged."""
        return self._words[tag]

    def policy(self, tags: Iterable[Tag]) -> None:
        """Judge tags that were not yet, and all that they imply."""
        asked = dict.fromkeys(tags)
        fresh = [
            tag
            for tag in dict.fromkeys((*asked, *(other for tag in asked for other in tag.implied)))
            if tag not in self._words
        ]
        if not fresh:
            return
        names = self.resolver.new_names
        self.resolver.learn(names[tag] for tag in fresh if tag in names)
        plain = (name for tag in fresh for name in self._plain_names(tag) if name != tag.name)
        self.resolver.learn(plain)
        for tag in fresh:
            name = self._name(tag)
            self._words[tag] = TagPolicy(
                tag, name, self._text(tag, name), name == self.resolver.new_names.get(tag)
            )
        bans = self._bans(fresh)
        for tag in fresh:
            self._complete(self._words[tag], bans.get(tag))

    def banned_texts(self, spellings: Collection[str]) -> dict[str, Removal]:
        """Return which spellings that are no tags are removed."""
        found: dict[str, Removal] = {}
        for pattern in self.rules.blacklist_regexp:
            for spelling in self.resolver.vocabulary.matching(underscored(pattern), spellings):
                found.setdefault(spelling, Removal("blacklist_regexp", pattern))
        for spelling in spellings:
            if spelling in self._banned_texts:
                found[spelling] = Removal("blacklist", self._banned_texts[spelling])
        return found

    def _complete(self, word: TagPolicy, removal: Removal | None) -> None:
        word.removal = removal
        word.implied = implied = tuple(self._words[other] for other in word.tag.implied)
        if not implied:
            return
        is_rare = self._use_count(word.tag) < self.rules.min_antecedent_freq
        if word.tag in self._terminated:
            word.replacement = "terminated"
        elif self._use_count(word.tag) < self.rules.drop_antecedent_freq:
            word.replacement = "dropped"
        if word.replacement or is_rare or self._mode == "add":
            word.adds = implied
        elif self._mode == "remove":
            word.strips = tuple(other for other in implied if other.tag not in self._kept)

    def _use_count(self, tag: Tag) -> float:
        if tag.use_count is not None:
            return tag.use_count
        from ..index.ranks import curve_rank_to_freq

        return 0 if tag.tag_id is None else curve_rank_to_freq(tag.tag_id)

    # Names

    def _plain_names(self, tag: Tag) -> list[str]:
        """Return the name, without its category's suffix and with by_ where the rules say so."""
        names = [tag.name]
        if self.rules.remove_parens and tag.name.endswith(f"_({tag.category})"):
            names.insert(0, tag.name.removesuffix(f"_({tag.category})"))
        if tag.category == "artist" and self.rules.artist_by_prefix:
            names += [f"by_{name}" for name in names if not name.startswith("by_")]
        return names

    def _spare_names(self, tag: Tag) -> list[str]:
        """Return names for a tag whose other ones mean something else."""
        return [] if _SUFFIX.search(tag.name) else [f"{tag.name}_({tag.category})"]

    def _name(self, tag: Tag) -> str:
        """Return the name to write, which is read back as the tag, or a second run would differ."""
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
        for form in (*with_by, name, *plain):
            if self._leads_back(form, tag):
                return form
        for form in self._spare_names(tag):
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
        ):
            return name
        return name.replace("_", " ")

    # Blacklists

    def _bans(self, tags: list[Tag]) -> dict[Tag, Removal]:
        """Return which tags the blacklists remove; of several rules the first in their order."""
        rules, vocabulary = self.rules, self.resolver.vocabulary
        found = {tag: Removal("blacklist", self.banned[tag]) for tag in tags if tag in self.banned}
        for pattern in rules.blacklist_regexp:
            names = {tag: {*self._plain_names(tag), self._words[tag].name} for tag in tags}
            every = set().union(*names.values())
            matched = vocabulary.matching(underscored(pattern), every)
            for tag in tags:
                if names[tag] & matched:
                    found.setdefault(tag, Removal("blacklist_regexp", pattern))
        for tag in tags:
            if tag.category in rules.blacklist_categories:
                found.setdefault(tag, Removal("blacklist_categories", tag.category))
        if rules.blacklist_implied:
            for tag, name in self._implied_by_banned(tags).items():
                found.setdefault(tag, Removal("blacklist_implied", name))
        return found

    def _implied_by_banned(self, tags: list[Tag]) -> dict[Tag, str]:
        found = {other: tag.name for tag in self.banned for other in tag.implied}
        for pattern in self.rules.blacklist_regexp:
            found |= self.resolver.vocabulary.implied_by_matching(
                underscored(pattern),
                tags,
                artist_by_prefix=self.rules.artist_by_prefix,
                remove_parens=self.rules.remove_parens,
            )
        return {tag: found[tag] for tag in tags if tag in found}


def underscored(pattern: str) -> str:
    """Return a pattern for names, which have no spaces."""
    return pattern.replace(" ", "_")
