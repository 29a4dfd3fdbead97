"""The progress bar: one line on a terminal while a command works, erased at the end."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...builder.stage_names import stage_text
from .streams import terminal_columns

_WAIT = 1.0  # seconds of work before a bar is drawn
_INTERVAL = 0.1  # seconds between two drawings
_TICK = 0.5  # seconds after which the time is drawn again if nothing was reported
_ERASE = "\r\x1b[K"
_HEAD = "{desc:<24} |{bar}| "
# How tqdm writes a bar.
_STAGES: dict[str, Any] = {"bar_format": _HEAD + "{elapsed}{postfix}"}
_ITERATIONS: dict[str, Any] = {"bar_format": _HEAD + "{n}/{total} {remaining} left"}
_BYTES: dict[str, Any] = {
    "bar_format": _HEAD + "{n_fmt}/{total_fmt} {rate_noinv_fmt} {remaining} left",
    "unit": "B",
    "unit_scale": True,
}
_bars: list[ProgressBar] = []  # those that may be on the terminal


class ProgressBar:
    """One line on standard error: what is being done, how much of it is done, and the time.

    It appears a second after the first call of `show`, and then again at least every half second,
    so that the time advances in a stage that reports nothing. A terminal that cannot erase shows
    none. tqdm writes the bar; it is imported only when there is one to draw.
    """

    def __init__(self, is_shown: bool, style: Mapping[str, Any] | None = None) -> None:
        """style: the options of tqdm's `format_meter`; None: a text and a number, without a bar."""
        self._is_shown = is_shown and os.environ.get("TERM") != "dumb"
        self._style = style
        self._lock = threading.RLock()
        self._due: float | None = None  # when it is drawn next; None: nothing was reported
        self._is_drawn = False
        self._text, self._note, self._done, self._total = "", "", 0, 0
        self._start = (0, 0.0)  # what was done at which time, of the present total
        self._is_over = threading.Event()
        self._ticking: threading.Thread | None = None

    def show(self, text: str, done: int, total: int = 0, note: str = "") -> None:
        """Report that done of total are done, 0 if the total is unknown."""
        if not self._is_shown:
            return
        with self._lock:
            now = time.monotonic()
            if self._due is None:
                self._due = now + _WAIT
            if total != self._total or done < self._done or not self._text:
                self._start = done, now
            self._text, self._note, self._done, self._total = text, note, done, total
            if self._ticking is None:
                self._ticking = threading.Thread(target=self._tick, daemon=True)
                self._ticking.start()
            self._draw_if_due(now)

    def clear(self) -> None:
        """Erase the line, and wait for another second of work before it is drawn again."""
        with self.erased():
            self._due = None

    @contextmanager
    def erased(self) -> Iterator[None]:
        """Keep the line erased while the block writes something else."""
        with self._lock:
            if self._is_drawn:
                self._is_drawn = False
                sys.stderr.write(_ERASE)
                sys.stderr.flush()
            yield

    def close(self) -> None:
        """Erase the line for good."""
        self.clear()
        self._is_over.set()

    def _tick(self) -> None:
        while not self._is_over.wait(_TICK):
            with self._lock:
                self._draw_if_due(time.monotonic())

    def _draw_if_due(self, now: float) -> None:
        if self._due is not None and now >= self._due:
            self._due, self._is_drawn = now + _INTERVAL, True
            sys.stderr.write(_ERASE + self._line(now))
            sys.stderr.flush()

    def _line(self, now: float) -> str:
        if self._style is None:
            return f"{self._text} {self._done:,}" if self._done else self._text
        from tqdm import tqdm

        first, since = self._start
        line: str = tqdm.format_meter(
            self._done,
            self._total or None,
            now - since,
            ncols=terminal_columns() - 1,
            prefix=self._text,
            postfix=self._note,
            initial=first,
            **self._style,
        )
        return line


@contextmanager
def _bar(quiet: bool, style: Mapping[str, Any] | None) -> Iterator[ProgressBar]:
    """Give a progress bar that ends with the block; quiet: it is never drawn."""
    bar = ProgressBar(not quiet and sys.stderr.isatty(), style)
    _bars.append(bar)
    try:
        yield bar
    finally:
        _bars.remove(bar)
        bar.close()


@contextmanager
def erased_bars() -> Iterator[None]:
    """Keep the terminal free of progress bars while the block writes something else."""
    if not _bars:
        yield
        return
    with _bars[-1].erased():  # no command has two
        yield


@contextmanager
def stage_progress(quiet: bool, stage_count: int) -> Iterator[Callable[[str, int], None]]:
    """Give a function that shows the stages of a build, with the rows done in the present one."""
    rows: defaultdict[str, int] = defaultdict(int)
    with _bar(quiet, _STAGES) as bar:

        def advance(stage: str, count: int) -> None:
            rows[stage] += count
            note = f"{rows[stage]:,} rows" if rows[stage] else ""
            bar.show(stage_text(stage), len(rows), stage_count, note)

        yield advance


@contextmanager
def iteration_progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that shows the stages of a training, each with the time that is left."""
    with _bar(quiet, _ITERATIONS) as bar:
        yield bar.show


@contextmanager
def download_progress(
    quiet: bool, sizes: Mapping[str, int]
) -> Iterator[Callable[[str, int], None]]:
    """Give a function that shows the bytes of a file that are here, their speed, the time left.

    sizes: in bytes, by the name of a file; it may be filled later.
    """
    with _bar(quiet, _BYTES) as bar:
        yield lambda name, done: bar.show(name, done, sizes.get(name, 0))


class Counter(ProgressBar):
    """Shows how many files a stage has done, without a bar: their number is not known before."""

    def __init__(self, is_shown: bool) -> None:
        super().__init__(is_shown)
        self._counts: defaultdict[str, int] = defaultdict(int)

    def __call__(self, stage: str, count: int) -> None:
        """Add to the files of a stage."""
        self._counts[stage] += count
        self.show(stage, self._counts[stage])


@contextmanager
def counter(is_shown: bool) -> Iterator[Counter]:
    """Give a counter of files, and erase its line in the end."""
    bar = Counter(is_shown)
    _bars.append(bar)
    try:
        yield bar
    finally:
        _bars.remove(bar)
        bar.close()
