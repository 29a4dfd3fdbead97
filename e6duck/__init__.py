"""The tag export of e621 as one DuckDB database, with the index files that e6db's users know.

    import e6duck

    e6duck.build("data")
    e6duck.train("data")
    with e6duck.open("data") as db:
        db.query("select name, post_count from tags where category_name = $c", c="species")
    matrix = e6duck.post_tag_matrix("data")

`e6duck.compat` offers the names of e6db's scripts. Nothing heavy is imported before it is used.
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
    from .building import Built, build
    from .fetching import Fetched, fetch
    from .figures import Figures
    from .importing import Imported, import_index
    from .normalizing import Normalizer
    from .portrait import Portrait
    from .recipes import Recipe
    from .rules import Rules, RulesError
    from .training import Trained, train

_HOMES = {
    "Built": "building",
    "Database": "api",
    "Fetched": "fetching",
    "Figures": "figures",
    "Imported": "importing",
    "Normalizer": "normalizing",
    "Portrait": "portrait",
    "Recipe": "recipes",
    "Rules": "rules",
    "RulesError": "rules",
    "Trained": "training",
    "build": "building",
    "fetch": "fetching",
    "import_index": "importing",
    "open": "api",
    "post_ids": "api",
    "post_tag_matrix": "api",
    "post_tag_tensors": "api",
    "train": "training",
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
    "Portrait",
    "QueryError",
    "Recipe",
    "Rules",
    "RulesError",
    "SourceError",
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
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
