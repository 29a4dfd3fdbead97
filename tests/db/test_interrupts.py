"""Ctrl-C while DuckDB works: always a KeyboardInterrupt, and the files are as they were."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.builder.from_index import import_index
from e6duck.db.interrupts import files_state
from e6duck.errors import Interruption
from tests.promises.test_kill import NEW, OLD
from tests.support.exports import write_export
from tests.support.folders import content

ENDLESS = "select count(*) from range(1000000000000) where hash(range) = 3"
Site = tuple[str, int]  # a file of the package and the line that gives DuckDB a statement


class Struck:
    """A connection that gets Ctrl-C in an endless query, in the place of one of its statements."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, at: Callable[[Site], bool]) -> None:
        self._connection = connection
        self._at = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> Struck:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def cursor(self) -> Struck:
        return Struck(self._connection.cursor(), self._at)

    def execute(self, *args: Any) -> Any:
        self._strike()
        return self._connection.execute(*args)

    def sql(self, *args: Any) -> Any:
        self._strike()
        return self._connection.sql(*args)

    def _strike(self) -> None:
        frame = sys._getframe(2)
        if self._at((Path(frame.f_code.co_filename).name, frame.f_lineno)):
            threading.Timer(0.02, self._press).start()
            self._connection.execute(ENDLESS)

    def _press(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        self._connection.interrupt()  # as DuckDB does of itself, but only between two tasks


@pytest.fixture
def strike(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Site], bool]], None]:
    """What makes all connections opened from now on struck ones."""
    connect = duckdb.connect

    def set_strike(at: Callable[[Site], bool]) -> None:
        monkeypatch.setattr(duckdb, "connect", lambda **options: Struck(connect(**options), at))

    return set_strike


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new export beside the database of an old one, in which the user has a table."""
    folder = tmp_path_factory.mktemp("interrupts")
    write_export(folder, OLD)
    build(folder)
    with duckdb.connect(str(folder / "e6.duckdb")) as connection:
        connection.execute("create table mine as select 42 as answer")
    write_export(folder, NEW)
    yield folder


def once(struck: Site) -> Callable[[Site], bool]:
    """What is true of a site the first time: several threads may come there."""
    left = [struck]
    lock = threading.Lock()

    def is_struck(site: Site) -> bool:
        with lock:
            return site in left and left.pop() == site

    return is_struck


def sites_of(work: Callable[[], object], strike: Callable[[Any], None]) -> list[Site]:
    seen: dict[Site, None] = {}
    strike(lambda site: seen.setdefault(site))
    work()
    return list(seen)


def test_ctrl_c_in_any_statement_of_a_build_leaves_all_as_it_was(
    old: Path, tmp_path: Path, strike: Callable[[Any], None]
) -> None:
    again = shutil.copytree(old, tmp_path / "again")
    sites = sites_of(lambda: build(again), strike)
    names = {name for name, _ in sites}
    assert {"connection.py", "pipeline.py", "write.py"} <= names
    before = content(old)
    for struck in sites:
        strike(once(struck))
        with pytest.raises(Interruption) as raised:
            build(old)
        unchanged = "the old database and index files are unchanged"
        assert (struck, str(raised.value)) == (struck, unchanged)
        assert content(old) == before, struck


def test_ctrl_c_in_any_statement_of_an_import_leaves_all_as_it_was(
    old: Path, tmp_path: Path, strike: Callable[[Any], None]
) -> None:
    target = tmp_path / "tags.duckdb"
    sites = sites_of(lambda: import_index(old, target), strike)
    assert {"connection.py", "from_index.py", "pipeline.py"} <= {name for name, _ in sites}
    target.unlink()
    for struck in sites:
        strike(once(struck))
        with pytest.raises(Interruption) as raised:
            import_index(old, target)
        assert (struck, str(raised.value)) == (struck, "nothing was written")
        assert (struck, list(tmp_path.iterdir())) == (struck, [])


def test_an_interrupt_says_which_files_are_there(tmp_path: Path) -> None:
    database, index = tmp_path / "e6.duckdb", tmp_path / "out" / "index.json"
    index.parent.mkdir()
    told = files_state(database, index)
    assert told() == "nothing was written"
    database.write_text("old")
    index.write_text("old")
    told = files_state(database, index)
    assert told() == "the old database and index files are unchanged"
    replaced(database)
    assert told() == (
        f"the new database is there; write its index files: e6duck export {index.parent}"
    )
    assert files_state(database, None)() == "the old database is unchanged"
    replaced(index)
    assert told() == "the new database and index files are there"


def replaced(path: Path) -> None:
    draft = path.with_name("draft")
    draft.write_text("new")
    draft.replace(path)
