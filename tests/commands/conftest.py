"""What the tests of several commands work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def zoo_folder(zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the zoo, its database and its index files; the current folder."""
    shutil.copytree(zoo.parent, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("E6DUCK_DB", raising=False)
    return tmp_path
