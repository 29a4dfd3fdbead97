"""What several test files build once: the sample that is shipped, and the real export's folder."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from e6duck.builder.build import build
from tests.support.caption_database import build_caption_database
from tests.support.zoo import build_zoo

# What `pytest -m quick` runs: modules that start few processes and build few databases.
QUICK = {
    *("builder/test_audit", "builder/test_macros", "builder/posts/test_tokens"),
    "captions/test_cleaner",
    *("charts/test_labels", "charts/test_tag_map", "commands/test_progress"),
    *("compat/test_compat", "db/test_catalog", "index/test_matrix", "index/test_tables"),
    *("tags/test_bins", "tags/test_lookup", "tags/test_profile", "tags/test_search"),
    *("trainer/test_als", "trainer/test_model", "trainer/test_recipe", "trainer/test_score"),
    *("test_api", "test_files"),
}
# What `pytest -m trains` runs: whole modules, and these tests of others.
TRAINS = {"trainer/test_als", "trainer/test_model", "trainer/test_ppmi", "trainer/test_score"}
TRAINS_TOO = {
    "test_factors_are_the_size_of_a_vector",
    "test_neighbors_are_those_of_the_build",
    "test_post_factors_have_the_post_of_each_row",
    "test_tags_of_one_color_are_nearest",
    "test_threads_do_not_change_the_bytes",
}
# What `pytest -m "not once"` leaves out, folders, modules and tests: browsers, shells, kills,
# documents, the tests of what tests use, and the longest. If a version of a dependency breaks one
# of them, it breaks others, too.
ONCE = {
    *("docs", "promises", "support", "synth"),
    *("builder/test_rejects", "captions/test_cleaner", "captions/test_report"),
    *("charts/test_map_page", "charts/test_stats_page", "commands/test_completion"),
    *("commands/test_limited_query", "commands/test_main", "commands/test_normalize"),
    *("commands/test_shell", "index/test_publish", "trainer/test_train"),
    "test_a_column_keeps_its_type_and_its_nulls",  # pyarrow 16 does not cast to string_view
    "test_a_kill_leaves_the_old_or_the_new_vectors",
    "test_any_export_becomes_what_the_reference_says",
    "test_any_set_gives_what_plain_python_derives",
    "test_ctrl_c_in_any_statement_of_a_build_leaves_all_as_it_was",
    "test_engine_and_reference_agree",
    "test_parts_are_what_the_whole_is_or_uncertain",
    "test_siblings_are_near_in_the_real_export",
    "test_ten_million_rows_take_little_memory",
    "test_ten_thousand_rows_are_the_same_in_parts_of_any_size",
    "test_the_datasets_library_maps_it_in_processes",  # it is not installed there
}
LONG = {"test_cosines_are_the_same_with_each_kernel"}  # not among the quick

TESTS = Path(__file__).resolve().parent
CHECKOUT = TESTS.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick tests, those that depend on the kernel of BLAS, and those to run once."""
    missing = [name for name in QUICK | TRAINS if not (TESTS / f"{name}.py").exists()]
    assert not missing, f"tests/conftest.py names modules that do not exist: {missing}"
    for item in items:
        module = item.path.relative_to(TESTS).with_suffix("").as_posix()
        name = item.name.partition("[")[0]
        if module in QUICK and name not in LONG:
            item.add_marker("quick")
        if (module in TRAINS and name not in LONG) or name in TRAINS_TOO:
            item.add_marker("trains")
        if ONCE & {module, module.partition("/")[0], name}:
            item.add_marker("once")


def pytest_configure() -> None:
    """Let signals be heard where they are ignored, as by what a script starts in the background."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    if hasattr(signal, "SIGHUP"):
        usual[signal.SIGHUP] = signal.SIG_DFL  # nohup ignores it
    for number, handler in usual.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


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


@pytest.fixture
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to one thread, as a training does: more are slow on small matrices."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
