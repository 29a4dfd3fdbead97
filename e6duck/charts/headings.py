"""The texts above and below a picture or page: title, description, and source of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ..compat.normalizers import tag_categories
from ..db.sql_files import sql_text
from ..tags.categories import category_ids
from ..tags.phrases import NO_POSTS, day_name, many

if TYPE_CHECKING:
    from ..tags.neighbors import Neighbors
    from ..tags.stats import DatabaseStats

_PLURALS = {"species": "species"} | {
    each: f"{each}s" for each in ("artist", "contributor", "copyright", "character")
}
_METHODS = {"als": "ALS", "svd": "SVD"}


@dataclass(frozen=True)
class Heading:
    """The title, the lines below it, and the source of the data."""

    title: str
    about: tuple[str, ...]
    source: str


def map_heading(found: Neighbors, variance: float) -> Heading:
    """Return the heading of a map. variance: the share that its two axes show."""
    asked, connection = found.question, found.connection
    names = [tag_categories[each] for each in category_ids(connection, asked.categories) or []]
    kind = _listed([_PLURALS.get(each, f"{each} tags") for each in names]) or "tags"
    methods = connection.execute("select value from training_info where name = 'method'").fetchall()
    method = _METHODS.get(methods[0][0], "tag") if methods else "tag"
    reduced = f" in {asked.first_pca} dimensions" if asked.first_pca else ""
    used = f"; tags with {asked.min_posts:,}+ posts" if asked.min_posts else ""
    rows = connection.execute(sql_text("tags/neighbors", "source")).fetchall()
    return Heading(
        f"{kind[0].upper()}{kind[1:]} most similar to {_queries(found)}",
        (
            f"Similar tags are close together: cosine of {method} vectors{reduced}, drawn by PCA"
            f" ({variance:.0%} of the variance){used}.",
        ),
        _source(*rows[0]) if rows else _source(None, None, is_export=False),
    )


def _queries(found: Neighbors) -> str:
    """Return the query tags, such as "fox and wolf without dog"."""
    if len(found.labels) > 1:
        return _listed(found.labels)
    names = found.labels[0].split(" ")
    if not found.question.unwanted:  # then a minus sign belongs to the name
        return _listed(names)
    wanted = _listed([name for name in names if not name.startswith("-")])
    return f"{wanted} without {_listed([name[1:] for name in names if name.startswith('-')])}"


def _listed(names: Sequence[str]) -> str:
    """Return names as in a sentence: a, b and c."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def stats_heading(stats: DatabaseStats) -> Heading:
    """Return the heading of the statistics of a database, with its totals."""
    total, months = stats.total, stats.months
    title, posts = many(total["tags"], "tag"), [] if total["posts"] else [NO_POSTS]
    if total["posts"]:
        title = f"{title} on {many(total['posts'], 'post')}"
    newest = None
    if months:
        first, last = months[0], months[-1]
        posts.append(f"posts from {day_name(first)} to {day_name(last, last=True)}")
        newest = date(last["year"], last["month"], last["last_day"])
    if total["uses"]:
        posts.append(f"tags used {many(total['uses'], 'time')}")
    tags = [
        f"{many(total['rare_tags'], 'more tag')} too rare for an id",
        many(total["aliases"], "alias"),
        many(total["direct_implications"], "implication")
        + f", {total['implications']:,} including transitive ones",
    ]
    lines = [" · ".join(parts) for parts in (posts, tags) if parts]
    return Heading(
        title,
        tuple(line[0].upper() + line[1:] for line in lines),
        _source(total.get("export_date"), newest, is_export=bool(total["posts"])),
    )


def _source(export_date: object, newest_post: date | None, *, is_export: bool = True) -> str:
    if not is_export:
        return "Source: imported index files"
    if export_date:
        return f"Source: e621 tag export of {export_date}"
    newest = f", newest post of {newest_post:%Y-%m-%d}" if newest_post else ""
    return f"Source: e621 tag export{newest}"
