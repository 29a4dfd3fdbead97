"""Database to sparse posts x tags matrix, for SciPy and torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from ..db.connection import Connection, check_posts, second_connection
from ..errors import UsageError

if TYPE_CHECKING:
    import torch

Kind = Literal["all", "direct", "implied"]

_BATCH_ROWS = 100_000
_LISTS = {
    "all": "tag_ids",
    "implied": "implied_ids",
    "direct": "tag_ids, implied_ids",
}


def post_tag_matrix(
    connection: Connection,
    *,
    kind: Kind = "all",
    vocabulary: int | None = None,
    min_posts: int = 0,
    min_tags: int = 0,
    share: float = 1.0,
    seed: int = 0,
) -> Any:
    """Return posts x tags as a SciPy CSR array of uint8 ones; the column is the tag's id.

    kind: "direct" leaves out the tags that other tags of the post imply, "implied" all others.
    vocabulary: only the so many most used tags (columns). min_posts: only tags with so many posts.
    min_tags: only posts with so many direct tags of the vocabulary. share: about so much of the
    posts, drawn with a seed. Rows stand in the order of posts; `post_ids` with the same arguments
    names them.
    """
    if kind not in _LISTS:
        raise UsageError(f'kind is "{kind}"; choose "all", "direct" or "implied"')
    check_posts(connection, "a matrix of them")
    columns = _columns(connection, vocabulary, min_posts)
    indices, lengths = [], []
    for batch, chosen in _batches(connection, _LISTS[kind], columns, min_tags, share, seed):
        values, row = _cut(batch.column("tag_ids" if kind != "implied" else "implied_ids"), columns)
        if kind == "direct":
            values, row = _without(values, row, *_cut(batch.column("implied_ids"), columns))
        wanted = chosen[row]
        indices.append(values[wanted].astype(np.int32))
        lengths.append(np.bincount(row, minlength=len(chosen))[chosen])
    indptr = np.zeros(sum(map(len, lengths)) + 1, np.int64)
    np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]), out=indptr[1:])
    flat = np.concatenate([np.zeros(0, np.int32), *indices])
    ones = np.ones(len(flat), np.uint8)
    return csr_array((ones, flat, indptr), shape=(len(indptr) - 1, len(columns)))


def post_ids(
    connection: Connection,
    *,
    vocabulary: int | None = None,
    min_posts: int = 0,
    min_tags: int = 0,
    share: float = 1.0,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Return the ids of the posts that are the rows of `post_tag_matrix`."""
    check_posts(connection, "a matrix of them")
    columns = _columns(connection, vocabulary, min_posts)
    batches = _batches(connection, "id, tag_ids, implied_ids", columns, min_tags, share, seed)
    ids = [batch.column("id").to_numpy()[chosen] for batch, chosen in batches]
    return np.concatenate([np.zeros(0, np.int64), *ids])


def post_tag_tensors(connection: Connection, **options: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Return `post_tag_matrix` as torch tensors: ids one after another, and where each post begins.

    Both are int64; offsets have an end, one more than posts, as EmbeddingBag takes them with
    include_last_offset.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError("tensors need torch: pip install torch") from error

    matrix = post_tag_matrix(connection, **options)
    return (
        torch.from_numpy(matrix.indices.astype(np.int64)),
        torch.from_numpy(matrix.indptr.astype(np.int64)),
    )


def cooccurrence_blocks(matrix: Any, block_size: int = 512) -> Iterator[tuple[int, Any]]:
    """Yield (first tag, CSR of common posts) for blocks of rows of the tags x tags matrix."""
    by_tag = csc_array(matrix)
    posts = matrix.astype(np.int32)
    for first in range(0, matrix.shape[1], block_size):
        yield first, (by_tag[:, first : first + block_size].T.astype(np.int32) @ posts).tocsr()


def _columns(connection: Connection, vocabulary: int | None, min_posts: int) -> NDArray[np.bool_]:
    """Return whether a tag has enough posts, for each of the vocabulary up to the last that has."""
    query = "select tagged_count >= $1 from tags order by tag_id"
    enough = [each for (each,) in connection.execute(query, [min_posts]).fetchall()]
    columns = np.array(enough, bool)
    columns = columns[: columns.nonzero()[0].max(initial=-1) + 1]
    return columns if vocabulary is None else columns[: max(vocabulary, 0)]


def _batches(
    connection: Connection,
    names: str,
    columns: NDArray[np.bool_],
    min_tags: int,
    share: float,
    seed: int,
) -> Iterator[tuple[Any, NDArray[np.bool_]]]:
    """Yield batches of posts, and which of their rows are drawn and have enough direct tags."""
    if min_tags > 0:
        names = ", ".join(dict.fromkeys([*names.split(", "), "tag_ids", "implied_ids"]))
    query = f"select {names} from posts"
    rng = np.random.default_rng(seed)
    with second_connection(connection) as reading:
        for batch in reading.sql(query).to_arrow_reader(_BATCH_ROWS):
            chosen = np.ones(len(batch), bool) if share >= 1 else rng.random(len(batch)) < share
            if min_tags > 0:
                _, row = _cut(batch.column("tag_ids"), columns)
                _, implied_row = _cut(batch.column("implied_ids"), columns)
                direct = np.bincount(row, minlength=len(batch))
                direct = direct - np.bincount(implied_row, minlength=len(batch))
                chosen &= direct >= min_tags
            yield batch, chosen


def _cut(lists: Any, columns: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the values that are wanted columns, and the row of each."""
    offsets = lists.offsets.to_numpy()
    values = lists.values.to_numpy()[offsets[0] : offsets[-1]].astype(np.int64)
    row = np.repeat(np.arange(len(lists)), np.diff(offsets))
    inside = values < len(columns)
    if not columns.all():
        inside[inside] = columns[values[inside]]
    return values[inside], row[inside]


def _without(
    values: NDArray[np.int64],
    row: NDArray[np.int64],
    gone: NDArray[np.int64],
    gone_row: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Leave out pairs, all of which are there; both stand in ascending order."""
    stays = np.ones(len(values), bool)
    stays[np.searchsorted((row << 32) | values, (gone_row << 32) | gone)] = False
    return values[stays], row[stays]
