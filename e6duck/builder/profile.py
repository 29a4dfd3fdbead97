"""Measure the stages of a build."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from ..progress import Progress


@dataclass(frozen=True)
class StageTime:
    """What a stage of a build took.

    seconds: elapsed. cpu_seconds: of all threads, and of what runs beside the stage. rows: those
    of the relation that the stage makes, or those that it reads; None if it makes no table.
    """

    stage: str
    seconds: float
    cpu_seconds: float
    rows: int | None


class Profile:
    """A progress function that measures the stages, and passes all calls on.

    A stage lasts from its first call to that of the next one. Several threads may call.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._times: dict[str, tuple[float, float]] = {}
        self._rows: dict[str, int] = {}
        self._stage = "start"
        self._since = _now()
        self._lock = threading.Lock()

    def __call__(self, stage: str, count: int) -> None:
        """Report that so many rows are done in a stage."""
        with self._lock:
            if stage != self._stage:
                self._end()
                self._stage = stage
            if count:
                self._rows[stage] = self._rows.get(stage, 0) + count
        self._progress(stage, count)

    def _end(self) -> None:
        now = _now()
        before = self._times.get(self._stage, (0.0, 0.0))
        seconds, cpu_seconds = (
            old + end - start for old, end, start in zip(before, now, self._since, strict=True)
        )
        self._times[self._stage] = seconds, cpu_seconds
        self._since = now

    def finish(self, row_counts: Mapping[str, int]) -> tuple[StageTime, ...]:
        """Return the stages in order. row_counts: rows of the tables, by name."""
        self._end()
        return tuple(
            StageTime(stage, *times, self._rows.get(stage, row_counts.get(stage)))
            for stage, times in self._times.items()
        )


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()
