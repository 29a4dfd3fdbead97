"""The tag export of e621 as one DuckDB database, with index files that are compatible with e6db's.

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

A tag's id is its rank: 0 is the most used tag. Answers are Arrow tables, results are frozen
dataclasses, durations are in seconds, sizes in bytes, times in UTC. Errors that a user can fix are
`E6DuckError`, with one line that says how; any other exception is a bug.

`e6duck.compat` offers the names of e6db's scripts. Heavy packages are imported only when they are
used. Modules not named here are private: they may change with any version.
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
    from .api import Database, open
    from .builder.build import BuildResult, build
    from .builder.fetch.client import RetryPolicy
    from .builder.fetch.fetch import FetchPlan, FetchResult, fetch
    from .builder.from_index import ImportResult, import_index
    from .builder.source import Source
    from .captions.normalizer import Normalizer
    from .captions.rules import Rules, RulesError
    from .captions.runs.apply import Run
    from .captions.runs.plan import Caption, Edit, Plan
    from .captions.steps import Result, Step
    from .index.matrix import post_ids, post_tag_matrix, post_tag_tensors
    from .tags.profile import TagProfile
    from .tags.stats import DatabaseStats
    from .trainer.recipe import Recipe
    from .trainer.train import TrainResult, train

# The modules of the names above, each imported when one of its names is first used.
_HOMES = {
    "BuildResult": "builder.build",
    "Caption": "captions.runs.plan",
    "Database": "api",
    "DatabaseStats": "tags.stats",
    "Edit": "captions.runs.plan",
    "FetchPlan": "builder.fetch.fetch",
    "FetchResult": "builder.fetch.fetch",
    "ImportResult": "builder.from_index",
    "Normalizer": "captions.normalizer",
    "Plan": "captions.runs.plan",
    "Recipe": "trainer.recipe",
    "Result": "captions.steps",
    "RetryPolicy": "builder.fetch.client",
    "Rules": "captions.rules",
    "RulesError": "captions.rules",
    "Run": "captions.runs.apply",
    "Source": "builder.source",
    "Step": "captions.steps",
    "TagProfile": "tags.profile",
    "TrainResult": "trainer.train",
    "build": "builder.build",
    "fetch": "builder.fetch.fetch",
    "import_index": "builder.from_index",
    "open": "api",
    "post_ids": "index.matrix",
    "post_tag_matrix": "index.matrix",
    "post_tag_tensors": "index.matrix",
    "train": "trainer.train",
}

_RENAMED = {
    "Built": "BuildResult",
    "Fetched": "FetchResult",
    "Figures": "DatabaseStats",
    "Imported": "ImportResult",
    "Portrait": "TagProfile",
    "Trained": "TrainResult",
}

__all__ = [
    "AuditError",
    "BuildResult",
    "Caption",
    "Database",
    "DatabaseError",
    "DatabaseStats",
    "E6DuckError",
    "Edit",
    "FetchPlan",
    "FetchResult",
    "ImportResult",
    "IndexFilesError",
    "Normalizer",
    "Plan",
    "QueryError",
    "Recipe",
    "Result",
    "RetryPolicy",
    "Rules",
    "RulesError",
    "Run",
    "Source",
    "SourceError",
    "Step",
    "TagProfile",
    "TrainResult",
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
    if name in _RENAMED:
        import warnings

        new = _RENAMED[name]
        warnings.warn(
            f"e6duck.{name} is deprecated: use e6duck.{new}", DeprecationWarning, stacklevel=2
        )
        name = new
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return ["__version__", *__all__]
