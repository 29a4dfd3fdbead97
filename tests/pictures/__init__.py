"""The pictures of README.md: what each shows, and what it was made from.

`python -m tests.pictures` draws them anew. Each PNG carries the hash of its inputs, so that a test
can tell whether it is up to date without drawing it: pixels differ between systems.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

import e6duck
from e6duck.mapping import neighbor_map
from e6duck.neighbors import Question, answering
from e6duck.picture import save

FOLDER = Path(__file__).parent
CHECKOUT = FOLDER.parents[1]
COMMAND = "python -m tests.pictures"

_HASH = "e6duck-inputs"
# What decides how a picture looks: the data, the vectors, the choice of tags, and the drawing.
_INPUTS = (
    "data/*.csv.gz",
    *(f"e6duck/{name}.py" for name in ("als", "embedding", "recipes", "spectral")),
    *(f"e6duck/{name}.py" for name in ("mapping", "maps", "neighbors")),
    "sql/neighbors/*.sql",
    *(f"e6duck/{name}.py" for name in ("geometry", "labels", "legend", "sheet", "words")),
    *(f"e6duck/{name}.py" for name in ("drawing", "fonts", "palette", "picture")),
)


@dataclass(frozen=True)
class Picture:
    """A picture: its name, the question that it answers, and its looks."""

    name: str
    question: dict[str, Any]
    light: bool = False
    drawn_count: int = 24

    @property
    def path(self) -> Path:
        """Return where the picture is kept."""
        return FOLDER / f"{self.name}.png"

    def inputs(self) -> str:
        """Return the hash of all that the picture is made from."""
        digest = hashlib.sha256(repr(self).encode())
        for pattern in _INPUTS:
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
        """Draw the picture anew, from a database with the vectors of the sample."""
        question = Question(**self.question, map_count=64)
        with answering(database.connection, question) as found:
            save(neighbor_map(found, drawn_count=self.drawn_count), self.path, light=self.light)
        facts = PngImagePlugin.PngInfo()
        facts.add_text(_HASH, self.inputs())
        with Image.open(self.path) as image:
            few_colours = image.convert("RGB").quantize(256)  # a third of the bytes
            few_colours.save(self.path, pnginfo=facts, optimize=True)


PICTURES = (
    Picture("fox", {"tags": ["fox"], "categories": ["species"]}),
    Picture("tidewood_tales", {"tags": ["tidewood_tales"], "min_posts": 20}, light=True),
)
