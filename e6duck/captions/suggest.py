"""Aliases for frequent pieces that are not known tags, and how sure they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from ..tags.lookup import Suggestion, suggest
from .report import Findings, frequent
from .text import spelling
from .vocabulary import Vocabulary, is_ambiguous

_MOST = 100
_LONG = 8  # letters of a word that one wrong letter hardly makes another word
_SHORT = 5  # letters of a word below which any change may make another word
_REPEATED = re.compile(r"([^aeiou])\1+")
# With one of these, another order of words may mean something else.
_ORDERED = frozenset(
    ("on", "in", "at", "of", "with", "over", "under", "behind", "to", "from", "by")
)


class Alias(NamedTuple):
    """A frequent text that is not a tag, and the tags that it may be an alias of."""

    text: str
    times: int
    names: tuple[str, ...]
    """The likeliest first; empty if no tag is close"""
    is_sure: bool = False
    """Whether the first one is meant in all likelihood"""


def suggested_aliases(vocabulary: Vocabulary, found: Findings) -> list[Alias]:
    """Return the aliases that would make the most frequent unknown pieces known."""
    counts: Counter[str] = Counter()
    for text, count in (found.unknown + found.ambiguous).items():
        counts[spelling(text)] += count
    counted = frequent(counts, _MOST)
    texts = [text for text, _ in counted]
    near = suggest(vocabulary.connection, texts) if texts else {}
    reordered = vocabulary.reordered(texts)
    used = vocabulary.used_words({word for text in texts for word in text.split("_")})
    ambiguous = set(map(spelling, found.ambiguous))
    meant = vocabulary.candidates([text for text in texts if text in ambiguous])
    return [
        Alias(text, count, meant[text])
        if text in meant
        else _alias(text, count, near.get(text, ()), reordered.get(text, ()), used)
        for text, count in counted
    ]


def _alias(
    text: str,
    count: int,
    near: tuple[Suggestion, ...],
    reordered: tuple[str, ...],
    used: Collection[str],
) -> Alias:
    if reordered:
        is_sure = len(reordered) == 1 and not _ORDERED & set(text.split("_"))
        return Alias(text, count, reordered, is_sure)
    usable = [each for each in near if not is_ambiguous(each.name)]
    usable.sort(key=lambda each: not each.name.startswith(f"{text}_("))
    names = tuple(each.name for each in usable)
    is_sure = bool(usable) and is_misspelled(text, usable[0].alias or usable[0].name, used)
    return Alias(text, count, names, is_sure)


def is_misspelled(text: str, name: str, used_words: Collection[str]) -> bool:
    """Return whether a text is, in all likelihood, a misspelling of a name and not another word.

    used_words: the words of the text that are also words of known tags.
    """
    if text.replace("_", "") == name.replace("_", ""):
        return True
    words, others = text.split("_"), name.split("_")
    pairs = [(word, other) for word, other in zip(words, others, strict=False) if word != other]
    is_same_length = len(words) == len(others) and bool(pairs)
    return is_same_length and all(
        _is_misspelled_word(word, other, word in used_words, _SHORT - (len(words) > len(pairs)))
        for word, other in pairs
    )


def _is_misspelled_word(word: str, other: str, is_used: bool, least: int) -> bool:
    if _singular(word) == _singular(other):
        return True
    if is_used or not word.isalpha() or len(word) < least:
        return False
    if _REPEATED.sub(r"\1", word) == _REPEATED.sub(r"\1", other):
        return True
    return sorted(word) == sorted(other) or len(word) >= _LONG


def _singular(word: str) -> str:
    for ending, singular in (("ies", "y"), ("xes", "x"), ("shes", "sh"), ("ches", "ch"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + singular
    return word
