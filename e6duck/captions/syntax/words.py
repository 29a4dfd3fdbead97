"""English words that are common in sentences and rare in tags, and where sentences end."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DETERMINERS = _words(
    "a an this that these those there it he she they we you i his her its their it's there's "
    "he's she's they're we're you're i'm someone somebody something everyone both here"
)
"""Words that begin a clause"""
WEAK_DETERMINERS = _words("the my your our")
"""The same, but also common at the beginning of names"""
ARTICLES = _words("a an the")
PRONOUNS = _words(
    "he she it they we you his her its their them him this that these those who which whose "
    "it's there what where"
)
VERBS = _words(
    "is are was were be been being has have had does did do can could will would may might must "
    "isn't aren't wasn't weren't hasn't doesn't don't didn't can't won't cannot sits stands "
    "looks wears holds runs walks lies drinks eats reads smiles sleeps plays carries watches "
    "waits rests shows says gives takes makes goes comes gets seems appears stares gazes leans "
    "hangs flies jumps swims waves laughs falls shines covers contains features depicts "
    "surrounds faces lives likes loves wants tries turns keeps leaves hides howls roars points "
    "reaches rises rides climbs dances sings talks asks tells thinks finds guards glows "
    "depicted portrayed shown said sat stood wore held ran walked lay"
)
"""Finite verbs, and participles of descriptions"""
AUXILIARIES = _words("is are was were has have had does did can could will would")
PLURAL_VERBS = _words(
    "sit stand look wear hold run walk lie drink eat read sleep play carry wait rest live like "
    "love hang fly jump swim surround fill gather"
)
"""Verbs that are also nouns or tags by themselves"""
CONJUNCTIONS = _words("and or but nor while because although which who whose whom")
"""Words that continue a clause"""
PREPOSITIONS = _words(
    "in on at of with by from to into onto under over behind near between through across for "
    "around toward towards against below above beside next during without within after before "
    "along like as"
)
_ABBREVIATIONS = _words("mr mrs ms dr st jr sr prof vs vol pt ver ft approx e.g i.e a.k.a feat mt")
_CLOSING = "[\"'\u201d\u2019)\\]\u300d\u300f]*"  # quotes and brackets that a sentence ends with
_END = re.compile(rf"[.!?\u2026]+{_CLOSING}(?=\s)|\u3002{_CLOSING}\s*")
_FINAL = re.compile(rf"(?:[.!?\u2026]+|\u3002){_CLOSING}$")


def sentence_ends(text: str) -> list[int]:
    """Return the places in a text where a sentence ends and another text follows.

    A full stop after an abbreviation or a single letter does not end a sentence.
    """
    return [
        match.end()
        for match in _END.finditer(text)
        if match.end() < len(text.rstrip()) and not is_abbreviated(text[: match.end()])
    ]


def is_abbreviated(text: str) -> bool:
    """Return whether a text ends in an abbreviation with its full stop."""
    if not text.endswith(".") or text.endswith(".."):
        return False
    word = text[:-1].rpartition(" ")[2].rpartition(",")[2].lower()
    last = word.rpartition(".")[2]
    return word in _ABBREVIATIONS or (len(last) == 1 and last.isalpha())


def final_mark(text: str) -> str:
    """Return the marks that end the sentence at the end of a text; empty if there are none."""
    match = _FINAL.search(text)
    return match[0] if match else ""
