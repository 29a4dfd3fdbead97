"""Vectors in fewer dimensions, by a PCA of all vectors; kept in a file beside the database."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from .. import files
from ..db.connection import Connection
from ..db.sql_files import sql_text
from ..index.unit_vectors import unit_vectors
from ..index.vectors import Vectors, read_tag_factors


def create_reduced_vectors(connection: Connection, database: Path, dimensions: int) -> None:
    """Create the relation vector: unit vectors in at most that many dimensions.

    They are kept in e6db's format, and are used again only for the same build and training. If the
    folder cannot be written, they are not kept.
    """
    rows = connection.execute(sql_text("tags/neighbors", "stamp")).fetchall()
    ((build_id, training, factor_count),) = rows
    if dimensions >= factor_count:
        connection.execute(sql_text("tags/neighbors", "vector"))
        return
    name = f"tag_factors_pca{dimensions}"
    path = database.with_name(f"implicit_{name}.safetensors")
    # One key: safetensors writes several keys in any order.
    stamp = {"e6duck": json.dumps({"build_id": build_id, "training": training})}
    reduced = _kept(path, name, stamp)
    if reduced is None:
        reduced = _reduced(read_tag_factors(connection), dimensions)
        with suppress(OSError), files.draft(path) as draft:
            draft.write_bytes(save({name: reduced}, metadata=stamp))
    connection.register("vector", _table(reduced))


def _kept(path: Path, name: str, stamp: dict[str, str]) -> Vectors | None:
    """Return the vectors in a file, None if its stamp differs."""
    try:
        with safe_open(path, framework="numpy") as file:
            if file.metadata() != stamp:
                return None
            kept: Vectors = file.get_tensor(name)
            return kept
    except (OSError, SafetensorError):
        return None


def _reduced(vectors: Vectors, dimensions: int) -> Vectors:
    """Return unit vectors on the principal axes; vectors that cannot be compared become zero."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    is_usable = np.isfinite(lengths) & (lengths > 0)
    unit = unit_vectors(vectors[is_usable].astype(np.float64))
    centred = unit - unit.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)  # in ascending order of variance
    reduced = np.zeros((len(vectors), dimensions), np.float32)
    reduced[is_usable] = unit_vectors(centred @ axes[:, : -dimensions - 1 : -1])
    return reduced


def _table(vectors: Vectors) -> pa.Table:
    """Return vectors as an Arrow table with the columns of tag_factors."""
    factors = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    return pa.table(
        {"tag_id": pa.array(np.arange(len(vectors), dtype=np.uint32)), "factors": factors}
    )
