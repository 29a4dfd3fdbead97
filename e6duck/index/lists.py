"""Database to the lists that prompt editors complete tags from, and the export command."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from .. import files
from ..db.connection import Connection, check_posts
from ..errors import UsageError
from ..tags.phrases import many
from .matrix import cooccurrence_blocks, post_tag_matrix
from .text_vectors import METADATA, VECTORS, WORD2VEC, write_projector, write_word2vec
from .write import is_counted, query_text, write_index

_ESTIMATED = "; how many posts each has is an estimate, by e6db's curve"


def write_tag_list(connection: Connection, path: Path, *, min_posts: int = 0) -> int:
    """Write a line a tag for prompt editors: name, category, posts, "alias,alias"; returns them."""
    rows = connection.execute(query_text("tag_list"), {"min_posts": min_posts}).fetchall()
    with files.draft(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return len(rows)


def write_cooccurrence(connection: Connection, path: Path, *, min_count: int = 100) -> int:
    """Write tag_a,tag_b,count for the pairs on at least min_count posts; returns how many.

    tag_a is the more used one; pairs stand by its rank, then by count, most first.
    """
    check_posts(connection, "the list of pairs")
    names = [
        name for (name,) in connection.execute("select name from tags order by tag_id").fetchall()
    ]
    pair_count = 0
    with files.draft(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["tag_a", "tag_b", "count"])
        for tag_a, tag_b, count in _cooccurrences(connection, min_count):
            writer.writerow([names[tag_a], names[tag_b], count])
            pair_count += 1
    return pair_count


def _cooccurrences(connection: Connection, min_count: int) -> Iterator[tuple[int, int, int]]:
    matrix = post_tag_matrix(connection, min_posts=min_count)
    for first, block in cooccurrence_blocks(matrix):
        for row in range(block.shape[0]):
            tag_a = first + row
            others = block.indices[block.indptr[row] : block.indptr[row + 1]]
            counts = block.data[block.indptr[row] : block.indptr[row + 1]]
            wanted = (others > tag_a) & (counts >= min_count)
            order = np.lexsort((others[wanted], -counts[wanted]))
            for tag_b, count in zip(
                others[wanted][order].tolist(), counts[wanted][order].tolist(), strict=True
            ):
                yield tag_a, tag_b, count


def export(
    connection: Connection,
    out_dir: Path | None,
    *,
    only: Collection[str] = (),
    tag_list: Path | None = None,
    min_posts: int = 0,
    cooccurrence: Path | None = None,
    min_count: int = 100,
    projector: bool = False,
    word2vec: bool = False,
) -> Iterator[str]:
    """Write what is asked for, and yield a line about each.

    Into out_dir go the index files, unless only vectors are asked for.
    """
    if out_dir is None:
        if only:
            raise UsageError("--only needs OUT_DIR, the folder of the index files")
        if projector or word2vec:
            raise UsageError("--projector and --word2vec need OUT_DIR, the folder to write into")
    elif only or not (projector or word2vec):
        names = [path.name for path in write_index(connection, out_dir, only=only)]
        yield f"{', '.join(names)} in {out_dir}"
    if out_dir is not None and projector:
        count = write_projector(connection, out_dir)
        yield f"{many(count, 'vector')} in {out_dir / VECTORS}, with {METADATA}"
    if out_dir is not None and word2vec:
        count = write_word2vec(connection, out_dir)
        yield f"{many(count, 'vector')} in {out_dir / WORD2VEC}"
    if tag_list is not None:
        count = write_tag_list(connection, tag_list, min_posts=min_posts)
        yield f"{many(count, 'tag')} in {tag_list}" + ("" if is_counted(connection) else _ESTIMATED)
    if cooccurrence is not None:
        count = write_cooccurrence(connection, cooccurrence, min_count=min_count)
        yield f"{many(count, 'pair')} in {cooccurrence}"
