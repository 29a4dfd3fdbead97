"""The caption files that a new build would clean differently than an old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..db.connection import Connection
from ..progress import Notify, no_notice
from ..tags.diff import Section
from .config import find
from .normalizer import Normalizer
from .steps import Result, Step

_COLUMNS = ("name", "before", "after", "why")


def touched_captions(
    connection: Connection,
    old: Connection,
    folder: Path,
    *,
    config: Path | None = None,
    on_notice: Notify = no_notice,
) -> Section:
    """Return the captions below a folder that two builds clean differently; writes nothing.

    Each with its file, both cleaned texts and the reasons. config: the rules; without it, those
    that normalize would find. on_notice: called with the notes on the rules under the new build.
    """
    path = find(config, folder)
    new = Normalizer(connection, path)
    before = _cleaned(Normalizer(old, path), folder)
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
    """Yield in words the steps that only one result has; if both treat a piece, the new step."""
    new_steps, old_steps = Counter(new.steps), Counter(old.steps)
    pieces = {step.before for step in new_steps - old_steps}
    for step in new_steps - old_steps:
        yield _in_words(step)
    for step in old_steps - new_steps:
        if step.is_change and (not step.before or step.before not in pieces):
            yield f"no longer: {_in_words(step)}"


def _in_words(step: Step) -> str:
    if not step.is_change:
        return f"{step.before} unchanged ({step.reason.removesuffix(', unchanged')})"
    if not step.before:
        return f"{step.after} added ({step.reason})" if step.after else step.reason
    if not step.after:
        return f"{step.before} removed ({step.reason})"
    return f"{step.before} becomes {step.after} ({step.reason})"
