"""The questions that are shipped: sql/query, a file each, with $named parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import UsageError
from .query import Answer
from .script import Script, scripts


def questions() -> list[Script]:
    """Return the questions that are shipped."""
    return scripts("query")


def question(name: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a shipped question, and its parameters with their defaults."""
    known = {script.name: script for script in questions()}
    if name not in known:
        raise UsageError(f"there is no question {name}; there are {', '.join(known)}")
    script = known[name]
    defaults = {key: value for key, value in script.parameters.items() if value is not None}
    return script.text, defaults | dict(parameters)


def listed() -> Answer:
    """Return name, parameters and sentence of each shipped question."""
    rows = [
        (
            script.name,
            " ".join(
                f"-p {name}={'…' if default is None else default}"
                for name, default in script.parameters.items()
            ),
            script.sentence,
        )
        for script in questions()
    ]
    return Answer(("name", "parameters", "answers"), ("VARCHAR",) * 3, iter([rows]))
