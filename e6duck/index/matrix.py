"""The tags of posts as a sparse matrix, posts x tags, for SciPy and torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from ..db.connection import AnyDatabase, Connection, check_posts, connection_of, second_connection
from ..errors import UsageError
from .id_lists import Keys, is_not_in, keys_of, rows_of, values_of

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
    db: AnyDatabase,
    *,
    kind: Kind = "all",
    vocabulary: int | None = None,
    min_posts: int = 0,
    min_tags: int = 0,
    share: float = 1.0,
    seed: int = 0,
) -> csr_array:
    """Return posts x tags as a SciPy CSR array of uint8 ones; the column is the tag's id.

    db: a database, its path or its folder. kind: "all", "direct" or "implied" tags. vocabulary:
    only the N most used tags, which are the columns. min_posts: only tags on at least N posts; the
    other columns stay empty. min_tags: only posts with at least N direct tags of the vocabulary.
    share: the part of the posts to draw at random, 0 to 1, by the seed.

    The shape is (posts, tags), rows in the order of posts; `post_ids` with the same options returns
    their ids. Raises `UsageError` for an unknown kind, `DatabaseError` for no database.
    """
    if kind not in _LISTS:
        message = f'kind is "{kind}"; choose "all", "direct" or "implied"'
        raise UsageError(message, option="kind")
    connection = connection_of(db)
    check_posts(connection, "a matrix of them")
    columns = _columns(connection, vocabulary, min_posts)
    indices, lengths = [], []
    for batch, chosen in _batches(connection, _LISTS[kind], columns, min_tags, share, seed):
        name = "tag_ids" if kind != "implied" else "implied_ids"
        keys = _wanted_keys(batch.column(name), columns)
        if kind == "direct":
            keys = keys[is_not_in(keys, _wanted_keys(batch.column("implied_ids"), columns))]
        rows = rows_of(keys)
        indices.append(values_of(keys[chosen[rows]]).astype(np.int32))
        lengths.append(np.bincount(rows, minlength=len(chosen))[chosen])
    indptr = np.zeros(sum(map(len, lengths)) + 1, np.int64)
    np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]), out=indptr[1:])
    flat = np.concatenate([np.zeros(0, np.int32), *indices])
    ones = np.ones(len(flat), np.uint8)
    return csr_array((ones, flat, indptr), shape=(len(indptr) - 1, len(columns)))


def post_ids(
    db: AnyDatabase,
    *,
    vocabulary: int | None = None,
    min_posts: int = 0,
    min_tags: int = 0,
    share: float = 1.0,
    seed: int = 0,
) -> NDArray[np.int64]:
    """Return the ids of the posts that are the rows of `post_tag_matrix`: an array of int64.

    vocabulary, min_posts, min_tags, share, seed: as for `post_tag_matrix`.
    """
    connection = connection_of(db)
    check_posts(connection, "a matrix of them")
    columns = _columns(connection, vocabulary, min_posts)
    batches = _batches(connection, "id, tag_ids, implied_ids", columns, min_tags, share, seed)
    ids = [batch.column("id").to_numpy()[chosen] for batch, chosen in batches]
    return np.concatenate([np.zeros(0, np.int64), *ids])


def post_tag_tensors(
    db: AnyDatabase,
    *,
    kind: Kind = "all",
    vocabulary: int | None = None,
    min_posts: int = 0,
    min_tags: int = 0,
    share: float = 1.0,
    seed: int = 0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return `post_tag_matrix` as two torch tensors of int64: all tag ids, and offsets.

    offsets: where the ids of each post begin, then the end; one entry more than posts, as
    EmbeddingBag takes it with include_last_offset. kind, vocabulary, min_posts, min_tags, share,
    seed: as for `post_tag_matrix`. Raises `ImportError` if torch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError("tensors need torch: pip install torch") from error

    matrix = post_tag_matrix(
        db,
        kind=kind,
        vocabulary=vocabulary,
        min_posts=min_posts,
        min_tags=min_tags,
        share=share,
        seed=seed,
    )
    return (
        torch.from_numpy(matrix.indices.astype(np.int64)),
        torch.from_numpy(matrix.indptr.astype(np.int64)),
    )


def cooccurrence_blocks(matrix: Any, block_size: int = 512) -> Iterator[tuple[int, Any]]:
    """Yield the numbers of common posts, tags x tags, as blocks of rows: first tag, CSR array."""
    by_tag = csc_array(matrix)
    posts = matrix.astype(np.int32)
    for first in range(0, matrix.shape[1], block_size):
        yield first, (by_tag[:, first : first + block_size].T.astype(np.int32) @ posts).tocsr()


def _columns(connection: Connection, vocabulary: int | None, min_posts: int) -> NDArray[np.bool_]:
    """Return whether each tag is wanted: it has min_posts or more, and is in the vocabulary.

    Tags after the last wanted one are left out.
    """
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
    """Yield batches of posts, and whether each row is drawn and has min_tags or more."""
    if min_tags > 0:
        names = ", ".join(dict.fromkeys([*names.split(", "), "tag_ids", "implied_ids"]))
    query = f"select {names} from posts"
    rng = np.random.default_rng(seed)
    with second_connection(connection) as reading:
        for batch in reading.sql(query).to_arrow_reader(_BATCH_ROWS):
            chosen = np.ones(len(batch), bool) if share >= 1 else rng.random(len(batch)) < share
            if min_tags > 0:
                tag_count, implied_count = (
                    np.bincount(rows_of(_wanted_keys(lists, columns)), minlength=len(batch))
                    for lists in (batch.column("tag_ids"), batch.column("implied_ids"))
                )
                chosen &= tag_count - implied_count >= min_tags
            yield batch, chosen


def _wanted_keys(lists: Any, columns: NDArray[np.bool_]) -> Keys:
    """Return the keys of the values whose column is wanted."""
    keys = keys_of(lists)
    values = values_of(keys)
    is_wanted = values < len(columns)
    if not columns.all():
        is_wanted[is_wanted] = columns[values[is_wanted]]
    return keys[is_wanted]
