"""Database to files: the index files and Parquet that e6db's scripts read, and lists for editors."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from . import files
from .database import Connection, literal
from .errors import UsageError
from .posts import ahead
from .script import folder as sql_folder

INDEX = "index.json"
INDEX_FORMAT = 1
_BATCH_ROWS = 100_000
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Exported:
    """The files of one export, not yet under their names."""

    drafts: dict[Path, Path]  # final name to draft
    clamped_count: int  # numbers that posts.parquet could not hold as they are


def _query(name: str) -> str:
    return (sql_folder() / "export" / f"{name}.sql").read_text(encoding="utf-8")


def _write_gzip(path: Path, data: bytes) -> None:
    # Neither time nor name: the same content gives the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as file:
        file.write(data)


def _write_tags_text(connection: Connection, path: Path, build_id: str) -> None:
    names = connection.execute("select name from tags order by tag_id").fetchall()
    _write_gzip(path, "".join(f"{name}\n" for (name,) in names).encode())


def _write_categories(connection: Connection, path: Path, build_id: str) -> None:
    rows = connection.execute("select category from tags order by tag_id").fetchall()
    _write_gzip(path, bytes(category for (category,) in rows))


def _write_json(query: str, swap: bool = False) -> Callable[[Connection, Path, str], None]:
    def write(connection: Connection, path: Path, build_id: str) -> None:
        rows = connection.execute(_query(query)).fetchall()
        content = {second: first for first, second in rows} if swap else dict(rows)
        _write_gzip(path, json.dumps(content).encode())

    return write


def _write_parquet(query: str) -> Callable[[Connection, Path, str], None]:
    def write(connection: Connection, path: Path, build_id: str) -> None:
        _copy(connection, _query(query), path, build_id)

    return write


def _write_posts(connection: Connection, path: Path, build_id: str) -> None:
    """Written by Arrow, which is quicker here than COPY: the kernel hands it the lists as they are."""
    import pyarrow.parquet as pq

    with _fitting(connection) as reading:
        rows = reading.sql(_query("posts")).to_arrow_reader(_BATCH_ROWS)
        schema = rows.schema.remove(rows.schema.get_field_index("tag_ids"))
        schema = schema.append(pa.field("stripped_tags", pa.list_(pa.uint32())))
        schema = schema.with_metadata({"e6duck_build": build_id})
        with pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=["rating", "file_ext"],  # no other column repeats itself enough
        ) as writer:
            for batch in ahead(_stripped(batch, schema) for batch in rows):
                writer.write_batch(batch)


def _copy(connection: Connection, query: str, path: Path, build_id: str) -> None:
    connection.execute(
        f"copy ({query}) to {literal(str(path))}"
        f" (format parquet, compression zstd, compression_level 1, kv_metadata {{e6duck_build: {literal(build_id)}}})"
    )


class _fitting:
    """A second connection to the same database, with the macros that the export of posts uses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Connection:
        name = self._connection.execute("select current_database()").fetchall()[0][0]
        self._cursor = self._connection.cursor()
        self._cursor.execute(f"use {name}")
        self._cursor.execute(
            "create temp macro fit(value, low, high) as"
            " case when value < low then low when value > high then high else value end"
        )
        self._cursor.execute(
            "create temp macro misfit(value, low, high) as"
            " coalesce((value < low or value > high)::integer, 0)"
        )
        return self._cursor

    def __exit__(self, *_: object) -> None:
        self._cursor.close()


def _stripped(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Replace tag_ids by stripped_tags: the tags of a post that no other tag of it implies."""
    tags, implied = batch.column("tag_ids"), batch.column("implied_tags")
    tag_key, implied_key = _keys(tags), _keys(implied)
    is_stripped = np.ones(len(tag_key), bool)
    is_stripped[np.searchsorted(tag_key, implied_key)] = False
    before = np.concatenate([[0], np.cumsum(is_stripped)]).astype(np.int32)
    offsets = tags.offsets.to_numpy()
    values = (tag_key[is_stripped] & 0xFFFFFFFF).astype(np.uint32)
    stripped = pa.ListArray.from_arrays(pa.array(before[offsets - offsets[0]]), pa.array(values))
    columns = [batch.column(name) for name in schema.names[:-1]]
    return pa.RecordBatch.from_arrays([*columns, stripped], schema=schema)


def _keys(lists: pa.ListArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return row << 32 | value for every value; ascending, as the lists are."""
    offsets = lists.offsets.to_numpy()
    row = np.repeat(np.arange(len(lists), dtype=np.int64), np.diff(offsets))
    return (row << 32) | lists.values.to_numpy()[offsets[0] : offsets[-1]]


_WRITERS: dict[str, Callable[[Connection, Path, str], None]] = {
    "tags.txt.gz": _write_tags_text,
    "tags_categories.bin.gz": _write_categories,
    "tag2idx.json.gz": _write_json("tag2idx", swap=True),
    "implications.json.gz": _write_json("implications"),
    "implications_rej.json.gz": _write_json("implications_rej"),
    "tags.parquet": _write_parquet("tags"),
    "tag2idx.parquet": _write_parquet("tag2idx"),
    "posts.parquet": _write_posts,
}
NAMES = tuple(_WRITERS)


def write_drafts(
    connection: Connection,
    out_dir: Path,
    *,
    only: Collection[str] = (),
    progress: Callable[[str, int], None] = lambda stage, rows: None,
) -> Exported:
    """Write the index files beside their final names in out_dir, index.json last.

    only: the names of some of them; raises `UsageError` for a name that is none, or where out_dir
    holds files of another build, which one file of this build would spoil.
    """
    query = "select value from build_info where name = 'build_id'"
    build_id = str(connection.execute(query).fetchall()[0][0])
    entries = _kept_entries(out_dir, build_id, only)
    drafts: dict[Path, Path] = {}
    try:
        for name in only or NAMES:
            progress(name, 0)
            drafts[out_dir / name] = path = files.draft_path(out_dir / name)
            _WRITERS[name](connection, path, build_id)
            entries[name] = {"size": path.stat().st_size, "sha256": _sha256(path)}
        index = {"format": INDEX_FORMAT, "build_id": build_id, "files": dict(sorted(entries.items()))}
        drafts[out_dir / INDEX] = path = files.draft_path(out_dir / INDEX)
        path.write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
        return Exported(drafts, _clamped_count(connection))
    except BaseException:
        for path in drafts.values():
            files.discard(path)
        raise


def _kept_entries(out_dir: Path, build_id: str, only: Collection[str]) -> dict[str, object]:
    """Return what index.json goes on to say of the files that are not written now."""
    for name in only:
        if name not in NAMES:
            raise UsageError(f"there is no index file {name}; there are {', '.join(NAMES)}")
    if not only or not (out_dir / INDEX).exists():
        return {}
    index = json.loads((out_dir / INDEX).read_text(encoding="utf-8"))
    if index["build_id"] != build_id:
        raise UsageError(f"{out_dir} holds index files of another build; export them all")
    return dict(index["files"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clamped_count(connection: Connection) -> int:
    with _fitting(connection) as reading:
        return int(reading.execute(_query("clamped")).fetchall()[0][0])


def write_index(connection: Connection, out_dir: Path, *, only: Collection[str] = ()) -> list[Path]:
    """Write the index files into out_dir as one set; returns their names."""
    out_dir.mkdir(parents=True, exist_ok=True)
    files.finish_publication(out_dir)
    files.sweep(out_dir)
    drafts = write_drafts(connection, out_dir, only=only).drafts
    return list(files.publish(drafts, out_dir))


def write_tag_list(connection: Connection, path: Path, *, min_posts: int = 0) -> int:
    """Write a line a tag for prompt editors: name, category, posts, "alias,alias"; returns them."""
    rows = connection.execute(_query("tag_list"), {"min_posts": min_posts}).fetchall()
    with files.draft(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return len(rows)


def write_cooccurrence(connection: Connection, path: Path, *, min_count: int = 100) -> int:
    """Write tag_a,tag_b,count for the pairs on at least min_count posts; returns how many.

    tag_a is the more used one; pairs stand by its rank, then by count, most first.
    """
    names = [name for (name,) in connection.execute("select name from tags order by tag_id").fetchall()]
    pair_count = 0
    with files.draft(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["tag_a", "tag_b", "count"])
        for tag_a, tag_b, count in _cooccurrences(connection, min_count):
            writer.writerow([names[tag_a], names[tag_b], count])
            pair_count += 1
    return pair_count


def _cooccurrences(connection: Connection, min_count: int) -> Iterator[tuple[int, int, int]]:
    from .matrix import cooccurrence_blocks, post_tag_matrix

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
) -> Iterator[str]:
    """Write what is asked for, and yield a line about each."""
    if out_dir is not None:
        names = [path.name for path in write_index(connection, out_dir, only=only)]
        yield f"{', '.join(names)} in {out_dir}"
    elif only:
        raise UsageError("--only needs OUT_DIR, the folder of the index files")
    if tag_list is not None:
        count = write_tag_list(connection, tag_list, min_posts=min_posts)
        yield f"{count:,} tags in {tag_list}"
    if cooccurrence is not None:
        count = write_cooccurrence(connection, cooccurrence, min_count=min_count)
        yield f"{count:,} pairs in {cooccurrence}"
