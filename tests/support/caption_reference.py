"""The rules of a clean caption in plain Python: dictionaries, written from their description.

It knows the whole vocabulary, as dictionaries, and takes one step after the other; no code is
shared with e6duck.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SUFFIX = re.compile(r"_\([^)]+\)$")
OWN_SUFFIX = ("character", "lore", "species", "copyright")


WEIGHTED = "({}:1.2)"


@dataclass(frozen=True, eq=False)
class Item:
    """A piece in a line: the tag that it means, if any, and whether it is weighted."""

    line: int
    name: str | None
    piece: str
    is_weighted: bool


def spelt(text: str) -> str:
    return text.lower().replace(" ", "_")


@dataclass(frozen=True)
class World:
    """A vocabulary: names with category and uses, most used first; aliases; the closure."""

    category: dict[str, str]
    uses: dict[str, int]
    aliases: dict[str, str]
    implied: dict[str, tuple[str, ...]]
    """nearest first"""
    rank: dict[str, int] = field(default_factory=dict)
    rare: frozenset[str] = frozenset()
    """those without an id"""


def made_spellings(name: str, category: str) -> set[str]:
    """Rule 1: the spellings that a name gets besides itself."""
    bare = SUFFIX.sub("", name)
    made = {bare, name.replace(":", "_")}
    if category == "artist":
        for stem in {name, bare}:
            plain = stem.removeprefix("by_")
            made |= {plain, f"by_{plain}"}
    return (made | longer_spellings(name, category)) - {name}


def longer_spellings(name: str, category: str) -> set[str]:
    """Those that say more than the name; all that an alias gets."""
    bare = SUFFIX.sub("", name)
    made = set()
    if category == "artist":
        plain = name.removeprefix("by_")
        made.add(f"by_{plain}")
        if bare == name:
            made |= {f"{plain}_(artist)", f"by_{plain}_(artist)"}
    elif category in OWN_SUFFIX and bare == name:
        made.add(f"{name}_({category})")
    return {spelling for spelling in made if len(spelling) > len(name)}


def rare_spellings(name: str, category: str) -> set[str]:
    """Those of a tag too rare for an id, which is not to take words that are meant as words."""
    made = longer_spellings(name, category) | {name.replace(":", "_")}
    if category == "artist":
        made.add(f"by_{SUFFIX.sub('', name).removeprefix('by_')}")
    return made - {name}


class Reference:
    """Cleans lists of pieces (no marks, sentences or escapes, one kind of weight) by the rules."""

    def __init__(self, world: World, rules: dict[str, object]) -> None:
        self.world = world
        self.rules = rules
        self.meaning: dict[str, str] = {}
        for name in sorted(world.category, key=lambda name: world.rank[name]):
            make = rare_spellings if name in world.rare else made_spellings
            for spelling in make(name, world.category[name]):
                self.meaning.setdefault(spelling, name)
        for alias, name in sorted(world.aliases.items(), key=lambda item: world.rank[item[1]]):
            for spelling in longer_spellings(alias, world.category[name]):
                self.meaning.setdefault(spelling, name)
        self.meaning |= world.aliases
        self.meaning |= {name: name for name in world.category}
        self.site = dict(self.meaning)
        real = {*world.aliases, *world.category}
        self.links = {name: end for name, end in self.table("aliases").items() if name not in real}
        self.links |= {new: old for old, new in self.table("renames").items()}
        self.links |= self.table("aliases_overrides")
        for spelling, target in self.table("aliases").items():
            if spelling not in real:
                self.meaning[spelling] = self.followed(target)
        self.new_name: dict[str, str] = {}
        for old, new in self.table("renames").items():
            self.new_name[self.end(old)] = new
        renamed = {new: old for old, new in self.new_name.items()}
        self.meaning |= renamed
        for spelling, target in self.table("aliases_overrides").items():
            self.meaning[spelling] = self.followed(target)
        for spelling in self.rules.get("remove_aliases", ()):
            self.meaning.pop(spelling, None)
        terminated = self.rules.get("terminate", ())
        self.terminated = {self.meaning.get(name, name) for name in terminated}
        self.banned = self.blacklist()

    def table(self, name: str) -> dict[str, str]:
        table = self.rules.get(name, {})
        assert isinstance(table, dict)
        return table

    def end(self, name: str) -> str:
        return self.site.get(name, name)

    def followed(self, name: str) -> str:
        """Return the tag at the end of the rules' own aliases."""
        while self.links.get(name, name) != name:
            name = self.links[name]
        return self.end(name)

    # Rule 5

    def leads_back(self, spelling: str, name: str) -> bool:
        return self.meaning.get(spelling) == name

    def written(self, name: str) -> str:
        category = self.world.category[name]
        if name in self.new_name and self.leads_back(self.new_name[name], name):
            return self.new_name[name]
        result = name
        if self.rules.get("remove_parens", True):
            bare = name.removesuffix(f"_({category})")
            is_by = category == "artist" and self.rules.get("artist_by_prefix", True)
            is_free = is_by and bare not in self.meaning and self.leads_back(f"by_{bare}", name)
            if self.leads_back(bare, name) or is_free:
                result = bare
        by = f"by_{result}"
        if (
            category == "artist"
            and self.rules.get("artist_by_prefix", True)
            and not result.startswith("by_")
            and self.leads_back(by, name)
        ):
            result = by
        spare = f"{name}_({category})"
        if not (self.leads_back(result, name) or SUFFIX.search(name)):
            return spare if self.leads_back(spare, name) else result
        return result

    # Rule 4

    def forms(self, name: str) -> set[str]:
        """What a pattern may match: the name, and what the rules may make of it."""
        category = self.world.category[name]
        forms = {name, self.written(name)}
        if self.rules.get("remove_parens", True):
            forms.add(name.removesuffix(f"_({category})"))
        if category == "artist" and self.rules.get("artist_by_prefix", True):
            forms |= {form if form.startswith("by_") else f"by_{form}" for form in forms}
        return forms

    def blacklist(self) -> set[str]:
        banned = {
            self.meaning.get(spelling, spelling) for spelling in self.rules.get("blacklist", ())
        }
        for pattern in self.rules.get("blacklist_regexp", ()):
            for name in self.world.category:
                if any(re.fullmatch(pattern, form) for form in self.forms(name)):
                    banned.add(name)
        if self.rules.get("blacklist_implied", True):
            for name in list(banned):
                banned |= set(self.world.implied.get(name, ()))
        for name, category in self.world.category.items():
            if category in self.rules.get("blacklist_categories", ()):
                banned.add(name)
        return banned

    def is_banned_text(self, spelling: str) -> bool:
        patterns = self.rules.get("blacklist_regexp", ())
        listed = {name.lower().replace(" ", "_") for name in self.rules.get("blacklist", ())}
        return spelling in listed or any(re.fullmatch(each, spelling) for each in patterns)

    # Rule 3 and all

    def clean(self, pieces: list[str]) -> list[str]:
        """Return the pieces of a line that are written, with spaces where they are tags."""
        return self.clean_lines([pieces])[0]

    def clean_lines(self, lines: list[list[str]]) -> list[list[str]]:
        """Return the same for each line of a caption; an empty one has lost or had no pieces."""
        items = []
        for line, pieces in enumerate(lines):
            for piece in pieces:
                core = self.core(piece)
                items.append(Item(line, self.meaning.get(spelt(core)), piece, core != piece))
        items = self.once(items)
        items = self.expand(items)
        stripped = self.stripped([item.name for item in items if item.name])
        result: list[list[str]] = [[] for _ in lines]
        for item in items:
            if item.name is None:
                if not self.is_banned_piece(item.piece):
                    result[item.line].append(item.piece)
            elif (item.name not in stripped or self.is_kept(item)) and item.name not in self.banned:
                text = self.written(item.name).replace("_", " ")
                result[item.line].append(WEIGHTED.format(text) if item.is_weighted else text)
        return result

    def is_kept(self, item: Item) -> bool:
        """Whether a tag stays although it is implied: somebody gave it a weight."""
        return item.is_weighted and bool(self.rules.get("keep_weighted", True))

    def core(self, piece: str) -> str:
        """Return what is weighted in a piece; the piece where nothing is."""
        before, after = WEIGHTED.split("{}")
        if piece.startswith(before) and piece.endswith(after):
            return piece[len(before) : -len(after)]
        return piece

    def is_banned_piece(self, piece: str) -> bool:
        inner = piece[1:-1] if self.core(piece) != piece else piece
        return any(self.is_banned_text(spelt(text)) for text in (piece, inner, self.core(piece)))

    def once(self, items: list[Item]) -> list[Item]:
        """Of the pieces of a tag the first weighted one stays, else the first one."""
        kept: dict[str, Item] = {}
        for item in items:
            if item.name and (
                item.name not in kept or (item.is_weighted and not kept[item.name].is_weighted)
            ):
                kept[item.name] = item
        return [item for item in items if item.name is None or kept[item.name] is item]

    def is_opened(self, name: str) -> bool:
        """Whether what a tag implies is added, and not removed."""
        least = self.rules.get("min_antecedent_freq", 0)
        return bool(self.world.implied.get(name)) and (
            self.world.uses[name] < least
            or name in self.terminated
            or self.rules.get("implied") == "add"
        )

    def goes(self, name: str) -> bool:
        least = self.rules.get("drop_antecedent_freq", 0)
        return bool(self.world.implied.get(name)) and (
            self.world.uses[name] < least or name in self.terminated
        )

    def expand(self, items: list[Item]) -> list[Item]:
        there = {item.name for item in items}
        result = []
        for item in items:
            if item.name is None or not self.goes(item.name):
                result.append(item)
            if item.name and self.is_opened(item.name):
                for other in self.world.implied[item.name]:
                    if other not in there:
                        there.add(other)
                        if not self.goes(other):
                            result.append(Item(item.line, other, "", False))
        return result

    def stripped(self, names: list[str]) -> set[str]:
        keep = self.rules.get("keep_implied", False)
        if keep is True or self.rules.get("implied") in ("keep", "add"):
            return set()
        kept = {self.meaning.get(name, name) for name in keep} if isinstance(keep, list) else set()
        found: set[str] = set()
        for name in names:
            if not self.is_opened(name):
                found |= set(self.world.implied.get(name, ()))
        return found - kept
