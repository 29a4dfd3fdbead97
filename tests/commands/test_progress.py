"""What is shown on a terminal while a command works."""

from __future__ import annotations

import sys
from itertools import count

import pytest

from e6duck.builder.build import stage_count
from e6duck.builder.from_index import import_scripts
from e6duck.builder.stage_names import STAGES, stage_text
from e6duck.commands.shared import progress
from e6duck.db.sql_files import scripts
from e6duck.index.write import NAMES
from tests.support.terminal import left_on_screen, on_terminal

# Reports at 0, 0.9, 1.1 and 2 seconds of a clock of its own, and warns before the last.
WORKING = """
import sys
from types import SimpleNamespace
from e6duck.commands.shared import options, progress
now = 0.0
progress.time = SimpleNamespace(monotonic=lambda: now)
progress._TICK = 3600  # nothing is drawn between two reports
sizes = {"posts.csv.gz": 4_000_000}
quiet, kind = sys.argv[1] == "quiet", sys.argv[2]
shown = {
    "stages": lambda: progress.stage_progress(quiet, 61),
    "iterations": lambda: progress.iteration_progress(quiet),
    "bytes": lambda: progress.download_progress(quiet, sizes),
    "files": lambda: progress.counter(not quiet and sys.stderr.isatty()),
}
steps = {
    "stages": [("post_row", 1_000)] * 4,
    "iterations": [("iterating", done, 8) for done in range(4)],
    "bytes": [("posts.csv.gz", 1_000_000 * done) for done in range(4)],
    "files": [("read", 1)] * 4,
}
with shown[kind]() as advance:
    first, second, third, last = steps[kind]
    print("begin", file=sys.stderr)
    advance(*first)
    now = 0.9
    advance(*second)
    print("ready", file=sys.stderr)
    now = 1.1
    advance(*third)
    options.tell("a warning")
    now = 2.0
    advance(*last)
"""
SHOWN = {
    "stages": ("reading posts            |", "00:01, 3,000 rows"),
    "iterations": ("iterating                |", "2/8 "),
    "bytes": ("posts.csv.gz             |", "2.00M/4.00M "),
    "files": ("read 3", ""),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_bar_appears_after_a_second_and_makes_room_for_a_warning_and_the_end(kind: str) -> None:
    said = on_terminal("shown", kind, columns=80, program=(sys.executable, "-c", WORKING))
    before, _, after = said.partition("ready\n")
    assert before == "begin\n"
    bar, warned, again = after.partition("a warning\n")
    start, end = SHOWN[kind]
    assert bar.startswith(f"\r\x1b[K{start}")
    assert end in bar
    assert bar.endswith("\r\x1b[K")
    assert warned
    assert again.startswith(f"\r\x1b[K{start}"[:-1])
    assert left_on_screen(said) == ["begin", "ready", "a warning"]


@pytest.mark.parametrize("kind", SHOWN)
def test_a_quiet_command_shows_no_bar(kind: str) -> None:
    said = on_terminal("quiet", kind, program=(sys.executable, "-c", WORKING))
    assert said == "begin\nready\na warning\n"


def test_a_bar_fits_its_terminal() -> None:
    said = on_terminal("shown", "bytes", columns=50, program=(sys.executable, "-c", WORKING))
    lines = [line for line in said.replace("\r\x1b[K", "\n").splitlines() if "|" in line]
    assert lines
    assert max(map(len, lines)) < 50


def test_the_time_goes_on_in_a_stage_that_reports_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(step=60)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(progress, "_TICK", 0.01)
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True)
    drawn = ""
    with progress.stage_progress(False, 2) as advance:
        advance("posts", 0)
        while drawn.count("writing posts") < 3:
            drawn += capsys.readouterr().err


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
    steps = ("start", "reading files", "audit", "checkpoint", "publish")
    every = [*scripts("build"), *scripts("build/optional"), *import_scripts()]
    assert {*steps, *(script.name for script in every)} == STAGES.keys()
    assert stage_count() == len(scripts("build")) + len(scripts("build/optional")) + len(NAMES) + 3
    assert all("_" not in text and len(text) <= 24 for text in STAGES.values())
    assert stage_text("name_use") == "reading posts"
    assert stage_text("posts.parquet") == "writing posts.parquet"
