"""The vocabulary of a large export: names, categories, topics, implications and aliases.

A tag is known by its index, its rank by intended use: 0 is the most used one. Arrays are indexed
by it. The last ones are the antecedents of aliases, which no post draws under their own right:
some of them still have a row in tags, those after `row_count` have none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import odd_names
from .copy_format import words

Integers = NDArray[np.int64]

NO_TOPIC = -1
MAX_DEPTH = 9
# Topics, as multiples of the square root of the number of tags.
TOPICS = 0.4
BLENDED_TOPICS = 0.8
ALIASES_PER_TAG = 0.07
IMPLICATIONS_PER_TAG = 0.058

# Chosen so that no word made of them means anything unkind.
SYLLABLES = words("""
    ba be bo da do fa fe la le li lo lu ma mi mo na no ra re ri ro ru sa so ta te to va ve vi wa we
""")
PAIRS = [first + second for first in SYLLABLES for second in SYLLABLES]

PREFIXES = words("""
    red_ blue_ green_ dark_ pale_ big_ tiny_ long_ short_ old_ wooden_ striped_ spotted_ open_
    holding_ wearing_ two-tone_ floating_ sleeping_ multicolored_
""")
SUFFIXES = {
    1: "_(artist)",
    3: "_(series)",
    4: "_(character)",
    5: "_(species)",
    7: "_(meta)",
    8: "_(lore)",
}
# Share of names of a category that carry its suffix; of general ones, a prefix.
AFFIX_SHARE = {0: 0.75, 1: 0.2, 3: 0.25, 4: 0.2, 5: 0.1, 7: 0.3, 8: 1.0}

# Shares of the nine categories among the most used tenth of the tags and among the rest.
HEAD_CATEGORIES = (0.57, 0.08, 0.005, 0.06, 0.1, 0.16, 0.003, 0.02, 0.002)
TAIL_CATEGORIES = (0.22, 0.395, 0.01, 0.06, 0.28, 0.025, 0.004, 0.004, 0.002)
# A blended export has species enough for ten and more a topic.
BLENDED_CATEGORIES = (0.36, 0.1, 0.01, 0.06, 0.12, 0.34, 0.003, 0.005, 0.002)


@dataclass(frozen=True)
class Vocabulary:
    """All names with what is known about them; see the module for what an index is."""

    names: list[str]
    row_count: int
    drawn_count: int
    topic_count: int
    category: Integers
    topic: Integers
    # Active edges, each from a rarer tag to a more used one, so that they cannot form a cycle.
    edges: list[tuple[int, int]]
    closure: list[tuple[int, ...]]
    depth: Integers
    # Consequent of names[drawn_count + i], which is an alias.
    alias_targets: Integers


def default_tag_count(posts: int) -> int:
    """Return how many rows tags.csv has for so many posts: a million at five million."""
    growth: float = (posts / 5_000_000) ** 0.7
    return max(1_000, round(1_000_000 * growth))


def make_vocabulary(*, tags: int, seed: int, blended: bool = False) -> Vocabulary:
    """Return the vocabulary of an export with so many rows in tags.csv."""
    rng = np.random.default_rng([seed, 1])
    aliases = round(tags * ALIASES_PER_TAG)
    drawn = tags - aliases // 2
    total = drawn + aliases
    alias_targets = _alias_targets(rng, drawn, aliases)
    category = _blended_categories(rng, drawn) if blended else _categories(rng, drawn)
    category = np.concatenate([category, category[alias_targets]])
    topic_count = max(8, round((BLENDED_TOPICS if blended else TOPICS) * tags**0.5))
    topic = _topics(rng, drawn, topic_count)
    edges = _edges(rng, category[:drawn], topic, round(tags * IMPLICATIONS_PER_TAG * 0.91))
    closure, depth = _closure(edges, drawn)
    return Vocabulary(
        names=_names(rng, category, drawn),
        row_count=tags,
        drawn_count=drawn,
        topic_count=topic_count,
        category=category,
        topic=np.concatenate([topic, np.full(total - drawn, NO_TOPIC)]),
        edges=edges,
        closure=closure,
        depth=depth,
        alias_targets=alias_targets,
    )


def topics_by_name(vocabulary: Vocabulary) -> dict[str, int]:
    """Return the true main topic of every drawn tag that has one."""
    drawn = vocabulary.names[: vocabulary.drawn_count]
    topics = vocabulary.topic.tolist()
    return {name: topic for name, topic in zip(drawn, topics, strict=False) if topic != NO_TOPIC}


def _categories(rng: np.random.Generator, count: int) -> Integers:
    """Return a category for each drawn tag; the popular ones are mostly general and species."""
    head = count // 10
    return np.concatenate(
        [
            rng.choice(9, head, p=np.array(HEAD_CATEGORIES) / sum(HEAD_CATEGORIES)),
            rng.choice(9, count - head, p=np.array(TAIL_CATEGORIES) / sum(TAIL_CATEGORIES)),
        ]
    )


def _blended_categories(rng: np.random.Generator, count: int) -> Integers:
    return rng.choice(9, count, p=np.array(BLENDED_CATEGORIES) / sum(BLENDED_CATEGORIES))


def _topics(rng: np.random.Generator, count: int, topic_count: int) -> Integers:
    """Return each drawn tag's topic; the most used tags belong to all posts alike."""
    common = min(150, count // 20)
    # Dealt out like cards, so that every topic has its share of popular tags.
    rounds = -(-(count - common) // topic_count)
    dealt = rng.permuted(np.tile(np.arange(topic_count), (rounds, 1)), axis=1).ravel()
    return np.concatenate([np.full(common, NO_TOPIC), dealt[: count - common]])


def _edges(
    rng: np.random.Generator, category: Integers, topic: Integers, count: int
) -> list[tuple[int, int]]:
    """Return the active implications: a tree of species a topic, then tags of any other kind."""
    classes = np.flatnonzero((topic == NO_TOPIC) & (category == 5))
    edges: list[tuple[int, int]] = []
    for one_topic in range(int(topic.max()) + 1):
        species = np.flatnonzero((topic == one_topic) & (category == 5))
        edges += _family(rng, species, classes)
    edges = edges[:count]
    return sorted(edges + _other_edges(rng, category, topic, count - len(edges)))


def _family(
    rng: np.random.Generator, species: Integers, classes: Integers
) -> list[tuple[int, int]]:
    """Return one family's edges; its most used species is the root and belongs to a class."""
    if not len(species):
        return []
    edges = [(int(species[0]), int(rng.choice(classes)))] if len(classes) else []
    depths = [len(edges)]
    for position in range(1, len(species)):
        # The cube favours the popular ancestors, as families are wide rather than deep.
        parent = int(position * rng.random() ** 3)
        if rng.random() < 0.1:
            parent = max(range(position), key=depths.__getitem__)
        if depths[parent] >= MAX_DEPTH:
            parent = 0
        edges.append((int(species[position]), int(species[parent])))
        depths.append(depths[parent] + 1)
    return edges


def _other_edges(
    rng: np.random.Generator, category: Integers, topic: Integers, count: int
) -> list[tuple[int, int]]:
    """Return edges to a popular general tag of the same topic, from any kind and some species."""
    eligible = (category != 5) | (rng.random(len(category)) < 0.05)
    free = np.flatnonzero((topic != NO_TOPIC) & eligible)
    # The cube favours used antecedents: about half of the real ones have 25 posts or more.
    picks = np.unique(free[(len(free) * rng.random(3 * count) ** 3).astype(np.int64)])
    parents = [
        np.flatnonzero((topic == one) & (category == 0))[:20] for one in range(topic.max() + 1)
    ]
    edges = []
    for child in rng.permutation(picks).tolist():
        choices = parents[topic[child]]
        parent = int(choices[int(len(choices) * rng.random())]) if len(choices) else child
        if parent < child:
            edges.append((child, parent))
    return edges[:count]


def _closure(edges: list[tuple[int, int]], count: int) -> tuple[list[tuple[int, ...]], Integers]:
    """Return all that each tag implies, and the longest path from it, in edges."""
    closure: list[tuple[int, ...]] = [()] * count
    depth = np.zeros(count, np.int64)
    # Parents are more used than their children, so theirs are complete when they are needed.
    for child, parent in edges:
        closure[child] = tuple(sorted({*closure[child], parent, *closure[parent]}))
        depth[child] = max(depth[child], depth[parent] + 1)
    return closure, depth


def _alias_targets(rng: np.random.Generator, drawn: int, aliases: int) -> Integers:
    """Return the consequents of the aliases, drawn from the more used third of the tags."""
    return (drawn / 3 * rng.random(aliases) ** 2).astype(np.int64)


def _names(rng: np.random.Generator, category: Integers, drawn: int) -> list[str]:
    """Return a name a tag; the more used one is, the shorter, and some are odd."""
    plain = _words(rng, len(category))
    shares = np.array([AFFIX_SHARE.get(one, 0.0) for one in range(9)])
    affixed = rng.random(len(category)) < shares[category]
    prefixes = rng.integers(len(PREFIXES), size=len(category))
    names = [
        _name(word, kind, PREFIXES[prefix]) if with_affix else word
        for word, kind, with_affix, prefix in zip(
            plain, category.tolist(), affixed.tolist(), prefixes.tolist(), strict=True
        )
    ]
    odd = odd_names.ALL[: drawn // 6]
    places = rng.choice(np.arange(drawn // 20, drawn // 3), len(odd), replace=False)
    for place, name in zip(places.tolist(), odd, strict=True):
        names[place] = name
    return names


def _name(word: str, category: int, prefix: str) -> str:
    """Return a word with what names of its category often carry."""
    return prefix + word if category == 0 else word + SUFFIXES[category]


def _words(rng: np.random.Generator, count: int) -> list[str]:
    """Return different words of two syllables, then of three, four and five."""
    made: list[str] = []
    starts = [("",), SYLLABLES, PAIRS, [pair + last for pair in PAIRS for last in SYLLABLES]]
    for start in starts:
        left = count - len(made)
        if not left:
            break
        numbers = rng.permutation(len(start) * len(PAIRS))[:left]
        made += [start[number >> 10] + PAIRS[number & 1023] for number in numbers.tolist()]
    return made
