"""What happens to the old database of a folder: it is replaced, kept, or refused and unchanged."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from e6duck.builder.build import BuildResult, build
from e6duck.db.connection import SCHEMA_VERSION, open_reading
from e6duck.errors import DatabaseError, E6DuckError
from e6duck.files import draft_path
from e6duck.index.publish import publish
from e6duck.index.write import Exported
from tests.support.exports import alias, implication, post, tag, write_export
from tests.support.folders import LOCK, content, names
from tests.support.reference import Export

OLD = Export(
    posts=[post(number, "wolf tree") for number in range(1, 4)],
    tags=[tag("wolf", 5), tag("tree")],
    tag_aliases=[alias("trees", "tree")],
    tag_implications=[],
)
NEW = Export(
    posts=[*(post(number, "red_fox tree") for number in range(1, 6)), post(6, "fox canine")],
    tags=[tag("red_fox", 5), tag("fox", 5), tag("canine", 5), tag("tree")],
    tag_aliases=[alias("vixen", "fox")],
    tag_implications=[implication("red_fox", "fox"), implication("fox", "canine")],
)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    write_export(folder, OLD)
    build(folder)
    write_export(folder, NEW)
    return folder


@pytest.fixture
def data(built_once: Path, tmp_path: Path) -> Path:
    """A folder with a new export, and the database and index files of an old one."""
    return shutil.copytree(built_once, tmp_path / "data")


def change(database: Path, *statements: str) -> None:
    """Run statements on a database, as a user does in a shell."""
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)


def tag_names(database: Path) -> set[str]:
    connection = open_reading(database)
    try:
        return {name for (name,) in connection.execute("select name from tags").fetchall()}
    finally:
        connection.close()


@contextmanager
def shell(database: Path, *statements: str, read_only: bool = False) -> Iterator[Any]:
    """Start a process that runs statements and keeps the file open; it is killed at the end.

    Gives a function that runs one more statement there and returns its result as a line.
    """
    program = (
        "import sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1], read_only=bool(int(sys.argv[2])))\n"
        "print('open', flush=True)\n"
        "for line in sys.stdin:\n"
        "    print(connection.execute(line).fetchall(), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(database), str(int(read_only))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin and process.stdout

        def run(statement: str) -> str:
            assert process.stdin and process.stdout
            process.stdin.write(statement + "\n")
            return process.stdout.readline().strip()

        assert process.stdout.readline() == "open\n"
        for statement in statements:
            assert run(statement).startswith("[")
        try:
            yield run
        finally:
            process.kill()


def refused(data: Path, message: str, error: type[E6DuckError] = DatabaseError) -> None:
    """Assert that a build fails with a one-line message, and changes nothing."""
    before = content(data)
    with pytest.raises(error, match=message) as caught:
        build(data)
    assert "\n" not in str(caught.value)
    assert content(data) == before


# Other programs with the database open


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param((), id="idle"),
        pytest.param(("create table mine as select 1 as a",), id="with a WAL"),
        pytest.param(("begin", "create table mine as select 1 as a"), id="in a transaction"),
    ],
)
def test_a_writing_shell_stops_a_build_and_loses_nothing(
    data: Path, statements: tuple[str, ...]
) -> None:
    with shell(data / "e6.duckdb", *statements) as run:
        refused(data, r"e6\.duckdb is in use by another program")
        with pytest.raises(DatabaseError, match="is in use by another program"):
            open_reading(data / "e6.duckdb")
        assert run("select count(*) from tags") == "[(3,)]"
    build(data)
    assert "red_fox" in tag_names(data / "e6.duckdb")


def test_a_writer_in_the_same_program_stops_a_build(data: Path) -> None:
    with duckdb.connect(str(data / "e6.duckdb")) as connection:
        connection.execute("create table mine as select 1 as a")
        refused(data, "is in use by another connection of this program")
        assert connection.execute("from mine").fetchall() == [(1,)]


def test_readers_do_not_stop_a_build_and_keep_what_they_read(data: Path) -> None:
    database = data / "e6.duckdb"
    here = open_reading(database)
    query = "select max(post_count) from tags"
    with shell(database, read_only=True) as run:
        build(data)
        assert run(query) == "[(3,)]"
    assert here.execute(query).fetchall() == [(3,)]
    here.close()
    again = open_reading(database)
    assert again.execute(query).fetchall() == [(6,)]
    again.close()


class _At:
    """A progress callback that calls a function once, when a stage begins."""

    def __init__(self, stage: str, deed: Callable[[], object]) -> None:
        self.stage: str | None = stage
        self.deed = deed

    def __call__(self, stage: str, rows: int) -> None:
        if stage == self.stage:
            self.stage = None
            self.deed()


@pytest.mark.parametrize("stage", ["categories", "posts", "checkpoint"])
def test_a_writer_that_starts_during_a_build_stops_the_replacement(data: Path, stage: str) -> None:
    before = content(data)
    shells = []

    def appear() -> None:
        shells.append(shell(data / "e6.duckdb", "begin", "create table mine as select 1 as a"))
        shells[0].__enter__()

    with pytest.raises(DatabaseError, match="is in use by another program"):
        build(data, on_progress=_At(stage, appear))
    shells[0].__exit__(None, None, None)
    assert content(data) == before


def test_what_a_writer_leaves_during_a_build_is_kept(data: Path) -> None:
    database = data / "e6.duckdb"

    def come_and_go() -> None:
        with shell(database, "create table mine as select 7 as a"):
            pass
        assert (data / "e6.duckdb.wal").exists()

    built = build(data, on_progress=_At("posts", come_and_go))
    assert built.kept_old
    with duckdb.connect(str(built.kept_old), read_only=True) as old:
        assert old.execute("from mine").fetchall() == [(7,)]
    assert not (data / "e6.duckdb.wal").exists()
    assert "red_fox" in tag_names(database)


@pytest.mark.parametrize("has_links", [True, False], ids=["linked", "copied"])
def test_no_writer_gets_in_while_the_files_are_replaced(
    data: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    database = data / "e6.duckdb"
    change(database, "create table mine as select 7 as a")
    if not has_links:
        monkeypatch.setattr("os.link", _no_links)
    found: list[str] = []

    def try_to_write() -> None:
        program = "import sys, duckdb; duckdb.connect(sys.argv[1])"
        done = subprocess.run(
            [sys.executable, "-c", program, str(database)], capture_output=True, text=True
        )
        found.append(done.stderr)

    built = build(data, on_progress=_At("publish", try_to_write))
    assert "Could not set lock" in found[0]
    assert built.kept_old
    with duckdb.connect(str(built.kept_old), read_only=True) as old:
        assert old.execute("from mine").fetchall() == [(7,)]
    assert not [name for name in names(data) if ".building-" in name]


@pytest.mark.parametrize("replaces_open_files", [True, False], ids=["POSIX", "Windows"])
@pytest.mark.parametrize("out", ["data", "out"], ids=["one folder", "two folders"])
def test_the_lock_ends_before_the_renames_only_if_open_files_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, replaces_open_files: bool
) -> None:
    monkeypatch.setattr("e6duck.index.publish._REPLACES_OPEN_FILES", replaces_open_files)
    database, listed = tmp_path / "data" / "e6.duckdb", tmp_path / out / "tags.txt.gz"
    drafts = {path: draft_path(path) for path in (database, listed)}
    for path, draft in drafts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text("old")
        draft.write_text("new")
    events: list[str] = []
    with ExitStack() as lock:
        lock.callback(events.append, "unlocked")
        publish(
            database,
            drafts[database],
            Exported({listed: drafts[listed]}, 0),
            listed.parent,
            lock=lock,
            on_progress=lambda stage, rows: events.append(stage),
        )
    renames = ["publish", "publish"]
    assert events == ([*renames, "unlocked"] if replaces_open_files else ["unlocked", *renames])
    assert [path.read_text() for path in drafts] == ["new", "new"]
    assert names(database.parent) == [path.name for path in drafts if path.parent.name == "data"]


def _no_links(*_: object) -> None:
    raise OSError("this file system has no links")


# The WAL of a killed shell


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("create table mine as select 7 as a", id="table"),
        pytest.param("create view mine as select 7 as a", id="view"),
    ],
)
def test_what_a_killed_shell_left_in_the_wal_is_kept(data: Path, statement: str) -> None:
    with shell(data / "e6.duckdb", statement):
        pass
    assert (data / "e6.duckdb.wal").exists()
    built = build(data)
    assert built.user_relations == ("mine",)
    assert built.kept_old == data / "e6.duckdb.old"
    with duckdb.connect(str(built.kept_old), read_only=True) as old:
        assert old.execute("from mine").fetchall() == [(7,)]
        assert old.execute("select count(*) from tags where name = 'wolf'").fetchall() == [(1,)]
    assert not list(data.glob("*.wal"))
    assert "red_fox" in tag_names(data / "e6.duckdb")


def test_a_wal_that_only_changes_tables_of_a_build_is_merged_and_removed(data: Path) -> None:
    with shell(data / "e6.duckdb", "update tags set name = 'wolves' where name = 'wolf'"):
        pass
    built = build(data)
    assert built.kept_old is None
    assert not list(data.glob("*.wal"))
    assert "red_fox" in tag_names(data / "e6.duckdb")


def test_an_empty_wal_is_removed(data: Path) -> None:
    (data / "e6.duckdb.wal").touch()
    build(data)
    assert not list(data.glob("*.wal"))


@pytest.fixture
def foreign_wal(data: Path) -> bytes:
    """A WAL for the old database that was written with a copy of it."""
    aside = data.with_name("aside")
    shutil.copytree(data, aside)
    with shell(aside / "e6.duckdb", "create table mine as select 7 as a"):
        pass
    return (aside / "e6.duckdb.wal").read_bytes()


def test_a_wal_of_another_database_stops_a_build(data: Path, foreign_wal: bytes) -> None:
    build(data)
    (data / "e6.duckdb.wal").write_bytes(foreign_wal)
    refused(data, r"e6\.duckdb\.wal does not belong to .*; move it away")


def test_a_wal_without_its_database_stops_a_build(data: Path, foreign_wal: bytes) -> None:
    (data / "e6.duckdb").unlink()
    (data / "e6.duckdb.wal").write_bytes(foreign_wal)
    refused(data, r"e6\.duckdb\.wal belongs to a database that is gone; move it away")


# What the user made


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param(("create table mine as select 1 as a",), ("mine",), id="table"),
        pytest.param(("create view my_view as select 1 as a",), ("my_view",), id="view"),
        pytest.param(("create macro my_macro() as 1",), ("my_macro",), id="macro"),
        pytest.param(("create macro mine() as table select 1",), ("mine",), id="table macro"),
        pytest.param(("create type mood as enum ('sad')",), ("mood",), id="type"),
        pytest.param(("create sequence serial",), ("serial",), id="sequence"),
        pytest.param(
            ("create schema own", "create table own.tags as select 1 as a"),
            ("own.tags",),
            id="named as ours in another schema",
        ),
        pytest.param(
            ("create table post_row as select 1 as a",),
            ("post_row",),
            id="named as a table that only a build has",
        ),
        pytest.param(
            ("create table b as select 1 as a", "create table a as select 1 as a"),
            ("a", "b"),
            id="several",
        ),
    ],
)
def test_an_old_database_with_relations_of_the_user_is_kept(
    data: Path, statements: tuple[str, ...], found: tuple[str, ...]
) -> None:
    change(data / "e6.duckdb", *statements)
    before = (data / "e6.duckdb").read_bytes()
    built = build(data)
    assert built.user_relations == found
    assert built.kept_old == data / "e6.duckdb.old"
    assert built.kept_old.read_bytes() == before
    assert not {name for name in found if name in _relations(data / "e6.duckdb")}


def _relations(database: Path) -> set[str]:
    connection = open_reading(database)
    try:
        rows = connection.execute("select table_name from duckdb_tables()").fetchall()
        return {name for (name,) in rows}
    finally:
        connection.close()


def test_an_old_database_without_relations_of_the_user_is_not_kept(data: Path) -> None:
    built = build(data)
    assert built.user_relations == ()
    assert built.kept_old is None
    assert not (data / "e6.duckdb.old").exists()


def test_a_kept_database_stays_until_another_is_kept(data: Path) -> None:
    change(data / "e6.duckdb", "create table mine as select 1 as a")
    build(data)
    kept = (data / "e6.duckdb.old").read_bytes()
    assert build(data).kept_old is None
    assert (data / "e6.duckdb.old").read_bytes() == kept


def test_a_kept_database_that_a_killed_build_has_linked_is_kept_again(data: Path) -> None:
    # Both names are of one file then, and to rename one to the other would do nothing.
    change(data / "e6.duckdb", "create table mine as select 1 as a")
    (data / "e6.duckdb.old").hardlink_to(data / "e6.duckdb")
    before = names(data)
    build(data)
    assert names(data) == before
    with duckdb.connect(str(data / "e6.duckdb.old"), read_only=True) as old:
        assert old.execute("from mine").fetchall() == [(1,)]


# Files that e6duck did not make


def _no_database(path: Path) -> None:
    path.write_bytes(b"a letter to my aunt\n" * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _sqlite(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("create table build_info (name, value)")
    connection.commit()
    connection.close()


def _foreign(path: Path) -> None:
    path.unlink()
    change(path, "create table letters as select 'dear aunt' as line")


def _foreign_info(path: Path) -> None:
    path.unlink()
    change(path, "create table build_info as select 'dear aunt' as line")


def _foreign_version(path: Path) -> None:
    path.unlink()
    change(path, "create table build_info as select 'schema_version' as name, 'two' as value")


def _foreign_with_wal(path: Path) -> None:
    path.unlink()
    with shell(path, "create table letters as select 'dear aunt' as line"):
        pass
    assert path.with_name(path.name + ".wal").exists()


def _newer(path: Path) -> None:
    set_schema(path, SCHEMA_VERSION + 1)


def _corrupt(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:16384] = b"z" * 12288
    path.write_bytes(data)


def set_schema(path: Path, version: int) -> None:
    change(path, f"update build_info set value = '{version}' where name = 'schema_version'")


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (_no_database, "is not an e6duck database"),
        (_empty, "is not an e6duck database"),
        (_sqlite, "is not an e6duck database"),
        (_foreign, "is not an e6duck database"),
        (_foreign_info, "is not an e6duck database"),
        (_foreign_version, "is not an e6duck database"),
        (_foreign_with_wal, "is not an e6duck database"),
        (_newer, "was made by a newer e6duck"),
        (_corrupt, "is not an e6duck database"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_a_file_that_e6duck_did_not_make_is_refused_and_unchanged(
    data: Path, put: Callable[[Path], None], message: str
) -> None:
    put(data / "e6.duckdb")
    refused(data, message)
    before = content(data)
    with pytest.raises(DatabaseError, match=message) as caught:
        open_reading(data / "e6.duckdb")
    assert "\n" not in str(caught.value)
    assert content(data) == before


def test_a_folder_in_the_place_of_the_database_is_refused(data: Path) -> None:
    (data / "e6.duckdb").unlink()
    (data / "e6.duckdb").mkdir()
    refused(data, "is not an e6duck database")


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION], ids=["older", "equal"])
def test_a_database_of_an_older_or_equal_schema_is_replaced(data: Path, version: int) -> None:
    set_schema(data / "e6.duckdb", version)
    build(data)
    assert "red_fox" in tag_names(data / "e6.duckdb")


# Two builds


def test_a_second_build_of_the_same_folder_is_refused(data: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from e6duck.files import exclusive\n"
        "with exclusive(Path(sys.argv[1]), ''): print('held', flush=True); input()"
    )
    lock = data / LOCK
    with subprocess.Popen(
        [sys.executable, "-c", program, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        refused(data, "another build or export is at work", E6DuckError)
        process.kill()
    build(data)
    assert not lock.exists()


def test_a_second_build_does_not_disturb_the_first(data: Path) -> None:
    def second() -> None:
        with pytest.raises(E6DuckError, match="another build or export is at work"):
            build(data)

    built: BuildResult = build(data, on_progress=_At("posts", second))
    assert "red_fox" in tag_names(built.database)


def test_a_database_of_an_older_e6duck_is_replaced_but_not_queried(data: Path) -> None:
    path = data / "e6.duckdb"
    set_schema(path, SCHEMA_VERSION - 1)
    with pytest.raises(DatabaseError, match="made by an older e6duck; build it again"):
        open_reading(path)
    assert build(data).kept_old is None
    open_reading(path).close()
