"""The Python API: a finished database as an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .db.connection import (
    CATALOG,
    Connection,
    interruptible,
    open_reading,
)
from .db.errors import translated_errors
from .db.locate import database_path
from .db.query import related
from .db.sql_files import sql_text
from .errors import QueryError
from .index.write import write_index
from .progress import Notify, no_notice
from .tags.categories import category_ids
from .tags.diff import answer, comparing
from .tags.lookup import known_tag
from .tags.neighbors import Question, find_neighbors, rank_limit
from .tags.phrases import many
from .tags.profile import TagProfile, profiles
from .tags.search import search
from .tags.stats import DatabaseStats, stats

if TYPE_CHECKING:
    import pyarrow as pa


class Database:
    """A finished database, read-only; a context manager. `e6duck.open` returns one.

    path: the file. connection: DuckDB's own, for everything else: `connection.sql(...)` is a lazy
    relation with `.df()`, `.pl()` and `.show()`. Methods take the name of a tag or an alias, in
    upper or lower case. They return Arrow tables unless they say otherwise, and raise `UsageError`
    for an unknown tag and `QueryError` if DuckDB fails.
    """

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path = path
        self.connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Database({str(self.path)!r}, {self._contents()})"

    def _contents(self) -> str:
        """Return the numbers of posts and tags as text, or "closed"."""
        relations = (f"(select count(*) from {CATALOG}.{name})" for name in ("posts", "tags"))
        try:
            # A cursor does not disturb a result that is still being fetched from the connection.
            with translated_errors(), closing(self.connection.cursor()) as cursor:
                ((posts, tags),) = cursor.execute(f"select {', '.join(relations)}").fetchall()
        except QueryError:
            return "closed"
        return f"{many(posts, 'post')}, {many(tags, 'tag')}"

    def close(self) -> None:
        """Close the file; the object cannot be used afterwards."""
        self.connection.close()

    def query(self, sql: str, **parameters: Any) -> pa.Table:
        """Return the answer to one SELECT as an Arrow table; parameters are its $names.

        `.to_pandas()` and `polars.from_arrow` turn an Arrow table into a data frame. Unlike
        `e6duck query` this is not a sandbox and has no limits: the SQL may read and write your
        files. Raises `QueryError` with DuckDB's message, `UsageError` for missing or unknown
        parameters.
        """
        with translated_errors(), interruptible(self.connection):
            return related(self.connection, sql, parameters).to_arrow_table()

    def tags(self, category: str | None = None, *, min_posts: int = 0) -> pa.Table:
        """Return the rows of the table tags, most used first.

        category: only this one, by name, short name or id. min_posts: only tags with at least N
        posts; if the database has no post counts, e6db's curve estimates which. Raises `UsageError`
        for an unknown category.
        """
        return self.query(
            sql_text("tags", "tags"),
            categories=category_ids(self.connection, [] if category is None else [category]),
            min_posts=min_posts,
            rank_limit=rank_limit(self.connection, min_posts),
        )

    def tag_id(self, name: str) -> int | None:
        """Return the id of a tag by its name or an alias; None if it is unknown or too rare."""
        value = self.query("select tag_id($name) as tag_id", name=name)["tag_id"][0].as_py()
        return None if value is None else int(value)

    def implies(self, name: str) -> pa.Table:
        """Return the tags that a tag implies: tag_id, name, category_name, post_count, depth.

        The nearest come first; depth 1 is a direct implication. Raises `UsageError` for an unknown
        tag, with suggestions.
        """
        return self.query("from implies($name)", name=known_tag(self.connection, name).name)

    def implied_by(self, name: str) -> pa.Table:
        """Return the tags that imply a tag: tag_id, name, category_name, post_count, depth.

        The nearest come first; tags too rare for an id are in rare_tag_implications. Raises
        `UsageError` for an unknown tag, with suggestions.
        """
        return self.query("from implied_by($name)", name=known_tag(self.connection, name).name)

    def cooccurring(self, name: str, *, min_count: int = 1) -> pa.Table:
        """Return the tags on the posts of a tag, the most common first.

        Columns: tag_id, name, category_name, common_count (posts that have both, at least
        min_count), cosine and jaccard (0 to 1), lift (ratio to the number expected by chance). A
        tag too rare for an id has no rows. Raises `UsageError` for an unknown tag.
        """
        return self.query(
            "from cooccurring($name, min_count := $min_count)",
            name=known_tag(self.connection, name).name,
            min_count=min_count,
        )

    def neighbors(
        self,
        tags: str | Sequence[str],
        *,
        category: str | Sequence[str] = (),
        min_posts: int = 100,
        k: int = 10,
        measure: str = "vectors",
        together: bool = False,
        unwanted: str | Sequence[str] = (),
        first_pca: int | None = None,
        min_score: float | None = None,
        skip_unknown: bool = False,
        on_notice: Notify = no_notice,
    ) -> pa.Table:
        """Return the tags most similar to each tag: query, rank, tag, category, posts, score.

        category, min_posts: which tags may be neighbors. k: how many for each tag. measure:
        "vectors" (the score is their cosine, -1 to 1), or, by the posts that have both tags,
        "cosine", "jaccard" or "lift". together: all tags are one query. unwanted: tags to subtract
        from the others, which are then one query. first_pca: compare in N dimensions. min_score:
        leave out neighbors with a lower score. on_notice: called with a line for each name that
        is an alias or another spelling, and for each tag that is skipped.

        Raises `UsageError` for tags that are unknown or have no vector; with skip_unknown they are
        skipped, unless none is left. Raises `DatabaseError` if the database has no vectors.
        """
        question = Question(
            _listed(tags),
            unwanted=_listed(unwanted),
            categories=_listed(category),
            min_posts=min_posts,
            k=k,
            measure=measure,
            together=together,
            first_pca=first_pca,
            min_score=min_score,
            skip_unknown=skip_unknown,
        )
        with find_neighbors(self.connection, question, on_notice=on_notice) as found:
            return found.select.to_arrow_table()

    def tag(self, name: str) -> TagProfile:
        """Return everything about a tag; raises `UsageError`, with suggestions, if unknown."""
        (profile,) = profiles(self.connection, [name])
        return profile

    def stats(self) -> DatabaseStats:
        """Return statistics: counts of posts, tags and so on, and their distributions."""
        return stats(self.connection)

    def diff(self, old: Path | str, *, limit: int = 10) -> pa.Table:
        """Return what changed since an older build, one row per change.

        Columns: change, its kind; name; before and after, the target of an alias or an implication,
        a category or a count; growth, of a tag's share of the posts; and more. old: the file of the
        older build, or its folder. limit: maximum number of rising tags, and of falling tags.
        """
        with comparing(self.connection, database_path(old), limit=limit) as compared:
            return answer(compared.sections).to_arrow_table()

    def search(
        self,
        pattern: str | Sequence[str],
        *,
        category: str | Sequence[str] = (),
        min_posts: int = 0,
        limit: int = 20,
    ) -> pa.Table:
        """Return the tags that match a pattern or words: tag, category, posts, alias.

        The answer is that of `e6duck search`. A pattern has * or ? and matches the whole name; the
        most used tags come first. Words may be in any order in a name or an alias, and may be
        misspelled; closeness (0 to 1) is then another column. category: one name or several.
        min_posts: only tags with at least N posts. limit: maximum number of rows. Raises
        `UsageError` if pattern is empty.
        """
        return search(
            self.connection,
            _listed(pattern),
            categories=_listed(category),
            min_posts=min_posts,
            limit=limit,
        ).to_arrow_table()

    def info(self) -> Mapping[str, str]:
        """Return facts about the build as text by name: versions, options, time."""
        return dict(self.connection.execute("from build_info").fetchall())

    def export(self, out_dir: Path | str, *only: str) -> list[Path]:
        """Write the index files (all, or only those named) into a folder; returns their paths.

        The same database gives the same bytes. Raises `UsageError` for an unknown name, or if the
        folder has index files from another build.
        """
        return write_index(self.connection, Path(out_dir), only=only)


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def open(path: Path | str | None = None) -> Database:
    """Open a finished database read-only; raises `DatabaseError` for anything else.

    path: the file, or the folder that holds e6.duckdb; default $E6DUCK_DB, else ./e6.duckdb, else
    ./data/e6.duckdb, as on the command line.
    """
    path = database_path(path)
    return Database(path, open_reading(path, close=None))
