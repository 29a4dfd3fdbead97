"""The statistics of several databases, odd ones among them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import e6duck
from e6duck.builder.build import build
from e6duck.tags.stats import DatabaseStats
from tests.support.exports import implication, post, write_export
from tests.support.reference import Export
from tests.support.zoo import ZOO

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
NAMES = (*EXPORTS, "sample", "no posts", "large")


@pytest.fixture(scope="session")
def all_figures(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> dict[str, DatabaseStats]:
    """The statistics of several databases, by their names."""
    found = {}
    for name, export in EXPORTS.items():
        folder = tmp_path_factory.mktemp("figures")
        write_export(folder, export)
        with e6duck.open(build(folder, write_index=False).database) as db:
            found[name] = db.stats()
    with e6duck.open(sample) as db:
        found["sample"] = db.stats()
    found["large"] = large(found["sample"])
    whole = found["zoo"]
    total: dict[str, Any] = {**whole.total, "posts": 0, "uses": None, "common_tags": None}
    categories = [{**row, "uses": None} for row in whole.categories]
    found["no posts"] = DatabaseStats(total, categories, [], [], [], [], whole.depths)
    return found


def large(stats: DatabaseStats) -> DatabaseStats:
    """Return statistics of a million tags and five million posts, of which the first ranks differ
    little, in the place of smaller ones."""
    ranks = [
        {
            "rank": rank,
            "tag": f"a_rather_long_name_{rank}",
            "category": "character",
            "posts": round(4e6 / (1 + rank / 20)),
        }
        for rank in sorted({round(10 ** (step / 20)) for step in range(121)})
    ]
    months = [
        {"year": 2007 + number // 12, "month": number % 12 + 1, "posts": 100 * number + 1}
        for number in range(216)
    ]
    days = {"first_day": 1, "last_day": 28}
    categories = [{**row, "tags": row["tags"] * 1000} for row in stats.categories]
    ratings = [{**row, "posts": row["posts"] * 300} for row in stats.ratings]
    sizes = [{**row, "posts": row["posts"] * 300} for row in stats.post_sizes]
    total = {**stats.total, "posts": 5_286_300, "tags": 1_239_000, "rare_tags": 1_042_000}
    return DatabaseStats(
        total=total,
        categories=categories,
        ranks=ranks,
        months=[{**row, **days} for row in months],
        post_sizes=sizes,
        ratings=ratings,
        depths=stats.depths,
    )
