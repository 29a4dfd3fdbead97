"""Maps of the sample, the statistics of several databases, and a browser for their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import e6duck
from e6duck.builder.build import build
from e6duck.charts.headings import Heading
from e6duck.charts.tag_map import Spot, TagMap, plane
from e6duck.tags.stats import DatabaseStats
from tests.support.browser import Page, chromium
from tests.support.exports import implication, post, write_export
from tests.support.maps import MakeMap
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
def all_stats(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> dict[str, DatabaseStats]:
    """The statistics of several databases, by their names."""
    found = {}
    for name, export in EXPORTS.items():
        folder = tmp_path_factory.mktemp("stats")
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
    """Return statistics of a million tags; the posts of their first ranks differ little."""
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


@pytest.fixture(scope="session")
def map_near(sample: Path) -> MakeMap:
    """Return a function that maps the neighbors of tags in the sample, by their common posts."""
    with e6duck.open(sample) as database:
        tags = database.query("select name, category_name, post_count from tags order by tag_id")
        matrix = e6duck.post_tag_matrix(database).astype(np.float32)
    names, categories, posts = (column.to_pylist() for column in tags.columns)
    common = (matrix.T @ matrix).toarray()
    vectors = np.sqrt(common / np.maximum(common.diagonal(), 1))
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def make(*queries: str, count: int = 64, drawn: int = 24) -> TagMap:
        asked = [names.index(name) for name in queries]
        scores = (vectors @ vectors[asked].T).mean(axis=1)
        near = [each for each in np.argsort(-scores, kind="stable") if each not in asked][:count]
        places, _ = plane(vectors[[*asked, *near]])
        spots = [
            Spot(
                names[each],
                categories[each],
                posts[each],
                None if each in asked else float(scores[each]),
                *place,
                each in asked,
            )
            for each, place in zip([*asked, *near], places.tolist(), strict=True)
        ]
        heading = Heading(f"Tags like {', '.join(queries)}", ("A subtitle.",), "A source.")
        return TagMap(heading, tuple(spots[: len(asked) + drawn]))

    make.names = names  # type: ignore[attr-defined]
    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Callable[[Path], Page]]:
    """A function that opens a file in Chromium, which is started once."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_page(browser: Callable[[Path], Page]) -> Iterator[Callable[[Path], Page]]:
    """A function that opens a file; no page may report an error or use the network."""
    pages: list[Page] = []

    def open_page(path: Path) -> Page:
        pages.append(browser(path))
        return pages[-1]

    yield open_page
    for each in pages:
        each.value("0")  # whatever happened until now is noted
        assert not each.complaints
        assert not each.requests
