"""What several test files build once: the sample that is shipped, and the real export's folder."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from e6duck.builder.build import build

TESTS = Path(__file__).resolve().parent
CHECKOUT = TESTS.parent

# What `pytest -m quick` runs: a file or more of each package, about a minute in all.
QUICK = (
    "builder/test_audit.py",
    "builder/test_macros.py",
    "captions/test_cleaner.py",
    "charts/test_bins.py",
    "charts/test_tag_map.py",
    "db/test_catalog.py",
    "db/test_query.py",
    "index/test_matrix.py",
    "index/test_tables.py",
    "tags/test_lookup.py",
    "tags/test_profile.py",
    "tags/test_search.py",
    "trainer/test_recipe.py",
    "trainer/test_score.py",
    "test_api.py",
    "test_files.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the quick files."""
    quick = {TESTS / name for name in QUICK}
    for item in items:
        if item.path in quick:
            item.add_marker("quick")


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
