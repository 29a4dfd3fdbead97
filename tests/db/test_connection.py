"""Connections: the file that other shells open, the sandbox, and what a trusted session may."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e6duck.builder.build import build
from e6duck.db.connection import checkpoint_wal, drafting, open_reading, shared_lock, user_relations
from e6duck.db.sandbox import close_sandbox, session
from e6duck.db.sql_files import literal
from e6duck.errors import DatabaseError, E6DuckError, UsageError
from tests.index.test_publish import NEW
from tests.support.exports import write_export

SAMPLE = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("database")
    write_export(folder, NEW)
    build(folder)
    return folder


@pytest.fixture
def data(built_once: Path, tmp_path: Path) -> Path:
    """A folder with a database, and files that a user has there."""
    folder = shutil.copytree(built_once, tmp_path / "data")
    (folder / "mine.csv").write_text("name,note\nred_fox,red\n")
    (folder / "mine.json").write_text('[{"name": "red_fox"}]')
    pq.write_table(pa.table({"name": ["red_fox"]}), folder / "mine.parquet")
    return folder


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


def leave_wal(database: Path) -> None:
    """Write to a database and die before it is in the file."""
    program = (
        "import os, signal, sys, duckdb; shell = duckdb.connect(sys.argv[1])\n"
        "shell.execute('create table mine as select 7 as a'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(database)])
    assert database.with_name(database.name + ".wal").exists()


def test_settling_takes_the_wal_into_the_file(data: Path) -> None:
    leave_wal(data / "e6.duckdb")
    checkpoint_wal(data / "e6.duckdb")
    assert not (data / "e6.duckdb.wal").exists()
    connection = open_reading(data / "e6.duckdb")
    assert connection.execute("from mine").fetchall() == [(7,)]
    connection.close()


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


# The sandbox


def snapshot(folder: Path) -> dict[str, str]:
    """All that lies in a folder, with its sha256."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def at_home(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the database is the current one, as in a shell."""
    monkeypatch.chdir(data)
    return data


# Where a query could want to write, in the folder of the database or out of it.
TARGETS = [
    "e6.duckdb",
    "./e6.duckdb",
    "../data/e6.duckdb",
    "{data}/e6.duckdb",
    "file:{data}/e6.duckdb",
    "file://{data}/e6.duckdb",
    "file://localhost{data}/e6.duckdb",
    "e6.duckdb.wal",
    "{data}/e6.duckdb.wal",
    "{data}/e6.duckdb.tmp/x",
    "e6.duckdb.tmp/x",
    ".tmp/x",
    "mine.csv",
    "{data}/mine.csv",
    "{data}/mine.parquet",
    "index.json",
    "new.csv",
    "new.csv.gz",
    "{data}/new.csv",
    "file://{data}/new.csv",
    "/dev/stdout",
    "/dev/null",
    "/proc/self/fd/1",
]
WRITES = [
    "copy tags to '{target}'",
    "copy tags to '{target}' (use_tmp_file false)",
    "copy tags to '{target}' (format csv, use_tmp_file false)",
    "copy tags to '{target}' (format parquet, use_tmp_file false)",
    "copy tags to '{target}' (format json)",
    "copy tags to '{target}' (overwrite_or_ignore true)",
    "copy tags to '{target}' (append true)",
    "copy tags to '{target}' (per_thread_output true)",
    "copy tags to '{target}' (partition_by (category))",
    "copy (select 'x'::blob as b) to '{target}' (format blob)",
    "with x as (copy tags to '{target}') from x",
    "with x as (copy tags to '{target}' (use_tmp_file false)) from x",
    "with x as materialized (copy tags to '{target}' (format parquet)) select 1",
    "explain analyze copy tags to '{target}'",
    "prepare p as copy tags to '{target}'; execute p",
    "begin; copy tags to '{target}'; commit",
    "use memory; copy e6.tags to '{target}'",
    "use memory; detach e6; copy (select 1 as a) to '{target}'",
    "export database '{target}'",
    "attach '{target}' as other",
    "attach '{target}' as other (read_only)",
    "attach or replace '{target}' as e6",
    "use memory; detach e6; attach '{target}' as e6",
]
READS = [
    "from '{target}'",
    "from read_text('{target}')",
    "from read_blob('{target}')",
    "from read_csv('{target}')",
    "from read_csv('{target}', auto_detect = false, columns = {{'a': 'varchar'}})",
    "from read_parquet('{target}')",
    "from parquet_schema('{target}')",
    "from parquet_metadata('{target}')",
    "from read_json('{target}')",
    "from read_json_objects('{target}')",
    "from read_ndjson('{target}')",
    "from sniff_csv('{target}')",
    "from glob('{target}')",
    "from query_table('{target}')",
    "create temp table stolen as from read_text('{target}')",
    "create temp view thief as from read_text('{target}')",
    "create temp table t as from tags; copy t from '{target}'",
    "import database '{target}'",
    "load '{target}'",
    "install '{target}'",
]


def attempts(data: Path, statements: list[str], targets: list[str]) -> Iterator[str]:
    for target in targets:
        for statement in statements:
            yield statement.format(target=target.format(data=data))


def slipped_through(database: Path, statements: Iterable[str]) -> list[str]:
    """The statements that did not fail; one that leaves something behind ends its session."""
    passed = []
    before = snapshot(database.parent)
    for lasts, group in groupby(statements, lambda statement: ";" in statement):
        for batch in [[each] for each in group] if lasts else [list(group)]:
            with session(database, threads=1) as connection:
                for statement in batch:
                    if _passes(connection, statement):
                        passed.append(statement)
                    assert snapshot(database.parent) == before, statement
            assert snapshot(database.parent) == before, batch
    return passed


def _passes(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    try:
        connection.execute(statement).fetchall()
    except duckdb.Error:
        return False
    return True


def test_no_query_writes_a_file(at_home: Path) -> None:
    assert slipped_through(at_home / "e6.duckdb", attempts(at_home, WRITES, TARGETS)) == []


def test_no_query_writes_a_file_next_to_a_wal(at_home: Path) -> None:
    leave_wal(at_home / "e6.duckdb")
    targets = ["e6.duckdb.wal", "{data}/e6.duckdb.wal", "e6.duckdb"]
    assert slipped_through(at_home / "e6.duckdb", attempts(at_home, WRITES, targets)) == []


def test_no_query_reads_a_file(at_home: Path) -> None:
    targets = [
        *("mine.csv", "mine.json", "mine.parquet", "{data}/mine.csv", "file://{data}/mine.csv"),
        *("e6.duckdb", "{data}/e6.duckdb", "index.json", "*", "/etc/*", "/etc/passwd"),
        *("/proc/self/environ", "/dev/stdin", "tags.txt.gz"),
    ]
    assert slipped_through(at_home / "e6.duckdb", attempts(at_home, READS, targets)) == []


def test_no_query_reaches_a_network(at_home: Path) -> None:
    targets = ["https://127.0.0.1:9/x.csv", "http://127.0.0.1:9/x.parquet", "s3://bucket/x.csv"]
    statements = attempts(at_home, READS + WRITES, targets)
    assert slipped_through(at_home / "e6.duckdb", statements) == []


CHANGES = [
    "create table t (a integer)",
    "create or replace view v as select 1",
    "create schema s",
    "create macro m() as 1",
    "create index i on tags (name)",
    "create sequence s",
    "create type mood as enum ('sad')",
    "insert into tags from tags",
    "delete from tags",
    "truncate tags",
    "update tags set name = 'x'",
    "drop table tags",
    "drop view post_tags",
    "alter table tags add column x integer",
    "comment on table tags is 'x'",
    "copy from database memory to e6",
    "begin; drop table tags; commit",
]


def test_no_query_changes_the_database(at_home: Path) -> None:
    assert slipped_through(at_home / "e6.duckdb", CHANGES) == []


SETTINGS = [
    *("enable_external_access = true", "disabled_filesystems = ''", "lock_configuration = false"),
    *("temp_directory = '{data}'", "memory_limit = '1TB'", "threads = 64"),
    *("allowed_directories = ['/']", "allowed_paths = ['/etc/passwd']", "file_search_path = '/'"),
    *("python_enable_replacements = true", "python_scan_all_frames = true"),
    *("autoinstall_known_extensions = true", "autoload_known_extensions = true"),
    *("allow_unsigned_extensions = true", "extension_directory = '{data}'"),
    *("custom_extension_repository = '{data}'", "secret_directory = '{data}'"),
    *("home_directory = '{data}'", "log_query_path = '{data}/q.log'", "access_mode = 'read_write'"),
    *("profiling_output = '{data}/p.json'", "enable_profiling = 'json'", "enable_logging = true"),
    *("wal_autocheckpoint = '1KB'", "allow_persistent_secrets = true", "http_proxy = 'x'"),
]


def test_no_query_changes_the_configuration(at_home: Path) -> None:
    assignments = [setting.format(data=at_home) for setting in SETTINGS]
    names = [assignment.split(" ")[0] for assignment in assignments]
    statements = [
        *(f"set {assignment}" for assignment in assignments),
        *(f"set global {assignment}" for assignment in assignments),
        *(f"set session {assignment}" for assignment in assignments),
        *(f"pragma {assignment}" for assignment in assignments),
        *(f"reset {name}" for name in names),
        *(f"use memory; detach e6; set {assignment}" for assignment in assignments),
        f"call enable_logging(storage := 'file', storage_path := '{at_home}/log')",
        "pragma enable_checkpoint_on_shutdown",
        "call enable_profiling()",
    ]
    assert slipped_through(at_home / "e6.duckdb", statements) == []


def test_no_query_loads_code_or_keeps_a_secret(at_home: Path) -> None:
    statements = [
        *(f"{verb} httpfs" for verb in ("install", "load", "force install")),
        *("load './mine.csv'", "load '{data}/mine.csv'", "install spatial from community"),
        *("update extensions", "install json from '{data}'"),
        *("create persistent secret s (type s3)", "create secret s (type s3)"),
        *("create persistent secret s (type http, bearer_token 'x')", "call dbgen(sf = 0.01)"),
    ]
    statements = [statement.format(data=at_home) for statement in statements]
    assert slipped_through(at_home / "e6.duckdb", statements) == []


def test_no_query_reads_what_python_holds(at_home: Path) -> None:
    held_by_python = pa.table({"secret": [1]})
    statements = ["from held_by_python", "from NEW", "select * from SETTINGS"]
    assert slipped_through(at_home / "e6.duckdb", statements) == []
    assert len(held_by_python) == 1


@pytest.mark.parametrize(
    "statement",
    [
        *("checkpoint", "checkpoint e6", "force checkpoint", "vacuum", "vacuum tags", "analyze"),
        *("use memory", "use memory; detach e6", "attach ':memory:' as other"),
        *("copy from database e6 to memory", "set variable x = 1", "set search_path = 'main'"),
        *("pragma database_list", "pragma show_tables", "pragma database_size", "show databases"),
        *("pragma storage_info('tags')", "pragma version", "from duckdb_settings()"),
        *("from duckdb_secrets()", "summarize tags", "describe tags"),
        *("create temp table t as from tags; insert into t from tags; drop table t",),
        *("create temp view v as from tags; from v", "create temp macro m() as 1; select m()"),
        *("begin; from tags; commit", "explain from tags", "load json", "load parquet"),
        *("prepare p as from tags; execute p", "select json_serialize_sql('select 1')"),
    ],
)
def test_what_does_no_harm_is_left_alone(at_home: Path, statement: str) -> None:
    before = snapshot(at_home)
    with session(at_home / "e6.duckdb") as connection:
        connection.execute(statement).fetchall()
    assert snapshot(at_home) == before


def test_a_sandboxed_query_does_not_spill(at_home: Path) -> None:
    before = snapshot(at_home)
    with session(at_home / "e6.duckdb", memory_limit="100MB", threads=1) as connection:
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute(BIG_SORT).fetchall()
        assert snapshot(at_home) == before
        assert connection.execute("select 1").fetchall() == [(1,)]
    assert snapshot(at_home) == before


def test_the_users_tables_are_read_before_the_sandbox_closes(at_home: Path) -> None:
    files = {"csv": "mine.csv", "json": "mine.json", "parquet": "mine.parquet"}
    tables = {f"my_{kind}": at_home / name for kind, name in files.items()}
    with session(at_home / "e6.duckdb", tables=tables) as connection:
        for name in tables:
            query = f"select tags.name from tags join {name} using (name)"
            assert connection.execute(query).fetchall() == [("red_fox",)]
        with pytest.raises(duckdb.Error):
            connection.execute("from 'mine.csv'")


def test_a_closed_sandbox_cannot_be_left_by_a_cursor(at_home: Path) -> None:
    with session(at_home / "e6.duckdb") as connection:
        cursor = connection.cursor()
        with pytest.raises(duckdb.Error):
            cursor.execute("from read_text('mine.csv')")
        with pytest.raises(duckdb.Error):
            cursor.execute("set disabled_filesystems = ''")
        cursor.close()


def test_the_configuration_is_locked_last(data: Path) -> None:
    # Whatever came after it would fail, so all of it holds if closing works and this is refused.
    connection = open_reading(data / "e6.duckdb")
    close_sandbox(connection)
    with pytest.raises(duckdb.Error, match="locked"):
        connection.execute("set threads = 1")
    expected = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "python_enable_replacements": "false",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "temp_directory": "",
    }
    rows = connection.execute("select name, value from duckdb_settings()").fetchall()
    connection.close()
    assert {name: value for name, value in rows if name in expected} == expected


# Trust

BIG_SORT = (
    "select max(b) from (select md5(range::varchar) as b, sha256(range::varchar) as c"
    " from range(2_000_000) order by b, c limit 1_900_000)"
)


def test_a_trusted_session_cannot_change_the_database(at_home: Path) -> None:
    before = snapshot(at_home)
    for statement in CHANGES:
        with (
            session(at_home / "e6.duckdb", trusted=True) as connection,
            pytest.raises(duckdb.Error),
        ):
            connection.execute(statement)
    assert snapshot(at_home) == before


def test_a_trusted_session_reads_files(at_home: Path) -> None:
    with session(at_home / "e6.duckdb", trusted=True) as connection:
        query = "select name from tags join 'mine.csv' using (name)"
        assert connection.execute(query).fetchall() == [("red_fox",)]
        query = "select name from tags join 'mine.parquet' using (name)"
        assert connection.execute(query).fetchall() == [("red_fox",)]


def test_a_trusted_session_spills_and_clears_up(at_home: Path) -> None:
    before = snapshot(at_home)
    with session(
        at_home / "e6.duckdb", trusted=True, memory_limit="100MB", threads=1
    ) as connection:
        assert connection.execute(BIG_SORT).fetchall()[0][0] > "f"
    assert snapshot(at_home) == before


def test_a_trusted_session_downloads_no_extension(at_home: Path) -> None:
    with (
        session(at_home / "e6.duckdb", trusted=True) as connection,
        pytest.raises(duckdb.Error, match="httpfs"),
    ):
        connection.execute("from read_csv('https://127.0.0.1:9/x.csv')")


def test_a_table_of_a_missing_file_is_named(at_home: Path) -> None:
    with (
        pytest.raises(UsageError, match="there is no file"),
        session(at_home / "e6.duckdb", tables={"mine": at_home / "no.csv"}),
    ):
        pytest.fail("opened")


def test_a_table_of_a_broken_file_is_named(at_home: Path) -> None:
    (at_home / "bad.parquet").write_bytes(os.urandom(100))
    with (
        pytest.raises(E6DuckError, match=r"bad\.parquet cannot be read"),
        session(at_home / "e6.duckdb", tables={"mine": at_home / "bad.parquet"}),
    ):
        pytest.fail("opened")
