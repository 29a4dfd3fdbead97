"""A database in a folder of its own, with files of a user beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e6duck.builder.build import build
from tests.index.test_publish import NEW
from tests.support.exports import write_export
from tests.support.zoo import build_zoo


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("database")
    write_export(folder, NEW)
    build(folder)
    return folder


@pytest.fixture
def data(built_once: Path, tmp_path: Path) -> Path:
    """A folder with a database, and files that a user has there."""
    folder = shutil.copytree(built_once, tmp_path / "data")
    (folder / "mine.csv").write_text("name,note\nred_fox,red\n")
    (folder / "mine.json").write_text('[{"name": "red_fox"}]')
    pq.write_table(pa.table({"name": ["red_fox"]}), folder / "mine.parquet")
    return folder


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_zoo(tmp_path_factory.mktemp("zoo"))
