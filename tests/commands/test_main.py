"""The command line: help, exit codes, what goes where, and that a mistake is one line."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import duckdb
import pytest

import e6duck
from e6duck.__main__ import all_commands
from e6duck.errors import UsageError
from e6duck.index.write import INDEX, NAMES
from tests.support.exports import post, write_export
from tests.support.reference import Export
from tests.support.terminal import (
    E6DUCK,
    ENDLESS,
    HEAVY,
    command,
    imported,
    on_terminal,
)

COMMANDS = sorted(all_commands())


# Help


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_ends_in_an_example(name: str) -> None:
    ran = command(name, "--help")
    assert ran.code == 0
    assert not ran.err
    *_, example = ran.out.split("\n\n")
    first, *lines = example.strip("\n").splitlines()
    assert first.strip() == "Example:"
    assert lines
    for line in lines:
        assert f"{line} ".startswith(f"    e6duck {name} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    for parameter in all_commands()[name].params:
        if parameter.param_type_name == "option":
            assert parameter.help, parameter.name


def test_help_lists_each_command_with_a_whole_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = command("--help").out.splitlines()
    listed = [line for line in lines if line[2:12].strip() in COMMANDS]
    assert sorted(line.split()[0] for line in listed) == COMMANDS
    assert all(line.endswith(".") and not line.endswith("..") for line in listed)
    assert max(map(len, lines)) <= 80


def test_help_shows_a_parameter_as_a_shell_takes_it() -> None:
    assert '"from cooccurring(\\$tag) limit 20"' in command("query", "-h").out


def test_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert command("--version").out.strip().endswith(version("e6duck"))


# Imports: a quick command stays quick


@pytest.mark.parametrize("args", [["--help"], ["--version"], *([name, "-h"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(args: list[str]) -> None:
    assert imported(*args) == set()


def test_a_query_imports_duckdb_alone(sample: Path) -> None:
    assert imported("query", "--db", str(sample), "select 1") == {"duckdb"}


def test_a_table_is_drawn_without_imports(sample: Path) -> None:
    assert imported("query", "--db", str(sample), "--format", "table", "from tags") == {"duckdb"}


def test_the_package_imports_nothing_heavy() -> None:
    code = f"import e6duck, sys; assert not set({HEAVY}) & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# Mistakes


def mistakes() -> list[object]:
    """What a user may do wrong: arguments, exit code, and a part of the message."""
    return [
        pytest.param(args.split(), code, part, id=args or "nothing")
        for args, code, part in [
            ("", 2, "Explore:"),
            ("nieghbors fox", 2, "No such command 'nieghbors'; did you mean neighbors?"),
            ("--nieghbors", 2, "No such option"),
            ("build --no-such-option", 2, "No such option"),
            (
                "build no_such_folder",
                1,
                "no_such_folder does not exist; name",
            ),
            ("build file.txt", 1, "file.txt is not a folder"),
            ("build empty", 1, "empty has no posts, tags, tag_aliases or tag_implications (.csv"),
            ("build . --min-posts 0", 2, "must be 1 or more, not 0"),
            ("build . --min-posts few", 2, "--min-posts"),
            ("build . --memory-limit much", 2, "--memory-limit much"),
            ("build . --memory-limit 1MB", 2, "--memory-limit 1MB"),
            ("build . --threads 0", 2, "--threads"),
            ("build . --out file.txt", 1, "file.txt"),
            ("query", 2, "give one of"),
            ("query a b", 2, "unexpected extra argument"),
            ("query from_nowhere -f file.txt", 2, "give one of"),
            ("query --name top_tags -f file.txt", 2, "give one of"),
            ("query -f no_such_file", 2, "no_such_file cannot be read"),
            ("query -f empty", 2, "empty cannot be read: Is a directory"),
            ("query -f latin.txt", 2, "latin.txt is not valid UTF-8"),
            ("query --name no_such_question", 2, "there are cooccurring_tags, growing_tags"),
            ("query --show", 2, "name it with --name NAME"),
            ("query --show --name nope", 2, "there are cooccurring_tags, growing_tags"),
            ("query --name top_tags -o a.xlsx", 2, "use one of .csv, .tsv, .json"),
            ("query --name tags_of_post", 2, "set --param id=VALUE"),
            ("query --name top_tags -p nothing", 2, '"nothing" is not of the form NAME=VALUE'),
            ("query --name top_tags -p =5", 2, '"=5" is not of the form NAME=VALUE'),
            ("query --name top_tags -p count=1 -p count=2", 2, "count is given twice"),
            ("query --name top_tags -p number=2", 2, "has no $number; it has $category, $count"),
            ("query --name top_tags --format xml", 2, "'xml' is not one of"),
            ("query --name top_tags --limit -1", 2, "--limit"),
            ("query --name top_tags --limit some", 2, "--limit"),
            ("query --name top_tags --timeout 0", 2, "--timeout"),
            ("query --name top_tags --timeout 1e99", 2, "--timeout"),
            ("query --name top_tags --timeout inf", 2, "--timeout"),
            ("query --name top_tags --timeout nan", 2, "--timeout"),
            ("query --name top_tags --timeout -1", 2, "--timeout"),
            ("query -f /dev/zero", 2, "/dev/zero is longer than 16 MiB"),
            ("query --name top_tags --memory-limit much", 2, "--memory-limit much"),
            ("query --name top_tags --table mine", 2, '"mine" is not of the form'),
            ("query --name top_tags --table mine=no.csv", 2, "there is no file no.csv"),
            ("query --name top_tags --table mine=empty.csv", 2, "there is no file empty.csv"),
            ("query --name top_tags --table mine=file.txt", 2, "file.txt is not a .csv, .tsv"),
            ("query --name top_tags --table tags=a.csv", 2, "a relation tags exists already"),
            ("query --name top_tags --table TAGS=a.csv", 2, "a relation TAGS exists already"),
            ("query --name top_tags --table post_tags=a.csv", 2, "relation post_tags exists"),
            ("query --name top_tags --table a=a.csv --table a=a.csv", 2, "a is given twice"),
            ("query --name top_tags --table a=a.csv --table A=a.csv", 2, "relation A exists"),
            ("query --name top_tags --table a=a.parquet", 1, "a.parquet cannot be read"),
            ("query --name top_tags -o empty", 1, "empty cannot be written: Is a directory"),
            ("query --name top_tags -o no/such.csv", 1, "no/such.csv cannot be written: there is"),
            ("query --name top_tags -o /dev/full", 1, "/dev/full cannot be written: No space"),
            ("query --name top_tags -o no/such.parquet", 1, "no/such.parquet cannot be written"),
            ("query --name top_tags --db no.duckdb", 1, "there is no database no.duckdb"),
            ("query --name top_tags --db empty", 1, "there is no database empty/e6.duckdb"),
            ("query --name top_tags --db file.txt", 1, "file.txt is not an e6duck database"),
            ("export", 2, "give OUT_DIR"),
            ("export file.txt", 1, "file.txt"),
            ("export out --only no_such_file", 2, "there are tags.txt.gz, "),
            ("export --only tags.parquet --tag-list t.csv", 2, "--only needs OUT_DIR"),
            ("export --tag-list no/such.csv", 1, "no/such.csv: there is no folder no"),
            ("export --tag-list empty", 1, "empty"),
            ("export --cooccurrence /dev/full", 1, "/dev/full"),
            ("export --tag-list t.csv --min-posts few", 2, "--min-posts"),
            ("export --db no.duckdb out", 1, "there is no database no.duckdb"),
        ]
    ]


@pytest.mark.parametrize(("args", "code", "part"), mistakes())
def test_a_mistake_is_told_in_one_line(
    zoo_folder: Path, args: list[str], code: int, part: str
) -> None:
    (zoo_folder / "empty").mkdir()
    (zoo_folder / "empty.csv").mkdir()
    (zoo_folder / "file.txt").write_text("a,b\n1,2\n")
    (zoo_folder / "latin.txt").write_bytes(b"select '\xe9'")
    (zoo_folder / "a.csv").write_text("a,b\n1,2\n")
    (zoo_folder / "a.parquet").write_text("PAR")
    before = {path.name for path in zoo_folder.rglob("*")}
    ran = command(*args)
    assert ran.code == code
    assert part in ran.err
    assert not ran.out
    assert "Traceback" not in ran.err
    if not ran.err.startswith("Usage:"):  # click's, in three lines
        assert ran.err.startswith("e6duck: ")
        assert ran.err.count("\n") == 1
        assert ran.err.endswith("\n")
    assert {path.name for path in zoo_folder.rglob("*")} <= before


def test_an_argument_that_is_no_utf8_is_told(zoo_folder: Path) -> None:
    for args in (["select 'a\udcff'"], ["select $a", "-p", "a=\udcff"]):
        ran = command("query", *args)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith("e6duck: an argument is not valid UTF-8")


def test_an_error_of_the_library_names_the_flag_on_the_command_line(zoo: Path) -> None:
    with pytest.raises(UsageError, match=r"^memory_limit much is not a size") as raised:
        e6duck.build(zoo, memory_limit="much")
    assert raised.value.option == "memory_limit"
    ran = command("build", zoo, "--memory-limit", "much")
    assert ran.err.startswith("e6duck: --memory-limit much is not a size")
    ran = command("neighbors", "--db", zoo, "fox", "--measure", "lift", "-d", "2")
    assert ran.err == "e6duck: --first-pca needs the measure vectors; leave one of them out\n"


def test_a_part_of_a_path_is_not_an_option(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    other = tmp_path / "db" / "db.duckdb"
    duckdb.connect(str(other)).close()
    ran = command("stats", "--db", other)
    assert ran.err == f"e6duck: {other} is not an e6duck database; give the path of one as --db\n"


def test_a_bug_keeps_its_traceback() -> None:
    with (
        mock.patch("e6duck.commands.query.database_path", side_effect=KeyError("a bug")),
        pytest.raises(KeyError, match="a bug"),
    ):
        command("query", "select 1")


# What goes where


def test_export_says_what_it_wrote_on_standard_error(zoo_folder: Path) -> None:
    ran = command("export", "out", "--tag-list", "tags.csv", "--cooccurrence", "pairs.csv")
    assert (ran.code, ran.out) == (0, "")
    first, second, third = ran.err.splitlines()
    assert first == f"{', '.join((*NAMES, INDEX))} in out"
    assert (second, third) == ("8 tags in tags.csv", "0 pairs in pairs.csv")


def test_a_name_without_a_database_says_where_it_comes_from(
    zoo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (zoo_folder / "empty").mkdir()
    monkeypatch.setenv("E6DUCK_DB", "empty")
    ran = command("tag", "fox")
    assert (ran.code, ran.err) == (
        1,
        "e6duck: E6DUCK_DB points to empty, which does not contain e6.duckdb\n",
    )


# The database


def test_the_database_is_found_in_the_usual_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("E6DUCK_DB", raising=False)

    def asked(*args: object) -> str:
        ran = command("query", "select count(*) as n from posts", *args)
        return ran.out.removeprefix("n\n").strip() or ran.err

    expected = "e6duck: there is no database e6.duckdb or data/e6.duckdb here; make one with:"
    assert asked().startswith(expected)
    for count, place in ((1, "data"), (2, "."), (3, "named"), (4, "given")):
        posts = [post(number, "fox") for number in range(count)]
        write_export(tmp_path / place, Export(posts=posts))
        assert command("build", place, "-q").code == 0
        if place == "named":
            monkeypatch.setenv("E6DUCK_DB", "named/e6.duckdb")
        assert asked(*(("--db", place) if place == "given" else ())) == str(count)
    monkeypatch.setenv("E6DUCK_DB", "named")
    assert asked() == "3"
    monkeypatch.setenv("E6DUCK_DB", "")
    assert asked() == "2"
    monkeypatch.setenv("E6DUCK_DB", "gone")
    assert asked() == "e6duck: E6DUCK_DB points to gone, which does not exist\n"


# Ctrl-C


@pytest.mark.parametrize(
    ("target", "number"),
    [
        *((target, signal.SIGINT) for target in (None, "old.csv", "old.parquet")),
        ("old.csv", signal.SIGTERM),
    ],
)
def test_an_interrupted_query_ends_at_once_and_leaves_the_old_file(
    zoo_folder: Path, target: str | None, number: int
) -> None:
    """DuckDB itself does not hear of Ctrl-C before its statement ends, which this never does."""
    code = (
        "import os, signal, sys, threading\n"
        "from e6duck.db import query\n"
        "from e6duck.__main__ import main\n"
        "statements = query._statements\n"
        "def interrupted(*args):\n"
        f"    threading.Timer(0.5, os.kill, (os.getpid(), {int(number)})).start()\n"
        "    return statements(*args)\n"
        "query._statements = interrupted\n"
        "main()\n"
    )
    if target:
        (zoo_folder / target).write_text("old")
    args = ["query", ENDLESS, *(["-o", target] if target else [])]
    ended = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=60
    )
    word = "terminated" if number == signal.SIGTERM else "interrupted"
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (128 + number, "", word)
    if target:
        assert (zoo_folder / target).read_text() == "old"
    assert not list(zoo_folder.glob("*building*"))


def test_signals_are_handled_as_before_when_a_query_has_ended(zoo_folder: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    try:
        assert command("query", "select 1").code == 0
    finally:
        after = signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
    assert after == writing


# Pipes and full disks


@pytest.mark.parametrize("kind", ["csv", "table", "json", "jsonl", "markdown", "parquet"])
def test_a_reader_that_has_seen_enough_ends_a_query_quietly(sample: Path, kind: str) -> None:
    query = "select range, repeat('x', 100) as text from range(20000)"
    with subprocess.Popen(
        [*E6DUCK, "query", "--db", str(sample), "--format", kind, query],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout and running.stderr
        running.stdout.read(1)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["query", "--list"],
        ["query", "from range(100000)"],
        ["query", "from range(100000)", "--format", "parquet"],
    ],
)
def test_a_full_disk_behind_standard_output_is_told(sample: Path, args: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*E6DUCK, *args],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"E6DUCK_DB": str(sample)},
        )
    expected = "e6duck: standard output cannot be written: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (1, expected)


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        ["completion", "bash"],
        ["query", "from tags"],
        ["query", "from tags", "--format", "parquet"],
        ["search", "fox"],
        ["shell", "-c", "select 1"],
        ["stats"],
        ["tables"],
        ["tag", "fox"],
    ],
    ids=" ".join,
)
def test_a_standard_output_that_is_closed_loses_no_result_in_silence(
    sample: Path, args: list[str]
) -> None:
    line = " ".join(shlex.quote(each) for each in (*E6DUCK, *args))
    ended = subprocess.run(
        f"{line} >&-",
        shell=True,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"E6DUCK_DB": str(sample)},
    )
    expected = "e6duck: standard output cannot be written: it is closed\n"
    assert (ended.returncode, ended.stderr) == (1, expected)


def test_no_file_of_ours_takes_the_place_of_a_closed_stream(zoo_folder: Path) -> None:
    line = " ".join(shlex.quote(each) for each in (*E6DUCK, "build", str(zoo_folder), "--no-train"))
    assert subprocess.run(f"{line} <&- >&- 2>&-", shell=True).returncode == 0
    assert command("query", "select count(*) as n from posts").out == "n\n8\n"


# Terminals


def test_no_message_gives_a_terminal_commands(sample: Path) -> None:
    for args in (
        ["query", "--db", sample, "select nope as \x1b[31m"],
        ["query", "--db", sample, "--name", "\x1b[31m"],
        ["query", "--db", "\x1b[31m", "select 1"],
    ):
        said = on_terminal(*args)
        assert "\\x1b[31m" in said
        assert "\x1b" not in said


def test_no_output_option_overwrites_the_database(zoo_folder: Path) -> None:
    before = (zoo_folder / "e6.duckdb").read_bytes()
    for args in (
        ["query", "select 1", "--format", "csv", "-o"],
        ["query", "select 1", "--format", "parquet", "-o"],
        ["export", "--tag-list"],
        ["export", "--cooccurrence"],
    ):
        for name in ("e6.duckdb", "e6.duckdb.wal"):
            ran = command(*args, name)
            assert ran.code == 1
            assert "a database is not overwritten" in ran.err
    assert (zoo_folder / "e6.duckdb").read_bytes() == before
    assert not (zoo_folder / "e6.duckdb.wal").exists()
