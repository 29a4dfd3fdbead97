"""Folders with index files, and the normalizers made from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from e6duck.compat import TagNormalizer, TagSetNormalizer, loading
from tests.support.index_set import write_counts, write_e6db_set, write_manifest


@pytest.fixture(autouse=True)
def nothing_loaded_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test like a new process, which has not loaded a folder yet."""
    monkeypatch.setattr(loading, "_last_set", None)


@pytest.fixture
def e6db_set(tmp_path: Path) -> Path:
    return write_e6db_set(tmp_path / "e6db")


@pytest.fixture
def our_set(tmp_path: Path) -> Path:
    folder = write_e6db_set(tmp_path / "ours")
    write_counts(folder)
    write_manifest(folder)
    return folder


@pytest.fixture
def tags(e6db_set: Path) -> TagNormalizer:
    return TagNormalizer(e6db_set)


@pytest.fixture
def tag_sets(e6db_set: Path) -> TagSetNormalizer:
    return TagSetNormalizer(e6db_set)
