"""The vectors of tags: as relations of a database, and as a file that e6db's scripts read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..db.connection import Connection, has_posts
from ..db.sql_files import sql_text
from ..errors import DatabaseError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"

TAG_FACTORS = "implicit_tag_factors.safetensors"
POST_FACTORS = "implicit_post_factors.safetensors"
DEFAULT_FACTORS = 256
_TENSOR = "tag_factors"
_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}

# These differ between two trainings with the same data and options. They are not written to files,
# so that the same training gives the same bytes.
_NOT_REPRODUCIBLE = frozenset({"trained_at", "seconds", "threads"})


def check_trained(connection: Connection) -> tuple[int, Path]:
    """Return how many tags have a vector, and the path of the database.

    Raises `DatabaseError` if there are no vectors, or if they belong to another build, which
    numbers its tags differently.
    """
    rows = connection.execute(sql_text("index", "training")).fetchall()
    ((trained_count, is_of_another_build, path),) = rows
    if not trained_count and not has_posts(connection):
        raise DatabaseError(f"{path} has no vectors: there was no {TAG_FACTORS} to import")
    if not trained_count:
        raise DatabaseError(f"{path} has no vectors; run: e6duck train")
    if is_of_another_build:
        raise DatabaseError(f"{path} has the vectors of another build; run: e6duck train")
    return int(trained_count), Path(path)


def register_vectors(
    connection: Connection, vectors: Vectors | None, facts: Mapping[str, str]
) -> None:
    """Register the Arrow tables that tag_factors and training_info are made from.

    vectors: the row of a tag is its id; None before training. Rows of zeros are left out: those
    tags have no vector. facts: the rows of training_info.
    """
    import numpy as np
    import pyarrow as pa

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


def read_tag_factors(connection: Connection) -> Vectors:
    """Return the vectors of a database: the row of a tag is its id, zeros if it has no vector."""
    import numpy as np

    table = connection.sql("from tag_factors order by tag_id").to_arrow_table()
    tag_ids = table["tag_id"].to_numpy()
    size = table.schema.field("factors").type.list_size
    query = "select value::bigint from training_info where name = 'tags'"
    rows = connection.execute(query).fetchall() or [(int(tag_ids[-1]) + 1 if len(tag_ids) else 0,)]
    vectors = np.zeros((rows[0][0], size), np.float32)
    vectors[tag_ids] = table["factors"].combine_chunks().flatten().to_numpy().reshape(-1, size)
    return vectors


def parse_tag_factors(content: bytes) -> tuple[Vectors, dict[str, str]]:
    """Return the vectors in the bytes of a file, and the facts in its metadata.

    The row of a tag is its id. Raises `ValueError` with one line if the bytes cannot be read.
    """
    import numpy as np
    from safetensors import SafetensorError, deserialize

    try:
        tensors: dict[str, Any] = dict(deserialize(content))  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    if _TENSOR not in tensors:
        names = ", ".join(sorted(tensors)) or "no tensors"
        raise ValueError(f"it has no tensor {_TENSOR}; it has {names}")
    found = tensors[_TENSOR]
    if found["dtype"] not in _DTYPES:
        raise ValueError(f"its numbers are {found['dtype']}; {', '.join(_DTYPES)} can be read")
    if len(found["shape"]) != 2 or not found["shape"][1]:
        raise ValueError(f"its shape is {found['shape']}; it must be tags x factors")
    numbers = np.frombuffer(found["data"], _DTYPES[found["dtype"]]).reshape(found["shape"])
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite
        vectors = numbers.astype(np.float32)
    odd = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(odd):
        raise ValueError(f"the vector in row {odd[0]} has a number that is not finite in float32")
    return vectors, _read_metadata(content)


def _read_metadata(content: bytes) -> dict[str, str]:
    """Return the facts that `_metadata` wrote, or else all metadata, of a valid file."""
    header_size = int.from_bytes(content[:8], "little")
    metadata: dict[str, str] = json.loads(content[8 : 8 + header_size]).get("__metadata__", {})
    try:
        facts = json.loads(metadata.pop("e6duck"))
        return {str(name): str(value) for name, value in facts.items()}
    except (KeyError, ValueError, AttributeError, RecursionError):
        return metadata


def write_tag_factors(connection: Connection, path: Path) -> None:
    """Write the vectors in e6db's format: float32, the row of a tag is its id.

    A tag without a vector has a row of zeros. The metadata holds the facts of the training that are
    the same each time.
    """
    facts = dict(connection.execute("from training_info").fetchall())
    _write(path, {_TENSOR: read_tag_factors(connection)}, facts)


def write_post_factors(
    path: Path, vectors: Vectors, post_ids: NDArray[np.int64], facts: Mapping[str, str]
) -> None:
    """Write the vectors of posts in e6db's format, and the id of the post of each row."""
    _write(path, {"post_ids": post_ids, "post_factors": vectors}, facts)


def _write(path: Path, tensors: dict[str, NDArray[Any]], facts: Mapping[str, str]) -> None:
    from safetensors.numpy import save

    # save_file of safetensors writes to a temporary name, and a kill would leave that file behind.
    path.write_bytes(save(tensors, metadata=_metadata(facts)))


def _metadata(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the reproducible facts as JSON under one key: the values of metadata are strings."""
    kept = {name: facts[name] for name in sorted(facts) if name not in _NOT_REPRODUCIBLE}
    return {"e6duck": json.dumps(kept)}
