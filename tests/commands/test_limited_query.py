"""A query with a limit of time or memory: the system enforces it, and all else is as without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from e6duck import files
from e6duck.commands.shared.child_process import limit_memory
from tests.support.terminal import E6DUCK, Ran, command, on_terminal, process

STOPPED = "e6duck: stopped after 0.1 seconds (--timeout)\n"
SHORT = "e6duck: out of memory: raise --memory-limit, or let the query spill to disk (--trusted)\n"
LONG = "select length(lpad('a', 2000000000, 'b'))"  # DuckDB does not end it when interrupted
CTES = ", ".join(
    ["c0 as (select 1 as a union all select 2)"]
    + [f"c{n + 1} as (select x.a from c{n} as x, c{n} as y)" for n in range(40)]
)
# None of these ended within DuckDB's limits alone: 5 seconds and 1 GB.
ENDLESS = "select count(*) from range(1000000000000) where hash(range) = 3"
BOMBS = {
    "repeat": "select repeat('a', 3000000000)",
    "lpad": LONG,
    "regexp": "select regexp_extract_all(repeat('ab', 50000000), 'a')",
    "distance": "select damerau_levenshtein(repeat('a', 30000), repeat('b', 30000))",
    "unions": "select 1" + " union all select 1" * 20_000,
    "ctes": f"with {CTES} select count(*) from c40",
    "large rows": "select repeat('x', 1000000) from range(100000)",
    "many rows": "from range(50000000)",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_query_outlasts_its_limits(zoo: Path, bomb: str) -> None:
    limits = ("--timeout", "0.1", "--memory-limit", "50MB", "--threads", 1)
    ran = command("query", "--db", zoo, *limits, "--format", "csv", "-", stdin=bomb.encode())
    assert (ran.code, ran.err) in [(1, STOPPED), (1, SHORT)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
@pytest.mark.parametrize("name", ["distance", "large rows"])
def test_the_system_limits_memory_that_duckdb_does_not_count(zoo: Path, name: str) -> None:
    limits = ("--memory-limit", "50MB", "--threads", 1)
    ran = command("query", "--db", zoo, *limits, "--format", "csv", BOMBS[name])
    assert (ran.code, ran.err) == (1, SHORT)


def test_a_system_that_limits_no_memory_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    limit_memory(1)
    said = "this system cannot limit memory: --memory-limit limits only what DuckDB counts\n"
    assert capsys.readouterr().err == said


def test_limits_change_neither_output_nor_exit_code(zoo: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("name\nfox\n")
    table = f"mine={tmp_path / 'mine.csv'}"
    limits = ("--timeout", "1000", "--memory-limit", "2GB")
    for args in (
        ("select name from tags where name = $tag", "-p", "tag=fox"),
        ("from mine join tags using (name)", "--table", table, "--format", "json", "--trusted"),
        ("--name", "top_tags", "--limit", "3", "--format", "markdown"),
        ("select '-x' as \"é\"; select -1", "--format", "table"),
        ("-",),
        ("select nope",),
        ("from read_text('/etc/passwd')",),
        ("select $x",),
        ("--", "-1"),
    ):
        ran = command("query", "--db", zoo, *args, stdin=b"select 1")
        assert command("query", "--db", zoo, *limits, *args, stdin=b"select 1") == ran


def test_a_terminal_gets_the_same_table_with_limits(zoo: Path) -> None:
    args = ("--color", "always", "query", "--db", zoo, "select *, null as n from tags limit 3")
    assert on_terminal(*args, "--timeout", 1000) == on_terminal(*args)


def test_modules_in_the_current_folder_are_not_imported(zoo: Path, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("print('imported')")
    program = Path(sys.executable).with_name("e6duck")
    args = ("query", "select 1", "--db", zoo, "--timeout", "1000")
    ended = subprocess.run([program, *args], cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "1\n1\n")


def test_a_closed_pipe_ends_a_query_with_limits(zoo: Path) -> None:
    with _started(zoo, "from range(100000000)") as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"range\n"
        running.stdout.close()
        assert running.wait() == 0


@pytest.mark.parametrize("query", [ENDLESS, LONG], ids=["interrupted", "killed"])
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["parent alone", "both"])
def test_ctrl_c_ends_a_query_with_limits(
    zoo: Path, query: str, send: Callable[[int, int], None]
) -> None:
    with _started(zoo, query) as running:
        _child_at_work(running)
        send(running.pid, signal.SIGINT)
        assert _ended(running) == Ran(130, "", "\ninterrupted\n")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems leave the child to its timeout")
def test_the_child_ends_when_its_parent_is_killed(zoo: Path) -> None:
    with _started(zoo, ENDLESS) as running:
        child = _child_at_work(running)
        running.kill()
        child.wait(60)


def test_a_query_that_is_killed_leaves_the_old_file(zoo: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "rows.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    late = "lpad('a', (2000000000 + range % 2)::integer, 'b')"
    query = f"select case when range > 60000 then {late} end from range(1000000)"
    ran = process("query", "--db", zoo, "--threads", 1, "--timeout", 1, "-o", link, query)
    assert (ran.code, ran.err) == (1, "e6duck: stopped after 1 seconds (--timeout)\n")
    assert sorted(tmp_path.iterdir()) == [link, target]
    assert (link.is_symlink(), target.read_text()) == (True, "old")


def test_only_drafts_of_the_process_and_the_file_are_discarded(tmp_path: Path) -> None:
    kept = [
        *("a[1].csv", "a[1].csv.building-12-0000000f", "b.csv.building-1-0000000f"),
        *(
            "a[1].csv.building-1-mine",
            "xa[1].csv.building-1-0000000f",
            "a1.csv.building-1-0000000f",
        ),
    ]
    for name in (*kept, "a[1].csv.building-1-0000000f", "a[1].csv.building-1-00000000"):
        (tmp_path / name).touch()
    files.discard_drafts(tmp_path / "a[1].csv", 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


def _started(zoo: Path, query: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*E6DUCK, "query", "--db", zoo, "--timeout", "1000", "--threads", "1", query],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _child_at_work(running: subprocess.Popen[bytes]) -> psutil.Process:
    """Return the process in which a query runs, once DuckDB is busy there."""
    while True:
        for child in psutil.Process(running.pid).children():
            if child.num_threads() > 2 and child.cpu_times().user > 1:
                return child
        assert running.poll() is None
        time.sleep(0.05)


def _ended(running: subprocess.Popen[bytes]) -> Ran:
    out, err = running.communicate()
    return Ran(running.returncode, out.decode(), err.decode())
