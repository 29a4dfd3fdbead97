"""The facade that people script with: a finished database as an object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .database import Connection, interruptible, open_reading
from .export import write_index
from .neighbors import Question, answering
from .portrait import Portrait, portraits
from .query import explained, related
from .searching import found_tags

if TYPE_CHECKING:
    import pyarrow as pa

DATABASE = "e6.duckdb"


class Database:
    """A finished database, read-only; a context manager. Made by `e6duck.open`."""

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
        return f"e6duck.open({str(self.path)!r})"

    def close(self) -> None:
        """Close the file; the object is of no more use."""
        self.connection.close()

    def query(self, sql: str, **parameters: Any) -> pa.Table:
        """Return the answer to one SELECT as an Arrow table; parameters are its $names.

        Raises `QueryError` with DuckDB's message, `UsageError` for parameters that do not fit.
        """
        with explained(), interruptible(self.connection):
            return related(self.connection, sql, parameters).to_arrow_table()

    def tags(self, category: str | None = None, *, min_posts: int = 0) -> pa.Table:
        """Return the rows of tags, most used first: of a category (name, id), of so many posts."""
        return self.query(
            """
            select *
            from tags
            where
                ($category is null or $category in (category_name, category::varchar))
                and post_count >= $min_posts
            order by tag_id
            """,
            category=category,
            min_posts=min_posts,
        )

    def tag_id(self, name: str) -> int | None:
        """Return the id of a tag by its name or an alias; None where it has none."""
        value = self.query("select tag_id($name) as tag_id", name=name)["tag_id"][0].as_py()
        return None if value is None else int(value)

    def implies(self, name: str) -> pa.Table:
        """Return what a tag implies, nearest first: tag_id, name, category, posts, depth."""
        return self.query("from implies($name)", name=name)

    def implied_by(self, name: str) -> pa.Table:
        """Return the tags that imply a tag, nearest first: tag_id, name, category, posts, depth."""
        return self.query("from implied_by($name)", name=name)

    def cooccurring(self, name: str, *, min_count: int = 1) -> pa.Table:
        """Return the tags on the posts of a tag, with count, cosine, Jaccard and lift."""
        return self.query(
            "from cooccurring($name, min_count := $min_count)", name=name, min_count=min_count
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
        on_notice: Callable[[str], object] = lambda line: None,
    ) -> pa.Table:
        """Return the tags most similar to each tag: query, rank, tag, category, posts, score.

        measure: "vectors", or by the posts that hold both "cosine", "jaccard" or "lift". together:
        the tags are one query; so they are where unwanted tags are subtracted. first_pca: compare
        in so many dimensions. on_notice: is told, a line each, what a name was taken for, and which
        tag is left out and why. Raises `UsageError` where no tag can be used, `DatabaseError`
        where there are no vectors.
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
        )
        with answering(self.connection, question, on_notice=on_notice) as found:
            return found.to_arrow_table()

    def tag(self, name: str) -> Portrait:
        """Return all there is about a tag, by its name or an alias; `UsageError` for no tag."""
        (portrait,) = portraits(self.connection, [name])
        return portrait

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
        little otherwise; then closeness (0 to 1) is a column, too. Raises `UsageError` where there
        is no word.
        """
        return found_tags(
            self.connection,
            _listed(pattern),
            categories=_listed(category),
            min_posts=min_posts,
            limit=limit,
        )

    def info(self) -> Mapping[str, str]:
        """Return the facts of the build: versions, options, time."""
        return dict(self.connection.execute("from build_info").fetchall())

    def export(self, out_dir: Path | str, *only: str) -> list[Path]:
        """Write the index files (all, or those named) into a folder; returns their paths."""
        return write_index(self.connection, Path(out_dir), only=only)


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def open(path: Path | str = DATABASE) -> Database:
    """Open a finished database read-only; raises `DatabaseError` for anything else.

    path: the file, or the folder that holds e6.duckdb.
    """
    path = Path(path)
    if path.is_dir():
        path = path / DATABASE
    return Database(path, open_reading(path))


def connection_of(db: Database | Connection | Path | str) -> Connection:
    """Return the connection of a database object, or one to a path."""
    if isinstance(db, Database):
        return db.connection
    return open(db).connection if isinstance(db, (str, Path)) else db


def post_tag_matrix(db: Database | Connection | Path | str, **options: Any) -> Any:
    """Return posts x tags as a SciPy CSR array of uint8; the column is the tag's id.

    kind: "all" (default), "direct" or "implied" tags. vocabulary: only the so many most used tags.
    min_posts: only tags that so many posts hold. min_tags: only posts with so many direct tags of
    the vocabulary; `post_ids` with the same arguments names the rows.
    """
    from . import matrix

    return matrix.post_tag_matrix(connection_of(db), **options)


def post_ids(db: Database | Connection | Path | str, **options: Any) -> Any:
    """Return the ids of the posts that are the rows of `post_tag_matrix`, as int64."""
    from . import matrix

    return matrix.post_ids(connection_of(db), **options)


def post_tag_tensors(db: Database | Connection | Path | str, **options: Any) -> Any:
    """Return `post_tag_matrix` as torch tensors (int64): ids one after another, and offsets.

    offsets holds where each post begins and at last the end, as EmbeddingBag takes them with
    include_last_offset. Raises `ImportError` where torch is missing.
    """
    from . import matrix

    return matrix.post_tag_tensors(connection_of(db), **options)
