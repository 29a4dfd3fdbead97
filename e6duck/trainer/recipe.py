"""The settings of a training: those that are chosen, and defaults from the size of the data."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from ..errors import UsageError

Method = Literal["als", "svd"]
Weighting = Literal["tfidf", "bm25", "none"]
Start = Literal["svd", "random"]

# The singular values of posts x tags grow with the square root of the number of posts, and so does
# the best regularization. Chosen by `python -m tests.bench embeddings`.
_REGULARIZATION_PER_ROOT = 0.4
_MOST_FACTORS = 256
_TAGS_PER_FACTOR = 8

_CHOICES = {"method": get_args(Method), "weighting": get_args(Weighting), "start": get_args(Start)}
_MINIMUM = {"factors": 1, "regularization": 0, "iterations": 1, "alpha": 0, "seed": 0}


@dataclass(frozen=True)
class Recipe:
    """How to train vectors; None is replaced by a value that depends on the size of the data.

    method: "als" (alternating least squares) or "svd" (of the PPMI of pairs of tags). factors:
    numbers per vector. seed: of all random numbers. The others are for als only. weighting: weight
    of a use of a tag. alpha: confidence in a use. start: initial vectors, those of svd or random
    ones; the vectors of als are then averaged with those of svd.
    """

    method: Method = "als"
    factors: int | None = None
    weighting: Weighting = "tfidf"
    regularization: float | None = None
    iterations: int = 2
    alpha: float = 1.0
    start: Start = "svd"
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise `UsageError` for a value that is not possible."""
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                message = f'{name} must be one of {", ".join(known)}, not "{getattr(self, name)}"'
                raise UsageError(message, option=name)
        for name, minimum in _MINIMUM.items():
            value = getattr(self, name)
            if value == math.inf:
                raise UsageError(f"{name} must be finite", option=name)
            if value is not None and not value >= minimum:  # also false for nan
                message = f"{name} must be {minimum} or more, not {value}"
                raise UsageError(message, option=name)
        if self.alpha == 0:
            raise UsageError("alpha must be more than 0", option="alpha")

    def resolved(self, *, posts: int, tags: int) -> Recipe:
        """Return the recipe without None, for a matrix with these numbers of posts and tags.

        Raises `UsageError` if there are more factors than tags.
        """
        if self.factors is not None and self.factors > tags:
            message = f"factors must be {tags:,} or less, the number of tags to train on"
            raise UsageError(f"{message}, not {self.factors}", option="factors")
        factors = self.factors or max(1, min(_MOST_FACTORS, tags // _TAGS_PER_FACTOR))
        regularization = self.regularization
        if regularization is None:
            regularization = round(_REGULARIZATION_PER_ROOT * math.sqrt(posts), 2)
        return replace(self, factors=factors, regularization=regularization)

    def settled(self, *, posts: int, tags: int) -> Recipe:
        """Return `resolved(posts=posts, tags=tags)`; deprecated."""
        warnings.warn(
            "Recipe.settled is deprecated: use Recipe.resolved", DeprecationWarning, stacklevel=2
        )
        return self.resolved(posts=posts, tags=tags)

    def facts(self) -> dict[str, str]:
        """Return the settings that have an effect, as text."""
        names = [field.name for field in fields(self)]
        if self.method == "svd":
            names = ["method", "factors", "seed"]
        return {name: str(getattr(self, name)) for name in names}


# The settings of e6db's notebook.
E6DB = Recipe(factors=256, regularization=0.02, iterations=15, start="random")
RECIPES = {"e6db": E6DB}


def chosen_recipe(options: dict[str, Any]) -> Recipe:
    """Remove the settings of a recipe from options, and return the recipe; None is not a setting.

    The option recipe is the name of a recipe, which the other settings change. Raises `UsageError`
    for a setting that would have no effect.
    """
    name = options.pop("recipe", None)
    names = [field.name for field in fields(Recipe)]
    chosen = {key: options.pop(key) for key in names if options.get(key) is not None}
    for key in names:
        options.pop(key, None)
    recipe = replace(RECIPES[name] if name else Recipe(), **chosen)
    if name and recipe.method != RECIPES[name].method:
        message = f"method must be {RECIPES[name].method} with the recipe {name}; leave it out"
        raise UsageError(message, option="method")
    for key in chosen:
        if key not in recipe.facts():
            message = f"{key} has no effect with the method {recipe.method}; leave it out"
            raise UsageError(message, option=key)
    return recipe
