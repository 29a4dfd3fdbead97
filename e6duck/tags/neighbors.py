"""Similar tags: by their vectors, or by the posts that have both.

A question becomes temp tables, one for each file of sql/tags/neighbors: the terms of its queries,
the tags that may be neighbors, the score of each of these with each query, and the best of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..db.answer import Select
from ..db.connection import (
    Connection,
    check_posts,
    ensure_known_names,
    interruptible,
    second_connection,
)
from ..db.errors import translated_errors
from ..db.sql_files import sql_text
from ..errors import UsageError
from ..index.vectors import check_trained
from ..progress import Notify, no_notice
from .categories import category_ids
from .lookup import Found, check_usable, resolve

MEASURES = ("vectors", "cosine", "jaccard", "lift")
LEAST_COMMON = 10  # posts that a lift needs; with fewer, chance looks like similarity
_DEFAULT_COUNT = 10


@dataclass(frozen=True)
class Question:
    """The tags whose neighbors are wanted, and the tags that may be neighbors."""

    tags: Sequence[str]
    unwanted: Sequence[str] = ()  # subtracted from the others, which are then one query
    categories: Sequence[str] = ()  # names, short names or ids; none: all
    min_posts: int = 100
    min_score: float | None = None  # of a neighbor
    k: int | None = None  # neighbors of each query; None: 10, or as many as a map needs
    measure: str = "vectors"
    together: bool = False
    first_pca: int | None = None
    map_count: int | None = None  # neighbors that define the axes of a map
    skip_unknown: bool = False  # leave out tags that cannot be used


@dataclass(frozen=True)
class Neighbors:
    """The neighbors of each query, in temp tables of a connection that the block closes."""

    connection: Connection
    question: Question
    labels: tuple[str, ...]  # of the queries

    @property
    def select(self) -> Select:
        """The rows query, rank, tag, category, posts, score: by query, then by rank."""
        query = sql_text("tags/neighbors", "answer")
        return Select(self.connection, query, {"labels": self.labels})


@contextmanager
def find_neighbors(
    connection: Connection, question: Question, *, on_notice: Notify = no_notice
) -> Iterator[Neighbors]:
    """Yield the answer to a question, on a second connection.

    on_notice: called with a line for each text that is not the name of its tag, and for each that
    is skipped. Raises `UsageError` for tags that are unknown or have no vector (with skip_unknown:
    if no tag is left), `DatabaseError` if the database has no vectors of its own build.
    """
    _check(question)
    with translated_errors(), second_connection(connection) as own, interruptible(own):
        ensure_known_names(own)
        labels = _ask(own, question, on_notice)
        _warn_no_neighbors(own, labels, on_notice)
        yield Neighbors(own, question, labels)


def _ask(connection: Connection, question: Question, on_notice: Notify) -> tuple[str, ...]:
    """Create the temp tables of an answer; returns the labels of the queries."""
    categories = category_ids(connection, question.categories)
    is_by_vectors = question.measure == "vectors"
    if not is_by_vectors:
        check_posts(connection, f"the measure {question.measure}")
    trained_count = _create_vectors(connection, question.first_pca) if is_by_vectors else None
    wanted, unwanted = _usable_tags(connection, question, trained_count, on_notice)
    labels = _make_terms(connection, question, wanted, unwanted)
    limit = rank_limit(connection, question.min_posts, on_notice)
    filters = {"min_posts": question.min_posts, "rank_limit": limit, "categories": categories}
    _run(connection, "candidate", **filters)
    if is_by_vectors:
        _run(connection, "vector_score")
    else:
        _run(connection, "post_score", measure=question.measure, least_common=LEAST_COMMON)
    _run(
        connection,
        "neighbor",
        count=_count(question, len(labels)),
        min_score=question.min_score,
    )
    return labels


def _run(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(sql_text("tags/neighbors", name), values or None)


def _check(question: Question) -> None:
    if not question.tags:
        raise UsageError("name at least one tag")
    if question.measure not in MEASURES:
        known = ", ".join(MEASURES)
        raise UsageError(
            f"measure must be one of {known}, not {question.measure}", option="measure"
        )
    for name, value in (
        ("k", question.k),
        ("first_pca", question.first_pca),
        ("map_count", question.map_count),
    ):
        if value is not None and value < 1:
            raise UsageError(f"{name} must be at least 1, not {value}", option=name)
    if question.measure == "vectors":
        return
    if question.first_pca:
        raise UsageError(
            "first_pca needs the measure vectors; leave one of them out", option="first_pca"
        )
    if question.map_count:
        raise UsageError("a map needs the measure vectors", option="measure")


def _create_vectors(connection: Connection, first_pca: int | None) -> int:
    """Create the relation vector; returns how many tags have a vector."""
    trained_count, path = check_trained(connection)
    if first_pca:
        from .pca import create_reduced_vectors

        create_reduced_vectors(connection, path, first_pca)
    else:
        _run(connection, "vector")
    return trained_count


def _usable_tags(
    connection: Connection, question: Question, trained_count: int | None, on_notice: Notify
) -> tuple[list[Found], list[Found]]:
    """Return the tags that can be used, each once: the wanted ones, and those to subtract."""
    texts = list(dict.fromkeys((*question.tags, *question.unwanted)))
    found, problems = resolve(connection, texts, trained_count)
    check_usable(
        texts, question.tags, problems, skip_unknown=question.skip_unknown, on_notice=on_notice
    )
    for text in texts:
        if text not in problems and (notice := found[text].notice):
            on_notice(notice)
    wanted, unwanted = (
        {found[text].tag_id: found[text] for text in given if text not in problems}
        for given in (question.tags, question.unwanted)
    )
    for both in wanted.keys() & unwanted.keys():
        raise UsageError(f"{wanted[both].name} is both wanted and subtracted; leave one out")
    return list(wanted.values()), list(unwanted.values())


def _make_terms(
    connection: Connection, question: Question, wanted: list[Found], unwanted: list[Found]
) -> tuple[str, ...]:
    """Create the relation term; returns the labels of the queries, as in the site's search."""
    tags = wanted + unwanted
    is_one = question.together or bool(unwanted)
    names = [each.name for each in wanted] + [f"-{each.name}" for each in unwanted]
    _run(
        connection,
        "term",
        query_numbers=[1 if is_one else number for number in range(1, len(tags) + 1)],
        tag_ids=[each.tag_id for each in tags],
        signs=[1] * len(wanted) + [-1] * len(unwanted),
    )
    return (" ".join(names),) if is_one else tuple(names)


def rank_limit(connection: Connection, min_posts: int, on_notice: Notify = no_notice) -> int:
    """Return the first rank that is used too little; 0 if the database counts posts.

    Without counts, e6db's curve estimates the posts of a rank, and on_notice is called with a line.
    """
    ((counted,),) = connection.execute("select count(post_count) from tags").fetchall()
    if counted:
        return 0
    from ..index.ranks import curve_freq_to_rank

    limit = int(curve_freq_to_rank(min_posts))
    on_notice(
        f"this database has no post counts; e6db's curve estimates that the {limit:,} most"
        f" used tags have {min_posts:,} posts or more"
    )
    return limit


def _count(question: Question, query_count: int) -> int:
    if question.k is not None:
        return question.k
    if question.map_count is not None:
        return max(1, int(1.5 * question.map_count / query_count))
    return _DEFAULT_COUNT


def _warn_no_neighbors(connection: Connection, labels: Sequence[str], on_notice: Notify) -> None:
    rows = connection.execute("select distinct query_number from neighbor").fetchall()
    answered = {number for (number,) in rows}
    for number, label in enumerate(labels, start=1):
        if number not in answered:
            on_notice(f"{label} has no neighbors that pass the filters")
