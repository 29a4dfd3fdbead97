"""The sample's vocabulary, put together from the word lists: categories, links and topics."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import links, odd_names, people, species, things
from .copy_format import words

GENERAL, ARTIST, CONTRIBUTOR, COPYRIGHT, CHARACTER, SPECIES, INVALID, META, LORE = range(9)

Link = tuple[str, str, str]

ODD_CATEGORIES = {'"pepper"_tailfeather': ARTIST, "o'harrow": ARTIST, "null": CHARACTER}


@dataclass(frozen=True)
class Topic:
    """A family: the species of a post of this topic, its named characters, and its surroundings."""

    species: tuple[str, ...]
    characters: tuple[str, ...]
    surroundings: tuple[str, ...]


@dataclass(frozen=True)
class SampleVocabulary:
    """Every name with a row in tags, every alias and implication, and the topics."""

    categories: dict[str, int]
    aliases: list[Link]
    implications: list[Link]
    topics: list[Topic]

    def named(self, category: int) -> list[str]:
        """Return the names of one category."""
        return [name for name, one in self.categories.items() if one == category]


def make_sample_vocabulary() -> SampleVocabulary:
    """Return what the word lists say, without any chance in it."""
    aliases = _aliases()
    categories = _categories()
    own_rows = [antecedent for antecedent, _, status in aliases if status == "active"][::2]
    targets = [consequent for _, consequent, status in aliases if status == "active"]
    for name in own_rows + targets:
        categories.setdefault(name, GENERAL)
    return SampleVocabulary(
        categories=categories, aliases=aliases, implications=_implications(), topics=_topics()
    )


def tree_edges(tree: str) -> Iterator[tuple[str, str | None]]:
    """Return (name, parent) for each line of a tree; a root has no parent."""
    path: list[str] = []
    for line in tree.strip("\n").splitlines():
        name = line.strip()
        depth = (len(line) - len(name)) // 2
        path[depth:] = [name]
        yield name, path[depth - 1] if depth else None


def _pairs(lines: str) -> list[tuple[str, str]]:
    """Return the pairs of lines like `a > b`; a name may hold any other mark."""
    split = [line.split(" > ") for line in lines.strip("\n").splitlines()]
    return [(first, second) for first, second in split]


def _inactive(lines: str) -> list[Link]:
    """Return the links of lines like `a > b | status`."""
    links_with_status = []
    for first, rest in _pairs(lines):
        second, _, status = rest.partition(" | ")
        links_with_status.append((first, second, status))
    return links_with_status


def _aliases() -> list[Link]:
    """Return all aliases, those without effect last."""
    active = _pairs(links.ALIASES + links.TO_DISAMBIGUATION.lstrip() + links.ODD_ALIASES.lstrip())
    return [(*pair, "active") for pair in active] + _inactive(links.INACTIVE_ALIASES)


def _implications() -> list[Link]:
    """Return all implications, those without effect last."""
    trees = (things.GENERAL_TREE, species.TREE, things.META_TREE, people.FRANCHISE_TREE)
    edges = [(name, parent) for tree in trees for name, parent in tree_edges(tree) if parent]
    active = [(name, parent) for name, parent in edges if parent not in words(things.HEADINGS)]
    active += _pairs(things.EXTRA_GENERAL_IMPLICATIONS)
    active += [
        (name, implied) for name, *targets in _characters() for implied in targets if implied
    ]
    active += [(artist, "avoid_posting") for artist in words(people.AVOID_POSTING)]
    active += [(artist, "conditional_dnp") for artist in words(people.CONDITIONAL)]
    active += _pairs(links.ALIASED_IMPLICATIONS) + _pairs(links.CYCLIC_IMPLICATIONS)
    return [(*pair, "active") for pair in active] + _inactive(links.INACTIVE_IMPLICATIONS)


def _characters() -> list[tuple[str, str, str]]:
    """Return name, species and franchise of each character; the last two may be empty."""
    characters = []
    for line in people.CHARACTERS.strip("\n").splitlines():
        name, _, rest = line.partition(": ")
        kind, _, franchise = rest.partition(",")
        characters.append((name, kind.strip(), franchise.strip()))
    return characters


def _categories() -> dict[str, int]:
    """Return the category of every name that is no mere alias, the first mention deciding."""
    once_and_never = words(links.ONCE + " " + links.NEVER)
    groups: list[tuple[int, tuple[str, ...]]] = [
        (SPECIES, _names(species.TREE)),
        (GENERAL, _names(things.GENERAL_TREE)),
        (META, _names(things.META_TREE) + tuple(things.YEARS)),
        (GENERAL, words(things.EXTRA_GENERAL + " " + links.LOOSE)),
        (ARTIST, words(people.ARTISTS)),
        (CONTRIBUTOR, words(people.CONTRIBUTORS)),
        (COPYRIGHT, _names(people.FRANCHISE_TREE)),
        (CHARACTER, tuple(name for name, *_ in _characters())),
        (LORE, words(things.LORE)),
        (INVALID, words(things.INVALID)),
    ]
    categories: dict[str, int] = {}
    for category, names in groups:
        for name in names:
            if name in words(things.HEADINGS):
                continue
            categories.setdefault(name, category)
    for name in odd_names.ALL + once_and_never:
        categories.setdefault(name, ODD_CATEGORIES.get(name, GENERAL))
    return categories


def _names(tree: str) -> tuple[str, ...]:
    """Return the names of a tree from its top."""
    return tuple(name for name, _ in tree_edges(tree))


def _topics() -> list[Topic]:
    """Return the topics; a family's species stand under each of its heads."""
    parents = dict(tree_edges(species.TREE))
    rare = {*words(links.ONCE), *words(links.NEVER)}
    topics = []
    for line in species.TOPICS.strip("\n").splitlines():
        heads, _, surroundings = line.partition(" | ")
        kin = tuple(
            name
            for name in parents
            if name not in rare and not lineage(name, parents).isdisjoint(words(heads))
        )
        characters = tuple(name for name, kind, _ in _characters() if kind in kin)
        topics.append(Topic(kin, characters, words(surroundings)))
    return topics


def lineage(name: str, parents: dict[str, str | None]) -> set[str]:
    """Return a species and all above it."""
    line: set[str] = set()
    current: str | None = name
    while current:
        line.add(current)
        current = parents[current]
    return line
