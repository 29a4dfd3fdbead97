"""Produce items ahead of their use: in a thread, or in several that keep the order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from .interrupts import SignalPoint

_T = TypeVar("_T")
_R = TypeVar("_R")


class Workers(ThreadPoolExecutor):
    """A pool of threads; none of them runs any more when its block ends, not even after Ctrl-C."""

    def __exit__(self, *error: object) -> None:
        interrupt = None
        while True:
            try:
                self.shutdown(wait=True)
                break
            except KeyboardInterrupt as raised:
                interrupt = raised
        if interrupt:
            raise interrupt


class Interruptible(Protocol):
    """A connection, or an object that has one."""

    def interrupt(self) -> object:
        """End what another thread has begun with it."""


_C = TypeVar("_C", bound=Interruptible)


def mapped(
    work: Callable[[_T], _R],
    items: Iterable[_T],
    workers: int,
    *,
    stop: Callable[[], object] = lambda: None,
) -> Generator[_R, None, None]:
    """Yield the result for each item, in order, while threads work on the next ones.

    One more item than there are workers is taken ahead. stop: called if the results that are not
    ready are not needed any more; the generator then waits until no thread works.
    """
    with Workers(workers, "e6duck worker") as pool, SignalPoint():
        pending: deque[Future[_R]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(work, item))
                if len(pending) > workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BaseException:
            for future in pending:
                future.cancel()
            stop()
            raise


def mapped_with(
    connections: Sequence[_C], work: Callable[[_C, _T], _R], items: Iterable[_T]
) -> Generator[_R, None, None]:
    """Yield the result for each item, in order; each thread has one of the connections to itself.

    They are interrupted if the results that are not ready are not needed any more.
    """
    free: queue.SimpleQueue[_C] = queue.SimpleQueue()
    for connection in connections:
        free.put(connection)

    def work_with_free(item: _T) -> _R:
        connection = free.get()
        try:
            return work(connection, item)
        finally:
            free.put(connection)

    def interrupt() -> None:
        for connection in connections:
            connection.interrupt()

    return mapped(work_with_free, items, len(connections), stop=interrupt)


def prefetch(items: Iterable[_T], depth: int = 2) -> Generator[_T, None, None]:
    """Yield the items while a thread produces the next ones; the thread ends with the generator.

    depth: maximum number of items that wait.
    """
    made: queue.Queue[tuple[bool, Any]] = queue.Queue(depth)
    left = threading.Event()

    def offer(kind: bool, value: Any) -> bool:
        while not left.is_set():
            try:
                made.put((kind, value), timeout=0.1)
                return True
            except queue.Full:
                pass
        return False

    def work() -> None:
        try:
            for item in items:
                if not offer(True, item):
                    return
            offer(False, None)
        except BaseException as error:
            offer(False, error)

    thread = threading.Thread(target=work, name="e6duck prefetch", daemon=True)
    thread.start()
    try:
        while True:
            is_item, value = made.get()
            if is_item:
                yield value
            elif value is None:
                return
            else:
                raise value
    finally:
        left.set()
        thread.join()
