"""A build against the reference: drawn exports and the real one; options; bytes that never move."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from e6duck.builder.build import BuildResult, build
from e6duck.errors import UsageError
from e6duck.index.write import INDEX, NAMES
from tests.support.exports import (
    ADDED_COLUMNS,
    TABLES,
    Layout,
    alias,
    build_options,
    exports,
    implication,
    layouts,
    post,
    tag,
    write_export,
    write_table,
)
from tests.support.reference import Export, Reference, derive, differences, load_index, read_export

SMALL = Export(
    posts=[
        post(1, "red_fox trees", source="a\nb", description='he said "hi"'),
        post(2, "fox tree", rating="q", file_ext="gif"),
        post(3, "fox tree once", is_deleted=True),
        post(4, "vixen tree", rating="e"),
        post(5, "red_fox solo"),
    ],
    tags=[tag("fox", 5, 900), tag("red_fox", 5, 100), tag("tree", 0, 7), tag("unused", 1)],
    tag_aliases=[alias("trees", "tree"), alias("vixen", "fox"), alias("tod", "fox", "deleted")],
    tag_implications=[implication("red_fox", "fox"), implication("fox", "canine", "pending")],
)


@contextmanager
def reading(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(folder / "e6.duckdb"), read_only=True) as connection:
        yield connection


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the database in a folder."""
    with reading(folder) as connection:
        return connection.execute(query).fetchall()


def column(folder: Path, query: str) -> list[Any]:
    """The only column of a query on the database in a folder."""
    return [value for (value,) in rows(folder, query)]


def index_bytes(folder: Path) -> dict[str, bytes]:
    """The content of all index files."""
    return {name: (folder / name).read_bytes() for name in (*NAMES, INDEX)}


# Against the reference


def check_database(folder: Path, reference: Reference) -> None:
    """Compare each relation of the database with what the reference says of it."""
    names = [name for name, *_ in reference.tags]
    ids = {name: tag_id for tag_id, name in enumerate(names)}
    assert rows(
        folder,
        "select tag_id, name, category, post_count, tagged_count from tags order by tag_id",
    ) == [(tag_id, *row) for tag_id, row in enumerate(reference.tags)]
    assert rows(
        folder, "select antecedent_name, consequent_name, tag_id from tag_aliases order by all"
    ) == sorted((name, end, ids.get(end)) for name, end in reference.aliases.items())
    depths = reference.depths.items()
    assert rows(folder, "from tag_implications order by all") == sorted(
        (ids[start], ids[end], depth) for (start, end), depth in depths if start in ids
    )
    assert rows(folder, "from rare_tag_implications order by all") == sorted(
        (start, ids[end], depth) for (start, end), depth in depths if start not in ids
    )
    assert rows(folder, "select id, tag_ids, implied_ids from posts") == [
        (row["id"], row["tag_ids"], row["implied_tags"]) for row in reference.posts
    ]
    used = reference.post_counts
    assert dict(rows(folder, "select name, post_count from rare_tags where post_count > 0")) == {
        name: count for name, count in used.items() if name not in ids
    }


def check_report(folder: Path, built: BuildResult, reference: Reference) -> None:
    """Compare what a build says of itself with what the reference says."""
    assert built.posts_kept == len(reference.posts)
    assert built.posts_dropped == dict(reference.dropped)
    assert built.posts_read == built.posts_kept + sum(built.posts_dropped.values())
    assert built.clamped_count == reference.clamped
    assert set(built.self_aliases) == reference.self_aliases
    assert set(built.stuck_aliases) == reference.alias_cycles
    assert set(built.implication_cycle) == reference.implication_cycles
    assert built.tag_count == len(reference.tags)
    assert built.alias_count == len(reference.aliases)
    ranked = {name for name, *_ in reference.tags}
    depths = [depth for (start, _), depth in reference.depths.items() if start in ranked]
    assert built.implication_count == len(depths)
    assert built.rare_implication_count == len(reference.depths) - len(depths)
    assert built.implication_depth == max(depths, default=0)
    lost = {table: len(found) for table, found in reference.duplicates.items() if found}
    assert {table: count for table, count in built.reject_counts.items() if count} == lost
    assert dict(rows(folder, "select table_name, count(*) from build_rejects group by all")) == lost


# Each example writes an export and builds it, for a fifth of a second.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(export=exports(), layout=layouts(), options=build_options())
def test_any_export_becomes_what_the_reference_says(
    export: Export, layout: Layout, options: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = write_export(folder, export, layout)
        if not written.posts:  # an export without posts is an error, tested elsewhere
            return
        built = build(folder, **options)
        reference = derive(written, **options)
        assert differences(reference, load_index(folder)) == []
        check_database(folder, reference)
        check_report(folder, built, reference)


def test_a_long_chain_of_aliases_ends_at_its_last_name(tmp_path: Path) -> None:
    steps = 3_000
    aliases = [alias(f"name_{step}", f"name_{step + 1}") for step in range(steps)]
    write_export(tmp_path, replace(SMALL, tag_aliases=aliases))
    assert build(tmp_path, write_index=False).alias_count == steps
    ends = column(tmp_path, "select distinct consequent_name from tag_aliases")
    assert ends == [f"name_{steps}"]


@pytest.mark.shared
def test_real_export_becomes_what_the_reference_says(shared_export: Path, tmp_path: Path) -> None:
    built = build(shared_export, out_dir=tmp_path)
    reference = derive(read_export(shared_export))
    assert differences(reference, load_index(tmp_path)) == []
    check_database(shared_export, reference)
    check_report(shared_export, built, reference)


def test_sample_becomes_what_the_reference_says(sample: Path) -> None:
    reference = derive(read_export(sample))
    assert differences(reference, load_index(sample)) == []
    check_database(sample, reference)


# The same input gives the same bytes


@pytest.fixture
def again(sample: Path, tmp_path: Path) -> Path:
    """A folder with the export of the sample, not built yet."""
    for path in sample.glob("*.csv.gz"):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_do_not_change_the_index_files(sample: Path, again: Path, threads: int) -> None:
    build(again, threads=threads)
    assert index_bytes(again) == index_bytes(sample)


def test_order_of_rows_does_not_change_the_index_files(sample: Path, again: Path) -> None:
    export = read_export(sample)
    for table in ("tags", "tag_aliases", "tag_implications"):
        # Rows of one name stay in their order: the last one wins.
        key = "name" if table == "tags" else "antecedent_name"
        written = sorted(getattr(export, table), key=lambda row: row[key] or "", reverse=True)
        assert written != getattr(export, table)
        write_table(again, table, written)
    build(again)
    assert index_bytes(again) == index_bytes(sample)


def test_compression_and_dates_do_not_change_the_index_files(sample: Path, again: Path) -> None:
    for table in TABLES:
        compressed = again / f"{table}.csv.gz"
        plain = again / f"{table}-2026-04-01.csv"
        plain.write_bytes(gzip.decompress(compressed.read_bytes()))
        compressed.unlink()
    build(again)
    assert index_bytes(again) == index_bytes(sample)


def test_index_files_of_one_build_carry_its_id(sample: Path) -> None:
    [build_id] = column(sample, "select value from build_info where name = 'build_id'")
    for name in ("tags.parquet", "tag2idx.parquet", "posts.parquet"):
        query = f"select value::varchar from parquet_kv_metadata('{sample / name}')"
        assert build_id in column(sample, f"{query} where key::varchar = 'e6duck_build'")
    assert f'"build_id": "{build_id}"' in (sample / INDEX).read_text()


# Options


def test_min_posts_moves_the_line_between_ranked_and_rare_tags(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    build(tmp_path, min_posts=1, write_index=False)
    assert "solo" in column(tmp_path, "select name from tags")
    build(tmp_path, min_posts=2, write_index=False)
    assert "solo" in column(tmp_path, "select name from rare_tags")


def test_min_posts_below_one_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="min_posts must be 1 or more, not 0"):
        build(tmp_path, min_posts=0)


@pytest.mark.parametrize(
    ("options", "kept", "dropped"),
    [
        pytest.param({}, [1, 4, 5], {"deleted": 1, "file_ext": 1}, id="stills that are there"),
        pytest.param({"all_files": True}, [1, 2, 4, 5], {"deleted": 1}, id="all files"),
        pytest.param(
            {"include_deleted": True}, [1, 3, 4, 5], {"file_ext": 1}, id="deleted ones too"
        ),
        pytest.param(
            {"include_deleted": True, "all_files": True}, [1, 2, 3, 4, 5], {}, id="everything"
        ),
    ],
)
def test_options_choose_the_posts(
    tmp_path: Path, options: dict[str, Any], kept: list[int], dropped: dict[str, int]
) -> None:
    write_export(tmp_path, SMALL)
    assert build(tmp_path, **options, write_index=False).posts_dropped == dropped
    assert column(tmp_path, "select id from posts") == kept


def test_long_texts_are_kept_only_where_asked_for(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    build(tmp_path, write_index=False)
    without = column(tmp_path, "select column_name from (describe posts)")
    assert not {"source", "description"} & set(without)
    build(tmp_path, write_index=False, with_text=True)
    [texts, *_] = rows(tmp_path, "select source, description from posts order by id")
    assert texts == ("a\nb", 'he said "hi"')
    assert set(column(tmp_path, "select column_name from (describe posts)")) == {
        *without,
        "source",
        "description",
    }


def test_database_alone_leaves_index_files_alone(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    built = build(tmp_path, write_index=False)
    assert built.index_files == ()
    assert not {path.name for path in tmp_path.iterdir()} & {*NAMES, INDEX}


def test_index_files_go_where_they_are_wanted(tmp_path: Path) -> None:
    write_export(tmp_path / "data", SMALL)
    built = build(tmp_path / "data", out_dir=tmp_path / "new" / "out")
    assert built.database == tmp_path / "data" / "e6.duckdb"
    out = {path.name for path in (tmp_path / "new" / "out").iterdir()}
    assert out == {*NAMES, INDEX}
    assert not (tmp_path / "data" / "tags.txt.gz").exists()


def test_a_database_goes_where_it_is_wanted_with_its_index_files(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "folder"
    folder.mkdir()
    write_export(data, SMALL)
    exported = sorted(path.name for path in data.iterdir())
    assert build(data, db=folder).database == folder / "e6.duckdb"
    assert build(data, db=tmp_path / "new" / "my.duckdb").database.is_file()
    for place, name in ((folder, "e6.duckdb"), (tmp_path / "new", "my.duckdb")):
        assert {path.name for path in place.iterdir()} == {name, *NAMES, INDEX}
    build(data, db=tmp_path / "alone.duckdb", out_dir=tmp_path / "index")
    assert {path.name for path in (tmp_path / "index").iterdir()} == {*NAMES, INDEX}
    assert sorted(path.name for path in data.iterdir()) == exported


def test_newest_file_of_each_table_is_used_whatever_its_layout(tmp_path: Path) -> None:
    # The tags are undated, the posts dated: what is old in either must leave no trace.
    old = Export([post(9, "stale")] * 2, [tag("red_fox", 1)], [alias("red_fox", "stale")], [])
    write_export(tmp_path, old, Layout(date="2024-12-01"))
    write_table(tmp_path, "posts", SMALL.posts, Layout(date="2025-05-01", gzipped=False))
    write_table(tmp_path, "tags", SMALL.tags, Layout(gzipped=False))
    write_table(tmp_path, "tag_aliases", SMALL.tag_aliases, Layout(date="2025-05-01"))
    build(tmp_path, write_index=False)
    assert "stale" not in column(tmp_path, "select name from tags union select name from rare_tags")
    assert column(tmp_path, "select category from tags where name = 'red_fox'") == [5]
    assert rows(tmp_path, "select table_name, file_name, file_date from build_sources") == [
        ("posts", "posts-2025-05-01.csv", "2025-05-01"),
        ("tag_aliases", "tag_aliases-2025-05-01.csv.gz", "2025-05-01"),
        ("tag_implications", "tag_implications-2024-12-01.csv.gz", "2024-12-01"),
        ("tags", "tags.csv", None),
    ]


def test_unknown_columns_are_ignored(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    build(tmp_path)
    without = index_bytes(tmp_path)
    write_export(tmp_path, SMALL, Layout(extra_column=True, column_seed=7))
    build(tmp_path)
    del without[INDEX]
    ours = index_bytes(tmp_path)
    # The id is that of the posts file, so that only what carries none is the same in bytes.
    assert {name: ours[name] for name in without if name.endswith(".gz")} == {
        name: content for name, content in without.items() if name.endswith(".gz")
    }
    assert "brand_new" not in column(tmp_path, "select column_name from (describe posts)")


@pytest.mark.parametrize(
    ("layout", "missing"),
    [
        pytest.param(
            Layout(essential_only=True), ["uploader_id", "md5", "created_at", "score"], id="any"
        ),
        pytest.param(Layout(date="2025-05-01"), ADDED_COLUMNS["posts"], id="dated layout"),
    ],
)
def test_optional_columns_that_are_missing_are_null(
    tmp_path: Path, layout: Layout, missing: list[str]
) -> None:
    write_export(tmp_path, SMALL, layout)
    build(tmp_path, write_index=False)
    for name in missing:
        assert column(tmp_path, f"select distinct {name} from posts") == [None]


# What a database says of itself


def test_sources_are_stated_with_size_hash_and_rows(tmp_path: Path) -> None:
    # One post, one tag and one alias are given twice.
    export = replace(
        SMALL,
        posts=[*SMALL.posts, post(5, "fox")],
        tags=[*SMALL.tags, tag("fox", 5)],
        tag_aliases=[*SMALL.tag_aliases, alias("vixen", "tree")],
    )
    write_export(tmp_path, export)
    build(tmp_path, write_index=False)
    found = {name: counts for name, *counts in rows(tmp_path, "from build_sources")}
    for table in TABLES:
        path = tmp_path / f"{table}.csv.gz"
        content = path.read_bytes()
        assert found[table][:4] == [
            path.name,
            None,
            len(content),
            hashlib.sha256(content).hexdigest(),
        ]
    assert {table: counts[4:] for table, counts in found.items()} == {
        "posts": [6, 3, 3],  # one deleted, one moving, one given again
        "tags": [5, 4, 1],
        "tag_aliases": [4, 2, 2],  # one deleted, one given again
        "tag_implications": [2, 1, 1],  # one pending
    }


def test_build_states_its_options_and_versions(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    built = build(tmp_path, min_posts=3, all_files=True, write_index=False)
    facts = dict(rows(tmp_path, "from build_info"))
    assert facts["option_min_posts"] == "3"
    assert facts["option_all_files"] == "true"
    assert facts["option_include_deleted"] == "false"
    assert facts["build_id"] == built.build_id
    assert facts["schema_version"] == "2"
    assert facts["posts_dropped_deleted"] == "1"
    assert {"built_at", "duckdb_version", "e6duck_version"} <= facts.keys()


PUBLIC = """
    select table_name as relation, comment, null as column_name
    from duckdb_tables() where database_name = current_database()
    union all
    select view_name, comment, null
    from duckdb_views() where database_name = current_database() and not internal
    union all
    select function_name, comment, null
    from duckdb_functions() where database_name = current_database() and not internal
    union all
    select table_name, comment, column_name
    from duckdb_columns() where database_name = current_database() and not internal
"""


def test_all_that_is_public_has_a_comment(tmp_path: Path) -> None:
    write_export(tmp_path, SMALL)
    build(tmp_path, with_text=True, write_index=False)
    silent = f"select relation, column_name from ({PUBLIC}) where comment is null order by all"
    assert rows(tmp_path, silent) == []


def test_database_holds_what_the_design_promises_and_nothing_else(sample: Path) -> None:
    found = column(sample, f"select distinct relation from ({PUBLIC})")
    assert set(found) == {
        *("tags", "rare_tags", "categories", "tag_aliases", "tag_implications"),
        *("rare_tag_implications", "posts", "post_tags", "tag_factors", "training_info"),
        *("build_sources", "build_rejects", "build_info", "known_names"),
        *("tag_id", "neighbors", "implies", "implied_by", "cooccurring", "search_tags"),
    }
