"""Recipes of training: what is chosen, and what follows from the size of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from ..errors import UsageError

Method = Literal["als", "svd"]
Weighting = Literal["tfidf", "bm25", "none"]
Start = Literal["svd", "random"]

# The singular values of posts x tags grow with the root of the number of posts, and regularisation
# cuts them all by its own size. Chosen by `python -m tests.bench embeddings`.
_REGULARIZATION_PER_ROOT = 0.4
_LEAST_TAGS_PER_FACTOR = 8  # where none is asked for

_CHOICES = {"method": get_args(Method), "weighting": get_args(Weighting), "start": get_args(Start)}
_LEAST = {"factors": 1, "regularization": 0, "iterations": 1, "alpha": 0, "seed": 0}


@dataclass(frozen=True)
class Recipe:
    """How vectors are made; None is settled by the size of the data.

    method: "als" (alternating least squares) or "svd" (of the PPMI of pairs of tags). factors:
    numbers in a vector. The others are of als: weighting of a use, regularization, iterations,
    alpha (weight of a use against what is not there), start (the vectors of svd, or random ones);
    those of svd are averaged with what became of them.
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
        """Raise `UsageError` for what cannot be meant."""
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise UsageError(f'{name} is "{getattr(self, name)}"; choose {", ".join(known)}')
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and not (least <= value < math.inf):
                raise UsageError(f"--{name} {value} is no number from {least} on")
        if self.alpha == 0:
            raise UsageError("--alpha 0 would weigh no use at all")

    def resolved(self, *, posts: int, tags: int) -> Recipe:
        """Return the recipe with nothing left open, for a matrix of so many posts and tags.

        Raises `UsageError` where it asks for more factors than tags.
        """
        if self.factors is not None and self.factors > tags:
            raise UsageError(
                f"--factors {self.factors} is more than the {tags:,} tags to train on; ask for less"
            )
        factors = self.factors or max(1, min(256, tags // _LEAST_TAGS_PER_FACTOR))
        regularization = self.regularization
        if regularization is None:
            regularization = round(_REGULARIZATION_PER_ROOT * math.sqrt(posts), 2)
        return replace(self, factors=factors, regularization=regularization)

    def facts(self) -> dict[str, str]:
        """Return what of the recipe has an effect, as text."""
        names = [field.name for field in fields(self)]
        if self.method == "svd":
            names = ["method", "factors", "seed"]
        return {name: str(getattr(self, name)) for name in names}


# e6db's notebook.
E6DB = Recipe(factors=256, regularization=0.02, iterations=15, start="random")
RECIPES = {"e6db": E6DB}


def chosen_recipe(options: dict[str, Any]) -> Recipe:
    """Take the choices of a recipe out of options, and return it; None is no choice.

    recipe: the name of one that the others change. Raises `UsageError` for a choice that would have
    no effect.
    """
    name = options.pop("recipe", None)
    names = [field.name for field in fields(Recipe)]
    chosen = {key: options.pop(key) for key in names if options.get(key) is not None}
    for key in names:
        options.pop(key, None)
    recipe = replace(RECIPES[name] if name else Recipe(), **chosen)
    if name and recipe.method != RECIPES[name].method:
        raise UsageError(f"--recipe {name} is of {RECIPES[name].method}; leave --method out")
    idle = [key for key in chosen if key not in recipe.facts()]
    if idle:
        raise UsageError(f"--{idle[0]} has no effect with --method {recipe.method}; leave it out")
    return recipe
