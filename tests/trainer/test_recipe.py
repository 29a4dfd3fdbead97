"""Recipes: defaults from the size of the data, and settings that are refused."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from e6duck import Recipe, UsageError
from e6duck.__main__ import all_commands
from e6duck.trainer.recipe import E6DB, chosen_recipe
from e6duck.trainer.train import MIN_TAGS, VOCABULARY


def test_the_notebook_of_e6db_is_a_recipe() -> None:
    facts = Recipe(factors=256, regularization=0.02, iterations=15, start="random").facts()
    assert facts == E6DB.facts()
    assert (facts["method"], facts["weighting"], facts["alpha"]) == ("als", "tfidf", "1.0")
    assert E6DB.resolved(posts=1_000_000, tags=32_768) == E6DB


@pytest.mark.parametrize(
    ("tags", "factors"), [(2, 1), (9, 1), (16, 2), (1_000, 125), (2_048, 256), (32_768, 256)]
)
def test_a_small_vocabulary_has_short_vectors(tags: int, factors: int) -> None:
    assert Recipe().resolved(posts=100, tags=tags).factors == factors


def test_regularization_grows_with_the_root_of_the_posts() -> None:
    found = [Recipe().resolved(posts=posts, tags=100).regularization for posts in (100, 40_000)]
    assert found[0] is not None
    assert found[1] == pytest.approx(20 * found[0])


def test_settings_that_are_chosen_are_kept() -> None:
    recipe = Recipe(factors=7, regularization=0.0, seed=3)
    assert recipe.resolved(posts=1_000, tags=7) == recipe


def test_more_factors_than_tags_are_refused() -> None:
    message = "^factors must be 7 or less, the number of tags to train on, not 8$"
    with pytest.raises(UsageError, match=message):
        Recipe(factors=8).resolved(posts=1_000, tags=7)


def test_the_facts_of_svd_are_those_that_have_an_effect() -> None:
    facts = Recipe(method="svd", factors=8, seed=1).facts()
    assert facts == {"method": "svd", "factors": "8", "seed": "1"}


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"method": "SVD"}, 'method must be one of als, svd, not "SVD"'),
        ({"weighting": "idf"}, 'weighting must be one of tfidf, bm25, none, not "idf"'),
        ({"start": "zero"}, 'start must be one of svd, random, not "zero"'),
        ({"factors": 0}, "factors must be 1 or more, not 0"),
        ({"iterations": 0}, "iterations must be 1 or more, not 0"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"regularization": -0.5}, "regularization must be 0 or more, not -0.5"),
        ({"regularization": math.nan}, "regularization must be 0 or more, not nan"),
        ({"regularization": math.inf}, "regularization must be finite"),
        ({"alpha": math.nan}, "alpha must be 0 or more, not nan"),
        ({"alpha": 0.0}, "alpha must be more than 0"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_an_impossible_value_is_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Recipe(**choice)
    assert str(caught.value) == message
    assert [caught.value.option] == list(choice)


def test_settings_change_the_named_recipe_and_other_options_are_left() -> None:
    options = {"recipe": "e6db", "seed": 4, "factors": None, "vocabulary": 100, "min_tags": None}
    recipe = chosen_recipe(options)
    assert recipe == Recipe(factors=256, regularization=0.02, iterations=15, start="random", seed=4)
    assert options == {"vocabulary": 100, "min_tags": None}


def test_no_setting_gives_the_default_recipe() -> None:
    assert chosen_recipe({"recipe": None, "factors": None}) == Recipe()
    assert chosen_recipe({}) == Recipe()


@pytest.mark.parametrize(
    "idle",
    [
        {"weighting": "bm25"},
        {"regularization": 1.0},
        {"iterations": 2},
        {"alpha": 1.0},
        {"start": "svd"},
    ],
    ids=str,
)
def test_a_setting_without_effect_on_svd_is_refused(idle: dict[str, Any]) -> None:
    (name,) = idle
    message = f"^{name} has no effect with the method svd; leave it out$"
    with pytest.raises(UsageError, match=message) as caught:
        chosen_recipe({"method": "svd", **idle})
    assert caught.value.option == name


def test_the_method_of_a_named_recipe_cannot_be_changed() -> None:
    with pytest.raises(UsageError, match=r"^method must be als with the recipe e6db;"):
        chosen_recipe({"recipe": "e6db", "method": "svd"})
    assert chosen_recipe({"recipe": "e6db", "method": "als"}) == E6DB


def test_help_states_the_defaults() -> None:
    options: dict[str, Any] = {each.name or "": each for each in all_commands()["train"].params}
    assert options["vocabulary"].default == VOCABULARY
    assert f"[default: {MIN_TAGS}, " in options["min_tags"].help
    whole = Recipe().resolved(posts=1_000_000, tags=VOCABULARY)
    for name in ("method", "factors", "weighting", "iterations", "alpha", "start", "seed"):
        value = getattr(whole, name)
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        assert re.search(rf"\[default: {shown}[],]", options[name].help), name
