"""What several test files build once: the sample that is shipped, and the real export's folder."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from e6duck.builder.build import build
from tests.support.caption_database import build_caption_database
from tests.support.zoo import build_zoo

CHECKOUT = Path(__file__).resolve().parents[1]


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


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the zoo, beside its export and its index files; not to be changed."""
    return build_zoo(tmp_path_factory.mktemp("zoo"))


@pytest.fixture(scope="session")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the foxes, for captions; not to be changed."""
    return build_caption_database(tmp_path_factory.mktemp("captions"))
