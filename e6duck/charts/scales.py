"""Scales: values to places on an axis, and the round values to mark on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log

_SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class Scale:
    """An axis from a low value at a start to a high one at an end; log: by their logarithms."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value."""
        low, high, value = (
            map(log, (self.low, self.high, value)) if self.is_log else (self.low, self.high, value)
        )
        share = (value - low) / (high - low) if high > low else 0.0
        return self.start + share * (self.end - self.start)


def round_steps(low: float, high: float, most: int) -> list[int]:
    """Return so many round values at most, evenly apart, from low to high: 0, 50, 100 and so on."""
    ranges = (range(-(-ceil(low) // size) * size, floor(high) + 1, size) for size in _sizes())
    return next(list(steps) for steps in ranges if len(steps) <= most)


def _sizes() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def decades(low: float, high: float) -> list[int]:
    """Return the powers of ten from low to high."""
    return [10**power for power in range(40) if low <= 10**power <= high]


def short(value: float) -> str:
    """Return a round number as an axis has it: 500, 20k, 1.5M."""
    for size, suffix in _SUFFIXES:
        if value >= size:
            return f"{value / size:g}{suffix}"
    return f"{value:g}"
