"""The names of ``e6db.utils.numpy``: tags, ranks and counts as arrays, posts as a sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..index.ranks import POSTS_OF_RANK, RANK_OF_POSTS
from ..index.read import ArrayTagData, StrPath
from . import loading
from .ranks import tag_counts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import ArrayLike, NDArray

__all__ = ["load_tags", "tag_freq_to_rank", "tag_rank_to_freq", "tags_to_scipy_csr"]


def load_tags(data_dir: StrPath) -> ArrayTagData:
    """Return ``(tag2idx, idx2tag, categories)`` of a folder of index files.

    ``tag2idx`` maps every name and alias to its id. ``idx2tag`` is an array of str and
    ``categories`` an array of uint8; both have one entry per tag, by id. Raises IndexFilesError if
    a file is missing, broken or from another build.
    """
    return loading.load_tags(data_dir, as_numpy=True)


def tag_rank_to_freq(rank: ArrayLike, *, data_dir: StrPath | None = None) -> NDArray[np.float64]:
    """Return the numbers of posts with the tags of these ranks: float64, in the shape of ``rank``.

    Each element is what e6duck.compat.tag_rank_to_freq returns; ``data_dir`` is as there.
    """
    import numpy as np

    counts = tag_counts(data_dir)
    places = np.maximum(np.asarray(rank, dtype=np.float64), 0)
    if counts is not None:
        beyond_the_last = [0.0]
        known = np.concatenate([np.asarray(counts, dtype=np.float64), beyond_the_last])
        return np.asarray(known[np.minimum(places, len(counts)).astype(np.int64)])
    scale, rate, power, offset = POSTS_OF_RANK
    with np.errstate(divide="ignore"):  # rank 0: the limit of the curve
        steepness = np.tanh(rate * places**power)
    return np.asarray(np.exp(scale * steepness + offset))


def tag_freq_to_rank(
    freq: ArrayLike, *, data_dir: StrPath | None = None
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the first rank with fewer posts than each ``freq``, in the shape of ``freq``.

    Each element is what e6duck.compat.tag_freq_to_rank returns: int64 if the folder has real
    counts, float64 if e6db's curve is used. ``data_dir`` is as there.
    """
    import numpy as np

    counts = tag_counts(data_dir)
    freqs = np.asarray(freq, dtype=np.float64)
    if counts is not None:
        rising = -np.asarray(counts)
        return np.asarray(np.searchsorted(rising, -freqs, side="right"), dtype=np.int64)
    magnitude = np.log(np.maximum(freqs, 1))
    offset, scale, slope, shift, base_offset, base_slope = RANK_OF_POSTS
    base = np.maximum(base_offset + base_slope * magnitude, 0)
    with np.errstate(divide="ignore"):  # base 0: more posts than any tag has, rank 0
        rank = np.exp(offset + scale * (slope * magnitude + shift) * np.log(base))
    return np.where(base > 0, rank, 0.0)


def tags_to_scipy_csr(
    df_posts: Any, column: str = "stripped_tags", vocab_size: int | None = None
) -> Any:
    """Return the posts x tags matrix of a column of tag ids: a ``scipy.sparse.csr_array`` of uint8.

    Its shape is (posts, vocab_size) and its values are 1. ``df_posts`` is a pyarrow Table or
    RecordBatch, a polars DataFrame, or any object that exports an Arrow stream. ``column`` is a
    column of posts.parquet with lists of ids. A post without a list is an empty row. Ids of
    ``vocab_size`` or more are left out; by default the highest id sets the width. Raises KeyError
    for an unknown column, TypeError for a column without lists of integers, and ValueError for a
    negative id.
    """
    import numpy as np
    from scipy.sparse import csr_array

    tag_ids, starts = tag_lists(df_posts, column, vocab_size)
    width = _width(tag_ids) if vocab_size is None else vocab_size
    small = max(width, len(tag_ids)) <= np.iinfo(np.int32).max
    dtype = np.int32 if small else np.int64
    uses = np.ones(len(tag_ids), dtype=np.uint8)
    lists = (uses, tag_ids.astype(dtype), starts.astype(dtype))
    return csr_array(lists, shape=(len(starts) - 1, width))


def _width(tag_ids: NDArray[np.integer[Any]]) -> int:
    return int(tag_ids.max()) + 1 if len(tag_ids) else 0


def tag_lists(
    df_posts: Any, column: str, vocab_size: int | None = None
) -> tuple[NDArray[np.integer[Any]], NDArray[np.int64]]:
    """Return all tag ids of a column in one array, and the offsets of the posts in it.

    There is one offset more than posts. Null lists are empty, and null ids and ids of
    ``vocab_size`` or more are left out. Raises the errors of tags_to_scipy_csr.
    """
    import numpy as np

    chunks = [_chunk_lists(chunk, vocab_size) for chunk in _list_chunks(df_posts, column)]
    tag_ids = [ids for ids, _ in chunks]
    lengths = [lengths for _, lengths in chunks]
    starts = np.concatenate([[0], *lengths]).astype(np.int64).cumsum()
    return np.concatenate([np.empty(0, dtype=np.uint32), *tag_ids]), starts


def _list_chunks(df_posts: Any, column: str) -> list[pa.Array]:
    import pyarrow as pa

    lists = _arrow_table(df_posts).column(column)
    item = getattr(lists.type, "value_type", lists.type)
    if pa.types.is_null(item):  # no list has an id, so Arrow does not know their type
        lists = lists.cast(pa.large_list(pa.uint32()))
    elif not (pa.types.is_nested(lists.type) and pa.types.is_integer(item)):
        raise TypeError(f"column {column!r} has the type {lists.type}, not lists of tag ids")
    chunks: list[pa.Array] = lists.chunks
    return chunks


def _arrow_table(df_posts: Any) -> pa.Table:
    import pyarrow as pa

    if isinstance(df_posts, pa.Table):
        return df_posts
    if isinstance(df_posts, pa.RecordBatch):
        return pa.Table.from_batches([df_posts])
    if hasattr(df_posts, "__arrow_c_stream__"):
        return pa.table(df_posts)
    if hasattr(df_posts, "to_arrow"):
        return df_posts.to_arrow()
    raise TypeError(
        f"{type(df_posts).__name__} cannot be converted to an Arrow table;"
        " pass a pyarrow Table or a polars DataFrame (collect() a lazy one)"
    )


def _chunk_lists(
    chunk: pa.Array, vocab_size: int | None
) -> tuple[NDArray[np.integer[Any]], NDArray[np.int64]]:
    """Return the ids of one chunk, without those left out, and the number of ids of each post."""
    import numpy as np
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(chunk), 0).to_numpy(zero_copy_only=False)
    values = chunk.flatten()
    kept = pc.is_valid(values).to_numpy(zero_copy_only=False)
    tag_ids = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
    if tag_ids.min(initial=0) < 0:
        raise ValueError(f"negative tag id {tag_ids.min()}")
    if vocab_size is not None:
        kept = kept & (tag_ids < vocab_size)
    if kept.all():
        return tag_ids, lengths
    kept_before = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
    ends = np.cumsum(lengths, dtype=np.int64)
    return tag_ids[kept], kept_before[ends] - kept_before[ends - lengths]
