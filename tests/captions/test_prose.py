"""Sentences and tags in one caption: golden sets with a label for each piece."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e6duck.captions.normalizer import Normalizer
from tests.support.prose_database import build_prose_database

GOLDEN = Path(__file__).parent / "golden"
MARKED = re.compile("«(.*?)»")
RULES = {"keep_implied": True, "use_underscores": True, "remove_parens": False}
"""No tag goes for another one, and each tag of two words is written otherwise"""


def captions(name: str) -> list[str]:
    lines = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def normalizer(tmp_path_factory: pytest.TempPathFactory) -> Normalizer:
    return Normalizer(build_prose_database(tmp_path_factory.mktemp("prose")), RULES)


def missed(normalizer: Normalizer, marked: str) -> tuple[list[str], list[str]]:
    """The tags that were not read as tags, and the pieces of prose that are not there any more."""
    text = marked.replace("«", "").replace("»", "")
    result = normalizer.normalize_text(text)
    read = [step.before for step in result.steps if step.kind != "sentence"]
    tags = []
    for label in MARKED.findall(marked):
        if label in read:
            read.remove(label)
        else:
            tags.append(label)
    prose = [each.strip(" ,.;!?…") for each in MARKED.sub("\0", marked).split("\0")]
    return tags, [each for each in prose if each and each not in result.text]


@pytest.mark.parametrize("name", ["prose.txt", "prose_held_out.txt"])
def test_tags_are_read_and_sentences_stay_to_the_letter(normalizer: Normalizer, name: str) -> None:
    found = {marked: missed(normalizer, marked) for marked in captions(name)}
    labels = sum(len(MARKED.findall(marked)) for marked in found)
    unread = {marked: tags for marked, (tags, _) in found.items() if tags}
    changed = {marked: prose for marked, (_, prose) in found.items() if prose}
    assert changed == {}
    assert sum(map(len, unread.values())) <= labels * 0.01, unread


PARTS = st.sampled_from(
    [
        *("Foxes", "fox", "canine", "mammal", "Hat", "clothing", "blue_eyes", "my text", "1girl"),
        *("A red fox drinks tea.", "the wolf, smiling, sits.", "and bear sit", "Two wolves"),
        *("vixen.", "(foxes:1.2)", "((canine))", "(foxes", "mammal:1.2)", "{foxes", "canine|hat"),
        *("wolves}", "fox AND wolves", "BREAK", "<lora:x:1> foxes", "Mr. Fox", "is here.", "^_^"),
        *(r"judy \(character\)", "rose (flower)", "Rain. A fox hides. wolves", "a cup of tea"),
    ]
)
JOINTS = st.sampled_from([", ", ", ", ", ", ",", ". ", " ", "\n", " ||| ", ",, "])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(PARTS, JOINTS), max_size=8),
    st.sampled_from(
        [{}, {"unknown": "spaces", "duplicates": "all"}, {"multiline": "join"}, {"order": ["meta"]}]
    ),
)
def test_a_second_run_changes_nothing(
    normalizer: Normalizer, parts: list[tuple[str, str]], rules: dict[str, Any]
) -> None:
    again = Normalizer(normalizer.vocabulary.connection, rules)
    text = "".join(part + joint for part, joint in parts).rstrip(", \n")
    once = again.normalize_text(text).text
    assert again.normalize_text(once).text == once
    assert " ," not in once or " ," in text
