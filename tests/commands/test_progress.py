"""What is shown of work that goes on."""

from __future__ import annotations

from itertools import count

import pytest

from e6duck.builder.build import stage_count
from e6duck.builder.from_index import import_scripts
from e6duck.builder.stage_names import STAGES, stage_text
from e6duck.commands.shared import progress
from e6duck.db.sql_files import scripts
from e6duck.index.write import NAMES


@pytest.mark.parametrize(("terminal", "shown"), [("xterm", "reading 3"), ("dumb", "")])
def test_a_terminal_that_cannot_erase_is_shown_no_counter(
    terminal: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(step=10)
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.counter(is_shown=True) as advance:
        advance("reading", 1)
        advance("reading", 2)
    assert capsys.readouterr().err.replace("\r\x1b[K", "") == shown


def test_every_stage_has_a_text_for_users() -> None:
    steps = ("reading files", "audit", "checkpoint", "publish")
    every = [*scripts("build"), *scripts("build/optional"), *import_scripts()]
    assert {*steps, *(script.name for script in every)} == STAGES.keys()
    assert stage_count() == len(scripts("build")) + len(scripts("build/optional")) + len(NAMES) + 3
    assert all("_" not in text and len(text) <= 24 for text in STAGES.values())
    assert stage_text("name_use") == "reading posts"
    assert stage_text("posts.parquet") == "writing posts.parquet"
