"""The library: what `import e6duck` offers, and a database as an object."""

from __future__ import annotations

import ast
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import FunctionType

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import e6duck
from e6duck import DatabaseError, E6DuckError, QueryError, UsageError, errors
from tests.support.exports import post, write_export
from tests.support.reference import Export
from tests.support.terminal import command
from tests.support.zoo import NAMES, SPECIES, TAG_IDS, ZOO


@pytest.fixture(scope="module")
def folder(zoo: Path) -> Path:
    return zoo.parent


@pytest.fixture
def db(folder: Path) -> Iterator[e6duck.Database]:
    with e6duck.open(folder) as opened:
        yield opened


# The names


def test_all_is_sorted_and_there() -> None:
    assert e6duck.__all__ == sorted(e6duck.__all__)
    assert dir(e6duck) == sorted(["__version__", *e6duck.__all__])
    for name in e6duck.__all__:
        assert getattr(e6duck, name).__doc__, name


def test_a_name_is_in_each_list_of_names() -> None:
    """In `__all__`, for star imports; under TYPE_CHECKING, for editors; in _HOMES, to import it."""
    tree = ast.parse(Path(e6duck.__file__).read_text(encoding="utf-8"))
    (checked,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.name: node.module
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == e6duck._HOMES
    assert sorted([*typed, *(name for name in vars(errors) if name in e6duck.__all__)]) == (
        e6duck.__all__
    )


@pytest.mark.parametrize(("old", "new"), e6duck._RENAMED.items())
def test_an_old_name_still_works_and_warns(old: str, new: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"e6duck.{old} is deprecated: use e6duck.{new}"):
        assert getattr(e6duck, old) is getattr(e6duck, new)
    assert old not in e6duck.__all__


def test_a_recipe_is_still_settled_with_a_warning() -> None:
    recipe = e6duck.Recipe(factors=4)
    with pytest.warns(DeprecationWarning, match=r"use Recipe\.resolved"):
        assert recipe.settled(posts=9, tags=8) == recipe.resolved(posts=9, tags=8)


def test_a_fetch_still_takes_its_patience_with_a_warning(tmp_path: Path) -> None:
    notices: list[str] = []
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen: a connection is refused
        with (
            pytest.warns(DeprecationWarning, match="patience is deprecated: use retry_policy"),
            pytest.raises(E6DuckError, match="could not be downloaded"),
        ):
            e6duck.fetch(
                tmp_path,
                contact="me@example.org",
                index=f"http://127.0.0.1:{closed.getsockname()[1]}/",
                on_notice=notices.append,
                patience=e6duck.RetryPolicy(tries=2, first_pause=0),
            )
    assert len(notices) == 1


def test_the_version_is_that_of_the_package() -> None:
    assert e6duck.__version__ == version("e6duck")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        e6duck.nothing  # noqa: B018


def test_build_is_a_function_however_often_it_is_asked_for(tmp_path: Path) -> None:
    write_export(tmp_path, ZOO)
    for _ in range(2):
        assert isinstance(e6duck.build, FunctionType)
        assert e6duck.build(tmp_path, write_index=False).posts_kept == len(ZOO.posts)


@pytest.mark.parametrize(
    ("line", "loaded"),
    [
        ("import e6duck", set()),
        ("import e6duck; e6duck.UsageError", set()),
        ("from e6duck import *", None),
        ("import e6duck; e6duck.build", None),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(line: str, loaded: set[str] | None) -> None:
    code = (
        f"{line}\nimport sys; print(*({{'duckdb', 'numpy', 'pyarrow', 'tqdm'}} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(ended.stdout.split())
    assert found == loaded if loaded is not None else "duckdb" in found


# To open


def test_a_database_opens_by_its_file_or_its_folder(folder: Path) -> None:
    for path in (folder, str(folder), folder / "e6.duckdb", str(folder / "e6.duckdb")):
        with e6duck.open(path) as db:
            assert db.tag_id("fox") == NAMES.index("fox")
            assert repr(db) == f"Database({str(folder / 'e6.duckdb')!r}, 8 posts, 8 tags)"


def test_a_database_opens_where_the_command_line_looks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("E6DUCK_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatabaseError, match=r"no database e6\.duckdb or data/e6\.duckdb here"):
        e6duck.open()
    (tmp_path / "data").symlink_to(folder)
    with e6duck.open() as db:
        assert db.path == Path("data/e6.duckdb")
    monkeypatch.setenv("E6DUCK_DB", str(folder))
    with e6duck.open() as db:
        assert db.path == folder / "e6.duckdb"
    monkeypatch.chdir(folder)
    monkeypatch.setenv("E6DUCK_DB", "")
    with e6duck.open() as db:
        assert db.path == Path("e6.duckdb")


def test_a_normalizer_finds_its_database_where_the_command_line_looks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("E6DUCK_DB", raising=False)
    with pytest.raises(DatabaseError, match=r"no database e6\.duckdb or data/e6\.duckdb here"):
        e6duck.Normalizer()
    monkeypatch.setenv("E6DUCK_DB", str(folder))
    assert e6duck.Normalizer().normalize_text("Vixen").text == "fox"


@pytest.mark.parametrize("name", ["gone", "gone/e6.duckdb", "."])
def test_a_database_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatabaseError, match=r"there is no database .*e6duck build"):
        e6duck.open(tmp_path / name)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    with pytest.raises(DatabaseError, match="is not an e6duck database"):
        e6duck.open(tmp_path / "other.duckdb")


def test_a_database_is_closed_at_the_end_of_its_block(folder: Path) -> None:
    with e6duck.open(folder) as db:
        pass
    with pytest.raises(QueryError, match="closed"):
        db.query("select 1")
    assert repr(db) == f"Database({str(folder / 'e6.duckdb')!r}, closed)"


def test_to_look_at_a_database_disturbs_no_answer_of_its_connection(db: e6duck.Database) -> None:
    answer = db.connection.execute("select tag_id from tags order by tag_id")
    assert answer.fetchone() == (0,)
    assert "8 tags" in repr(db)
    assert answer.fetchone() == (1,)


# As a notebook shows it


def test_objects_fit_a_screen(db: e6duck.Database, tmp_path: Path) -> None:
    for number in range(300):
        text = "red_fox, fox" if number else "<b>fox</b>"
        (tmp_path / f"{number:03}.txt").write_text(text, encoding="utf-8")
    normalizer = e6duck.Normalizer(db, {"implied": "remove", "keep_first": 1})
    plan = normalizer.plan(tmp_path)
    assert repr(plan) == "Plan(300 captions: 299 to change)"
    assert repr(plan.changed[0]) == "Caption('001.txt', changed)"
    assert repr(plan.edits[0]) == "Edit('001.txt')"
    assert (
        len(plan._repr_html_().splitlines()) == len(["<table>", "title", "heads", "</table>"]) + 10
    )
    assert repr(normalizer) == f"Normalizer({str(db.path)!r}, Rules(keep_first=1))"
    run = normalizer.apply(plan, backup=tmp_path / "backup")
    assert repr(run) == f"Run({run.run!r}, 299 files)"
    assert repr(db.tag("red_fox")) == "TagProfile('red_fox', species, rank 6, 2 posts)"
    assert repr(db.stats()) == "DatabaseStats(8 posts, 8 tags)"


@pytest.mark.parametrize(("command_line", "method"), [("tag fox", "tag"), ("stats", "stats")])
def test_as_text_an_object_is_the_screen_of_its_command(
    db: e6duck.Database, command_line: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    name, *args = command_line.split()
    shown = command(name, "--db", db.path, *args).out
    assert str(getattr(db, method)(*args)) + "\n" == shown


def test_a_name_gives_a_notebook_no_commands(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>&\x1b[31m"
    posts = [post(number, f"{hostile} fox") for number in range(20)]
    posts += [post(100 + number, "meadow") for number in range(20)]
    write_export(tmp_path, Export(posts=posts))
    with e6duck.open(e6duck.build(tmp_path, write_index=False).database) as db:
        shown = [db.tag(hostile)._repr_html_(), db.tag("fox")._repr_html_()]
    for page in shown:
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;\\x1b[31m" in page
        assert "<script" not in page
        assert "\x1b" not in page


# To ask


def test_query_gives_arrow(db: e6duck.Database) -> None:
    found = db.query("select name from tags where post_count >= $least order by tag_id", least=3)
    assert isinstance(found, pa.Table)
    assert found.to_pydict() == {"name": ["rating_safe", "forest", "snow"]}


def test_query_takes_values_of_many_kinds(db: e6duck.Database) -> None:
    values = {"a": 1, "b": "x'", "c": None, "d": [1, 2], "e": 1.5, "f": True}
    found = db.query("select $a as a, $b as b, $c as c, $d as d, $e as e, $f as f", **values)
    (row,) = found.to_pylist()
    assert row == values


def test_query_errors_are_of_our_tree(db: e6duck.Database) -> None:
    with pytest.raises(QueryError, match=r"Binder Error(.|\n)*LINE 1: select nope\n +\^"):
        db.query("select nope")
    with pytest.raises(UsageError, match=r"the query needs \$a"):
        db.query("select $a")
    with pytest.raises(UsageError, match=r"the query has no \$a"):
        db.query("select 1", a=1)
    with pytest.raises(UsageError, match="no statement"):
        db.query("")
    with pytest.raises(QueryError, match="read-only"):
        db.query("drop table tags")


def test_tags_are_those_of_a_category_and_of_so_many_posts(db: e6duck.Database) -> None:
    assert db.tags()["name"].to_pylist() == NAMES
    assert db.tags("species")["name"].to_pylist() == SPECIES
    assert db.tags("5")["name"].to_pylist() == db.tags("spec")["name"].to_pylist() == SPECIES
    assert db.tags(min_posts=3)["name"].to_pylist() == NAMES[:3]
    assert db.tags("species", min_posts=3).num_rows == 0
    with pytest.raises(UsageError, match='no category "specis"; did you mean species'):
        db.tags("specis")


def test_tag_id_knows_aliases(db: e6duck.Database) -> None:
    assert db.tag_id("vixen") == db.tag_id("Fox") == NAMES.index("fox")
    assert db.tag_id("arctic_fox") is None  # too rare


def test_implications_go_both_ways(db: e6duck.Database) -> None:
    assert db.implies("polar_fox")["name"].to_pylist() == ["fox", "canine"]
    assert db.implied_by("canine")["name"].to_pylist() == ["fox", "wolf", "red_fox"]
    assert db.implied_by("canine")["depth"].to_pylist() == [1, 1, 2]


@pytest.mark.parametrize("method", ["tag", "implies", "implied_by", "cooccurring"])
def test_an_unknown_tag_is_an_error_with_the_closest(folder: Path, method: str) -> None:
    with e6duck.open(folder) as db, pytest.raises(UsageError) as caught:
        getattr(db, method)("vixn")
    assert str(caught.value).startswith('there is no tag "vixn"; the closest: vixen (alias of fox)')


def test_a_known_tag_without_answer_is_an_empty_table(db: e6duck.Database) -> None:
    assert db.implies("pack").num_rows == 0  # rare
    assert db.implied_by("pack").num_rows == db.cooccurring("pack").num_rows == 0
    assert db.implies("Canine").num_rows == 0  # implies nothing


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("min_count", [1, 2])
def test_cooccurring_agrees_with_a_plain_count(
    db: e6duck.Database, name: str, min_count: int
) -> None:
    found = db.cooccurring(name, min_count=min_count)
    counts = {
        other: sum({name, other} <= tags for tags in TAG_IDS.values())
        for other in NAMES
        if other != name
    }
    expected = {other: count for other, count in counts.items() if count >= min_count}
    pairs = zip(found["name"].to_pylist(), found["common_count"].to_pylist(), strict=True)
    assert dict(pairs) == expected


def test_search_takes_brackets_as_they_are(db: e6duck.Database) -> None:
    assert db.search("*fox")["tag"].to_pylist() == ["fox", "red_fox", "arctic_fox"]
    assert db.search("[?]")["tag"].to_pylist() == ["[x]"]
    assert db.search("[a-z]*").num_rows == 0


def test_info_tells_the_build(db: e6duck.Database) -> None:
    info = db.info()
    assert info["schema_version"] == "2"
    assert info["option_min_posts"] == "2"
    assert info["build_id"]


def test_export_writes_what_is_named(db: e6duck.Database, folder: Path, tmp_path: Path) -> None:
    written = db.export(tmp_path / "all")
    assert {path.name for path in written} == {path.name for path in (tmp_path / "all").iterdir()}
    for path in written:
        assert path.read_bytes() == (folder / path.name).read_bytes()
    names = [path.name for path in db.export(str(tmp_path / "one"), "tags.txt.gz")]
    assert names == ["tags.txt.gz", "index.json"]


def test_matrix_functions_take_an_object_or_a_path(db: e6duck.Database, folder: Path) -> None:
    expected = e6duck.post_tag_matrix(db)
    for given in (folder, str(folder), folder / "e6.duckdb", db.connection):
        assert (e6duck.post_tag_matrix(given) != expected).nnz == 0
        assert e6duck.post_ids(given).tolist() == list(range(1, 9))
    assert expected.dtype == np.uint8


def test_matrix_functions_take_a_connection_to_a_file_of_any_name(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copy(folder / "e6.duckdb", tmp_path / 'my-"tags" 2.db')
    with duckdb.connect(str(tmp_path / 'my-"tags" 2.db'), read_only=True) as connection:
        assert e6duck.post_tag_matrix(connection).shape == (8, 8)


def test_a_path_that_was_read_is_free_again(folder: Path, tmp_path: Path) -> None:
    """So that a script can build after it has made a matrix."""
    copy = tmp_path / "e6.duckdb"
    shutil.copy(folder / "e6.duckdb", copy)
    matrix = e6duck.post_tag_matrix(copy)
    duckdb.connect(str(copy)).close()
    assert matrix.shape == (8, 8)
