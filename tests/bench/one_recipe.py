"""One recipe in a process of its own: `python -m tests.bench.one_recipe FOLDER CHOICES OUT.npy`.

With `--evaluate` instead of OUT.npy, it prints how well held-out uses are predicted.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.evaluation import ranking_metrics_at_k, train_test_split
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

import e6duck
from e6duck.progress import no_progress
from e6duck.trainer.als import als_vectors, weighted
from e6duck.trainer.model import make_vectors
from e6duck.trainer.ppmi import svd_vectors
from e6duck.trainer.recipe import Recipe, chosen_recipe
from e6duck.trainer.train import MIN_TAGS, VOCABULARY

_EVALUATED_POSTS = 4_000


def vectors_of(uses: Any, recipe: Recipe, shape: str | None) -> Any:
    """Return the vectors of a training, or in a shape that was tried and rejected."""
    if shape == "end":
        return _unaveraged(uses, recipe)
    vectors, _ = make_vectors(uses, recipe)
    if shape == "white":
        left, _, _ = np.linalg.svd(vectors, full_matrices=False)
        return left
    return vectors


def _unaveraged(uses: Any, recipe: Recipe) -> Any:
    factors = recipe.factors or 0
    start = svd_vectors(uses, factors=factors, seed=recipe.seed, progress=no_progress)
    options: dict[str, Any] = {"device": "cpu", "threads": 0, "progress": no_progress}
    return als_vectors(weighted(uses, recipe.weighting), recipe, start=start, **options)[0]


def evaluated(uses: Any, recipe: Recipe) -> dict[str, float]:
    """Return precision, MAP, NDCG and AUC at 8 for a fifth of the uses, which is held out."""
    known, held_out = train_test_split(uses.astype(np.float32), 0.8, random_state=0)
    ones = np.ones(known.nnz, np.float32)
    known = csr_matrix((ones, known.indices, known.indptr), shape=known.shape)
    model = AlternatingLeastSquares(factors=recipe.factors)
    model.item_factors, model.user_factors = make_vectors(known, recipe)
    first = slice(0, _EVALUATED_POSTS)
    metrics = ranking_metrics_at_k(model, known[first], held_out[first], K=8, show_progress=False)
    return dict(metrics)


def main() -> None:
    """Run the recipe in the arguments."""
    folder, choices, out = sys.argv[1:]
    options = json.loads(choices)
    recipe = chosen_recipe(options)
    with threadpool_limits(limits=1, user_api="blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with e6duck.open(folder) as db:
            uses = e6duck.post_tag_matrix(db, vocabulary=VOCABULARY, min_tags=MIN_TAGS)
        recipe = recipe.resolved(posts=uses.shape[0], tags=uses.shape[1])
        if out == "--evaluate":
            print(json.dumps(evaluated(csr_matrix(uses), recipe)))
        else:
            np.save(out, vectors_of(uses, recipe, options.get("shape")))


main()
