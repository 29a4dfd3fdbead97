"""A database made from index files alone answers as its build does, or says what posts are for."""

from __future__ import annotations

import csv
import gzip
import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import e6duck
from e6duck import files
from e6duck.builder import from_index
from e6duck.builder.build import build
from e6duck.builder.from_index import import_index
from e6duck.captions.normalizer import Normalizer
from e6duck.db.sql_files import scripts
from e6duck.errors import (
    AuditError,
    DatabaseError,
    E6DuckError,
    Interruption,
    QueryError,
    UsageError,
)
from e6duck.index.ranks import curve_freq_to_rank, curve_rank_to_freq
from e6duck.index.vectors import TAG_FACTORS
from e6duck.index.write import INDEX, NAMES
from e6duck.tags.neighbors import Question, find_neighbors
from e6duck.trainer.recipe import Recipe
from e6duck.trainer.train import train
from tests.support.folders import content
from tests.support.index_set import FOX, RED_FOX, SNOW, write_counts, write_e6db_set
from tests.support.index_set import NAMES as E6DB_NAMES
from tests.support.terminal import command

PUBLISHED = (  # what e6db publishes
    "tags.txt.gz",
    "tags_categories.bin.gz",
    "tag2idx.json.gz",
    "implications.json.gz",
    "implications_rej.json.gz",
    TAG_FACTORS,
)


@pytest.fixture(scope="module")
def trained(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample with vectors and all index files; not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    for path in sample.iterdir():
        shutil.copy(path, folder)
    train(folder, recipe=Recipe(method="svd", factors=16))
    return folder


@pytest.fixture(scope="module")
def whole(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database imported from all index files of the sample but for its posts."""
    folder = tmp_path_factory.mktemp("whole")
    for name in (*NAMES, TAG_FACTORS, INDEX):
        if name != "posts.parquet":
            shutil.copy(trained / name, folder)
    return import_index(folder).database


@pytest.fixture(scope="module")
def plain(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database imported from what e6db publishes: no counts, no id of a build."""
    folder = tmp_path_factory.mktemp("plain")
    for name in PUBLISHED:
        shutil.copy(trained / name, folder)
    return import_index(folder).database


@pytest.fixture
def e6db_set(tmp_path: Path) -> Path:
    return write_e6db_set(tmp_path / "e6db")


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


# What a build and an import of its files have in common


@pytest.fixture(scope="module")
def both(trained: Path, whole: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the sample's database as built, and as imported."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{trained / 'e6.duckdb'}' as built (read_only)")
        connection.execute(f"attach '{whole}' as imported (read_only)")
        yield connection


@pytest.mark.parametrize(
    "query",
    [
        "from {}.categories",
        "select tag_id, name, category, category_name, post_count from {}.tags",
        "from {}.tag_aliases where tag_id is not null",
        "select antecedent_id, consequent_id from {}.tag_implications",
        "select antecedent_name, consequent_id from {}.rare_tag_implications",
        "from {}.tag_factors",
        "from {}.training_info where name not in ('trained_at', 'seconds', 'threads')",
        "select value from {}.build_info where name = 'build_id'",
        "select table_name, column_name, data_type, comment from duckdb_columns()"
        " where database_name = '{}' and schema_name = 'main'",
        "select function_name, parameters, comment from duckdb_functions()"
        " where database_name = '{}' and not internal",
    ],
)
def test_an_import_has_what_the_build_has(both: duckdb.DuckDBPyConnection, query: str) -> None:
    built, imported = query.format("built"), query.format("imported")
    assert both.execute(f"select count(*) > 0 from ({built})").fetchall() == [(True,)]
    assert both.execute(f"({built}) except all ({imported})").fetchall() == []
    assert both.execute(f"({imported}) except all ({built})").fetchall() == []


def test_depths_are_those_of_the_build_but_for_what_files_do_not_tell(
    both: duckdb.DuckDBPyConnection,
) -> None:
    """A short cut past other tags, and a rare tag in between, are in no index file."""
    differing = both.execute(
        """
        select ours.depth, theirs.depth
        from built.tag_implications as ours
        join imported.tag_implications as theirs using (antecedent_id, consequent_id)
        where ours.depth <> theirs.depth
        """
    ).fetchall()
    ((count,),) = both.execute("select count(*) from built.tag_implications").fetchall()
    assert 0 < len(differing) < count / 100


def test_neighbors_are_those_of_the_build(trained: Path, whole: Path) -> None:
    question = Question(["fox", "snow", "hi_res"], min_posts=20, k=20)
    answers = []
    for path in (trained, whole):
        with e6duck.open(path) as db, find_neighbors(db.connection, question) as found:
            answers.append(found.select.answer().rows())
    assert answers[0] == answers[1] != []


def test_captions_are_cleaned_as_by_the_build(trained: Path, whole: Path) -> None:
    ranked = "select name from tags union all select antecedent_name from tag_aliases"
    names = sorted(name for (name,) in rows(whole, ranked) if "," not in name)
    names += [name for (name,) in rows(whole, "select name from rare_tags")]
    draw = random.Random(1)
    captions = [", ".join(draw.sample(names, 12)).replace("_", " ") for _ in range(60)]
    normalizers = [Normalizer(path) for path in (trained, whole)]
    cleaned = [[each.normalize_text(text).text for text in captions] for each in normalizers]
    assert cleaned[0] == cleaned[1] != captions


def test_an_export_of_an_import_has_the_bytes_of_the_build(
    trained: Path, whole: Path, tmp_path: Path
) -> None:
    with e6duck.open(whole) as db:
        written = {path.name for path in db.export(tmp_path)}
    assert written == {*NAMES, TAG_FACTORS, INDEX} - {"posts.parquet"}
    for name in written - {INDEX}:
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes(), name


def test_an_export_beside_the_build_goes_on_to_list_its_posts(
    trained: Path, whole: Path, tmp_path: Path
) -> None:
    for name in (*NAMES, TAG_FACTORS, INDEX):
        shutil.copy(trained / name, tmp_path)
    before = content(tmp_path)
    with e6duck.open(whole) as db:
        db.export(tmp_path)
    assert content(tmp_path) == before


def test_an_export_without_counts_leaves_the_files_out_that_need_them(
    trained: Path, plain: Path, tmp_path: Path
) -> None:
    with e6duck.open(plain) as db:
        written = {path.name for path in db.export(tmp_path)}
        for name in ("tags.parquet", "posts.parquet"):
            with pytest.raises(UsageError, match=f"for {name}: the database was imported"):
                db.export(tmp_path, name)
    assert written == {*NAMES, TAG_FACTORS, INDEX} - {"posts.parquet", "tags.parquet"}
    for name in PUBLISHED[:-1]:
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


# A set of e6db's, worked out by hand


def test_a_set_of_e6dbs_is_a_database(e6db_set: Path) -> None:
    imported = import_index(e6db_set)
    database = e6db_set / "e6.duckdb"
    assert (imported.database, imported.tag_count, imported.alias_count) == (database, 8, 2)
    assert (imported.is_counted, imported.vector_count, imported.lost_names) == (False, 0, ())
    assert [name for (name,) in rows(database, "select name from tags order by tag_id")] == (
        E6DB_NAMES
    )
    assert rows(database, "select post_count, tagged_count, site_post_count from tags") == (
        [(None, None, None)] * len(E6DB_NAMES)
    )
    assert rows(database, "select antecedent_name, consequent_name, tag_id from tag_aliases") == [
        ("foxes", "fox", FOX),
        ("tods", "tod_(artist)", 6),
    ]
    assert rows(database, "select name, depth from implies('red_fox')") == [
        ("fox", 1),
        ("canine", 2),
        ("canid", 3),
        ("mammal", 4),
    ]
    assert rows(database, "from rare_tags") == [("null_fox", 0, None, None)]
    assert rows(database, "select name, depth from implies('null fox') limit 2") == [
        ("fox", 1),
        ("canine", 2),
    ]
    assert rows(database, "from posts") == rows(database, "from build_rejects") == []


def test_the_sources_of_an_import_are_its_files(e6db_set: Path) -> None:
    write_counts(e6db_set)
    database = import_index(e6db_set).database
    query = "select file_name, row_count, kept_count from build_sources order by file_name"
    assert rows(database, query) == [
        ("implications.json.gz", 4, 4),
        ("implications_rej.json.gz", 1, 1),
        ("tag2idx.json.gz", 10, 10),
        ("tags.parquet", 8, 8),
        ("tags.txt.gz", 8, 8),
        ("tags_categories.bin.gz", 8, 8),
    ]


def test_counts_come_from_tags_parquet(e6db_set: Path) -> None:
    write_counts(e6db_set)
    imported = import_index(e6db_set)
    assert imported.is_counted
    assert rows(imported.database, f"select post_count from tags where tag_id = {SNOW}") == [(120,)]


def test_vectors_may_be_of_the_most_used_tags_alone_and_of_half_the_size(e6db_set: Path) -> None:
    vectors = np.array([[1, 0], [0, 1], [0, 0], [3, 4]], np.float16)
    save_file({"tag_factors": vectors}, e6db_set / TAG_FACTORS, metadata={"made": "by e6db"})
    imported = import_index(e6db_set)
    assert imported.vector_count == 3  # the third says nothing
    assert rows(imported.database, f"select factors from tag_factors where tag_id = {FOX}") == [
        ((3.0, 4.0),)
    ]
    assert ("made", "by e6db") in rows(imported.database, "from training_info")
    with e6duck.open(imported.database) as db:
        found = db.neighbors("fox", min_posts=0)
        assert found["tag"].to_pylist() == ["canid", "mammal"]
        assert found["posts"].to_pylist() == [None, None]
        with pytest.raises(UsageError, match="not among the 3 tags that were trained"):
            db.neighbors("snow")
        db.export(e6db_set / "again", TAG_FACTORS)
    again = load_file(e6db_set / "again" / TAG_FACTORS)["tag_factors"]
    assert again.dtype == np.float32
    assert again.tolist() == vectors.tolist()


def test_a_name_of_a_tag_that_leads_to_another_stays_its_own(e6db_set: Path) -> None:
    """So e6db has it where an alias leads to an alias."""
    own = {name: tag_id for tag_id, name in enumerate(E6DB_NAMES)}
    spellings = own | {"snow": FOX, "ice": SNOW}
    _pack(e6db_set / "tag2idx.json.gz", spellings)
    _pack(e6db_set / "implications_rej.json.gz", {"ice": [FOX], "null_fox": [FOX], "fox": [SNOW]})
    imported = import_index(e6db_set)
    assert imported.lost_names == ("fox", "ice", "snow")
    assert rows(imported.database, "select tag_id('snow'), tag_id('ice')") == [(SNOW, SNOW)]
    assert (
        rows(imported.database, "select antecedent_name from rare_tag_implications")
        == [("null_fox",)] * 4
    )
    rejects = "select table_name, content from build_rejects order by all"
    assert rows(imported.database, rejects) == [
        ("implications_rej", "fox"),
        ("implications_rej", "ice"),
        ("tag2idx", "snow"),
    ]
    assert rows(
        imported.database,
        "select dropped_count from build_sources where file_name like 'implications_rej%'",
    ) == [(2,)]


def test_tags_that_imply_each_other_imply_what_is_outside_alone(e6db_set: Path) -> None:
    """As e6db writes a cycle: each of its tags implies itself, too."""
    cycle = [FOX, RED_FOX]
    _pack(e6db_set / "implications.json.gz", {each: [*cycle, SNOW] for each in cycle})
    _pack(e6db_set / "implications_rej.json.gz", {})
    imported = import_index(e6db_set)
    assert imported.implication_cycle == ("fox", "red_fox")
    assert rows(imported.database, "from tag_implications") == [(FOX, SNOW, 1), (RED_FOX, SNOW, 1)]


def _pack(path: Path, entries: object) -> None:
    path.write_bytes(gzip.compress(json.dumps(entries).encode()))


# Any set, against plain Python

TAG_COUNT = 6
_IDS = st.integers(0, TAG_COUNT - 1)
_ID_LISTS = st.lists(_IDS, max_size=4)


def _closure(edges: set[tuple[Any, Any]]) -> set[tuple[Any, Any]]:
    closed = set(edges)
    while more := {(a, d) for a, b in closed for c, d in closed if b == c} - closed:
        closed |= more
    return closed


def _depths(edges: set[tuple[Any, Any]]) -> dict[tuple[Any, Any], int]:
    """The least steps from a node to each that it reaches, in edges with no node in between."""
    closed = _closure({(a, b) for a, b in edges if a != b})
    order = {(a, b) for a, b in closed if (b, a) not in closed}
    direct = order - {(a, d) for a, b in order for c, d in order if b == c}
    depths: dict[tuple[Any, Any], int] = {}
    reached, depth = direct, 1
    while reached:
        depths = dict.fromkeys(reached, depth) | depths
        reached = {(a, d) for a, b in reached for c, d in direct if b == c} - depths.keys()
        depth += 1
    return depths


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    implications=st.dictionaries(_IDS, _ID_LISTS, max_size=TAG_COUNT),
    rare=st.dictionaries(st.sampled_from(["r0", "r1", "a0", "t1"]), _ID_LISTS, max_size=3),
    spellings=st.dictionaries(st.sampled_from(["a0", "a1", "t0", "t5"]), _IDS, max_size=4),
)
def test_any_set_gives_what_plain_python_derives(
    implications: dict[int, list[int]], rare: dict[str, list[int]], spellings: dict[str, int]
) -> None:
    names = [f"t{number}" for number in range(TAG_COUNT)]
    known = {name: tag_id for tag_id, name in enumerate(names)} | spellings
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "tags.txt.gz").write_bytes(gzip.compress("\n".join(names).encode()))
        (folder / "tags_categories.bin.gz").write_bytes(gzip.compress(bytes(TAG_COUNT)))
        _pack(folder / "tag2idx.json.gz", known)
        _pack(folder / "implications.json.gz", implications)
        _pack(folder / "implications_rej.json.gz", rare)
        database = import_index(folder).database
        with closing(duckdb.connect(str(database), read_only=True)) as connection:
            found = {
                (antecedent, consequent): depth
                for antecedent, consequent, depth in connection.execute(
                    "select antecedent_id::varchar, consequent_id, depth from tag_implications"
                    " union all from rare_tag_implications"
                ).fetchall()
            }
            aliases = dict(
                connection.execute("select antecedent_name, tag_id from tag_aliases").fetchall()
            )
    edges: set[tuple[Any, Any]] = {(a, b) for a, ids in implications.items() for b in ids}
    edges |= {(a, b) for a, ids in rare.items() if a not in known for b in ids}
    assert found == {(str(a), b): depth for (a, b), depth in _depths(edges).items()}
    assert aliases == {name: known[name] for name in known if name not in names}


# Where the database goes, and what it replaces


def test_the_database_may_go_elsewhere(e6db_set: Path, tmp_path: Path) -> None:
    before = content(e6db_set)
    (tmp_path / "folder").mkdir()
    for given_place, database in (
        (tmp_path / "folder", tmp_path / "folder" / "e6.duckdb"),
        (tmp_path / "new" / "tags.duckdb", tmp_path / "new" / "tags.duckdb"),
    ):
        assert import_index(str(e6db_set), given_place).database == database
        assert database.exists()
    assert content(e6db_set) == before


def test_a_build_is_not_replaced_unless_told(trained: Path, tmp_path: Path) -> None:
    for path in trained.iterdir():
        shutil.copy(path, tmp_path)
    before = content(tmp_path)
    with pytest.raises(UsageError, match=r"was built from posts.*use force"):
        import_index(tmp_path)
    assert content(tmp_path) == before
    assert import_index(tmp_path, force=True).kept_old is None
    assert rows(tmp_path / "e6.duckdb", "select count(*) from posts") == [(0,)]
    import_index(tmp_path)  # which replaces an import
    assert build(tmp_path, write_index=False).posts_kept


def test_relations_of_a_user_are_kept(e6db_set: Path) -> None:
    database = import_index(e6db_set).database
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table mine as select 42 as answer")
    again = import_index(e6db_set)
    assert again.user_relations == ("mine",)
    assert again.kept_old and rows(again.kept_old, "from mine") == [(42,)]


@pytest.mark.parametrize("stage", ["reading files", "listed_pair", "checkpoint", "publish"])
def test_an_import_that_is_interrupted_leaves_all_as_it_was(e6db_set: Path, stage: str) -> None:
    import_index(e6db_set)
    before = content(e6db_set)

    def interrupt(at: str, _rows: int) -> None:
        if at == stage:
            raise KeyboardInterrupt

    with pytest.raises(Interruption, match="the old database is unchanged"):
        import_index(e6db_set, on_progress=interrupt)
    assert content(e6db_set) == before
    import_index(e6db_set)


def test_a_draft_that_breaks_a_rule_replaces_nothing(
    e6db_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_index(e6db_set)
    before = content(e6db_set)
    every = from_index.import_scripts()
    broken = "insert into tag_implications values (0, 0, 1);"
    harmful = [
        type(each)(each.path, each.text + broken) if each.name == "tag_implications" else each
        for each in every
    ]
    monkeypatch.setattr(from_index, "import_scripts", lambda: harmful)
    with pytest.raises(AuditError, match="no_tag_implies_itself"):
        import_index(e6db_set)
    assert content(e6db_set) == before


def test_two_imports_at_once_are_one_too_many(e6db_set: Path) -> None:
    with (
        files.working_folder(e6db_set),
        pytest.raises(E6DuckError, match="another build or export is at"),
    ):
        import_index(e6db_set)


def test_every_stage_is_counted_for_the_progress_bar(e6db_set: Path) -> None:
    stages: dict[str, None] = {}
    import_index(e6db_set, on_progress=lambda stage, _rows: stages.setdefault(stage))
    assert len(stages) == from_index.stage_count()


def test_an_import_makes_the_relations_of_a_build_and_runs_every_file_of_its_own() -> None:
    lasting = {script.name for script in scripts("build") if script.is_lasting}
    every = from_index.import_scripts()
    assert {each.name for each in every if each.is_lasting} == lasting
    assert {each.path for each in scripts("build/from_index")} <= {each.path for each in every}
    assert len({each.path for each in every}) == len(every)


# What needs posts, on the command line


@pytest.mark.parametrize(
    "line",
    [
        "neighbors fox --measure cosine",
        "neighbors fox --measure lift",
        "train --method svd",
        "export --cooccurrence pairs.csv",
        *(
            f"query --name {name}"
            for name in ("cooccurring_tags -p tag=fox", "growing_tags -p month=2020-01")
        ),
        "query --name tags_of_post -p id=1",
    ],
)
def test_what_needs_posts_says_so_in_one_line(
    plain: Path, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = content(plain.parent)
    ran = command(*line.split(), "--db", plain)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1].startswith(f"e6duck: {plain} has no posts, which ")
    assert ran.err.count("no posts") == 1
    assert content(tmp_path) == {} and content(plain.parent) == before


def test_every_shipped_question_answers_or_says_that_it_needs_posts(plain: Path) -> None:
    given_values = {"tag": "fox", "month": "2020-01", "id": "1", "antecedent": "red_fox"}
    given_values |= {"consequent": "mammal"}
    answered = set()
    for script in scripts("queries"):
        needed = [name for name, default in script.parameters.items() if default is None]
        values = [word for name in needed for word in ("-p", f"{name}={given_values[name]}")]
        ran = command("query", "--name", script.name, *values, "--db", plain)
        assert ran.code == ("has no posts" in ran.err), script.name
        if not ran.code:
            assert len(ran.out.splitlines()) > 1
            answered.add(script.name)
    assert answered == {"implication_path", "top_tags"}


def test_own_sql_on_posts_is_answered_with_a_notice(plain: Path) -> None:
    notice = "this database has no posts: it was imported from index files\n"
    ran = command("query", "select count(*) as n from post_tags", "--db", plain)
    assert (ran.code, ran.out, ran.err) == (0, "n\n0\n", notice)
    ran = command("query", "select count(*) as n from tags -- not posts", "--db", plain)
    assert (ran.code, ran.err) == (0, "")
    ran = command("query", "from cooccurring('fox')", "--db", plain)
    assert ran.code == 1
    assert "cooccurring counts posts, and this database has none" in ran.err


def test_what_needs_posts_raises_in_python(plain: Path) -> None:
    with e6duck.open(plain) as db:
        with pytest.raises(QueryError, match="cooccurring counts posts"):
            db.cooccurring("fox")
        for ask in (e6duck.post_tag_matrix, e6duck.post_ids):
            with pytest.raises(DatabaseError, match="has no posts"):
                ask(db)


def test_what_needs_no_posts_works(plain: Path) -> None:
    ran = command("tables", "--db", plain)
    assert "posts,table,0," in ran.out
    assert command("tables", "cooccurring", "--db", plain).out.startswith("column,type")
    profile = json.loads(command("tag", "vixen", "--db", plain, "--format", "json").out)[0]
    assert (profile["tag"], profile["posts"], profile["years"]) == ("fox", None, [])
    assert profile["similar"] and profile["implies"]
    assert "no posts: no uses by year" in profile["notes"][0]
    ranks = dict(rows(plain, "select name, tag_id from tags"))
    shown = json.loads(command("tag", "canine", "--db", plain, "--format", "json").out)[0]
    places = [(row["depth"], ranks.get(row["tag"], len(ranks))) for row in shown["implied_by"]]
    assert places == sorted(places)  # nearest first, then most used
    assert len(places) > 5


def test_a_page_shows_no_posts_where_none_are_counted(plain: Path, tmp_path: Path) -> None:
    page = tmp_path / "fox.html"
    assert command("neighbors", "fox", "-o", page, "--db", plain).code == 0
    text = page.read_text(encoding="utf-8")
    assert "species · " in text
    assert " 0 post" not in text


def test_without_vectors_neighbors_says_so(e6db_set: Path) -> None:
    database = import_index(e6db_set).database
    ran = command("neighbors", "fox", "--db", database)
    assert ran.code == 1
    assert ran.err == f"e6duck: {database} has no vectors: there was no {TAG_FACTORS} to import\n"


# Where no file counts posts, e6db's curve does


@pytest.mark.parametrize("pattern", ["fox", "*o*"])
def test_search_filters_by_the_curve(plain: Path, pattern: str) -> None:
    ranks = dict(rows(plain, "select name, tag_id from tags"))
    least = round(curve_rank_to_freq(100))

    def found(*options: object) -> set[str]:
        asked = ("search", pattern, "--limit", 5000, "--format", "json", "--db", plain)
        ran = command(*asked, *options)
        assert ("e6db's curve estimates that the" in ran.err) == bool(options)
        return {row["tag"] for row in json.loads(ran.out)}

    limit = int(curve_freq_to_rank(least))
    assert found("-f", least) == {name for name in found() if ranks.get(name, limit) < limit}
    assert found("-f", least)


def test_tags_filters_by_the_curve(plain: Path) -> None:
    with e6duck.open(plain) as db:
        assert len(db.tags()) == db.tags(min_posts=0).num_rows > 100
        least = round(curve_rank_to_freq(50))
        assert db.tags(min_posts=least).num_rows == int(curve_freq_to_rank(least))


def test_the_list_for_editors_has_estimates(plain: Path, tmp_path: Path) -> None:
    ran = command("export", "--tag-list", tmp_path / "tags.csv", "--db", plain)
    assert ran.err.endswith("are estimates from e6db's curve\n")
    with (tmp_path / "tags.csv").open(encoding="utf-8", newline="") as file:
        counts = [int(count) for _, _, count, _ in csv.reader(file)]
    assert counts == [round(curve_rank_to_freq(rank)) for rank in range(len(counts))]


def test_normalize_counts_by_the_curve_and_tells(
    plain: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ((rank,),) = rows(plain, "select tag_id('red_fox')")
    rules = tmp_path / "normalize.toml"
    for least, added in ((int(curve_rank_to_freq(rank)), False), (10_000_000, True)):
        rules.write_text(f"min_antecedent_freq = {least}\n")
        ran = command("normalize", "-", "--db", plain, stdin=b"red fox, mammal")
        assert (ran.code, "canine" in ran.out) == (0, added)
        assert "has no post counts; e6db's curve estimates them" in ran.err
    shown = command("normalize", "--show-config", "--db", plain).out
    assert "counted by e6db's curve" in shown
    ran = command("normalize", "-", "--db", whole, stdin=b"red fox, mammal")
    assert "curve" not in ran.err
    assert "counted by tags.parquet" in command("normalize", "--show-config", "--db", whole).out


# The command


def test_the_command_tells_what_it_has_made(
    e6db_set: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = command("import", e6db_set)
    assert (ran.code, ran.out) == (0, "")
    assert "tags          8, posts estimated from e6db's curve" in ran.err
    assert "vectors       none\nposts         none\n" in ran.err
    assert f"E6DUCK_DB={e6db_set / 'e6.duckdb'}" in ran.err
    assert command("import", e6db_set, "-q", "--db", tmp_path / "x.duckdb").err == ""
    assert command("tag", "fox", "--db", tmp_path / "x.duckdb").code == 0


def test_a_foreign_database_is_not_replaced(e6db_set: Path) -> None:
    with duckdb.connect(str(e6db_set / "e6.duckdb")) as connection:
        connection.execute("create table mine as select 1 as one")
    ran = command("import", e6db_set, "--force")
    assert (ran.code, ran.out) == (1, "")
    assert "is not an e6duck database; move it away" in ran.err
