"""The pictures of the documents: what each shows, and what it was made from.

`python -m tests.docs.pictures` draws them. Each PNG has the hash of its inputs, so that a test can
tell whether it is up to date without drawing it: pixels differ between systems.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

import e6duck
from e6duck.charts.save import save
from e6duck.charts.tag_map import neighbor_map
from e6duck.tags.neighbors import Question, find_neighbors

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[2]
COMMAND = "python -m tests.docs.pictures"

_HASH = "e6duck-inputs"
_CHARTS = ("e6duck/charts/*.py", "e6duck/charts/*.mplstyle")


@dataclass(frozen=True)
class Picture(ABC):
    """A picture: its name, and whether it is light."""

    name: str
    light: bool = False

    @property
    @abstractmethod
    def patterns(self) -> tuple[str, ...]:
        """Globs of the files that decide how it looks."""

    @abstractmethod
    def save(self, database: e6duck.Database) -> None:
        """Write the picture, from a database with the vectors of the sample."""

    @property
    def path(self) -> Path:
        """Return where the picture is kept."""
        return FOLDER / f"{self.name}.png"

    def inputs(self) -> str:
        """Return the hash of everything that the picture is made from."""
        digest = hashlib.sha256(repr(self).encode())
        for pattern in ("data/*.csv.gz", *self.patterns):
            paths = sorted(CHECKOUT.glob(pattern))
            assert paths, f"there is no {pattern}"
            for path in paths:
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def stamp(self) -> str | None:
        """Return the hash of what the picture was made from when it was drawn; None without it."""
        if not self.path.exists():
            return None
        with Image.open(self.path) as image:
            return image.info.get(_HASH)

    def draw(self, database: e6duck.Database) -> None:
        """Draw the picture, with the hash of what it is made from."""
        self.save(database)
        facts = PngImagePlugin.PngInfo()
        facts.add_text(_HASH, self.inputs())
        with Image.open(self.path) as image:
            few_colors = image.convert("RGB").quantize(256)  # a third of the bytes
            few_colors.save(self.path, pnginfo=facts, optimize=True)


@dataclass(frozen=True)
class Neighborhood(Picture):
    """The map of the answer to a question."""

    question: dict[str, Any] = field(default_factory=dict)
    drawn_count: int = 24

    patterns = (
        "e6duck/trainer/*.py",
        "e6duck/tags/neighbors.py",
        "sql/tags/neighbors/*.sql",
        *_CHARTS,
    )

    def save(self, database: e6duck.Database) -> None:
        """Draw the neighbors of the tags."""
        question = Question(**self.question, map_count=self.drawn_count)
        with find_neighbors(database.connection, question) as found:
            save(neighbor_map(found, drawn_count=self.drawn_count), self.path, light=self.light)


@dataclass(frozen=True)
class Stats(Picture):
    """The statistics of the sample."""

    patterns = (
        "e6duck/tags/stats.py",
        "e6duck/tags/phrases.py",
        "e6duck/tags/bins.py",
        "sql/tags/stats/*.sql",
        *_CHARTS,
    )

    def save(self, database: e6duck.Database) -> None:
        """Draw the statistics."""
        save(database.stats(), self.path, light=self.light)


PICTURES = (
    Neighborhood("fox", question={"tags": ["fox"], "categories": ["species"]}),
    Neighborhood(
        "tidewood_tales", light=True, question={"tags": ["tidewood_tales"], "min_posts": 20}
    ),
    Stats("stats"),
)
