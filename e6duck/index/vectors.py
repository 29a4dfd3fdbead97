"""The vectors of tags as relations of a draft, and as a file that e6db's scripts read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..db.connection import Connection

TAG_FACTORS = "implicit_tag_factors.safetensors"
POST_FACTORS = "implicit_post_factors.safetensors"
DEFAULT_FACTORS = 256
_TENSOR = "tag_factors"
_KINDS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}

Vectors = NDArray[np.float32]

# What differs between two trainings of the same kind on the same build, and so is in no file.
_FLEETING = frozenset({"trained_at", "seconds", "threads"})


def register_vectors(
    connection: Connection, vectors: Vectors | None, facts: Mapping[str, str]
) -> None:
    """Register what tag_factors and training_info are made from: the row of a tag is its id.

    None is what there is before training. A vector that is zero says nothing, and is left out.
    """
    if vectors is None:
        vectors = np.zeros((0, DEFAULT_FACTORS), np.float32)
    tag_ids = np.flatnonzero(vectors.any(axis=1))
    factors = pa.FixedSizeListArray.from_arrays(
        pa.array(vectors[tag_ids].ravel()), vectors.shape[1]
    )
    table = pa.table({"tag_id": pa.array(tag_ids.astype(np.uint32)), "factors": factors})
    connection.register("trained_factors", table)
    text = pa.string()
    columns = [pa.array(list(facts), text), pa.array(list(facts.values()), text)]
    connection.register("training_facts", pa.table(columns, names=["name", "value"]))


def write_tag_factors(connection: Connection, path: Path) -> None:
    """Write the vectors as e6db has them: float32, a row a tag by its id; zero where it has none.

    The metadata hold the facts of the training, those alone that are the same each time.
    """
    facts = dict(connection.execute("from training_info").fetchall())
    _write(path, {_TENSOR: read_tag_factors(connection)}, facts)


def read_tag_factors(connection: Connection) -> Vectors:
    """Return the vectors of a database, a row a tag by its id; zero where one has none."""
    table = connection.sql("from tag_factors order by tag_id").to_arrow_table()
    tag_ids = table["tag_id"].to_numpy()
    size = table.schema.field("factors").type.list_size
    query = "select value::bigint from training_info where name = 'tags'"
    rows = connection.execute(query).fetchall() or [(int(tag_ids[-1]) + 1 if len(tag_ids) else 0,)]
    vectors = np.zeros((rows[0][0], size), np.float32)
    vectors[tag_ids] = table["factors"].combine_chunks().flatten().to_numpy().reshape(-1, size)
    return vectors


def tensor_of(content: bytes) -> tuple[Vectors, dict[str, str]]:
    """Return the vectors of a file's bytes, a row a tag by its id, and the facts in its metadata.

    Raises `ValueError`, in one line, where there are none that can be read.
    """
    from safetensors import SafetensorError, deserialize

    try:
        tensors: dict[str, Any] = dict(deserialize(content))  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    if _TENSOR not in tensors:
        raise ValueError(f"it has no tensor {_TENSOR}, but {', '.join(sorted(tensors)) or 'none'}")
    found = tensors[_TENSOR]
    if found["dtype"] not in _KINDS:
        raise ValueError(f"its numbers are {found['dtype']}; {', '.join(_KINDS)} can be read")
    if len(found["shape"]) != 2 or not found["shape"][1]:
        raise ValueError(f"its shape is {found['shape']}, not a row of numbers a tag")
    numbers = np.frombuffer(found["data"], _KINDS[found["dtype"]]).reshape(found["shape"])
    with np.errstate(over="ignore"):  # what is too large is not finite, as some vectors are
        return numbers.astype(np.float32), _metadata(content)


def _metadata(content: bytes) -> dict[str, str]:
    """Return the facts that `_lasting` wrote, else what is there, from a proven file."""
    header_size = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + header_size]).get("__metadata__", {})
    try:
        facts = json.loads(metadata.pop("e6duck"))
        return {str(name): str(value) for name, value in facts.items()}
    except (KeyError, ValueError, AttributeError):
        return metadata


def write_post_factors(
    path: Path, vectors: Vectors, post_ids: NDArray[np.int64], facts: Mapping[str, str]
) -> None:
    """Write the vectors of posts as e6db has them, with the id of the post of each row."""
    _write(path, {"post_ids": post_ids, "post_factors": vectors}, facts)


def _write(path: Path, tensors: dict[str, NDArray[Any]], facts: Mapping[str, str]) -> None:
    from safetensors.numpy import save

    # Its save_file writes to a name of its own first, which a kill leaves there for good.
    path.write_bytes(save(tensors, metadata=_lasting(facts)))


def _lasting(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts that last, under one key, as metadata are texts."""
    lasting = {name: facts[name] for name in sorted(facts) if name not in _FLEETING}
    return {"e6duck": json.dumps(lasting)}
