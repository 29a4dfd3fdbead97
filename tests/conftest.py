"""What several test files build once: the sample that is shipped, and the real export's folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from e6duck.builder.build import build

# What `pytest -m quick` runs: modules that start few processes and build few databases.
QUICK = {
    "als",
    "bars",
    "bins",
    "cleaning",
    "compat",
    "figures",
    "labels",
    "macros",
    "maps",
    "matrix",
    "projector",
    "recipes",
    "scoring",
    "searching",
    "source",
    "spectral",
    "spelling",
}
# What `pytest -m trains` runs: whole modules, and these tests of others.
TRAINS = {"als", "spectral", "scoring"}
TRAINS_TOO = {
    "test_a_vector_has_as_many_numbers_as_asked_for",
    "test_post_factors_name_the_post_of_each_row",
    "test_threads_do_not_change_the_bytes",
    "test_vectors_of_one_colour_are_nearest",
}
SLOW = {"test_cosines_are_those_of_another_kernel"}  # not among the quick

TESTS = Path(__file__).resolve().parent
CHECKOUT = TESTS.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick tests, and those that depend on the kernel of BLAS."""
    lost = [name for name in QUICK | TRAINS if not (TESTS / f"test_{name}.py").exists()]
    assert not lost, f"tests/conftest.py names modules that are gone: {lost}"
    for item in items:
        module, name = item.path.stem.removeprefix("test_"), item.name.partition("[")[0]
        if module in QUICK and name not in SLOW:
            item.add_marker("quick")
        if (module in TRAINS and name not in SLOW) or name in TRAINS_TOO:
            item.add_marker("trains")


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
