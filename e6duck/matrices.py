"""The Python API: the tags of posts as matrices, for SciPy and torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .db.connection import AnyDatabase, connection_of

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from .index.matrix import Kind


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
    from .index import matrix

    return matrix.post_tag_matrix(
        connection_of(db),
        kind=kind,
        vocabulary=vocabulary,
        min_posts=min_posts,
        min_tags=min_tags,
        share=share,
        seed=seed,
    )


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
    from .index import matrix

    return matrix.post_ids(
        connection_of(db),
        vocabulary=vocabulary,
        min_posts=min_posts,
        min_tags=min_tags,
        share=share,
        seed=seed,
    )


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
    from .index import matrix

    return matrix.post_tag_tensors(
        connection_of(db),
        kind=kind,
        vocabulary=vocabulary,
        min_posts=min_posts,
        min_tags=min_tags,
        share=share,
        seed=seed,
    )
