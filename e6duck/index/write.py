"""Database to index files: the gzip'd text and JSON, and the Parquet, that e6db's scripts read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .. import files
from ..db.connection import Connection, has_posts, second_connection
from ..db.interrupts import SignalPoint
from ..db.prefetch import prefetch
from ..db.sql_files import literal, sql_text
from ..errors import UsageError
from . import vectors

INDEX = "index.json"
INDEX_FORMAT = 1
_BATCH_ROWS = 100_000
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Exported:
    """The files of one export, not yet under their names."""

    drafts: dict[Path, Path]  # final name to draft
    clamped_count: int  # numbers that posts.parquet could not hold as they are


def query_text(name: str) -> str:
    """Return the text of a file of sql/index."""
    return sql_text("index", name)


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
        rows = connection.execute(query_text(query)).fetchall()
        content = {second: first for first, second in rows} if swap else dict(rows)
        _write_gzip(path, json.dumps(content).encode())

    return write


def _write_parquet(query: str) -> Callable[[Connection, Path, str], None]:
    def write(connection: Connection, path: Path, build_id: str) -> None:
        _copy(connection, query_text(query), path, build_id)

    return write


def _write_posts(connection: Connection, path: Path, build_id: str) -> None:
    """Arrow is quicker here than COPY: it takes the lists of the kernel as they are."""
    import pyarrow.parquet as pq

    with _fitting(connection) as reading:
        rows = reading.sql(query_text("posts")).to_arrow_reader(_BATCH_ROWS)
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
            for batch in prefetch(_stripped(batch, schema) for batch in rows):
                writer.write_batch(batch)


def _copy(connection: Connection, query: str, path: Path, build_id: str) -> None:
    connection.execute(
        f"""
        copy ({query}) to {literal(str(path))} (
            format parquet,
            compression zstd,
            compression_level 1,
            kv_metadata {{e6duck_build: {literal(build_id)}}}
        )
        """
    )


@contextmanager
def _fitting(connection: Connection) -> Iterator[Connection]:
    """Open a second connection to the same database, with the macros of sql/index."""
    with second_connection(connection) as reading:
        reading.execute(query_text("fit"))
        reading.execute(query_text("misfit"))
        yield reading


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


def _keys(lists: pa.ListArray) -> NDArray[np.int64]:
    """Return row << 32 | value for every value; ascending, as the lists are."""
    offsets = lists.offsets.to_numpy()
    row = np.repeat(np.arange(len(lists), dtype=np.int64), np.diff(offsets))
    row <<= 32
    row |= lists.values.to_numpy()[offsets[0] : offsets[-1]]
    return row


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


def _write_tag_factors(connection: Connection, path: Path, build_id: str) -> None:
    vectors.write_tag_factors(connection, path)


_WRITERS[vectors.TAG_FACTORS] = _write_tag_factors


def _available(connection: Connection) -> tuple[str, ...]:
    """Return the names of the files that the database has the content of."""
    return tuple(name for name in _WRITERS if not _lack(connection, name))


def _lack(connection: Connection, name: str) -> str | None:
    """Return why a file cannot be written, where it cannot."""
    if name == vectors.TAG_FACTORS:
        is_trained = connection.execute("from tag_factors limit 1").fetchall()
        return None if is_trained else f"there are no vectors for {name} yet; run: e6duck train"
    if name == "posts.parquet" and not has_posts(connection):
        return f"there are no posts for {name}: the database was imported from index files"
    if name == "tags.parquet" and not is_counted(connection):
        return f"there are no counts for {name}: the database was imported from files without"
    return None


def is_counted(connection: Connection) -> bool:
    """Tell whether it is known how many posts a tag has, as it is not of e6db's published files."""
    query = "select count(post_count) > 0 or not exists (from tags) from tags"
    return bool(connection.execute(query).fetchall()[0][0])


def write_drafts(
    connection: Connection,
    out_dir: Path,
    *,
    only: Collection[str] = (),
    more: Mapping[str, Callable[[Path], object]] | None = None,
    progress: Callable[[str, int], None] = lambda stage, rows: None,
) -> Exported:
    """Write the index files beside their final names in out_dir, index.json last.

    only: the names of some of them; raises `UsageError` where out_dir holds files of another build,
    which one file of this build would spoil. more: files whose content is not in the database.
    """
    id_of_build = build_id_of(connection)
    if only:
        check_same_build(out_dir, id_of_build)
    entries = _kept_entries(out_dir, id_of_build)
    vectors_before = entries.get(vectors.TAG_FACTORS)
    drafts: dict[Path, Path] = {}
    names = [*dict.fromkeys(only or _available(connection)), *(more or {})]
    try:
        with SignalPoint():  # before the drafts are discarded
            for name in names:
                progress(name, 0)
                drafts[out_dir / name] = path = files.draft_path(out_dir / name)
                if more and name in more:
                    more[name](path)
                else:
                    _WRITERS[name](connection, path, id_of_build)
                entries[name] = {"size": path.stat().st_size, "sha256": files.sha256(path)}
        if vectors.POST_FACTORS not in names and entries.get(vectors.TAG_FACTORS) != vectors_before:
            entries.pop(vectors.POST_FACTORS, None)  # they are of the training before
        index = {
            "format": INDEX_FORMAT,
            "build_id": id_of_build,
            "files": dict(sorted(entries.items())),
        }
        drafts[out_dir / INDEX] = path = files.draft_path(out_dir / INDEX)
        path.write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
        return Exported(drafts, _clamped_count(connection))
    except BaseException:
        for path in drafts.values():
            files.discard(path)
        raise


def build_id_of(connection: Connection) -> str:
    """Return the id of the build that made a database."""
    query = "select value from build_info where name = 'build_id'"
    return str(connection.execute(query).fetchall()[0][0])


def check_same_build(out_dir: Path, build_id: str) -> None:
    """Raise `UsageError` where a folder holds index files of another build."""
    if (out_dir / INDEX).exists() and _read_index(out_dir).get("build_id") != build_id:
        raise UsageError(f"{out_dir} holds index files of another build; export them all")


def publish(
    database: Path, draft: Path, index_drafts: Mapping[Path, Path], out_dir: Path | None
) -> Iterator[Path]:
    """Put a new database and its files in the place of the old; yields each before it is replaced.

    They are replaced as one set where they are in one folder.
    """
    together = out_dir is None or out_dir.resolve() == database.parent.resolve()
    yield from files.publish(
        {database: draft, **(index_drafts if together else {})}, database.parent
    )
    if index_drafts and out_dir is not None and not together:
        yield from files.publish(index_drafts, out_dir)


def _check_names(connection: Connection, only: Collection[str]) -> None:
    for name in only:
        if name not in _WRITERS:
            names = ", ".join(_available(connection))
            raise UsageError(f"there is no index file {name}; there are {names}")
        if lack := _lack(connection, name):
            raise UsageError(lack)


def _kept_entries(out_dir: Path, build_id: str) -> dict[str, object]:
    """Return what index.json goes on to say of files of this build, until they are written."""
    index = _read_index(out_dir) if (out_dir / INDEX).exists() else {}
    return dict(index.get("files", {})) if index.get("build_id") == build_id else {}


def _read_index(out_dir: Path) -> dict[str, Any]:
    """Return what index.json says: nothing, where something else has its name."""
    try:
        index = json.loads((out_dir / INDEX).read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return index if isinstance(index, dict) else {}


def _clamped_count(connection: Connection) -> int:
    with _fitting(connection) as reading:
        return int(reading.execute(query_text("clamped")).fetchall()[0][0])


def write_index(connection: Connection, out_dir: Path, *, only: Collection[str] = ()) -> list[Path]:
    """Write the index files into out_dir as one set; returns their paths."""
    _check_names(connection, only)
    with files.working_folder(out_dir):
        drafts = write_drafts(connection, out_dir, only=only).drafts
        try:
            return list(files.publish(drafts, out_dir))
        finally:
            for leftover in drafts.values():
                files.discard(leftover)
