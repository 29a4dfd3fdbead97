"""Write the vectors of tags as text, for the TensorFlow projector and for gensim."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .. import files
from ..db.connection import Connection
from .vectors import check_trained
from .write import query_text

VECTORS, METADATA, WORD2VEC = "tag_vectors.tsv", "tag_metadata.tsv", "tag_vectors.txt"
_FETCHED_ROWS = 1_000


def write_projector(connection: Connection, out_dir: Path) -> int:
    """Write tag_vectors.tsv, and tag_metadata.tsv with a header, and return the number of tags."""
    check_trained(connection)
    out_dir.mkdir(parents=True, exist_ok=True)
    with (
        files.draft(out_dir / VECTORS) as vectors_draft,
        files.draft(out_dir / METADATA) as metadata_draft,
        vectors_draft.open("w", encoding="utf-8", newline="") as vectors,
        metadata_draft.open("w", encoding="utf-8", newline="") as metadata,
    ):
        metadata.write("tag\tcategory\tposts\n")
        count = 0
        for name, category, post_count, factors in _rows(connection, "\t"):
            vectors.write(f"{factors}\n")
            metadata.write(f"{_field(name)}\t{category}\t{post_count}\n")
            count += 1
    return count


def write_word2vec(connection: Connection, out_dir: Path) -> int:
    """Write tag_vectors.txt in the text format of word2vec, and return the number of tags.

    The first line has the numbers of tags and factors, each other line a tag and its vector.
    """
    check_trained(connection)
    out_dir.mkdir(parents=True, exist_ok=True)
    ((count, factor_count),) = connection.execute(query_text("vectors_size")).fetchall()
    path = out_dir / WORD2VEC
    with files.draft(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{count} {factor_count}\n")
        for name, _, _, factors in _rows(connection, " "):
            file.write(f"{_field(name)} {factors}\n")
    return int(count)


def _rows(connection: Connection, separator: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, category, posts and vector of each tag; separator is between the numbers."""
    found = connection.execute(query_text("vectors"), {"separator": separator})
    while rows := found.fetchmany(_FETCHED_ROWS):
        yield from rows


def _field(name: str) -> str:
    """Return a name without white space, which separates fields and lines."""
    return "_".join(name.split())
