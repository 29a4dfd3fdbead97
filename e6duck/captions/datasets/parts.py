"""What all formats of datasets have in common: parts of a file, with the captions in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PART_ROWS = 5_000
# Text formats are read in parts of so many rows. The output does not depend on it.


@dataclass(frozen=True)
class Columns:
    """Which fields are captions, and where their cleaned texts go."""

    names: tuple[str, ...]
    to: str | None = None
    """A new field for the cleaned text; without it, the old text is replaced"""


@dataclass(slots=True)
class Part:
    """Some rows of a file."""

    rows: list[str]
    """For each caption the place of its row, as messages name it"""
    values: list[Any]
    """The captions, of all columns: texts, lists of pieces, or anything else that stays"""
    content: Any
    """What the writer needs to write the rows again"""


class Writer(Protocol):
    """Writes parts, in their order."""

    def write(self, part: Part, cleaned: Sequence[Any]) -> None:
        """Write a part with other captions."""

    def close(self) -> None:
        """End the file."""


class DatasetFile(ABC):
    """A file of a dataset. Raises `UsageError` if the columns are not in it."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self.path = path
        self.columns = columns

    @abstractmethod
    def parts(self) -> Iterator[Part]:
        """Yield all parts; raises `E6DuckError` if the file is broken."""

    @abstractmethod
    def writer(self, path: Path) -> Writer:
        """Return a writer of a file of the same format."""


class BytesWriter:
    """Writes the parts of text formats."""

    def __init__(self, path: Path, join: Any) -> None:
        self._file = path.open("wb")
        self._join = join

    def write(self, part: Part, cleaned: Sequence[Any]) -> None:
        """Write a part with other captions."""
        self._file.write(self._join(part, cleaned))

    def close(self) -> None:
        """End the file."""
        self._file.close()
