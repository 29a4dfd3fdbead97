"""An HTTP server on the loopback that serves files, and misbehaves as told."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INDEX = "/db_exports.json"


@dataclass
class Site:
    """What the server has, and what was asked of it."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # path, Range
    agents: set[str] = field(default_factory=set)
    faults: dict[str, list[Callable[[Handler], bool]]] = field(default_factory=dict)
    has_ranges: bool = True
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def add_index(self, tables: dict[str, bytes], **columns: dict[str, Any]) -> None:
        """Serve the files of tables and their index; columns: of a table, in place of the true."""
        rows = []
        for table, content in tables.items():
            name = f"{table}.csv.gz"
            self.files[f"/{name}"] = content
            row = {
                "name": table,
                "file_name": name,
                "file_size": len(content),
                "checksum": hashlib.sha256(content).hexdigest(),
                "updated_at": "2026-06-06T18:56:23.844+00:00",
                "url": f"{self.url}/{name}",
            }
            rows.append(row | columns.get(table, {}))
        self.files[INDEX] = json.dumps(rows).encode()

    def fail(self, path: str, *faults: Callable[[Handler], bool]) -> None:
        """Let the next requests for a path go wrong, one after the other."""
        self.faults.setdefault(path, []).extend(faults)


class Handler(BaseHTTPRequestHandler):
    """Answers from the site of its server."""

    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.site
        site.asked.append((self.path, self.headers["Range"]))
        site.agents.add(self.headers["User-Agent"])
        faults = site.faults.get(self.path)
        if faults and faults.pop(0)(self):
            return
        content = site.files.get(self.path)
        if content is None:
            self.answer(404, b"no such file")
            return
        given = self.headers["Range"]
        if given and site.has_ranges:
            start = int(given.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.answer(416, b"")
                return
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.answer(206, content[start:], **{"Content-Range": place})
        else:
            self.answer(200, content)

    def answer(
        self, status: int, content: bytes, length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def status(code: int, **headers: str) -> Callable[[Handler], bool]:
    """Answer with a status and nothing more."""

    def fault(handler: Handler) -> bool:
        handler.answer(code, b"", **headers)
        return True

    return fault


def cut(after: int) -> Callable[[Handler], bool]:
    """Close the connection after so many bytes of what was asked for."""

    def fault(handler: Handler) -> bool:
        content = handler.site.files[handler.path]
        handler.answer(200, content[:after], length=len(content))
        handler.close_connection = True
        return True

    return fault


def stall(after: int) -> Callable[[Handler], bool]:
    """Send so many bytes and then nothing, until the test ends."""

    def fault(handler: Handler) -> bool:
        content = handler.site.files[handler.path]
        handler.answer(200, content[:after], length=len(content))
        handler.wfile.flush()
        handler.site.released.wait()
        handler.close_connection = True
        return True

    return fault


def drip(start: bytes) -> Callable[[Handler], bool]:
    """Send the start of an answer, and then a byte now and then until nobody reads them."""

    def fault(handler: Handler) -> bool:
        handler.close_connection = True
        with suppress(OSError):
            handler.wfile.write(start)
            while not handler.site.released.wait(0.05):
                handler.wfile.write(b" ")
        return True

    return fault


def redirect(url: str) -> Callable[[Handler], bool]:
    """Lead elsewhere."""
    return status(302, Location=url)


@contextmanager
def serving() -> Iterator[Site]:
    """Give a site that is served while the block runs."""
    site = Site()
    handler = type("OfSite", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
