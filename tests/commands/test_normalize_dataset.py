"""The command normalize on a dataset: targets, questions, reports, undo."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.caption_database import build_caption_database
from tests.support.terminal import Ran, command

OLD, NEW = "id,text\n1,Foxes\n2,snow\n", "id,text\n1,fox\n2,snow\n"


@pytest.fixture(scope="module")
def caption_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_caption_database(tmp_path_factory.mktemp("captions"))


@pytest.fixture
def data(caption_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset in the current folder, from where the database is found."""
    (tmp_path / "e6.duckdb").symlink_to(caption_database)
    path = tmp_path / "data.csv"
    path.write_text(OLD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("E6DUCK_DB", raising=False)
    return path


def normalize(*args: object) -> Ran:
    return command("normalize", *args)


@pytest.mark.parametrize("target", [("-o", "new.csv"), ("new.csv",), ("-o", ".")])
def test_a_cleaned_dataset_is_written_beside_the_old_one(
    data: Path, tmp_path: Path, target: tuple[str, ...]
) -> None:
    source = tmp_path / "in" / "new.csv"
    source.parent.mkdir()
    data.rename(source)
    ran = normalize("in/new.csv", "--column", "text", *target)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[0] == "captions   2 read; 1 changed, 1 unchanged"
    assert (tmp_path / "new.csv").read_text("utf-8") == NEW
    assert source.read_text("utf-8") == OLD


def test_a_dataset_is_replaced_only_with_yes_and_can_be_undone(data: Path) -> None:
    ran = normalize("data.csv", "--column", "text")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "e6duck: would replace 1 file: data.csv; confirm with --yes, or give --output\n"
    )
    assert data.read_text("utf-8") == OLD
    ran = normalize("data.csv", "--column", "text", "--yes", "--backup", "kept")
    assert ran.code == 0
    assert "to undo: e6duck normalize data.csv --undo --run" in ran.err
    assert data.read_text("utf-8") == NEW
    ran = normalize("data.csv", "--undo", "--backup", "kept")
    assert (ran.code, data.read_text("utf-8")) == (0, OLD)
    ran = normalize("data.csv", "--undo", "--backup", "kept")
    assert ran.code == 2
    assert "to undo" in ran.err


def test_check_diff_and_report_name_file_and_line(data: Path, tmp_path: Path) -> None:
    ran = normalize("data.csv", "--column", "text", "--check")
    assert (ran.code, ran.out) == (3, "data.csv:2\n")
    ran = normalize("data.csv", "--column", "text", "--diff")
    assert ran.out.splitlines()[0] == "--- a/data.csv:2"
    normalize("data.csv", "--column", "text", "-o", "new.csv", "--report", "r.json")
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert report["totals"]["read"] == 2
    assert [each["name"] for each in report["files"]] == ["data.csv:2"]
    assert report["frequent_changes"][0]["after"] == "fox"
    assert data.read_text("utf-8") == OLD


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("data.csv", "-o", "new.csv"), "name the --column of data.csv"),
        (("data.csv", "--column", "txt", "-o", "new.csv"), "data.csv has no column txt; the colum"),
        (("data.csv", "--column", "text", "-o", "new.tsv"), "new.tsv must end in .csv"),
        (("data.csv", "--column", "text", "-o", "new.csv", "--all-text"), "--all-text cannot be"),
        ((".", "--jobs", "2"), "--jobs cannot be used with a folder of captions"),
        (("data.csv", "a.csv", "--column", "text", "-o", "b.csv"), "are two targets; give one"),
        (
            ("data.csv", "--column", "text", "--report", "data.csv"),
            "data.csv is a file of the dataset",
        ),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    data: Path, tmp_path: Path, args: tuple[str, ...], message: str
) -> None:
    before = {each.name for each in tmp_path.iterdir()}
    ran = normalize(*args)
    assert ran.code == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert {each.name for each in tmp_path.iterdir()} == before


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_run_leaves_no_part_of_a_target_and_no_process(
    data: Path, tmp_path: Path, sent: int, jobs: str
) -> None:
    rows = "".join(f"{number},Foxes {number}\n" for number in range(200_000))
    data.write_text("id,text\n" + rows, encoding="utf-8")
    program = [sys.executable, "-m", "e6duck", "normalize", "data.csv", "--column", "text"]
    program += ["-o", "new.csv", "--jobs", jobs]
    process = subprocess.Popen(program, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("new.csv*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(sent)
    process.communicate(timeout=60)  # other processes would keep standard error open
    assert process.returncode == (130 if sent == signal.SIGINT else -sent)
    assert not (tmp_path / "new.csv").exists()
    data.write_text(OLD, encoding="utf-8")
    assert normalize("data.csv", "--column", "text", "-o", "new.csv").code == 0
    assert {each.name for each in tmp_path.glob("new*")} == {"new.csv"}
