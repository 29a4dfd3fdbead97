"""The DuckDB shell on a database, and what a shell completes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from e6duck import DatabaseError, E6DuckError
from e6duck.commands.shell import greeting, shell_command
from e6duck.db.completion import category_names, relation_names, tag_names
from tests.support.terminal import E6DUCK, command, imported, on_terminal
from tests.support.zoo import NAMES


@pytest.fixture
def zoo(zoo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(zoo, tmp_path))


@pytest.fixture
def no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is the PATH, with a Python beside which there is nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return folder


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return path


def shell(zoo: Path, *args: str, sql: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*E6DUCK, "shell", "--db", str(zoo), *args], input=sql, capture_output=True, text=True
    )


# The shell


def test_the_shell_has_the_macros(zoo: Path) -> None:
    ran = shell(zoo, "--", "-csv", "-c", "select name from implies('Red Fox')")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "name\nfox\ncanine\n", "")


def test_the_shell_reads_sql_from_a_pipe(zoo: Path) -> None:
    assert shell(zoo, "--", "-csv", sql="select count(*) as n from posts;").stdout == "n\n8\n"


def test_the_shell_cannot_write_unless_told(zoo: Path) -> None:
    ran = shell(zoo, "--", "-c", "create table mine (a int)")
    assert ran.returncode
    assert "read-only" in ran.stderr
    assert shell(zoo, "--write", "--", "-c", "create table mine (a int)").returncode == 0
    with duckdb.connect(str(zoo), read_only=True) as opened:
        assert opened.execute("from mine").fetchall() == []


def test_the_shell_runs_sql_that_is_given(zoo: Path) -> None:
    ran = shell(zoo, "-c", "select 1 as a", "-c", "select tag_id('wolf') as b", "--", "-csv")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "a\n1\nb\n7\n", "")
    assert shell(zoo, "-c", "selct 1").returncode == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["from tags limit 1"], "did you mean: e6duck query 'from tags limit 1', or e6duck shell"),
        (["-csv"], "after --: e6duck shell -- -csv"),
        (["-c", "select 1", "--ui", "harlequin"], "leave out -c or --ui"),
    ],
    ids=["SQL without -c", "an option of the shell", "harlequin"],
)
def test_what_the_shell_would_misread_is_refused(zoo: Path, args: list[str], said: str) -> None:
    ran = command("shell", "--db", zoo, *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_terminal_is_greeted_with_what_to_try(zoo: Path) -> None:
    said = on_terminal("shell", "--db", zoo, "--", "-c", ".quit", columns=200)
    first, second = said.splitlines()[:2]
    assert first == f"{zoo}: 8 tags on 8 posts (read-only; use --write to change it)"
    assert second.startswith("Try: from tags limit 10; ")


def test_what_the_greeting_tells_to_try_works(zoo: Path) -> None:
    queries = greeting(zoo).partition("Try: ")[2].partition(" .tables")[0].split(";")
    with duckdb.connect(str(zoo), read_only=True) as opened:
        for query in filter(None, queries):
            opened.execute(query).fetchall()


def test_harlequin_has_no_dot_commands(zoo: Path) -> None:
    assert greeting(zoo).endswith("; .tables, .quit")
    assert greeting(zoo, ui="harlequin").endswith("; Ctrl-Q quits")


def test_the_package_will_do_where_the_path_has_no_shell(zoo: Path, no_path: Path) -> None:
    assert "duckdb_cli" in shell_command(zoo)[0]


def test_a_shell_that_is_too_old_is_passed_over(zoo: Path, no_path: Path) -> None:
    program(no_path, "duckdb", "v1.2.0 abcdef")
    assert "duckdb_cli" in shell_command(zoo)[0]


def test_where_all_shells_are_too_old_it_says_how_to_get_one(
    zoo: Path, no_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = program(no_path, "duckdb", "v1.2.0 abcdef")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(E6DuckError, match=f"{old} is DuckDB 1.2.0, and the database needs 1.4"):
        shell_command(zoo)
    old.unlink()
    with pytest.raises(E6DuckError, match=r"not installed; run: pip install 'e6duck\[shell\]'"):
        shell_command(zoo)


def test_harlequin_is_started_where_it_is(zoo: Path, no_path: Path) -> None:
    with pytest.raises(E6DuckError, match="harlequin is not installed; run: pip install"):
        shell_command(zoo, ui="harlequin")
    harlequin = str(program(no_path, "harlequin", "here"))
    assert shell_command(zoo, ui="harlequin") == [harlequin, "--read-only", str(zoo)]
    assert shell_command(zoo, ui="harlequin", write=True) == [harlequin, str(zoo)]


def test_a_database_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no database"):
        shell_command(tmp_path / "no.duckdb")


# Completion


def completed(zoo: Path, shell: str, *words: str) -> list[str]:
    environment = os.environ | {
        "_E6DUCK_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(["e6duck", *words]),
        "COMP_CWORD": str(len(words)) if shell != "fish" else words[-1],
        "E6DUCK_DB": str(zoo),
    }
    program = shutil.which("e6duck", path=Path(sys.executable).parent) or "e6duck"
    ended = subprocess.run([program], env=environment, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def test_names_of_tags_come_most_used_first(zoo: Path) -> None:
    assert tag_names(zoo, "") == NAMES
    assert tag_names(zoo, "Fo") == ["forest", "fox"]
    assert tag_names(zoo, "", count=2) == NAMES[:2]
    assert category_names(zoo, "co") == ["contributor", "copyright"]
    assert relation_names(zoo, "tag_i") == ["tag_implications", "tag_id"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["tag", "fo"], ["forest", "fox"]),
        (["neighbors", "wolf", "--not", "re"], ["red_fox"]),
        (["search", "-c", "spe"], ["species"]),
        (["tables", "tag_a"], ["tag_aliases"]),
        (["neigh"], ["neighbors"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_each_shell_completes(zoo: Path, words: list[str], names: list[str]) -> None:
    assert completed(zoo, "bash", *words) == [f"plain,{name}" for name in names]
    assert completed(zoo, "zsh", *words)[1::3] == names
    assert [line.split("\t")[0] for line in completed(zoo, "fish", *words)] == [
        f"plain,{name}" for name in names
    ]


@pytest.mark.parametrize("words", [["build"], ["fetch"], ["import"], ["build", "--out"]], ids=str)
def test_a_folder_is_completed_by_folders(zoo: Path, words: list[str]) -> None:
    assert completed(zoo, "bash", *words, "da") == ["dir,da"]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_script_keeps_the_order(name: str) -> None:
    ran = command("completion", name)
    assert (ran.code, ran.err) == (0, "")
    kept = {"bash": "-o nosort", "zsh": "-V unsorted", "fish": "--keep-order"}[name]
    assert kept in ran.out


def test_no_database_completes_nothing(tmp_path: Path) -> None:
    assert completed(tmp_path, "bash", "tag", "fo") == [""]


def test_an_unknown_shell_is_a_usage_error() -> None:
    assert command("completion", "tcsh").code == 2


def test_the_script_is_printed_without_imports() -> None:
    assert imported("completion", "bash") == set()
