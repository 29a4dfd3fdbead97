"""Neighbours as a map."""

from __future__ import annotations

from ..db.sql_files import sql_text
from ..tags.neighbors import Neighbors
from .tag_map import MapRow, TagMap, local_map


def neighbor_map(found: Neighbors, *, drawn_count: int = 24) -> TagMap:
    """Return the map of the tags asked for and of the neighbours closest to all of them.

    How many of these make its axes, the question says; the best, drawn_count of them, are drawn.
    """
    values = {"count": found.question.map_count, "drawn_count": drawn_count}
    rows = found.connection.sql(sql_text("tags/neighbors", "map"), params=values).to_arrow_table()
    vectors = rows["factors"].combine_chunks().flatten().to_numpy().reshape(len(rows), -1)
    spots = [MapRow(**row) for row in rows.drop_columns(["factors"]).to_pylist()]
    return local_map(_title(found), spots, vectors)


def _title(found: Neighbors) -> str:
    """Return what was asked."""
    asked = found.question
    of = f" of {', '.join(asked.categories)}" if asked.categories else ""
    used = f" with {asked.min_posts:,} posts or more" if asked.min_posts else ""
    smoothed = f", in {asked.first_pca} dimensions" if asked.first_pca else ""
    return f"Tags{of}{used} like {', '.join(found.labels)}{smoothed}"
