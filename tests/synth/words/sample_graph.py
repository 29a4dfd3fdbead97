"""Aliases and implications of the sample, followed to their ends."""

from collections import defaultdict
from collections.abc import Iterable

from .sample_vocabulary import Link


class LinkGraph:
    """Answers what a name stands for and what it implies, by active links alone."""

    def __init__(self, aliases: Iterable[Link], implications: Iterable[Link]) -> None:
        self._targets = {first: second for first, second, status in aliases if status == "active"}
        self._aliases: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._targets:
            self._aliases[self.resolve(name)].append(name)
        self._parents: defaultdict[str, list[str]] = defaultdict(list)
        for child, parent, status in implications:
            if status == "active":
                self._parents[self.resolve(child)].append(self.resolve(parent))

    def resolve(self, name: str) -> str:
        """Return the final target of a name; a name in a cycle, or leading into one, is its own."""
        seen = [name]
        while seen[-1] in self._targets:
            target = self._targets[seen[-1]]
            if target in seen:
                return name
            seen.append(target)
        return seen[-1]

    def is_alias(self, name: str) -> bool:
        """Return whether a name stands for another one."""
        return self.resolve(name) != name

    def aliases_of(self, name: str) -> list[str]:
        """Return the names that stand for this one."""
        return [alias for alias in self._aliases.get(name, ()) if alias != name]

    def implied(self, name: str) -> list[str]:
        """Return all that a name implies, nearest first, itself never among it."""
        found: dict[str, None] = {}
        queue = [self.resolve(name)]
        for one in queue:
            for parent in self._parents.get(one, ()):
                if parent not in found and parent != queue[0]:
                    found[parent] = None
                    queue.append(parent)
        return list(found)
