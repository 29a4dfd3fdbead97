"""The facade that people script with: a finished database as an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .db.connection import CATALOG, Connection, interruptible, open_reading
from .db.locate import database_path
from .db.query import related, translated_errors
from .errors import QueryError
from .index.write import write_index
from .tags.categories import category_ids
from .tags.diff import answer, comparing
from .tags.neighbors import Question, find_neighbors, rank_limit
from .tags.phrases import many
from .tags.profile import TagProfile, profiles
from .tags.search import found_tags
from .tags.stats import DatabaseStats, stats
from .tags.terms import known_tag

if TYPE_CHECKING:
    import pyarrow as pa


class Database:
    """A finished database, read-only; a context manager. Made by `e6duck.open`.

    path: the file. connection: DuckDB's own, for what is not offered here: `connection.sql(...)` is
    a lazy relation, with `.df()`, `.pl()` and `.show()`. Wherever a method takes
    the name of a tag, an alias will do, in any capitals. Each answers with an Arrow table unless it
    says otherwise, and raises `UsageError` for an unknown tag and `QueryError` where DuckDB cannot
    answer.
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
        """Return what it holds, in words, or that it is closed."""
        relations = (f"(select count(*) from {CATALOG}.{name})" for name in ("posts", "tags"))
        try:
            # A cursor leaves an answer that the connection is giving as it is.
            with translated_errors(), closing(self.connection.cursor()) as cursor:
                ((posts, tags),) = cursor.execute(f"select {', '.join(relations)}").fetchall()
        except QueryError:
            return "closed"
        return f"{many(posts, 'post')}, {many(tags, 'tag')}"

    def close(self) -> None:
        """Close the file; the object is of no more use."""
        self.connection.close()

    def query(self, sql: str, **parameters: Any) -> pa.Table:
        """Return the answer to one SELECT as an Arrow table; parameters are its $names.

        `.to_pandas()` and `polars.from_arrow` turn it, as every Arrow table, into a data frame.
        This is no sandbox, as that of `e6duck query` is: SQL may read and write your files. Raises
        `QueryError` with DuckDB's message, `UsageError` for parameters that do not fit.
        """
        with translated_errors(), interruptible(self.connection):
            return related(self.connection, sql, parameters).to_arrow_table()

    def tags(self, category: str | None = None, *, min_posts: int = 0) -> pa.Table:
        """Return the rows of tags, most used first: of a category (name, id), with min_posts.

        Where posts are not counted, e6db's curve says how many ranks have so many. Raises
        `UsageError` for an unknown category.
        """
        return self.query(
            """
            select *
            from tags
            where
                ($categories is null or list_contains($categories::utinyint[], category))
                and ($min_posts <= 0 or coalesce(post_count >= $min_posts, tag_id < $rank_limit))
            order by tag_id
            """,
            categories=category_ids(self.connection, [] if category is None else [category]),
            min_posts=min_posts,
            rank_limit=rank_limit(self.connection, min_posts),
        )

    def tag_id(self, name: str) -> int | None:
        """Return the id of a tag by its name or an alias; None where it has none, or is unknown."""
        value = self.query("select tag_id($name) as tag_id", name=name)["tag_id"][0].as_py()
        return None if value is None else int(value)

    def implies(self, name: str) -> pa.Table:
        """Return what a tag implies: tag_id, name, category_name, post_count, depth.

        The nearest first; a depth of 1 is a direct implication. Raises `UsageError` for an unknown
        tag, with the closest.
        """
        return self.query("from implies($name)", name=known_tag(self.connection, name).name)

    def implied_by(self, name: str) -> pa.Table:
        """Return the tags that imply a tag: tag_id, name, category_name, post_count, depth.

        The nearest first; those too rare for an id are in rare_tag_implications. Raises
        `UsageError` for an unknown tag, with the closest.
        """
        return self.query("from implied_by($name)", name=known_tag(self.connection, name).name)

    def cooccurring(self, name: str, *, min_count: int = 1) -> pa.Table:
        """Return the tags on the posts of a tag, the most common first.

        Columns: tag_id, name, category_name, common_count (posts that hold both, min_count or
        more), cosine and jaccard (0 to 1), lift (times as often as by chance). No row for a tag too
        rare for an id; raises `UsageError` for an unknown one.
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
        on_notice: Callable[[str], object] = lambda line: None,
    ) -> pa.Table:
        """Return the tags most similar to each tag: query, rank, tag, category, posts, score.

        category, min_posts: which tags count as neighbours; k: how many of each. measure:
        "vectors" (the score is a cosine, -1 to 1), or by the posts that hold both "cosine",
        "jaccard" or "lift". together: the tags are one query; so they are where unwanted tags are
        subtracted. first_pca: compare in so many dimensions. min_score: leave out neighbours with a
        lower score. on_notice: called with a line for each name that is an alias or another
        spelling, and each tag that is skipped.

        Raises `UsageError` for tags and unwanted tags that are unknown or have no vector, unless
        skip_unknown leaves them out and a tag remains; `DatabaseError` where there are no vectors.
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
            return found.to_arrow_table()

    def tag(self, name: str) -> TagProfile:
        """Return all there is about a tag; raises `UsageError`, with what is near, for no tag."""
        (profile,) = profiles(self.connection, [name])
        return profile

    def stats(self) -> DatabaseStats:
        """Return the database in figures: how many there are of what, and how they spread."""
        return stats(self.connection)

    def diff(self, old: Path | str, *, limit: int = 10) -> pa.Table:
        """Return what changed since an older build, a row each.

        The columns are change; name; before and after: what an alias or an implication leads to, a
        category, a count; and growth: of a tag's share of the posts. old: the file of the older
        build, or its folder. limit: how many of those that rose most, and of those that fell.
        """
        import pyarrow as pa

        with comparing(self.connection, database_path(old), limit=limit) as compared:
            found = answer(compared.sections)
        rows = [row for batch in found.batches for row in batch]
        kinds = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
        columns = zip(*rows, strict=True)
        return pa.table(
            {
                name: pa.array(column, kinds[kind])
                for name, kind, column in zip(found.columns, found.types, columns, strict=True)
            }
        )

    def search(
        self,
        pattern: str | Sequence[str],
        *,
        category: str | Sequence[str] = (),
        min_posts: int = 0,
        limit: int = 20,
    ) -> pa.Table:
        """Return the tags that a pattern or words fit: tag, category, posts, alias.

        It is the answer of `e6duck search`. A pattern of the whole name has * or ?, and the most
        used tags come first. Words stand in any order in a name or an alias, which may be spelt a
        little otherwise; then closeness (0 to 1) is a column, too. category: a name or several.
        min_posts: that a tag has. limit: the most rows. Raises `UsageError` where there is no word.
        """
        return found_tags(
            self.connection,
            _listed(pattern),
            categories=_listed(category),
            min_posts=min_posts,
            limit=limit,
        )

    def info(self) -> Mapping[str, str]:
        """Return the facts of the build as texts: versions, options, time; no Arrow table."""
        return dict(self.connection.execute("from build_info").fetchall())

    def export(self, out_dir: Path | str, *only: str) -> list[Path]:
        """Write the index files (all, or those named) into a folder; returns their paths.

        The same database gives the same bytes. Raises `UsageError` for a name that is none, and
        where some are to stand beside those of another build.
        """
        return write_index(self.connection, Path(out_dir), only=only)


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def open(path: Path | str | None = None) -> Database:
    """Open a finished database read-only; raises `DatabaseError` for anything else.

    path: the file, or the folder that holds e6.duckdb. Without, it is found as the command line
    finds it: $E6DUCK_DB, else ./e6.duckdb, else ./data/e6.duckdb.
    """
    path = database_path(path)
    return Database(path, open_reading(path))


def connection_of(db: Database | Connection | Path | str) -> Connection:
    """Return the connection of a database object, or one to a path."""
    if isinstance(db, Database):
        return db.connection
    return open(db).connection if isinstance(db, (str, Path)) else db


def post_tag_matrix(db: Database | Connection | Path | str, **options: Any) -> Any:
    """Return posts x tags as a SciPy CSR array of uint8 ones; the column is the tag's id.

    db: a database, its path or its folder. kind: "all" (default), "direct" or "implied" tags.
    vocabulary: only the so many most used tags, which are the columns. min_posts: only tags that so
    many posts hold; the others have empty columns. min_tags: only posts with so many direct tags of
    the vocabulary. share, seed: about so much of the posts (0 to 1), drawn at random.

    The shape is (posts, tags), rows in the order of posts; `post_ids` with the same arguments names
    them. Raises `UsageError` for a kind that is none, `DatabaseError` for no database.
    """
    from .index import matrix

    return matrix.post_tag_matrix(connection_of(db), **options)


def post_ids(db: Database | Connection | Path | str, **options: Any) -> Any:
    """Return the ids of the posts that are the rows of `post_tag_matrix`: an array of int64.

    The options are those of `post_tag_matrix`, less kind.
    """
    from .index import matrix

    return matrix.post_ids(connection_of(db), **options)


def post_tag_tensors(db: Database | Connection | Path | str, **options: Any) -> Any:
    """Return `post_tag_matrix` as two torch tensors of int64: ids one after another, and offsets.

    The first has one entry a use of a tag. offsets holds where each post begins and at last the
    end, one entry more than posts, as EmbeddingBag takes them with include_last_offset. The options
    are those of `post_tag_matrix`. Raises `ImportError` where torch is missing.
    """
    from .index import matrix

    return matrix.post_tag_tensors(connection_of(db), **options)
