"""Connections: to drafts and to finished databases, which other shells open, too."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import duckdb
import pytest

from e6duck.builder.build import build
from e6duck.db.catalog import user_relations
from e6duck.db.connection import drafting, open_reading
from e6duck.db.errors import damage_reason
from e6duck.db.sql_files import literal
from e6duck.db.wal import checkpoint_wal, shared_lock
from e6duck.errors import DatabaseError, UsageError
from tests.support.database_files import leave_wal, snapshot

SAMPLE = Path(__file__).parents[2] / "data"


# A shell of another version


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the shipped sample."""
    folder = tmp_path_factory.mktemp("sample")
    for path in SAMPLE.glob("*.csv.gz"):
        shutil.copy(path, folder)
    return build(folder, write_index=False).database


@pytest.fixture(scope="module")
def shell() -> str:
    """The shell of the package duckdb-cli, which is older than our DuckDB."""
    found = shutil.which("duckdb", path=sysconfig.get_path("scripts")) or shutil.which("duckdb")
    if not found:
        pytest.skip("the package duckdb-cli is not installed")
    return found


def run_shell(shell: str, database: Path, sql: str) -> str:
    done = subprocess.run(
        [shell, "-csv", "-noheader", "-readonly", str(database), "-c", sql],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_another_shell_calls_a_scalar_macro(shell: str, sample: Path) -> None:
    assert run_shell(shell, sample, "select tag_id('fox') is not null") == "true"
    assert run_shell(shell, sample, "select name from tags where tag_id = tag_id('fox')") == "fox"


def test_another_shell_calls_a_table_macro(shell: str, sample: Path) -> None:
    names = run_shell(shell, sample, "select name from implies('red_fox') order by name")
    assert {"fox", "canine", "mammal"} <= set(names.split())


def test_another_shell_calls_every_macro_and_reads_every_relation(shell: str, sample: Path) -> None:
    for call in (
        "implies('red_fox')",
        "implied_by('canine')",
        "cooccurring('fox')",
        "search_tags('fo*')",
        "neighbors('fox')",
    ):
        run_shell(shell, sample, f"from {call} limit 1")
    connection = open_reading(sample)
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = 'main'"
    ).fetchall()
    connection.close()
    assert len(rows) >= 12
    for (name,) in rows:
        expected = open_reading(sample)
        count = expected.execute(f"select count(*) from {name}").fetchall()[0][0]
        expected.close()
        assert run_shell(shell, sample, f"select count(*) from {name}") == str(count)


def test_another_shell_may_write_and_we_read_it(shell: str, sample: Path, tmp_path: Path) -> None:
    database = Path(shutil.copy(sample, tmp_path))
    subprocess.run([shell, str(database), "-c", "create table mine as select 1 as a"], check=True)
    connection = open_reading(database)
    assert connection.execute("from mine").fetchall() == [(1,)]
    connection.close()


def test_the_file_has_the_oldest_storage_version_that_is_safe(data: Path) -> None:
    connection = open_reading(data / "e6.duckdb")
    rows = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where path is not null"
    ).fetchall()
    connection.close()
    assert rows == [("v1.4.0+",)]


# Drafts


def test_a_draft_spills_beside_itself(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    with drafting(path, memory_limit="100MB", threads=1) as connection:
        assert connection.execute("select current_setting('temp_directory')").fetchall() == [
            (f"{path}.tmp",)
        ]
        connection.execute(
            "create table big as"
            " select range as a, md5(range::varchar) as b, sha256(range::varchar) as c"
            " from range(1_000_000) order by b"
        )
        assert any((tmp_path / "draft.tmp").iterdir())
        assert connection.execute("select count(*) from big").fetchall() == [(1_000_000,)]


@pytest.mark.parametrize("quote", ["it's", "'; drop table tags; --", "ö ü", "a b"])
def test_a_draft_may_have_any_name(tmp_path: Path, quote: str) -> None:
    path = tmp_path / f"{quote}.duckdb"
    with drafting(path, memory_limit="300MB", threads=None) as connection:
        connection.execute("create table t as select 1 as a")
    with duckdb.connect(str(path), read_only=True) as again:
        assert again.execute("from t").fetchall() == [(1,)]


def test_a_setting_that_duckdb_refuses_is_a_usage_error(data: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_reading(data / "e6.duckdb", {"memory_limit": "much"})
    assert "\n" not in str(caught.value)


def test_a_literal_is_quoted() -> None:
    text = "it's '' \\ \n"
    assert duckdb.execute(f"select {literal(text)}").fetchall() == [(text,)]


# Reading


def test_a_missing_database_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"no database .*; make it with: e6duck build"):
        open_reading(tmp_path / "e6.duckdb")


def test_a_database_in_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no database"):
        open_reading(tmp_path / "nowhere" / "e6.duckdb")


def test_a_database_opens_in_a_folder_named_like_a_lock(data: Path) -> None:
    clock = data.rename(data.with_name("Could not set clock"))
    (clock / "e6.duckdb").write_bytes(b"no database")
    with pytest.raises(DatabaseError, match="is not an e6duck database"):
        open_reading(clock / "e6.duckdb")


def test_what_is_not_a_database_of_ours_is_named_in_plain_words(data: Path) -> None:
    plain, text = data / "plain.duckdb", data / "tags.csv.gz"
    duckdb.connect(str(plain)).close()
    text.write_bytes(b"name,category")
    for path in (plain, text):
        with pytest.raises(DatabaseError) as raised:
            open_reading(path)
        line = f"{path} is not an e6duck database; give the path of one as db"
        assert str(raised.value) == line
        with pytest.raises(DatabaseError, match="; move it away, or give another path as db"):
            open_reading(path, is_replaced=True)


def test_reading_writes_nothing(data: Path) -> None:
    before = snapshot(data)
    connection = open_reading(data / "e6.duckdb")
    connection.execute("select count(*) from tags, posts").fetchall()
    with pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("create table mine as select 1 as a")
    connection.close()
    assert snapshot(data) == before


def test_two_readers_in_one_program_do_not_disturb_each_other(data: Path) -> None:
    first, second = open_reading(data / "e6.duckdb"), open_reading(data / "e6.duckdb")
    first.close()
    assert second.execute("select tag_id('red_fox')").fetchall() == [(1,)]
    second.close()


def test_the_extensions_of_a_reader_are_not_downloaded(data: Path) -> None:
    connection = open_reading(data / "e6.duckdb")
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
        query = f"select current_setting('{setting}')"
        assert connection.execute(query).fetchall() == [(False,)]
    connection.close()


# Holding and settling


def test_holding_keeps_writers_of_other_programs_away(data: Path) -> None:
    program = "import sys, duckdb; duckdb.connect(sys.argv[1])"
    command = [sys.executable, "-c", program, str(data / "e6.duckdb")]
    with shared_lock(data / "e6.duckdb"):
        done = subprocess.run(command, capture_output=True, text=True)
        assert "Could not set lock" in done.stderr
    subprocess.run(command, check=True)


def test_settling_takes_the_wal_into_the_file(data: Path) -> None:
    leave_wal(data / "e6.duckdb")
    checkpoint_wal(data / "e6.duckdb")
    assert not (data / "e6.duckdb.wal").exists()
    connection = open_reading(data / "e6.duckdb")
    assert connection.execute("from mine").fetchall() == [(7,)]
    connection.close()


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_a_wal_that_is_torn_where_its_writer_was_killed_is_taken_as_far_as_it_goes(
    data: Path, share: float
) -> None:
    leave_wal(data / "e6.duckdb")
    wal = data / "e6.duckdb.wal"
    wal.write_bytes(wal.read_bytes()[: max(1, int(wal.stat().st_size * share))])
    checkpoint_wal(data / "e6.duckdb")
    assert not wal.exists()
    with open_reading(data / "e6.duckdb") as connection:
        assert connection.execute("select count(*) > 0 from tags").fetchall() == [(True,)]
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert ("e6duck_wal",) not in names


def test_settling_a_database_without_wal_writes_nothing(data: Path) -> None:
    before = snapshot(data)
    checkpoint_wal(data / "e6.duckdb")
    assert snapshot(data) == before


def test_settling_leaves_a_foreign_database_alone(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "e6.duckdb")) as foreign:
        foreign.execute("create table letters as select 1 as a")
    leave_wal(tmp_path / "e6.duckdb")
    before = snapshot(tmp_path)
    with pytest.raises(DatabaseError, match="is not an e6duck database"):
        checkpoint_wal(tmp_path / "e6.duckdb")
    assert snapshot(tmp_path) == before


def test_a_reader_sees_what_is_in_a_wal_and_leaves_it(data: Path) -> None:
    leave_wal(data / "e6.duckdb")
    before = snapshot(data)
    connection = open_reading(data / "e6.duckdb")
    assert connection.execute("from mine").fetchall() == [(7,)]
    connection.close()
    assert snapshot(data) == before


def test_user_relations_are_those_that_are_not_ours(data: Path) -> None:
    with duckdb.connect(str(data / "e6.duckdb")) as connection:
        connection.execute("create temp table passing as select 1 as a")
        connection.execute("create schema own; create view own.tags as select 1 as a")
        connection.execute("create table mine (a integer); create macro one() as 1")
        connection.execute("create type mood as enum ('sad'); create sequence serial")
        ours = {"tags", "posts"}
        found = user_relations(connection, ours)
    assert {"mine", "one", "mood", "serial", "own.tags"} <= set(found)
    assert not {"tags", "posts", "passing"} & set(found)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("error", "is_damage"),
    [
        (duckdb.Error("Corrupt database file: computed checksum 1"), True),
        (OSError("Data Corruption Error: Corrupt database file: computed checksum 1"), True),
        (duckdb.IOException("IO Error: Could not read enough bytes from file"), True),
        (duckdb.OutOfMemoryException("Out of Memory Error: checksum"), False),
        (duckdb.ConversionException("Conversion Error: Could not convert"), False),
        (OSError(28, "No space left on device"), False),
        (ValueError("Corrupt database file"), False),
    ],
)
def test_what_duckdb_says_of_damage_is_told_from_other_errors(
    error: Exception, is_damage: bool
) -> None:
    outer = RuntimeError("a query failed")
    outer.__cause__ = error
    assert bool(damage_reason(error)) == bool(damage_reason(outer)) == is_damage
