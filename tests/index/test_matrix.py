"""Posts x tags as a sparse matrix, against sets of tags."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import e6duck
from e6duck import UsageError
from tests.support.zoo import IMPLIED, NAMES, TAG_IDS

DIRECT = {number: tags - IMPLIED[number] for number, tags in TAG_IDS.items()}
KINDS = {"all": TAG_IDS, "implied": IMPLIED, "direct": DIRECT}


@pytest.fixture(scope="module")
def zoo_db(zoo: Path) -> Iterator[e6duck.Database]:
    with e6duck.open(zoo) as db:
        yield db


@pytest.fixture(scope="module")
def sample_db(sample: Path) -> Iterator[e6duck.Database]:
    with e6duck.open(sample) as db:
        yield db


def rows_of(matrix: Any) -> list[list[int]]:
    """Return the columns of each row."""
    return [
        matrix.indices[start:end].tolist()
        for start, end in zip(matrix.indptr, matrix.indptr[1:], strict=False)
    ]


def as_ids(tags: set[str]) -> list[int]:
    return sorted(map(NAMES.index, tags))


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_holds_the_tags_of_a_post(zoo_db: e6duck.Database, kind: str) -> None:
    matrix = e6duck.post_tag_matrix(zoo_db, kind=kind)
    assert isinstance(matrix, csr_array)
    assert matrix.dtype == np.uint8
    assert matrix.shape == (8, 8)
    assert set(matrix.data.tolist()) == {1}
    assert rows_of(matrix) == [as_ids(tags) for tags in KINDS[kind].values()]
    matrix.check_format(full_check=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [0, 1, 4, 5, 8, 100, -1])
def test_a_vocabulary_keeps_the_most_used_tags(
    zoo_db: e6duck.Database, kind: str, width: int
) -> None:
    matrix = e6duck.post_tag_matrix(zoo_db, kind=kind, vocabulary=width)
    width = min(max(width, 0), 8)
    assert matrix.shape == (8, width)
    expected = [[tag for tag in as_ids(tags) if tag < width] for tags in KINDS[kind].values()]
    assert rows_of(matrix) == expected


@pytest.mark.parametrize("min_posts", [0, 1, 3, 5, 9])
def test_min_posts_leaves_out_tags_with_fewer_posts(
    zoo_db: e6duck.Database, min_posts: int
) -> None:
    """The columns end with the last such tag, and the column of a tag is its id."""
    held = [sum(name in tags for tags in TAG_IDS.values()) for name in NAMES]
    expected = [
        [tag for tag in as_ids(tags) if held[tag] >= min_posts] for tags in TAG_IDS.values()
    ]
    assert rows_of(e6duck.post_tag_matrix(zoo_db, min_posts=min_posts)) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("min_tags", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("vocabulary", [None, 3])
def test_min_tags_leaves_out_posts_with_fewer_direct_tags(
    zoo_db: e6duck.Database, kind: str, min_tags: int, vocabulary: int | None
) -> None:
    width = len(NAMES) if vocabulary is None else vocabulary
    chosen = [
        number
        for number, tags in DIRECT.items()
        if sum(tag < width for tag in as_ids(tags)) >= min_tags
    ]
    options = {"vocabulary": vocabulary, "min_tags": min_tags}
    assert e6duck.post_ids(zoo_db, **options).tolist() == chosen
    expected = [[tag for tag in as_ids(KINDS[kind][number]) if tag < width] for number in chosen]
    assert rows_of(e6duck.post_tag_matrix(zoo_db, kind=kind, **options)) == expected


@pytest.mark.parametrize("kind", ["all", "implied", "direct"])
def test_the_sample_agrees_with_its_posts(sample_db: e6duck.Database, kind: str) -> None:
    posts = sample_db.query("select id, tag_ids, implied_ids from posts").to_pylist()
    lists = {
        "all": [post["tag_ids"] for post in posts],
        "implied": [post["implied_ids"] for post in posts],
        "direct": [sorted(set(post["tag_ids"]) - set(post["implied_ids"])) for post in posts],
    }
    matrix = e6duck.post_tag_matrix(sample_db, kind=kind)
    assert rows_of(matrix) == lists[kind]
    assert matrix.shape == (len(posts), sample_db.tags().num_rows)
    ids = e6duck.post_ids(sample_db)
    assert ids.dtype == np.int64
    assert ids.tolist() == [post["id"] for post in posts]


def test_columns_of_the_sample_add_up_to_tagged_counts(sample_db: e6duck.Database) -> None:
    matrix = e6duck.post_tag_matrix(sample_db)
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    assert counts.tolist() == sample_db.tags()["tagged_count"].to_pylist()


def test_an_unknown_kind_is_a_usage_error(zoo_db: e6duck.Database) -> None:
    with pytest.raises(UsageError, match='kind is "both"; choose "all", "direct" or "implied"'):
        e6duck.post_tag_matrix(zoo_db, kind="both")


def test_tensors_need_torch(zoo_db: e6duck.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match="tensors need torch: pip install torch"):
        e6duck.post_tag_tensors(zoo_db)


def test_tensors_are_the_matrix(zoo_db: e6duck.Database) -> None:
    torch = pytest.importorskip("torch")
    indices, offsets = e6duck.post_tag_tensors(zoo_db, kind="direct")
    matrix = e6duck.post_tag_matrix(zoo_db, kind="direct")
    assert indices.dtype == offsets.dtype == torch.int64
    assert indices.tolist() == matrix.indices.tolist()
    assert offsets.tolist() == matrix.indptr.tolist()
