"""The posts of a tag by its rank: real counts of a folder, and e6db's fitted curve."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from .read import IndexSet

# e6db's curve, fitted to the site in 2024. With r a rank, n a number of posts and m = log(n):
#     n = exp(a * tanh(b * r ** c) + d)
#     r = exp(a + b * (c * m + d) * log(e + f * m))
# sql/build/65_neighbors.sql and sql/index/tag_list.sql have the same constants (tested).
POSTS_OF_RANK = (26.4284, 2.93505, -0.136501, -11.492)
_MOST_TAGS = 10_000_000  # more rows would fill the memory
RANK_OF_POSTS = (12.1903, -7.57186, 0.0465456, -1.24326, 1.13045, -0.0720383)


def read_counts(index: IndexSet) -> array[int] | None:
    """Return the posts of each tag, by rank, or None if the folder has no counts.

    Raises `IndexFilesError` if tags.parquet is broken or from another build.
    """
    try:
        status = (index.folder / "tags.parquet").stat()
    except OSError:
        return None
    return _read_counts(index, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read_counts(index: IndexSet, _changed_at: int, _size: int) -> array[int] | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = index.read("tags.parquet")
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        if "freq" not in file.schema_arrow.names:
            return None
        kind = file.schema_arrow.field("freq").type
        if not (pa.types.is_integer(kind) or pa.types.is_null(kind)):
            raise index.broken("tags.parquet", f"its freq is {kind}, not an integer")
        if file.metadata.num_rows > _MOST_TAGS:
            raise index.broken("tags.parquet", f"it has {file.metadata.num_rows:,} rows")
        table = file.read(columns=["freq"])
    except (pa.ArrowException, OSError) as error:
        raise index.broken("tags.parquet", error) from error
    return array("q", sorted((freq or 0 for freq in table["freq"].to_pylist()), reverse=True))


def curve_rank_to_freq(rank: float) -> float:
    """Return the posts that e6db's curve gives for a rank; a negative rank counts as 0."""
    scale, rate, power, offset = POSTS_OF_RANK
    steepness = math.tanh(rate * rank**power) if rank > 0 else 1.0
    return math.exp(scale * steepness + offset)


def curve_freq_to_rank(freq: float) -> float:
    """Return the rank that e6db's curve gives for a number of posts; 0 if no tag has as many."""
    offset, scale, slope, shift, base_offset, base_slope = RANK_OF_POSTS
    magnitude = math.log(max(freq, 1))
    base = base_offset + base_slope * magnitude
    if base <= 0:
        return 0.0
    return math.exp(offset + scale * (slope * magnitude + shift) * math.log(base))
