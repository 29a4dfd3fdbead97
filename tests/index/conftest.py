"""A small database that several test files read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.zoo import build_zoo


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database and its index files; tests must not change it."""
    return build_zoo(tmp_path_factory.mktemp("zoo")).parent
