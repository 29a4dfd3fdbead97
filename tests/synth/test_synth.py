"""The sample is what the generator makes, and large exports have the real site's averages."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.synth import __main__ as synth
from tests.synth.words.copy_format import COLUMNS, array, field, timestamp
from tests.synth.words.sample_graph import LinkGraph

DATA = Path(__file__).parents[2] / "data"
SAMPLE_BYTES = 4 * 1024 * 1024
LARGE_POSTS = 5_000

Rows: TypeAlias = list[dict[str, str]]


def read_table(folder: Path, table: str) -> Rows:
    """Return the rows of a table, compressed or not."""
    compressed = folder / f"{table}.csv.gz"
    content = gzip.decompress(compressed.read_bytes()) if compressed.exists() else None
    text = (content or (folder / f"{table}.csv").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def table_bytes(folder: Path) -> dict[str, bytes]:
    """Return each table's content, gunzipped: compressors differ, the content must not."""
    return {
        path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes())
        if path.suffix == ".gz"
        else path.read_bytes()
        for path in sorted(folder.glob("*.csv*"))
    }


@pytest.fixture(scope="module")
def sample() -> dict[str, Rows]:
    return {table: read_table(DATA, table) for table in COLUMNS}


@pytest.fixture(scope="module")
def large_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    synth.write_export(folder, posts=LARGE_POSTS, seed=3)
    return folder


@pytest.fixture(scope="module")
def large(large_folder: Path) -> dict[str, Rows]:
    return {table: read_table(large_folder, table) for table in COLUMNS}


def active(rows: Rows) -> list[tuple[str, str, str]]:
    """Return the active links of a table."""
    return [
        (row["antecedent_name"], row["consequent_name"], "active")
        for row in rows
        if row["status"] == "active"
    ]


def tags_per_post(posts: Rows) -> float:
    return sum(len(row["tag_string"].split(" ")) for row in posts) / len(posts)


def test_shipped_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    synth.write_sample(tmp_path)
    assert table_bytes(tmp_path) == table_bytes(DATA)


def test_shipped_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in DATA.glob("*.csv.gz")) <= SAMPLE_BYTES


def test_sample_headers_tell_neither_time_nor_file_name() -> None:
    for path in DATA.glob("*.csv.gz"):
        assert path.read_bytes()[3:8] == b"\0\0\0\0\0", path.name


@pytest.mark.parametrize("table", COLUMNS)
def test_sample_has_every_column_and_ascending_ids(sample: dict[str, Rows], table: str) -> None:
    ids = [int(row["id"]) for row in sample[table]]
    assert tuple(sample[table][0]) == COLUMNS[table]
    assert ids == sorted(set(ids))


def test_sample_has_tags_of_all_nine_categories(sample: dict[str, Rows]) -> None:
    names = [row["name"] for row in sample["tags"]]
    assert len(names) == len(set(names)) >= 600
    assert {row["category"] for row in sample["tags"]} == set("012345678")


def test_sample_has_twenty_thousand_posts_of_about_25_tags(sample: dict[str, Rows]) -> None:
    assert len(sample["posts"]) == 20_000
    assert 22 <= tags_per_post(sample["posts"]) <= 28


def test_sample_has_all_quirks_of_aliases(sample: dict[str, Rows]) -> None:
    links = active(sample["tag_aliases"])
    targets = {first: second for first, second, _ in links}
    assert len(links) == len(targets) >= 200
    assert targets["ears."] == "ears."
    assert targets[targets["foxie"]] == "fox"
    assert targets[targets[targets["sofa"]]] == "sofa"
    assert targets["chesterfield"] == "couch"
    assert targets["lantern_glass\u200e"] == "lantern"
    assert targets["aurora"] == "aurora_(disambiguation)"
    assert targets["blurry"] == "invalid_tag"


def test_sample_has_all_quirks_of_implications(sample: dict[str, Rows]) -> None:
    links = active(sample["tag_implications"])
    pairs = {(first, second) for first, second, _ in links}
    aliased = {first for first, _, _ in active(sample["tag_aliases"])}
    assert len(links) == len(pairs) >= 300
    assert {("tea_party", "tea_time"), ("tea_time", "tea_party")} <= pairs
    assert any(first in aliased for first, _ in pairs)
    assert any(second in aliased for _, second in pairs)


@pytest.mark.parametrize("table", ["tag_aliases", "tag_implications"])
def test_sample_has_links_without_effect_or_date(sample: dict[str, Rows], table: str) -> None:
    rows = sample[table]
    statuses = {row["status"] for row in rows}
    pairs = Counter((row["antecedent_name"], row["consequent_name"]) for row in rows)
    assert {"active", "deleted", "pending", "retired", "queued", "processing"} <= statuses
    assert any(status.startswith("error: ") for status in statuses)
    assert max(pairs.values()) == 2
    assert any(not row["created_at"] for row in rows)


def test_sample_descendants_are_the_closure_but_for_a_few(sample: dict[str, Rows]) -> None:
    graph = LinkGraph(active(sample["tag_aliases"]), active(sample["tag_implications"]))
    lagging = 0
    for row in sample["tag_implications"]:
        if row["status"] == "active":
            target = graph.resolve(row["consequent_name"])
            lagging += row["descendant_names"] != array([target, *graph.implied(target)])
    assert 1 <= lagging <= 10


def test_sample_posts_mostly_carry_what_their_tags_imply(sample: dict[str, Rows]) -> None:
    graph = LinkGraph(active(sample["tag_aliases"]), active(sample["tag_implications"]))
    carried = implied = 0
    for row in sample["posts"][:2_000]:
        tags = {graph.resolve(name) for name in row["tag_string"].split()}
        for one in {parent for tag in tags for parent in graph.implied(tag)}:
            implied += 1
            carried += one in tags
    assert 0.9 < carried / implied < 0.99


def test_sample_posts_carry_aliased_repeated_and_missing_names(sample: dict[str, Rows]) -> None:
    graph = LinkGraph(active(sample["tag_aliases"]), [])
    names = [row["tag_string"].split(" ") for row in sample["posts"]]
    uses = sum(map(len, names))
    aliased = sum(graph.is_alias(name) for one in names for name in one)
    both = sum(
        any(graph.is_alias(name) and graph.resolve(name) in one for name in one) for one in names
    )
    assert 0.003 < aliased / uses < 0.005
    assert both >= 10
    assert sum("" in one for one in names) >= 5
    assert sum(len(set(one)) < len(one) and "" not in one for one in names) >= 5


def test_sample_counts_are_the_posts_of_each_name(sample: dict[str, Rows]) -> None:
    counts = Counter(
        name for row in sample["posts"] for name in {*row["tag_string"].split(" ")} - {""}
    )
    stated = {row["name"]: int(row["post_count"]) for row in sample["tags"]}
    assert all(counts[name] == count for name, count in stated.items())
    assert stated["null_fox"] == 1
    assert stated["grass_sled"] == 0


def test_sample_has_every_kind_of_post(sample: dict[str, Rows]) -> None:
    posts = sample["posts"]
    assert {row["file_ext"] for row in posts} == {
        "jpg",
        "png",
        "webp",
        "gif",
        "webm",
        "mp4",
        "swf",
    }
    assert {row["rating"] for row in posts} == set("sqe")
    for flag in ("is_deleted", "is_pending", "is_flagged"):
        assert {row[flag] for row in posts} == {"t", "f"}
    assert all(int(row["down_score"]) <= 0 for row in posts)
    assert min(row["created_at"] for row in posts) >= "2008"
    assert max(row["created_at"] for row in posts) < "2026"


def test_large_export_is_the_same_every_time(large_folder: Path, tmp_path: Path) -> None:
    synth.write_export(tmp_path, posts=LARGE_POSTS, seed=3, gzip=True)
    assert table_bytes(tmp_path) == table_bytes(large_folder)


def test_large_export_of_another_seed_differs(large_folder: Path, tmp_path: Path) -> None:
    synth.write_export(tmp_path, posts=LARGE_POSTS, seed=4)
    assert table_bytes(tmp_path)["posts.csv"] != table_bytes(large_folder)["posts.csv"]


def test_large_export_has_the_averages_of_the_site(large: dict[str, Rows]) -> None:
    posts, tags = large["posts"], large["tags"]
    rare = sum(int(row["post_count"]) <= 1 for row in tags) / len(tags)
    assert len(posts) == LARGE_POSTS
    assert 46 <= tags_per_post(posts) <= 50
    assert 0.55 <= rare <= 0.65
    assert 370 <= sum(len(row["tag_string"]) for row in posts) / len(posts) <= 470
    assert 0.08 <= sum(row["is_deleted"] == "t" for row in posts) / len(posts) <= 0.12


def test_large_export_has_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    synth.write_export(tmp_path, posts=300, tags=2_000)
    assert len(read_table(tmp_path, "tags")) == 2_000
    assert len(read_table(tmp_path, "posts")) == 300


def test_large_export_counts_are_the_posts_of_each_name(large: dict[str, Rows]) -> None:
    counts = Counter(name for row in large["posts"] for name in row["tag_string"].split(" "))
    assert all(counts[row["name"]] == int(row["post_count"]) for row in large["tags"])


def test_large_export_states_its_topics(large_folder: Path, large: dict[str, Rows]) -> None:
    topics = synth.topics(posts=LARGE_POSTS, seed=3)
    lines = (large_folder / "topics.tsv").read_text("utf-8").split("\n")[1:-1]
    assert {name: int(topic) for name, topic in (line.split("\t") for line in lines)} == topics
    assert topics.keys() <= {row["name"] for row in large["tags"]}


def test_large_export_posts_have_a_main_topic(large: dict[str, Rows]) -> None:
    topics = synth.topics(posts=LARGE_POSTS, seed=3)
    shares = []
    for row in large["posts"][:500]:
        found = Counter(topics[name] for name in row["tag_string"].split(" ") if name in topics)
        shares.append(max(found.values()) / found.total() if found else 0.0)
    # There are 36 topics; without a main one the largest share would be near a tenth.
    assert sum(shares) / len(shares) > 0.4


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(None, "", id="null"),
        pytest.param("", '""', id="empty text"),
        pytest.param("null", "null", id="the word null"),
        pytest.param("a b", "a b", id="space needs no quotes"),
        pytest.param("a,b", '"a,b"', id="comma"),
        pytest.param('say "a"', '"say ""a"""', id="quote"),
        pytest.param("a\r\nb", '"a\r\nb"', id="line end"),
        pytest.param("\\m/", "\\m/", id="backslash is plain"),
    ],
)
def test_fields_are_written_as_the_server_does(value: str | None, written: str) -> None:
    assert field(value) == written


def test_array_elements_are_quoted_where_they_need_it() -> None:
    assert array(["fox", "null", 'a"b', "\\m/", "a,b", ""]) == (
        '{fox,"null","a\\"b","\\\\m/","a,b",""}'
    )


@pytest.mark.parametrize(
    ("iso", "written"),
    [
        ("2007-02-10T07:08:33.123456", "2007-02-10 07:08:33.123456"),
        ("2007-02-10T07:08:33.120000", "2007-02-10 07:08:33.12"),
        ("2007-02-10T07:08:30.000000", "2007-02-10 07:08:30"),
    ],
)
def test_fractions_lose_their_last_zeros(iso: str, written: str) -> None:
    assert timestamp(iso) == written
