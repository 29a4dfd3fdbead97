"""The pictures of the documents: what each shows, and what it was made from.

`python -m tests.docs.pictures` redraws them. Each PNG carries the hash of its inputs, so that a
test can tell whether it is up to date without drawing it: pixels differ between systems.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

import e6duck
from e6duck.charts.save import save, save_stats
from e6duck.charts.tag_map import neighbor_map
from e6duck.tags.neighbors import Question, find_neighbors

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[2]
COMMAND = "python -m tests.docs.pictures"

_HASH = "e6duck-inputs"


@dataclass(frozen=True)
class Picture(ABC):
    """A picture: its name, and its looks."""

    name: str
    light: bool = False

    @property
    @abstractmethod
    def patterns(self) -> tuple[str, ...]:
        """What decides how it looks, but for what it is asked: data, questions and drawing."""

    @abstractmethod
    def save(self, database: e6duck.Database) -> None:
        """Write the picture, from a database with the vectors of the sample."""

    @property
    def path(self) -> Path:
        """Return where the picture is kept."""
        return FOLDER / f"{self.name}.png"

    def inputs(self) -> str:
        """Return the hash of all that the picture is made from."""
        digest = hashlib.sha256(repr(self).encode())
        for pattern in ("data/*.csv.gz", *self.patterns):
            paths = sorted(CHECKOUT.glob(pattern))
            assert paths, f"there is no {pattern}"
            for path in paths:
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def stamp(self) -> str | None:
        """Return the hash of what the kept picture was made from; None if there is none."""
        if not self.path.exists():
            return None
        with Image.open(self.path) as image:
            return image.info.get(_HASH)

    def draw(self, database: e6duck.Database) -> None:
        """Draw the picture anew, with the hash of what it was made from."""
        self.save(database)
        facts = PngImagePlugin.PngInfo()
        facts.add_text(_HASH, self.inputs())
        with Image.open(self.path) as image:
            few_colours = image.convert("RGB").quantize(256)  # a third of the bytes
            few_colours.save(self.path, pnginfo=facts, optimize=True)


def _modules(names: str) -> tuple[str, ...]:
    return tuple(f"e6duck/{name}.py" for name in names.split())


@dataclass(frozen=True)
class Neighborhood(Picture):
    """The map of the answer to a question."""

    question: dict[str, Any] = field(default_factory=dict)
    drawn_count: int = 24

    patterns = (
        *_modules("als embedding recipes spectral"),
        *_modules("neighbors"),
        "sql/tags/neighbors/*.sql",
        *_modules("charts/tag_map charts/map_layout charts/map_figure charts/labels"),
        *_modules("charts/geometry charts/text charts/fonts charts/palette charts/save"),
    )

    def save(self, database: e6duck.Database) -> None:
        """Draw the neighbours of the tags."""
        question = Question(**self.question, map_count=self.drawn_count)
        with find_neighbors(database.connection, question) as found:
            save(neighbor_map(found, drawn_count=self.drawn_count), self.path, light=self.light)


@dataclass(frozen=True)
class Stats(Picture):
    """The statistics of the sample."""

    patterns = (
        *_modules("figures phrases bins charts/stats_charts charts/stats_figure"),
        "sql/tags/stats/*.sql",
        *_modules("charts/text charts/fonts charts/palette charts/save"),
    )

    def save(self, database: e6duck.Database) -> None:
        """Draw the figures."""
        save_stats(database.stats(), self.path, light=self.light)


PICTURES = (
    Neighborhood("fox", question={"tags": ["fox"], "categories": ["species"]}),
    Neighborhood(
        "tidewood_tales", light=True, question={"tags": ["tidewood_tales"], "min_posts": 20}
    ),
    Stats("stats"),
)
