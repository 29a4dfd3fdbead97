"""What spellings mean under the rules: the site's vocabulary, overridden by the user's names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..tags.lookup import suggest_typed
from .rules import Fault, RulesError
from .rules_file import RulesFile
from .text import keys, spelling
from .vocabulary import CURVE, Tag, Vocabulary


class Meaning(NamedTuple):
    """The tag that a spelling means, and why."""

    tag: Tag
    kind: str
    """name, alias, spelling (made of a name), ambiguous, renames, aliases or aliases_overrides"""

    @property
    def is_applied(self) -> bool:
        """Whether the spelling is replaced by the tag; else it is left unchanged."""
        return self.kind != "ambiguous"


class Resolver:
    """Resolves spellings to tags. Raises `RulesError` with all faults of the rules."""

    def __init__(self, vocabulary: Vocabulary, rules_file: RulesFile) -> None:
        self.vocabulary = vocabulary
        self.rules_file = rules_file
        self.rules = rules = rules_file.rules
        self.notices: dict[str, None] = {}
        """Messages for the user, each once, in their order"""
        self.new_names: dict[Tag, str] = {}
        """The names that renamed tags are written with"""
        self._given: dict[str, Meaning] = {}
        self._removed = {spelling(name) for name in rules.remove_aliases}
        faults = [*rules_file.faults, *self._read_names(), *self._read_patterns()]
        if faults:
            raise RulesError(faults)
        if rules.min_antecedent_freq and vocabulary.counted_by() == CURVE:
            place = rules_file.place("min_antecedent_freq")
            self.note(f"{place}: this database has no post counts; {CURVE} estimates them")

    def note(self, message: str) -> None:
        """Add a message to the notices, unless it is one of them."""
        self.notices[message] = None

    def meaning(self, text: str) -> Meaning | None:
        """Return the meaning of a text that was learned; None if it is not a tag."""
        for key in keys(text):
            if key not in self._removed and (found := self._given.get(key) or self._site(key)):
                return found
        return None

    def is_known(self, text: str) -> bool:
        """Return whether a text is a tag, or may mean several."""
        self.learn([text])
        return self.meaning(text) is not None

    def is_left_alone(self, name: str) -> bool:
        """Return whether a tag's name can only mean this tag, without looking it up."""
        is_own = name in self._given or name in self._removed
        return not is_own and self.rules.on_alias_conflict in ("ignore", "silent", "raise")

    def learn(self, texts: Iterable[str]) -> None:
        """Look up texts, all in one query."""
        self.vocabulary.learn({key for text in texts for key in keys(text)})

    def tagged(self, names: Iterable[str]) -> tuple[dict[Tag, str], dict[str, str]]:
        """Return which names of the rules are tags, and which are only text, by spelling.

        Each with the name as it is in the rules.
        """
        tags: dict[Tag, str] = {}
        texts: dict[str, str] = {}
        for name in names:
            if tag := self._named(name):
                tags.setdefault(tag, name)
            if not ((found := self.meaning(name)) and found.is_applied):
                texts.setdefault(spelling(name), name)
        return tags, texts

    def _named(self, name: str) -> Tag | None:
        """Return the tag of a name in the rules; a tag's own name counts even if aliased away."""
        found = self.meaning(name)
        if found is None:
            own = self._site_exact(name)
            found = own if own and own.kind == "name" else None
        return found.tag if found and found.is_applied else None

    def check_conflicts(self, texts: Iterable[str]) -> None:
        """Note the texts that mean a tag and are also a spelling made from another tag's name.

        Raises `RulesError` if on_alias_conflict = "raise".
        """
        if self.rules.on_alias_conflict not in ("raise", "warn"):
            return
        conflicts = []
        for text in texts:
            for key in keys(text):
                claims = self.vocabulary.claims(key)
                named = claims.get("alias") or claims.get("name")
                made = claims.get("spelling")
                if named and made and named is not made and key not in self._given:
                    conflicts.append((key, named.name, made.name))
        if self.rules.on_alias_conflict == "warn":
            for key, own, other in conflicts:
                self.note(f"{key} means {own}, but is read as {other}")
        elif conflicts:
            raise RulesError(
                self.rules_file.fault(
                    "on_alias_conflict", f"{key} means {own}, but could be read as {other}"
                )
                for key, own, other in conflicts
            )

    def _site(self, key: str) -> Meaning | None:
        claims = self.vocabulary.claims(key)
        if not claims:
            return None
        found = self._claimed(claims)
        is_kept = self.rules.disambiguation == "keep" and found.kind != "name"
        return Meaning(found.tag, "ambiguous") if is_kept and found.tag.is_ambiguous else found

    def _claimed(self, claims: dict[str, Tag]) -> Meaning:
        kind = "alias" if "alias" in claims else "name" if "name" in claims else "spelling"
        made = claims.get("spelling")
        if kind == "spelling" or made is None or not self._takes_over(made, claims[kind]):
            return Meaning(claims[kind], kind)
        return Meaning(made, "spelling")

    def _takes_over(self, taker: Tag, holder: Tag) -> bool:
        policy = self.rules.on_alias_conflict
        if policy == "overwrite_rarest":
            return taker.is_more_used_than(holder)
        return policy in ("overwrite", "warn") and taker is not holder

    # The user's own names

    def _read_names(self) -> Iterator[Fault]:
        """Apply aliases and renames; yields their faults."""
        rules = self.rules
        entries = [
            *(("aliases", key, target, key) for key, target in rules.aliases.items()),
            *(("renames", new, old, old) for old, new in rules.renames.items()),
            *(("aliases_overrides", key, end, key) for key, end in rules.aliases_overrides.items()),
        ]
        self.learn(name for _, key, target, _ in entries for name in (key, target))
        self.learn((*rules.blacklist, *rules.keep_underscores, *rules.terminate))
        self.learn(rules.keep_implied if isinstance(rules.keep_implied, tuple) else ())
        links = {
            spelling(key): end for table, key, end, _ in entries if self._holds(table, key, end)
        }
        for table, key, target, item in entries:
            end = self._end(target, {} if table == "renames" else links, spelling(key))
            fault = end if isinstance(end, str) else self._add(table, key, end)
            if fault:
                yield self.rules_file.fault(table, fault, item)
        yield from self._read_lists()

    def _holds(self, table: str, key: str, target: str) -> bool:
        """Return whether a spelling of the rules leads to its target, and not to the site's tag."""
        holder = self._holder(spelling(key)) if table == "aliases" else None
        taker = self._site_exact(target)
        return holder is None or (taker is not None and self._takes_over(taker.tag, holder))

    def _holder(self, spelled: str) -> Tag | None:
        """Return the tag whose name or alias a spelling is on the site."""
        site = self._site(spelled)
        return site.tag if site and site.kind in ("name", "alias") else None

    def _end(self, name: str, links: dict[str, str], start: str) -> Tag | str:
        """Return the tag that a name leads to through the links; else the fault as text."""
        trail = [start]
        key = spelling(name)
        while key in links and spelling(links[key]) != key:
            if key in trail:
                return f"{' -> '.join([*trail, key])} is a cycle"
            trail.append(key)
            name = links[key]
            key = spelling(name)
        self.learn([name])
        found = self._site_exact(name)
        return found.tag if found else self._unknown(name)

    def _site_exact(self, name: str) -> Meaning | None:
        return next((found for key in keys(name) if (found := self._site(key))), None)

    def _unknown(self, name: str) -> str:
        near = suggest_typed(self.vocabulary.connection, [name]).get(name)
        return f"there is no tag {name}" + (f"; did you mean {near[0].name}?" if near else "")

    def _add(self, table: str, key: str, tag: Tag) -> str | None:
        """Make a spelling mean a tag; returns the fault, if there is one."""
        spelled = spelling(key)
        holder = self._holder(spelled)
        if table == "renames":
            if tag in self.new_names:
                return f"{tag.name} is already renamed to {self.new_names[tag]}"
            previous = self._given.get(spelled)
            if previous and previous.kind == "renames":
                return f"{previous.tag.name} is already renamed to {key}"
            if holder and holder is not tag and key not in self.rules.aliases_overrides:
                return f"{key} means {holder.name}; choose another name"
            self.new_names[tag] = key.replace(" ", "_")
        elif table == "aliases" and holder and holder is not tag:
            if self.rules.on_alias_conflict == "raise":
                return f"{key} means {holder.name}; move it to aliases_overrides"
            if not self._takes_over(tag, holder):
                self._note_kept(key, holder)
                return None
            if self.rules.on_alias_conflict == "warn":
                place = self.rules_file.place(table, key)
                self.note(f"{place}: {key} means {tag.name} instead of {holder.name}")
        self._given[spelled] = Meaning(tag, table)
        return None

    def _note_kept(self, key: str, holder: Tag) -> None:
        if self.rules.on_alias_conflict != "silent":
            place = self.rules_file.place("aliases", key)
            self.note(f"{place}: {key} still refers to {holder.name}; move it to aliases_overrides")

    def _read_lists(self) -> Iterator[Fault]:
        for key in ("keep_implied", "terminate"):
            names = getattr(self.rules, key)
            for name in names if isinstance(names, tuple) else ():
                if not (self.meaning(name) or self._named(name)):
                    yield self.rules_file.fault(key, self._unknown(name), name)
        self.vocabulary.learn(self._removed)
        for name in self.rules.remove_aliases:
            key = spelling(name)
            if not (key in self._given or self.vocabulary.claims(key)):
                place = self.rules_file.place("remove_aliases", name)
                self.note(f"{place}: {name} is not a known spelling; nothing is removed")

    def _read_patterns(self) -> Iterator[Fault]:
        names = ("include_filename_regexp", "exclude_filename_regexp")
        given = {key: getattr(self.rules, key) for key in names}
        found = self.vocabulary.pattern_faults((*given.values(), *self.rules.blacklist_regexp))
        for key, pattern in given.items():
            if pattern in found:
                yield self.rules_file.fault(key, found[pattern])
        for pattern in self.rules.blacklist_regexp:
            if pattern in found:
                yield self.rules_file.fault("blacklist_regexp", found[pattern], pattern)
