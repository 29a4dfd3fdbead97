"""Errors in a set of index files: one line that names the file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save

from e6duck.index.read import read_set
from e6duck.index.tables import IndexTables, read_index_tables
from e6duck.index.vectors import TAG_FACTORS
from tests.support.exports import post, write_export
from tests.support.index_set import NAMES, write_counts, write_e6db_set, write_manifest
from tests.support.reference import Export
from tests.support.terminal import command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_e6db_set(tmp_path / "e6db")


def published(folder: Path) -> IndexTables:
    return read_set(folder, read_index_tables)


def refusal(folder: Path) -> str:
    """Return the error message of an import of a folder, which must leave the folder as it is."""
    before = sorted(folder.iterdir()) if folder.is_dir() else []
    ran = command("import", folder)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran.err
    assert ran.err.startswith("e6duck: ")
    assert (sorted(folder.iterdir()) if folder.is_dir() else []) == before
    return ran.err


def _gzip_json(entries: object) -> bytes:
    return gzip.compress(json.dumps(entries).encode())


def _lines(names: list[str]) -> bytes:
    return gzip.compress("".join(f"{name}\n" for name in names).encode())


def _parquet(columns: dict[str, object]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


def _repeated(text: str, count: int) -> bytes:
    tags = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), [text])
    return _parquet({"tag": tags, "freq": pa.array(range(count))})


def _factors(*shape: int, name: str = "tag_factors", kind: str = "float32") -> bytes:
    return save({name: np.ones(shape, kind)})


SPELLINGS = {name: tag_id for tag_id, name in enumerate(NAMES)}
COUNTS = [9, 8, 7, 6, 5, 4, 3, 2]
DAMAGES = {
    "empty file": ("tags.txt.gz", b"", "is broken"),
    "gzip cut off": ("tag2idx.json.gz", _gzip_json(SPELLINGS)[:-9], "is broken"),
    "no tags": ("tags.txt.gz", gzip.compress(b""), "tags.txt.gz"),
    "a tag twice": ("tags.txt.gz", _lines([*NAMES[:-1], "fox"]), "it has 'fox' more than once"),
    "not UTF-8": ("tags.txt.gz", gzip.compress(b"\xff\n" * 8), "is broken"),
    "a category too few": ("tags_categories.bin.gz", gzip.compress(bytes(7)), "has 8 tags"),
    "an unknown category": ("tags_categories.bin.gz", gzip.compress(b"\n" * 8), "category 10"),
    "a spelling of an unknown tag": ("tag2idx.json.gz", _gzip_json({"x": 8}), "it has the id 8"),
    "half a letter": ("tag2idx.json.gz", _gzip_json({"\ud800": 0, **SPELLINGS}), "surrogate"),
    "deep JSON": ("tag2idx.json.gz", gzip.compress(b"[" * 200_000), "recursion"),
    "deep JSON of an id": (
        "implications.json.gz",
        gzip.compress(b'{"3": ' + b"[" * 200_000),
        "recursion",
    ),
    "much from little": ("tags.txt.gz", gzip.compress(bytes(65 << 20), 1), "more than 64 MiB"),
    "not an object": ("tag2idx.json.gz", _gzip_json([1]), "not a JSON object"),
    "an unknown implied tag": ("implications.json.gz", _gzip_json({3: [8]}), "the id 8"),
    "an unknown implying tag": ("implications.json.gz", _gzip_json({8: [3]}), "the id 8"),
    "not a list": ("implications.json.gz", _gzip_json({3: 1}), "is broken"),
    "a rare tag with an unknown implied tag": (
        "implications_rej.json.gz",
        _gzip_json({"a": [-1]}),
        "id -1",
    ),
    "a rare name in halves": ("implications_rej.json.gz", _gzip_json({"\udfff": [1]}), "surrogate"),
    "not safetensors": (TAG_FACTORS, b"many numbers", "is broken"),
    "a vector too many": (TAG_FACTORS, _factors(9, 2), "has 9 rows, but tags.txt.gz has 8 tags"),
    "vectors of other things": (TAG_FACTORS, _factors(8, 2, name="post_factors"), "post_factors"),
    "vectors that are numbers": (TAG_FACTORS, _factors(8), "its shape is [8]"),
    "vectors of nothing": (TAG_FACTORS, _factors(8, 0), "its shape is [8, 0]"),
    "vectors of integers": (TAG_FACTORS, _factors(8, 2, kind="int8"), "I8; F16, F32, F64"),
    "a vector of no numbers": (
        TAG_FACTORS,
        save({"tag_factors": np.array([[1, 1], [1, np.nan]], "float32")}),
        "row 1 has a number that is not finite",
    ),
    "a vector too large for its numbers": (
        TAG_FACTORS,
        save({"tag_factors": np.array([[1e39, 1]])}),
        "row 0 has a number that is not finite",
    ),
    "deep JSON in index.json": ("index.json", b"[" * 200_000, "index.json is broken"),
    "a pointer of Git": (TAG_FACTORS, b"version https://git-lfs.github.com/spec/v1\n", "lfs pull"),
    "not Parquet": ("tags.parquet", b"PAR1", "is broken"),
    "counts of other tags": ("tags.parquet", _parquet({"tag": ["x"], "freq": [1]}), "other tags"),
    "many times a long tag": ("tags.parquet", _repeated("x" * 1_000_000, 2**10), "other tags"),
    "a long tag for each": ("tags.parquet", _repeated("x" * 1_000_000, 8), "other tags"),
    "lists of tags": ("tags.parquet", _parquet({"tag": [["x"]], "freq": [1]}), "other tags"),
    "counts that are texts": (
        "tags.parquet",
        _parquet({"tag": NAMES, "freq": ["many"] * 8}),
        "other tags",
    ),
    "counts not sorted": (
        "tags.parquet",
        _parquet({"tag": NAMES, "freq": COUNTS[::-1]}),
        "in the order of freq",
    ),
    "a count missing": (
        "tags.parquet",
        _parquet({"tag": NAMES, "freq": [*COUNTS[:-1], None]}),
        "in the order of freq",
    ),
}


@pytest.mark.parametrize(("name", "content", "reason"), DAMAGES.values(), ids=DAMAGES)
def test_an_error_names_the_broken_file(
    folder: Path, name: str, content: bytes, reason: str
) -> None:
    (folder / name).write_bytes(content)
    said = refusal(folder)
    assert name in said
    assert reason in said


@pytest.mark.parametrize(
    "name",
    [
        "tags.txt.gz",
        "tags_categories.bin.gz",
        "tag2idx.json.gz",
        "implications.json.gz",
        "implications_rej.json.gz",
    ],
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{folder / name} is missing" in refusal(folder)


def test_an_error_names_the_folder_that_is_probably_meant(folder: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    folder.rename(checkout / "data")
    assert f"but {checkout / 'data'} has; use that" in refusal(checkout)
    export = tmp_path / "export"
    write_export(export, Export(posts=[post(1, "fox")]))
    assert f"run: e6duck build {export}" in refusal(export)
    (tmp_path / "empty").mkdir()
    empty = refusal(tmp_path / "empty")
    assert "empty contains no index files (tags.txt.gz and others): name a published set" in empty
    assert "is not a folder of index files" in refusal(tmp_path / "nowhere")
    assert "is not a folder of index files" in refusal(checkout / "data" / "tags.txt.gz")


def test_names_of_two_builds_are_refused(folder: Path) -> None:
    names = [f"tag_{number}" for number in range(40)]
    (folder / "tags.txt.gz").write_bytes(_lines(names))
    (folder / "tags_categories.bin.gz").write_bytes(gzip.compress(bytes(40)))
    spellings = {name: 39 - tag_id for tag_id, name in enumerate(names)}
    (folder / "tag2idx.json.gz").write_bytes(_gzip_json(spellings))
    assert "tag2idx.json.gz maps 40 of 40 names in tags.txt.gz to other tags" in refusal(folder)


@pytest.mark.parametrize("name", ["tag2idx.json.gz", "tags.parquet", TAG_FACTORS])
def test_a_file_of_another_build_is_refused(folder: Path, name: str) -> None:
    write_counts(folder)
    (folder / TAG_FACTORS).write_bytes(_factors(8, 2))
    write_manifest(folder)
    assert published(folder).build_id == "0123456789abcdef"
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    assert f"{folder / name} is not from the build that index.json" in refusal(folder)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda columns: {"tag": columns["tag"]}, id="no counts"),
        pytest.param(lambda columns: columns | {"freq": pa.nulls(8, pa.uint32())}, id="all empty"),
    ],
)
def test_tags_parquet_without_counts_leaves_posts_unknown(
    folder: Path, damage: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    (folder / "tags.parquet").write_bytes(_parquet(damage({"tag": NAMES, "freq": COUNTS})))
    assert published(folder).counts.null_count == len(NAMES)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_vectors_are_converted_to_float32(folder: Path, kind: str) -> None:
    (folder / TAG_FACTORS).write_bytes(_factors(3, 2, kind=kind))
    found = published(folder).vectors
    assert found is not None
    assert found.dtype == np.float32
    assert found.tolist() == [[1, 1]] * 3


def test_the_nameless_tag_of_e6db_keeps_its_id(folder: Path) -> None:
    """Two spaces between tags gave one to e6db."""
    (folder / "tags.txt.gz").write_bytes(_lines([*NAMES[:3], "", *NAMES[4:]]))
    assert command("import", folder).code == 0
    assert published(folder).names[3] == ""


def test_a_file_larger_than_its_content_can_be_is_not_read(folder: Path) -> None:
    for name in ("tag2idx.json.gz", TAG_FACTORS, "tags.parquet"):
        path = folder / name
        before = path.read_bytes() if path.exists() else None
        with path.open("wb") as file:
            file.truncate(1 << 40)  # takes no place on the disk
        assert f"{path} is broken (its 1,099,511,627,776 bytes are more than" in refusal(folder)
        path.unlink()
        if before is not None:
            path.write_bytes(before)


def test_a_device_is_no_index_file(folder: Path) -> None:
    (folder / "tags.txt.gz").unlink()
    (folder / "tags.txt.gz").symlink_to("/dev/zero")
    assert f"{folder / 'tags.txt.gz'} is not a file" in refusal(folder)
