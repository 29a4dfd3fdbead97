"""The macros of the database, on a zoo small enough to count by hand."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from e6duck import open as open_database
from e6duck.builder.build import build
from e6duck.errors import QueryError
from e6duck.tags.lookup import look_up
from tests.support.exports import implication, post, write_export
from tests.support.reference import Export
from tests.support.zoo import NAMES


@pytest.fixture
def connection(zoo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(zoo), read_only=True) as opened:
        yield opened


def names(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> list[str]:
    return [name for (name,) in connection.execute(query, values or None).fetchall()]


def test_tags_are_numbered_as_the_zoo_says(connection: duckdb.DuckDBPyConnection) -> None:
    assert names(connection, "select name from tags order by tag_id") == NAMES


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("fox", "fox"),
        ("vixen", "fox"),
        ("todd", "fox"),
        ("Red Fox", "red_fox"),
        ("red fox", "red_fox"),
        ("VIXEN", "fox"),
        (" red fox ", "red_fox"),
        ("woods,_the", "forest"),
        ("[x]", "[x]"),
        ('"box"', "[x]"),
        ("\\o/", "snow"),
        ("arctic_fox", None),
        ("polar_fox", None),
        ("no_such_tag", None),
        ("", None),
        (None, None),
    ],
)
def test_tag_id_knows_names_aliases_and_other_spellings(
    connection: duckdb.DuckDBPyConnection, spelling: str | None, name: str | None
) -> None:
    found = connection.execute("select tag_id($1)", [spelling]).fetchall()
    assert found == [(None if name is None else NAMES.index(name),)]


def test_a_name_is_found_whatever_its_capitals_and_the_exact_one_first(tmp_path: Path) -> None:
    posts = [post(number, "éclair Éclair ÉCLAIR Öl_Lampe") for number in (1, 2)]
    rare = [implication("Über_Wolf", "éclair"), implication("über_Fuchs", "éclair")]
    write_export(tmp_path, Export(posts=posts, tag_implications=rare))
    with duckdb.connect(str(build(tmp_path).database), read_only=True) as opened:
        for text, name in {
            "éclair": "éclair",
            "Éclair": "Éclair",
            "ÉCLAIR": "ÉCLAIR",
            "éCLAIR": "éclair",
            "öl lampe": "Öl_Lampe",
        }.items():
            assert names(opened, "select name from tags where tag_id = tag_id($1)", text) == [name]
            assert look_up(opened, [text])[text].name == name
        for text in ("über wolf", "ÜBER_FUCHS"):
            assert names(opened, "select name from implies($1)", text) == ["éclair"]


def test_tag_id_answers_for_many_names_at_once(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute("select name, tag_id(upper(name)) from tags order by tag_id")
    assert found.fetchall() == [(name, number) for number, name in enumerate(NAMES)]


@pytest.mark.parametrize(
    ("name", "implied"),
    [
        pytest.param("red_fox", [("fox", 1), ("canine", 2)], id="ranked"),
        pytest.param("vixen", [("canine", 1)], id="alias of a ranked one"),
        pytest.param("Red Fox", [("fox", 1), ("canine", 2)], id="other spelling"),
        pytest.param("arctic_fox", [("fox", 1), ("canine", 2)], id="rare"),
        pytest.param("polar_fox", [("fox", 1), ("canine", 2)], id="alias of a rare one"),
        pytest.param("Polar Fox", [("fox", 1), ("canine", 2)], id="other spelling of it"),
        pytest.param("canine", [], id="implies nothing"),
        pytest.param("no_such_tag", [], id="unknown"),
    ],
)
def test_implies_gives_the_nearest_first(
    connection: duckdb.DuckDBPyConnection, name: str, implied: list[tuple[str, int]]
) -> None:
    found = connection.execute("select name, depth from implies($1)", [name]).fetchall()
    assert found == implied


@pytest.mark.parametrize(
    ("name", "implying"),
    [
        ("canine", [("fox", 1), ("wolf", 1), ("red_fox", 2)]),
        ("todd", [("red_fox", 1)]),
        ("wolf", []),
        ("no_such_tag", []),
    ],
)
def test_implied_by_gives_the_nearest_first(
    connection: duckdb.DuckDBPyConnection, name: str, implying: list[tuple[str, int]]
) -> None:
    found = connection.execute("select name, depth from implied_by($1)", [name]).fetchall()
    assert found == implying


def test_cooccurring_counts_the_posts_of_both(connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "select name, common_count, cosine, jaccard, lift from cooccurring('todd')"
    ).fetchall()
    assert [row[:2] for row in found] == [
        ("rating_safe", 5),
        ("canine", 5),
        ("snow", 3),
        ("forest", 2),
        ("red_fox", 2),
        ("[x]", 1),
    ]
    # 5 posts have fox, 3 snow, and 3 both, of 8.
    assert found[2][2:] == pytest.approx((3 / math.sqrt(5 * 3), 3 / 5, 3 * 8 / (5 * 3)))


def test_cooccurring_leaves_out_what_is_seen_less_often(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    query = "select name from cooccurring('fox', min_count := 3)"
    assert names(connection, query) == ["rating_safe", "canine", "snow"]
    assert names(connection, "select name from cooccurring('no_such_tag')") == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*fox", [("fox", None), ("red_fox", None)]),
        ("?o?", [("snow", ["\\o/"]), ("fox", None)]),
        ("woods*", [("forest", ["woods", "woods,_the"])]),
        ("*o*d*", [("forest", ["woods", "woods,_the"]), ("fox", ["todd"])]),
        ("[x]", [("[x]", None)]),
        ("[*", [("[x]", None)]),
        ("*]", [("[x]", None)]),
        ("[a-z]*", []),
        ("\\o/", [("snow", ["\\o/"])]),
        ("\\*", [("snow", ["\\o/"])]),
        ('"*"', [("[x]", ['"box"'])]),
        ("polar*", []),  # leads to a rare tag
        ("", []),
    ],
)
def test_search_tags_knows_star_and_question_mark_alone(
    connection: duckdb.DuckDBPyConnection, pattern: str, found: list[tuple[str, object]]
) -> None:
    query = "select name, fitting_aliases from search_tags($1)"
    assert connection.execute(query, [pattern]).fetchall() == found


# Vectors by hand: the cosine with fox is 1, 0.8, 0.6 and 0 for the others in turn.
VECTORS = {
    "fox": (1.0, 0.0),
    "red_fox": (2.0, 0.0),
    "wolf": (0.8, 0.6),
    "forest": (0.6, 0.8),
    "snow": (0.0, 3.0),
}


@pytest.fixture(scope="module")
def trained(zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trained") / "e6.duckdb"
    shutil.copy(zoo, path)
    with duckdb.connect(str(path)) as opened:
        for name, (first, second) in VECTORS.items():
            opened.execute(
                "insert into tag_factors select tag_id($1), [$2, $3] || list_resize([0.0], 254, 0)",
                [name, first, second],
            )
    return path


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("'fox', min_posts := 0", ["red_fox", "wolf", "forest", "snow"]),
        ("'vixen', min_posts := 0", ["red_fox", "wolf", "forest", "snow"]),
        ("'fox', min_posts := 0, k := 2", ["red_fox", "wolf"]),
        ("'fox', min_posts := 3", ["forest", "snow"]),
        ("'fox'", []),  # the default asks for 100 posts
        ("'fox', min_posts := 0, category := 'species'", ["red_fox", "wolf"]),
        ("'fox', min_posts := 0, category := 'spec'", ["red_fox", "wolf"]),
        ("'fox', min_posts := 0, category := 'Species'", ["red_fox", "wolf"]),
        ("'fox', min_posts := 0, category := 5", ["red_fox", "wolf"]),
        ("'fox', min_posts := 0, category := '5'", ["red_fox", "wolf"]),
        ("'fox', min_posts := 0, category := 'gen'", ["forest", "snow"]),
        ("'fox', min_posts := 0, category := 'artist'", []),
        ("'canine', min_posts := 0", []),  # has no vector
        ("'no_such_tag', min_posts := 0", []),
    ],
)
def test_neighbors_stand_by_cosine(trained: Path, call: str, found: list[str]) -> None:
    with duckdb.connect(str(trained), read_only=True) as opened:
        assert names(opened, f"select name from neighbors({call})") == found


def test_neighbors_tell_their_cosine(trained: Path) -> None:
    with duckdb.connect(str(trained), read_only=True) as opened:
        scores = names(opened, "select score from neighbors('fox', min_posts := 0)")
    assert scores == pytest.approx([1, 0.8, 0.6, 0])


CALLS = (
    "select tag_id('vixen')",
    "from implies('polar_fox')",
    "from implied_by('canine')",
    "from cooccurring('fox')",
    "from search_tags('*o*')",
    "from neighbors('fox', min_posts := 0)",
    "from post_tags order by all",
)


def test_macros_work_in_a_file_of_another_name(trained: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "another name.db"
    shutil.copy(trained, renamed)
    with duckdb.connect(str(trained), read_only=True) as opened:
        expected = [opened.execute(call).fetchall() for call in CALLS]
    with duckdb.connect(str(renamed), read_only=True) as opened:
        assert [opened.execute(call).fetchall() for call in CALLS] == expected
    for way in ("use zoo", "set search_path = 'memory,zoo'"):  # as `tables` tells
        with duckdb.connect() as other:
            other.execute("create table mine as select 'vixen' as name")
            other.execute(f"attach '{renamed}' as zoo (read_only)")
            other.execute(way)
            assert [other.execute(call).fetchall() for call in CALLS] == expected
            named = other.execute("select tag_id(name) from memory.mine").fetchall()
            assert named == expected[0]


def test_macros_work_attached_in_the_duckdb_shell(trained: Path) -> None:
    """It is older than the package that builds: 1.5 where that is 2.0."""
    shell = shutil.which("duckdb")
    if not shell:
        pytest.skip("there is no DuckDB shell; pip install duckdb-cli")
    attach = f"attach '{trained}' as zoo (read_only); create table mine as select 'vixen' as name"
    for way, table in (
        ("use zoo", "memory.mine"),
        ("set search_path = 'memory,zoo'", "mine"),
    ):
        query = f"select implied.name from {table}, implies('red_fox') as implied"
        script = f"{attach}; {way}; {query}; from neighbors('fox', min_posts := 0) select name"
        ran = subprocess.run(
            [shell, "-csv", "-noheader", "-c", script], capture_output=True, text=True
        )
        assert (ran.stderr, ran.returncode) == ("", 0)
        found = ran.stdout.split()
        assert found == ["fox", "canine", "red_fox", "wolf", "forest", "snow"]


def test_a_macro_that_finds_no_table_tells_how_it_would(trained: Path, zoo: Path) -> None:
    with open_database(zoo) as opened:
        opened.query(f"attach '{trained}' as other (read_only); select 1")
        opened.query("use memory; select 1")
        with pytest.raises(QueryError, match=r"hint: a macro .*; run first: use NAME"):
            opened.query("from other.neighbors('fox')")
