"""Write the index files: the gzip, JSON and Parquet files that e6db's scripts read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import files
from ..db.connection import Connection, has_posts, second_connection
from ..db.interrupts import SignalPoint
from ..db.prefetch import mapped_with
from ..db.sql_files import literal, sql_text
from ..errors import UsageError
from ..progress import Progress, no_progress
from . import vectors
from .posts import POSTS, with_clamp, write_posts

INDEX = "index.json"
INDEX_FORMAT = 1
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Exported:
    """The files of one export, before they are renamed to their final names."""

    drafts: dict[Path, Path]  # final path to draft
    clamped_count: int  # numbers of posts.parquet that were too large or small for their column
    stale: dict[str, str] = field(
        default_factory=dict
    )  # files to remove with them, as in `publish`


NOTHING = Exported({}, 0)  # if no index files are wanted


def query_text(name: str) -> str:
    """Return the text of a file of sql/index."""
    return sql_text("index", name)


def _write_gzip(path: Path, data: bytes) -> None:
    # The header has no time and no name, so that the same content gives the same bytes.
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


_WRITERS: dict[str, Callable[[Connection, Path, str], None]] = {
    "tags.txt.gz": _write_tags_text,
    "tags_categories.bin.gz": _write_categories,
    "tag2idx.json.gz": _write_json("tag2idx", swap=True),
    "implications.json.gz": _write_json("implications"),
    "implications_rej.json.gz": _write_json("implications_rej"),
    "tags.parquet": _write_parquet("tags"),
    "tag2idx.parquet": _write_parquet("tag2idx"),
    POSTS: write_posts,
}
NAMES = tuple(_WRITERS)


def _write_tag_factors(connection: Connection, path: Path, build_id: str) -> None:
    vectors.write_tag_factors(connection, path)


_WRITERS[vectors.TAG_FACTORS] = _write_tag_factors


def _available(connection: Connection) -> tuple[str, ...]:
    """Return the names of the files that can be written from a database."""
    return tuple(name for name in _WRITERS if not _lack(connection, name))


def _lack(connection: Connection, name: str) -> str | None:
    """Return why a file cannot be written, or None if it can."""
    if name == vectors.TAG_FACTORS:
        is_trained = connection.execute("from tag_factors limit 1").fetchall()
        return None if is_trained else f"there are no vectors for {name} yet; run: e6duck train"
    if name == POSTS and not has_posts(connection):
        return f"there are no posts for {name}: the database was imported from index files"
    if name == "tags.parquet" and not is_counted(connection):
        return f"there are no counts for {name}: the database was imported without counts"
    return None


def is_counted(connection: Connection) -> bool:
    """Return whether tags have post counts; after an import from files without counts, none has."""
    query = "select count(post_count) > 0 or not exists (from tags) from tags"
    return bool(connection.execute(query).fetchall()[0][0])


def write_drafts(
    connection: Connection,
    out_dir: Path,
    *,
    only: Collection[str] = (),
    more: Mapping[str, Callable[[Path], object]] | None = None,
    written: Mapping[str, Path] | None = None,
    workers: int = 1,
    progress: Progress = no_progress,
) -> Exported:
    """Write the index files as drafts beside their final names in out_dir, index.json last.

    only: names of the files to write (default: all). more: functions that write further files, by
    name. written: drafts that are complete, by name. workers: files that are written at a time.
    progress: called with the name of each file. Raises `UsageError` if only some files are written
    and out_dir has files from another build.
    """
    id_of_build = build_id_of(connection)
    if only:
        check_same_build(out_dir, id_of_build)
    entries = _kept_entries(out_dir, id_of_build)
    vectors_before = entries.get(vectors.TAG_FACTORS)
    names = [*dict.fromkeys(only or _available(connection)), *(more or {})]
    drafts = {out_dir / name: files.draft_path(out_dir / name) for name in names}
    drafts |= {out_dir / name: path for name, path in (written or {}).items()}

    def write_one(reading: Connection, name: str) -> dict[str, object]:
        path = drafts[out_dir / name]
        if more and name in more:
            more[name](path)
        elif not written or name not in written:
            _WRITERS[name](reading, path, id_of_build)
        return {"size": path.stat().st_size, "sha256": files.sha256(path)}

    try:
        with SignalPoint(), ExitStack() as stack:  # before the drafts are discarded
            opened = [stack.enter_context(second_connection(connection)) for _ in range(workers)]
            results = stack.enter_context(closing(mapped_with(opened, write_one, names)))
            for name, entry in zip(names, results, strict=True):
                progress(name, 0)
                entries[name] = entry
        if vectors.POST_FACTORS not in names and entries.get(vectors.TAG_FACTORS) != vectors_before:
            entries.pop(vectors.POST_FACTORS, None)  # it is from an earlier training
        index = {
            "format": INDEX_FORMAT,
            "build_id": id_of_build,
            "files": dict(sorted(entries.items())),
        }
        drafts[out_dir / INDEX] = path = files.draft_path(out_dir / INDEX)
        path.write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
        return Exported(drafts, _clamped_count(connection), _stale(out_dir, entries, only))
    except BaseException:
        for path in drafts.values():
            files.discard(path)
        raise


def _stale(out_dir: Path, entries: Collection[str], only: Collection[str]) -> dict[str, str]:
    """Return what happens to vectors in out_dir that are not of the new set, as in `publish`.

    They are of other ids. Those that an index.json lists are removed, as those in the database
    are; others may be of another program, and are set aside if all files are written.
    """
    names = (vectors.TAG_FACTORS, vectors.POST_FACTORS)
    found = [name for name in names if name not in entries and (out_dir / name).is_file()]
    listed = _read_index(out_dir).get("files", {}) if found and (out_dir / INDEX).exists() else {}
    ends = {name: "" if name in listed else f"{name}.old" for name in found}
    return {name: end for name, end in ends.items() if not (end and only)}


def build_id_of(connection: Connection) -> str:
    """Return the id of the build that made a database."""
    query = "select value from build_info where name = 'build_id'"
    return str(connection.execute(query).fetchall()[0][0])


def check_same_build(out_dir: Path, build_id: str) -> None:
    """Raise `UsageError` if a folder has index files from another build."""
    if (out_dir / INDEX).exists() and _read_index(out_dir).get("build_id") != build_id:
        raise UsageError(f"{out_dir} has index files from another build; export all files")


def _check_names(connection: Connection, only: Collection[str]) -> None:
    for name in only:
        if name not in _WRITERS:
            names = ", ".join(_available(connection))
            raise UsageError(f"there is no index file {name}; there are {names}")
        if lack := _lack(connection, name):
            raise UsageError(lack)


def _kept_entries(out_dir: Path, build_id: str) -> dict[str, object]:
    """Return the entries of index.json in out_dir, if it is from this build."""
    index = _read_index(out_dir) if (out_dir / INDEX).exists() else {}
    return dict(index.get("files", {})) if index.get("build_id") == build_id else {}


def _read_index(out_dir: Path) -> dict[str, Any]:
    """Return the content of index.json, or nothing if it is not a JSON object."""
    try:
        index = json.loads((out_dir / INDEX).read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return index if isinstance(index, dict) else {}


def _clamped_count(connection: Connection) -> int:
    with with_clamp(connection) as reading:
        return int(reading.execute(query_text("clamped")).fetchall()[0][0])


def write_index(connection: Connection, out_dir: Path, *, only: Collection[str] = ()) -> list[Path]:
    """Write the index files into out_dir as one set, and return their paths.

    only: names of the files to write (default: all).
    """
    _check_names(connection, only)
    with files.working_folder(out_dir):
        exported = write_drafts(connection, out_dir, only=only)
        try:
            return list(files.publish(exported.drafts, out_dir, exported.stale))
        finally:
            for leftover in exported.drafts.values():
                files.discard(leftover)
