"""The inputs of the SQL files of a build that Python makes.

An SQL file names each of its inputs in its head: `-- input: counted_names (builder/inputs.py)`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from ..db.connection import SCHEMA_VERSION, Connection
from ..db.sql_files import sql_text
from ..errors import SourceError
from ..index import vectors
from ..index.posts import writing_posts
from . import rejects
from .columns import COLUMNS, MORE_COLUMNS
from .draft import Draft
from .graphs import register_alias_ends, register_implication_paths
from .posts.count import Counted, NumberedRows, count
from .posts.encode import Encoded, TagsOfNames
from .posts.parts import UncertainError
from .posts.read import read_parts, read_whole
from .posts.tokens import COMMON_TOKENS, NameIds
from .row_faults import INTEGERS, integer_faults, kinds
from .source import select_sql

# With a higher limit, DuckDB keeps more in memory, and is no faster.
_READING_MEMORY = 800_000_000  # for a file in one piece; about half of it is ever in use
_WRITING_MEMORY = 300_000_000

# The relations of the draft that count the rows of a table.
_ROWS = {
    "tags": "tag_row",
    "tag_aliases": "alias_row",
    "tag_implications": "implication_row",
}
_DROPPED_ROWS = {
    "tags": "tag_dropped",
    "tag_aliases": "alias_dropped",
    "tag_implications": "implication_dropped",
}
_KEPT_COUNTS = {
    "tags": "select count(*) from tag_source",
    "tag_aliases": "select count(*) from alias_end",
    "tag_implications": "select count(*) from implication_row"
    " anti join implication_dropped using (record) where status = 'active'",
}

_PAIR = "bit_xor(md5_number(concat_ws(chr(0), antecedent_name, consequent_name)))"
_DIGESTS = (
    "select bit_xor(md5_number(concat_ws(chr(0), name, category))) from tag_source",
    f"select {_PAIR} from alias_end",
    f"select {_PAIR} from implied_name",
)


def _posts_csv(draft: Draft) -> None:
    """Create a view that reads the file of the posts in one piece."""
    query = select_sql(draft.sources["posts"], draft.rejects_table("posts"))
    draft.connection.execute(f"create temp view posts_csv as {query}")


def _csv(table: str, draft: Draft) -> None:
    """Read the rows of a table's file, numbered in order, and note those that have a fault."""
    source, connection = draft.sources[table], draft.connection
    columns = kinds(table, source.header)
    integers = ", ".join(
        f"try_cast({name} as {kind}) as {name}"
        for name, kind in columns.items()
        if kind in INTEGERS
    )
    replaced = f"replace ({integers})" if integers else ""
    query = select_sql(source, draft.rejects_table(table))
    connection.execute(
        f"create temp table {table}_csv as"
        f" select row_number() over () as record, * {replaced},"
        f" coalesce(row_fault, {integer_faults(columns)}) as fault"
        f" from ({query})"
    )
    faults = connection.execute(
        f"select record, fault from {table}_csv where fault is not null"
    ).fetchall()
    draft.results.faults[table] = dict(faults)
    if faults:
        connection.execute(
            f"create or replace temp table {table}_csv as"
            f" select row_number() over (order by record) as record, * exclude (record)"
            f" from {table}_csv where fault is null"
        )


def _used_rows(table: str, draft: Draft) -> None:
    """Create a view of the rows of an optional table that are used, and note the others."""
    _csv(table, draft)
    connection = draft.connection
    by_id = sql_text("build/rejects", "by_id")
    rows = connection.execute(by_id, {"rows": f"{table}_csv"}).fetchall()
    draft.results.dropped_rows[table] = [rejects.DroppedRow(*row) for row in rows]
    connection.execute(
        f"create temp view {table}_used as"
        f" from {table}_csv where id is not null"
        " qualify record = max(record) over (partition by id)"
    )


def _counted_names(draft: Draft) -> None:
    """Read the posts, and register the names on them with their numbers of posts."""
    connection = draft.connection
    source, checked = draft.sources["posts"], draft.checks["posts"]
    try:
        known = _name_ids(connection)
        options = vars(draft.options)
        rows = read_parts(connection, source, options, known, checked, draft.workers)
        counted = _count(draft, rows, known)
    except UncertainError:
        known = _name_ids(connection)
        _limit_memory(draft, _READING_MEMORY)
        rows = read_whole(connection, source, draft.rejects_table("posts"), known, checked)
        counted = _count(draft, rows, known)
        _limit_memory(draft, draft.engine_memory)
    draft.results.counted = counted
    connection.register("counted_names", counted.name_table())
    _note_rejects(draft)


def _limit_memory(draft: Draft, size: int) -> None:
    """Limit DuckDB's memory, in bytes, to this and to its share."""
    draft.connection.execute(f"set memory_limit = '{min(size, draft.engine_memory)}B'")


def _name_ids(connection: Connection) -> NameIds:
    """Return an object that numbers names: those first that are common on the site."""
    query = sql_text("build/posts", "common_names")
    common = connection.execute(query, [COMMON_TOKENS]).fetchall()
    alias_ends = dict(connection.execute("from alias_end").fetchall())
    return NameIds(alias_ends, (name for (name,) in common))


def _count(draft: Draft, rows: Generator[NumberedRows, None, None], known: NameIds) -> Counted:
    def advance(count: int) -> None:
        draft.progress("name_use", count)

    with closing(rows):
        return count(rows, known, draft.spill, advance)


def _note_rejects(draft: Draft) -> None:
    """Note the rows that cannot be used, after each file has been read once."""
    results = draft.results
    _note_dropped(draft)
    for table, source in draft.sources.items():
        found = _malformed(draft, table)
        read_count = _read_count(draft, table)
        checked = draft.checks[table].result()  # a broken file explains malformed rows best
        if not checked.has_even_quotes:
            rejects.prove_quotes(source, read_count + len(found))
        found = results.malformed[table] = rejects.split_joined(source, found)
        row_count = results.row_counts[table] = read_count + len(found)
        rejects.check_reject_limit(source, found, row_count, strict=draft.options.strict)
    if not results.counted.row_count:
        raise SourceError(f"{draft.sources['posts'].path} has no post that can be read")


def _malformed(draft: Draft, table: str) -> list[rejects.Malformed]:
    """Return the malformed rows of a table, and those that have a fault."""
    source, counted = draft.sources[table], draft.results.counted
    if table == "posts":
        return rejects.of_records(source, counted.faults, counted.malformed)
    found = rejects.malformed(draft.connection, draft.rejects_table(table))
    return rejects.of_records(source, draft.results.faults[table], found)


def _note_dropped(draft: Draft) -> None:
    """Note the well-formed rows of the four tables that are not used."""
    dropped_rows, counted = draft.results.dropped_rows, draft.results.counted
    dropped_rows["posts"] = [
        *(rejects.DroppedRow(number, "the id is empty") for number in counted.no_id.tolist()),
        *(
            rejects.DroppedRow(number, "a later row has the same id")
            for number in counted.replaced.tolist()
        ),
    ]
    for table, relation in _DROPPED_ROWS.items():
        rows = draft.connection.execute(f"from {relation}").fetchall()
        dropped_rows[table] = [rejects.DroppedRow(*row) for row in rows]


def _read_count(draft: Draft, table: str) -> int:
    """Return the number of well-formed rows in the file of a table."""
    if table == "posts":
        return draft.results.counted.row_count
    if table in _ROWS:
        return int(draft.one(f"select count(*) from {_ROWS[table]}"))
    return _kept_count(draft, table) + len(draft.results.dropped_rows[table])


def _kept_count(draft: Draft, table: str) -> int:
    """Return the number of rows of a table that are used."""
    if table == "posts":
        return draft.results.counted.kept_count
    return int(draft.one(_KEPT_COUNTS.get(table, f"select count(*) from {table}")))


def _encoded_posts(draft: Draft) -> None:
    """Register a reader of the posts with tag ids in place of names."""
    connection, counted = draft.connection, draft.results.counted
    tags = TagsOfNames(
        len(counted.names),
        connection.sql("select name_id, tag_id from ranked_tag").to_arrow_table(),
        connection.sql("select name_id, tag_id from name_implied").to_arrow_table(),
    )
    encoded = Encoded(counted, tags, draft.workers, lambda rows: draft.progress("posts", rows))
    draft.results.build_id = _build_id(draft)
    if draft.posts_file:
        writing = writing_posts(connection, draft.posts_file, draft.results.build_id)
        encoded.sink = draft.open_files.enter_context(writing)
    draft.results.encoded = encoded
    connection.register("encoded_posts", encoded.reader())
    _limit_memory(draft, _WRITING_MEMORY)


def _tagged_counts(draft: Draft) -> None:
    """Register how many posts hold each tag, direct or implied."""
    assert draft.results.encoded is not None, "posts are encoded before tags are counted"
    _limit_memory(draft, draft.engine_memory)
    draft.open_files.close()
    draft.spill.unlink()
    counts = draft.results.encoded.tagged_counts
    table = {"tag_id": pa.array(range(len(counts)), pa.uint32()), "tagged_count": pa.array(counts)}
    draft.connection.register("tagged_counts", pa.table(table))


def _no_vectors(draft: Draft) -> None:
    """Register empty trained_factors and training_facts; training fills them."""
    vectors.register_vectors(draft.connection, None, {})


def _source_facts(draft: Draft) -> None:
    """Register the files of the export, with their checksums and numbers of rows."""
    rows = []
    for table, source in draft.sources.items():
        checked = draft.checks[table].result()
        row_count, kept_count = draft.results.row_counts[table], _kept_count(draft, table)
        rows.append(
            {
                "table_name": table,
                "file_name": source.path.name,
                "file_date": source.date,
                "file_size": checked.size,
                "sha256": checked.sha256,
                "row_count": row_count,
                "kept_count": kept_count,
                "dropped_count": row_count - kept_count,
            }
        )
    numbers = {"file_size", "row_count", "kept_count", "dropped_count"}
    kinds = {name: pa.int64() if name in numbers else pa.string() for name in rows[0]}
    draft.connection.register("source_facts", pa.Table.from_pylist(rows, pa.schema(kinds)))


def _rejected_rows(draft: Draft) -> None:
    """Register the malformed and dropped rows, with their lines and text."""
    malformed, dropped_rows = draft.results.malformed, draft.results.dropped_rows
    rows = [
        row
        for table, source in draft.sources.items()
        if malformed[table] or dropped_rows[table]
        for row in rejects.located(source, malformed[table], dropped_rows[table])
    ]
    draft.connection.register("rejected_rows", pa.Table.from_pylist(rows, rejects.SCHEMA))


def _build_facts(draft: Draft) -> None:
    """Register the facts about the build: versions, options, time."""
    dropped = draft.results.counted.dropped
    facts = {
        "build_id": draft.results.build_id,
        "built_at": draft.built_at.isoformat(timespec="seconds"),
        "duckdb_version": draft.one("select version()"),
        "e6duck_version": version("e6duck"),
        "schema_version": str(SCHEMA_VERSION),
        **{f"option_{name}": json.dumps(value) for name, value in vars(draft.options).items()},
        **{f"posts_dropped_{name}": str(count) for name, count in dropped.items()},
    }
    table = pa.table({"name": list(facts), "value": list(facts.values())})
    draft.connection.register("build_facts", table)


def _build_id(draft: Draft) -> str:
    """Return 16 hexadecimal digits that are the same for the same content.

    They depend neither on the order of the rows of tags, aliases and implications nor on
    compression.
    """
    parts: list[Any] = [SCHEMA_VERSION, vars(draft.options)]
    parts.append(draft.checks["posts"].result().content_sha256)
    parts += [str(draft.one(digest)) for digest in _DIGESTS]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


# Registers or creates a relation, just before the first SQL file that selects from it.
INPUTS: dict[str, Callable[[Draft], None]] = {
    **{f"{table}_csv": partial(_csv, table) for table in COLUMNS if table != "posts"},
    "posts_csv": _posts_csv,
    **{f"{table}_used": partial(_used_rows, table) for table in MORE_COLUMNS},
    "alias_ends": lambda draft: register_alias_ends(draft.connection),
    "implication_paths": lambda draft: register_implication_paths(draft.connection),
    "counted_names": _counted_names,
    "encoded_posts": _encoded_posts,
    "tagged_counts": _tagged_counts,
    "trained_factors": _no_vectors,
    "training_facts": _no_vectors,
    "source_facts": _source_facts,
    "rejected_rows": _rejected_rows,
    "build_facts": _build_facts,
}
