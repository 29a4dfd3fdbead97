"""Run the files of sql/build on a draft, with the kernels that some of them select from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ..db.connection import SCHEMA_VERSION, Connection, literal
from ..db.sql_files import Script, scripts, sql_text
from ..db.sql_files import more_scripts as more_scripts
from ..errors import AuditError, SourceError
from ..index import vectors
from . import posts, rejects
from .source import Checked, Source, select_sql

Progress = Callable[[str, int], None]  # the name of a stage, and rows done in it since the last

_READING_MEMORY = 800_000_000  # half of it is ever in use

# Columns that posts has only where asked for, with their comments.
TEXT_COLUMNS = {
    "source": "Where it comes from, as its uploader says; a line each",
    "description": "What its uploader says of it, in the markup of the site",
}


@dataclass(frozen=True)
class Options:
    """What of the export is kept."""

    min_posts: int = 2
    all_files: bool = False
    include_deleted: bool = False
    with_text: bool = False
    strict: bool = False


@dataclass
class Draft:
    """A database in the making: its connection, what it is made from, and what the stages find."""

    connection: Connection
    spill: Path
    sources: Mapping[str, Source]
    checks: Mapping[str, Future[Checked]]
    options: Options
    engine_memory: int  # DuckDB's share, in bytes
    version: str
    built_at: str
    progress: Progress
    counted: posts.Counted = field(init=False)
    encoded: posts.Encoded = field(init=False)
    malformed: dict[str, list[rejects.Malformed]] = field(default_factory=dict)
    dropped_rows: dict[str, list[rejects.DroppedRow]] = field(default_factory=dict)
    row_counts: dict[str, int] = field(default_factory=dict)
    build_id: str = ""

    def one(self, query: str) -> Any:
        """Return the single value of a query."""
        return self.connection.execute(query).fetchall()[0][0]

    def rejects_table(self, table: str) -> str:
        """Return the name of the table where DuckDB notes the malformed rows of a file."""
        return f"reject_{table}"


def run(draft: Draft) -> None:
    """Run all files of sql/build in their order."""
    for column, value in vars(draft.options).items():
        draft.connection.execute(f"set variable {column} = $1", [value])
    left_out = [] if draft.options.with_text else list(TEXT_COLUMNS)
    draft.connection.execute("set variable left_out = $1::varchar[]", [left_out])
    for table, source in draft.sources.items():
        query = select_sql(source, draft.rejects_table(table))
        draft.connection.execute(f"create temp view {table}_csv as {query}")
    for script in more_scripts():
        if script.name in draft.sources:
            draft.progress(script.name, 0)
            _choose_rows(draft, script.name)
            draft.connection.execute(script.text)
            draft.connection.execute(f"drop table {script.name}_row")
    for script in scripts("build"):
        draft.progress(script.name, 0)
        kernel = _KERNELS.get(script.name)
        if kernel:
            kernel(draft)
        try:
            draft.connection.execute(script.text)
        except duckdb.Error:
            failure = draft.encoded.failure if script.name == "posts" else None
            if failure and not isinstance(failure, GeneratorExit):
                raise failure from None
            raise
    if draft.options.with_text:
        for column, comment in TEXT_COLUMNS.items():
            draft.connection.execute(f"comment on column posts.{column} is {literal(comment)}")


def _choose_rows(draft: Draft, table: str) -> None:
    """Note the rows of one of those tables that are not used, and offer it the others.

    All are read at once: which rows are malformed, and so their numbers, depends on the columns.
    """
    connection = draft.connection
    connection.execute(
        f"create temp table {table}_row as"
        f" select row_number() over () as record, * from {table}_csv"
    )
    rows = connection.execute(
        sql_text("build/rejects", "by_id"), {"rows": f"{table}_row"}
    ).fetchall()
    draft.dropped_rows[table] = [rejects.DroppedRow(record, reason) for record, reason in rows]
    connection.execute(
        f"create temp view {table}_used as"
        f" from {table}_row where id is not null"
        " qualify record = max(record) over (partition by id)"
    )


def _count_names(draft: Draft) -> None:
    """Read the posts; gives name_use its rows."""
    connection = draft.connection
    alias_ends = dict(connection.execute("from alias_end").fetchall())
    # With more, DuckDB holds on to all that it has read of the file.
    connection.execute(f"set memory_limit = '{min(draft.engine_memory, _READING_MEMORY)}B'")
    reader = connection.sql("from post_row").to_arrow_reader(posts.BATCH_ROWS)
    draft.counted = posts.count(
        reader, alias_ends, draft.spill, lambda rows: draft.progress("name_use", rows)
    )
    connection.execute(f"set memory_limit = '{draft.engine_memory}B'")
    connection.register("counted_names", draft.counted.name_table())
    _reject_rows(draft)


def _reject_rows(draft: Draft) -> None:
    """Note the rows that cannot be used, now that all files were read once."""
    counted = draft.counted
    draft.dropped_rows["posts"] = [
        *(rejects.DroppedRow(number, "the id is empty") for number in counted.no_id.tolist()),
        *(
            rejects.DroppedRow(number, "a later row has the same id")
            for number in counted.replaced.tolist()
        ),
    ]
    for table, relation in _LOSERS.items():
        rows = draft.connection.execute(f"from {relation}").fetchall()
        draft.dropped_rows[table] = [rejects.DroppedRow(record, reason) for record, reason in rows]
    for table, source in draft.sources.items():
        found = rejects.malformed(draft.connection, draft.rejects_table(table))
        draft.malformed[table] = found
        draft.dropped_rows.setdefault(table, [])
        draft.row_counts[table] = _read_count(draft, table) + len(found)
        checked = draft.checks[table].result()  # a broken file explains malformed rows best
        if not checked.has_even_quotes:
            rejects.prove_quotes(source, draft.row_counts[table])
        rejects.check_reject_limit(
            source, found, draft.row_counts[table], strict=draft.options.strict
        )
    if not counted.row_count:
        raise SourceError(f"{draft.sources['posts'].path} has no post that can be read")


def _read_count(draft: Draft, table: str) -> int:
    """Return the well-formed rows of a file."""
    if table == "posts":
        return draft.counted.row_count
    if table in _RECORDS:
        return int(draft.one(f"select count(*) from {_RECORDS[table]}"))
    return _kept_count(draft, table) + len(draft.dropped_rows[table])


_RECORDS = {
    "tags": "tag_row",
    "tag_aliases": "alias_row",
    "tag_implications": "implication_row",
}
_LOSERS = {
    "tags": "tag_dropped",
    "tag_aliases": "alias_dropped",
    "tag_implications": "implication_dropped",
}


def _encode_posts(draft: Draft) -> None:
    """Number the tags of the posts; gives posts its rows."""
    from scipy.sparse import csr_matrix

    direct = draft.connection.sql("select name_id, tag_id from ranked_tag").to_arrow_table()
    implied = draft.connection.sql("select name_id, tag_id from name_implied").to_arrow_table()
    pairs = pa.concat_tables([direct, implied])
    values = [1] * len(direct) + [2] * len(implied)
    targets = csr_matrix(
        (values, (pairs["name_id"].to_numpy(), pairs["tag_id"].to_numpy())),
        shape=(len(draft.counted.names), len(direct)),
        dtype="int32",
    )
    draft.encoded = posts.Encoded(
        draft.counted, targets, lambda rows: draft.progress("posts", rows)
    )
    draft.connection.register("encoded_posts", draft.encoded.reader())


def _count_tagged(draft: Draft) -> None:
    """Give tags the posts whose tag_ids hold each."""
    draft.spill.unlink()
    counts = draft.encoded.tagged_counts
    table = {"tag_id": pa.array(range(len(counts)), pa.uint32()), "tagged_count": pa.array(counts)}
    draft.connection.register("tagged_counts", pa.table(table))


def _offer_no_vectors(draft: Draft) -> None:
    """Give tag_factors and training_info no rows: that is for training."""
    vectors.register_vectors(draft.connection, None, {})


def _state_sources(draft: Draft) -> None:
    """Give build_sources its rows."""
    rows = []
    for table, source in draft.sources.items():
        checked = draft.checks[table].result()
        row_count = draft.row_counts[table]
        rows.append(
            {
                "table_name": table,
                "file_name": source.path.name,
                "file_date": source.date,
                "file_size": checked.size,
                "sha256": checked.sha256,
                "row_count": row_count,
                "kept_count": (kept := _kept_count(draft, table)),
                "dropped_count": row_count - kept,
            }
        )
    types = {"file_size": pa.int64(), "row_count": pa.int64()}
    types |= {"kept_count": pa.int64(), "dropped_count": pa.int64()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in rows[0]])
    draft.connection.register("source_facts", pa.Table.from_pylist(rows, schema))


def _kept_count(draft: Draft, table: str) -> int:
    if table == "posts":
        return draft.counted.kept_count
    used = {
        "tags": "select count(*) from tag_source",
        "tag_aliases": "select count(*) from alias_end",
        "tag_implications": "select count(*) from implication_row anti join implication_dropped"
        " using (record) where status = 'active'",
    }
    return int(draft.one(used.get(table, f"select count(*) from {table}")))


def _state_rejects(draft: Draft) -> None:
    """Give build_rejects its rows."""
    rows = [
        row
        for table, source in draft.sources.items()
        if draft.malformed[table] or draft.dropped_rows[table]
        for row in rejects.located(source, draft.malformed[table], draft.dropped_rows[table])
    ]
    draft.connection.register("rejected_rows", pa.Table.from_pylist(rows, rejects.SCHEMA))


def _state_facts(draft: Draft) -> None:
    """Give build_info its rows."""
    draft.build_id = _build_id(draft)
    facts = {
        "build_id": draft.build_id,
        "built_at": draft.built_at,
        "duckdb_version": draft.one("select version()"),
        "e6duck_version": draft.version,
        "schema_version": str(SCHEMA_VERSION),
        **{f"option_{name}": json.dumps(value) for name, value in vars(draft.options).items()},
        **{f"posts_dropped_{name}": str(count) for name, count in draft.counted.dropped.items()},
    }
    table = pa.table({"name": list(facts), "value": list(facts.values())})
    draft.connection.register("build_facts", table)


def _build_id(draft: Draft) -> str:
    """Return 16 hexadecimal digits that the same content always gets.

    The order of the rows of tags, aliases and implications does not count, nor compression.
    """
    parts: list[object] = [SCHEMA_VERSION, vars(draft.options)]
    parts.append(draft.checks["posts"].result().content_sha256)
    parts += [str(draft.one(digest)) for digest in _DIGESTS]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


_PAIR = "bit_xor(md5_number(concat_ws(chr(0), antecedent_name, consequent_name)))"
_DIGESTS = (
    "select bit_xor(md5_number(concat_ws(chr(0), name, category))) from tag_source",
    f"select {_PAIR} from alias_end",
    f"select {_PAIR} from implied_name",
)

_KERNELS: dict[str, Callable[[Draft], None]] = {
    "name_use": _count_names,
    "posts": _encode_posts,
    "tags": _count_tagged,
    "tag_factors": _offer_no_vectors,
    "build_sources": _state_sources,
    "build_rejects": _state_rejects,
    "build_info": _state_facts,
}


def audit(draft: Draft) -> list[str]:
    """Run all files of sql/build/audit; returns warnings, raises `AuditError` where a rule is broken."""
    return warned(draft.connection, scripts("build/audit"), draft.progress)


def warned(connection: Connection, rules: Iterable[Script], progress: Progress) -> list[str]:
    """Run rules; returns warnings, raises `AuditError` where one is broken.

    A rule whose name begins with "warn" may be broken without harm.
    """
    warnings = []
    for script in rules:
        progress("audit", 0)
        broken = connection.execute(script.text).fetchall()
        if broken and script.name.startswith("warn_"):
            warnings.append(f"{len(broken):,} {script.sentence}")
        elif broken:
            raise AuditError(
                f"the draft breaks the rule {script.path.name} ({len(broken):,} times), as in"
                f" {broken[0]}"
            )
    return warnings
