"""The command build: what it writes, what it reports, and what Ctrl-C leaves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from e6duck.index.vectors import TAG_FACTORS as VECTORS
from e6duck.index.write import INDEX, NAMES
from tests.support.exports import write_export
from tests.support.folders import content
from tests.support.terminal import (
    Ran,
    command,
    left_on_screen,
    on_terminal,
)
from tests.support.zoo import ZOO


def test_build_says_all_on_standard_error(zoo_folder: Path) -> None:
    ran = command("build", zoo_folder, "--no-train")
    assert ran.code == 0
    assert ran.out == ""
    heads = [line.split()[0] for line in ran.err.splitlines()]
    assert heads == [
        *("sources", "posts", "tags", "aliases", "implications", "rejects"),
        *("age", "database", "index", "build"),
    ]
    assert "8 kept\n" in ran.err
    assert f"tags          8, and {len(('arctic_fox', 'pack'))} too rare" in ran.err


def test_quiet_build_says_nothing(zoo_folder: Path) -> None:
    assert command("build", zoo_folder, "-q") == Ran(0, "", "")


def test_profile_shows_what_each_stage_took_and_read(zoo_folder: Path) -> None:
    ran = command("build", zoo_folder, "-q", "--no-train", "--profile")
    assert (ran.code, ran.out) == (0, "")
    head, *stages, last = ran.err.splitlines()
    assert head.split() == ["stage", "seconds", "CPU", "seconds", "rows"]
    rows = {line[:32].strip(): line[32:].split() for line in stages}
    assert list(rows)[:2] == ["finding files", "listing categories"]
    assert rows["reading posts"][2] == str(len(ZOO.posts))
    assert rows["writing posts"][2] == "8"
    assert len(rows["adding macros"]) == 2  # a macro has no rows
    for column in (0, 1):
        parts = [float(values[column]) for values in rows.values()]
        assert abs(sum(parts) - float(last.split()[1 + column])) < 0.01 * len(parts)


def test_build_without_export_writes_the_database_alone(tmp_path: Path) -> None:
    write_export(tmp_path, ZOO)
    assert command("build", tmp_path, "--no-export", "-q").code == 0
    assert (tmp_path / "e6.duckdb").exists()
    assert not any((tmp_path / name).exists() for name in (INDEX, *NAMES))


def test_build_says_how_to_find_a_database_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "two words"
    write_export(folder, ZOO)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    *_, last = command("build", folder, "--no-train").err.splitlines()
    assert last == f"to use it from anywhere: export E6DUCK_DB='{folder / 'e6.duckdb'}'"
    last = last.removeprefix("to use it from anywhere: ")
    found = subprocess.run(
        [f'{last}; "{sys.executable}" -m e6duck query "select count(*) as n from posts"'],
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "n\n8\n"


def test_a_database_built_elsewhere_is_all_that_the_other_commands_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_export(tmp_path / "export", ZOO)
    before = content(tmp_path / "export")
    ran = command("build", "export", "--db", "place/")
    assert (ran.code, (tmp_path / "place" / VECTORS).exists()) == (0, True)
    for args in (["train"], ["stats"], ["export", "out"], ["neighbors", "wolf"], ["tag", "wolf"]):
        assert command(*args, "--db", "place/e6.duckdb").code == 0, args
    assert (tmp_path / "out" / VECTORS).exists()
    assert content(tmp_path / "export") == before


def test_a_progress_bar_leaves_no_trace_on_a_terminal(zoo_folder: Path) -> None:
    said = left_on_screen(on_terminal("build", zoo_folder, columns=400))
    heads = [line.split()[0] for line in said]
    assert heads[:1] + heads[-5:] == ["sources", "index", "build", "vectors", "vector", "training"]


@pytest.mark.parametrize("setting", [{}, {"NO_COLOR": "1"}], ids=["colour", "NO_COLOR"])
def test_a_terminal_is_shown_a_summary_folded_between_words(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: dict[str, str]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    target = tmp_path / "e6.duckdb"
    said = on_terminal("build", sample, "--db", target, "--no-train", "--no-export", columns=50)
    noted = [line for line in said.splitlines() if "note " in line]
    assert noted
    assert all(("\x1b[33m" in line) != bool(setting) for line in noted)
    lines = left_on_screen(re.sub(r"\x1b\[\d*m", "", said))
    folded = [line for line in lines if "E6DUCK_DB" not in line and str(target) not in line]
    assert max(map(len, folded)) <= 50
    text = " ".join(line.strip() for line in lines)
    assert "tag_implications.csv.gz posts" in text
    assert "chesterfield, couch, fizzy_drink, settee, soda" in text
    assert any(line.startswith(" " * 14) for line in lines)


def test_an_interrupted_build_leaves_the_old_files_and_no_drafts(zoo_folder: Path) -> None:
    command("build", zoo_folder, "-q")
    before = {path.name: path.read_bytes() for path in zoo_folder.iterdir()}
    code = (
        "import os, signal, sys\n"
        "from e6duck.builder import pipeline\n"
        "from e6duck.__main__ import main\n"
        "audit = pipeline.audit\n"
        "def interrupted(draft):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return audit(draft)\n"
        "pipeline.audit = interrupted\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "build", str(zoo_folder)], capture_output=True, text=True
    )
    said = "interrupted; the old database and index files are unchanged"
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (130, "", said)
    assert {path.name: path.read_bytes() for path in zoo_folder.iterdir()} == before
