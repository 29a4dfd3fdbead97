"""A deadline for an answer that comes byte by byte: httpx limits only the wait for the next one."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self


class Deadline:
    """Shuts the connections of a request after some seconds, unless it was stopped before.

    A context manager, which stops it. trace: the extension of that name of the request.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def trace(self, event: str, facts: dict[str, Any]) -> None:
        """Note each connection of the request, plain and encrypted."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._sockets.append(facts["return_value"].get_extra_info("socket"))

    def _end(self) -> None:
        self.is_over = True
        for each in self._sockets:
            with suppress(OSError):  # closed, or given up for the encrypted one
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def stop(self) -> None:
        """Let the rest take any time."""
        self._timer.cancel()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
