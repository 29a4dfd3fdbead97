"""Cleans the captions of parts in several processes; the result does not depend on their number."""

from __future__ import annotations

import pickle
import signal
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing import get_context
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from ...errors import E6DuckError
from ..steps import REASONS, Result
from .parts import Part
from .pieces import as_text, is_caption, like

_TASK = 2_000
# Captions that one process gets at a time.
_UNKNOWN = 200_000
# Different unknown pieces that are counted; then the rarest are forgotten.


class Cleaning(Protocol):
    """What cleans texts, such as a `Normalizer`; for several processes it must pickle."""

    def normalize_texts(self, texts: list[str]) -> list[Result]:
        """Return the cleaned texts."""


class ChangedCaption(NamedTuple):
    """A caption that changes, with the place of its row."""

    row: str
    text: str
    result: Result


@dataclass
class Counts:
    """Totals over captions."""

    read: int = 0
    changed: int = 0
    emptied: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    """Pieces removed, by kind of step"""
    unknown: Counter[str] = field(default_factory=Counter)
    """Pieces that are not tags; if there are very many, only the most frequent"""

    ambiguous: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Add the totals over other captions."""
        self.read += other.read
        self.changed += other.changed
        self.emptied += other.emptied
        self.removed.update(other.removed)
        self.unknown.update(other.unknown)
        self.ambiguous.update(other.ambiguous)
        if len(self.unknown) > _UNKNOWN:
            self.unknown = Counter(dict(self.unknown.most_common(_UNKNOWN // 2)))


class Cleaned(NamedTuple):
    """The cleaned values of some rows, in their order."""

    values: list[Any]
    counts: Counts
    changed: list[ChangedCaption]
    """The captions that change, if they were asked for"""


def cleaned(cleaner: Cleaning, values: Sequence[Any], rows: Sequence[str] | None = None) -> Cleaned:
    """Return values with their captions cleaned. rows: also return the captions that change."""
    places = [place for place, value in enumerate(values) if is_caption(value)]
    texts = [as_text(values[place]) for place in places]
    results = cleaner.normalize_texts(texts)
    found = Cleaned(list(values), Counts(read=len(texts)), [])
    counts = found.counts
    for place, text, result in zip(places, texts, results, strict=True):
        if result.text != text:
            counts.changed += 1
            counts.emptied += not result.text.strip()
            found.values[place] = like(values[place], result.text)
            if rows is not None:
                found.changed.append(ChangedCaption(rows[place], text, result))
        for step in result.steps:
            if not step.after:
                if REASONS[step.kind].removed:
                    counts.removed[step.kind] += 1
            elif step.kind == "unknown":
                counts.unknown[step.before] += 1
            elif step.kind == "ambiguous":
                counts.ambiguous[step.before] += 1
    return found


def in_order(
    cleaner: Cleaning, parts: Iterator[Part], *, jobs: int, with_changes: bool
) -> Iterator[tuple[Part, Cleaned]]:
    """Yield each part with its cleaned values, in their order.

    jobs: the number of processes. with_changes: also return the changed captions, which needs
    one process.
    """
    if jobs == 1 or with_changes:
        for part in parts:
            yield part, cleaned(cleaner, part.values, part.rows if with_changes else None)
        return
    with ExitStack() as stack:
        try:
            pool = stack.enter_context(_pool(cleaner, jobs))
            yield from _from_pool(pool, parts, 2 * jobs)
        except BrokenProcessPool as error:
            raise E6DuckError(
                "a process that cleans captions has ended; it may have had too little memory; try"
                " fewer --jobs"
            ) from error


def _pool(cleaner: Cleaning, jobs: int) -> ProcessPoolExecutor:
    # spawn: a fork would copy the threads of DuckDB and Arrow in an unknown state.
    return ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=_start, initargs=(pickle.dumps(cleaner),)
    )


def _from_pool(
    pool: ProcessPoolExecutor, parts: Iterator[Part], most: int
) -> Iterator[tuple[Part, Cleaned]]:
    waiting: deque[tuple[Part, list[Future[Cleaned]]]] = deque()
    try:
        for part in parts:
            tasks = [
                _submit(pool, part.values[start : start + _TASK])
                for start in range(0, len(part.values), _TASK)
            ]
            waiting.append((part, tasks))
            while sum(len(tasks) for _, tasks in waiting) > most and len(waiting) > 1:
                yield _joined(*waiting.popleft())
        while waiting:
            yield _joined(*waiting.popleft())
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _submit(pool: ProcessPoolExecutor, values: list[Any]) -> Future[Cleaned]:
    """Submit a task. A process that this starts does not run the main program again.

    Spawned processes import it, and one without `if __name__ == "__main__"` would start over.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        return pool.submit(_work, values)
    finally:
        sys.modules["__main__"] = main


def _joined(part: Part, tasks: list[Future[Cleaned]]) -> tuple[Part, Cleaned]:
    found = Cleaned([], Counts(), [])
    for task in tasks:
        values, counts, _ = task.result()
        found.values.extend(values)
        found.counts.add(counts)
    return part, found


_cleaners: list[Cleaning] = []  # of this process, if it is one of the pool


def _start(pickled: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends the others
    _cleaners.append(pickle.loads(pickled))


def _work(values: list[Any]) -> Cleaned:
    return cleaned(_cleaners[0], values)
