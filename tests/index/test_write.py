"""Index files from a finished database."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from e6duck.index.write import INDEX, NAMES
from tests.support.terminal import command


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def exported(*args: object) -> str:
    """Run an export that succeeds, and return its messages."""
    ran = command("export", *args)
    assert (ran.code, ran.out) == (0, "")
    return ran.err


def test_index_files_are_those_of_the_build(sample: Path, tmp_path: Path) -> None:
    exported(tmp_path / "new" / "folder", "--db", sample)
    found = content(tmp_path / "new" / "folder")
    assert found.keys() == {*NAMES, INDEX}
    assert found == {name: (sample / name).read_bytes() for name in found}


def test_index_files_replace_all_older_ones(zoo: Path, sample: Path, tmp_path: Path) -> None:
    exported(tmp_path, "--db", zoo)
    exported(tmp_path, "--db", sample)
    assert content(tmp_path) == {name: (sample / name).read_bytes() for name in (*NAMES, INDEX)}


def test_a_named_file_joins_those_of_its_build(zoo: Path, tmp_path: Path) -> None:
    exported(tmp_path, "--db", zoo, "--only", "tags.txt.gz", "--only", "tags.parquet")
    assert content(tmp_path).keys() == {INDEX, "tags.txt.gz", "tags.parquet"}
    exported(tmp_path, "--db", zoo, "--only", "posts.parquet")
    index = json.loads((tmp_path / INDEX).read_text())
    assert index["files"].keys() == {"posts.parquet", "tags.parquet", "tags.txt.gz"}
    assert index["build_id"] == json.loads((zoo / INDEX).read_text())["build_id"]
    exported(tmp_path, "--db", zoo, *(arg for name in NAMES for arg in ("--only", name)))
    assert content(tmp_path) == {name: (zoo / name).read_bytes() for name in (*NAMES, INDEX)}


def test_a_named_file_does_not_join_those_of_another_build(
    zoo: Path, sample: Path, tmp_path: Path
) -> None:
    exported(tmp_path, "--db", sample)
    before = content(tmp_path)
    ran = command("export", tmp_path, "--db", zoo, "--only", "tags.txt.gz")
    assert ran.code == 2
    assert ran.err == (f"e6duck: {tmp_path} has index files from another build; export all files\n")
    assert content(tmp_path) == before


def test_parquet_files_have_the_id_of_their_build(zoo: Path, tmp_path: Path) -> None:
    exported(tmp_path, "--db", zoo)
    build_id = json.loads((tmp_path / INDEX).read_text())["build_id"]
    for path in tmp_path.glob("*.parquet"):
        assert pq.read_schema(path).metadata[b"e6duck_build"] == build_id.encode()
