"""Compare the recipes of training on an export whose topics are known.

Each recipe runs in a process of its own, which reads and trains, and does not write to the
database. A row of the table has the share of the 10 nearest tags by cosine that have the tag's main
topic, for all tags with 50 uses or more, for species among species, and for thirds of all tags by
use; CPU seconds, and peak memory. With `--evaluate`, a fifth of the uses is held out; precision,
MAP, NDCG and AUC at 8 are those of predicting them, for the first 4,000 posts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import e6duck
from e6duck.trainer.score import nearest
from tests.bench.processes import run

_MIN_USES = 50
_SPECIES = 5

E6DB: dict[str, Any] = {"recipe": "e6db"}
MAIN: dict[str, dict[str, Any]] = {
    "e6db's notebook: als 256, 0.02, 15 iterations": E6DB,
    "**als**: from svd's vectors, 2 iterations, averaged": {},
    "**svd**: discounted PPMI": {"method": "svd"},
}
RANDOM = {"start": "random", "iterations": 5}


def recipes(sweep: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each row and the settings of its recipe."""
    yield from MAIN.items()
    if not sweep:
        return
    for factors in (32, 64, 128):
        yield f"als, {factors} factors", {"factors": factors}
        yield f"svd, {factors} factors", {"method": "svd", "factors": factors}
    for regularization in (0.01, 1, 10, 30, 60, 100, 300):
        yield f"als, regularization {regularization}", {"regularization": regularization}
    for iterations in (1, 3, 5):
        yield f"als, {iterations} iterations", {"iterations": iterations}
    yield "als, not averaged with its start", {"shape": "end"}
    yield "als, dot product instead of cosine", {"shape": "dot"}
    yield "als, all directions scaled the same", {"shape": "white"}
    yield "als, bm25 weights", {"weighting": "bm25"}
    yield "als, no weights", {"weighting": "none"}
    yield "als, no weights, alpha 5", {"weighting": "none", "alpha": 5.0}
    for regularization in (0.02, 10, 30, 60, 100, 300):
        chosen = RANDOM | {"regularization": regularization}
        yield f"als, random start, 5 iterations, regularization {regularization}", chosen
    for iterations in (2, 10, 30):
        chosen = {"start": "random", "iterations": iterations}
        yield f"als, random start, {iterations} iterations", chosen
        yield f"e6db's notebook, {iterations} iterations", E6DB | {"iterations": iterations}


def bench(folder: Path, *, sweep: bool, evaluate: bool) -> None:
    """Print a Markdown table with a row per recipe, each as soon as it is measured."""
    if not (folder / "e6.duckdb").exists():
        command = [sys.executable, "-m", "e6duck", "build", str(folder), "-q", "--no-train"]
        subprocess.run(command, check=True)
    truth = Truth(folder)
    heads = ["recipe", "all", "species", "most used", "middle", "least used", "CPU s", "peak MiB"]
    heads += ["precision", "MAP", "NDCG", "AUC"] if evaluate else []
    print(f"| {' | '.join(heads)} |\n|---|{'---:|' * (len(heads) - 1)}")
    for name, chosen in recipes(sweep):
        print(f"| {name} | {' | '.join(_figures(folder, truth, chosen, evaluate))} |", flush=True)


def _figures(folder: Path, truth: Truth, chosen: dict[str, Any], evaluate: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "vectors.npy"
        one = [sys.executable, "-m", "tests.bench.one_recipe", str(folder), json.dumps(chosen)]
        ran = run(*one, str(path))
        vectors = np.load(path)
        yield from (f"{share:.3f}" for share in truth.shares(vectors, chosen.get("shape")))
        yield f"{ran.cpu_seconds:.1f}"
        yield f"{ran.peak_mib:,.0f}"
        if evaluate and chosen.get("method") != "svd" and "shape" not in chosen:
            found = json.loads(run(*one, "--evaluate").output)
            yield from (f"{found[name]:.3f}" for name in ("precision", "map", "ndcg", "auc"))
        elif evaluate:
            yield from ["-"] * 4  # these have no vectors of posts


class Truth:
    """The main topic, the category and the number of uses of each tag of an export."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / "topics.tsv").read_text("utf-8").split("\n")[1:-1]
        topics = {name: int(topic) for name, _, topic in (line.rpartition("\t") for line in lines)}
        with e6duck.open(folder) as db:
            tags = db.query("select name, category, tagged_count from tags order by tag_id")
        self.topic = np.array([topics.get(name, -1) for name in tags["name"].to_pylist()])
        self.category = tags["category"].to_numpy()
        self.uses = tags["tagged_count"].to_numpy()

    def shares(self, vectors: Any, shape: str | None = None) -> list[float]:
        """Return the shares of neighbors with the same topic: all, species, thirds by use."""
        search = _nearest_by_dot if shape == "dot" else nearest
        used = np.flatnonzero(self.uses[: len(vectors)] >= _MIN_USES)
        everywhere = self._hits(search, vectors, used)
        species = self._hits(search, vectors, used[self.category[used] == _SPECIES])
        thirds = np.array_split(everywhere, 3)  # by rank
        return [float(each.mean()) for each in (everywhere, species, *thirds)]

    def _hits(self, search: Callable[..., Any], vectors: Any, candidates: Any) -> Any:
        """Return the share of neighbors with the same topic, for each tag that has a topic."""
        asked = candidates[self.topic[candidates] >= 0]
        found = search(vectors, asked, candidates)
        return (self.topic[found] == self.topic[asked][:, None]).mean(axis=1)


def _nearest_by_dot(vectors: Any, queries: Any, candidates: Any) -> Any:
    """Return the ten other candidates with the highest dot product with each query."""
    found = []
    for tag in queries:
        score = vectors[candidates] @ vectors[tag]
        score[candidates == tag] = -np.inf
        found.append(candidates[np.argpartition(-score, 9)[:10]])
    return np.array(found)
