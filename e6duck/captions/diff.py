"""The caption files that a new build would clean otherwise than an old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from ..db.connection import Connection
from ..tags.diff import Section
from .config import find
from .normalizer import Normalizer
from .rules import Rules, read_rules
from .steps import Result, Step

_COLUMNS = ("name", "before", "after", "why")


def touched_captions(
    connection: Connection,
    old: Connection,
    folder: Path,
    *,
    config: Path | None = None,
    on_notice: Callable[[str], object] = lambda line: None,
) -> Section:
    """Return the captions below a folder whose clean texts by two builds differ; writes nothing.

    Each with its file, both texts, and why. config: the rules, else those that normalize would
    find. on_notice: is told of what the rules leave open with the new build.
    """
    path = find(config, folder)
    rules = read_rules(path) if path else Rules()
    new = Normalizer(connection, rules)
    before = _cleaned(Normalizer(old, rules), folder)
    after = _cleaned(new, folder)
    for notice in new.resolver.notices:
        on_notice(notice)
    rows = [
        (name, before[name].text, result.text, "; ".join(reasons(before[name], result)))
        for name, result in after.items()
        if name in before and before[name].text != result.text
    ]
    return Section("touched_caption", _COLUMNS, rows)


def _cleaned(normalizer: Normalizer, folder: Path) -> dict[str, Result]:
    return {caption.name: caption.result for caption in normalizer.plan(folder).captions}


def reasons(old: Result, new: Result) -> Iterator[str]:
    """Yield in words what becomes of a piece by one result only: by the new one, where by both."""
    fresh, former = Counter(new.steps), Counter(old.steps)
    pieces = {step.before for step in fresh - former}
    for step in fresh - former:
        yield _told(step)
    for step in former - fresh:
        if step.is_change and (not step.before or step.before not in pieces):
            yield f"no more: {_told(step)}"


def _told(step: Step) -> str:
    if not step.is_change:
        return f"{step.before} stays ({step.reason})"
    if not step.before:
        return f"{step.after} comes ({step.reason})" if step.after else step.reason
    if not step.after:
        return f"{step.before} goes ({step.reason})"
    return f"{step.before} becomes {step.after} ({step.reason})"
