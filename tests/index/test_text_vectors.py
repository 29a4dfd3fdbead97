"""Vectors as text, for the TensorFlow projector and for gensim."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from e6duck.builder.build import build
from tests.support.exports import post, tag, write_export
from tests.support.reference import Export
from tests.support.terminal import command
from tests.support.vectors import write_vectors

NAMES = ["fox", '"quoted"_x', "лиса", "wide\u3000space", "🦊"]
VECTORS = {name: [number / 3, -1e-20, 2.0**number] for number, name in enumerate(NAMES)}
UNUSABLE = {"zero": [0.0, 0.0, 0.0], "odd": [math.nan, 1.0, 1.0]}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vectors")
    names = " ".join([*NAMES, *UNUSABLE, "without"])
    posts = [post(number, names) for number in range(3)]
    write_export(folder, Export(posts=posts, tags=[tag("fox", 5)]))
    path = build(folder, write_index=False).database
    write_vectors(path, VECTORS | UNUSABLE)
    return path


def exported(database: Path, *args: object) -> str:
    ran = command("export", "--db", database, *args)
    assert (ran.code, ran.out) == (0, "")
    return ran.err


def numbers(text: str, separator: str) -> list[float]:
    return [float(number) for number in text.split(separator)]


def test_projector_files_have_vectors_and_metadata(database: Path, tmp_path: Path) -> None:
    out = tmp_path / "new"
    said = exported(database, out, "--projector")
    assert said == f"5 vectors in {out / 'tag_vectors.tsv'}, with tag_metadata.tsv\n"
    assert sorted(path.name for path in out.iterdir()) == ["tag_metadata.tsv", "tag_vectors.tsv"]
    header, *lines = (out / "tag_metadata.tsv").read_text("utf-8").removesuffix("\n").split("\n")
    assert header == "tag\tcategory\tposts"
    fields = [line.split("\t") for line in lines]
    # All have the same number of posts, so the order is by name. A wide space separates fields.
    expected = sorted(NAMES, key=str.encode)
    assert [name for name, _, _ in fields] == [name.replace("\u3000", "_") for name in expected]
    assert ["fox", "species", "3"] in fields
    rows = (out / "tag_vectors.tsv").read_text("utf-8").splitlines()
    for name, row in zip(expected, rows, strict=True):
        assert numbers(row, "\t") == pytest.approx(VECTORS[name])


def test_word2vec_begins_with_the_size(database: Path, tmp_path: Path) -> None:
    assert exported(database, tmp_path, "--word2vec") == (
        f"5 vectors in {tmp_path / 'tag_vectors.txt'}\n"
    )
    size, *lines = (tmp_path / "tag_vectors.txt").read_text("utf-8").removesuffix("\n").split("\n")
    assert size == "5 3"
    found = {line.split(" ")[0]: numbers(line.partition(" ")[2], " ") for line in lines}
    assert found["fox"] == pytest.approx(VECTORS["fox"])
    assert len(found) == 5


def test_vectors_are_exported_with_index_files_only_if_these_are_named(
    database: Path, tmp_path: Path
) -> None:
    exported(database, tmp_path, "--projector", "--word2vec", "--only", "tags.txt.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("index.json", "tag_metadata.tsv", "tag_vectors.tsv", "tag_vectors.txt", "tags.txt.gz"),
    ]


@pytest.mark.parametrize("option", ["--projector", "--word2vec"])
def test_vectors_need_a_folder_and_a_training(database: Path, tmp_path: Path, option: str) -> None:
    ran = command("export", "--db", database, option)
    assert ran.code == 2
    assert ran.err == "e6duck: --projector and --word2vec need OUT_DIR, the folder to write into\n"
    write_export(tmp_path, Export(posts=[post(1, "fox"), post(2, "fox")]))
    untrained = build(tmp_path, write_index=False).database
    ran = command("export", "--db", untrained, tmp_path / "out", option)
    assert (ran.code, ran.err) == (1, f"e6duck: {untrained} has no vectors; run: e6duck train\n")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_an_error(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("")
    ran = command("export", "--db", database, tmp_path / "file.txt", "--projector")
    assert ran.code == 1
    assert "file.txt" in ran.err
    assert ran.err.count("\n") == 1
