"""The engine against the reference, on vocabularies, rules and captions drawn at random."""

from __future__ import annotations

import re
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from e6duck.builder.build import build
from e6duck.captions.normalizer import Normalizer
from e6duck.captions.rules import CATEGORIES, RulesError
from tests.support.caption_reference import WEIGHTED, Reference, World
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.reference import Export

# Names that collide with spellings made of others.
NAMES = (
    *("fox", "red_fox", "canine", "mammal", "ann", "ann_(zoo)", "ann_(artist)", "by_ann"),
    *("carl", "carl_(artist)", "by_carl_(artist)", "judy_(character)", "judy", "fox_(species)"),
    *("16:9", "16_9", "solo", "a_b_(c)", "wolf_(species)", "wolf"),
)
TEXTS = ("my own text", "Ünknown", "BREAK", "2019", "by ann", "judy (character)", "16 9", "nope")


@st.composite
def exports(draw: st.DrawFn) -> Export:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=3, max_size=9, unique=True))
    category = {name: draw(st.sampled_from([0, 1, 1, 3, 4, 5, 7])) for name in names}
    count = {name: draw(st.integers(0, 5)) for name in names}
    posts = [
        post(number, " ".join(name for name in names if count[name] >= number))
        for number in range(1, 6)
    ]
    # Down the list, so that there is no cycle: those have a test of their own.
    edges = st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1))
    pairs = [pair for pair in draw(st.lists(edges, max_size=6)) if pair[0] < pair[1]]
    free = [name for name in NAMES if name not in names]
    aliased = draw(st.lists(st.sampled_from(free), max_size=3, unique=True))
    return Export(
        posts=posts,
        tags=[tag(name, category[name], draw(st.integers(0, 9))) for name in names],
        tag_aliases=[alias(each, draw(st.sampled_from(names))) for each in aliased],
        tag_implications=[implication(names[first], names[last]) for first, last in pairs],
    )


def world(export: Export, folder: Path) -> World:
    """The vocabulary of an export, from the rows themselves."""
    names = [str(row["name"]) for row in export.tags]
    kept = dict.fromkeys(names, 0)
    for row in export.posts:
        for name in (row["tag_string"] or "").split():
            kept[name] += 1
    site = {str(row["name"]): int(row["post_count"] or 0) for row in export.tags}
    ranked = sorted((n for n in names if kept[n] >= 2), key=lambda n: (-kept[n], n.encode()))
    rare = sorted((n for n in names if kept[n] < 2), key=lambda n: (-site[n], n.encode()))
    category = {str(row["name"]): CATEGORIES[int(row["category"] or 0)] for row in export.tags}
    direct: dict[str, list[str]] = {}
    for row in export.tag_implications:
        direct.setdefault(str(row["antecedent_name"]), []).append(str(row["consequent_name"]))
    rank = {name: place for place, name in enumerate([*ranked, *rare])}
    implied = {name: closure(name, direct, ranked, rank) for name in names}
    # The tag of the rating, which every post has.
    return World(
        category | {"rating_safe": "general"},
        site | {"rating_safe": 5},
        {str(row["antecedent_name"]): str(row["consequent_name"]) for row in export.tag_aliases},
        implied,
        rank | {"rating_safe": -1},
        frozenset(rare),
    )


def closure(
    name: str, direct: dict[str, list[str]], ranked: list[str], rank: dict[str, int]
) -> tuple[str, ...]:
    """What a tag implies: only tags with ids, nearest first, then by rank."""
    depth: dict[str, int] = {}
    queue = deque([(name, 0)])
    while queue:
        here, steps = queue.popleft()
        for other in direct.get(here, ()):
            if other not in depth and other != name:
                depth[other] = steps + 1
                queue.append((other, steps + 1))
    found = [other for other in depth if other in ranked]
    return tuple(sorted(found, key=lambda other: (depth[other], rank[other])))


@st.composite
def rules(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    name = st.sampled_from(names)
    spelling = st.sampled_from((*NAMES, "new_word", "mine"))
    few = st.lists(name | st.sampled_from(("2019", "my_own_text")), max_size=2, unique=True)
    least = draw(st.sampled_from([0, 0, 0, 3, 9]))
    drawn: dict[str, Any] = {
        "disambiguation": "apply",
        "escape_parens": "never",  # the reference knows no escapes
        "blacklist": draw(few),
        "blacklist_regexp": draw(
            st.lists(st.sampled_from(["by_.*", r"\d+", "ann.*", "fox", ".*_fox"]), max_size=1)
        ),
        "blacklist_categories": draw(st.lists(st.sampled_from(["species", "artist"]), max_size=1)),
        "blacklist_implied": draw(st.booleans()),
        "keep_weighted": draw(st.booleans()),
        "artist_by_prefix": draw(st.booleans()),
        "remove_parens": draw(st.booleans()),
        "keep_implied": draw(
            st.sampled_from([False, False, False, True]) | st.lists(name, max_size=2)
        ),
        "min_antecedent_freq": least,
        "drop_antecedent_freq": draw(st.sampled_from([0, least])),
        "terminate": draw(st.lists(name, max_size=1)),
        "aliases": draw(st.dictionaries(spelling, name | spelling, max_size=2)),
        "aliases_overrides": draw(st.dictionaries(spelling, name, max_size=1)),
        "renames": draw(
            st.dictionaries(name, st.sampled_from(("new_word", "ann", "wolf")), max_size=1)
        ),
        "remove_aliases": draw(st.lists(spelling, max_size=1)),
    }
    if drawn["keep_implied"] is False:
        drawn["implied"] = draw(st.sampled_from(["remove", "remove", "keep", "add"]))
    return drawn


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],  # to shrink an example takes a build at each step
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_engine_and_reference_agree(data: st.DataObject) -> None:
    export = data.draw(exports())
    with tempfile.TemporaryDirectory() as folder:
        write_export(Path(folder), export)
        database = build(folder, write_index=False).database
        known = world(export, Path(folder))
        names = [str(row["name"]) for row in export.tags]
        for _ in range(3):
            _check(data, database, known, names)


def _check(data: st.DataObject, database: Path, known: World, names: list[str]) -> None:
    given_rules = data.draw(rules(names))
    try:
        normalizer = Normalizer(database, given_rules)
    except RulesError:
        return  # a rename to what means another tag, or names that lead in a circle
    reference = Reference(known, given_rules)
    piece = st.sampled_from((*NAMES, *TEXTS, "new_word", "mine"))
    spelt = st.builds(lambda text, change: change(text), piece, st.sampled_from(CASES))
    weighted = st.builds(WEIGHTED.format, spelt)
    line = st.lists(spelt | spelt | spelt | weighted, max_size=6)
    lines = data.draw(st.lists(line, min_size=1, max_size=3))
    text = "\n".join(map(", ".join, lines))
    result = normalizer.normalize_text(text)
    assert result.text == _put_together(lines, reference.clean_lines(lines))
    if not normalizer.resolver.notices:  # else a tag is told that no spelling leads to
        assert normalizer.normalize_text(result.text).text == result.text


def _put_together(old: list[list[str]], new: list[list[str]]) -> str:
    """The lines of a caption again: one that lost its pieces goes, one that had none stays.

    At the beginning and end, such a line takes the empty ones next to it with it.
    """
    first = next((place for place, line in enumerate(old) if line), None)
    if first is None:
        return "\n" * (len(old) - 1)
    last = max(place for place, line in enumerate(old) if line)
    body = list(zip(old, new, strict=True))[first : last + 1]
    for end in (0, -1):
        if body[end][0] and not body[end][1]:
            while body and not body[end][1]:
                body.pop(end)
            if not body:
                break
    kept = [", ".join(now) for before, now in body if now or not before]
    return "\n" * first + "\n".join(kept) + "\n" * (len(old) - 1 - last)


CASES = (str, str.title, str.upper, lambda text: text.replace("_", " "))


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        st.characters(exclude_categories=["Cs"]) | st.sampled_from("a,.|;()\\:\n\r! "), max_size=60
    )
)
def test_text_without_a_tag_comes_back_to_the_letter(text: str) -> None:
    normalizer = _normalizer()
    result = normalizer.normalize_text(text)
    if all(step.kind in ("unknown", "sentence") for step in result.steps):
        assert result.text == text
    assert normalizer.normalize_text(result.text).text == result.text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Foxes",
                "mammal",
                "my Text",
                "(a b:1.1)",
                "A red fox",
                "it is.",
                "|||",
                ";;;",
                "\n",
                "\r\n",
                "",
                "<x>",
            ]
        ),
        max_size=9,
    )
)
def test_what_is_no_tag_keeps_its_letters_and_its_order(pieces: list[str]) -> None:
    result = _normalizer().normalize_text(", ".join(pieces))
    kept = re.findall(r"my Text|\(a b:1\.1\)|A red fox|it is\.|\|\|\||<x>", result.text)
    removable = ("Foxes", "mammal", "\n", "\r\n", "", ";;;")  # ;;; goes with the tags beside it
    assert kept == [piece for piece in pieces if piece not in removable]
    assert _normalizer().normalize_text(result.text).text == result.text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Foxes", "mammal, snow", "my ,Text", "A red fox ,sits.", "", " , ", "x,"]),
        min_size=1,
        max_size=7,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_lines_stay_lines(lines: list[str], line_break: str) -> None:
    """Each line but those that lost all their pieces is there, and what is no tag as it was."""
    text = line_break.join(lines)
    result = _normalizer().normalize_text(text).text
    assert result.replace(line_break, "").count("\n") == 0
    assert result.replace(line_break, "").count("\r") == 0
    kept = [
        _without_comma(line) for line in lines if line in ("my ,Text", "A red fox ,sits.", "x,")
    ]
    assert [line for line in map(_without_comma, result.split(line_break)) if line in kept] == kept
    assert result.endswith(line_break) == text.endswith(line_break) or not text.strip(" ,\r\n")
    joined = _joining().normalize_text(text)
    assert "\n" not in joined.text.strip(" ,\r\n")
    assert _joining().normalize_text(joined.text).text == joined.text


def _without_comma(line: str) -> str:
    """A line without the comma that goes at the end of a caption."""
    return line.rstrip(",")


def _joining() -> Normalizer:
    if len(_KEPT) < 2:
        _KEPT.append(Normalizer(_normalizer().vocabulary.connection, {"multiline": "join"}))
    return _KEPT[1]


_KEPT: list[Normalizer] = []


def _normalizer() -> Normalizer:
    """A normalizer with the test vocabulary, built once."""
    from tests.support.caption_database import build_caption_database

    if not _KEPT:
        folder = tempfile.mkdtemp()
        _KEPT.append(Normalizer(build_caption_database(Path(folder))))
    return _KEPT[0]
