"""What a recipe says, what follows from the size of the data, and which choices are refused."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from e6duck import Recipe, UsageError
from e6duck.commands.main import commands
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


def test_what_is_chosen_is_not_settled_otherwise() -> None:
    recipe = Recipe(factors=7, regularization=0.0, seed=3)
    assert recipe.resolved(posts=1_000, tags=7) == recipe


def test_more_factors_than_tags_are_refused() -> None:
    with pytest.raises(UsageError, match=r"^--factors 8 is more than the 7 tags to train on"):
        Recipe(factors=8).resolved(posts=1_000, tags=7)


def test_the_facts_of_svd_are_those_that_have_an_effect() -> None:
    facts = Recipe(method="svd", factors=8, seed=1).facts()
    assert facts == {"method": "svd", "factors": "8", "seed": "1"}


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"method": "SVD"}, 'method is "SVD"; choose als, svd'),
        ({"weighting": "idf"}, 'weighting is "idf"; choose tfidf, bm25, none'),
        ({"start": "zero"}, 'start is "zero"; choose svd, random'),
        ({"factors": 0}, "--factors 0 is no number from 1 on"),
        ({"iterations": 0}, "--iterations 0 is no number from 1 on"),
        ({"seed": -1}, "--seed -1 is no number from 0 on"),
        ({"regularization": -0.5}, "--regularization -0.5 is no number from 0 on"),
        ({"regularization": math.nan}, "--regularization nan is no number from 0 on"),
        ({"regularization": math.inf}, "--regularization inf is no number from 0 on"),
        ({"alpha": math.nan}, "--alpha nan is no number from 0 on"),
        ({"alpha": 0.0}, "--alpha 0 would weigh no use at all"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_meant_is_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Recipe(**choice)
    assert str(caught.value) == message


def test_choices_change_the_named_recipe_and_leave_other_options() -> None:
    options = {"recipe": "e6db", "seed": 4, "factors": None, "vocabulary": 100, "min_tags": None}
    recipe = chosen_recipe(options)
    assert recipe == Recipe(factors=256, regularization=0.02, iterations=15, start="random", seed=4)
    assert options == {"vocabulary": 100, "min_tags": None}


def test_nothing_chosen_is_the_default() -> None:
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
def test_a_choice_without_effect_on_svd_is_refused(idle: dict[str, Any]) -> None:
    (name,) = idle
    with pytest.raises(UsageError, match=f"^--{name} has no effect with --method svd"):
        chosen_recipe({"method": "svd", **idle})


def test_the_notebook_is_no_svd() -> None:
    with pytest.raises(UsageError, match="--recipe e6db is of als; leave --method out"):
        chosen_recipe({"recipe": "e6db", "method": "svd"})
    assert chosen_recipe({"recipe": "e6db", "method": "als"}) == E6DB


def test_help_states_the_defaults() -> None:
    options: dict[str, Any] = {each.name or "": each for each in commands.commands["train"].params}
    assert options["vocabulary"].default == VOCABULARY
    assert f"[default: {MIN_TAGS}, " in options["min_tags"].help
    whole = Recipe().resolved(posts=1_000_000, tags=VOCABULARY)
    for name in ("method", "factors", "weighting", "iterations", "alpha", "start", "seed"):
        value = getattr(whole, name)
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        assert re.search(rf"\[default: {shown}[],]", options[name].help), name
