"""The tag export of e621 as one DuckDB database, with the index files that e6db's users know.

A short tour:

    import e6duck

    e6duck.fetch("data", contact="you@example.org")  # the site's newest export
    e6duck.build("data")  # data/e6.duckdb, and index files beside it
    e6duck.train("data")  # vectors of the tags, into both

    with e6duck.open() as db:  # an e6duck.Database: of $E6DUCK_DB, ./e6.duckdb, ./data/e6.duckdb
        db.query("select name, post_count from tags where category_name = $c", c="species")
        db.neighbors(["fox"], category="species")
        print(db.tag("vixen"))  # as e6duck tag shows it; its parts are attributes

    matrix = e6duck.post_tag_matrix("data")  # posts x tags, for SciPy

    normalizer = e6duck.Normalizer("data")  # clean captions
    normalizer.normalize_text("Foxes, mammal").text
    run = normalizer.apply(normalizer.plan("captions"))
    normalizer.undo("captions", run.run)

A tag's id is its rank: 0 is the most used tag. Answers are Arrow tables, results frozen
dataclasses, durations seconds, sizes bytes, times UTC. What a user can mend is an `E6DuckError`
with one line that says how; everything else that is raised is a bug.

`e6duck.compat` offers the names of e6db's scripts. Nothing heavy is imported before it is used.
The other modules are the workshop: they may change with any version.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    AuditError,
    DatabaseError,
    E6DuckError,
    IndexFilesError,
    QueryError,
    SourceError,
    UsageError,
)

if TYPE_CHECKING:
    from .api import Database, open, post_ids, post_tag_matrix, post_tag_tensors
    from .builder.build import BuildResult, build
    from .builder.fetch.fetch import FetchResult, fetch
    from .builder.from_index import ImportResult, import_index
    from .captions.normalizer import Normalizer
    from .captions.rules import Rules, RulesError
    from .tags.profile import TagProfile
    from .tags.stats import DatabaseStats
    from .trainer.recipe import Recipe
    from .trainer.train import TrainResult, train

_HOMES = {
    "Built": "builder.build",
    "Database": "api",
    "Fetched": "builder.fetch.fetch",
    "Figures": "tags.stats",
    "Imported": "builder.from_index",
    "Normalizer": "captions.normalizer",
    "TagProfile": "tags.profile",
    "Recipe": "trainer.recipe",
    "Rules": "captions.rules",
    "RulesError": "captions.rules",
    "Trained": "trainer.train",
    "build": "builder.build",
    "fetch": "builder.fetch.fetch",
    "import_index": "builder.from_index",
    "open": "api",
    "post_ids": "api",
    "post_tag_matrix": "api",
    "post_tag_tensors": "api",
    "train": "trainer.train",
}

__all__ = [
    "AuditError",
    "Built",
    "Database",
    "DatabaseError",
    "E6DuckError",
    "Fetched",
    "Figures",
    "Imported",
    "IndexFilesError",
    "Normalizer",
    "QueryError",
    "Recipe",
    "Rules",
    "RulesError",
    "SourceError",
    "TagProfile",
    "Trained",
    "UsageError",
    "build",
    "fetch",
    "import_index",
    "open",
    "post_ids",
    "post_tag_matrix",
    "post_tag_tensors",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version(__name__)
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return ["__version__", *__all__]
