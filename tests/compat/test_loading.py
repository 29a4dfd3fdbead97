"""Load a folder of index files, and refuse sets that are mixed or broken."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from e6duck.compat.loading import load_implications, load_tags
from e6duck.compat.normalizers import (
    TagNormalizer,
    TagSetNormalizer,
    tag_category2id,
)
from e6duck.errors import IndexFilesError
from e6duck.index import read
from tests.support.index_set import (
    FOX,
    IMPLICATIONS,
    NAMES,
    RARE,
)


@pytest.mark.parametrize("kind", ["e6db_set", "our_set"])
def test_a_set_loads_with_ids_as_ranks(kind: str, request: pytest.FixtureRequest) -> None:
    tag2idx, idx2tag, categories = load_tags(request.getfixturevalue(kind))
    assert tag2idx["foxes"] == tag2idx["fox"] == FOX
    assert idx2tag == NAMES
    assert categories == bytes([5, 5, 5, 5, 0, 5, 1, 0])


def test_a_folder_can_be_a_string(e6db_set: Path) -> None:
    assert load_tags(str(e6db_set))[1] == TagNormalizer(str(e6db_set)).idx2tag


def test_as_numpy_gives_arrays_that_index_arrays(e6db_set: Path) -> None:
    tag2idx, idx2tag, categories = load_tags(e6db_set, as_numpy=True)
    assert isinstance(tag2idx, dict)
    assert (idx2tag.dtype.kind, categories.dtype.name) == ("U", "uint8")
    assert idx2tag[categories == tag_category2id["artist"]].tolist() == ["tod_(artist)"]


def test_implied_ids_are_keyed_by_number_and_rare_ones_by_name(our_set: Path) -> None:
    assert load_implications(our_set) == (IMPLICATIONS, RARE)


def test_a_file_of_another_build_is_refused(our_set: Path) -> None:
    names = "".join(f"{name}\n" for name in reversed(NAMES)).encode()
    (our_set / "tags.txt.gz").write_bytes(gzip.compress(names))
    with pytest.raises(IndexFilesError, match=r"tags\.txt\.gz.*export` again.*remove index\.json"):
        load_tags(our_set)
    load_implications(our_set)  # reads other files
    (our_set / "index.json").unlink()
    assert load_tags(our_set)[1] == NAMES[::-1]


def test_a_file_that_the_index_does_not_list_is_refused(our_set: Path) -> None:
    manifest = json.loads((our_set / "index.json").read_text())
    del manifest["files"]["implications_rej.json.gz"]
    (our_set / "index.json").write_text(json.dumps(manifest))
    with pytest.raises(IndexFilesError, match="implications_rej"):
        TagSetNormalizer(our_set)


def test_a_set_that_is_published_while_it_is_read_is_read_again(
    our_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = read._read_manifest
    outdated = [replace(look_up(our_set / "index.json"), digests=(("tags.txt.gz", "0" * 64),))]

    def listed(manifest: Path) -> Any:
        return outdated.pop() if outdated else look_up(manifest)

    monkeypatch.setattr(read, "_read_manifest", listed)
    assert load_tags(our_set)[1] == NAMES


def test_an_interrupted_publication_is_finished_before_reading(e6db_set: Path) -> None:
    """The journal and the draft are what a process leaves that is killed between two renames."""
    draft = e6db_set / "tags.txt.gz.building-1-00000000"
    draft.write_bytes(gzip.compress("".join(f"new_{name}\n" for name in NAMES).encode()))
    done = ["tags_categories.bin.gz.building-1-00000000", "tags_categories.bin.gz"]
    journal = [done, [draft.name, "tags.txt.gz"]]
    (e6db_set / ".e6duck-publish.json").write_text(json.dumps(journal))
    assert load_tags(e6db_set)[1][FOX] == "new_fox"


@pytest.mark.parametrize(
    "name",
    ["tags.txt.gz", "tags_categories.bin.gz", "tag2idx.json.gz", "implications.json.gz"],
)
def test_an_error_names_the_missing_file_and_the_command_that_writes_it(
    e6db_set: Path, name: str
) -> None:
    (e6db_set / name).unlink()
    with pytest.raises(IndexFilesError) as caught:
        TagSetNormalizer(e6db_set)
    assert name in str(caught.value) and "e6duck export" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexFilesError, match="nowhere"):
        load_tags(tmp_path / "nowhere")


def flip_last_byte(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-9], id="truncated"),
        pytest.param(flip_last_byte, id="flipped byte"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"<html>not found</html>", id="error page"),
        pytest.param(lambda _: gzip.compress(b'"\xff'), id="bad UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["tags.txt.gz", "tag2idx.json.gz", "implications_rej.json.gz"])
def test_a_broken_file_is_named_in_one_line(
    e6db_set: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    path = e6db_set / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IndexFilesError, match=name) as caught:
        TagSetNormalizer(e6db_set)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("tags_categories.bin.gz", bytes(7), id="fewer categories than tags"),
        pytest.param("tag2idx.json.gz", b'{"fox": 8}', id="a name of an unknown tag"),
        pytest.param("tag2idx.json.gz", b'{"fox": "3"}', id="an id as text"),
        pytest.param("implications.json.gz", b'{"3": [8]}', id="an unknown implied id"),
        pytest.param("implications.json.gz", b'{"fox": [1]}', id="a name in place of an id"),
        pytest.param("implications_rej.json.gz", b'{"null_fox": 1}', id="not a list"),
        pytest.param("implications_rej.json.gz", b"[]", id="not an object"),
    ],
)
def test_files_that_do_not_fit_together_are_refused_even_without_index_json(
    e6db_set: Path, name: str, content: bytes
) -> None:
    (e6db_set / name).write_bytes(gzip.compress(content))
    with pytest.raises(IndexFilesError, match=name):
        TagSetNormalizer(e6db_set)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is broken"),
        ("[]", "is broken"),
        ('{"format": 1, "files": []}', "is broken"),
        ('{"format": 2}', "format 2"),
    ],
)
def test_a_broken_or_newer_index_json_is_an_error(our_set: Path, text: str, message: str) -> None:
    (our_set / "index.json").write_text(text)
    with pytest.raises(IndexFilesError, match=message):
        load_tags(our_set)
