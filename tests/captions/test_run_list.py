"""The journals of runs: their order, and what is listed, kept and removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from e6duck.captions.normalizer import Normalizer
from e6duck.captions.runs import journal, run_list
from e6duck.errors import E6DuckError, UsageError
from e6duck.files import LOCK, exclusive


@pytest.fixture
def normalizer(caption_database: Path) -> Normalizer:
    return Normalizer(caption_database)


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    return tmp_path / "set"


def run_of(normalizer: Normalizer, folder: Path, backup: Path, text: str = "Foxes") -> str:
    """Run over a folder with one caption; returns the name of the run."""
    (folder / "a.txt").write_text(text)
    run = normalizer.apply(normalizer.plan(folder), backup=backup).run
    assert run
    return run


def test_the_latest_run_is_undone_first_even_if_the_clock_was_put_back(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    names = [run_of(normalizer, captions, tmp_path)]
    for days in (1, 400):
        early = datetime.now(UTC) - timedelta(days=days)
        with mock.patch.object(journal, "datetime", wraps=datetime) as clock:
            clock.now.return_value = early
            names.append(run_of(normalizer, captions, tmp_path))
        listed = run_list.recorded_runs(tmp_path)[0]
        assert listed.time == early.replace(microsecond=0), "the list has the time of the clock"
    assert sorted(names) == names
    for name in reversed(names):
        assert normalizer.undo(captions, backup=tmp_path).run == name
        (captions / "a.txt").write_text("fox")
    (tmp_path / "99999999-999999-999999-zzzz.jsonl").write_text("of somebody else")
    run_of(normalizer, captions, tmp_path)


def test_a_list_has_the_state_and_size_of_each_run(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    names = [run_of(normalizer, folder, tmp_path) for folder in (captions, other, captions)]
    normalizer.undo(captions, backup=tmp_path)
    cut = tmp_path / f"{names[1]}.jsonl"
    cut.write_text("".join(cut.read_text().splitlines(keepends=True)[:-1]))
    (tmp_path / "notes.jsonl").write_text('{"mine": 1}\n')
    runs = run_list.recorded_runs(tmp_path)
    assert [(each.run, each.folder, each.files, each.state) for each in runs] == [
        (names[2], str(captions), 1, "undone"),
        (names[1], str(other), 1, "unfinished"),
        (names[0], str(captions), 1, "done"),
    ]
    assert all(each.size == each.path.stat().st_size for each in runs)
    assert [each.run for each in run_list.recorded_runs(tmp_path, captions)] == [names[2], names[0]]
    assert run_list.recorded_runs(tmp_path / "nowhere") == []


def test_only_journals_are_forgotten_and_none_of_a_run_at_work(
    normalizer: Normalizer, captions: Path, tmp_path: Path
) -> None:
    names = [run_of(normalizer, captions, tmp_path) for _ in range(2)]
    foreign = tmp_path / "notes.jsonl"
    foreign.write_text('{"mine": 1}\n')
    with pytest.raises(UsageError, match="is not a journal of e6duck"):
        run_list.to_forget(tmp_path, None, "notes")
    with pytest.raises(UsageError, match="belongs to another folder"):
        run_list.to_forget(tmp_path, tmp_path, names[0])
    path = tmp_path / f"{names[1]}.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with exclusive(captions / LOCK, "busy"), pytest.raises(E6DuckError, match="is working in"):
        run_list.forget(run_list.to_forget(tmp_path, captions, None))
    assert len(run_list.recorded_runs(tmp_path)) == 2
    run_list.forget(run_list.to_forget(tmp_path, captions, names[0]))
    assert [each.run for each in run_list.recorded_runs(tmp_path)] == [names[1]]
    run_list.forget(run_list.to_forget(tmp_path, None, None))
    assert run_list.recorded_runs(tmp_path) == []
    assert foreign.exists()
