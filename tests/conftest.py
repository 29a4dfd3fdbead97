"""What several test files build once: the sample that is shipped, and the real export's folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from e6duck.building import build

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the export of data/, its database and its index files; not to be changed."""
    folder = tmp_path_factory.mktemp("sample")
    for path in (CHECKOUT / "data").glob("*.csv.gz"):
        shutil.copy(path, folder)
    build(folder)
    return folder


@pytest.fixture(scope="session")
def shared_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real export, which stands beside the project or not at all."""
    source = CHECKOUT.parent / "shared" / "data" / "sfw"
    if not source.is_dir():
        pytest.skip("../shared/data/sfw is missing")
    folder = tmp_path_factory.mktemp("shared")
    for path in source.glob("*.csv.gz"):
        shutil.copyfile(path, folder / path.name)
    return folder


@pytest.fixture
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread, as a training does: more are slow on small matrices."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
