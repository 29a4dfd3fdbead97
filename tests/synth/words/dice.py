"""Chance for the sample: everything comes from `random.Random.random`.

That one method gives the same stream on every version of Python; the others may not.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """A seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """Return whether something of this probability happens."""
        return self._random() < probability

    def below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1, each as likely."""
        return int(self._random() * limit)

    def skewed(self, limit: int) -> int:
        """Return a number from 0 to limit - 1, the low ones more likely."""
        share = self._random()
        return int(share * share * limit)

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely."""
        return items[self.below(len(items))]

    def favour(self, items: Sequence[Item]) -> Item:
        """Return one of the items, the first ones more likely."""
        return items[self.skewed(len(items))]

    def some(self, items: Sequence[Item], probability: float) -> list[Item]:
        """Return those of the items that this probability lets through."""
        return [item for item in items if self.chance(probability)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in any order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in items]
