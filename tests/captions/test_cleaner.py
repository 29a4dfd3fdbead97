"""What the rules do to a caption: a golden table, and what holds for any text."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.captions.normalizer import Normalizer
from e6duck.captions.rules import RulesError
from tests.support.caption_database import build_kennel
from tests.support.exports import implication, post, tag, write_export
from tests.support.reference import Export

GOLDEN = tomllib.loads(
    (Path(__file__).parent / "golden" / "captions.toml").read_text(encoding="utf-8")
)["example"]


@pytest.fixture(scope="module")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_kennel(tmp_path_factory.mktemp("kennel"))


@pytest.mark.parametrize("example", GOLDEN, ids=[each["in"][:40] for each in GOLDEN])
def test_golden_table(caption_database: Path, example: dict[str, Any]) -> None:
    normalizer = Normalizer(caption_database, example.get("rules"))
    result = normalizer.normalize_text(example["in"])
    assert result.text == example["out"]
    assert [step.kind for step in result.steps if step.kind != "kept"] == example["steps"]
    assert normalizer.normalize_text(result.text).text == result.text, "a second run differs"


def test_every_change_tells_its_reason(caption_database: Path) -> None:
    rules = {"blacklist": ["hi res"], "blacklist_regexp": [r"\d+"], "min_antecedent_freq": 5}
    text = "Foxes, mammal, hi res, 2019, fox, judy (character), null_fox"
    result = Normalizer(caption_database, rules).normalize_text(text)
    assert [step.reason for step in result.changes] == [
        "alias of fox",
        "implied by fox",
        "on the blacklist: hi res",
        "blacklisted by the pattern \\d+",
        "duplicate of fox",
        "spelling of judy",
        "spelling of null fox",
    ]


def test_of_two_tags_for_a_made_spelling_the_most_used_has_it(tmp_path: Path) -> None:
    tags = [tag("ann_(zoo)", 4), tag("ann_(film)", 4)]
    posts = [post(1, "ann_(zoo)"), *(post(each, "ann_(film) ann_(zoo)") for each in (2, 3))]
    posts += [post(4, "ann_(film)"), post(5, "ann_(film)")]
    write_export(tmp_path, Export(posts=posts, tags=tags))
    result = Normalizer(build(tmp_path).database).normalize_text("Ann")
    assert result.text == "ann (film)"


def test_an_implied_tag_with_a_comma_in_its_name_is_passed_over(tmp_path: Path) -> None:
    posts = [post(each, "red_fox fox,_red canine") for each in (1, 2)]
    implications = [implication("red_fox", "fox,_red"), implication("fox,_red", "canine")]
    write_export(tmp_path, Export(posts=posts, tag_implications=implications))
    result = Normalizer(build(tmp_path).database).normalize_text("red fox, canine")
    assert result.text == "red fox"


@pytest.mark.parametrize(
    ("policy", "out"),
    [
        ("ignore", "aurora, fox"),
        ("silent", "aurora, fox"),
        ("overwrite", "aurora (zoo), fox"),
        ("warn", "aurora (zoo), fox"),
        ("overwrite_rarest", "aurora, fox"),
    ],
)
def test_a_made_spelling_takes_over_a_name_as_on_alias_conflict_says(
    tmp_path: Path, policy: str, out: str
) -> None:
    # aurora is the more used tag, and what aurora_(zoo) is without its suffix
    posts = [*(post(each, "aurora aurora_(zoo) fox") for each in (1, 2)), post(3, "aurora")]
    tags = [tag("aurora"), tag("aurora_(zoo)", 4), tag("fox", 5)]
    write_export(tmp_path, Export(posts=posts, tags=tags))
    database = build(tmp_path).database
    normalizer = Normalizer(database, {"on_alias_conflict": policy})
    result = normalizer.normalize_text("aurora, fox")
    assert result.text == out
    assert bool(normalizer.resolver.notices) == (policy == "warn")
    with pytest.raises(RulesError, match=r"aurora means aurora, and may be read as aurora_\(zoo\)"):
        Normalizer(database, {"on_alias_conflict": "raise"}).normalize_text("aurora")


def test_implications_in_a_cycle_neither_loop_nor_delete(
    caption_database: Path, tmp_path: Path
) -> None:
    """Our own builds hold none, other databases may: here two tags imply each other."""
    path = tmp_path / "e6.duckdb"
    shutil.copy(caption_database, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into tag_implications select tag_id('solo'), tag_id('snow'), 1")
        connection.execute("insert into tag_implications select tag_id('snow'), tag_id('solo'), 1")
        connection.execute("insert into tag_implications select tag_id('solo'), tag_id('solo'), 2")
    for rules in ({}, {"implied": "add"}, {"min_antecedent_freq": 2000}, {"terminate": ["solo"]}):
        assert Normalizer(path, rules).normalize_text("solo, snow").text == "solo, snow"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        "\r\n",
        " ",
        "(",
        "((((",
        "\\",
        "|||",
        ";;;;",
        ",.,",
        "a" * 5000,
        "(" * 5000,
        "🦊, é",
    ],
)
def test_odd_texts_come_back_to_the_letter(caption_database: Path, text: str) -> None:
    assert Normalizer(caption_database).normalize_text(text).text == text
