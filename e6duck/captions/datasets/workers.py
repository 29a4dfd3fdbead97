"""Cleans the captions of parts in several processes; the result does not depend on their number."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from ...errors import E6DuckError
from ..steps import Result
from .counts import Counts, counts_of
from .parts import Part
from .pieces import as_text, is_caption, like

_TASK = 2_000
# Captions that one process gets at a time.


class Cleaning(Protocol):
    """What cleans texts, such as a `Normalizer`; for several processes it must pickle."""

    def normalize_texts(self, texts: list[str]) -> list[Result]:
        """Return the cleaned texts, with what was changed."""

    def count_texts(self, texts: list[str]) -> tuple[list[str], Counts]:
        """Return the cleaned texts and their totals."""


class ChangedCaption(NamedTuple):
    """A caption that changes, with the place of its row."""

    row: str
    text: str
    result: Result


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
    changed: list[ChangedCaption] = []
    if rows is None:
        new, counts = cleaner.count_texts(texts)
    else:
        results = cleaner.normalize_texts(texts)
        new, counts = [result.text for result in results], Counts(read=len(texts))
        for place, text, result in zip(places, texts, results, strict=True):
            counts.add(counts_of(text, result))
            if result.text != text:
                changed.append(ChangedCaption(rows[place], text, result))
    found = list(values)
    for place, before, after in zip(places, texts, new, strict=True):
        if after != before:
            found[place] = like(values[place], after)
    return Cleaned(found, counts, changed)


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
    Thread(target=_end_with_parent, daemon=True).start()
    _cleaners.append(pickle.loads(pickled))


def _end_with_parent() -> None:
    """End this process when the main one has ended, however that was: nobody reads its results."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(values: list[Any]) -> Cleaned:
    return cleaned(_cleaners[0], values)
