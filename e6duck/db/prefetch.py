"""Produce items ahead of their use: in a thread, or in several that keep the order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


def mapped(
    work: Callable[[_T], _R], items: Iterable[_T], workers: int, *, waiting: int = 1
) -> Iterator[_R]:
    """Yield the result for each item, in order, while threads work on the next ones.

    waiting: how many items more than workers are taken ahead of the results that are used.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="e6duck worker") as pool:
        pending: deque[Future[_R]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(work, item))
                if len(pending) >= workers + waiting:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def prefetch(items: Iterable[_T], depth: int = 2) -> Iterator[_T]:
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
