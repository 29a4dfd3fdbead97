"""What is shown of work that goes on."""

from __future__ import annotations

from itertools import count

import pytest

from e6duck import bars


@pytest.mark.parametrize(("terminal", "shown"), [("xterm", "reading 3"), ("dumb", "")])
def test_a_terminal_that_cannot_erase_is_shown_no_counter(
    terminal: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = count(step=10)
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr(bars.time, "monotonic", lambda: next(clock))
    with bars.counter(is_shown=True) as advance:
        advance("reading", 1)
        advance("reading", 2)
    assert capsys.readouterr().err.replace("\r\x1b[K", "") == shown
