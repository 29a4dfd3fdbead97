"""Vectors made by hand, put where training puts them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb


def write_vectors(
    database: Path, vectors: Mapping[str, Sequence[float]], build_id: str | None = None
) -> None:
    """Give a database the vectors of tags, and the facts of a training.

    build_id: of the build that they are said to be of; None is the database's own.
    """
    (size,) = {len(vector) for vector in vectors.values()}
    with duckdb.connect(str(database)) as opened:
        opened.execute(
            f"create or replace table tag_factors (tag_id uinteger, factors float[{size}])"
        )
        opened.executemany(
            "insert into tag_factors select tag_id($1), $2",
            [[name, list(vector)] for name, vector in vectors.items()],
        )
        opened.execute("delete from training_info")
        opened.execute(
            "insert into training_info select name, coalesce($1, value) from build_info"
            " where name = 'build_id'",
            [build_id],
        )


def trained_copy(database: Path, folder: Path, vectors: Mapping[str, Sequence[float]]) -> Path:
    """Copy a database into a folder and give it vectors; returns the copy."""
    copy = folder / "e6.duckdb"
    shutil.copyfile(database, copy)
    write_vectors(copy, vectors)
    return copy
