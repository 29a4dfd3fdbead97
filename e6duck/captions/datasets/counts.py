"""Totals over the captions of a dataset, which need little memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..steps import REASONS, Result

_UNKNOWN = 200_000
# Different unknown pieces that are counted; then the rarest are forgotten.


@dataclass
class Counts:
    """Totals over captions."""

    read: int = 0
    changed: int = 0
    emptied: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    """Pieces removed, by kind of step"""
    unknown: Counter[str] = field(default_factory=Counter)
    """Pieces that are not tags; if there are very many, only the most frequent"""

    ambiguous: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Add the totals over other captions."""
        self.read += other.read
        self.changed += other.changed
        self.emptied += other.emptied
        self.removed.update(other.removed)
        self.unknown.update(other.unknown)
        self.ambiguous.update(other.ambiguous)
        if len(self.unknown) > _UNKNOWN:
            self.unknown = Counter(dict(self.unknown.most_common(_UNKNOWN // 2)))


def counts_of(text: str, result: Result) -> Counts:
    """Return what happened to one caption; `read` is 0, as those that read count it."""
    counts = Counts()
    if result.text != text:
        counts.changed = 1
        counts.emptied = int(not result.text.strip())
    for step in result.steps:
        if not step.after:
            if REASONS[step.kind].removed:
                counts.removed[step.kind] += 1
        elif step.kind == "unknown":
            counts.unknown[step.before] += 1
        elif step.kind == "ambiguous":
            counts.ambiguous[step.before] += 1
    return counts
