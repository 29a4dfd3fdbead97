"""Write lists of tags, for the completion of prompt editors, and of pairs of tags."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import files
from ..db.connection import Connection, check_posts
from .matrix import cooccurrence_blocks, post_tag_matrix
from .write import query_text


def write_tag_list(connection: Connection, path: Path, *, min_posts: int = 0) -> int:
    """Write one line per tag, and return the number of tags.

    A line is name,category,posts,"alias,alias", as prompt editors read it.
    """
    rows = connection.execute(query_text("tag_list"), {"min_posts": min_posts}).fetchall()
    with (
        files.draft(files.through_link(path)) as draft,
        draft.open("w", encoding="utf-8", newline="") as file,
    ):
        csv.writer(file, lineterminator="\n").writerows(rows)
    return len(rows)


def write_cooccurrence(connection: Connection, path: Path, *, min_count: int = 100) -> int:
    """Write tag_a,tag_b,count for the pairs with min_count common posts or more.

    tag_a is the more used tag of the pair. The order is by the rank of tag_a, then by count,
    highest first. Returns the number of pairs.
    """
    check_posts(connection, "the list of pairs")
    names = [
        name for (name,) in connection.execute("select name from tags order by tag_id").fetchall()
    ]
    pair_count = 0
    with (
        files.draft(files.through_link(path)) as draft,
        draft.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["tag_a", "tag_b", "count"])
        for tag_a, tag_b, count in _cooccurrences(connection, min_count):
            writer.writerow([names[tag_a], names[tag_b], count])
            pair_count += 1
    return pair_count


def _cooccurrences(connection: Connection, min_count: int) -> Iterator[tuple[int, int, int]]:
    """Yield the ids of two tags, the more used one first, and the number of their common posts."""
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
