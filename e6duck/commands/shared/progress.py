"""What is shown on a terminal of work that goes on, and gone when it is done."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...builder.stage_names import stage_text

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn, TaskID

    from ...builder.fetch.download import OnBytes
    from ...builder.pipeline import Progress
    from ...trainer.ppmi import Progress as TrainingProgress

_WAIT = 1.0  # seconds of work that are not worth a bar


@contextmanager
def download_bar(is_shown: bool, sizes: Mapping[str, int]) -> Iterator[OnBytes]:
    """Give a function that draws a bar a file, with its speed and the time left.

    sizes: in bytes, by the name of a file; it may be filled later.
    """
    if not (is_shown and _can_erase()):
        yield lambda name, done: None
        return
    from rich.progress import DownloadColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with _bar(*columns) as bar:

        def advance(name: str, done: int) -> None:
            bar.start()  # only now: a question may come before
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=sizes.get(name), completed=done)
            bar.update(tasks[name], completed=done)

        yield advance


@contextmanager
def training_bar(is_shown: bool) -> Iterator[TrainingProgress]:
    """Give a function that draws a bar a stage, with the time left, from the second second on."""
    if not (is_shown and _can_erase()):
        yield lambda stage, done, total: None
        return
    from rich.progress import MofNCompleteColumn, TimeRemainingColumn

    started = time.monotonic()
    tasks: dict[str, TaskID] = {}
    with _bar(MofNCompleteColumn(), TimeRemainingColumn()) as bar:

        def advance(stage: str, done: int, total: int) -> None:
            _start_late(bar, started)
            if stage not in tasks:
                for task in tasks.values():
                    bar.update(task, visible=False)
                tasks[stage] = bar.add_task(stage, total=total or None)
            bar.update(tasks[stage], completed=done)

        yield advance


@contextmanager
def progress_bar(is_shown: bool, total_stages: int) -> Iterator[Progress]:
    """Give a function that draws the stage and its rows so far, from the second second on."""
    if not (is_shown and _can_erase()):
        yield lambda stage, rows: None
        return
    from rich.progress import TextColumn, TimeElapsedColumn

    started = time.monotonic()
    seen: dict[str, int] = {}
    with _bar(TextColumn("{task.fields[rows]}"), TimeElapsedColumn()) as bar:
        task = bar.add_task("", total=total_stages, rows="")

        def advance(stage: str, rows: int) -> None:
            _start_late(bar, started)
            seen[stage] = seen.get(stage, 0) + rows
            shown = f"{seen[stage]:,} rows" if seen[stage] else ""
            bar.update(task, completed=len(seen), description=stage_text(stage), rows=shown)

        yield advance


class Counter:
    """Shows how many files a stage has done, on a line that can be erased; without rich.

    The line appears after a second of work. Whoever writes something else clears it first, which
    also starts the second anew: a user may think about a question for as long as he likes.
    """

    def __init__(self, is_shown: bool) -> None:
        self._is_shown = is_shown and _can_erase()
        self._is_drawn = False
        self._next_at: float | None = None
        self._done: dict[str, int] = {}

    def __call__(self, stage: str, done: int) -> None:
        """Count files of a stage."""
        if not self._is_shown:
            return
        self._done[stage] = count = self._done.get(stage, 0) + done
        now = time.monotonic()
        if self._next_at is None:
            self._next_at = now + _WAIT
        if now >= self._next_at:
            self._next_at, self._is_drawn = now + 0.1 * _WAIT, True
            sys.stderr.write(f"\r\x1b[K{stage} {count:,}" if count else f"\r\x1b[K{stage}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Erase the line, and wait for the next second of work."""
        self._next_at = None
        if self._is_drawn:
            self._is_drawn = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextmanager
def counter(is_shown: bool) -> Iterator[Counter]:
    """Give a counter, and erase its line in the end."""
    found = Counter(is_shown)
    try:
        yield found
    finally:
        found.clear()


def _can_erase() -> bool:
    """Return whether a terminal can take back a bar; a dumb one would keep every state of it."""
    return os.environ.get("TERM") != "dumb"


@contextmanager
def _bar(*columns: ProgressColumn) -> Iterator[Bar]:
    """Give a bar that is not drawn before it is started, and gone when the block ends."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    first = (TextColumn("{task.description:<24}"), BarColumn())
    bar = Progress(*first, *columns, console=Console(stderr=True), transient=True)
    try:
        yield bar
    finally:
        if bar.live.is_started:
            bar.stop()


def _start_late(bar: Bar, started: float) -> None:
    if not bar.live.is_started and time.monotonic() - started > _WAIT:
        bar.start()
