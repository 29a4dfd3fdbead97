"""The statistics of several databases, odd ones among them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import e6duck
from e6duck.figures import Figures
from tests.exports import implication, post, write_export
from tests.reference import Export
from tests.test_macros import ZOO, build

ODD = '$x^2$_"<b>&amp;' + "y" * 150
CHAIN = [f"link_{number}" for number in range(16)]
EXPORTS = {
    "nothing": Export([post(1, "", rating="x")], [], [], []),
    "one post": Export([post(1, "fox")], [], [], []),
    "no dates": Export([post(n, "fox", created_at=None) for n in (1, 2)], [], [], []),
    "odd": Export(
        [
            post(1, f"{ODD} лисица", created_at="1970-01-01 00:00:00"),
            post(2, f"{ODD} лисица", created_at="2999-01-01 00:00:00"),
            post(3, " ".join(f"{number}_tag" for number in range(900))),  # far more than others
        ],
        [],
        [],
        [],
    ),
    "deep": Export(
        [post(n, " ".join(CHAIN)) for n in (1, 2)],
        [],
        [],
        [implication(*pair) for pair in pairwise(CHAIN)],
    ),
    "zoo": ZOO,
}
NAMES = (*EXPORTS, "sample", "no posts")


@pytest.fixture(scope="session")
def all_figures(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> dict[str, Figures]:
    """The statistics of several databases, by their names."""
    found = {}
    for name, export in EXPORTS.items():
        folder = tmp_path_factory.mktemp("figures")
        write_export(folder, export)
        with e6duck.open(build(folder, write_index=False).database) as db:
            found[name] = db.stats()
    with e6duck.open(sample) as db:
        found["sample"] = db.stats()
    whole = found["zoo"]
    total: dict[str, Any] = {**whole.total, "posts": 0, "uses": None, "common_tags": None}
    categories = [{**row, "uses": None} for row in whole.categories]
    found["no posts"] = Figures(total, categories, [], [], [], [], whole.depths)
    return found
