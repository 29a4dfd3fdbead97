"""Lists of tags for prompt editors, and of pairs of tags."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

import e6duck
from e6duck import UsageError
from e6duck.builder.build import build
from tests.support import zoo as the_zoo
from tests.support.exports import alias, post, tag, write_export
from tests.support.reference import Export
from tests.support.terminal import command
from tests.support.zoo import TAG_IDS


@pytest.fixture
def sample_db(sample: Path) -> Iterator[e6duck.Database]:
    with e6duck.open(sample) as db:
        yield db


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def exported(*args: object) -> str:
    """Run an export that succeeds, and return its messages."""
    ran = command("export", *args)
    assert (ran.code, ran.out) == (0, "")
    return ran.err


# Tags for prompt editors


def test_tag_list_is_most_used_first_with_aliases(zoo: Path, tmp_path: Path) -> None:
    exported("--db", zoo, "--tag-list", tmp_path / "tags.csv")
    assert (tmp_path / "tags.csv").read_bytes().decode().splitlines() == [
        "rating_safe,0,8,",
        "forest,0,4,woods",  # and not "woods,_the", which would be read as two
        "snow,0,3,\\o/",
        '[x],0,2,"""box"""',
        "canine,5,2,",
        'fox,5,2,"todd,vixen"',
        "red_fox,5,2,",
        "wolf,5,2,",
    ]


def test_tag_list_leaves_out_tags_of_fewer_posts(zoo: Path, tmp_path: Path) -> None:
    path = tmp_path / "tags.csv"
    assert exported("--db", zoo, "--tag-list", path, "--min-posts", 3) == f"3 tags in {path}\n"
    assert path.read_text().splitlines() == [
        "rating_safe,0,8,",
        "forest,0,4,woods",
        "snow,0,3,\\o/",
    ]


def test_tag_list_is_valid_csv_for_any_name(tmp_path: Path) -> None:
    names = ['"quoted"_x', "comma,_inside", "лиса", "null", "it's"]
    write_export(
        tmp_path,
        Export(
            posts=[post(number, " ".join(names)) for number in (1, 2)],
            tags=[tag(name, 4) for name in names],
            tag_aliases=[alias('an_"alias"', "null"), alias("b", "null"), alias("a", "null")],
        ),
    )
    build(tmp_path)
    exported("--db", tmp_path, "--tag-list", tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    names.append("rating_safe")  # as often on posts as the others
    assert [row[0] for row in rows] == sorted(names)
    assert ["null", "4", "2", 'a,an_"alias",b'] in rows


def test_tag_list_of_the_sample_has_every_tag(sample_db: e6duck.Database, tmp_path: Path) -> None:
    exported("--db", sample_db.path, "--tag-list", tmp_path / "tags.csv")
    with (tmp_path / "tags.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    tags = sample_db.tags()
    assert [row[0] for row in rows] == tags["name"].to_pylist()
    assert [int(row[2]) for row in rows] == tags["post_count"].to_pylist()
    aliases = sample_db.query("select antecedent_name from tag_aliases where tag_id is not null")
    listed = [each for row in rows if row[3] for each in row[3].split(",")]
    expected = [name for name in aliases["antecedent_name"].to_pylist() if "," not in name]
    assert sorted(listed) == sorted(expected)


# Pairs for prompt editors


def pairs(path: Path) -> list[tuple[str, str, int]]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["tag_a", "tag_b", "count"]
    return [(tag_a, tag_b, int(count)) for tag_a, tag_b, count in rows]


@pytest.mark.parametrize("min_count", [1, 2, 3, 5, 9])
def test_pairs_have_min_count_common_posts_or_more(
    zoo: Path, tmp_path: Path, min_count: int
) -> None:
    path = tmp_path / "pairs.csv"
    exported("--db", zoo, "--cooccurrence", path, "--min-count", min_count)
    rank = the_zoo.NAMES.index
    counts = Counter(
        pair for tags in TAG_IDS.values() for pair in combinations(sorted(tags, key=rank), 2)
    )
    expected = [(*pair, count) for pair, count in counts.items() if count >= min_count]
    expected.sort(key=lambda row: (rank(row[0]), -row[2], rank(row[1])))
    assert pairs(path) == expected


def test_pairs_of_the_sample_agree_with_a_plain_count(
    sample_db: e6duck.Database, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.csv"
    said = exported("--db", sample_db.path, "--cooccurrence", path, "--min-count", 400)
    names = sample_db.tags()["name"].to_pylist()
    posts = sample_db.query("select tag_ids from posts")["tag_ids"].to_pylist()
    counts = Counter(pair for tag_ids in posts for pair in combinations(tag_ids, 2))
    often = [(a, b, count) for (a, b), count in counts.items() if count >= 400]
    often.sort(key=lambda row: (row[0], -row[2], row[1]))
    assert pairs(path) == [(names[a], names[b], count) for a, b, count in often]
    assert said == f"{len(often):,} pairs in {path}\n"


# A list is replaced as a whole


def test_a_list_that_fails_leaves_the_old_one(
    zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise UsageError("as if")

    monkeypatch.setattr("e6duck.index.lists.cooccurrence_blocks", fail)
    (tmp_path / "pairs.csv").write_text("old")
    ran = command("export", "--db", zoo, "--cooccurrence", tmp_path / "pairs.csv")
    assert (ran.code, ran.err) == (2, "e6duck: as if\n")
    assert content(tmp_path) == {"pairs.csv": b"old"}
