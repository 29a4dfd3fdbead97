"""What several test files build once: the sample that is shipped, and the real export's folder."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from e6duck.builder.build import build

# What `pytest -m quick` runs: modules that start few processes and build few databases.
QUICK = {
    *("builder/test_audit", "builder/test_macros", "captions/test_cleaner"),
    *("charts/test_labels", "charts/test_tag_map", "commands/test_progress"),
    *("compat/test_compat", "db/test_catalog", "index/test_matrix", "index/test_tables"),
    *("tags/test_bins", "tags/test_lookup", "tags/test_profile", "tags/test_search"),
    *("trainer/test_als", "trainer/test_recipe", "trainer/test_score"),
    *("test_api", "test_files"),
}
# What `pytest -m trains` runs: whole modules, and these tests of others.
TRAINS = {"trainer/test_als", "trainer/test_ppmi", "trainer/test_score"}
TRAINS_TOO = {
    "test_a_vector_has_as_many_numbers_as_asked_for",
    "test_post_factors_name_the_post_of_each_row",
    "test_threads_do_not_change_the_bytes",
    "test_vectors_of_one_colour_are_nearest",
}
LONG = {"test_cosines_are_those_of_another_kernel"}  # not among the quick

TESTS = Path(__file__).resolve().parent
CHECKOUT = TESTS.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick tests, and those that depend on the kernel of BLAS."""
    missing = [name for name in QUICK | TRAINS if not (TESTS / f"{name}.py").exists()]
    assert not missing, f"tests/conftest.py names modules that do not exist: {missing}"
    for item in items:
        module = item.path.relative_to(TESTS).with_suffix("").as_posix()
        name = item.name.partition("[")[0]
        if module in QUICK and name not in LONG:
            item.add_marker("quick")
        if (module in TRAINS and name not in LONG) or name in TRAINS_TOO:
            item.add_marker("trains")


def pytest_configure() -> None:
    """Let Ctrl-C be heard where it is ignored, as by what a script starts in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
