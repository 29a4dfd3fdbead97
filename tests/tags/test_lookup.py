"""Which known tags an unknown one may have been meant for."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.tags.lookup import suggest, suggest_typed
from tests.support.exports import alias, post, tag, write_export
from tests.support.reference import Export

# fix is as near to fxx as fox, and is used less; 30 posts are worth no whole edit.
POSTS = {
    "fox": 30,
    "fix": 3,
    "wolf": 10,
    "domestic_cat": 8,
    "лисица": 5,
    "wol": 2,
    "den_(place)": 2,
}
EXPORT = Export(
    posts=[
        post(number, " ".join(name for name, count in POSTS.items() if number <= count))
        for number in range(1, 31)
    ],
    tags=[*map(tag, POSTS), tag("axolotl"), tag("qq")],  # the last two on no post
    tag_aliases=[
        alias("todd", "fox"),
        alias("house_cat", "domestic_cat"),
        alias("axol", "axolotl"),
    ],
    tag_implications=[],
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spelling")
    write_export(folder, EXPORT)
    return build(folder, write_index=False).database


def near(database: Path, *texts: str, count: int = 3) -> dict[str, tuple[str, ...]]:
    with duckdb.connect(str(database), read_only=True) as opened:
        found = suggest(opened, texts, count=count)
    return {text: tuple(each.name for each in each_found) for text, each_found in found.items()}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("foxs", ("fox",), id="a letter more; two edits of four are far"),
        pytest.param("fxo", ("fox",), id="two letters swapped are one edit"),
        pytest.param("ofx", ("fox",), id="the first two, too"),
        pytest.param("box", (), id="another first letter is another word"),
        pytest.param("fxx", ("fox", "fix"), id="as near, more used first"),
        pytest.param("wol_", ("wolf", "wol"), id="use weighs less than an edit"),
        pytest.param("domestic_bat", (), id="in each word"),
        pytest.param("domestic_cart", ("domestic_cat",), id="and one slip in four letters of it"),
        pytest.param("domesticcat", ("domestic_cat",), id="a forgotten space"),
        pytest.param("den", ("den_(place)",), id="a qualifier is forgotten"),
        pytest.param("fox_(animal)", ("fox",), id="or too much"),
        pytest.param("den_\\(place\\)", ("den_(place)",), id="as captions escape it"),
        pytest.param("todt", ("fox",), id="an alias stands for its tag"),
        pytest.param("House Catt", ("domestic_cat",), id="the site's spelling of it"),
        pytest.param("domestik_cart", ("domestic_cat",), id="a longer one may have more edits"),
        pytest.param("axolotel", ("axolotl",), id="a rare tag"),
        pytest.param("axoll", ("axolotl",), id="an alias of a rare tag"),
        pytest.param("лисицы", ("лисица",), id="letters of two bytes"),
        pytest.param("qqqqqqqqqq", (), id="nothing near"),
        pytest.param("f", (), id="one letter is near to nothing"),
        pytest.param("", (), id="nothing"),
        pytest.param("%", (), id="a percent sign"),
        pytest.param("🦊", (), id="an emoji"),
        pytest.param("wol'f", ("wolf",), id="a quote"),
    ],
)
def test_the_closest_are_near_and_much_used(
    database: Path, text: str, names: tuple[str, ...]
) -> None:
    assert near(database, text) == {text: names}


def test_many_texts_are_answered_at_once(database: Path) -> None:
    assert near(database, "foxs", "woolf", "nonsense") == {
        "foxs": ("fox",),
        "woolf": ("wolf",),
        "nonsense": (),
    }


def test_no_more_are_named_than_asked_for(database: Path) -> None:
    assert near(database, "fxx", count=1) == {"fxx": ("fox",)}
    assert near(database) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("box", ("fox",), id="who types may miss the first letter"),
        pytest.param("fxx", ("fox", "fix"), id="what is near stands once"),
        pytest.param("hose_cats", ("domestic_cat",), id="two edits, by an alias"),
        pytest.param("somethingelse", (), id="nothing is alike"),
    ],
)
def test_a_typed_name_gets_what_is_less_near_too(
    database: Path, text: str, names: tuple[str, ...]
) -> None:
    with duckdb.connect(str(database), read_only=True) as opened:
        found = suggest_typed(opened, [text, "fox"])[text]
    assert tuple(each.name for each in found) == names
