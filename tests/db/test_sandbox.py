"""The sandbox: a query reaches no file; what a trusted session may do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from e6duck.db.connection import open_reading
from e6duck.db.sandbox import close_sandbox, session
from e6duck.errors import E6DuckError, UsageError
from tests.support.database_files import leave_wal, snapshot
from tests.support.terminal import command


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
    connection = open_reading(data / "e6.duckdb", close=close_sandbox)
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


# Databases of strangers

SECRET = "a line of a local file"
# What a stranger can put where our statements read: a view of the same name.
EVIL = {
    "tags": "create view tags as select * replace (t.content as name)"
    " from (from real_tags limit 50), (from read_text('{secret}')) as t",
    "build_info": "create view build_info as select r.name, t.content as value"
    " from real_build_info as r, read_text('{secret}') as t",
}
COMMANDS = [
    *(["stats", "--db"], ["tables", "--db"], ["search", "fox", "--db"], ["tag", "red_fox", "--db"]),
    *(["neighbors", "red_fox", "--db"], ["export", "out", "--db"], ["normalize", "-", "--db"]),
    *(["diff", "e6.duckdb", "--db"], ["diff"], ["query", "from tags", "--db"]),
    *(["query", "from mine, tags", "--table", "mine=mine.csv", "--db"], ["train", "--db"]),
]


@pytest.mark.parametrize("name", EVIL)
def test_no_command_reads_a_file_for_the_database_of_a_stranger(at_home: Path, name: str) -> None:
    (at_home / "secret.txt").write_text(SECRET)
    evil = shutil.copy(at_home / "e6.duckdb", at_home / "evil.duckdb")
    with duckdb.connect(evil) as connection:
        connection.execute(f"create table real_{name} as from {name}")
        connection.execute(f"drop table {name}")
        connection.execute(EVIL[name].format(secret=at_home / "secret.txt"))
    for args in COMMANDS:
        ran = command(*args, evil, stdin=b"red_fox")
        written = [path.read_bytes() for path in at_home.glob("out/*")]
        assert SECRET not in ran.out + ran.err, args
        assert not any(SECRET.encode() in content for content in written), args
        shutil.rmtree(at_home / "out", ignore_errors=True)


def test_diff_and_export_still_reach_their_own_files(at_home: Path) -> None:
    shutil.copy("e6.duckdb", "it's older.duckdb")
    leave_wal(at_home / "it's older.duckdb")
    assert command("diff", "it's older.duckdb", "--db", "e6.duckdb").code == 0
    out = at_home / "an 'odd' folder"
    assert command("export", out, "--db", "e6.duckdb").code == 0
    assert (out / "tags.parquet").exists()
