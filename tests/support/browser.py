"""A page in headless Chromium, driven over the pipe of its DevTools protocol.

    with chromium() as open_page:
        page = open_page(path)
        page.click("#search")
        page.type("fox")
        assert page.value("document.querySelector('#found').textContent") == "1 of 9"
        assert not page.complaints
        assert not page.requests

Mouse and keys are real ones: events that Chromium itself takes for a user's.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu"),
    *("--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars"),
)
_SECONDS = 60.0
_KEYS = {"Enter": 13, "Escape": 27, " ": 32, "Tab": 9} | {
    f"Arrow{way}": code
    for way, code in zip(("Left", "Up", "Right", "Down"), range(37, 41), strict=True)
}


@contextmanager
def chromium() -> Iterator[Callable[[Path], Page]]:
    """Give a function that opens a file as a page; skips the test where there is no Chromium."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if not program:
        pytest.skip("Chromium is missing: apt-get install chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [*_OPTIONS, f"--user-data-dir={profile}"]
        if os.getuid() == 0:
            options.append("--no-sandbox")  # root has none
        connection = _Connection([program, *options, "about:blank"])
        try:
            yield lambda path: Page(connection, path)
        finally:
            connection.close()


class Page:
    """A page that was loaded; complaints and requests are what it said and asked for since."""

    def __init__(self, connection: _Connection, path: Path) -> None:
        self._connection = connection
        self.complaints: list[str] = []
        self.requests: list[str] = []  # but for the page itself
        target = connection.call("Target.createTarget", url="about:blank")["targetId"]
        attached = connection.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(1280, 900)
        self._address = path.resolve().as_uri()
        self.call("Page.navigate", url=self._address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the answer to a command of the protocol, and take note of what happened before."""
        answer = self._connection.call(method, self._session, **params)
        for event in self._connection.events(self._session):
            self._note(event["method"], event["params"])
        return answer

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Network.requestWillBeSent":
            address = params["request"]["url"]
            if address != self._address and not address.startswith("data:"):
                self.requests.append(address)

    def resize(self, width: int, height: int) -> None:
        """Give the page a window of so many pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)

    def value(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, or of the promise that it makes."""
        options = {"returnByValue": True, "awaitPromise": True}
        answer = self.call("Runtime.evaluate", expression=expression, **options)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + _SECONDS
        while not self.value(f"Boolean({condition})"):
            assert time.monotonic() < end, f"{condition} does not become true"
            time.sleep(0.02)

    def hover(self, selector: str) -> tuple[float, float]:
        """Move the mouse to the middle of an element; returns where that is."""
        x, y = self.value(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)})"
            ".getBoundingClientRect();"
            " return [box.left + box.width / 2, box.top + box.height / 2]; })()"
        )
        self._mouse("mouseMoved", x, y)
        return x, y

    def click(self, selector: str) -> None:
        """Click the middle of an element."""
        x, y = self.hover(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self._mouse(kind, x, y, button="left", clickCount=1)

    def _mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def wheel(self, x: float, y: float, pixels: float) -> None:
        """Turn the mouse's wheel over a point of the window; a negative number is away."""
        self._mouse("mouseWheel", x, y, deltaX=0, deltaY=pixels)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the left button from a point of the window to another, halfway first."""
        half = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        self._mouse("mousePressed", *start, button="left", buttons=1, clickCount=1)
        for at in (half, end):
            self._mouse("mouseMoved", *at, button="left", buttons=1)
        self._mouse("mouseReleased", *end, button="left", clickCount=1)

    def touch(self, *fingers: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Move fingers over a touch screen, each from a point of the window to another."""
        starts, ends = ([finger[end] for finger in fingers] for end in (0, 1))
        halves = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in fingers]
        for kind, places in (
            ("touchStart", starts),
            ("touchMove", halves),
            ("touchMove", ends),
            ("touchEnd", []),
        ):
            points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(places)]
            self.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    def type(self, text: str) -> None:
        """Write a text where the keyboard's focus is."""
        for each in text:
            self.press(each)

    def press(self, key: str, *, commands: tuple[str, ...] = ()) -> None:
        """Press a key: a character, or Enter, Escape, Tab, ArrowLeft and so on.

        commands: what the key is to do in an editor, such as "paste".
        """
        code = _KEYS.get(key, 0)
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 and not commands else "")
        about = {"key": key, "windowsVirtualKeyCode": code}
        self.call(
            "Input.dispatchKeyEvent",
            type="keyDown" if text else "rawKeyDown",
            text=text,
            commands=commands,
            **about,
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def screenshot(self, path: Path) -> None:
        """Write a picture of the page: a PNG."""
        path.write_bytes(b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def printed(self) -> bytes:
        """Return the page as a printer gets it: a PDF."""
        return b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])


class _Connection:
    """A Chromium with the two ends of its pipe: messages are JSON, each ended by a null byte."""

    def __init__(self, command: list[str]) -> None:
        self._number = 0
        self._events: list[dict[str, Any]] = []
        self._rest = b""
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()
        with open(os.devnull, "r+b") as nothing:  # noqa: PTH123
            # Chromium reads from descriptor 3 and writes to 4.
            self._process = subprocess.Popen(
                ["bash", "-c", f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}', *command],
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                pass_fds=(theirs_in, theirs_out),
            )
        os.close(theirs_in)
        os.close(theirs_out)

    def call(self, method: str, session: str | None = None, /, **params: Any) -> dict[str, Any]:
        """Return the answer to a command; events that come before it are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])
            self._events.append(answer)

    def events(self, session: str) -> list[dict[str, Any]]:
        """Return the events of a page that were not returned before."""
        found = [event for event in self._events if event.get("sessionId") == session]
        self._events = [event for event in self._events if event.get("sessionId") != session]
        return found

    def _receive(self) -> dict[str, Any]:
        end = time.monotonic() + _SECONDS
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0, end - time.monotonic()))
            assert ready, "Chromium does not answer"
            piece = os.read(self._from, 1 << 20)
            assert piece, "Chromium has ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def close(self) -> None:
        """End Chromium: it goes when its pipe closes, or else is made to."""
        os.close(self._to)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from)
